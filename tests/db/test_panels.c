/*
 * Every folder of sql/panels is tried on its own fixture.sql with the rights
 * of its own grants.sql: in MariaDB always, in SQLite when its tables can be
 * made there. Every fixture has anna@firma.example, who may send.
 */
#include "base/files.h"
#include "base/text.h"
#include "detector/panel/sql_text.h"
#include "tests/support/db_contract.h"
#include "tests/support/panel_rig.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_PANELS = 32 };

#define ANNA S("anna@firma.example")

static char panels[MAX_PANELS][64];
static size_t n_panels;
/* Those with a block.command; a folder without find.sql is only here. */
static char commanded[MAX_PANELS][64];
static size_t n_commanded;

static void blocks_and_unblocks(void)
{
	struct panel_mailbox before = rig_find(ANNA), during, after;
	bool changed;

	assert_true(before.can_send);
	assert_string_equal(before.account, "anna@firma.example");
	if (before.password_hash[0])
		assert_string_equal(before.password_hash, "$6$salt$oldhash");
	if (before.contact[0])
		assert_string_equal(before.contact,
				    "anna.prywatnie@example.net");
	assert_true(rig_standing(ANNA).sends && rig_standing(ANNA).reads);
	assert_int_equal(rig_block(S("Anna@FIRMA.example"), &changed), DB_OK);
	assert_true(changed);
	during = rig_find(ANNA);
	assert_false(during.can_send);
	assert_true(during.is_stopped);
	if (panel_gate(rig.panel) == PANEL_GATE_SWITCH)
		assert_string_not_equal(during.sending, before.sending);
	assert_true(!rig_standing(ANNA).sends && rig_standing(ANNA).reads);
	assert_true(rig_block(ANNA, &changed) != DB_OK || !changed);
	assert_true(rig_unblock(ANNA, before.sending, RIG_BLOCK_ID));
	after = rig_find(ANNA);
	assert_memory_equal(&after, &before, sizeof(before));
	assert_true(rig_standing(ANNA).sends && rig_standing(ANNA).reads);
	assert_false(rig_unblock(ANNA, before.sending, RIG_BLOCK_ID));
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
		enum panel_found found = panel_find(rig.panel, rig.db,
						    strangers[i], &mailbox,
						    &err);

		if (found != PANEL_UNKNOWN_ACCOUNT)
			fail_msg("%.*s: %d %s", (int)strangers[i].len,
				 strangers[i].ptr, found, err.text);
	}
	assert_string_equal(rig_find(S("ANNA@Firma.Example")).account,
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

		rig_block(logins[i], &changed);
		assert_true(rig_find(ANNA).can_send);
	}
}

static void needs_a_transaction(void)
{
	bool changed = false;
	struct err err;

	assert_int_equal(panel_block(rig.panel, rig.db, ANNA, S("x"), 1, 1,
				     &changed, &err), DB_FAILED);
	assert_int_equal(panel_unblock(rig.panel, rig.db, ANNA, S("1"), 1, 1,
				       &changed, &err), DB_FAILED);
	assert_true(rig_find(ANNA).can_send);
}

