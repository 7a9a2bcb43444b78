/*
 * Every folder of sql/panels is tried on its own fixture.sql with the rights
 * of its own grants.sql: in MariaDB always, in SQLite when its tables can be
 * made there. Every fixture has anna@firma.example, who may send.
 */
#include "base/files.h"
#include "base/text.h"
#include "detector/panel/panel.h"
#include "detector/panel/schema.h"
#include "tests/support/db_contract.h"
#include "tests/support/mariadb.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_PANELS = 32, BLOCK_ID = 7, AT_MS = 1763200862 };

#define ANNA S("anna@firma.example")

static struct mariadb server;
static char panels[MAX_PANELS][64];
static size_t n_panels;

/* What one test works on. */
static struct db *db;
static struct panel *panel;

static void load_text(const char *path, struct text *out)
{
	struct err err;

	if (files_read(path, out, &err) != 0)
		fail_msg("%s", err.text);
}

/* The file with its placeholders filled in, as the README's sed does. */
static void run_file(struct db *on, const char *path)
{
	static const struct {
		struct slice name;
		const char *value;
	} placeholders[] = {
		{ SLICE("{database}"), "comporta" },
		{ SLICE("{panel_database}"), "hosting" },
		{ SLICE("{host}"), "127.0.0.1" },
		{ SLICE("{password}"), "secret" },
		{ SLICE("{ro_password}"), "secret2" },
	};
	struct text raw = TEXT_INIT(65536), sql = TEXT_INIT(65536);
	struct slice rest;
	struct err err;

	load_text(path, &raw);
	for (rest = text_slice(&raw); rest.len > 0;) {
		size_t i = 0;

		while (i < N_ELEMENTS(placeholders) &&
		       !slice_starts(rest, placeholders[i].name))
			i++;
		if (i < N_ELEMENTS(placeholders))
			text_add_string(&sql, placeholders[i].value);
		else
			text_add_char(&sql, rest.ptr[0]);
		rest = slice_after(rest, i < N_ELEMENTS(placeholders)
						 ? placeholders[i].name.len
						 : 1);
	}
	if (db_run_script(on, text_string(&sql), &err) != DB_OK)
		fail_msg("%s: %s", path, err.text);
	text_release(&raw);
	text_release(&sql);
}

static bool is_own(const char *name)
{
	return strcmp(name, "own") == 0;
}

static struct db *connect_as(const char *user, const char *password,
			     const char *name)
{
	struct db_settings settings = {
		.kind = "mysql", .host = "127.0.0.1", .port = server.port,
		.user = user, .password = password, .name = name,
		.timeout_s = 5,
	};
	struct db *connected;
	struct err err;

	if (db_open(&settings, &connected, &err) != 0)
		fail_msg("%s", err.text);
	return connected;
}

static void migrate(struct db *on)
{
	struct err err;
	int applied;

	if (schema_migrate(on, "sql", &applied, &err) != 0)
		fail_msg("%s", err.text);
}

/* Both databases new, the panel's tables in one of their own. */
static void prepare_mariadb(const char *name)
{
	struct db *root = connect_as("root", "", "");
	char path[160];
	struct err err;

	assert_int_equal(db_run_script(root,
		"DROP DATABASE IF EXISTS comporta;"
		"DROP DATABASE IF EXISTS hosting;"
		"DROP USER IF EXISTS 'comporta'@'127.0.0.1';"
		"DROP USER IF EXISTS 'comporta_ro'@'127.0.0.1';"
		"CREATE DATABASE comporta CHARACTER SET utf8mb4;"
		"CREATE DATABASE hosting CHARACTER SET utf8mb4;"
		"USE comporta", &err), DB_OK);
	migrate(root);
	assert_int_equal(db_run_script(root, is_own(name) ? "USE comporta"
							  : "USE hosting",
				       &err), DB_OK);
	snprintf(path, sizeof(path), "sql/panels/%s/fixture.sql", name);
	run_file(root, path);
	run_file(root, "sql/own/mysql/grants.sql");
	snprintf(path, sizeof(path), "sql/panels/%s/grants.sql", name);
	run_file(root, path);
	db_close(&root);
}

static void use_mariadb(const char *name, enum panel_gate gate)
{
	struct err err;

	prepare_mariadb(name);
	db = connect_as("comporta", "secret", "comporta");
	if (panel_load_with("sql", name, is_own(name) ? "" : "hosting", gate,
			    &panel, &err) != 0)
		fail_msg("%s", err.text);
}

