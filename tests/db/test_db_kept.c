/*
 * Statements that stay prepared: they must see tables that others changed,
 * end with their connection, and never make a lost change look like none.
 *
 * What is prepared goes over the wire without its words, so a value is what
 * the wire waits for.
 */
#include "detector/panel/db_kept.h"
#include "tests/support/folder.h"
#include "tests/support/outage.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SELECT_A "SELECT a FROM comporta_kept WHERE a <> :not ORDER BY a"
#define INSERT_A "INSERT INTO comporta_kept (a) VALUES (:not)"

static struct db *db;

static int add_text(void *context, const struct db_row *row)
{
	char *out = context;
	size_t used = strlen(out);

	snprintf(out + used, 200 - used, "/%.*s", (int)row->columns[0].len,
		 row->columns[0].ptr);
	return 0;
}

static enum db_result run(const char *sql, const char *not, char *out,
			  struct err *err)
{
	const struct db_parameter parameters[] = { { "not", db_string(not) } };

	if (out)
		out[0] = '\0';
	return db_run(db, sql, parameters, 1, out ? add_text : NULL, out,
		      NULL, err);
}

static void must_be(const char *not, const char *want)
{
	char got[200] = "";
	struct err err;

	if (run(SELECT_A, not, got, &err) != DB_OK)
		fail_msg("%s", err.text);
	assert_string_equal(got, want);
}

static void script(struct db *in, const char *sql)
{
	struct err err;

	if (db_run_script(in, sql, &err) != DB_OK)
		fail_msg("%s", err.text);
}

/* ---- SQLite ------------------------------------------------------------ */

static char folder[FOLDER_SIZE], file[FOLDER_SIZE + 40];

static struct db *open_file(void)
{
	const struct db_settings how = { .kind = "sqlite", .file = file,
					 .timeout_s = 2 };
	struct db *opened = NULL;
	struct err err;

	if (db_open(&how, &opened, &err))
		fail_msg("%s", err.text);
	return opened;
}

static int sqlite_setup(void **state)
{
	(void)state;
	folder_make(folder, "kept");
	snprintf(file, sizeof(file), "%s/a.db", folder);
	db = open_file();
	script(db, "CREATE TABLE comporta_kept (a TEXT UNIQUE);"
		   "INSERT INTO comporta_kept VALUES ('x'), ('y')");
	return 0;
}

static int sqlite_teardown(void **state)
{
	(void)state;
	db_close(&db);
	folder_remove(folder);
	return 0;
}

static void test_new_values_every_time(void **state)
{
	(void)state;
	must_be("x", "/y");
	must_be("y", "/x");
	must_be("", "/x/y");
}

static void test_others_change_the_table(void **state)
{
	struct db *other = open_file();

	(void)state;
	must_be("x", "/y");
	script(other, "DROP TABLE comporta_kept;"
		      "CREATE TABLE comporta_kept (b TEXT, a TEXT);"
		      "INSERT INTO comporta_kept VALUES ('no', 'z')");
	must_be("x", "/z");
	script(other, "DROP TABLE comporta_kept");
	db_close(&other);
}

static void test_a_missing_table_comes_back(void **state)
{
	char got[200];
	struct err err;

	(void)state;
	must_be("x", "/y");
	script(db, "ALTER TABLE comporta_kept RENAME TO comporta_away");
	assert_int_equal(run(SELECT_A, "x", got, &err), DB_FAILED);
	script(db, "ALTER TABLE comporta_away RENAME TO comporta_kept");
	must_be("x", "/y");
}

static void test_another_file_in_its_place(void **state)
{
	struct db *other;

	(void)state;
	must_be("x", "/y");
	unlink(file);
	other = open_file();
	script(other, "CREATE TABLE comporta_kept (a TEXT);"
		      "INSERT INTO comporta_kept VALUES ('new')");
	db_close(&other);
	must_be("x", "/new");
}

static int stop_at_first(void *context, const struct db_row *row)
{
	(void)row;
	++*(int *)context;
	return 1;
}

/* One that was left in the middle of its rows must hold nothing: no lock, and
 * not the rest of its rows for the next time. */
static void test_left_in_the_middle(void **state)
{
	const struct db_parameter not = { "not", db_string("-") };
	struct db *other = open_file();
	char got[200] = "";
	struct err err;
	int n = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(db_run(db, SELECT_A, &not, 1, stop_at_first,
					&n, NULL, &err), DB_OK);
	assert_int_equal(n, 3);
	/* Its first column: was somebody in the way? */
	script(other, "DROP TABLE comporta_kept");
	assert_int_equal(db_run(other, "PRAGMA wal_checkpoint(TRUNCATE)",
				NULL, 0, add_text, got, NULL, &err), DB_OK);
	assert_string_equal(got, "/0");
	db_close(&other);
}

static void test_a_value_is_not_kept(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(db_begin(db, &err), DB_OK);
	assert_int_equal(run(INSERT_A, "z", NULL, &err), DB_OK);
	assert_int_equal(run(INSERT_A, "z", NULL, &err), DB_DUPLICATE);
	assert_int_equal(run(INSERT_A, "zz", NULL, &err), DB_OK);
	assert_int_equal(db_commit(db, &err), DB_OK);
	must_be("", "/x/y/z/zz");
}

/* More of them than there are places; all go on working. */
static void test_more_than_are_kept(void **state)
{
	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 2 * DB_KEPT + 3; i++) {
			char sql[100], got[200], want[20];
			struct err err;

			snprintf(sql, sizeof(sql), "SELECT %d AS n FROM"
				 " comporta_kept WHERE a = :not", i);
			snprintf(want, sizeof(want), "/%d", i);
			assert_int_equal(run(sql, "x", got, &err), DB_OK);
			assert_string_equal(got, want);
		}
}