/* Who sells the domain, where the panel knows: for a copy of the notice. */
static void test_who_sells_the_domain(void **state)
{
	static const struct {
		const char *panel, *account, *reseller;
	} cases[] = {
		{ "froxlor", "anna@firma.example", "sprzedawca@example.net" },
		{ "froxlor", "rui.sousa@loja.example", "" },
		{ "ispconfig", "anna@firma.example", "sprzedawca@example.net" },
		{ "ispconfig", "rui.sousa@loja.example", "" },
		/* Of several the first; not who is off, has no address, or
		 * looks after every domain. */
		{ "iredmail", "anna@firma.example", "sprzedawca@example.net" },
		{ "iredmail", "rui.sousa@loja.example", "" },
		{ "postfixadmin3", "anna@firma.example",
		  "sprzedawca@example.net" },
		{ "postfixadmin4", "anna@firma.example",
		  "sprzedawca@example.net" },
		{ "postfixadmin4", "rui.sousa@loja.example", "" },
		{ "vimbadmin", "anna@firma.example", "sprzedawca@example.net" },
		{ "vimbadmin", "rui.sousa@loja.example", "" },
		{ "imscp", "anna@firma.example", "sprzedawca@example.net" },
		{ "imscp", "anna@loja.example", "" },
		{ "alternc", "anna@firma.example", "sprzedawca@example.net" },
		{ "alternc", "anna@loja.example", "" },
		{ "own", "anna@firma.example", "" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice account = slice_from(cases[i].account);

		print_message("%s %s\n", cases[i].panel, cases[i].account);
		rig_use_mariadb(cases[i].panel, PANEL_GATE_AUTO);
		assert_string_equal(rig_find(account).reseller,
				    cases[i].reseller);
		rig_done();
	}
}

/* In MariaDB and, where its tables can be made there, in SQLite. True if so. */
static bool on_panel(const char *name, enum panel_gate gate,
		     void (*check)(void))
{
	rig_use_mariadb(name, gate);
	print_message("panel %s\n", panel_name(rig.panel));
	check();
	rig_done();
	if (!rig_use_sqlite(name, gate))
		return false;
	check();
	rig_done();
	return true;
}

static void on_every_panel(void (*check)(void))
{
	bool any_in_sqlite = false;

	for (size_t i = 0; i < n_panels; i++) {
		any_in_sqlite |= on_panel(panels[i], PANEL_GATE_TABLE, check);
		if (!rig_has_switch(panels[i]))
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
	rig_prepare("own");
	for (size_t i = 0; i < N_ELEMENTS(rights); i++) {
		bool reads = strcmp(rights[i].user, "comporta_ro") == 0;

		rig.db = rig_connect(rights[i].user,
				     reads ? "secret2" : "secret", "comporta");
		db_must(rig.db, rights[i].sql, rights[i].want);
		db_close(&rig.db);
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
	struct db *root = rig_connect("root", "", "");
	struct err err;

	n_columns = 0;
	if (db_run(root, "SELECT table_name AS t, column_name AS c "
		   "FROM information_schema.columns "
		   "WHERE table_schema = 'hosting'", NULL, 0, take_column,
		   NULL, NULL, &err) != DB_OK)
		fail_msg("%s", err.text);
	db_close(&root);
}

/* Comments name columns that the statements leave alone. */
static void add_without_comments(const char *path, struct text *out)
{
	struct text raw = TEXT_INIT(65536);
	struct slice rest;
	struct err none;

	if (files_read(path, &raw, &none) != 0)
		text_clear(&raw);
	for (rest = text_slice(&raw); rest.len > 0;) {
		struct sql_token token = sql_next(&rest);

		if (token.kind != SQL_COMMENT)
			text_add(out, token.text);
	}
	text_release(&raw);
}

static bool names(const struct text *statements, const char *column)
{
	struct slice rest = text_slice(statements);

	while (rest.len > 0) {
		struct slice word = sql_next(&rest).text;

		slice_skip(&word, S("`"));
		if (slice_starts(word, slice_from(column)) &&
		    (word.len == strlen(column) ||
		     word.ptr[strlen(column)] == '`'))
			return true;
	}
	return false;
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
		char path[160];

		snprintf(path, sizeof(path), "sql/panels/%s/%s", name,
			 files[i].file);
		if (files[i].changes || !changing)
			add_without_comments(path, out);
	}
}

/* Allowed: only what the folder's statements name. */
static void check_column(const struct column *column,
			 const struct text *statements)
{
	char text[256];
	struct err err;
	enum db_result result;

	snprintf(text, sizeof(text), "SELECT `%s` FROM hosting.`%s` "
		 "WHERE 1 = 0", column->name, column->table);
	result = db_run(rig.db, text, NULL, 0, NULL, NULL, NULL, &err);
	if (result == DB_OK && !names(statements, column->name))
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
		char text[200];

		check_column(&columns[i], &reads);
		snprintf(text, sizeof(text), "UPDATE hosting.`%s` SET `%s` = "
			 "NULL WHERE 1 = 0", columns[i].table,
			 columns[i].name);
		if (!names(&changes, columns[i].name))
			db_must(rig.db, text, DB_DENIED);
		snprintf(text, sizeof(text), "DELETE FROM hosting.`%s` "
			 "WHERE 1 = 0", columns[i].table);
		db_must(rig.db, text, DB_DENIED);
	}
	text_release(&reads);
	text_release(&changes);
}

/* All that a user may in the panel's tables, in one text. */
static const char *rights_of(const char *user)
{
	static char sql[1200];

	snprintf(sql, sizeof(sql), "SELECT GROUP_CONCAT(r ORDER BY r) FROM ("
		 "SELECT CONCAT(table_name, '.', column_name, ' ',"
		 " privilege_type) AS r FROM"
		 " information_schema.column_privileges WHERE table_schema ="
		 " 'hosting' AND grantee = \"'%s'@'127.0.0.1'\" UNION ALL"
		 " SELECT CONCAT(table_name, ' ', privilege_type) FROM"
		 " information_schema.table_privileges WHERE table_schema ="
		 " 'hosting' AND grantee = \"'%s'@'127.0.0.1'\") AS x", user,
		 user);
	return rig_look(sql);
}

/* Of serve, whose statements are the same. */
static void check_serve_has_the_same(void)
{
	struct text acting = TEXT_INIT(65536);

	text_add_string(&acting, rights_of("comporta"));
	assert_true(acting.len > 0);
	assert_string_equal(text_string(&acting), rights_of("comporta_serve"));
	text_release(&acting);
}

static void test_as_serve(void **state)
{
	static const char *const some[] = { "own", "mailcow", "iredmail",
					    "plesk" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(some); i++) {
		bool has_switch = rig_has_switch(some[i]);

		print_message("panel %s, serve\n", some[i]);
		rig_use_mariadb_as("comporta_serve", "secret3", some[i],
				   has_switch ? PANEL_GATE_BOTH
					      : PANEL_GATE_TABLE);
		blocks_and_unblocks();
		rig_done();
	}
}

/* That they suffice is what every other test here shows. */
static void test_rights_end_where_the_statements_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_panels; i++) {
		if (rig_is_own(panels[i]))
			continue;
		print_message("panel %s\n", panels[i]);
		rig_use_mariadb(panels[i], PANEL_GATE_AUTO);
		check_rights(panels[i]);
		check_serve_has_the_same();
		rig_done();
	}
}

