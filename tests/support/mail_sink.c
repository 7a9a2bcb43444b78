#include "tests/support/mail_sink.h"

#include "tests/support/loopback.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* False when the connection is over. */
static bool say(int fd, const char *answer, const char *usual)
{
	const char *text = answer ? answer : usual;
	char line[600];
	int len;

	if (strcmp(text, CLOSE) == 0)
		return false;
	if (strcmp(text, SILENT) == 0)
		return true;
	len = snprintf(line, sizeof(line), "%s\r\n", text);
	return write(fd, line, (size_t)len) == len;
}

static void note(struct heard *heard, const char *bytes, size_t len)
{
	if (heard->len + len > SINK_HEARD_SIZE)
		_exit(1);
	memcpy(heard->bytes + heard->len, bytes, len);
	heard->len += len;
}

/* A line with its end, noted; false at the end of the connection. */
static bool hear(FILE *in, struct heard *heard, char line[2048])
{
	if (!fgets(line, 2048, in))
		return false;
	note(heard, line, strlen(line));
	return true;
}

static bool take_message(FILE *in, int fd, const struct answers *answers,
			 struct heard *heard)
{
	char line[2048];

	if (!say(fd, answers->data, "354 go on"))
		return false;
	if (answers->data)
		return true;
	do {
		if (!hear(in, heard, line))
			return false;
	} while (strcmp(line, ".\r\n") != 0);
	heard->messages++;
	return say(fd, answers->end, "250 2.0.0 queued as X");
}

static bool obey(FILE *in, int fd, const char *line,
		 const struct answers *answers, struct heard *heard)
{
	const struct {
		const char *word, *answer, *usual;
	} commands[] = {
		{ "EHLO", answers->ehlo, "250-sink\r\n250 8BITMIME" },
		{ "AUTH", answers->auth, "235 ok" },
		{ "MAIL", answers->mail, "250 ok" },
		{ "RCPT", answers->rcpt, "250 ok" },
		{ "RSET", NULL, "250 ok" },
		{ "QUIT", NULL, "221 bye" },
	};

	if (strncmp(line, "DATA", 4) == 0)
		return take_message(in, fd, answers, heard);
	for (size_t i = 0; i < N_ELEMENTS(commands); i++)
		if (strncmp(line, commands[i].word, 4) == 0)
			return say(fd, commands[i].answer, commands[i].usual);
	return say(fd, NULL, "500 what?");
}

static void converse(int fd, const struct answers *answers,
		     struct heard *heard)
{
	FILE *in = fdopen(fd, "r");
	char line[2048];
	bool goes_on;

	heard->connections++;
	goes_on = in && say(fd, answers->greeting, "220 sink");
	while (goes_on && hear(in, heard, line))
		goes_on = obey(in, fd, line, answers, heard);
	if (in)
		fclose(in);
}

static void serve(const struct sink *sink)
{
	/* Should the test die, so does the server. */
	alarm(30);
	for (;;) {
		int fd = accept(sink->listening, NULL, NULL);

		if (fd < 0)
			_exit(1);
		converse(fd, sink->answers, sink->heard);
	}
}

void sink_open(struct sink *sink, const struct answers *answers)
{
	sink->answers = answers;
	sink->heard = mmap(NULL, sizeof(*sink->heard), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(sink->heard != MAP_FAILED);
	sink->listening = loopback_listen(&sink->port);
	sink->child = fork();
	assert_true(sink->child >= 0);
	if (sink->child == 0)
		serve(sink);
}

void sink_close(struct sink *sink)
{
	kill(sink->child, SIGKILL);
	waitpid(sink->child, NULL, 0);
	close(sink->listening);
	munmap(sink->heard, sizeof(*sink->heard));
}

bool sink_heard(const struct sink *sink, const char *text)
{
	struct slice all = { sink->heard->bytes, sink->heard->len };

	return slice_find(all, slice_from(text)) >= 0;
}
