#include "tests/support/http_sink.h"

#include "base/clock.h"
#include "tests/support/loopback.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static bool hear_line(FILE *in, struct http_heard *heard, size_t *end)
{
	size_t room = HTTP_SINK_BYTES - *end;
	char *line = heard->bytes + *end;

	if (room < 2 || !fgets(line, (int)(room < 9000 ? room : 9000), in))
		return false;
	*end += strlen(line);
	return true;
}

/* One whole request, counted when its body is there. */
static bool hear_request(FILE *in, struct http_heard *heard)
{
	size_t end = heard->at[heard->requests], begin;
	size_t length = 0;

	do {
		begin = end;
		if (!hear_line(in, heard, &end))
			return false;
		if (strncasecmp(heard->bytes + begin, "Content-Length:",
				15) == 0)
			length = strtoul(heard->bytes + begin + 15, NULL, 10);
	} while (strcmp(heard->bytes + begin, "\r\n") != 0);
	if (end + length >= HTTP_SINK_BYTES ||
	    heard->requests == HTTP_SINK_REQUESTS ||
	    fread(heard->bytes + end, 1, length, in) != length)
		return false;
	heard->at[heard->requests + 1] = end + length;
	heard->requests++;
	return true;
}

static bool say(int fd, const char *text)
{
	size_t len = strlen(text);

	return send(fd, text, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static void say_for_ever(int fd, const char *head, const char *more)
{
	bool goes_on = say(fd, head);

	while (goes_on)
		goes_on = say(fd, more);
}

static const char *answer_to(const struct http_sink *sink, int request)
{
	const char *answer = NULL;

	for (int i = 0; i <= request && i < HTTP_SINK_ANSWERS; i++)
		if (sink->script.answers[i])
			answer = sink->script.answers[i];
	return answer ? answer : "HTTP/1.1 204 No Content\r\n\r\n";
}

/* False when the connection is over. */
static bool reply(const struct http_sink *sink, int fd, int request)
{
	const char *answer = answer_to(sink, request);

	if (sink->script.delay_ms)
		clock_sleep_ms(sink->script.delay_ms);
	if (strcmp(answer, HTTP_CLOSE) == 0)
		return false;
	if (strcmp(answer, HTTP_SILENT) == 0)
		return true;
	if (strcmp(answer, HTTP_ENDLESS) == 0) {
		say_for_ever(fd, "HTTP/1.1 200 OK\r\n\r\n", "again and ");
		return false;
	}
	if (strcmp(answer, HTTP_HEADERS) == 0) {
		say_for_ever(fd, "HTTP/1.1 200 OK\r\n", "X-A: b\r\n");
		return false;
	}
	return say(fd, answer);
}

static void converse(const struct http_sink *sink, int fd)
{
	FILE *in = fdopen(fd, "r");
	bool goes_on = in != NULL;

	sink->heard->connections++;
	while (goes_on && hear_request(in, sink->heard))
		goes_on = reply(sink, fd, sink->heard->requests - 1);
	if (in)
		fclose(in);
}

static void serve(const struct http_sink *sink)
{
	/* Should the test die, so does the server. */
	alarm(60);
	for (;;) {
		int fd = accept(sink->listening, NULL, NULL);

		if (fd < 0)
			_exit(1);
		converse(sink, fd);
	}
}

void http_sink_open(struct http_sink *sink, const struct http_script *script)
{
	int port;

	*sink = (struct http_sink){ .script = *script };
	sink->heard = mmap(NULL, sizeof(*sink->heard), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(sink->heard != MAP_FAILED);
	sink->listening = loopback_listen(&port);
	snprintf(sink->url, sizeof(sink->url), "http://127.0.0.1:%d/hook",
		 port);
	sink->child = fork();
	assert_true(sink->child >= 0);
	if (sink->child == 0)
		serve(sink);
}

void http_sink_close(struct http_sink *sink)
{
	kill(sink->child, SIGKILL);
	waitpid(sink->child, NULL, 0);
	close(sink->listening);
	munmap(sink->heard, sizeof(*sink->heard));
}

struct slice http_sink_request(const struct http_sink *sink, int i)
{
	const struct http_heard *heard = sink->heard;

	assert_true(i < heard->requests);
	return (struct slice){ heard->bytes + heard->at[i],
			       heard->at[i + 1] - heard->at[i] };
}

struct slice http_sink_header(const struct http_sink *sink, int i,
			      const char *name)
{
	struct slice rest = http_sink_request(sink, i);

	while (rest.len > 0) {
		struct slice line = slice_cut(&rest, '\n');
		struct slice value = line;

		if (slice_eq(slice_cut(&value, ':'), slice_from(name)))
			return slice_trim(value);
	}
	return (struct slice){ NULL, 0 };
}

struct slice http_sink_body(const struct http_sink *sink, int i)
{
	struct slice all = http_sink_request(sink, i);
	ptrdiff_t at = slice_find(all, S("\r\n\r\n"));

	return slice_after(all, (size_t)at + 4);
}
