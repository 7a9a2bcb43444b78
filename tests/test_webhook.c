/*
 * Webhooks that wait and are sent, against HTTP servers on loopback whose
 * answers are a table.
 */
#include "notifier/webhook.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/text.h"
#include "detector/panel/schema.h"
#include "notifier/transfer.h"
#include "tests/support/folder.h"
#include "tests/support/http_sink.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Patience with a busy machine, and for those who never answer. */
enum { MINUTE = 60 * 1000, TIMEOUT_MS = 20000, SHORT_MS = 400 };
#define HOUR ((int64_t)60 * MINUTE)
#define NOW INT64_C(1795334400000)	/* 2026-11-22 */
#define KEY "0123456789abcdef-key"

static char folder[FOLDER_SIZE], file[FOLDER_SIZE + 20];
static struct db *db;
static int described;	/* what describe() returns */

static int describe(void *context, enum webhook_event event, int64_t about_id,
		    struct json *body, struct err *err)
{
	(void)context;
	if (described) {
		err_set(err, EXIT_SERVICE, "no database");
		return described;
	}
	json_add_string(body, "about", webhook_event_names[event]);
	json_add_integer(body, "number", about_id);
	return 0;
}

static char *urls[8];
static struct webhook_sender sender = {
	.urls = urls, .key = SLICE(KEY), .ca_file = "",
	.timeout_ms = TIMEOUT_MS, .max_attempts = 14, .describe = describe,
};

static struct db *connect_db(void)
{
	const struct db_settings how = { .kind = "sqlite", .file = file,
					 .timeout_s = 20 };
	struct db *made;
	struct err err;

	if (db_open(&how, &made, &err))
		fail_msg("%s", err.text);
	return made;
}

static int group_setup(void **state)
{
	(void)state;
	folder_make(folder, "webhook");
	snprintf(file, sizeof(file), "%s/webhook.db", folder);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static void script(const char *sql)
{
	struct err err;

	if (db_run_script(db, sql, &err) != DB_OK)
		fail_msg("%s", err.text);
}

static int setup(void **state)
{
	struct err err;
	int applied;

	(void)state;
	db = connect_db();
	if (schema_migrate(db, "sql", &applied, &err))
		fail_msg("%s", err.text);
	script("DELETE FROM comporta_webhook;");
	described = 0;
	sender.n_urls = 0;
	sender.budget_ms = 0;
	sender.timeout_ms = TIMEOUT_MS;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	db_close(&db);
	return 0;
}

static void receiver(struct http_sink *sink, const struct http_script *how)
{
	http_sink_open(sink, how);
	urls[sender.n_urls++] = sink->url;
}

static void queue(const char *url, int n, int64_t at_ms)
{
	static int64_t about;
	struct db_rows rows = WEBHOOK_ROWS(db);
	enum db_result done;
	struct err err;

	assert_int_equal(db_begin(db, &err), DB_OK);
	done = DB_OK;
	for (int i = 0; i < n && done == DB_OK; i++)
		done = webhook_row(&rows, WEBHOOK_BLOCKED, ++about, url, at_ms,
				   &err);
	if (db_rows_end(&rows, done, &err) != DB_OK ||
	    db_commit(db, &err) != DB_OK)
		fail_msg("%s", err.text);
}

static struct webhook_report send_at(int64_t now_ms)
{
	struct webhook_report report;
	struct err err;

	if (webhook_send(db, &sender, now_ms, &report, &err))
		fail_msg("%s", err.text);
	return report;
}

static void counts_are(const char *why, int64_t queued, int64_t sending,
		       int64_t sent, int64_t failed)
{
	struct waiting_counts counts;
	struct err err;

	assert_int_equal(webhook_count(db, &counts, &err), 0);
	assert_case(why, queued, counts.queued);
	assert_case(why, sending, counts.sending);
	assert_case(why, sent, counts.sent);
	assert_case(why, failed, counts.failed);
}

static int take_number(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "n", -1);
	return 1;
}

