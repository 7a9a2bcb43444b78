/*
 * http_sink - an HTTP server on loopback that answers what it is told to. It is
 * a child process, and what it heard comes back through shared memory.
 */
#ifndef TESTS_SUPPORT_HTTP_SINK_H
#define TESTS_SUPPORT_HTTP_SINK_H

#include "tests/support/test.h"

#include <sys/types.h>

enum { HTTP_SINK_ANSWERS = 8, HTTP_SINK_REQUESTS = 2048,
       HTTP_SINK_BYTES = 1 << 21 };

/* Besides answers as they go over the line. */
#define HTTP_SILENT "silent"
#define HTTP_CLOSE "close"
#define HTTP_ENDLESS "endless"		/* 200, and a body without end */
#define HTTP_HEADERS "headers"		/* 200, and headers without end */

struct http_script {
	/* One request each, the last for all others; none is 204. */
	const char *answers[HTTP_SINK_ANSWERS];
	int delay_ms;		/* before each */
};

struct http_heard {
	int connections, requests;
	/* Where each one begins in `bytes`; headers, blank line, body. */
	size_t at[HTTP_SINK_REQUESTS + 1];
	char bytes[HTTP_SINK_BYTES];
};

struct http_sink {
	struct http_heard *heard;
	struct http_script script;
	int listening;
	char url[64];		/* http://127.0.0.1:port/hook */
	pid_t child;
};

void http_sink_open(struct http_sink *sink, const struct http_script *script);
void http_sink_close(struct http_sink *sink);

/* The whole of request `i`; the value of one of its headers; its body. */
struct slice http_sink_request(const struct http_sink *sink, int i);
struct slice http_sink_header(const struct http_sink *sink, int i,
			      const char *name);
struct slice http_sink_body(const struct http_sink *sink, int i);

#endif
