/*
 * Alarms, digests and the outbox in MariaDB, as a user with the rights of
 * sql/own/mysql/grants.sql, from several machines at once: each is told once.
 */
#include "detector/alarms.h"
#include "detector/describe.h"
#include "detector/digest.h"
#include "detector/settings.h"
#include "notifier/letter.h"
#include "tests/support/own_db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RACERS = 6, NOTICES = 60, HOUR = 3600 * 1000 };

static const int64_t NOW = 1795334400000;	/* 2026-11-22 08:00 UTC */

static struct mariadb server;
static struct panel *panel;
static struct languages *languages;
static struct blocks blocks;

static int group_setup(void **state)
{
	static char en[] = "en", boss[] = "boss@provider.example",
		    seven[] = "07:00", none[] = "";
	struct err err;

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	settings.notice.default_language = en;
	settings.notice.operator_address = boss;
	settings.notice.digest = seven;
	settings.notice.provider_name = none;
	own_db_start(&server);
	if (panel_load("sql", "own", "", &panel, &err) ||
	    languages_load("templates", &languages, &err))
		fail_msg("%s", err.text);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	panel_free(&panel);
	languages_free(&languages);
	mariadb_stop(&server);
	return 0;
}

static void connect_blocks(void)
{
	blocks = (struct blocks){
		.db = own_db_open(&server),
		.panel = panel, .secret = S("0123456789abcdef"),
		.languages = languages,
	};
}

static int setup(void **state)
{
	struct db *root = own_db_root(&server);

	(void)state;
	own_db_run(root, "DELETE FROM comporta_notice;"
		   "DELETE FROM comporta_block;"
		   "DELETE FROM comporta_send_block;"
		   "DELETE FROM comporta_alarm; DELETE FROM comporta_action");
	db_close(&root);
	connect_blocks();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	db_close(&blocks.db);
	return 0;
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

	if (db_run(blocks.db, sql, NULL, 0, take_number, &n, NULL,
		   &err) != DB_OK)
		fail_msg("%s: %s", sql, err.text);
	return n;
}

/* Several processes, each with its own connection, do it at once. */
static void race(int (*work)(struct err *err))
{
	pid_t pids[RACERS];

	for (int i = 0; i < RACERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct err err = { 0 };
			int result;

			connect_blocks();
			result = work(&err);
			if (result < 0)
				fprintf(stderr, "%s\n", err.text);
			_exit(result < 0);
		}
	}
	for (int i = 0; i < RACERS; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
}

static int begin_alarm(struct err *err)
{
	return alarms_begin(&blocks, "notices_refused", "x", NOW, err);
}

static int end_alarm(struct err *err)
{
	return alarms_end(&blocks, "notices_refused", NOW + HOUR, err);
}

static void test_an_alarm_is_told_once(void **state)
{
	(void)state;
	race(begin_alarm);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_alarm"),
			 1);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_notice"),
			 1);
	race(end_alarm);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_notice"
				" WHERE kind = 'alarm_over'"), 1);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_alarm"
				" WHERE active_name IS NULL"), 1);
}

static int queue_digest(struct err *err)
{
	return digest_queue(&blocks, NOW, err);
}

static void make_block(void)
{
	const struct block_request request = {
		.decision = "d", .account = S("zoë@firma.example"),
		.decided_ms = NOW - 3 * HOUR, .actor = "scan", .reason = "x",
	};
	int64_t id;
	struct err err;

	if (blocks_make(&blocks, &request, NOW - 3 * HOUR, &id,
			&err) != BLOCK_MADE)
		fail_msg("%s", err.text);
}

static void test_a_digest_is_made_once(void **state)
{
	struct describe describe = { .blocks = &blocks,
				     .languages = languages };
	struct letter letter;
	struct err err;

	(void)state;
	make_block();
	assert_int_equal(alarms_begin(&blocks, "brake", "żółć", NOW - 2 * HOUR,
				      &err), 0);
	race(queue_digest);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_notice"
				" WHERE kind = 'digest'"), 1);
	letter_init(&letter);
	slice_copy(S("en"), letter.language, sizeof(letter.language));
	if (describe_notice(&describe, NOW / (24 * HOUR), NOTICE_DIGEST,
			    S("x"), &letter, &err))
		fail_msg("%s", err.text);
	assert_string_equal(text_string(&letter.values[LETTER_MADE]), "1");
	assert_non_null(strstr(
		text_string(&letter.values[LETTER_ALARM_LIST]), "brake"));
	letter_release(&letter);
}

static enum mail_result take(void *context, struct slice recipient,
			     struct slice message, struct err *err)
{
	ssize_t put = write(*(int *)context, recipient.ptr, 1);

	(void)message;
	(void)err;
	return put == 1 ? MAIL_ACCEPTED : MAIL_AWAY;
}

static int pipe_end;	/* a byte for each mail that went */

static int send_all(struct err *err)
{
	const struct mail_route route = { &pipe_end, take };
	struct describe describe = { .blocks = &blocks,
				     .languages = languages };
	const struct outbox_sender sender = {
		.route = &route, .languages = languages, .max_attempts = 14,
		.from = "help@provider.example", .from_name = "",
		.describe = describe_notice, .context = &describe,
	};
	struct outbox_report report;

	return outbox_send(blocks.db, &sender, NOW + HOUR, 1000, &report, err);
}

static void test_notices_go_once(void **state)
{
	char bytes[1000];
	int ends[2];

	(void)state;
	make_block();
	own_db_run(blocks.db, "UPDATE comporta_notice SET state = 'sent'");
	for (int i = 0; i < NOTICES; i++) {
		struct err err;
		char recipient[40];

		snprintf(recipient, sizeof(recipient), "u%d@home.example", i);
		assert_int_equal(outbox_queue(
			blocks.db, number("SELECT MAX(id) AS n FROM"
					  " comporta_block"), NOTICE_BLOCKED,
			slice_from(recipient), S("pl"), NOW, &err), DB_OK);
	}
	assert_int_equal(pipe(ends), 0);
	pipe_end = ends[1];
	race(send_all);
	close(ends[1]);
	assert_int_equal(read(ends[0], bytes, sizeof(bytes)), NOTICES);
	close(ends[0]);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_notice"
				" WHERE state <> 'sent'"), 0);
}

#define WITH_DB(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DB(test_an_alarm_is_told_once),
		WITH_DB(test_a_digest_is_made_once),
		WITH_DB(test_notices_go_once),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