static void test_postfixadmin_keeps_closed_what_was(void **state)
{
	struct panel_mailbox zoe;
	bool changed = true;

	(void)state;
	rig_use_mariadb("postfixadmin4", PANEL_GATE_SWITCH);
	zoe = rig_find(S("zoe@firma.example"));
	assert_false(zoe.can_send);
	assert_string_equal(zoe.sending, "0");
	assert_string_equal(zoe.contact, "");
	assert_int_equal(rig_block(S("zoe@firma.example"), &changed), DB_OK);
	assert_false(changed);
	assert_false(rig_unblock(S("zoe@firma.example"), zoe.sending,
				 RIG_BLOCK_ID));
	assert_false(rig_find(S("zoe@firma.example")).can_send);
	rig_done();
}

static void check_own_table(void)
{
	static const struct slice rui = SLICE("Rui.Sousa@LOJA.example");
	bool changed;

	assert_string_equal(rig_find(rui).account, "Rui.Sousa@Loja.Example");
	assert_int_equal(rig_block(rui, &changed), DB_OK);
	assert_false(rig_find(rui).can_send);
	assert_string_equal(db_one(rig.db, "SELECT account FROM "
				       "comporta_send_block"),
			    "rui.sousa@loja.example");
	assert_string_equal(db_one(rig.db, "SELECT reason FROM "
				       "comporta_send_block"),
			    "case 7\\x0aRCPT");
	assert_int_equal(rig_block(rui, &changed), DB_DUPLICATE);
	/* Another incident's row is not ours to take away. */
	assert_false(rig_unblock(rui, "open", RIG_BLOCK_ID + 1));
	assert_false(rig_find(rui).can_send);
	assert_true(rig_unblock(rui, "open", RIG_BLOCK_ID));
	assert_true(rig_find(rui).can_send);
}

