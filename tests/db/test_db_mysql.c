#include "tests/support/db_contract.h"
#include "tests/support/mariadb.h"

#include <stdio.h>
#include <string.h>

static struct mariadb server;

static struct db_settings as_root(void)
{
	return (struct db_settings){
		.kind = "mysql", .host = "127.0.0.1", .port = server.port,
		.user = "root", .password = "", .name = "test",
		.timeout_s = 1,
	};
}

static struct db *opened(const struct db_settings *settings)
{
	struct db *db;
	struct err err;

	if (db_open(settings, &db, &err) != 0)
		fail_msg("%s", err.text);
	return db;
}

static void test_the_socket_works_too(void **state)
{
	/* Set by itself it wins over the host, which has a preset. */
	static const char *const hosts[] = { "", "localhost", "127.0.0.1" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(hosts); i++) {
		struct db_settings settings = as_root();
		struct db *db;
		struct err err;

		settings.host = hosts[i];
		settings.port = 1;
		settings.socket = server.socket;
		if (db_open(&settings, &db, &err) != 0)
			fail_msg("host '%s': %s", hosts[i], err.text);
		assert_string_equal(db_kind(db), "mysql");
		assert_string_equal(db_one(db, "SELECT "
					       "@@character_set_client"),
				    "utf8mb4");
		db_close(&db);
	}
}

