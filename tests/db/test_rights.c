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

/* One right on one table, perhaps on one column of it. */
struct granted {
	char table[65], right[128];
};

struct all {
	struct granted rows[80];
	size_t n;
};

/* Who has rights of his own in grants.sql. */
static const struct user {
	const char *name, *password;
	size_t rights;		/* at least */
} users[] = {
	{ DB_RIGHTS_ACTING, "secret", 30 },
	{ DB_RIGHTS_SERVING, "secret3", 30 },
};

static int keep(void *context, const struct db_row *row)
{
	struct all *all = context;
	struct granted *one = &all->rows[all->n++];

	assert_true(all->n < N_ELEMENTS(all->rows));
	slice_copy(db_column(row, "t"), one->table, sizeof(one->table));
	slice_copy(db_column(row, "r"), one->right, sizeof(one->right));
	return 0;
}

static void turn(struct db *root, const char *verb, const struct user *user,
		 const struct granted *one)
{
	char sql[400];

	snprintf(sql, sizeof(sql), "%s %s ON comporta.%s %s '%s'@'127.0.0.1'",
		 verb, one->right, one->table,
		 verb[0] == 'G' ? "TO" : "FROM", user->name);
	db_must(root, sql, DB_OK);
}

/* Also the right to read. Of several columns all are named. */
static void without(struct db *root, const struct user *user,
		    const struct granted *one)
{
	struct db *db;
	struct err err = { 0, "" };
	char right[128];

	turn(root, "REVOKE", user, one);
	db = mariadb_as(user->name, user->password);
	slice_copy(slice_from(one->right), right, sizeof(right));
	right[strcspn(right, "(")] = '\0';
	assert_case(one->right, -1, db_rights(db, "sql", user->name, &err));
	assert_int_equal(err.code, EXIT_RIGHTS);
	if (!strstr(err.text, right) || !strstr(err.text, one->table))
		fail_msg("no \"%s\" on %s in: %s", right, one->table,
			 err.text);
	assert_non_null(strstr(err.text, "grants.sql"));
	assert_false(db_in_transaction(db));
	db_close(&db);
	turn(root, "GRANT", user, one);
}

/* What the server has of them, not what our file says. */
static void read_rights(struct db *root, const struct user *user,
			struct all *all)
{
	char sql[600];
	struct err err;

	snprintf(sql, sizeof(sql), "SELECT table_name AS t,"
		 " privilege_type AS r FROM information_schema.table_privileges"
		 " WHERE grantee = \"'%s'@'127.0.0.1'\" UNION ALL"
		 " SELECT table_name, CONCAT(privilege_type, ' (', column_name,"
		 " ')') FROM information_schema.column_privileges"
		 " WHERE grantee = \"'%s'@'127.0.0.1'\"", user->name,
		 user->name);
	all->n = 0;
	assert_int_equal(db_run(root, sql, NULL, 0, keep, all, NULL, &err),
			 DB_OK);
}

static void test_every_right(void **state)
{
	struct db *root = administrator();
	static struct all all;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(users); i++) {
		struct err err = { 0, "" };
		struct db *db = mariadb_as(users[i].name, users[i].password);

		if (db_rights(db, "sql", users[i].name, &err) != 0)
			fail_msg("%s", err.text);
		db_close(&db);
		read_rights(root, &users[i], &all);
		for (size_t j = 0; j < all.n; j++)
			without(root, &users[i], &all.rows[j]);
		assert_true(all.n > users[i].rights);
		db = mariadb_as(users[i].name, users[i].password);
		assert_int_equal(db_rights(db, "sql", users[i].name, &err),
				 0);
		db_close(&db);
	}
	db_close(&root);
}

