/*
 * Panel folders with a slip in them, made for the occasion: refused when they
 * are loaded, or when they run, and nothing is changed.
 */
#include "base/text.h"
#include "detector/panel/panel.h"
#include "tests/support/db_contract.h"
#include "tests/support/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FIND "SELECT login AS account, open AS sending, open AS can_send, " \
	     "hash AS password_hash FROM {panel}m WHERE login = :account"
#define BLOCK "-- rows: 1\nUPDATE {panel}m SET open = 0 " \
	      "WHERE login = :account AND open <> 0"
#define UNBLOCK "-- rows: 0-1\nUPDATE {panel}m SET open = :previous " \
		"WHERE login = :account AND open = 0"

#define VERIFY "SELECT login AS account, open AS can_send, 1 AS can_read " \
	       "FROM {panel}m WHERE login = :account"

static char folder[FOLDER_SIZE];

static void write_sql(const char *name, const char *sql)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/panels/try/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(sql, file);
	fclose(file);
}

/* NULL: the good one. */
static int load(const char *find, const char *block, const char *unblock,
		struct panel **panel_out, struct err *err)
{
	write_sql("find.sql", find ? find : FIND);
	write_sql("block.sql", block ? block : BLOCK);
	write_sql("unblock.sql", unblock ? unblock : UNBLOCK);
	write_sql("verify.sql", VERIFY);
	return panel_load(folder, "try", "main", panel_out, err);
}

static void test_slips_are_refused_at_load(void **state)
{
	static const struct {
		const char *find, *block, *words;
	} cases[] = {
		{ NULL, NULL, NULL },
		{ "", NULL, "holds no statement" },
		{ FIND ";" FIND, NULL, "one statement too many" },
		{ "DELETE FROM m WHERE login = :account", NULL, "SELECT" },
		{ "SELECT 1", NULL, ":account" },
		{ "SELECT :account, :acount", NULL, ":acount" },
		{ "SELECT ':account'", NULL, ":account" },
		{ "SELECT :account FROM {hosting}m", NULL, "braces" },
		{ "SELECT ':account", NULL, "never closed" },
		{ "SELECT :account # all", NULL, "MySQL only" },
		{ NULL, "UPDATE m SET open = 0 WHERE login = :account",
		  "-- rows: 1" },
		{ NULL, "-- rows: 1\nUPDATE m SET open = :account",
		  "without WHERE" },
		{ NULL, "-- rows: 1\nDELETE FROM m -- WHERE :account",
		  ":account" },
		{ NULL, "-- rows: 1\nUPDATE m SET open = (SELECT 1 FROM n "
			"WHERE login = :account)", "without WHERE" },
		{ NULL, "-- rows: 1\nUPDATE m SET open = 0 WHERE 1 = 1",
		  ":account" },
		{ NULL, "-- rows: many\n" BLOCK, "by a number" },
		{ NULL, "-- rows: 2-1\n" BLOCK, "by a number" },
		{ NULL, "-- rows: 0-999\n" BLOCK, "by a number" },
		{ NULL, "-- rows: 1\nDROP TABLE m", "INSERT, UPDATE" },
		{ NULL, "-- rows: 1\nREPLACE INTO m VALUES (:account)",
		  "INSERT, UPDATE" },
		{ NULL, BLOCK ";\nSELECT :account", "line 3" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct panel *panel = NULL;
		struct err err = { 0, "" };
		int status = load(cases[i].find, cases[i].block, NULL, &panel,
				  &err);

		if ((status == 0) != !cases[i].words ||
		    (status && !strstr(err.text, cases[i].words)))
			fail_msg("case %zu: %d '%s'", i, status, err.text);
		if (status != 0)
			assert_int_equal(err.code, EXIT_CONFIG);
		panel_free(&panel);
		assert_null(panel);
	}
}

static void test_names_and_missing_folders(void **state)
{
	static const struct {
		const char *name, *database;
	} cases[] = {
		{ "../try", "" }, { "try/", "" }, { "", "" }, { ".", "" },
		{ "nowhere", "" }, { "try", "a`b" }, { "try", "a.b" },
		{ "try", "a b" },
	};
	struct panel *panel = NULL;
	struct err err;

	(void)state;
	assert_int_equal(load(NULL, NULL, NULL, &panel, &err), 0);
	assert_string_equal(panel_name(panel), "try");
	panel_free(&panel);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		if (panel_load(folder, cases[i].name, cases[i].database,
			       &panel, &err) == 0)
			fail_msg("case %zu was loaded", i);
}

static struct db *three_mailboxes(void)
{
	static const struct db_settings settings = {
		.kind = "sqlite", .file = ":memory:", .timeout_s = 1,
	};
	struct db *db;
	struct err err;

	assert_int_equal(db_open(&settings, &db, &err), 0);
	db_must(db, "CREATE TABLE m (login TEXT, open INTEGER, hash TEXT)",
		DB_OK);
	db_must(db, "INSERT INTO m VALUES ('one@x', 1, 'h'), "
		    "('two@x', 1, 'h'), ('TWO@x', 1, 'h')", DB_OK);
	return db;
}

/* Whoever forgets to look at the result cannot commit either. */
static void test_a_wrong_count_changes_nothing(void **state)
{
	static const char *const blocks[] = {
		"-- rows: 1\nUPDATE m SET open = 0 WHERE login LIKE :account",
		"-- rows: 1\nUPDATE m SET open = 0 WHERE login <> :account",
		"-- rows: 2\nUPDATE m SET open = 0 WHERE login = :account",
		"-- rows: 1\nUPDATE m SET open = 0 WHERE login = :reason "
		"AND :account IS NOT NULL",
		"-- rows: 1\nUPDATE m SET open = 0 WHERE login = :account;"
		"-- rows: 1\nDELETE FROM m WHERE login = :account || 'x'",
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(blocks); i++) {
		struct db *db = three_mailboxes();
		struct panel *panel;
		struct err err;
		bool changed;

		assert_int_equal(load(NULL, blocks[i], NULL, &panel, &err),
				 0);
		assert_int_equal(db_begin(db, &err), DB_OK);
		if (panel_block(panel, db, S("two@x"), S("why"), 1, 2,
				&changed, &err) != DB_FAILED)
			fail_msg("%s", blocks[i]);
		assert_non_null(strstr(err.text, "rows changed"));
		assert_int_equal(db_commit(db, &err), DB_FAILED);
		assert_string_equal(db_one(db, "SELECT SUM(open) FROM m"),
				    "3");
		panel_free(&panel);
		db_close(&db);
	}
}

static void test_answers_that_cannot_be_trusted(void **state)
{
	static const struct {
		const char *find, *words;
	} cases[] = {
		{ "SELECT login AS account, 1 AS sending, 1 AS can_send, 'h' "
		  "AS password_hash FROM m WHERE lower(login) = :account",
		  "2 mailboxes have this login" },
		{ "SELECT login AS account, 1 AS sending, 1 AS can_send "
		  "FROM m WHERE login = :account", "password_hash" },
		{ "SELECT login AS account, 1 AS sending, 'h' AS "
		  "password_hash FROM m WHERE login = :account", "can_send" },
		{ "SELECT 1 AS sending, 1 AS can_send, 'h' AS password_hash "
		  "FROM m WHERE login = :account", "account" },
		{ "SELECT login AS account, 1 AS sending, 1 AS can_send, "
		  "hex(zeroblob(256)) AS password_hash FROM m "
		  "WHERE login = :account", "longer than 511" },
		{ "SELECT nonsense FROM m WHERE login = :account",
		  "nonsense" },
	};
	struct db *db = three_mailboxes();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct panel_mailbox mailbox;
		struct panel *panel;
		struct err err = { 0, "" };

		assert_int_equal(load(cases[i].find, NULL, NULL, &panel,
				      &err), 0);
		if (panel_find(panel, db, S("two@x"), &mailbox, &err) !=
			    PANEL_ERROR ||
		    !strstr(err.text, cases[i].words))
			fail_msg("%s: '%s'", cases[i].find, err.text);
		panel_free(&panel);
	}
	db_close(&db);
}

