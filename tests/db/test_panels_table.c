/*
 * Panels without a switch of their own: what find.sql tells of the owner, how
 * an account is stopped through our table, accounts that the panel has closed,
 * and panels whose SQLite file is only read.
 */
#include "base/files.h"
#include "detector/panel/panel.h"
#include "detector/panel/schema.h"
#include "tests/support/db_contract.h"
#include "tests/support/folder.h"
#include "tests/support/mariadb.h"

#include <stdio.h>
#include <sys/stat.h>

enum { BLOCK_ID = 7, AT_MS = 1763200862 };

static struct mariadb server;
static char folder[FOLDER_SIZE];

/* What one test works on. */
static struct db *db;
static struct panel *panel;

static void run_text(struct db *on, const char *sql)
{
	struct err err;

	if (db_run_script(on, sql, &err) != DB_OK)
		fail_msg("%s: %s", sql, err.text);
}

static void run_fixture(struct db *on, const char *name)
{
	struct text fixture = TEXT_INIT(65536);
	char path[160];
	struct err err;

	snprintf(path, sizeof(path), "sql/panels/%s/fixture.sql", name);
	if (files_read(path, &fixture, &err) != 0)
		fail_msg("%s", err.text);
	run_text(on, text_string(&fixture));
	text_release(&fixture);
}

static void migrate(void)
{
	struct err err;
	int applied;

	if (schema_migrate(db, "sql", &applied, &err) != 0)
		fail_msg("%s", err.text);
}

