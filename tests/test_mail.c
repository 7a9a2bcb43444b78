/*
 * mail_smtp.c against a mail server on loopback whose answers are a table.
 */
#include "notifier/mail.h"
#include "tests/support/mail_sink.h"

#include <stdio.h>
#include <string.h>

enum { TIMEOUT_MS = 400, PATIENT_MS = 5000 };

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
		{ "message, gone", { .end = CLOSE }, MAIL_UNCERTAIN, "DATA",
		  0 },
		{ "message, silent", { .end = SILENT }, MAIL_UNCERTAIN, "DATA",
		  TIMEOUT_MS },
		{ "message, gone in the middle of the answer",
		  { .end = "250-queued" }, MAIL_UNCERTAIN, "DATA",
		  TIMEOUT_MS },
		{ "message, the same of a refusal", { .end = "554-spam" },
		  MAIL_REFUSED, "554", TIMEOUT_MS },
		{ "message 421", { .end = "421 going down" }, MAIL_AWAY,
		  "(DATA): 421 going down", 0 },
		{ "data, gone", { .data = CLOSE }, MAIL_AWAY, "DATA", 0 },
		{ "data, silent", { .data = SILENT }, MAIL_AWAY, "DATA",
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
		if (!sink_heard(&sink, heard[i]))
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
			    sink_heard(&sink, "AHVzZXIAcGFzcyVz"));
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
	assert_false(sink_heard(&sink, "AUTH"));
	assert_false(sink_heard(&sink, "MAIL"));
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
			    sink_heard(&sink, "MAIL FROM:<help@hoster.example>"
				      "\r\n"));
		assert_false(sink_heard(&sink, "DATA"));
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
	assert_false(sink_heard(&sink, "AUTH"));
	mail_client_close(&client);
	sink_close(&sink);
}

/* check asks so whether notices would get out. */
static void test_probe(void **state)
{
	static const struct {
		const char *why;
		struct answers answers;
		const char *user, *recipient;
		enum mail_trial want;
		const char *part;	/* of the answer */
		bool is_rcpt_heard;
	} cases[] = {
		{ "no login needed", { NULL }, "", "", MAIL_TRIAL_TAKEN,
		  "250 ok", false },
		{ "with a recipient", { NULL }, "", "ops@hoster.example",
		  MAIL_TRIAL_TAKEN, "250 ok", true },
		{ "recipient refused", { .rcpt = "554 5.7.1 relay denied" },
		  "", "ops@hoster.example", MAIL_TRIAL_REFUSED,
		  "554 5.7.1 relay denied", true },
		{ "queue full", { .mail = "452 4.3.1 full" }, "", "",
		  MAIL_TRIAL_REFUSED, "452 4.3.1 full", false },
		{ "login", { OFFERS }, "user", "", MAIL_TRIAL_TAKEN, "250 ok",
		  false },
		{ "login not offered", { NULL }, "user", "",
		  MAIL_TRIAL_NO_LOGIN, "offers no login", false },
		{ "no greeting", { .greeting = CLOSE }, "", "",
		  MAIL_TRIAL_AWAY, "", false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct mail_settings settings;
		struct mail_client *client;
		struct sink sink;
		char url[64], answer[MAIL_ANSWER_SIZE];

		sink_open(&sink, &cases[i].answers);
		settings = usual_settings(url, sink.port);
		settings.user = cases[i].user;
		settings.password = "geheim";
		client = open_client(&settings);
		assert_case(cases[i].why, cases[i].want,
			    mail_client_probe(client, cases[i].recipient,
					      answer));
		if (!strstr(answer, cases[i].part))
			fail_msg("%s: \"%s\"", cases[i].why, answer);
		assert_case(cases[i].why, cases[i].is_rcpt_heard,
			    sink_heard(&sink, "RCPT"));
		assert_false(sink_heard(&sink, "DATA"));
		mail_client_close(&client);
		sink_close(&sink);
	}
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
		cmocka_unit_test(test_probe),
		cmocka_unit_test(test_tls_that_is_not_offered),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_recipients_that_are_none),
		cmocka_unit_test(test_settings_that_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
