/*
 * Webhooks in MariaDB, as a user with the rights of sql/own/mysql/grants.sql:
 * every statement runs there too, and several programs that send at once send
 * each delivery once.
 */
#include "notifier/webhook.h"
#include "tests/support/http_sink.h"
#include "tests/support/own_db.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUNS = 4, URLS = 2, EACH = 60 };
#define NOW INT64_C(1795334400000)	/* 2026-11-22 */

static struct mariadb server;
static char *urls[URLS];

static int describe(void *context, enum webhook_event event, int64_t about_id,
		    struct json *body, struct err *err)
{
	(void)context;
	(void)event;
	(void)err;
	json_add_integer(body, "number", about_id);
	return 0;
}

static struct webhook_sender sender = {
	.urls = urls, .n_urls = URLS, .key = SLICE("0123456789abcdef"),
	.ca_file = "", .timeout_ms = 20000, .max_attempts = 14,
	.describe = describe,
};

static int group_setup(void **state)
{
	(void)state;
	own_db_start(&server);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	mariadb_stop(&server);
	return 0;
}

static void queue(struct db *db, const char *url, int n, int64_t at_ms)
{
	static int64_t about;
	struct db_rows rows = WEBHOOK_ROWS(db);
	enum db_result done;
	struct err err;

	done = db_begin(db, &err);
	for (int i = 0; i < n && done == DB_OK; i++)
		done = webhook_row(&rows, WEBHOOK_BLOCKED, ++about, url, at_ms,
				   &err);
	if (db_rows_end(&rows, done, &err) != DB_OK ||
	    db_commit(db, &err) != DB_OK)
		fail_msg("%s", err.text);
}

static void counts_are(struct db *db, int64_t queued, int64_t sent,
		       int64_t failed)
{
	struct waiting_counts counts;
	struct err err;

	assert_int_equal(webhook_count(db, &counts, &err), 0);
	assert_int_equal(counts.queued, queued);
	assert_int_equal(counts.sent, sent);
	assert_int_equal(counts.failed, failed);
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
	static const struct http_script usual;
	struct db *db = own_db_open(&server);
	struct http_sink sinks[URLS];
	pid_t children[RUNS];

	(void)state;
	for (int i = 0; i < URLS; i++) {
		http_sink_open(&sinks[i], &usual);
		urls[i] = sinks[i].url;
		queue(db, urls[i], EACH, NOW);
	}
	for (int i = 0; i < RUNS; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			struct db *own = own_db_open(&server);
			struct webhook_report report;
			struct err err;

			_exit(webhook_send(own, &sender, NOW, &report, &err)
			      != 0);
		}
	}
	for (int i = 0; i < RUNS; i++) {
		int status = 1;

		waitpid(children[i], &status, 0);
		assert_int_equal(status, 0);
	}
	counts_are(db, 0, URLS * EACH, 0);
	for (int i = 0; i < URLS; i++) {
		assert_int_equal(sinks[i].heard->requests, EACH);
		for (int j = 0; j < EACH; j++)
			assert_false(is_twice(&sinks[i], j));
		http_sink_close(&sinks[i]);
	}
	own_db_run(db, "UPDATE comporta_webhook SET state = 'over'");
	db_close(&db);
}

/* Every other statement: one that is away, one that is too old, one for a URL
 * that is gone, and what is told of them. */
static void test_trouble(void **state)
{
	static const struct http_script away = { .answers = { HTTP_CLOSE } };
	struct db *db = own_db_open(&server);
	struct webhook_trouble trouble;
	struct webhook_report report;
	struct http_sink sinks[URLS];
	struct err err;

	(void)state;
	for (int i = 0; i < URLS; i++) {
		http_sink_open(&sinks[i], &away);
		urls[i] = sinks[i].url;
	}
	queue(db, urls[0], 20, NOW);
	queue(db, urls[1], 10, NOW - 4 * INT64_C(86400000));
	queue(db, "https://gone.example/\xc5\xbb", 5,
	      NOW - 2 * INT64_C(86400000));
	if (webhook_send(db, &sender, NOW, &report, &err))
		fail_msg("%s", err.text);
	counts_are(db, 20, 0, 15);
	assert_int_equal(sinks[0].heard->requests, 1);
	assert_int_equal(sinks[1].heard->requests, 1);
	assert_int_equal(webhook_trouble(db, NOW - 1000, &trouble, &err), 0);
	assert_int_equal(trouble.waiting, 20);
	assert_int_equal(trouble.failed, 15);
	for (int i = 0; i < URLS; i++)
		http_sink_close(&sinks[i]);
	db_close(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_four_at_once),
		cmocka_unit_test(test_trouble),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
