#include "base/text.h"
#include "detector/panel/schema.h"
#include "tests/support/db_contract.h"
#include "tests/support/folder.h"
#include "tests/support/mariadb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct mariadb server;
static char folder[FOLDER_SIZE];

static struct db *sqlite_db(void)
{
	static const struct db_settings settings = {
		.kind = "sqlite", .file = ":memory:", .timeout_s = 1,
	};
	struct db *db;
	struct err err;

	assert_int_equal(db_open(&settings, &db, &err), 0);
	return db;
}

static struct db *mariadb_db(void)
{
	struct db_settings settings = {
		.kind = "mysql", .host = "127.0.0.1", .port = server.port,
		.user = "root", .password = "", .name = "", .timeout_s = 5,
	};
	struct db *db;
	struct err err;

	if (db_open(&settings, &db, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(db_run_script(db, "DROP DATABASE IF EXISTS comporta;"
					   "CREATE DATABASE comporta;"
					   "USE comporta", &err), DB_OK);
	return db;
}

/* In sql/own. */
enum { MIGRATIONS = 4 };

static struct db *(*const openers[])(void) = { sqlite_db, mariadb_db };

static int migrate(struct db *db, const char *sql_dir)
{
	int applied = -1;
	struct err err;

	if (schema_migrate(db, sql_dir, &applied, &err) != 0)
		fail_msg("%s", err.text);
	return applied;
}

static void test_tables_are_made_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(openers); i++) {
		struct db *db = openers[i]();
		struct err err = { 0, "" };

		assert_int_equal(schema_check(db, "sql", &err), -1);
		assert_int_equal(err.code, EXIT_CONFIG);
		assert_non_null(strstr(err.text, "--create-tables"));
		assert_int_equal(migrate(db, "sql"), MIGRATIONS);
		assert_int_equal(schema_check(db, "sql", &err), 0);
		assert_int_equal(migrate(db, "sql"), 0);
		assert_string_equal(db_one(db, "SELECT COUNT(*) FROM "
					       "comporta_schema"), "4");
		db_close(&db);
	}
}

static void test_a_newer_database_is_not_touched(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(openers); i++) {
		struct db *db = openers[i]();
		int applied;
		struct err err;

		migrate(db, "sql");
		db_must(db, "INSERT INTO comporta_schema VALUES (900, 0)",
			DB_OK);
		assert_int_equal(schema_check(db, "sql", &err), -1);
		assert_non_null(strstr(err.text, "update this one"));
		assert_int_equal(schema_migrate(db, "sql", &applied, &err),
				 -1);
		db_close(&db);
	}
}

/* MariaDB commits each CREATE by itself, so a run that was killed in the
 * middle is simply run again; a view in place of our table stays. */
static void test_a_half_done_migration_is_repeated(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(openers); i++) {
		struct db *db = openers[i]();

		migrate(db, "sql");
		db_must(db, "DROP TABLE comporta_token", DB_OK);
		db_must(db, "DROP TABLE comporta_mailbox", DB_OK);
		db_must(db, "CREATE VIEW comporta_mailbox AS SELECT 'a' AS "
			    "account", DB_OK);
		db_must(db, "DELETE FROM comporta_schema", DB_OK);
		assert_int_equal(migrate(db, "sql"), MIGRATIONS);
		assert_string_equal(db_one(db, "SELECT COUNT(*) FROM "
					       "comporta_token"), "0");
		assert_string_equal(db_one(db, "SELECT account FROM "
					       "comporta_mailbox"), "a");
		db_close(&db);
	}
}

static int add_column(void *context, const struct db_row *row)
{
	struct text *columns = context;

	text_add(columns, row->columns[0]);
	text_add_char(columns, '.');
	text_add(columns, row->columns[1]);
	text_add_char(columns, '\n');
	return 0;
}

