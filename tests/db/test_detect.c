/*
 * Every panel's own tables are recognised as that panel and no other, in
 * MariaDB and, where its fixture can be made there, in SQLite; two are told as
 * two; and what a user may not see is never taken for absent.
 */
#include "base/files.h"
#include "detector/panel/detect.h"
#include "tests/support/db_contract.h"
#include "tests/support/folder.h"
#include "tests/support/mariadb.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_PANELS = 64 };

static struct mariadb server;
static char folder[FOLDER_SIZE];
static char panels[MAX_PANELS][64];	/* those with columns */
static size_t n_panels;

static struct db *connect_as(const char *user, const char *name)
{
	struct db_settings settings = {
		.kind = "mysql", .host = "127.0.0.1", .port = server.port,
		.user = user, .password = "", .name = name, .timeout_s = 5,
	};
	struct db *db;
	struct err err;

	if (db_open(&settings, &db, &err) != 0)
		fail_msg("%s", err.text);
	return db;
}

static void run(const char *name, const char *sql)
{
	struct db *root = connect_as("root", name);
	struct err err;

	if (db_run_script(root, sql, &err) != DB_OK)
		fail_msg("%s: %s", sql, err.text);
	db_close(&root);
}

static void read_fixture(const char *panel, struct text *out)
{
	char path[160];
	struct err err;

	snprintf(path, sizeof(path), "sql/panels/%s/fixture.sql", panel);
	if (files_read(path, out, &err) != 0)
		fail_msg("%s", err.text);
}

static void make_database(const char *name, const char *panel)
{
	struct text fixture = TEXT_INIT(65536);
	char sql[200];

	snprintf(sql, sizeof(sql), "CREATE DATABASE `%s` CHARACTER SET "
		 "utf8mb4", name);
	run("", sql);
	read_fixture(panel, &fixture);
	run(name, text_string(&fixture));
	text_release(&fixture);
}

static void drop_database(const char *name)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "DROP DATABASE `%s`", name);
	run("", sql);
}

static struct detection detect(struct db *db)
{
	struct detection found;
	struct err err;

	if (detect_panels(db, "sql", &found, &err) != 0)
		fail_msg("%s", err.text);
	return found;
}

static struct detection detect_as(const char *user)
{
	struct db *db = connect_as(user, "");
	struct detection found = detect(db);

	db_close(&db);
	return found;
}

/* "a in x, b? in y": "?" where it is not for sure. */
static const char *told(const struct detection *found)
{
	static char text[2000];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < found->n; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "%s%s%s in %s", i ? ", " : "",
				      found->matches[i].panel,
				      found->matches[i].is_sure ? "" : "?",
				      found->matches[i].database);
	return text;
}

static void test_every_panel_is_itself_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_panels; i++) {
		struct detection found;
		char want[120];

		make_database("hosting", panels[i]);
		found = detect_as("root");
		snprintf(want, sizeof(want), "%.60s in hosting",
			 panels[i]);
		assert_string_equal(told(&found), want);
		assert_true(found.sees_all);
		assert_int_equal(found.n_databases, 1);
		assert_string_equal(found.user, "root@127.0.0.1");
		drop_database("hosting");
	}
	assert_true(n_panels > 8);
}

static bool make_file(const char *path, const char *panel)
{
	struct db_settings settings = { .kind = "sqlite", .file = path,
					.timeout_s = 1 };
	struct text fixture = TEXT_INIT(65536);
	struct db *db;
	struct err err;
	bool made;

	assert_int_equal(db_open(&settings, &db, &err), 0);
	read_fixture(panel, &fixture);
	made = db_run_script(db, text_string(&fixture), &err) == DB_OK;
	text_release(&fixture);
	db_close(&db);
	return made;
}

/* Our own tables are not there, and not needed. */
static void test_every_panel_in_a_file(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < n_panels; i++) {
		char path[300], want[120];
		struct db_settings settings = {
			.kind = "sqlite", .file = ":memory:",
			.panel_file = path, .timeout_s = 1,
		};
		struct detection found;
		struct db *db;
		struct err err;

		snprintf(path, sizeof(path), "%s/%s.db", folder, panels[i]);
		if (!make_file(path, panels[i]))
			continue;
		assert_int_equal(db_open(&settings, &db, &err), 0);
		found = detect(db);
		snprintf(want, sizeof(want), "%.60s in panel",
			 panels[i]);
		assert_string_equal(told(&found), want);
		db_close(&db);
		n++;
	}
	/* Mailu and Mail-in-a-Box at least. */
	assert_true(n >= 2);
}

static void test_two_are_two(void **state)
{
	struct detection found;

	(void)state;
	make_database("one", "postfixadmin3");
	make_database("two", "postfixadmin4");
	make_database("three", "modoboa");
	make_database("a_copy", "modoboa");
	found = detect_as("root");
	assert_string_equal(told(&found), "modoboa in a_copy, modoboa in three"
			    ", postfixadmin3 in one, postfixadmin4 in two");
	assert_false(found.matches[2].has_switch);
	assert_true(found.matches[3].has_switch);
	drop_database("one");
	drop_database("two");
	drop_database("three");
	drop_database("a_copy");
	found = detect_as("root");
	assert_int_equal(found.n, 0);
}