/* The extras never stop a block: a name is cut between letters, an address
 * that was cut would be another one. */
static void test_extras_that_are_too_long(void **state)
{
	static const char find[] =
		"SELECT login AS account, 1 AS sending, 1 AS can_send, "
		"NULL AS password_hash, replace(hex(zeroblob(150)), '00', "
		"'ż') AS name, hex(zeroblob(128)) AS contact, "
		"hex(zeroblob(20)) AS language FROM m WHERE login = :account";
	struct db *db = three_mailboxes();
	struct panel_mailbox mailbox;
	struct panel *panel;
	struct err err;

	(void)state;
	assert_int_equal(load(find, NULL, NULL, &panel, &err), 0);
	assert_int_equal(panel_find(panel, db, S("one@x"), &mailbox, &err),
			 PANEL_FOUND);
	assert_int_equal(strlen(mailbox.name), 254);
	assert_string_equal(mailbox.contact, "");
	assert_string_equal(mailbox.language, "");
	assert_string_equal(mailbox.password_hash, "");
	panel_free(&panel);
	db_close(&db);
}

static void test_the_previous_state_comes_back(void **state)
{
	struct db *db = three_mailboxes();
	struct panel *panel;
	bool changed = false;
	struct err err;

	(void)state;
	assert_int_equal(load(NULL, NULL, NULL, &panel, &err), 0);
	assert_int_equal(db_begin(db, &err), DB_OK);
	assert_int_equal(panel_block(panel, db, S("ONE@x"), S(""), 1, 1,
				     &changed, &err), DB_OK);
	assert_true(changed);
	assert_int_equal(panel_unblock(panel, db, S("one@x"), S("17"), 1, 1,
				       &changed, &err), DB_OK);
	assert_int_equal(db_commit(db, &err), DB_OK);
	assert_string_equal(db_one(db, "SELECT open FROM m "
				       "WHERE login = 'one@x'"), "17");
	panel_free(&panel);
	db_close(&db);
}

