/*
 * A primary and a replica of it: a replica that lags makes nothing appear
 * twice, and one that is named by mistake is told.
 */
#include "detector/panel/db_standing.h"
#include "tests/support/db_contract.h"
#include "tests/support/outage.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const replica_arguments[] = {
	"--server-id=2", "--read-only=1", NULL
};

static struct mariadb replica;

static struct db *at_replica(void)
{
	return outage_open(replica.port, "root", "");
}

static const char *blocks_there(struct db *db)
{
	return db_one(db, "SELECT COUNT(*) FROM comporta.comporta_block");
}

static void await_blocks(struct db *db, const char *n)
{
	for (int i = 0; i < 200; i++) {
		if (strcmp(blocks_there(db), n) == 0)
			return;
		usleep(20000);
	}
	fail_msg("the replica has %s blocks, not %s", blocks_there(db), n);
}

static struct db_standing standing_of(struct db *db)
{
	struct db_standing standing;
	struct err err;

	if (db_standing(db, &standing, &err))
		fail_msg("%s", err.text);
	return standing;
}

static int group_setup(void **state)
{
	struct db *db;
	char sql[300];

	outage_group_setup(state);
	mariadb_start_with(&replica, replica_arguments);
	snprintf(sql, sizeof(sql), "CHANGE MASTER TO MASTER_HOST = "
		 "'127.0.0.1', MASTER_PORT = %d, MASTER_USER = 'root', "
		 "MASTER_USE_GTID = slave_pos; START SLAVE",
		 outage.server.port);
	db = at_replica();
	if (db_run_script(db, sql, &outage.err) != DB_OK)
		fail_msg("%s", outage.err.text);
	db_close(&db);
	return 0;
}

static int group_teardown(void **state)
{
	mariadb_stop(&replica);
	return outage_group_teardown(state);
}

/* We look where we write. */
static void test_it_lags(void **state)
{
	struct db *db = at_replica();

	(void)state;
	/* The tables have arrived. */
	outage_make("d0", "bob");
	for (int i = 0; i < 200 && strcmp(db_one(db, "SELECT COUNT(*) FROM"
		" information_schema.tables WHERE table_name ="
		" 'comporta_block'"), "1") != 0; i++)
		usleep(20000);
	await_blocks(db, "1");
	db_must(db, "STOP SLAVE SQL_THREAD", DB_OK);
	assert_int_equal(outage_make("d1", "anna"), BLOCK_MADE);
	assert_string_equal(blocks_there(db), "1");
	assert_int_equal(outage_make("d1", "anna"), BLOCK_WAS_MADE);
	proxy_when(&outage.wire, "COMMIT", PROXY_CUT_AFTER);
	assert_int_equal(outage_make("d2", "cyd"), BLOCK_MADE);
	assert_string_equal(outage_sum(), "3 3 3 3 9");
	db_must(db, "START SLAVE SQL_THREAD", DB_OK);
	await_blocks(db, "3");
	db_close(&db);
}

static void test_it_is_named_by_mistake(void **state)
{
	struct db *db = at_replica(), *primary = outage.blocks.db;
	struct db_standing standing;

	(void)state;
	outage_make("d0", "bob");
	await_blocks(db, "1");
	outage.blocks.db = outage_open(replica.port, "comporta", "secret");
	standing = standing_of(outage.blocks.db);
	assert_true(standing.is_read_only);
	assert_true(standing.is_replica);
	assert_int_equal(outage_make("d1", "anna"), BLOCK_FAILED);
	outage_said("read-only", EXIT_SERVICE, "not a replica");

	/* Taken, and kept to itself: nobody at the primary is stopped. This
	 * is what comporta check warns of. */
	db_must(db, "SET GLOBAL read_only = 0", DB_OK);
	assert_int_equal(outage_make("d1", "anna"), BLOCK_MADE);
	assert_string_equal(blocks_there(db), "2");
	assert_string_equal(outage_sum(), SUM_BLOCKED);
	standing = standing_of(outage.blocks.db);
	assert_false(standing.is_read_only);
	assert_true(standing.is_replica);
	db_close(&outage.blocks.db);

	outage.blocks.db = primary;
	standing = standing_of(primary);
	assert_false(standing.is_read_only);
	assert_false(standing.is_replica);
	assert_int_equal(outage_make("d1", "anna"), BLOCK_MADE);
	db_close(&db);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		OUTAGE_TEST(test_it_lags),
		OUTAGE_TEST(test_it_is_named_by_mistake),
	};

	return cmocka_run_group_tests_name("failures, replica", tests,
					   group_setup, group_teardown);
}