/* False when the panel's tables cannot be made in SQLite. */
static bool use_sqlite(const char *name, enum panel_gate gate)
{
	static const struct db_settings settings = {
		.kind = "sqlite", .file = ":memory:", .timeout_s = 1,
	};
	struct text fixture = TEXT_INIT(65536);
	char path[160];
	struct err err;
	bool made;

	assert_int_equal(db_open(&settings, &db, &err), 0);
	migrate(db);
	snprintf(path, sizeof(path), "sql/panels/%s/fixture.sql", name);
	load_text(path, &fixture);
	made = db_run_script(db, text_string(&fixture), &err) == DB_OK;
	text_release(&fixture);
	if (!made)
		db_close(&db);
	else if (panel_load_with("sql", name, NULL, gate, &panel, &err) != 0)
		fail_msg("%s", err.text);
	return made;
}

static void done(void)
{
	panel_free(&panel);
	db_close(&db);
}

static struct panel_mailbox find(struct slice account)
{
	struct panel_mailbox mailbox;
	struct err err = { 0, "" };

	if (panel_find(panel, db, account, &mailbox, &err) != PANEL_FOUND)
		fail_msg("%.*s is not found: %s", (int)account.len,
			 account.ptr, err.text);
	return mailbox;
}

static struct panel_standing standing(struct slice account)
{
	struct panel_standing now;
	struct err err = { 0, "" };

	if (panel_verify(panel, db, account, &now, &err) != PANEL_FOUND)
		fail_msg("verify.sql knows nobody: %s", err.text);
	return now;
}

static enum db_result block(struct slice account, bool *changed_out)
{
	struct err err;
	enum db_result result;

	*changed_out = false;
	assert_int_equal(db_begin(db, &err), DB_OK);
	result = panel_block(panel, db, account, S("case 7\nRCPT"), BLOCK_ID,
			     AT_MS, changed_out, &err);
	if (result == DB_OK)
		return db_commit(db, &err);
	db_rollback(db);
	return result;
}

static bool unblock(struct slice account, const char *previous, int64_t id)
{
	bool changed = false;
	struct err err;

	assert_int_equal(db_begin(db, &err), DB_OK);
	if (panel_unblock(panel, db, account, slice_from(previous), id,
			  AT_MS, &changed, &err) != DB_OK)
		fail_msg("%s", err.text);
	assert_int_equal(db_commit(db, &err), DB_OK);
	return changed;
}

static void blocks_and_unblocks(void)
{
	struct panel_mailbox before = find(ANNA), during, after;
	bool changed;

	assert_true(before.can_send);
	assert_string_equal(before.account, "anna@firma.example");
	assert_string_equal(before.password_hash, "$6$salt$oldhash");
	if (before.contact[0])
		assert_string_equal(before.contact,
				    "anna.prywatnie@example.net");
	assert_true(standing(ANNA).sends && standing(ANNA).reads);
	assert_int_equal(block(S("Anna@FIRMA.example"), &changed), DB_OK);
	assert_true(changed);
	during = find(ANNA);
	assert_false(during.can_send);
	assert_true(during.is_stopped);
	if (panel_gate(panel) == PANEL_GATE_SWITCH)
		assert_string_not_equal(during.sending, before.sending);
	assert_true(!standing(ANNA).sends && standing(ANNA).reads);
	assert_true(block(ANNA, &changed) != DB_OK || !changed);
	assert_true(unblock(ANNA, before.sending, BLOCK_ID));
	after = find(ANNA);
	assert_memory_equal(&after, &before, sizeof(before));
	assert_true(standing(ANNA).sends && standing(ANNA).reads);
	assert_false(unblock(ANNA, before.sending, BLOCK_ID));
}