static int64_t number(const char *sql)
{
	int64_t n = -1;
	struct err err;

	if (db_run(db, sql, NULL, 0, take_number, &n, NULL, &err) != DB_OK)
		fail_msg("%s", err.text);
	return n;
}

#define ANSWER(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"

/* Two wait; the first gets the answer. */
static void test_answers(void **state)
{
	static const struct {
		const char *why, *answer;
		int requests;
		int64_t queued, sent, failed;
		const char *words;	/* of the report */
		bool is_short;		/* there is no more to come */
	} cases[] = {
		{ "200", ANSWER("200 OK"), 2, 0, 2, 0, "", false },
		{ "202", ANSWER("202 Accepted"), 2, 0, 2, 0, "", false },
		{ "410", ANSWER("410 Gone"), 2, 0, 0, 2, "answered 410",
		  false },
		{ "301", ANSWER("301 Moved"), 2, 2, 0, 0, "answered 301",
		  false },
		{ "400", ANSWER("400 Bad"), 2, 2, 0, 0, "answered 400", false },
		{ "401", ANSWER("401 No"), 2, 2, 0, 0, "answered 401", false },
		{ "404", ANSWER("404 No"), 2, 2, 0, 0, "answered 404", false },
		{ "408", ANSWER("408 Slow"), 2, 2, 0, 0, "answered 408",
		  false },
		{ "500", ANSWER("500 Oh"), 2, 2, 0, 0, "answered 500", false },
		/* For these nobody else is tried now. */
		{ "429", ANSWER("429 Often"), 1, 2, 0, 0, "answered 429",
		  false },
		{ "503", ANSWER("503 Away"), 1, 2, 0, 0, "answered 503",
		  false },
		{ "hung up", HTTP_CLOSE, 1, 2, 0, 0, "127.0.0.1:", false },
		{ "silent", HTTP_SILENT, 1, 2, 0, 0, "127.0.0.1:",
		  true },
		{ "no HTTP", "220 mail.example ESMTP\r\n", 1, 2, 0, 0, "",
		  true },
		/* It was taken; what else it says is cut. */
		{ "headers without end", HTTP_HEADERS, 2, 0, 2, 0, "", false },
		{ "a body without end", HTTP_ENDLESS, 2, 0, 2, 0, "", false },
		{ "a body that breaks off", "HTTP/1.1 200 OK\r\n"
		  "Content-Length: 100\r\n\r\nshort", 2, 0, 2, 0, "",
		  true },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct http_script how = { .answers = {
			cases[i].answer } };
		struct webhook_report report;
		struct http_sink sink;

		script("DELETE FROM comporta_webhook;");
		sender.n_urls = 0;
		sender.timeout_ms = cases[i].is_short ? SHORT_MS : TIMEOUT_MS;
		receiver(&sink, &how);
		queue(sink.url, 2, NOW);
		report = send_at(NOW);
		assert_case(cases[i].why, cases[i].requests,
			    number("SELECT SUM(attempts) AS n"
				   " FROM comporta_webhook"));
		counts_are(cases[i].why, cases[i].queued, 0, cases[i].sent,
			   cases[i].failed);
		assert_case(cases[i].why, cases[i].sent, report.sent);
		assert_case(cases[i].why, cases[i].failed, report.failed);
		if (!strstr(report.last_error, cases[i].words) ||
		    strstr(report.last_error, "/hook"))
			fail_msg("%s: \"%s\"", cases[i].why,
				 report.last_error);
		/* What waits, waits at least a minute. */
		send_at(NOW + MINUTE - 10000);
		assert_case(cases[i].why, cases[i].requests,
			    number("SELECT SUM(attempts) AS n"
				   " FROM comporta_webhook"));
		http_sink_close(&sink);
	}
}