/* Of serve, whoever has taken it over. */
static void test_what_serve_cannot(void **state)
{
	static const char *const refused[] = {
		"INSERT INTO comporta_token (name, token_hash, role,"
		" created_ms) VALUES ('x', 'x', 'support', 1)",
		"UPDATE comporta_token SET role = 'support'",
		"UPDATE comporta_token SET revoked_ms = NULL",
		"DELETE FROM comporta_token",
		"INSERT INTO comporta_token_domain VALUES (1, 'x.example')",
		"UPDATE comporta_audit SET actor = 'nobody'",
		"DELETE FROM comporta_audit",
		"UPDATE comporta_block SET verdict = 'x'",
		"UPDATE comporta_block SET account = 'b@b.example'",
		"UPDATE comporta_block SET contact = 'thief@b.example'",
		"UPDATE comporta_block SET fingerprint = 'x'",
		"UPDATE comporta_block SET token_expires_ms = 1",
		"DELETE FROM comporta_block",
		"UPDATE comporta_notice SET recipient = 'thief@b.example'",
		"DELETE FROM comporta_notice",
		"UPDATE comporta_credential SET fingerprint = 'x'",
		"INSERT INTO comporta_held VALUES (1, 'x', 'found', 1)",
		"UPDATE comporta_held SET state = 'release'",
		"UPDATE comporta_action SET name = 'x'",
		"UPDATE comporta_webhook SET target = 'https://b.example'",
		"UPDATE comporta_alarm SET active_name = NULL",
		"UPDATE comporta_brake SET word_ms = 1, word_by = 'boss'",
		"INSERT INTO comporta_metric VALUES ('x', 'x', '', 1, 1)",
		"UPDATE comporta_send_block SET account = 'b@b.example'",
		"UPDATE comporta_mailbox SET password_hash = 'x'",
		"INSERT INTO comporta_schema VALUES (99, 1)",
		"DROP TABLE comporta_block", "TRUNCATE comporta_audit",
		"ALTER TABLE comporta_block ADD COLUMN x INT",
		"CREATE TABLE x (x INT)",
		"CREATE USER 'x'@'127.0.0.1'",
		"GRANT SELECT ON comporta.comporta_token TO 'comporta_ro'"
		"@'127.0.0.1'",
		"SELECT user FROM mysql.user",
		"SELECT 1 INTO OUTFILE '/tmp/comporta-serve-was-here'",
	};
	struct db *root = administrator(), *db;

	(void)state;
	db = mariadb_as(DB_RIGHTS_SERVING, "secret3");
	for (size_t i = 0; i < N_ELEMENTS(refused); i++) {
		struct err err = { 0, "" };
		enum db_result done = db_run_script(db, refused[i], &err);

		if (done != DB_DENIED)
			fail_msg("%s: %d %s", refused[i], done, err.text);
	}
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
	assert_int_equal(db_rights(db, "sql", DB_RIGHTS_ACTING, &err), -1);
	assert_non_null(strstr(err.text, "INSERT on comporta_send_block, "
				 "DELETE on comporta_send_block"));
	assert_non_null(strstr(err.text, "grants.sql"));
	db_close(&db);
	/* And one who may all by other ways than a grant on a table. */
	assert_int_equal(db_rights(root, "sql", DB_RIGHTS_ACTING, &err), 0);
	assert_int_equal(db_rights(root, "/nowhere", DB_RIGHTS_ACTING, &err), -1);
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
	assert_int_equal(db_rights(root, "sql", DB_RIGHTS_ACTING, &err), 0);
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
	assert_int_equal(db_rights(db, "/nowhere", DB_RIGHTS_ACTING, &err), 0);
	/* As a file system that was mounted to be read only. */
	db_must(db, "PRAGMA query_only = ON", DB_OK);
	assert_int_equal(db_rights(db, "sql", DB_RIGHTS_ACTING, &err), -1);
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
		cmocka_unit_test(test_what_serve_cannot),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_nothing_changes),
		cmocka_unit_test(test_sqlite),
	};

	return cmocka_run_group_tests_name("rights", tests, start, stop);
}
