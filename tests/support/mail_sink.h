/*
 * mail_sink - a mail server on loopback whose answers are a table. It is a
 * child process, and what it heard comes back through shared memory.
 */
#ifndef TESTS_SUPPORT_MAIL_SINK_H
#define TESTS_SUPPORT_MAIL_SINK_H

#include "tests/support/test.h"

#include <sys/types.h>

enum { SINK_HEARD_SIZE = 65536 };

/* Answers to the first word of a command; SILENT says nothing, CLOSE hangs
 * up. NULL stands for the usual one. */
#define SILENT "silent"
#define CLOSE "close"

struct answers {
	const char *greeting, *ehlo, *auth, *mail, *rcpt, *data, *end;
};

struct heard {
	int connections, messages;	/* messages: up to their final dot */
	size_t len;
	char bytes[SINK_HEARD_SIZE];
};

struct sink {
	const struct answers *answers;
	struct heard *heard;	/* shared with the child */
	int listening;
	int port;
	pid_t child;
};

void sink_open(struct sink *sink, const struct answers *answers);
void sink_close(struct sink *sink);
bool sink_heard(const struct sink *sink, const char *text);

#endif