/* What a receiver sees, and that it can be sure of it. */
static void test_request(void **state)
{
	static const struct http_script usual;
	char want[CRYPTO_HEX_SIZE], signature[200];
	struct text signed_text = TEXT_INIT(4096);
	struct slice rest, at, id;
	struct http_sink sink;
	struct json *body;
	struct err err;

	(void)state;
	receiver(&sink, &usual);
	queue(sink.url, 1, NOW - MINUTE);
	assert_int_equal(send_at(NOW).sent, 1);
	assert_int_equal(sink.heard->requests, 1);
	assert_true(slice_starts(http_sink_request(&sink, 0),
				 S("POST /hook HTTP/1.1\r\n")));
	assert_true(slice_eq(http_sink_header(&sink, 0, "Content-Type"),
			     S("application/json")));
	assert_true(slice_eq(http_sink_header(&sink, 0, "Comporta-Event"),
			     S("blocked")));
	assert_true(slice_starts(http_sink_header(&sink, 0, "User-Agent"),
				 S("comporta/")));
	body = json_parse(http_sink_body(&sink, 0), &err);
	assert_non_null(body);
	id = http_sink_header(&sink, 0, "Comporta-Delivery");
	assert_int_equal(id.len, 32);
	assert_true(slice_eq(json_get_text(body, "id"), id));
	assert_true(slice_eq(json_get_text(body, "event"), S("blocked")));
	assert_true(slice_eq(json_get_text(body, "about"), S("blocked")));
	assert_true(slice_starts(json_get_text(body, "time"),
				 S("2026-11-22T")));
	json_free(&body);

	rest = http_sink_header(&sink, 0, "Comporta-Signature");
	assert_true(slice_skip(&rest, S("t=")));
	at = slice_cut(&rest, ',');
	assert_true(slice_eq(at, S("1795334400")));
	text_add(&signed_text, at);
	text_add_char(&signed_text, '.');
	text_add(&signed_text, http_sink_body(&sink, 0));
	crypto_hmac_hex(S(KEY), text_slice(&signed_text), want);
	snprintf(signature, sizeof(signature), "v1=%s", want);
	assert_true(slice_eq(rest, slice_from(signature)));
	text_release(&signed_text);
	http_sink_close(&sink);
}

static void test_redirect_is_not_followed(void **state)
{
	static const struct http_script usual;
	struct http_sink first, second;
	struct http_script how = { .answers = { NULL } };
	char answer[200];

	(void)state;
	http_sink_open(&second, &usual);
	snprintf(answer, sizeof(answer), "HTTP/1.1 307 There\r\n"
		 "Location: %s\r\nContent-Length: 0\r\n\r\n", second.url);
	how.answers[0] = answer;
	receiver(&first, &how);
	queue(first.url, 1, NOW);
	assert_int_equal(send_at(NOW).later, 1);
	assert_int_equal(first.heard->requests, 1);
	assert_int_equal(second.heard->connections, 0);
	http_sink_close(&first);
	http_sink_close(&second);
}

/* Tried again after 1, 5, 15 minutes and so on, always with the same id. */
static void test_retries(void **state)
{
	static const int64_t waits[] = { 1, 5, 15, 60, 120 };
	static const struct http_script how = { .answers = {
		ANSWER("500 Oh"), ANSWER("500 Oh"), ANSWER("500 Oh"),
		ANSWER("502 Oh"), ANSWER("504 Oh"), ANSWER("200 OK") } };
	struct http_sink sink;
	int64_t at_ms = NOW;

	(void)state;
	receiver(&sink, &how);
	queue(sink.url, 1, NOW);
	for (size_t i = 0; i < N_ELEMENTS(waits); i++) {
		assert_int_equal(send_at(at_ms).later, 1);
		at_ms += waits[i] * MINUTE - 5000;
		assert_int_equal(send_at(at_ms).later, 0);
		at_ms += 10000;
	}
	assert_int_equal(send_at(at_ms).sent, 1);
	assert_int_equal(sink.heard->requests, 6);
	for (int i = 1; i < 6; i++)
		assert_true(slice_eq(
			http_sink_header(&sink, 0, "Comporta-Delivery"),
			http_sink_header(&sink, i, "Comporta-Delivery")));
	http_sink_close(&sink);
}

