/*
 * mail_smtp.c against a mail server on loopback whose answers are a table.
 * The server is a child process; what it heard comes back through a file.
 */
#include "notifier/mail.h"
#include "tests/support/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HEARD_SIZE = 65536, TIMEOUT_MS = 400, PATIENT_MS = 5000 };

/* Answers to the first word of a command; SILENT says nothing, CLOSE hangs
 * up. NULL stands for the usual one. */
#define SILENT "silent"
#define CLOSE "close"

struct answers {
	const char *greeting, *ehlo, *auth, *mail, *rcpt, *data, *end;
};

struct heard {
	int connections;
	size_t len;
	char bytes[HEARD_SIZE];
};

struct sink {
	const struct answers *answers;
	struct heard *heard;	/* shared with the child */
	int listening;
	int port;
	pid_t child;
};

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
	if (heard->len + len > HEARD_SIZE)
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

static void sink_open(struct sink *sink, const struct answers *answers)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);

	sink->answers = answers;
	sink->heard = mmap(NULL, sizeof(*sink->heard), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(sink->heard != MAP_FAILED);
	sink->listening = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(sink->listening, (struct sockaddr *)&address,
			      size), 0);
	assert_int_equal(listen(sink->listening, 5), 0);
	assert_int_equal(getsockname(sink->listening,
				     (struct sockaddr *)&address, &size), 0);
	sink->port = ntohs(address.sin_port);
	sink->child = fork();
	assert_true(sink->child >= 0);
	if (sink->child == 0)
		serve(sink);
}

static void sink_close(struct sink *sink)
{
	kill(sink->child, SIGKILL);
	waitpid(sink->child, NULL, 0);
	close(sink->listening);
	munmap(sink->heard, sizeof(*sink->heard));
}

static bool was_heard(const struct sink *sink, const char *text)
{
	struct slice all = { sink->heard->bytes, sink->heard->len };

	return slice_find(all, slice_from(text)) >= 0;
}

static const char message[] =
	"Subject: x\r\n\r\n.dot\r\n..dots\r\n.\r\nRSET\r\nend\r\n";

static struct mail_settings usual_settings(char url[64], int port)
{
	snprintf(url, 64, "smtp://127.0.0.1:%d", port);
	return (struct mail_settings){
		.url = url, .user = "", .password = "",
		.from = "help@hoster.example", .helo = "host.example",
		.ca_file = "", .verify = true, .timeout_ms = PATIENT_MS,
	};
}

static struct mail_client *open_client(const struct mail_settings *settings)
{
	struct mail_client *client;
	struct err err;

	if (mail_client_open(settings, &client, &err))
		fail_msg("%s", err.text);
	return client;
}

static enum mail_result send_to(struct mail_client *client, const char *to,
				struct err *err)
{
	struct mail_route route = mail_client_route(client);

	return route.send(route.context, slice_from(to),
			  slice_from(message), err);
}

