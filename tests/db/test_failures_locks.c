/*
 * The database is there and does not do what we ask now: somebody holds a
 * table, a row or the COMMITs, a deadlock, a killed query, a server that only
 * reads, a slow one. What was decided waits, others are not kept waiting, and
 * it is done once.
 */
#include "tests/support/carry.h"
#include "tests/support/db_contract.h"
#include "tests/support/outage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_locked_tables(void **state)
{
	static const char *const tables[] = {
		"comporta_block", "comporta_send_block", "mailbox",
		"comporta_audit", "comporta_notice",
	};

	for (size_t i = 0; i < N_ELEMENTS(tables); i++) {
		struct db *somebody;
		char sql[80];

		outage_teardown(state);
		outage_setup(state);
		somebody = outage_somebody();
		snprintf(sql, sizeof(sql), "LOCK TABLES %s WRITE", tables[i]);
		db_must(somebody, sql, DB_OK);
		assert_case(tables[i], BLOCK_FAILED,
			    outage_make("d1", "anna"));
		outage_said(tables[i], EXIT_AGAIN, "tried again");
		db_must(somebody, "UNLOCK TABLES", DB_OK);
		assert_string_equal(outage_sum(), SUM_NOTHING);
		assert_case(tables[i], BLOCK_MADE, outage_make("d1", "anna"));
		assert_string_equal(outage_sum(), SUM_BLOCKED);
		db_close(&somebody);
	}
}

/* As a backup does at its end. */
static void test_no_commits(void **state)
{
	struct db *somebody = outage_somebody(), *db = outage_somebody();
	struct err err;

	(void)state;
	assert_int_equal(db_begin(db, &err), DB_OK);
	db_must(db, "INSERT INTO comporta_held VALUES (1, 'q', 'x', 1)",
		DB_OK);
	db_must(somebody, "BACKUP STAGE START", DB_OK);
	db_must(somebody, "BACKUP STAGE BLOCK_COMMIT", DB_OK);
	assert_int_equal(db_commit(db, &err), DB_BUSY);
	db_must(somebody, "BACKUP STAGE END", DB_OK);
	assert_string_equal(db_one(db, "SELECT COUNT(*) FROM comporta_held"),
			    "0");
	db_close(&somebody);
	db_close(&db);
}

static void test_read_only(void **state)
{
	struct err err;

	(void)state;
	outage_root("SET GLOBAL read_only = 1");
	assert_int_equal(outage_make("d1", "anna"), BLOCK_FAILED);
	outage_said("read-only", EXIT_SERVICE, "replica");
	outage_root("SET GLOBAL read_only = 0");
	assert_string_equal(outage_sum(), SUM_NOTHING);

	/* In the middle, as when roles are changed over. */
	assert_int_equal(db_begin(outage.blocks.db, &err), DB_OK);
	db_must(outage.blocks.db, "INSERT INTO comporta_held"
		" VALUES (1, 'q', 'x', 1)", DB_OK);
	outage_root("SET GLOBAL read_only = 1");
	assert_int_not_equal(db_commit(outage.blocks.db, &err), DB_OK);
	outage_root("SET GLOBAL read_only = 0");
	assert_string_equal(db_one(outage.blocks.db,
				   "SELECT COUNT(*) FROM comporta_held"),
			    "0");

	assert_int_equal(outage_make("d1", "anna"), BLOCK_MADE);
	assert_string_equal(outage_sum(), SUM_BLOCKED);
	outage_root("SET GLOBAL read_only = 1");
	assert_int_equal(outage_lift(), LIFT_FAILED);
	outage_said("read-only", EXIT_SERVICE, "replica");
	outage_root("SET GLOBAL read_only = 0");
	assert_int_equal(outage_lift(), LIFT_DONE);
	assert_string_equal(outage_sum(), SUM_LIFTED);
}

/* Wait until a transaction waits for a row. */
static void await_waiter(struct db *db)
{
	for (int i = 0; i < 400; i++) {
		if (strcmp(db_one(db, "SELECT variable_value FROM"
				      " information_schema.global_status WHERE"
				      " variable_name ="
				      " 'innodb_row_lock_current_waits'"),
			   "0") != 0)
			return;
		usleep(5000);
	}
	_exit(3);
}

/* Somebody in a process of its own, who runs `first`, says so, waits until we
 * wait for it, and runs `then`. */