static void test_limits(void **state)
{
	static const struct {
		const char *why, *answer;
		int attempts;
		int64_t step_ms;
	} cases[] = {
		{ "404 a few times", ANSWER("404 No"), 5, 9 * HOUR },
		{ "500 to the last", ANSWER("500 Oh"), 14, 5 * HOUR },
		{ "500 for three days", ANSWER("500 Oh"), 10, 8 * HOUR + 1 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct http_script how = { .answers = {
			cases[i].answer } };
		struct http_sink sink;
		int64_t at_ms = NOW;
		int attempts = 0;

		script("DELETE FROM comporta_webhook;");
		sender.n_urls = 0;
		receiver(&sink, &how);
		queue(sink.url, 1, NOW);
		while (attempts < 50) {
			attempts++;
			if (send_at(at_ms).failed)
				break;
			/* Whatever the pause is. */
			script("UPDATE comporta_webhook SET next_ms = 0;");
			at_ms += cases[i].step_ms;
		}
		assert_case(cases[i].why, cases[i].attempts, attempts);
		assert_case(cases[i].why, attempts, sink.heard->requests);
		counts_are(cases[i].why, 0, 0, 0, 1);
		http_sink_close(&sink);
	}
}

static void test_retry_after(void **state)
{
	static const struct {
		const char *why, *header;
		int64_t wait_s;
	} cases[] = {
		{ "longer than ours", "Retry-After: 600", 600 },
		{ "shorter", "Retry-After: 1", 60 },
		{ "for ever", "Retry-After: 99999999", 86400 },
		{ "nonsense", "Retry-After: soon", 60 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		char answer[200];
		const struct http_script how = { .answers = { answer } };
		struct http_sink sink;
		int64_t first;

		script("DELETE FROM comporta_webhook;");
		sender.n_urls = 0;
		snprintf(answer, sizeof(answer), "HTTP/1.1 429 Often\r\n"
			 "%s\r\nContent-Length: 0\r\n\r\n", cases[i].header);
		receiver(&sink, &how);
		queue(sink.url, 3, NOW);
		send_at(NOW);
		/* For all that wait for this one. */
		assert_case(cases[i].why, 1, sink.heard->requests);
		first = number("SELECT MIN(next_ms) AS n FROM"
			       " comporta_webhook") - NOW;
		assert_case(cases[i].why, cases[i].wait_s, first / 1000);
		http_sink_close(&sink);
	}
}

/* A receiver that is away delays nobody else, and is not asked again for each
 * that waits. */
static void test_one_that_is_away(void **state)
{
	static const struct http_script silent = { .answers = {
		HTTP_SILENT } };
	static const struct http_script usual;
	struct http_sink away, well;
	struct webhook_report report;
	int64_t began_ms;

	(void)state;
	sender.timeout_ms = 3000;
	receiver(&away, &silent);
	receiver(&well, &usual);
	queue(away.url, 30, NOW);
	queue(well.url, 30, NOW);
	began_ms = clock_monotonic_ms();
	report = send_at(NOW);
	assert_true(clock_monotonic_ms() - began_ms < 2 * 3000);
	assert_int_equal(report.sent, 30);
	assert_int_equal(well.heard->requests, 30);
	assert_int_equal(away.heard->requests, 1);
	counts_are("half", 30, 0, 30, 0);
	/* Only one was tried, so only one counts. */
	assert_int_equal(number("SELECT SUM(attempts) AS n FROM"
				" comporta_webhook WHERE state = 'queued'"),
			 1);
	/* Another one first, the next time. */
	sender.timeout_ms = SHORT_MS;
	send_at(NOW + MINUTE + 5000);
	assert_int_equal(away.heard->requests, 2);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_webhook"
				" WHERE state = 'queued' AND attempts = 1"),
			 2);
	http_sink_close(&away);
	http_sink_close(&well);
}