static void test_both_databases_have_the_same_columns(void **state)
{
	static const char *const sql[] = {
		"SELECT t.name, c.name FROM sqlite_master t "
		"JOIN pragma_table_info(t.name) c "
		"WHERE t.name LIKE 'comporta_%' AND t.type = 'table' "
		"ORDER BY t.name, c.name",
		"SELECT table_name, column_name "
		"FROM information_schema.columns "
		"WHERE table_schema = 'comporta' "
		"ORDER BY CAST(table_name AS BINARY), "
		"CAST(column_name AS BINARY)",
	};
	struct text columns[2] = { TEXT_INIT(65536), TEXT_INIT(65536) };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(openers); i++) {
		struct db *db = openers[i]();
		struct err err;

		migrate(db, "sql");
		if (db_run(db, sql[i], NULL, 0, add_column, &columns[i],
			   NULL, &err) != DB_OK)
			fail_msg("%s", err.text);
		db_close(&db);
	}
	assert_true(columns[0].len > 500);
	assert_string_equal(text_string(&columns[0]),
			    text_string(&columns[1]));
	text_release(&columns[0]);
	text_release(&columns[1]);
}

static void write_migration(const char *name, const char *sql)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/own/sqlite/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(sql, file);
	fclose(file);
}

static void remove_migration(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/own/sqlite/%s", folder, name);
	assert_int_equal(remove(path), 0);
}

static void test_steps_come_in_order_until_one_fails(void **state)
{
	struct db *db = sqlite_db();
	int applied = -1;
	struct err err;

	(void)state;
	write_migration("001_first.sql",
			"CREATE TABLE IF NOT EXISTS comporta_schema "
			"(version INTEGER PRIMARY KEY, applied_ms INTEGER);"
			"CREATE TABLE IF NOT EXISTS t (a INT)");
	write_migration("002_second.sql", "ALTER TABLE t ADD COLUMN b INT");
	write_migration("003_bad.sql", "INSERT INTO t VALUES (1, 2);\n"
				       "SELECT missing FROM t");
	write_migration("notes.txt", "not a migration");
	assert_int_equal(schema_migrate(db, folder, &applied, &err), -1);
	assert_non_null(strstr(err.text, "003_bad.sql"));
	assert_int_equal(applied, -1);
	assert_string_equal(db_one(db, "SELECT MAX(version) FROM "
				       "comporta_schema"), "2");
	assert_string_equal(db_one(db, "SELECT COUNT(b) FROM t"), "0");
	assert_int_equal(schema_check(db, folder, &err), -1);
	assert_non_null(strstr(err.text, "version 2"));
	write_migration("003_bad.sql", "INSERT INTO t VALUES (1, 2)");
	assert_int_equal(migrate(db, folder), 1);
	assert_int_equal(schema_check(db, folder, &err), 0);
	remove_migration("002_second.sql");
	assert_int_equal(schema_check(db, folder, &err), -1);
	assert_non_null(strstr(err.text, "003_bad.sql"));
	db_close(&db);
}

static void test_a_missing_folder_is_named(void **state)
{
	struct db *db = sqlite_db();
	struct err err;

	(void)state;
	assert_int_equal(schema_check(db, "/no/such/folder", &err), -1);
	assert_non_null(strstr(err.text, "/no/such/folder"));
	db_close(&db);
}

static int start(void **state)
{
	char path[200];

	(void)state;
	snprintf(path, sizeof(path), "%s/own", folder);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/own/sqlite", folder);
	assert_int_equal(mkdir(path, 0755), 0);
	mariadb_start(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables_are_made_once),
		cmocka_unit_test(test_a_newer_database_is_not_touched),
		cmocka_unit_test(test_a_half_done_migration_is_repeated),
		cmocka_unit_test(test_both_databases_have_the_same_columns),
		cmocka_unit_test(test_steps_come_in_order_until_one_fails),
		cmocka_unit_test(test_a_missing_folder_is_named),
	};
	int failed;

	folder_make(folder, "schema");
	failed = cmocka_run_group_tests_name("schema", tests, start, NULL);
	mariadb_stop(&server);
	folder_remove(folder);
	return failed;
}