static pid_t somebody_does(const char *first, const char *then)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct db *db = outage_somebody(), *eyes = outage_somebody();
		struct err err;

		if (db_begin(db, &err) != DB_OK ||
		    db_run_script(db, first, &err) != DB_OK)
			_exit(1);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		await_waiter(eyes);
		if (db_run_script(db, then, &err) != DB_OK)
			_exit(2);
		db_rollback(db);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void assert_went_well(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int64_t deadlocks(void)
{
	return strtoll(db_one(outage.root, "SELECT variable_value FROM"
			      " information_schema.global_status WHERE"
			      " variable_name = 'innodb_deadlocks'"),
		       NULL, 10);
}

#define HOLD_ANNA "SELECT * FROM mailbox WHERE username = " \
	"'anna@firma.example' FOR UPDATE"

/* It changed more rows than we did, so it is us whom InnoDB picks. */
static void test_a_deadlock(void **state)
{
	int64_t before = deadlocks();
	pid_t pid = somebody_does(
		"INSERT INTO comporta_held SELECT seq, 'q', 'x', 1"
		" FROM seq_1_to_500;" HOLD_ANNA,
		"INSERT INTO comporta_send_block VALUES"
		" ('anna@firma.example', '', 0, 0)");

	(void)state;
	assert_int_equal(outage_make("d1", "anna"), BLOCK_MADE);
	assert_went_well(pid);
	assert_string_equal(outage_sum(), SUM_BLOCKED);
	assert_true(deadlocks() > before);
}

static void test_a_deadlock_in_a_lift(void **state)
{
	int64_t before;
	pid_t pid;

	(void)state;
	assert_int_equal(outage_make("d1", "anna"), BLOCK_MADE);
	outage_root("UPDATE mailbox SET password = '$6$salt$newhash',"
		    " password_expiry = '2028-01-01'");
	before = deadlocks();
	pid = somebody_does(
		"INSERT INTO comporta_held SELECT seq, 'q', 'x', 1"
		" FROM seq_1_to_500;"
		"DELETE FROM comporta_send_block",
		"UPDATE comporta_block SET lift_reason = 'x'");
	{
		const struct lift_request request = { .actor = "owner",
			.reason = "asked", .by_owner = true };

		assert_int_equal(blocks_lift(&outage.blocks, 1, &request,
					     NOW + 1, &outage.err),
				 LIFT_DONE);
	}
	assert_went_well(pid);
	assert_string_equal(outage_sum(), SUM_LIFTED);
	assert_true(deadlocks() > before);
}

/* An operator, or a script that ends what takes too long. */
static void test_a_killed_query(void **state)
{
	pid_t pid = somebody_does(HOLD_ANNA,
				  "KILL QUERY USER 'comporta'@'127.0.0.1'");

	(void)state;
	assert_int_equal(outage_make("d1", "anna"), BLOCK_MADE);
	assert_went_well(pid);
	assert_string_equal(outage_sum(), SUM_BLOCKED);
}

static void test_max_statement_time(void **state)
{
	pid_t pid;

	outage_root("SET GLOBAL max_statement_time = 0.5");
	outage_teardown(state);
	outage_setup(state);
	pid = somebody_does(HOLD_ANNA, "DO SLEEP(0.05)");
	outage_make("d1", "anna");
	assert_went_well(pid);
	outage_root("SET GLOBAL max_statement_time = 0");
	/* By then the row is free, if the third try was not. */
	outage_make("d1", "anna");
	assert_string_equal(outage_sum(), SUM_BLOCKED);
}

static void test_slow(void **state)
{
	static const int delays[] = { 100, 3000 };

	for (size_t i = 0; i < N_ELEMENTS(delays); i++) {
		enum block_result result;

		outage_teardown(state);
		outage_setup(state);
		proxy_delay(&outage.wire, delays[i]);
		result = outage_make("d1", "anna");
		proxy_delay(&outage.wire, 0);
		if (i == 0)
			assert_int_equal(result, BLOCK_MADE);
		else
			outage_said("too slow", EXIT_SERVICE, "anna");
		for (int again = 0; again < 5 && result == BLOCK_FAILED;
		     again++)
			result = outage_make("d1", "anna");
		assert_string_equal(outage_sum(), SUM_BLOCKED);
	}
}

struct journal {
	char folder[FOLDER_SIZE];
	struct state *state;
};

static void never(void *context, struct slice account,
		     enum action_result why)
{
	(void)context;
	(void)why;
	fail_msg("%.*s: never", (int)account.len, account.ptr);
}

/* One decision for each name. */
static void decide(struct journal *journal, const char *const *names)
{
	struct err err;

	folder_make(journal->folder, "journal");
	if (state_open(journal->folder, false, &journal->state, &err) ||
	    state_begin(journal->state, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; names[i]; i++) {
		char json[160];

		snprintf(json, sizeof(json), "{\"account\":\"%s@firma.example"
			 "\",\"probability\":0.99}", names[i]);
		assert_int_equal(state_journal_put(journal->state, names[i],
						   slice_from(json), &err),
				 0);
	}
	assert_int_equal(state_commit(journal->state, &err), 0);
}

static int carry(struct journal *journal, struct carried *report)
{
	struct action_watcher watcher = { NULL, never };

	return carry_journal(journal->state, &outage.blocks, &watcher, 1000,
			     NOW, report, &outage.err);
}

static void forget(struct journal *journal)
{
	state_close(&journal->state);
	folder_remove(journal->folder);
}

static const char *const three[] = { "anna", "bob", "cyd", NULL };

/* Somebody edits one mailbox: the others are stopped meanwhile. */
static void test_one_row_is_held(void **state)
{
	struct carried report;
	struct journal journal;
	struct db *somebody = outage_somebody();
	struct err err;

	(void)state;
	decide(&journal, three);
	assert_int_equal(db_begin(somebody, &err), DB_OK);
	db_must(somebody, HOLD_ANNA, DB_OK);
	assert_int_equal(carry(&journal, &report), -1);
	assert_int_equal(report.done, 2);
	assert_int_equal(report.later, 1);
	outage_said("held", EXIT_AGAIN, "anna");
	db_rollback(somebody);
	assert_string_equal(outage_sum(), "2 2 2 2 6");
	assert_int_equal(carry(&journal, &report), 0);
	assert_int_equal(report.done, 1);
	assert_string_equal(outage_sum(), "3 3 3 3 9");
	assert_int_equal(carry(&journal, &report), 0);
	assert_int_equal(report.done, 0);
	db_close(&somebody);
	forget(&journal);
}

/* The whole table: nobody waits for hours. */
static void test_all_are_held(void **state)
{
	static const char *const five[] = { "anna", "bob", "cyd", "dan",
					    "eve", NULL };
	struct carried report;
	struct journal journal;
	struct db *somebody = outage_somebody();

	(void)state;
	decide(&journal, five);
	db_must(somebody, "LOCK TABLES comporta_audit WRITE", DB_OK);
	assert_int_equal(carry(&journal, &report), -1);
	assert_int_equal(report.later, 5);
	db_close(&somebody);
	assert_string_equal(outage_sum(), SUM_NOTHING);
	forget(&journal);
}

/* What meets them all is not waited for once for each. */
static void test_all_wait(void **state)
{
	struct carried report;
	struct journal journal;

	(void)state;
	decide(&journal, three);
	mariadb_quit(&outage.server);
	assert_int_equal(carry(&journal, &report), -1);
	assert_int_equal(report.later, 3);
	assert_int_equal(outage.err.code, EXIT_SERVICE);
	mariadb_revive(&outage.server);
	assert_int_equal(carry(&journal, &report), 0);
	assert_int_equal(report.done, 3);
	assert_string_equal(outage_sum(), "3 3 3 3 9");
	forget(&journal);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		OUTAGE_TEST(test_locked_tables),
		OUTAGE_TEST(test_no_commits),
		OUTAGE_TEST(test_read_only),
		OUTAGE_TEST(test_a_deadlock),
		OUTAGE_TEST(test_a_deadlock_in_a_lift),
		OUTAGE_TEST(test_a_killed_query),
		OUTAGE_TEST(test_max_statement_time),
		OUTAGE_TEST(test_slow),
		OUTAGE_TEST(test_one_row_is_held),
		OUTAGE_TEST(test_all_are_held),
		OUTAGE_TEST(test_all_wait),
	};

	return cmocka_run_group_tests_name("failures, locks", tests,
					   outage_group_setup,
					   outage_group_teardown);
}