/* Logins are what a client sent, as a log shows it. */
static void finds_nobody_else(void)
{
	static char endless[600];
	const struct slice strangers[] = {
		SLICE("anna@firma.example "), SLICE(" anna@firma.example"),
		SLICE("anna"), SLICE(""), SLICE("%"),
		SLICE("_nna@firma.example"),
		SLICE("' OR 1=1 --"), SLICE("anna@firma.example' OR '1'='1"),
		SLICE("\\' OR 1=1 -- "), SLICE("'; DROP TABLE mailbox; --"),
		SLICE("anna@firma.example\0"), SLICE("\xff@firma.example"),
		SLICE("ánna@firma.example"), SLICE("żaba@firma.example"),
		SLICE("\xf0\x9f\x98\x80@firma.example"),
		SLICE("anna@firma.example\n"), SLICE("anna\t@firma.example"),
		{ endless, 255 }, { endless, 256 },
		{ endless, sizeof(endless) },
	};

	memset(endless, 'a', sizeof(endless));
	for (size_t i = 0; i < N_ELEMENTS(strangers); i++) {
		struct panel_mailbox mailbox;
		struct err err = { 0, "" };
		enum panel_found found = panel_find(panel, db, strangers[i],
						    &mailbox, &err);

		if (found != PANEL_UNKNOWN_ACCOUNT)
			fail_msg("%.*s: %d %s", (int)strangers[i].len,
				 strangers[i].ptr, found, err.text);
	}
	assert_string_equal(find(S("ANNA@Firma.Example")).account,
			    "anna@firma.example");
}

static void injected_logins_block_nobody(void)
{
	static const struct slice logins[] = {
		SLICE("' OR 1=1 --"), SLICE("x' OR username LIKE '%"),
		SLICE("anna@firma.example' -- "), SLICE("\\"),
		SLICE("anna@firma.example;"), SLICE("ánna@firma.example"),
	};

	for (size_t i = 0; i < N_ELEMENTS(logins); i++) {
		bool changed;

		block(logins[i], &changed);
		assert_true(find(ANNA).can_send);
	}
}

static void needs_a_transaction(void)
{
	bool changed = false;
	struct err err;

	assert_int_equal(panel_block(panel, db, ANNA, S("x"), 1, 1, &changed,
				     &err), DB_FAILED);
	assert_int_equal(panel_unblock(panel, db, ANNA, S("1"), 1, 1,
				       &changed, &err), DB_FAILED);
	assert_true(find(ANNA).can_send);
}

static bool has_switch(const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "sql/panels/%s/block.sql", name);
	return !is_own(name) && access(path, F_OK) == 0;
}

/* In MariaDB and, where its tables can be made there, in SQLite. True if so. */
static bool on_panel(const char *name, enum panel_gate gate,
		     void (*check)(void))
{
	use_mariadb(name, gate);
	print_message("panel %s\n", panel_name(panel));
	check();
	done();
	if (!use_sqlite(name, gate))
		return false;
	check();
	done();
	return true;
}

static void on_every_panel(void (*check)(void))
{
	bool any_in_sqlite = false;

	for (size_t i = 0; i < n_panels; i++) {
		any_in_sqlite |= on_panel(panels[i], PANEL_GATE_TABLE, check);
		if (!has_switch(panels[i]))
			continue;
		on_panel(panels[i], PANEL_GATE_SWITCH, check);
		on_panel(panels[i], PANEL_GATE_BOTH, check);
	}
	assert_true(n_panels > 1 && any_in_sqlite);
}

static void test_block_and_unblock(void **state)
{
	(void)state;
	on_every_panel(blocks_and_unblocks);
}

static void test_only_the_account_asked_for(void **state)
{
	(void)state;
	on_every_panel(finds_nobody_else);
}

static void test_injection(void **state)
{
	(void)state;
	on_every_panel(injected_logins_block_nobody);
}

static void test_outside_a_transaction(void **state)
{
	(void)state;
	on_every_panel(needs_a_transaction);
}

struct right {
	const char *user, *sql;
	enum db_result want;
};

static void test_rights_in_our_tables(void **state)
{
	static const struct right rights[] = {
		{ "comporta", "SELECT * FROM comporta_mailbox", DB_OK },
		{ "comporta", "UPDATE comporta_mailbox SET password_hash = ''",
		  DB_DENIED },
		{ "comporta", "DELETE FROM comporta_audit", DB_DENIED },
		{ "comporta", "UPDATE comporta_audit SET actor = ''",
		  DB_DENIED },
		{ "comporta", "DELETE FROM comporta_block", DB_DENIED },
		{ "comporta", "DROP TABLE comporta_token", DB_DENIED },
		{ "comporta", "SELECT * FROM mysql.global_priv", DB_DENIED },
		{ "comporta_ro", "SELECT reason FROM comporta_send_block",
		  DB_OK },
		{ "comporta_ro", "SELECT id FROM comporta_block", DB_DENIED },
		{ "comporta_ro", "SELECT sealed FROM comporta_credential",
		  DB_DENIED },
		{ "comporta_ro", "DELETE FROM comporta_send_block",
		  DB_DENIED },
	};

	(void)state;
	prepare_mariadb("own");
	for (size_t i = 0; i < N_ELEMENTS(rights); i++) {
		bool reads = strcmp(rights[i].user, "comporta_ro") == 0;

		db = connect_as(rights[i].user, reads ? "secret2" : "secret",
				"comporta");
		db_must(db, rights[i].sql, rights[i].want);
		db_close(&db);
	}
}