static void test_no_value_is_given(void **state)
{
	const struct db_parameter other = { "other", db_string("x") };
	struct err err;

	(void)state;
	must_be("x", "/y");
	assert_int_equal(db_run(db, SELECT_A, &other, 1, NULL, NULL, NULL,
				&err), DB_FAILED);
	assert_int_equal(err.code, EXIT_BUG);
	must_be("x", "/y");
}

/* ---- MariaDB, over a wire ---------------------------------------------- */

static int wire_setup(void **state)
{
	if (outage_setup(state))
		return -1;
	outage_root("USE comporta; DROP TABLE IF EXISTS comporta_kept;"
		    "CREATE TABLE comporta_kept (a VARCHAR(100));"
		    "INSERT INTO comporta_kept VALUES ('x'), ('y');"
		    "GRANT ALL ON comporta.comporta_kept"
		    " TO 'comporta'@'127.0.0.1'");
	db = outage.blocks.db;
	return 0;
}

static const enum proxy_action cuts[] = { PROXY_CUT_BEFORE, PROXY_CUT_AFTER };

/* Reading twice hurts nobody. */
static void test_a_cut_reading_is_done_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cuts); i++) {
		must_be("x", "/y");
		must_be("y", "/x");
		proxy_when(&outage.wire, "mark", cuts[i]);
		must_be("mark", "/x/y");
		assert_int_equal(proxy_hits(&outage.wire), 1);
	}
}

/* Its transaction is gone, and nothing of it may come in by itself. */
static void test_a_cut_in_a_transaction(void **state)
{
	struct err err;
	char got[200];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cuts); i++) {
		assert_int_equal(db_begin(db, &err), DB_OK);
		assert_int_equal(run(INSERT_A, "one", NULL, &err), DB_OK);
		assert_int_equal(run(SELECT_A, "-", got, &err), DB_OK);
		assert_string_equal(got, "/one/x/y");
		proxy_when(&outage.wire, "mark", cuts[i]);
		assert_int_equal(run(i ? INSERT_A : SELECT_A, "mark", NULL,
				     &err), DB_AWAY);
		assert_int_equal(proxy_hits(&outage.wire), 1);
		assert_int_equal(run(INSERT_A, "two", NULL, &err), DB_AWAY);
		assert_int_equal(db_commit(db, &err), DB_AWAY);
		must_be("-", "/x/y");
	}
}

/* A change that stands alone: lost before it was sent it is made all the same,
 * lost on its way nobody knows. */
static void test_a_change_alone(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(run(INSERT_A, "a", NULL, &err), DB_OK);
	assert_int_equal(run(INSERT_A, "b", NULL, &err), DB_OK);
	proxy_when(&outage.wire, "INSERT INTO comporta_kept",
		   PROXY_CUT_BEFORE);
	assert_int_equal(run(INSERT_A, "c", NULL, &err), DB_OK);
	assert_int_equal(proxy_hits(&outage.wire), 1);
	must_be("-", "/a/b/c/x/y");
	proxy_when(&outage.wire, "mark", PROXY_CUT_AFTER);
	assert_int_equal(run(INSERT_A, "mark", NULL, &err), DB_UNCERTAIN);
	assert_int_equal(proxy_hits(&outage.wire), 1);
	must_be("-", "/a/b/c/mark/x/y");
}

static void test_the_server_was_restarted(void **state)
{
	(void)state;
	must_be("x", "/y");
	mariadb_kill(&outage.server);
	mariadb_revive(&outage.server);
	must_be("x", "/y");
}

static void test_columns_come_and_go(void **state)
{
	char got[200];
	struct err err;

	(void)state;
	must_be("x", "/y");
	outage_root("USE comporta; ALTER TABLE comporta_kept"
		    " MODIFY a VARCHAR(200), ADD b INT FIRST");
	must_be("x", "/y");
	outage_root("USE comporta; ALTER TABLE comporta_kept DROP a");
	assert_int_equal(run(SELECT_A, "x", got, &err), DB_FAILED);
	outage_root("USE comporta; ALTER TABLE comporta_kept"
		    " ADD a VARCHAR(10) DEFAULT 'z'");
	must_be("x", "/z/z");
}

int main(void)
{
#define SQLITE_TEST(test)						\
	cmocka_unit_test_setup_teardown(test, sqlite_setup, sqlite_teardown)
#define WIRE_TEST(test)							\
	cmocka_unit_test_setup_teardown(test, wire_setup, outage_teardown)
	static const struct CMUnitTest tests[] = {
		SQLITE_TEST(test_new_values_every_time),
		SQLITE_TEST(test_others_change_the_table),
		SQLITE_TEST(test_a_missing_table_comes_back),
		SQLITE_TEST(test_another_file_in_its_place),
		SQLITE_TEST(test_left_in_the_middle),
		SQLITE_TEST(test_a_value_is_not_kept),
		SQLITE_TEST(test_more_than_are_kept),
		SQLITE_TEST(test_no_value_is_given),
		WIRE_TEST(test_a_cut_reading_is_done_again),
		WIRE_TEST(test_a_cut_in_a_transaction),
		WIRE_TEST(test_a_change_alone),
		WIRE_TEST(test_the_server_was_restarted),
		WIRE_TEST(test_columns_come_and_go),
	};

	return cmocka_run_group_tests_name("db_kept", tests,
					   outage_group_setup,
					   outage_group_teardown);
}
