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

#include <systemd/sd-daemon.h>

void service_begin(void)
{
	uint64_t limit_us = 0;

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
	sd_notify(0, "READY=1");
}

void service_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void service_reloading(int64_t now_us)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)now_us);
}

void service_status(const char *format, ...)
{
	char line[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	sd_notifyf(0, "STATUS=%s", line);
}

void service_alive(int64_t now_ms)
{
	if (alive.start_ms && now_ms >= alive.start_ms) {
		sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%d", START_MS * 1000);
		alive.start_ms = now_ms + START_EVERY_MS;
	}
	if (alive.every_ms == 0 || now_ms < alive.next_ms)
		return;
	sd_notify(0, "WATCHDOG=1");
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