/* The columns of the panel's tables, as its administrator sees them. */
struct column {
	char table[65], name[65];
};

enum { MAX_COLUMNS = 600 };

static struct column columns[MAX_COLUMNS];
static size_t n_columns;

static int take_column(void *context, const struct db_row *row)
{
	(void)context;
	assert_true(n_columns < MAX_COLUMNS);
	slice_copy(db_column(row, "t"), columns[n_columns].table, 65);
	slice_copy(db_column(row, "c"), columns[n_columns++].name, 65);
	return 0;
}

static void list_columns(void)
{
	struct db *root = connect_as("root", "", "");
	struct err err;

	n_columns = 0;
	if (db_run(root, "SELECT table_name AS t, column_name AS c "
		   "FROM information_schema.columns "
		   "WHERE table_schema = 'hosting'", NULL, 0, take_column,
		   NULL, NULL, &err) != DB_OK)
		fail_msg("%s", err.text);
	db_close(&root);
}

/* All statements of a folder, or those that change data. */
static void read_statements(const char *name, bool changing, struct text *out)
{
	static const struct {
		const char *file;
		bool changes;
	} files[] = {
		{ "find.sql", false }, { "verify.sql", false },
		{ "app_passwords.sql", false }, { "block.sql", true },
		{ "unblock.sql", true },
	};

	text_clear(out);
	for (size_t i = 0; i < N_ELEMENTS(files); i++) {
		struct err none;
		char path[160];

		snprintf(path, sizeof(path), "sql/panels/%s/%s", name,
			 files[i].file);
		if (files[i].changes || !changing)
			files_read(path, out, &none);
	}
}

/* Allowed: only what the folder's statements name. */
static void check_column(const struct column *column, const char *statements)
{
	char text[256];
	struct err err;
	enum db_result result;

	snprintf(text, sizeof(text), "SELECT `%s` FROM hosting.`%s` "
		 "WHERE 1 = 0", column->name, column->table);
	result = db_run(db, text, NULL, 0, NULL, NULL, NULL, &err);
	if (result == DB_OK && !strstr(statements, column->name))
		fail_msg("more rights than needed: %s", text);
	if (result != DB_OK && result != DB_DENIED)
		fail_msg("%s: %s", text, err.text);
}

static void check_rights(const char *name)
{
	struct text reads = TEXT_INIT(65536), changes = TEXT_INIT(65536);

	list_columns();
	read_statements(name, false, &reads);
	read_statements(name, true, &changes);
	for (size_t i = 0; i < n_columns; i++) {
		char text[160];

		check_column(&columns[i], text_string(&reads));
		snprintf(text, sizeof(text), "UPDATE hosting.`%s` SET `%s` = "
			 "NULL WHERE 1 = 0", columns[i].table,
			 columns[i].name);
		if (!strstr(text_string(&changes), columns[i].name))
			db_must(db, text, DB_DENIED);
		snprintf(text, sizeof(text), "DELETE FROM hosting.`%s` "
			 "WHERE 1 = 0", columns[i].table);
		db_must(db, text, DB_DENIED);
	}
	text_release(&reads);
	text_release(&changes);
}

/* That they suffice is what every other test here shows. */
static void test_rights_end_where_the_statements_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_panels; i++) {
		if (is_own(panels[i]))
			continue;
		print_message("panel %s\n", panels[i]);
		use_mariadb(panels[i], PANEL_GATE_AUTO);
		check_rights(panels[i]);
		done();
	}
}

static void test_postfixadmin_keeps_closed_what_was(void **state)
{
	struct panel_mailbox zoe;
	bool changed = true;

	(void)state;
	use_mariadb("postfixadmin4", PANEL_GATE_SWITCH);
	zoe = find(S("zoe@firma.example"));
	assert_false(zoe.can_send);
	assert_string_equal(zoe.sending, "0");
	assert_string_equal(zoe.contact, "");
	assert_int_equal(block(S("zoe@firma.example"), &changed), DB_OK);
	assert_false(changed);
	assert_false(unblock(S("zoe@firma.example"), zoe.sending, BLOCK_ID));
	assert_false(find(S("zoe@firma.example")).can_send);
	done();
}

