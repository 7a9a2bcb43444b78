/*
 * The outbox on SQLite, with a mail server made of a table of answers.
 */
#include "base/clock.h"
#include "detector/panel/schema.h"
#include "notifier/letter.h"
#include "notifier/outbox.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

enum { MINUTE = 60 * 1000 };
static const int64_t NOW = 1795334400000;	/* 2026-11-22 */

static struct languages *languages;
static char folder[FOLDER_SIZE];
static char file[FOLDER_SIZE + 16];
static struct db *db;

/* The mail server: what it answers, and what it was handed. */
static struct server {
	enum mail_result answers[8];
	size_t n_answers;
	size_t n;
	char recipients[8][64];
	char ids[8][80];	/* Message-ID */
	/* Called while the first mail is on its way, if set. */
	void (*meanwhile)(void);
} server;

static enum mail_result answer(void *context, struct slice recipient,
			       struct slice message, struct err *err)
{
	size_t i = server.n++;
	ptrdiff_t id = slice_find(message, S("Message-ID: "));
	struct slice line = slice_after(message, (size_t)id);
	enum mail_result result = i < server.n_answers ? server.answers[i]
						       : MAIL_ACCEPTED;

	(void)context;
	assert_true(i < 8);
	assert_true(id > 0);
	slice_copy(recipient, server.recipients[i], 64);
	slice_copy(slice_cut(&line, '\r'), server.ids[i], 80);
	if (i == 0 && server.meanwhile)
		server.meanwhile();
	if (result != MAIL_ACCEPTED)
		err_set(err, EXIT_SERVICE, "answer \x1b %zu", i);
	return result;
}

static int described;	/* what describe() answers */

static int describe(void *context, int64_t block_id, enum notice_kind kind,
		    struct slice recipient, struct letter *letter,
		    struct err *err)
{
	(void)context;
	(void)kind;
	(void)recipient;
	(void)block_id;
	/* The outbox must not take these over. */
	letter->id = 999;
	letter->at_ms = 5;
	letter_set(letter, LETTER_ACCOUNT, S("anna@firma.example"));
	if (described)
		err_set(err, EXIT_SERVICE, "no database");
	return described;
}

static const struct mail_route route = { NULL, answer };
static struct outbox_sender sender = {
	.route = &route, .from = "help@hoster.example", .from_name = "Help",
	.describe = describe, .max_attempts = 14,
};

static int group_setup(void **state)
{
	struct err err;

	(void)state;
	folder_make(folder, "outbox");
	snprintf(file, sizeof(file), "%s/outbox.db", folder);
	if (languages_load("templates", &languages, &err))
		fail_msg("%s", err.text);
	sender.languages = languages;
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	languages_free(&languages);
	folder_remove(folder);
	return 0;
}

static struct db *connect_db(void)
{
	const struct db_settings how = { .kind = "sqlite", .file = file,
					 .timeout_s = 5 };
	struct db *made;
	struct err err;

	if (db_open(&how, &made, &err))
		fail_msg("%s", err.text);
	return made;
}

static int setup(void **state)
{
	struct err err;
	int applied;

	(void)state;
	db = connect_db();
	if (schema_migrate(db, "sql", &applied, &err) ||
	    db_run_script(db, "DELETE FROM comporta_notice;", &err) != DB_OK)
		fail_msg("%s", err.text);
	server = (struct server){ .n_answers = 0 };
	described = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	db_close(&db);
	return 0;
}

static void queue(int64_t block, const char *recipient)
{
	struct err err;

	if (outbox_queue(db, block, NOTICE_BLOCKED, slice_from(recipient),
			 S("pl"), NOW, &err) != DB_OK)
		fail_msg("%s", err.text);
}

static struct outbox_report send_at(int64_t now_ms)
{
	struct outbox_report report;
	struct err err;

	if (outbox_send(db, &sender, now_ms, 100, &report, &err))
		fail_msg("%s", err.text);
	return report;
}

static void counts_are(const char *why, int64_t queued, int64_t sending,
		       int64_t sent, int64_t failed)
{
	struct waiting_counts counts;
	struct err err;

	assert_int_equal(outbox_count(db, &counts, &err), 0);
	assert_case(why, queued, counts.queued);
	assert_case(why, sending, counts.sending);
	assert_case(why, sent, counts.sent);
	assert_case(why, failed, counts.failed);
}

static void script(const char *sql)
{
	struct err err;

	if (db_run_script(db, sql, &err) != DB_OK)
		fail_msg("%s", err.text);
}