/* What belongs to the account may be any number of rows. */
static void test_any_number_of_rows(void **state)
{
	struct db *db = three_mailboxes();
	struct panel *panel;
	bool changed = false;
	struct err err;

	(void)state;
	assert_int_equal(load(NULL, BLOCK ";\n-- rows: any\nDELETE FROM m "
			      "WHERE login <> :account", NULL, &panel, &err),
			 0);
	assert_int_equal(db_begin(db, &err), DB_OK);
	assert_int_equal(panel_block(panel, db, S("one@x"), S(""), 1, 1,
				     &changed, &err), DB_OK);
	assert_int_equal(db_commit(db, &err), DB_OK);
	assert_string_equal(db_one(db, "SELECT COUNT(*) FROM m"), "1");
	panel_free(&panel);
	db_close(&db);
}

/* A schema that changed under us: the column is still there, and nobody looks
 * at it any more. */
static void test_a_block_that_would_not_hold_is_not_made(void **state)
{
	struct db *db = three_mailboxes();
	struct panel *panel;
	bool changed = false;
	struct err err;

	(void)state;
	db_must(db, "ALTER TABLE m ADD COLUMN other INTEGER DEFAULT 0", DB_OK);
	assert_int_equal(load(NULL, "-- rows: 1\nUPDATE {panel}m SET other = 1 "
			      "WHERE login = :account", NULL, &panel, &err),
			 0);
	assert_int_equal(db_begin(db, &err), DB_OK);
	assert_int_equal(panel_block(panel, db, S("one@x"), S(""), 1, 1,
				     &changed, &err), DB_FAILED);
	assert_non_null(strstr(err.text, "could still send"));
	assert_int_equal(db_commit(db, &err), DB_FAILED);
	assert_string_equal(db_one(db, "SELECT SUM(other) FROM m"), "0");
	panel_free(&panel);
	db_close(&db);
}

/* A panel in a file of its own, which comporta only reads. */
static void test_a_panel_file_beside_ours(void **state)
{
	char path[256];
	struct db_settings settings = { .kind = "sqlite", .file = path,
					.timeout_s = 1 };
	struct db_settings both = { .kind = "sqlite", .file = ":memory:",
				    .panel_file = path, .timeout_s = 1 };
	struct panel_mailbox mailbox;
	struct panel *panel;
	struct db *db;
	struct err err;

	(void)state;
	snprintf(path, sizeof(path), "%s/odd %%23 #name?.db", folder);
	assert_int_equal(db_open(&both, &db, &err), -1);
	assert_non_null(strstr(err.text, "panel.file"));
	assert_int_equal(db_open(&settings, &db, &err), 0);
	db_must(db, "CREATE TABLE m (login TEXT, open INTEGER, hash TEXT)",
		DB_OK);
	db_must(db, "INSERT INTO m VALUES ('one@x', 1, 'h')", DB_OK);
	db_close(&db);
	assert_int_equal(db_open(&both, &db, &err), 0);
	write_sql("find.sql", FIND);
	write_sql("block.sql", BLOCK);
	assert_int_equal(panel_load(folder, "try", "panel", &panel, &err), 0);
	assert_int_equal(panel_find(panel, db, S("one@x"), &mailbox, &err),
			 PANEL_FOUND);
	db_must(db, "UPDATE panel.m SET open = 0", DB_DENIED);
	panel_free(&panel);
	db_close(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slips_are_refused_at_load),
		cmocka_unit_test(test_names_and_missing_folders),
		cmocka_unit_test(test_a_wrong_count_changes_nothing),
		cmocka_unit_test(test_answers_that_cannot_be_trusted),
		cmocka_unit_test(test_extras_that_are_too_long),
		cmocka_unit_test(test_the_previous_state_comes_back),
		cmocka_unit_test(test_any_number_of_rows),
		cmocka_unit_test(test_a_block_that_would_not_hold_is_not_made),
		cmocka_unit_test(test_a_panel_file_beside_ours),
	};
	char path[200];
	int failed;

	folder_make(folder, "panels");
	snprintf(path, sizeof(path), "%s/panels", folder);
	failed = mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/panels/try", folder);
	failed += mkdir(path, 0755);
	failed += cmocka_run_group_tests_name("panel files", tests, NULL,
					      NULL);
	folder_remove(folder);
	return failed;
}
