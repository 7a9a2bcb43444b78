#include "base/service.h"

#include "base/slice.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Asked for anew each time, while it is not ready yet. */
enum { START_MS = 60000, START_EVERY_MS = 10000, LINE_SIZE = 256 };

static struct {
	int fd;			/* 0: nobody listens */
	int64_t every_ms, next_ms;	/* alive; 0: nobody asked */
	int64_t start_ms;	/* when more time is asked for; 0: is ready */
} service;

/* A path, or with '@' in front a name without a file. */
static int reach(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	int fd;

	if ((name[0] != '/' && name[0] != '@') ||
	    !slice_copy(slice_from(name), address.sun_path,
			sizeof(address.sun_path)))
		return 0;
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address,
			       (socklen_t)(offsetof(struct sockaddr_un,
						    sun_path) + len)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return 0;
}

static int64_t half_ms(const char *limit_us, const char *whose)
{
	uint32_t limit, pid;

	if (!limit_us)
		return 0;
	/* More than an hour. */
	if (!slice_number(slice_from(limit_us), &limit))
		limit = UINT32_MAX;
	if (whose && (!slice_number(slice_from(whose), &pid) ||
		      pid != (uint32_t)getpid()))
		return 0;
	return limit < 2000 ? limit > 0 : limit / 2000;
}

void service_begin(void)
{
	const char *name = getenv("NOTIFY_SOCKET");

	if (service.fd > 0)
		close(service.fd);
	memset(&service, 0, sizeof(service));
	if (name)
		service.fd = reach(name);
	if (service.fd > 0) {
		service.every_ms = half_ms(getenv("WATCHDOG_USEC"),
					   getenv("WATCHDOG_PID"));
		service.start_ms = 1;
	}
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

/* Whether anybody listens is no trouble of ours, and nothing waits for it. */
static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void tell(const char *format, ...)
{
	char words[LINE_SIZE];
	va_list arguments;

	if (service.fd <= 0)
		return;
	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	send(service.fd, words, strlen(words), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void service_ready(void)
{
	service.start_ms = 0;
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
	char line[LINE_SIZE - 10];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	tell("STATUS=%s", line);
}

void service_alive(int64_t now_ms)
{
	if (service.start_ms && now_ms >= service.start_ms) {
		tell("EXTEND_TIMEOUT_USEC=%d", START_MS * 1000);
		service.start_ms = now_ms + START_EVERY_MS;
	}
	if (service.every_ms == 0 || now_ms < service.next_ms)
		return;
	tell("WATCHDOG=1");
	service.next_ms = now_ms + service.every_ms;
}

int64_t service_alive_every_ms(void)
{
	return service.every_ms;
}
