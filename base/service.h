/*
 * service - what the service manager is told, by the protocol of sd_notify(3):
 * ready, reloading, ending, alive, and a line for people. Where nobody asked
 * for it (NOTIFY_SOCKET), all of it does nothing.
 *
 * libsystemd opens a socket for each word, which a process that has given up
 * that right (fence.h) cannot: this keeps one. Times are monotonic.
 */
#ifndef BASE_SERVICE_H
#define BASE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

/* Before rights are given up. What the manager said is taken out of the
 * environment, so that no program that is started talks to it as well. */
void service_begin(void);

void service_ready(void);
void service_stopping(void);

/* The configuration is read anew from now on; service_ready() ends it. */
void service_reloading(int64_t now_us);

/* One line, what is going on: `systemctl status` shows it. */
void service_status(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/*
 * Something was got done. Call it often, but only where work really goes on:
 * when it is not for long enough, the manager ends the process and starts it
 * again. Tells it at most every half of the time it gave. Before
 * service_ready() it also asks for more time to start.
 */
void service_alive(int64_t now_ms);

/* service_alive() wants to be called within so many milliseconds; 0: nobody
 * waits for it. */
int64_t service_alive_every_ms(void);

#endif