static void test_rights_that_hide(void **state)
{
	static const struct {
		const char *grant, *want;
	} cases[] = {
		{ "SELECT 1", "" },
		{ "GRANT SELECT ON pfa.mailbox TO 'looker'@'127.0.0.1'",
		  "postfixadmin4 in pfa" },
		/* As the folder's grants.sql gives them. */
		{ "GRANT SELECT (username, password, name, "
		  "email_other, smtp_active, active) ON pfa.mailbox TO "
		  "'looker'@'127.0.0.1'", "postfixadmin4 in pfa" },
		/* A version 4 that looks like a 3: never for sure. */
		{ "GRANT SELECT (username, password, name, "
		  "email_other) ON pfa.mailbox TO 'looker'@'127.0.0.1'",
		  "postfixadmin3? in pfa" },
		{ "GRANT SELECT ON pfa.* TO 'looker'@'127.0.0.1'",
		  "postfixadmin4 in pfa" },
		{ "GRANT SELECT ON *.* TO 'looker'@'127.0.0.1'",
		  "modoboa in other, postfixadmin4 in pfa" },
	};

	(void)state;
	make_database("pfa", "postfixadmin4");
	make_database("other", "modoboa");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct detection found;

		run("", "CREATE USER 'looker'@'127.0.0.1'");
		run("", cases[i].grant);
		found = detect_as("looker");
		if (strcmp(told(&found), cases[i].want) != 0)
			fail_msg("%s: %s", cases[i].grant, told(&found));
		assert_int_equal(found.sees_all,
				 i == N_ELEMENTS(cases) - 1);
		assert_string_equal(found.user, "looker@127.0.0.1");
		run("", "DROP USER 'looker'@'127.0.0.1'");
	}
	drop_database("pfa");
	drop_database("other");
}

/* A customer may name his database as he likes. */
static void test_odd_names(void **state)
{
	static const char name[] = "a b\";'\x1b[31m";
	struct detection found;

	(void)state;
	make_database(name, "mailinabox");
	found = detect_as("root");
	assert_int_equal(found.n, 1);
	assert_string_equal(found.matches[0].database, name);
	drop_database(name);
}

static void test_wrong_files_are_told(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "# nothing\n", NULL }, { "t.c\n!t.d\n", NULL },
		{ "", NULL }, { "t.c\n\n t.d \n", NULL },
		{ "t\n", "line 1" }, { "t.\n", "line 1" },
		{ "t.c\n.d\n", "line 2" }, { "!t.c\n", "line 1" },
		{ "t.c'\n", "line 1" }, { "t.c d\n", "line 1" },
		{ "t.c\nt.d.e\n", "line 2" },
		{ "t.a\nt.a\nt.a\nt.a\nt.a\nt.a\nt.a\nt.a\nt.a\nt.a\nt.a\n"
		  "t.a\nt.a\nt.a\nt.a\nt.a\nt.a\n", "more than 16" },
	};
	struct db *db = connect_as("root", "");
	char path[300];
	struct detection found = { .n = 99 };
	struct err err;

	(void)state;
	assert_int_equal(detect_panels(db, "/no/such/folder", &found, &err),
			 -1);
	snprintf(path, sizeof(path), "%s/panels", folder);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/panels/try", folder);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/panels/try/columns", folder);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		FILE *file = fopen(path, "w");
		int result;

		assert_non_null(file);
		fputs(cases[i].text, file);
		fclose(file);
		err.text[0] = '\0';
		result = detect_panels(db, folder, &found, &err);
		if ((result == 0) != !cases[i].words ||
		    (result < 0 && !strstr(err.text, cases[i].words)))
			fail_msg("%s: %d %s", cases[i].text, result, err.text);
	}
	db_close(&db);
}

static int gather(void **state)
{
	DIR *dir = opendir("sql/panels");
	struct dirent *entry;
	char path[400];

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) && n_panels < MAX_PANELS) {
		snprintf(path, sizeof(path), "sql/panels/%s/columns",
			 entry->d_name);
		if (entry->d_name[0] != '.' && access(path, F_OK) == 0)
			snprintf(panels[n_panels++], sizeof(panels[0]),
				 "%.60s", entry->d_name);
	}
	closedir(dir);
	folder_make(folder, "detect");
	mariadb_start(&server);
	run("", "DROP DATABASE IF EXISTS test");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_panel_is_itself_only),
		cmocka_unit_test(test_every_panel_in_a_file),
		cmocka_unit_test(test_two_are_two),
		cmocka_unit_test(test_rights_that_hide),
		cmocka_unit_test(test_odd_names),
		cmocka_unit_test(test_wrong_files_are_told),
	};
	int failed = cmocka_run_group_tests_name("detect", tests, gather,
						 NULL);

	mariadb_stop(&server);
	folder_remove(folder);
	return failed;
}