static void check_own_table(void)
{
	static const struct slice rui = SLICE("Rui.Sousa@LOJA.example");
	bool changed;

	assert_string_equal(find(rui).account, "Rui.Sousa@Loja.Example");
	assert_int_equal(block(rui, &changed), DB_OK);
	assert_false(find(rui).can_send);
	assert_string_equal(db_one(db, "SELECT account FROM "
				       "comporta_send_block"),
			    "rui.sousa@loja.example");
	assert_string_equal(db_one(db, "SELECT reason FROM "
				       "comporta_send_block"),
			    "case 7\\x0aRCPT");
	assert_int_equal(block(rui, &changed), DB_DUPLICATE);
	/* Another incident's row is not ours to take away. */
	assert_false(unblock(rui, "open", BLOCK_ID + 1));
	assert_false(find(rui).can_send);
	assert_true(unblock(rui, "open", BLOCK_ID));
	assert_true(find(rui).can_send);
}

static void test_own_table(void **state)
{
	(void)state;
	use_mariadb("own", PANEL_GATE_TABLE);
	check_own_table();
	done();
	assert_true(use_sqlite("own", PANEL_GATE_TABLE));
	check_own_table();
	done();
}

/* The worked example of sql/panels/own/README.md. */
static void test_a_view_over_other_tables(void **state)
{
	static const char tables[] =
		"USE hosting;"
		"CREATE TABLE virtual_users (email VARCHAR(100) NOT NULL "
		"UNIQUE, password VARCHAR(150) NOT NULL) "
		"CHARACTER SET latin1 COLLATE latin1_swedish_ci;"
		"INSERT INTO virtual_users VALUES "
		"('anna@firma.example', '$6$salt$oldhash');"
		"USE comporta; DROP TABLE comporta_mailbox;"
		"CREATE VIEW comporta_mailbox AS SELECT email AS account, "
		"password AS password_hash, NULL AS password_changed, "
		"'pl' AS language, 'anna.prywatnie@example.net' AS contact, "
		"NULL AS name FROM hosting.virtual_users;";
	struct db *root;
	struct err err;

	(void)state;
	prepare_mariadb("own");
	root = connect_as("root", "", "");
	if (db_run_script(root, tables, &err) != DB_OK)
		fail_msg("%s", err.text);
	db_close(&root);
	db = connect_as("comporta", "secret", "comporta");
	assert_int_equal(panel_load("sql", "own", "", &panel, &err), 0);
	blocks_and_unblocks();
	finds_nobody_else();
	db_must(db, "SELECT * FROM hosting.virtual_users", DB_DENIED);
	done();
}

static void test_a_view_in_sqlite(void **state)
{
	struct err err;

	(void)state;
	assert_true(use_sqlite("own", PANEL_GATE_TABLE));
	assert_int_equal(db_run_script(db,
		"DROP TABLE comporta_mailbox;"
		"CREATE TABLE users (email TEXT UNIQUE, password TEXT);"
		"INSERT INTO users VALUES ('Anna@Firma.Example', 'x');"
		"CREATE VIEW comporta_mailbox AS SELECT "
		"email COLLATE NOCASE AS account, "
		"password AS password_hash, NULL AS password_changed, "
		"'pl' AS language, NULL AS contact, NULL AS name FROM users",
		&err), DB_OK);
	assert_string_equal(find(ANNA).account, "Anna@Firma.Example");
	done();
}

static int gather_panels(void **state)
{
	DIR *folder = opendir("sql/panels");
	struct dirent *entry;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder)) && n_panels < MAX_PANELS)
		if (entry->d_name[0] != '.')
			snprintf(panels[n_panels++], sizeof(panels[0]),
				 "%.60s", entry->d_name);
	closedir(folder);
	mariadb_start(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block_and_unblock),
		cmocka_unit_test(test_only_the_account_asked_for),
		cmocka_unit_test(test_injection),
		cmocka_unit_test(test_outside_a_transaction),
		cmocka_unit_test(test_rights_in_our_tables),
		cmocka_unit_test(test_rights_end_where_the_statements_end),
		cmocka_unit_test(test_postfixadmin_keeps_closed_what_was),
		cmocka_unit_test(test_own_table),
		cmocka_unit_test(test_a_view_over_other_tables),
		cmocka_unit_test(test_a_view_in_sqlite),
	};
	int failed = cmocka_run_group_tests_name("panels", tests,
						 gather_panels, NULL);

	mariadb_stop(&server);
	return failed;
}
