/*
 * proxy - a wire between us and a server that can be cut at a chosen moment.
 *
 * A process of its own on a free port of 127.0.0.1 passes every byte on to
 * `to_port`, until it sees the words it waits for on their way to the server.
 * Then it does once what it was told; connections made later pass again. It
 * dies with the test program.
 */
#ifndef TESTS_SUPPORT_PROXY_H
#define TESTS_SUPPORT_PROXY_H

#include <sys/types.h>

enum proxy_action {
	PROXY_PASS,
	PROXY_CUT_BEFORE,	/* the server never sees the words */
	PROXY_CUT_AFTER,	/* it has answered, and nobody hears it */
	/* The same without an end of the connection, as behind a firewall that
	 * forgot it: neither side hears of the other again. */
	PROXY_SILENT_BEFORE,
	PROXY_SILENT_AFTER
};

struct proxy_orders;

struct proxy {
	int port;
	pid_t pid;
	struct proxy_orders *orders;	/* shared with the process */
};

void proxy_start(struct proxy *proxy, int to_port);
void proxy_stop(struct proxy *proxy);

/* `words` stand in one packet, as a statement's text does. */
void proxy_when(struct proxy *proxy, const char *words,
		enum proxy_action action);

/* Every answer comes so much later; 0 for at once. */
void proxy_delay(struct proxy *proxy, int milliseconds);

/* How often the words came since proxy_when(): 0 or 1. */
int proxy_hits(const struct proxy *proxy);

#endif