static void test_one_notice_per_block_kind_and_recipient(void **state)
{
	struct outbox_report report;

	(void)state;
	queue(1, "a@home.example");
	queue(1, "a@home.example");
	queue(1, "b@home.example");
	counts_are("queued twice", 2, 0, 0, 0);
	report = send_at(NOW);
	assert_int_equal(report.sent, 2);
	assert_string_equal(report.last_error, "");
	counts_are("sent", 0, 0, 2, 0);
	assert_string_equal(server.recipients[0], "a@home.example");
	assert_string_equal(server.recipients[1], "b@home.example");
	send_at(NOW + 100 * MINUTE);
	assert_int_equal(server.n, 2);
}

static void test_a_rolled_back_block_leaves_no_notice(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(db_begin(db, &err), DB_OK);
	queue(1, "a@home.example");
	queue(1, "a@home.example");	/* a duplicate spoils nothing */
	db_rollback(db);
	counts_are("rolled back", 0, 0, 0, 0);
	assert_int_equal(db_begin(db, &err), DB_OK);
	queue(1, "a@home.example");
	queue(1, "a@home.example");
	assert_int_equal(db_commit(db, &err), DB_OK);
	counts_are("committed", 1, 0, 0, 0);
}

static void test_retry_times(void **state)
{
	/* Minutes after the last attempt: before it nothing, then one. */
	static const int64_t waits[] = { 1, 5, 15, 60, 120, 240, 480, 480 };
	int64_t at_ms = NOW;

	(void)state;
	queue(1, "a@home.example");
	for (size_t i = 0; i < N_ELEMENTS(waits); i++) {
		struct outbox_report report;

		server = (struct server){ { MAIL_LATER }, 1, 0, { "" },
					  { "" }, NULL };
		report = send_at(at_ms);
		assert_int_equal(report.later, 1);
		assert_string_equal(report.last_error, "answer \\x1b 0");
		at_ms += waits[i] * MINUTE - 1000;
		send_at(at_ms);
		assert_int_equal(server.n, 1);
		/* The outbox adds the milliseconds a run took. */
		at_ms += 2000;
	}
	assert_int_equal(send_at(at_ms).sent, 1);
	assert_string_equal(server.ids[0], server.ids[1]);
}

static void test_given_up_in_the_end(void **state)
{
	int64_t at_ms = NOW;
	int attempts = 0;

	(void)state;
	queue(1, "a@home.example");
	while (attempts < 100) {
		struct outbox_report report;

		server = (struct server){ { MAIL_AWAY }, 1, 0, { "" }, { "" },
					  NULL };
		report = send_at(at_ms);
		attempts++;
		if (report.failed)
			break;
		at_ms += 9 * 60 * (int64_t)MINUTE;
	}
	assert_int_equal(attempts, 14);
	counts_are("given up", 0, 0, 0, 1);
}