/* After three days all of them are given up, not one a minute. */
static void test_too_old(void **state)
{
	static const struct http_script silent = { .answers = {
		HTTP_SILENT } };
	struct http_sink sink;

	(void)state;
	sender.timeout_ms = SHORT_MS;
	receiver(&sink, &silent);
	queue(sink.url, 30, NOW - 73 * HOUR);
	queue(sink.url, 30, NOW);
	assert_int_equal(send_at(NOW).failed, 30);
	assert_int_equal(sink.heard->requests, 1);
	counts_are("the old ones", 30, 0, 0, 30);
	http_sink_close(&sink);
}

static void test_budget(void **state)
{
	static const struct http_script slow = { .delay_ms = 150 };
	struct http_sink sink;
	int64_t sent;

	(void)state;
	sender.budget_ms = 200;
	receiver(&sink, &slow);
	queue(sink.url, 20, NOW);
	/* Two, or one on a machine that is busy. */
	sent = send_at(NOW).sent;
	assert_true(sent == 1 || sent == 2);
	counts_are("the rest later", 20 - sent, 0, sent, 0);
	http_sink_close(&sink);
}

static void test_rows_that_cannot_be_sent(void **state)
{
	static const struct {
		const char *why, *change;
		int described;
		int64_t queued, sent, failed;
	} cases[] = {
		{ "the database is away", "", -1, 1, 0, 0 },
		{ "the block is gone", "", 1, 0, 0, 1 },
		{ "an event of a later version",
		  "UPDATE comporta_webhook SET event = 'moved';", 0, 0, 0, 1 },
		{ "a URL that is no longer there",
		  "UPDATE comporta_webhook SET target = 'https://a.example/',"
		  " queued_ms = 5;", 0, 0, 0, 1 },
		{ "the same, killed while it went", "UPDATE comporta_webhook"
		  " SET target = 'https://a.example/', state = 'sending',"
		  " claimed_ms = 5, queued_ms = 5;", 0, 0, 0, 1 },
		{ "it kills us", "UPDATE comporta_webhook SET attempts = 14;",
		  0, 0, 0, 1 },
	};
	static const struct http_script usual;
	struct http_sink sink;

	(void)state;
	receiver(&sink, &usual);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		script("DELETE FROM comporta_webhook;");
		queue(sink.url, 1, NOW);
		script(cases[i].change);
		described = cases[i].described;
		send_at(NOW);
		counts_are(cases[i].why, cases[i].queued, 0, cases[i].sent,
			   cases[i].failed);
	}
	assert_int_equal(sink.heard->requests, 0);
	http_sink_close(&sink);
}

/* In a process of its own, with its own connection. Ours must not be open then:
 * SQLite does not stand a fork(). */
static pid_t send_apart(int64_t now_ms)
{
	pid_t child;

	db_close(&db);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct db *own = connect_db();
		struct webhook_report report;
		struct err err;
		int result = webhook_send(own, &sender, now_ms, &report, &err);

		db_close(&own);
		_exit(result != 0);
	}
	return child;
}

static void await_requests(const struct http_sink *sink, int n)
{
	const volatile int *requests = &sink->heard->requests;
	int64_t until_ms = clock_monotonic_ms() + 20000;

	while (*requests < n && clock_monotonic_ms() < until_ms)
		clock_sleep_ms(1);
	assert_int_equal(*requests, n);
}

