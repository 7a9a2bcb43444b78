#include "base/service.h"

#include <stdarg.h>
#include <stdio.h>

/* Asked for anew each time, while it is not ready yet. */
enum { START_MS = 60000, START_EVERY_MS = 10000 };

static struct {
	int64_t every_ms, next_ms;
	int64_t start_ms;	/* when more time is asked for; 0: is ready */
} alive;

int64_t service_alive_every_ms(void)
{
	return alive.every_ms;
}

#ifdef HAVE_SYSTEMD

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

/* sd_notify() opens a socket for each word, which nobody can inside the fence
 * (base/fence.h): this one is open before. -1 where nobody listens. */
static int manager = -1;

/* A path, or, behind an '@', a name of no file (sd_notify(3)). */
static socklen_t name_socket(const char *name, struct sockaddr_un *out)
{
	size_t len = strlen(name);

	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (len < 2 || len >= sizeof(out->sun_path) ||
	    (name[0] != '/' && name[0] != '@'))
		return 0;
	memcpy(out->sun_path, name, len);
	if (name[0] == '@')
		out->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static void connect_manager(void)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to;
	socklen_t size = name ? name_socket(name, &to) : 0;

	if (manager >= 0)
		close(manager);
	manager = -1;
	if (size == 0)
		return;
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (manager < 0 ||
	    connect(manager, (struct sockaddr *)&to, size) == 0)
		return;
	close(manager);
	manager = -1;
}

static void tell(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static void tell(const char *format, ...)
{
	char words[300];
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	if (manager >= 0 && len > 0 && (size_t)len < sizeof(words))
		send(manager, words, (size_t)len, MSG_NOSIGNAL);
}

void service_begin(void)
{
	uint64_t limit_us = 0;

	connect_manager();
	alive.every_ms = alive.next_ms = 0;
	alive.start_ms = 1;
	if (sd_watchdog_enabled(0, &limit_us) <= 0)
		return;
	alive.every_ms = (int64_t)(limit_us / 2000);
	if (alive.every_ms == 0)
		alive.every_ms = 1;
}

void service_ready(void)
{
	alive.start_ms = 0;
	tell("READY=1");
}

void service_stopping(void)
{
	tell("STOPPING=1");
}

void service_reloading(int64_t now_us)
{
	tell("RELOADING=1\nMONOTONIC_USEC=%lld", (long long)now_us);
}

void service_status(const char *format, ...)
{
	char line[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	tell("STATUS=%s", line);
}

void service_alive(int64_t now_ms)
{
	if (alive.start_ms && now_ms >= alive.start_ms) {
		tell("EXTEND_TIMEOUT_USEC=%d", START_MS * 1000);
		alive.start_ms = now_ms + START_EVERY_MS;
	}
	if (alive.every_ms == 0 || now_ms < alive.next_ms)
		return;
	tell("WATCHDOG=1");
	alive.next_ms = now_ms + alive.every_ms;
}

#else

void service_begin(void)
{
}

void service_ready(void)
{
}

void service_stopping(void)
{
}

void service_reloading(int64_t now_us)
{
	(void)now_us;
}

void service_status(const char *format, ...)
{
	(void)format;
}

void service_alive(int64_t now_ms)
{
	(void)now_ms;
}

#endif