static void load(const char *name, const char *database)
{
	/* Plesk's own way is a command, which needs a Plesk. */
	enum panel_gate gate = strcmp(name, "plesk") == 0 ? PANEL_GATE_TABLE
							  : PANEL_GATE_AUTO;
	struct err err;

	if (panel_load_with("sql", name, database, gate, &panel, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(panel_gate(panel), PANEL_GATE_TABLE);
	assert_true(panel_blocks_anybody(panel));
}

/* Both databases new. The rights are tests/db/test_panels.c's. */
static void use_mariadb(const char *name)
{
	struct db_settings settings = {
		.kind = "mysql", .host = "127.0.0.1", .port = server.port,
		.user = "root", .password = "", .name = "", .timeout_s = 5,
	};
	struct err err;

	if (db_open(&settings, &db, &err) != 0)
		fail_msg("%s", err.text);
	run_text(db, "DROP DATABASE IF EXISTS comporta;"
		     "DROP DATABASE IF EXISTS hosting;"
		     "CREATE DATABASE comporta CHARACTER SET utf8mb4;"
		     "CREATE DATABASE hosting CHARACTER SET utf8mb4;"
		     "USE hosting");
	run_fixture(db, name);
	run_text(db, "USE comporta");
	migrate();
	load(name, "hosting");
}

/* The panel in a file of its own, which is read beside ours. */
static void use_file(const char *name, char path[300])
{
	struct db_settings settings = { .kind = "sqlite", .timeout_s = 1 };
	static int n;
	struct db *maker;
	struct err err;

	snprintf(path, 300, "%s/%d-%s.db", folder, n++, name);
	settings.file = path;
	assert_int_equal(db_open(&settings, &maker, &err), 0);
	/* As the panels' own libraries leave it. */
	run_text(maker, "PRAGMA journal_mode = DELETE");
	run_fixture(maker, name);
	db_close(&maker);
	settings.file = ":memory:";
	settings.panel_file = path;
	if (db_open(&settings, &db, &err) != 0)
		fail_msg("%s", err.text);
	migrate();
	load(name, "panel");
}

static void done(void)
{
	panel_free(&panel);
	db_close(&db);
}

static struct panel_mailbox find(const char *account)
{
	struct panel_mailbox mailbox;
	struct err err = { 0, "" };

	if (panel_find(panel, db, slice_from(account), &mailbox, &err) !=
	    PANEL_FOUND)
		fail_msg("%s is not found: %s", account, err.text);
	return mailbox;
}

static bool block(const char *account)
{
	bool changed = false;
	struct err err;

	assert_int_equal(db_begin(db, &err), DB_OK);
	if (panel_block(panel, db, slice_from(account), S("why"), BLOCK_ID,
			AT_MS, &changed, &err) != DB_OK)
		fail_msg("%s: %s", account, err.text);
	assert_int_equal(db_commit(db, &err), DB_OK);
	return changed;
}

static bool unblock(const char *account)
{
	bool changed = false;
	struct err err;

	assert_int_equal(db_begin(db, &err), DB_OK);
	if (panel_unblock(panel, db, slice_from(account), S("open"), BLOCK_ID,
			  AT_MS, &changed, &err) != DB_OK)
		fail_msg("%s: %s", account, err.text);
	assert_int_equal(db_commit(db, &err), DB_OK);
	return changed;
}

/* The row that the mail server finds, and that it is gone afterwards. */
static void blocks_and_lifts(const char *account)
{
	struct panel_mailbox before = find(account), during;

	assert_true(before.can_send && !before.is_stopped);
	assert_string_equal(before.sending, "open");
	assert_true(block(account));
	assert_string_equal(db_one(db, "SELECT account FROM "
				       "comporta_send_block"), account);
	during = find(account);
	assert_true(!during.can_send && during.is_stopped);
	assert_string_equal(during.sending, "closed");
	assert_string_equal(during.password_hash, before.password_hash);
	assert_true(unblock(account));
	assert_string_equal(db_one(db, "SELECT COUNT(*) FROM "
				       "comporta_send_block"), "0");
	assert_true(find(account).can_send);
}

#define HERS "anna.prywatnie@example.net"
#define OLD "$6$salt$oldhash"

static const struct {
	const char *panel, *account, *hash, *language, *contact, *name;
} mailboxes[] = {
	{ "postfixadmin3", "anna@firma.example", OLD, "", HERS, "Anna Żółć" },
	{ "postfixadmin3", "zoë@firma.example", "$1$salt$zoe", "", "", "Zoë" },
	{ "postfixadmin3", "closed@firma.example", "$1$salt$closed", "", "",
	  "" },
	{ "modoboa", "anna@firma.example", OLD, "pl", HERS, "Anna Żółć" },
	/* Her password is in LDAP. */
	{ "modoboa", "zoë@firma.example", "", "fr", "", "Zoë" },
	{ "modoboa", "closed@firma.example", "{SHA512-CRYPT}$6$salt$closed",
	  "en", "", "" },
	/* The customer's, who has the domain. */
	{ "imscp", "anna@firma.example", OLD, "pl_PL", HERS, "" },
	{ "imscp", "zoë@firma.example", "$6$salt$zoe", "pl_PL", HERS, "" },
	{ "imscp", "anna@loja.example", "$6$salt$loja", "", "", "" },
	{ "imscp", "closed@firma.example", "$6$salt$closed", "pl_PL", HERS,
	  "" },
	{ "imscp", "info@firma.example", "", "pl_PL", HERS, "" },
	{ "cyberpanel", "anna@firma.example", OLD, "", HERS, "" },
	{ "cyberpanel", "biuro@sklep.firma.example", "{CRYPT}$2b$12$biuro",
	  "", HERS, "" },
	/* A password in the clear is not taken for a hash. */
	{ "cyberpanel", "clear@firma.example", "", "", HERS, "" },
	{ "vexim", "anna@firma.example", OLD, "", "", "Anna Żółć" },
	{ "vexim", "anna@loja.example", "$6$salt$loja", "", "", "" },
	{ "vexim", "closed@firma.example", "$6$salt$closed", "", "", "" },
	{ "alternc", "anna@firma.example", OLD, "", HERS, "" },
	{ "alternc", "zoë@firma.example", "$1$salt$zoe", "", HERS, "" },
	{ "alternc", "anna@loja.example", "$1$salt$loja", "", "", "" },
	{ "alternc", "closed@firma.example", "$1$salt$closed", "", HERS, "" },
	{ "ispmail", "anna@firma.example", OLD, "", "", "" },
	{ "ispmail", "anna@loja.example", "{CRYPT}$2y$05$anna", "", "", "" },
	{ "mailu", "anna@firma.example", OLD, "", "", "Anna Żółć" },
	{ "mailu", "closed@firma.example",
	  "$bcrypt-sha256$v=2,t=2b,r=12$closed", "", "", "" },
	{ "mailinabox", "anna@firma.example", OLD, "", "", "" },
	{ "mailinabox", "zoë@firma.example", "{SHA512-CRYPT}$6$salt$zoe", "",
	  "", "" },
	/* What Plesk stores as a password proves nothing and is not read. */
	{ "plesk", "anna@firma.example", "", "pl-PL", HERS, "" },
	{ "plesk", "zoë@firma.example", "", "pl-PL", HERS, "" },
	{ "plesk", "anna@loja.example", "", "", "", "" },
};

static void check_mailbox(size_t i)
{
	struct panel_mailbox mailbox = find(mailboxes[i].account);

	assert_string_equal(mailbox.account, mailboxes[i].account);
	assert_string_equal(mailbox.password_hash, mailboxes[i].hash);
	assert_string_equal(mailbox.language, mailboxes[i].language);
	assert_string_equal(mailbox.contact, mailboxes[i].contact);
	assert_string_equal(mailbox.name, mailboxes[i].name);
	blocks_and_lifts(mailboxes[i].account);
}

static void test_what_is_told_of_the_owner(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(mailboxes); i++) {
		print_message("%s %s\n", mailboxes[i].panel,
			      mailboxes[i].account);
		use_mariadb(mailboxes[i].panel);
		check_mailbox(i);
		done();
	}
}

/* Closed by the panel: found, blocked for its open sessions, and as closed as
 * before after the lift. */
static void test_what_the_panel_has_closed(void **state)
{
	static const struct {
		const char *panel, *state, *want;
	} cases[] = {
		{ "postfixadmin3", "SELECT active FROM hosting.mailbox "
		  "WHERE username = 'closed@firma.example'", "0" },
		{ "modoboa", "SELECT is_active FROM hosting.core_user "
		  "WHERE email = 'closed@firma.example'", "0" },
		{ "imscp", "SELECT po_active FROM hosting.mail_users "
		  "WHERE mail_addr = 'closed@firma.example'", "no" },
		{ "vexim", "SELECT enabled FROM hosting.users "
		  "WHERE username = 'closed@firma.example'", "0" },
		{ "alternc", "SELECT enabled FROM hosting.address "
		  "WHERE address = 'closed'", "0" },
		{ "mailu", "SELECT enabled FROM hosting.user "
		  "WHERE email = 'closed@firma.example'", "0" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		use_mariadb(cases[i].panel);
		assert_string_equal(db_one(db, cases[i].state),
				    cases[i].want);
		blocks_and_lifts("closed@firma.example");
		assert_string_equal(db_one(db, cases[i].state),
				    cases[i].want);
		done();
	}
}

static enum panel_found look(const char *account, struct err *err)
{
	struct panel_mailbox mailbox;

	return panel_find(panel, db, slice_from(account), &mailbox, err);
}

static void test_who_is_no_mailbox(void **state)
{
	static const struct {
		const char *panel, *account;
		enum panel_found want;
	} cases[] = {
		/* Users without a mailbox. */
		{ "modoboa", "admin", PANEL_UNKNOWN_ACCOUNT },
		{ "modoboa", "reseller@firma.example", PANEL_UNKNOWN_ACCOUNT },
		/* Forwards only. */
		{ "alternc", "forward@firma.example", PANEL_UNKNOWN_ACCOUNT },
		{ "alternc", "anna", PANEL_UNKNOWN_ACCOUNT },
		{ "alternc", "anna@firma.example@firma.example",
		  PANEL_UNKNOWN_ACCOUNT },
		{ "alternc", "@firma.example", PANEL_UNKNOWN_ACCOUNT },
		{ "alternc", "zoe@firma.example", PANEL_UNKNOWN_ACCOUNT },
		{ "vexim", "zoe@firma.example", PANEL_UNKNOWN_ACCOUNT },
		{ "imscp", "zoe@firma.example", PANEL_UNKNOWN_ACCOUNT },
		/* Two rows of one login. */
		{ "vexim", "twin@firma.example", PANEL_ERROR },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct err err = { 0, "" };

		use_mariadb(cases[i].panel);
		if (look(cases[i].account, &err) != cases[i].want)
			fail_msg("%s %s: %s", cases[i].panel,
				 cases[i].account, err.text);
		done();
	}
}

/* Parts of one panel in tables that upgrades left with other collations. */
static void test_mixed_collations(void **state)
{
	static const struct {
		const char *panel, *sql;
	} cases[] = {
		{ "alternc", "ALTER TABLE hosting.domaines CONVERT TO "
		  "CHARACTER SET latin1 COLLATE latin1_swedish_ci" },
		{ "alternc", "ALTER TABLE hosting.domaines CONVERT TO "
		  "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci" },
		{ "cyberpanel", "ALTER TABLE hosting.e_domains CONVERT TO "
		  "CHARACTER SET latin1 COLLATE latin1_swedish_ci" },
		{ "modoboa", "ALTER TABLE hosting.core_user CONVERT TO "
		  "CHARACTER SET utf8mb3 COLLATE utf8mb3_unicode_ci" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		use_mariadb(cases[i].panel);
		run_text(db, cases[i].sql);
		assert_string_equal(find("anna@firma.example").contact, HERS);
		blocks_and_lifts("anna@firma.example");
		done();
	}
}

static void test_files_are_only_read(void **state)
{
	static const struct {
		const char *panel, *change;
	} cases[] = {
		{ "mailu", "UPDATE panel.user SET enabled = 0" },
		{ "mailinabox", "UPDATE panel.users SET password = ''" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct stat before, after;
		char path[300];

		use_file(cases[i].panel, path);
		assert_int_equal(stat(path, &before), 0);
		assert_string_equal(find("Anna@Firma.example").password_hash,
				    OLD);
		blocks_and_lifts("anna@firma.example");
		db_must(db, cases[i].change, DB_DENIED);
		done();
		assert_int_equal(stat(path, &after), 0);
		assert_int_equal(after.st_mtim.tv_nsec,
				 before.st_mtim.tv_nsec);
		assert_int_equal(after.st_size, before.st_size);
	}
}

/* As Mail-in-a-Box keeps them: with capitals. */
static void test_a_login_with_capitals(void **state)
{
	char path[300];

	(void)state;
	use_file("mailinabox", path);
	assert_string_equal(find("rui.sousa@loja.example").account,
			    "Rui.Sousa@Loja.Example");
	blocks_and_lifts("rui.sousa@loja.example");
	done();
}

/* What the panel writes is seen while we look. */
static void test_a_new_password_in_the_file(void **state)
{
	struct db_settings settings = { .kind = "sqlite", .timeout_s = 1 };
	struct db *its;
	char path[300];
	struct err err;

	(void)state;
	use_file("mailu", path);
	assert_string_equal(find("anna@firma.example").password_hash, OLD);
	settings.file = path;
	assert_int_equal(db_open(&settings, &its, &err), 0);
	run_text(its, "UPDATE user SET password = '$6$salt$newhash' "
		      "WHERE email = 'anna@firma.example'");
	db_close(&its);
	assert_string_equal(find("anna@firma.example").password_hash,
			    "$6$salt$newhash");
	done();
}

static int join_password(void *context,
			 const struct panel_app_password *password)
{
	char *to = context;

	snprintf(to + strlen(to), 400 - strlen(to), "%s|%s|%s;", password->id,
		 password->hash, password->name);
	return 0;
}

static void list_tokens(void)
{
	char text[400] = "";
	struct err err;

	if (panel_app_passwords(panel, db, S("anna@firma.example"),
				join_password, text, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(text,
			    "1|$pbkdf2-sha256$1$salt$phone|Telefon Anny;"
			    "2|$pbkdf2-sha256$1$salt$printer|;");
}

static void test_tokens_of_mailu(void **state)
{
	char path[300];

	(void)state;
	use_mariadb("mailu");
	list_tokens();
	done();
	use_file("mailu", path);
	list_tokens();
	done();
}

static int set_up(void **state)
{
	(void)state;
	folder_make(folder, "panels-table");
	mariadb_start(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_told_of_the_owner),
		cmocka_unit_test(test_what_the_panel_has_closed),
		cmocka_unit_test(test_who_is_no_mailbox),
		cmocka_unit_test(test_mixed_collations),
		cmocka_unit_test(test_files_are_only_read),
		cmocka_unit_test(test_a_login_with_capitals),
		cmocka_unit_test(test_a_new_password_in_the_file),
		cmocka_unit_test(test_tokens_of_mailu),
	};
	int failed = cmocka_run_group_tests_name("panels by our table", tests,
						 set_up, NULL);

	mariadb_stop(&server);
	folder_remove(folder);
	return failed;
}