/* Killed after the receiver had it, before we wrote that down. */
static void test_killed(void **state)
{
	static const struct http_script how = { .answers = {
		HTTP_SILENT, ANSWER("200 OK") } };
	struct http_sink sink;
	pid_t child;

	(void)state;
	receiver(&sink, &how);
	queue(sink.url, 1, NOW);
	child = send_apart(NOW);
	await_requests(&sink, 1);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	db = connect_db();
	counts_are("killed", 0, 1, 0, 0);
	/* Nobody else takes it while it may still be on its way. */
	assert_int_equal(send_at(NOW + 9 * MINUTE).sent, 0);
	assert_int_equal(sink.heard->requests, 1);
	assert_int_equal(send_at(NOW + 10 * MINUTE + 5000).sent, 1);
	assert_int_equal(sink.heard->requests, 2);
	assert_true(slice_eq(http_sink_header(&sink, 0, "Comporta-Delivery"),
			     http_sink_header(&sink, 1,
					      "Comporta-Delivery")));
	counts_are("again", 0, 0, 1, 0);
	http_sink_close(&sink);
}

static bool is_twice(const struct http_sink *sink, int i)
{
	struct slice id = http_sink_header(sink, i, "Comporta-Delivery");

	for (int j = 0; j < i; j++)
		if (slice_eq(http_sink_header(sink, j, "Comporta-Delivery"),
			     id))
			return true;
	return false;
}

static void test_four_at_once(void **state)
{
	enum { RUNS = 4, EACH = 60 };
	static const struct http_script usual;
	struct http_sink sinks[RUNS];
	pid_t children[RUNS];
	int status;

	(void)state;
	/* One connection is served at a time, so each has a receiver first;
	 * then all go for what is left. */
	for (int i = 0; i < RUNS; i++) {
		receiver(&sinks[i], &usual);
		queue(sinks[i].url, EACH, NOW);
	}
	for (int i = 0; i < RUNS; i++)
		children[i] = send_apart(NOW);
	for (int i = 0; i < RUNS; i++) {
		waitpid(children[i], &status, 0);
		assert_int_equal(status, 0);
	}
	db = connect_db();
	counts_are("all of them", 0, 0, RUNS * EACH, 0);
	for (int i = 0; i < RUNS; i++) {
		assert_int_equal(sinks[i].heard->requests, EACH);
		for (int j = 0; j < EACH; j++)
			assert_false(is_twice(&sinks[i], j));
		http_sink_close(&sinks[i]);
	}
	assert_int_equal(number("SELECT MAX(attempts) AS n FROM"
				" comporta_webhook"), 1);
}

static void test_a_thousand(void **state)
{
	static const struct http_script usual;
	struct http_sink sink;
	int64_t began_ms;

	(void)state;
	receiver(&sink, &usual);
	queue(sink.url, 1000, NOW);
	began_ms = clock_monotonic_ms();
	assert_int_equal(send_at(NOW).sent, 1000);
	print_message("1000 webhooks in %d ms\n",
		      (int)(clock_monotonic_ms() - began_ms));
	assert_int_equal(sink.heard->requests, 1000);
	assert_int_equal(sink.heard->connections, 1);
	http_sink_close(&sink);
}

static void test_urls(void **state)
{
	static const struct {
		const char *url;
		int want;
	} cases[] = {
		{ "https://panel.example/hooks/comporta", 0 },
		{ "https://panel.example:8443?token=a%20b&c=d", 0 },
		{ "http://127.0.0.1:8000/x", 0 },
		{ "http://localhost/x", 0 },
		{ "http://[::1]:80/x", 0 },
		{ "http://panel.example/x", -1 },
		{ "http://127.0.0.1.evil.example/x", -1 },
		{ "http://localhost.evil.example/x", -1 },
		{ "http://[::1].evil.example/x", -1 },
		{ "http://127.0.0.1@evil.example/x", -1 },
		{ "https://user:word@panel.example/x", -1 },
		{ "https://panel.example/x#part", -1 },
		{ "https://", -1 },
		{ "https://:443/x", -1 },
		{ "https:///x", -1 },
		{ "ftp://panel.example/x", -1 },
		{ "file:///etc/passwd", -1 },
		{ "panel.example/x", -1 },
		{ "", -1 },
		{ "https://panel.example/a b", -1 },
		{ "https://panel.example/\r\nX: y", -1 },
		{ "https://panel.example/\x80", -1 },
	};
	char longest[300] = "https://panel.example/";
	struct err err;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_case(cases[i].url, cases[i].want,
			    webhook_check_url(cases[i].url, &err));
	memset(longest + strlen(longest), 'a', 255 - strlen(longest));
	assert_int_equal(webhook_check_url(longest, &err), 0);
	longest[255] = 'a';
	assert_int_equal(webhook_check_url(longest, &err), -1);
	assert_true(slice_eq(webhook_host(S("https://a.example:8/secret?x")),
			     S("https://a.example:8")));
	assert_true(slice_eq(webhook_host(S("https://a.example?x/y")),
			     S("https://a.example")));
}