static void test_wrong_settings_are_explained(void **state)
{
	static const struct {
		const char *why, *user, *password, *name, *ca;
		int port_offset, code;
		const char *words;
	} cases[] = {
		{ "password", "root", "wrong", "test", NULL, 0, EXIT_RIGHTS,
		  "grants.sql" },
		{ "user", "nobody", "", "test", NULL, 0, EXIT_RIGHTS,
		  "grants.sql" },
		{ "database", "root", "", "nowhere", NULL, 0, EXIT_CONFIG,
		  "nowhere" },
		{ "nobody listens", "root", "", "test", NULL, -1,
		  EXIT_SERVICE, "server runs" },
		{ "no CA file", "root", "", "test", "/no/such.pem", 0,
		  EXIT_CONFIG, "/no/such.pem" },
		{ "server without TLS", "root", "", "test",
		  "/etc/ssl/certs/ca-certificates.crt", 0, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct db_settings settings = as_root();
		struct err err = { 0, "" };
		struct db *db = NULL;

		settings.user = cases[i].user;
		settings.password = cases[i].password;
		settings.name = cases[i].name;
		settings.tls_ca = cases[i].ca;
		settings.port = cases[i].port_offset ? 1 : server.port;
		if (db_open(&settings, &db, &err) == 0)
			fail_msg("%s: it was opened", cases[i].why);
		assert_null(db);
		if (cases[i].code)
			assert_case(cases[i].why, cases[i].code, err.code);
		if (!strstr(err.text, cases[i].words))
			fail_msg("%s: %s", cases[i].why, err.text);
	}
}

static void test_values_that_do_not_fit_are_errors(void **state)
{
	static const char *const refused[] = {
		"INSERT INTO small VALUES ('four', 1)",
		"INSERT INTO small VALUES ('abc', 1000)",
		"INSERT INTO small VALUES ('abc', 'x')",
		"SELECT a FROM missing",
		"SELECT nothing FROM small",
	};
	struct db_settings settings = as_root();
	struct db *db = opened(&settings);

	(void)state;
	db_must(db, "CREATE TABLE small (a VARCHAR(3), b TINYINT)", DB_OK);
	for (size_t i = 0; i < N_ELEMENTS(refused); i++)
		db_must(db, refused[i], DB_FAILED);
	db_must(db, "INSERT INTO small VALUES ('żół', 1)", DB_OK);
	db_close(&db);
}

static void test_missing_rights_are_denied(void **state)
{
	struct db_settings settings = as_root();
	struct db *root = opened(&settings), *db;
	struct err err;

	(void)state;
	assert_int_equal(db_run_script(root,
		"CREATE TABLE open_table (a INT, b INT);"
		"CREATE TABLE shut_table (a INT);"
		"CREATE USER 'guest'@'127.0.0.1';"
		"GRANT SELECT (a) ON test.open_table TO 'guest'@'127.0.0.1'",
		&err), DB_OK);
	settings.user = "guest";
	db = opened(&settings);
	db_must(db, "SELECT a FROM open_table", DB_OK);
	db_must(db, "SELECT b FROM open_table", DB_DENIED);
	db_must(db, "SELECT a FROM shut_table", DB_DENIED);
	db_must(db, "UPDATE open_table SET a = 1", DB_DENIED);
	db_must(db, "SELECT LOAD_FILE('/etc/passwd')", DB_OK);
	db_close(&db);
	db_close(&root);
}

static void test_a_connection_killed_by_an_operator(void **state)
{
	struct db_settings settings = as_root();
	struct db *root = opened(&settings), *db = opened(&settings);
	char kill_it[64];
	struct err err;

	(void)state;
	db_must(db, "CREATE TABLE killed (a INT)", DB_OK);
	snprintf(kill_it, sizeof(kill_it), "KILL %s",
		 db_one(db, "SELECT CONNECTION_ID()"));
	db_must(root, kill_it, DB_OK);
	/* Idle: nobody notices. */
	db_must(db, "INSERT INTO killed VALUES (1)", DB_OK);

	assert_int_equal(db_begin(db, &err), DB_OK);
	db_must(db, "INSERT INTO killed VALUES (2)", DB_OK);
	snprintf(kill_it, sizeof(kill_it), "KILL %s",
		 db_one(db, "SELECT CONNECTION_ID()"));
	db_must(root, kill_it, DB_OK);
	db_must(db, "INSERT INTO killed VALUES (3)", DB_AWAY);
	/* Must not slip in alone on a new connection. */
	db_must(db, "INSERT INTO killed VALUES (4)", DB_AWAY);
	assert_int_equal(db_commit(db, &err), DB_AWAY);
	assert_string_equal(db_one(db, "SELECT SUM(a) FROM killed"), "1");
	db_close(&db);
	db_close(&root);
}

static void test_a_server_that_dies_and_returns(void **state)
{
	struct db_settings settings = as_root();
	struct db *db = opened(&settings);
	struct err err = { 0, "" };

	(void)state;
	db_must(db, "CREATE TABLE kept (a INT) ENGINE=InnoDB", DB_OK);
	assert_int_equal(db_begin(db, &err), DB_OK);
	db_must(db, "INSERT INTO kept VALUES (1)", DB_OK);
	mariadb_kill(&server);
	assert_int_equal(db_commit(db, &err), DB_UNCERTAIN);
	assert_false(db_in_transaction(db));
	db_must(db, "SELECT 1", DB_AWAY);
	assert_int_equal(db_begin(db, &err), DB_AWAY);
	assert_int_equal(err.code, EXIT_SERVICE);
	mariadb_revive(&server);
	assert_int_equal(db_begin(db, &err), DB_OK);
	assert_string_equal(db_one(db, "SELECT COUNT(*) FROM kept"), "0");
	mariadb_kill(&server);
	db_must(db, "SELECT 1", DB_AWAY);
	db_rollback(db);
	mariadb_revive(&server);
	db_must(db, "INSERT INTO kept VALUES (2)", DB_OK);
	db_close(&db);
}

/* It may have been carried out or not, so it is neither done nor undone. */
static void test_an_answer_that_never_comes(void **state)
{
	struct db_settings settings = as_root();
	struct db *db = opened(&settings);

	(void)state;
	db_must(db, "CREATE TABLE slow (a INT)", DB_OK);
	db_must(db, "INSERT INTO slow VALUES (1)", DB_OK);
	db_must(db, "UPDATE slow SET a = SLEEP(30) + 2", DB_UNCERTAIN);
	db_must(db, "SELECT 1", DB_OK);
	db_close(&db);
}

static void test_odd_types_come_as_text(void **state)
{
	static const struct {
		const char *sql, *want;
	} cases[] = {
		{ "SELECT CAST('2026-01-02 03:04:05' AS DATETIME)",
		  "2026-01-02 03:04:05" },
		{ "SELECT CAST('2026-01-02' AS DATE)", "2026-01-02" },
		{ "SELECT CAST(1.50 AS DECIMAL(5,2))", "1.50" },
		{ "SELECT CAST(255 AS UNSIGNED)", "255" },
		{ "SELECT TRUE", "1" },
		{ "SELECT 0.1e0", "0.1" },
		{ "SELECT CONVERT('Żółć' USING latin2)", "Żółć" },
	};
	struct db_settings settings = as_root();
	struct db *db = opened(&settings);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_string_equal(db_one(db, cases[i].sql), cases[i].want);
	db_close(&db);
}

static int start_server(void **state)
{
	struct db_settings settings;
	struct db *db;

	(void)state;
	mariadb_start(&server);
	settings = as_root();
	settings.name = "";
	db = opened(&settings);
	db_must(db, "CREATE DATABASE test CHARACTER SET utf8mb4", DB_OK);
	db_close(&db);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_socket_works_too),
		cmocka_unit_test(test_wrong_settings_are_explained),
		cmocka_unit_test(test_values_that_do_not_fit_are_errors),
		cmocka_unit_test(test_odd_types_come_as_text),
		cmocka_unit_test(test_missing_rights_are_denied),
		cmocka_unit_test(test_a_connection_killed_by_an_operator),
		cmocka_unit_test(test_an_answer_that_never_comes),
		cmocka_unit_test(test_a_server_that_dies_and_returns),
	};
	struct db_settings settings;
	int failed = cmocka_run_group_tests_name("MariaDB", tests,
						 start_server, NULL);

	settings = as_root();
	/* Longer than the wait for a lock that it tries. */
	settings.timeout_s = 2;
	if (server.pid > 0)
		failed += db_contract_run("db contract, MariaDB", &settings);
	mariadb_stop(&server);
	return failed;
}
