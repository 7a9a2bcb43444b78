/*
 * Rights on our tables: every one of grants.sql, taken away alone, is missed;
 * and asking changes nothing.
 */
#include "base/text.h"
#include "detector/panel/db_rights.h"
#include "detector/panel/schema.h"
#include "tests/support/db_contract.h"
#include "tests/support/grants.h"
#include "tests/support/mariadb.h"

#include <stdio.h>
#include <string.h>

static struct mariadb server;

static struct db *mariadb_as(const char *user, const char *password)
{
	struct db_settings settings = {
		.kind = "mysql", .host = "127.0.0.1", .port = server.port,
		.user = user, .password = password, .timeout_s = 5,
		.name = strcmp(user, "root") == 0 ? "" : "comporta",
	};
	struct db *db;
	struct err err;

	if (db_open(&settings, &db, &err) != 0)
		fail_msg("%s", err.text);
	return db;
}

static void make_tables(struct db *db)
{
	int applied;
	struct err err;

	if (schema_migrate(db, "sql", &applied, &err) != 0)
		fail_msg("%s", err.text);
}

static struct db *administrator(void)
{
	struct db *root = mariadb_as("root", "");
	struct err err;

	assert_int_equal(db_run_script(root, "DROP DATABASE IF EXISTS comporta;"
				       "CREATE DATABASE comporta;USE comporta",
				       &err), DB_OK);
	make_tables(root);
	grants_run(root, "sql/own/mysql/grants.sql", "comporta");
	return root;
}

struct granted {
	char table[65], rights[128];
};

struct all {
	struct granted rows[40];
	size_t n;
};

static int keep(void *context, const struct db_row *row)
{
	struct all *all = context;
	struct granted *one = &all->rows[all->n++];

	assert_true(all->n < N_ELEMENTS(all->rows));
	slice_copy(db_column(row, "t"), one->table, sizeof(one->table));
	slice_copy(db_column(row, "r"), one->rights, sizeof(one->rights));
	return 0;
}

static void turn(struct db *root, const char *verb, struct slice right,
		 const char *table)
{
	bool grants = verb[0] == 'G';
	char sql[300];

	snprintf(sql, sizeof(sql), "%s %.*s ON comporta.%s %s "
		 "'comporta'@'127.0.0.1'", verb, (int)right.len, right.ptr,
		 table, grants ? "TO" : "FROM");
	db_must(root, sql, DB_OK);
}

/* Also the right to read. */
static void without(struct db *root, struct slice right, const char *table)
{
	struct db *db;
	struct err err = { 0, "" };
	char words[200];

	turn(root, "REVOKE", right, table);
	db = mariadb_as("comporta", "secret");
	snprintf(words, sizeof(words), "%.*s on %s", (int)right.len, right.ptr,
		 table);
	assert_case(words, -1, db_rights(db, "sql", &err));
	assert_int_equal(err.code, EXIT_RIGHTS);
	if (!strstr(err.text, words))
		fail_msg("no \"%s\" in: %s", words, err.text);
	assert_non_null(strstr(err.text, "grants.sql"));
	assert_false(db_in_transaction(db));
	db_close(&db);
	turn(root, "GRANT", right, table);
}

static void test_every_right(void **state)
{
	struct db *root = administrator(), *db;
	static struct all all;
	struct err err = { 0, "" };
	size_t tried = 0;

	(void)state;
	db = mariadb_as("comporta", "secret");
	if (db_rights(db, "sql", &err) != 0)
		fail_msg("%s", err.text);
	db_close(&db);
	/* What the server has of it, not what our file says. */
	assert_int_equal(db_run(root, "SELECT table_name AS t,"
				" GROUP_CONCAT(privilege_type) AS r"
				" FROM information_schema.table_privileges"
				" WHERE grantee LIKE '%comporta''@%'"
				" GROUP BY table_name", NULL, 0, keep, &all,
				NULL, &err), DB_OK);
	for (size_t i = 0; i < all.n; i++) {
		struct slice rights = slice_from(all.rows[i].rights);

		while (rights.len > 0) {
			without(root, slice_cut(&rights, ','),
				all.rows[i].table);
			tried++;
		}
	}
	assert_true(tried > 30);
	db = mariadb_as("comporta", "secret");
	assert_int_equal(db_rights(db, "sql", &err), 0);
	db_close(&db);
	db_close(&root);
}

/* All are missing: a few are named, and that fits. */
static void test_none(void **state)
{
	struct db *root = administrator(), *db;
	struct err err = { 0, "" };

	(void)state;
	db_must(root, "CREATE USER 'poor'@'127.0.0.1'", DB_OK);
	db_must(root, "GRANT SELECT ON comporta.* TO 'poor'@'127.0.0.1'",
		DB_OK);
	db = mariadb_as("poor", "");
	assert_int_equal(db_rights(db, "sql", &err), -1);
	assert_non_null(strstr(err.text, "INSERT on comporta_send_block, "
				 "DELETE on comporta_send_block"));
	assert_non_null(strstr(err.text, "grants.sql"));
	db_close(&db);
	/* And one who may all by other ways than a grant on a table. */
	assert_int_equal(db_rights(root, "sql", &err), 0);
	assert_int_equal(db_rights(root, "/nowhere", &err), -1);
	db_close(&root);
}

static void test_nothing_changes(void **state)
{
	struct db *root = administrator();
	struct err err;

	(void)state;
	db_must(root, "INSERT INTO comporta_send_block (account, reason,"
		" block_id, since_ms) VALUES ('a@b.example', 'x', 1, 5)",
		DB_OK);
	assert_int_equal(db_rights(root, "sql", &err), 0);
	assert_string_equal(db_one(root, "SELECT COUNT(*) FROM "
				   "comporta_send_block"), "1");
	assert_false(db_in_transaction(root));
	db_close(&root);
}

static void test_sqlite(void **state)
{
	static const struct db_settings settings = {
		.kind = "sqlite", .file = ":memory:", .timeout_s = 1,
	};
	struct db *db;
	struct err err = { 0, "" };

	(void)state;
	assert_int_equal(db_open(&settings, &db, &err), 0);
	make_tables(db);
	assert_int_equal(db_rights(db, "/nowhere", &err), 0);
	/* As a file system that was mounted to be read only. */
	db_must(db, "PRAGMA query_only = ON", DB_OK);
	assert_int_equal(db_rights(db, "sql", &err), -1);
	assert_int_equal(err.code, EXIT_RIGHTS);
	assert_non_null(strstr(err.text, "write access"));
	assert_false(db_in_transaction(db));
	db_close(&db);
}

static int start(void **state)
{
	(void)state;
	mariadb_start(&server);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	mariadb_stop(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_right),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_nothing_changes),
		cmocka_unit_test(test_sqlite),
	};

	return cmocka_run_group_tests_name("rights", tests, start, stop);
}