static void test_trouble(void **state)
{
	static const struct http_script how = { .answers = {
		ANSWER("404 No") } };
	struct webhook_trouble trouble;
	struct http_sink sink;
	struct err err;

	(void)state;
	receiver(&sink, &how);
	queue(sink.url, 2, NOW);
	assert_int_equal(webhook_trouble(db, NOW - HOUR, &trouble, &err), 0);
	assert_int_equal(trouble.waiting + trouble.failed, 0);
	send_at(NOW);
	script("UPDATE comporta_webhook SET attempts = 13, next_ms = 5"
	       " WHERE id = (SELECT MAX(id) FROM comporta_webhook);");
	send_at(NOW + 5000);
	assert_int_equal(webhook_trouble(db, NOW - HOUR, &trouble, &err), 0);
	assert_int_equal(trouble.waiting, 1);
	assert_int_equal(trouble.failed, 1);
	assert_non_null(strstr(trouble.last_error, "answered 404"));
	/* What is long past is not told for ever. */
	assert_int_equal(webhook_trouble(db, NOW + 24 * HOUR, &trouble, &err),
			 0);
	assert_int_equal(trouble.failed, 0);
	http_sink_close(&sink);
}

static int64_t count_state(const char *state)
{
	struct waiting_counts counts;
	struct err err;

	assert_int_equal(webhook_count(db, &counts, &err), 0);
	return strcmp(state, "queued") == 0 ? counts.queued : counts.failed;
}

static bool is_due(int64_t now_ms)
{
	bool is_due = false;
	struct err err;

	if (webhook_is_due(db, urls, sender.n_urls, now_ms, &is_due, &err))
		fail_msg("%s", err.text);
	return is_due;
}

/* Machines that share the tables need not have the same URLs, and a change of
 * the configuration reaches one after the other. */
static void test_another_machines_url_is_left_to_it(void **state)
{
	struct http_sink sink;

	(void)state;
	queue("http://127.0.0.1:9/other", 3, NOW);
	for (int i = 0; i < 2; i++) {
		assert_false(is_due(NOW + HOUR));
		send_at(NOW + HOUR);
		assert_int_equal(count_state("queued"), 3);
		if (i == 0)
			receiver(&sink, &(struct http_script){ 0 });
	}
	queue(sink.url, 1, NOW);
	assert_true(is_due(NOW));
	assert_int_equal(send_at(NOW).sent, 1);
	assert_int_equal(count_state("queued"), 3);
	/* Nobody wants it. */
	assert_true(is_due(NOW + WEBHOOK_STRANGE_MS + 1));
	send_at(NOW + WEBHOOK_STRANGE_MS + 1);
	assert_int_equal(count_state("failed"), 3);
	assert_false(is_due(NOW + WEBHOOK_STRANGE_MS + 1));
	http_sink_close(&sink);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answers),
		TEST(test_request),
		TEST(test_redirect_is_not_followed),
		TEST(test_retries),
		TEST(test_limits),
		TEST(test_retry_after),
		TEST(test_one_that_is_away),
		TEST(test_too_old),
		TEST(test_budget),
		TEST(test_rows_that_cannot_be_sent),
		TEST(test_killed),
		TEST(test_four_at_once),
		TEST(test_a_thousand),
		cmocka_unit_test(test_urls),
		TEST(test_trouble),
		TEST(test_another_machines_url_is_left_to_it),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