static void test_answers(void **state)
{
	static const struct {
		const char *why;
		enum mail_result answer;
		int described;
		size_t mails;
		int64_t queued, sent, failed;
	} cases[] = {
		{ "accepted", MAIL_ACCEPTED, 0, 2, 0, 2, 0 },
		{ "4xx: the other one goes", MAIL_LATER, 0, 2, 1, 1, 0 },
		{ "5xx: the other one goes", MAIL_REFUSED, 0, 2, 0, 1, 1 },
		{ "away: nobody else is tried", MAIL_AWAY, 0, 1, 2, 0, 0 },
		{ "the block cannot be read", MAIL_ACCEPTED, -1, 0, 2, 0, 0 },
		{ "the block is gone", MAIL_ACCEPTED, 1, 0, 0, 0, 2 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		script("DELETE FROM comporta_notice;");
		server = (struct server){ { cases[i].answer }, 1, 0, { "" },
					  { "" }, NULL };
		described = cases[i].described;
		queue(1, "a@home.example");
		queue(2, "b@home.example");
		send_at(NOW);
		assert_case(cases[i].why, cases[i].mails, server.n);
		counts_are(cases[i].why, cases[i].queued, 0, cases[i].sent,
			   cases[i].failed);
	}
}

static void test_rows_that_cannot_be_sent(void **state)
{
	static const struct {
		const char *why, *change;
		int64_t queued, sent, failed;
	} cases[] = {
		{ "no address", "UPDATE comporta_notice SET "
		  "recipient = 'a@b' || char(13, 10) || 'RCPT TO:<c@d>';",
		  0, 0, 1 },
		{ "a kind of a later version",
		  "UPDATE comporta_notice SET kind = 'reminder';", 0, 0, 1 },
		{ "a language we lack",
		  "UPDATE comporta_notice SET language = '../xx';", 0, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		script("DELETE FROM comporta_notice;");
		queue(1, "a@home.example");
		script(cases[i].change);
		send_at(NOW);
		counts_are(cases[i].why, cases[i].queued, 0, cases[i].sent,
			   cases[i].failed);
	}
}

static void test_a_claim_left_behind_ends(void **state)
{
	(void)state;
	queue(1, "a@home.example");
	/* As a run leaves it that was killed between claim and answer. */
	script("UPDATE comporta_notice SET state = 'sending', attempts = 1, "
	       "claimed_ms = 1795334400000;");
	send_at(NOW + WAITING_CLAIM_MS - 60000);
	assert_int_equal(server.n, 0);
	counts_are("still claimed", 0, 1, 0, 0);
	send_at(NOW + WAITING_CLAIM_MS);
	assert_int_equal(server.n, 1);
	counts_are("sent", 0, 0, 1, 0);
}

static void test_a_mail_that_kills_is_given_up(void **state)
{
	(void)state;
	queue(1, "a@home.example");
	script("UPDATE comporta_notice SET state = 'sending', attempts = 14, "
	       "claimed_ms = 1;");
	send_at(NOW);
	assert_int_equal(server.n, 0);
	counts_are("given up", 0, 0, 0, 1);
}

/* A second run, on its own connection, while the first one talks. */
static void second_run(void)
{
	struct db *first = db;

	db = connect_db();
	send_at(NOW);
	db_close(&db);
	db = first;
}

static void test_two_runs_send_nothing_twice(void **state)
{
	(void)state;
	queue(1, "a@home.example");
	queue(2, "b@home.example");
	queue(3, "c@home.example");
	server.meanwhile = second_run;
	send_at(NOW);
	assert_int_equal(server.n, 3);
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(server.recipients[i],
						server.recipients[k]);
	counts_are("sent", 0, 0, 3, 0);
}

/* The claim of the first run ended while its server took its time, and the
 * second one sent the mail: the first must not overwrite that. */
static void late_run(void)
{
	struct db *first = db;

	db = connect_db();
	send_at(NOW + 2 * WAITING_CLAIM_MS);
	db_close(&db);
	db = first;
}

static void test_a_lost_claim_changes_nothing(void **state)
{
	(void)state;
	queue(1, "a@home.example");
	server.meanwhile = late_run;
	server.answers[0] = MAIL_REFUSED;
	server.n_answers = 1;
	send_at(NOW);
	assert_int_equal(server.n, 2);
	assert_string_equal(server.ids[0], server.ids[1]);
	counts_are("what the second one wrote stands", 0, 0, 1, 0);
}

static void test_the_limit(void **state)
{
	struct outbox_report report;
	struct err err;

	(void)state;
	queue(1, "a@home.example");
	queue(2, "b@home.example");
	queue(3, "c@home.example");
	assert_int_equal(outbox_send(db, &sender, NOW, 2, &report, &err), 0);
	assert_int_equal(report.sent, 2);
	counts_are("one is left", 1, 0, 2, 0);
}

static volatile sig_atomic_t stop;

static void set_stop(void)
{
	stop = 1;
}

static void spend_time(void)
{
	int64_t begin_ms = clock_monotonic_ms();

	while (clock_monotonic_ms() < begin_ms + 2)
		;
}

/* Time is up, or somebody asks to end: the notice in hand is finished. */
static void test_no_more_is_begun(void **state)
{
	(void)state;
	queue(1, "a@home.example");
	queue(2, "b@home.example");
	sender.budget_ms = 1;
	server.meanwhile = spend_time;
	send_at(NOW);
	sender.budget_ms = 0;
	counts_are("time is up", 1, 0, 1, 0);
	queue(3, "c@home.example");
	server = (struct server){ .meanwhile = set_stop };
	sender.stop = &stop;
	send_at(NOW);
	sender.stop = NULL;
	counts_are("asked to end", 1, 0, 2, 0);
}

/* What stops somebody goes before the day's digest, however long that has
 * waited. */
static void test_the_digest_goes_last(void **state)
{
	(void)state;
	queue(1, "boss@home.example");
	script("UPDATE comporta_notice SET kind = 'digest', next_ms = 1;");
	queue(2, "a@home.example");
	queue(3, "b@home.example");
	send_at(NOW);
	assert_int_equal(server.n, 3);
	assert_string_equal(server.recipients[2], "boss@home.example");
}

static void test_is_anything_due(void **state)
{
	static const struct {
		const char *why, *change;
		bool is_due;
	} cases[] = {
		{ "queued", "UPDATE comporta_notice SET queued_ms = 1;",
		  true },
		{ "later", "UPDATE comporta_notice SET next_ms ="
		  " 1795334400001;", false },
		{ "sent", "UPDATE comporta_notice SET state = 'sent';",
		  false },
		{ "refused", "UPDATE comporta_notice SET state = 'failed';",
		  false },
		{ "put off by a clock that was a year ahead",
		  "UPDATE comporta_notice SET next_ms = 1826870400000;",
		  true },
		{ "put off for a day, as a server may ask",
		  "UPDATE comporta_notice SET next_ms = 1795420800000;",
		  false },
		{ "claimed by such a clock, and left", "UPDATE comporta_notice"
		  " SET state = 'sending', claimed_ms = 1826870400000;",
		  true },
		{ "claimed by another machine, a little ahead",
		  "UPDATE comporta_notice SET state = 'sending',"
		  " claimed_ms = 1795335000000;", false },
		{ "in hand", "UPDATE comporta_notice SET state = 'sending',"
		  " claimed_ms = 1795334300000;", false },
		{ "left behind", "UPDATE comporta_notice SET state ="
		  " 'sending', claimed_ms = 1795333800000;", true },
	};
	bool is_due = true;
	struct err err;

	(void)state;
	assert_int_equal(outbox_is_due(db, NOW, &is_due, &err), 0);
	assert_false(is_due);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		script("DELETE FROM comporta_notice;");
		queue(1, "a@home.example");
		script(cases[i].change);
		assert_int_equal(outbox_is_due(db, NOW, &is_due, &err), 0);
		assert_case(cases[i].why, cases[i].is_due, is_due);
		server = (struct server){ .n_answers = 0 };
		send_at(NOW);
		assert_case(cases[i].why, cases[i].is_due, server.n);
	}
}

static void test_failures_are_told(void **state)
{
	struct outbox_failures failures;
	struct err err;

	(void)state;
	server = (struct server){ { MAIL_REFUSED }, 1, 0, { "" }, { "" },
				  NULL };
	queue(1, "a@home.example");
	queue(2, "b@home.example");
	send_at(NOW);
	assert_int_equal(outbox_failures(db, NOW - 1, &failures, &err), 0);
	assert_int_equal(failures.n, 1);
	assert_string_equal(failures.recipient, "a@home.example");
	assert_string_equal(failures.last_error, "answer \\x1b 0");
	assert_int_equal(outbox_failures(db, NOW + MINUTE, &failures, &err),
			 0);
	assert_int_equal(failures.n, 0);
}

static void test_attempts_are_as_configured(void **state)
{
	(void)state;
	sender.max_attempts = 1;
	server = (struct server){ { MAIL_LATER }, 1, 0, { "" }, { "" },
				  NULL };
	queue(1, "a@home.example");
	send_at(NOW);
	sender.max_attempts = 14;
	counts_are("one attempt", 0, 0, 0, 1);
}

static void test_the_message_id(void **state)
{
	char want[80];
	int64_t id;

	(void)state;
	queue(1, "a@home.example");
	id = db_last_id(db);
	send_at(NOW + MINUTE);
	snprintf(want, sizeof(want), "Message-ID: <comporta.%lld.%lld@"
		 "hoster.example>", (long long)id, (long long)NOW / 1000);
	assert_string_equal(server.ids[0], want);
}

#define WITH_DB(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DB(test_one_notice_per_block_kind_and_recipient),
		WITH_DB(test_a_rolled_back_block_leaves_no_notice),
		WITH_DB(test_retry_times),
		WITH_DB(test_given_up_in_the_end),
		WITH_DB(test_answers),
		WITH_DB(test_rows_that_cannot_be_sent),
		WITH_DB(test_a_claim_left_behind_ends),
		WITH_DB(test_a_mail_that_kills_is_given_up),
		WITH_DB(test_two_runs_send_nothing_twice),
		WITH_DB(test_a_lost_claim_changes_nothing),
		WITH_DB(test_the_limit),
		WITH_DB(test_the_message_id),
		WITH_DB(test_no_more_is_begun),
		WITH_DB(test_the_digest_goes_last),
		WITH_DB(test_is_anything_due),
		WITH_DB(test_failures_are_told),
		WITH_DB(test_attempts_are_as_configured),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