static void test_answers(void **state)
{
	static const struct {
		const char *why;
		struct answers answers;
		enum mail_result want;
		const char *part;	/* of the error */
		int timeout_ms;
	} cases[] = {
		{ "all well", { NULL }, MAIL_ACCEPTED, NULL, 0 },
		{ "greeting 421", { .greeting = "421 busy" }, MAIL_AWAY,
		  "connection: 421 busy", 0 },
		{ "greeting 554", { .greeting = "554 no" }, MAIL_AWAY,
		  "connection: 554 no", 0 },
		{ "greeting, then gone", { .greeting = CLOSE }, MAIL_AWAY,
		  "connection", 0 },
		{ "no greeting", { .greeting = SILENT }, MAIL_AWAY,
		  "connection", TIMEOUT_MS },
		{ "not SMTP", { .greeting = "HTTP/1.1 400 Bad" }, MAIL_AWAY,
		  "connection", TIMEOUT_MS },
		{ "EHLO 550", { .ehlo = "550 go away" }, MAIL_AWAY,
		  "connection", 0 },
		{ "sender 451", { .mail = "451 later" }, MAIL_LATER,
		  "our sender (MAIL FROM): 451 later", 0 },
		{ "sender 553", { .mail = "553 who" }, MAIL_AWAY,
		  "our sender (MAIL FROM): 553 who", 0 },
		{ "sender 530", { .mail = "530 log in" }, MAIL_AWAY,
		  "530 log in", 0 },
		{ "recipient 451", { .rcpt = "451 4.7.1 greylisted" },
		  MAIL_LATER, "(RCPT TO): 451 4.7.1 greylisted", 0 },
		{ "recipient 550", { .rcpt = "550 5.1.1 unknown" },
		  MAIL_REFUSED, "(RCPT TO): 550 5.1.1 unknown", 0 },
		{ "recipient, several lines",
		  { .rcpt = "550-5.1.1 one\r\n550 5.1.1 two" },
		  MAIL_REFUSED, "550 5.1.1 two", 0 },
		{ "recipient, login wanted", { .rcpt = "530 log in" },
		  MAIL_AWAY, "530 log in", 0 },
		{ "recipient 421", { .rcpt = "421 shutting down" }, MAIL_AWAY,
		  "421", 0 },
		{ "recipient, gone", { .rcpt = CLOSE }, MAIL_AWAY, "RCPT", 0 },
		{ "recipient, silent", { .rcpt = SILENT }, MAIL_AWAY, "RCPT",
		  TIMEOUT_MS },
		{ "data 451", { .data = "451 full" }, MAIL_LATER,
		  "(DATA): 451 full", 0 },
		{ "data 554", { .data = "554 no" }, MAIL_REFUSED,
		  "(DATA): 554 no", 0 },
		{ "message 452", { .end = "452 full" }, MAIL_LATER,
		  "(DATA): 452 full", 0 },
		{ "message 554", { .end = "554 5.7.1 spam" }, MAIL_REFUSED,
		  "(DATA): 554 5.7.1 spam", 0 },
		{ "message, gone", { .end = CLOSE }, MAIL_AWAY, "DATA", 0 },
		{ "message, silent", { .end = SILENT }, MAIL_AWAY, "DATA",
		  TIMEOUT_MS },
		{ "hostile words", { .rcpt = "550 \x1b[2J%s%n \xff" },
		  MAIL_REFUSED, "550 \\x1b[2J%s%n \\xff", 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct sink sink;
		struct mail_settings settings;
		struct mail_client *client;
		struct err err = { 0 };
		enum mail_result got;
		char url[64];

		sink_open(&sink, &cases[i].answers);
		settings = usual_settings(url, sink.port);
		if (cases[i].timeout_ms)
			settings.timeout_ms = cases[i].timeout_ms;
		client = open_client(&settings);
		got = send_to(client, "a@home.example", &err);
		assert_case(cases[i].why, cases[i].want, got);
		if (cases[i].part && !strstr(err.text, cases[i].part))
			fail_msg("%s: \"%s\"", cases[i].why, err.text);
		mail_client_close(&client);
		assert_null(client);
		sink_close(&sink);
	}
}

static void test_what_the_server_hears(void **state)
{
	static const struct answers usual;
	static const char *const heard[] = {
		"EHLO host.example\r\n",
		"MAIL FROM:<help@hoster.example>",
		"RCPT TO:<a@home.example>\r\n",
		"\r\n\r\n..dot\r\n...dots\r\n..\r\nRSET\r\nend\r\n.\r\n",
	};
	struct mail_settings settings;
	struct mail_client *client;
	struct sink sink;
	struct err err;
	char url[64];

	(void)state;
	sink_open(&sink, &usual);
	settings = usual_settings(url, sink.port);
	client = open_client(&settings);
	assert_int_equal(sink.heard->connections, 0);
	assert_int_equal(send_to(client, "a@home.example", &err),
			 MAIL_ACCEPTED);
	for (size_t i = 0; i < N_ELEMENTS(heard); i++)
		if (!was_heard(&sink, heard[i]))
			fail_msg("not heard: %s", heard[i]);
	mail_client_close(&client);
	sink_close(&sink);
}

static void test_one_connection_for_all(void **state)
{
	static const struct answers usual;
	struct mail_settings settings;
	struct mail_client *client;
	struct sink sink;
	struct err err;
	char url[64];

	(void)state;
	sink_open(&sink, &usual);
	settings = usual_settings(url, sink.port);
	client = open_client(&settings);
	for (int i = 0; i < 5; i++)
		assert_int_equal(send_to(client, "a@home.example", &err),
				 MAIL_ACCEPTED);
	assert_int_equal(sink.heard->connections, 1);
	mail_client_close(&client);
	sink_close(&sink);
}

/* After a refusal the next mail goes through, whatever became of the
 * connection. */
static void test_a_refusal_spoils_nothing(void **state)
{
	static const struct answers refusing = { .rcpt = "550 5.1.1 no" };
	struct mail_settings settings;
	struct mail_client *client;
	struct sink sink;
	struct err err;
	char url[64];

	(void)state;
	sink_open(&sink, &refusing);
	settings = usual_settings(url, sink.port);
	client = open_client(&settings);
	for (int i = 0; i < 3; i++)
		assert_int_equal(send_to(client, "a@home.example", &err),
				 MAIL_REFUSED);
	mail_client_close(&client);
	sink_close(&sink);
}

static void test_login(void **state)
{
	static const struct {
		const char *why;
		struct answers answers;
		enum mail_result want;
		bool is_heard;
	} cases[] = {
		{ "accepted", { .ehlo = "250-sink\r\n250 AUTH PLAIN" },
		  MAIL_ACCEPTED, true },
		{ "wrong password", { .ehlo = "250-sink\r\n250 AUTH PLAIN",
		  .auth = "535 5.7.8 no" }, MAIL_AWAY, true },
		{ "for a moment", { .ehlo = "250-sink\r\n250 AUTH PLAIN",
		  .auth = "454 4.7.0 later" }, MAIL_AWAY, true },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct sink sink;
		struct mail_settings settings;
		struct mail_client *client;
		struct err err = { 0 };
		enum mail_result got;
		char url[64];

		sink_open(&sink, &cases[i].answers);
		settings = usual_settings(url, sink.port);
		settings.user = "user";
		settings.password = "pass%s";
		client = open_client(&settings);
		got = send_to(client, "a@home.example", &err);
		assert_case(cases[i].why, cases[i].want, got);
		/* base64 of NUL user NUL pass%s */
		assert_case(cases[i].why, cases[i].is_heard,
			    was_heard(&sink, "AHVzZXIAcGFzcyVz"));
		assert_null(strstr(err.text, "pass%s"));
		mail_client_close(&client);
		sink_close(&sink);
	}
}

static void test_tls_that_is_not_offered(void **state)
{
	static const struct answers plain = {
		.ehlo = "250-sink\r\n250 AUTH PLAIN",
	};
	struct mail_settings settings;
	struct mail_client *client;
	struct sink sink;
	struct err err;
	char url[64];

	(void)state;
	sink_open(&sink, &plain);
	settings = usual_settings(url, sink.port);
	settings.user = "user";
	settings.password = "pass";
	settings.starttls = true;
	client = open_client(&settings);
	assert_int_equal(send_to(client, "a@home.example", &err), MAIL_AWAY);
	assert_false(was_heard(&sink, "AUTH"));
	assert_false(was_heard(&sink, "MAIL"));
	mail_client_close(&client);
	sink_close(&sink);
}

static void test_nobody_listens(void **state)
{
	static const struct answers usual;
	struct mail_settings settings;
	struct mail_client *client;
	struct sink sink;
	struct err err;
	char url[64];

	(void)state;
	sink_open(&sink, &usual);
	sink_close(&sink);
	settings = usual_settings(url, sink.port);
	client = open_client(&settings);
	assert_int_equal(send_to(client, "a@home.example", &err), MAIL_AWAY);
	assert_non_null(strstr(err.text, url));
	mail_client_close(&client);
}

static void test_recipients_that_are_none(void **state)
{
	static const char *const recipients[] = {
		"", "a", "a@b>\r\nRCPT TO:<c@d", "a@b c", "<a@b>",
	};
	static const struct answers usual;
	struct mail_settings settings;
	struct mail_client *client;
	struct sink sink;
	struct err err;
	char url[64];

	(void)state;
	sink_open(&sink, &usual);
	settings = usual_settings(url, sink.port);
	client = open_client(&settings);
	for (size_t i = 0; i < N_ELEMENTS(recipients); i++) {
		enum mail_result got = send_to(client, recipients[i], &err);

		assert_case(recipients[i], MAIL_REFUSED, got);
	}
	assert_int_equal(sink.heard->connections, 0);
	mail_client_close(&client);
	sink_close(&sink);
}

static void test_settings_that_are_refused(void **state)
{
	static const struct {
		const char *url, *helo, *from;
		int want;
	} cases[] = {
		{ "smtp://mx.example:25", "", "a@b.example", 0 },
		{ "smtps://mx.example", "h.example", "", 0 },
		{ "smtp://[::1]:25/", "", "a@b.example", 0 },
		{ "mx.example", "", "a@b.example", -1 },
		{ "http://mx.example", "", "a@b.example", -1 },
		{ "file:///etc/passwd", "", "a@b.example", -1 },
		{ "smtp://", "", "a@b.example", -1 },
		{ "smtp://user:pass@mx.example", "", "a@b.example", -1 },
		{ "smtp://mx.example/x", "", "a@b.example", -1 },
		{ "smtp://mx.example", "a b", "a@b.example", -1 },
		{ "smtp://mx.example", "a\r\nMAIL", "a@b.example", -1 },
		{ "smtp://mx.example", "", "nobody", -1 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct mail_settings settings = {
			.url = cases[i].url, .helo = cases[i].helo,
			.from = cases[i].from, .user = "", .password = "",
			.ca_file = "", .timeout_ms = PATIENT_MS,
		};
		struct mail_client *client = NULL;
		struct err err;
		int got = mail_client_open(&settings, &client, &err);

		assert_case(cases[i].url, cases[i].want, got);
		mail_client_close(&client);
	}
}

#define OFFERS .ehlo = "250-sink\r\n250 AUTH PLAIN"

/* A login that would like to send, and never does. */
static void test_trial(void **state)
{
	static const struct {
		const char *why;
		struct answers answers;
		enum mail_trial want;
		const char *part;	/* of the answer */
		bool is_mail_heard;
	} cases[] = {
		{ "taken", { OFFERS }, MAIL_TRIAL_TAKEN, "250 ok", true },
		{ "blocked", { OFFERS, .rcpt = "554 5.7.1 suspended" },
		  MAIL_TRIAL_REFUSED, "554 5.7.1 suspended", true },
		{ "blocked, several lines", { OFFERS,
		  .rcpt = "554-5.7.1 one\r\n554 5.7.1 two" },
		  MAIL_TRIAL_REFUSED, "554 5.7.1 two", true },
		{ "blocked at MAIL", { OFFERS, .mail = "550 5.7.1 no" },
		  MAIL_TRIAL_REFUSED, "550 5.7.1 no", true },
		{ "database away", { OFFERS, .rcpt = "451 4.3.5 oh" },
		  MAIL_TRIAL_REFUSED, "451 4.3.5 oh", true },
		{ "wrong password", { OFFERS, .auth = "535 5.7.8 no" },
		  MAIL_TRIAL_NO_LOGIN, "535 5.7.8 no", false },
		{ "no login offered", { NULL }, MAIL_TRIAL_NO_LOGIN,
		  "offers no login", false },
		{ "greeting 554", { .greeting = "554 go" }, MAIL_TRIAL_AWAY,
		  "554 go", false },
		{ "gone at RCPT", { OFFERS, .rcpt = CLOSE }, MAIL_TRIAL_AWAY,
		  "no answer to RCPT TO", true },
		{ "silent at RCPT", { OFFERS, .rcpt = SILENT },
		  MAIL_TRIAL_AWAY, "", true },
		{ "not SMTP at RCPT", { OFFERS, .rcpt = "what?" },
		  MAIL_TRIAL_AWAY, "", true },
		{ "hostile words", { OFFERS, .rcpt = "550 \x1b[2J%s%n" },
		  MAIL_TRIAL_REFUSED, "550 \\x1b[2J%s%n", true },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct mail_settings settings;
		struct mail_client *client;
		struct sink sink;
		char url[64], answer[MAIL_ANSWER_SIZE];

		sink_open(&sink, &cases[i].answers);
		settings = usual_settings(url, sink.port);
		settings.user = settings.from;
		settings.password = "geheim";
		settings.timeout_ms = TIMEOUT_MS;
		client = open_client(&settings);
		assert_case(cases[i].why, cases[i].want,
			    mail_client_try(client, settings.from, answer));
		if (!strstr(answer, cases[i].part) || strstr(answer, "geheim"))
			fail_msg("%s: \"%s\"", cases[i].why, answer);
		assert_case(cases[i].why, cases[i].is_mail_heard,
			    was_heard(&sink, "MAIL FROM:<help@hoster.example>"
				      "\r\n"));
		assert_false(was_heard(&sink, "DATA"));
		mail_client_close(&client);
		sink_close(&sink);
	}
}

/* To another machine a password goes over TLS or not at all. */
static void test_trial_without_tls(void **state)
{
	static const struct answers offers = { OFFERS };
	struct mail_settings settings;
	struct mail_client *client;
	struct sink sink;
	char url[64], answer[MAIL_ANSWER_SIZE];

	(void)state;
	sink_open(&sink, &offers);
	settings = usual_settings(url, sink.port);
	settings.user = settings.from;
	settings.password = "geheim";
	/* This machine under a name that does not say so. */
	snprintf(url, sizeof(url), "smtp://0.0.0.0:%d", sink.port);
	client = open_client(&settings);
	assert_int_equal(mail_client_try(client, settings.from, answer),
			 MAIL_TRIAL_AWAY);
	assert_false(was_heard(&sink, "AUTH"));
	mail_client_close(&client);
	sink_close(&sink);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_what_the_server_hears),
		cmocka_unit_test(test_one_connection_for_all),
		cmocka_unit_test(test_a_refusal_spoils_nothing),
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_trial),
		cmocka_unit_test(test_trial_without_tls),
		cmocka_unit_test(test_tls_that_is_not_offered),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_recipients_that_are_none),
		cmocka_unit_test(test_settings_that_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