static void test_own_table(void **state)
{
	(void)state;
	rig_use_mariadb("own", PANEL_GATE_TABLE);
	check_own_table();
	rig_done();
	assert_true(rig_use_sqlite("own", PANEL_GATE_TABLE));
	check_own_table();
	rig_done();
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
	rig_prepare("own");
	root = rig_connect("root", "", "");
	if (db_run_script(root, tables, &err) != DB_OK)
		fail_msg("%s", err.text);
	db_close(&root);
	rig.db = rig_connect("comporta", "secret", "comporta");
	assert_int_equal(panel_load("sql", "own", "", &rig.panel, &err), 0);
	blocks_and_unblocks();
	finds_nobody_else();
	db_must(rig.db, "SELECT * FROM hosting.virtual_users", DB_DENIED);
	rig_done();
}

static void test_a_view_in_sqlite(void **state)
{
	struct err err;

	(void)state;
	assert_true(rig_use_sqlite("own", PANEL_GATE_TABLE));
	assert_int_equal(db_run_script(rig.db,
		"DROP TABLE comporta_mailbox;"
		"CREATE TABLE users (email TEXT UNIQUE, password TEXT);"
		"INSERT INTO users VALUES ('Anna@Firma.Example', 'x');"
		"CREATE VIEW comporta_mailbox AS SELECT "
		"email COLLATE NOCASE AS account, "
		"password AS password_hash, NULL AS password_changed, "
		"'pl' AS language, NULL AS contact, NULL AS name FROM users",
		&err), DB_OK);
	assert_string_equal(rig_find(ANNA).account, "Anna@Firma.Example");
	rig_done();
}

/* Panels that only their own program turns. */
static void check_commands(const char *name)
{
	static const enum panel_gate gates[] = {
		PANEL_GATE_AUTO, PANEL_GATE_TABLE, PANEL_GATE_BOTH
	};

	for (size_t i = 0; i < N_ELEMENTS(gates); i++) {
		bool is_table = gates[i] == PANEL_GATE_TABLE;
		struct panel *panel;
		struct err err;

		if (panel_load_with("sql", name, "", gates[i], &panel, &err))
			fail_msg("%s", err.text);
		assert_int_equal(panel_has_command(panel), !is_table);
		assert_int_equal(panel_commands(panel, true) != NULL,
				 !is_table);
		assert_int_equal(panel_commands(panel, false) != NULL,
				 !is_table);
		panel_free(&panel);
	}
}

static void test_commands(void **state)
{
	(void)state;
	assert_true(n_commanded >= 4);
	for (size_t i = 0; i < n_commanded; i++)
		check_commands(commanded[i]);
}

static bool has_file(const char *name, const char *file)
{
	char path[400];

	snprintf(path, sizeof(path), "sql/panels/%s/%s", name, file);
	return access(path, F_OK) == 0;
}

static void add_panel(const char *name)
{
	assert_true(n_panels < MAX_PANELS && n_commanded < MAX_PANELS);
	if (has_file(name, "find.sql"))
		snprintf(panels[n_panels++], sizeof(panels[0]), "%.60s", name);
	if (has_file(name, "block.command"))
		snprintf(commanded[n_commanded++], sizeof(commanded[0]),
			 "%.60s", name);
}

static int gather_panels(void **state)
{
	DIR *folder = opendir("sql/panels");
	struct dirent *entry;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			add_panel(entry->d_name);
	closedir(folder);
	mariadb_start(&rig.server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_sells_the_domain),
		cmocka_unit_test(test_block_and_unblock),
		cmocka_unit_test(test_only_the_account_asked_for),
		cmocka_unit_test(test_injection),
		cmocka_unit_test(test_outside_a_transaction),
		cmocka_unit_test(test_rights_in_our_tables),
		cmocka_unit_test(test_rights_end_where_the_statements_end),
		cmocka_unit_test(test_as_serve),
		cmocka_unit_test(test_postfixadmin_keeps_closed_what_was),
		cmocka_unit_test(test_own_table),
		cmocka_unit_test(test_a_view_over_other_tables),
		cmocka_unit_test(test_a_view_in_sqlite),
		cmocka_unit_test(test_commands),
	};
	int failed = cmocka_run_group_tests_name("panels", tests,
						 gather_panels, NULL);

	mariadb_stop(&rig.server);
	return failed;
}
