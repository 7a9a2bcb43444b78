/*
 * The panels that have a sending switch, one by one: what exactly is turned
 * and turned back, whose setting it was, and what the panel does meanwhile.
 * What holds for every folder is in test_panels.c, application passwords are in
 * test_panels_apps.c.
 */
#include "tests/support/db_contract.h"
#include "tests/support/panel_rig.h"

#include <stdio.h>
#include <string.h>

#define ANNA "anna@firma.example"
#define ZOE "zoe@firma.example"

/* Where a panel keeps the switch. */
static const struct place {
	const char *panel, *table, *key, *value;
} places[] = {
	{ "iredmail", "mailbox", "username",
	  "CONCAT(enablesmtp, ',', enablesmtpsecured)" },
	{ "ispconfig", "mail_user", "email", "disablesmtp" },
	{ "mailcow", "mailbox", "username",
	  "JSON_EXTRACT(attributes, '$.smtp_access')" },
	{ "froxlor", "mail_users", "username", "postfix" },
	{ "vimbadmin", "mailbox", "username", "access_restriction" },
	{ "postfixadmin4", "mailbox", "username", "smtp_active" },
};

static const struct place *place_of(const char *panel)
{
	for (size_t i = 0; i < N_ELEMENTS(places); i++)
		if (strcmp(places[i].panel, panel) == 0)
			return &places[i];
	fail_msg("no place for %s", panel);
	return NULL;
}

/* The switches of the row spelt exactly so ("="), or of all others ("<>"). */
static const char *switches(const char *panel, const char *sign,
			    const char *account)
{
	const struct place *place = place_of(panel);
	char sql[512];

	snprintf(sql, sizeof(sql), "SELECT GROUP_CONCAT(%s ORDER BY BINARY %s)"
		 " FROM %s WHERE BINARY %s %s '%s'", place->value, place->key,
		 place->table, place->key, sign, account);
	return rig_look(sql);
}

static void check_switch(const char *panel, const char *account,
			 const char *want)
{
	const char *got = switches(panel, "=", account);

	if (strcmp(got, want) != 0)
		fail_msg("%s, %s: %s, not %s", panel, account, got, want);
}

static struct slice text(const char *account)
{
	return slice_from(account);
}

static void test_what_is_turned_and_turned_back(void **state)
{
	static const struct {
		const char *panel, *account, *stored, *before, *during;
	} cases[] = {
		{ "iredmail", ANNA, ANNA, "1,1", "0,0" },
		{ "iredmail", "rui.sousa@loja.example",
		  "Rui.Sousa@loja.example", "0,1", "0,0" },
		{ "ispconfig", "ANNA@firma.example", ANNA, "n", "y" },
		{ "ispconfig", "rui.sousa@LOJA.example",
		  "Rui.Sousa@loja.example", "n", "y" },
		{ "ispconfig", "bob@firma.example", "bob@firma.example", "n",
		  "y" },
		{ "mailcow", ANNA, ANNA, "\"1\"", "\"0\"" },
		{ "mailcow", "rui.sousa@loja.example",
		  "rui.sousa@loja.example", "\"0\"", "\"0\"" },
		{ "mailcow", "NUM@firma.example", "num@firma.example", "1",
		  "\"0\"" },
		{ "mailcow", "ldap@firma.example", "ldap@firma.example",
		  "\"1\"", "\"0\"" },
		{ "froxlor", ANNA, ANNA, "Y", "N" },
		{ "froxlor", "rui.sousa@loja.example",
		  "Rui.Sousa@loja.example", "Y", "N" },
		{ "froxlor", "firma.bob", "firma.bob", "Y", "N" },
		{ "vimbadmin", ANNA, ANNA, "ALL", "IMAP,POP3,SIEVE" },
		{ "vimbadmin", "rui.sousa@loja.example",
		  "Rui.Sousa@loja.example", "IMAP,SMTP,SIEVE", "IMAP,SIEVE" },
		{ "vimbadmin", "solo@firma.example", "solo@firma.example",
		  "smtp", "" },
		{ "postfixadmin4", ANNA, ANNA, "1", "0" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const char *panel = cases[i].panel, *at = cases[i].stored;
		struct slice account = text(cases[i].account);
		struct panel_mailbox before;
		char others[2048];
		bool changed;

		rig_use_mariadb(panel, PANEL_GATE_SWITCH);
		snprintf(others, sizeof(others), "%s",
			 switches(panel, "<>", at));
		check_switch(panel, at, cases[i].before);
		before = rig_find(account);
		assert_true(before.can_send && rig_standing(account).sends);
		assert_string_equal(before.sending, cases[i].before);
		assert_int_equal(rig_block(account, &changed), DB_OK);
		assert_true(changed);
		check_switch(panel, at, cases[i].during);
		assert_false(rig_standing(account).sends);
		assert_int_equal(rig_block(account, &changed), DB_OK);
		assert_false(changed);
		assert_string_equal(switches(panel, "<>", at), others);
		assert_true(rig_unblock(account, before.sending,
					RIG_BLOCK_ID));
		check_switch(panel, at, cases[i].before);
		assert_string_equal(switches(panel, "<>", at), others);
		assert_true(rig_standing(account).sends);
		rig_done();
	}
}

/* The customer, or the administrator, had stopped zoe before us. */
static void test_what_was_off_stays_off(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(places); i++) {
		const char *panel = places[i].panel;
		struct panel_mailbox zoe;
		char before[64];
		bool changed;

		rig_use_mariadb(panel, PANEL_GATE_SWITCH);
		zoe = rig_find(text(ZOE));
		snprintf(before, sizeof(before), "%s",
			 switches(panel, "=", ZOE));
		assert_true(!zoe.can_send && zoe.is_stopped);
		assert_true(!rig_standing(text(ZOE)).sends);
		assert_true(rig_standing(text(ZOE)).reads);
		assert_int_equal(rig_block(text(ZOE), &changed), DB_OK);
		assert_false(changed);
		assert_false(rig_unblock(text(ZOE), zoe.sending,
					 RIG_BLOCK_ID));
		check_switch(panel, ZOE, before);
		rig_done();
	}
}

/* Somebody turns it in the panel while the block stands: theirs from then on.
 * Nor does a `previous` that is none of ours do anything. */
static void test_what_the_panel_did_meanwhile(void **state)
{
	static const struct {
		const char *panel, *turn, *previous, *after;
	} cases[] = {
		{ "iredmail", "enablesmtp = 1, enablesmtpsecured = 1", "1,1",
		  "1,1" },
		{ "iredmail", "enablesmtpsecured = 1", "1,1", "0,1" },
		{ "iredmail", "name = ''", "", "0,0" },
		{ "iredmail", "name = ''", "1,1; x", "0,0" },
		{ "ispconfig", "disablesmtp = 'n'", "n", "n" },
		{ "ispconfig", "name = ''", "", "y" },
		{ "mailcow", "attributes = JSON_SET(attributes, "
			     "'$.smtp_access', 1)", "\"1\"", "1" },
		{ "mailcow", "name = ''", "", "\"0\"" },
		{ "mailcow", "name = ''", "not {JSON", "\"0\"" },
		{ "mailcow", "name = ''", "\"0\"", "\"0\"" },
		{ "froxlor", "postfix = 'Y'", "Y", "Y" },
		{ "froxlor", "quota = 1", "", "N" },
		{ "vimbadmin", "access_restriction = 'ALL'", "ALL", "ALL" },
		{ "vimbadmin", "access_restriction = 'SMTP'", "ALL", "SMTP" },
		{ "vimbadmin", "access_restriction = 'IMAP'", "ALL", "IMAP" },
		{ "vimbadmin", "name = ''", "", "IMAP,POP3,SIEVE" },
		{ "postfixadmin4", "smtp_active = 1", "1", "1" },
		{ "postfixadmin4", "name = ''", "0", "0" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct place *place = place_of(cases[i].panel);
		char sql[256];
		bool changed;

		rig_use_mariadb(place->panel, PANEL_GATE_SWITCH);
		if (strcmp(place->panel, "mailcow") == 0)
			rig_admin("DELETE FROM app_passwd");
		assert_int_equal(rig_block(text(ANNA), &changed), DB_OK);
		snprintf(sql, sizeof(sql), "UPDATE %s SET %s WHERE BINARY %s "
			 "= '" ANNA "'", place->table, cases[i].turn,
			 place->key);
		rig_admin(sql);
		assert_false(rig_unblock(text(ANNA), cases[i].previous,
					 RIG_BLOCK_ID));
		check_switch(place->panel, ANNA, cases[i].after);
		rig_done();
	}
}

static void check_refused(const char *panel, const char *account)
{
	struct panel_mailbox mailbox;
	struct err err = { 0, "" };
	char before[64];
	bool changed;

	snprintf(before, sizeof(before), "%s", switches(panel, "=", account));
	assert_int_equal(panel_find(rig.panel, rig.db, text(account), &mailbox,
				    &err), PANEL_ERROR);
	assert_non_null(strstr(err.text, "2 mailboxes have this login"));
	assert_int_equal(rig_block(text(account), &changed), DB_FAILED);
	check_switch(panel, account, before);
}

/* Panels whose tables let a login be there twice. ewa is on two servers. */
static void test_a_login_that_is_there_twice(void **state)
{
	static const char *const panels[] = { "ispconfig", "froxlor",
					      "vimbadmin" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(panels); i++) {
		const struct place *place = place_of(panels[i]);
		char sql[256];

		rig_use_mariadb(panels[i], PANEL_GATE_SWITCH);
		snprintf(sql, sizeof(sql), "UPDATE %s SET %s = '" ANNA "' "
			 "WHERE BINARY %s = '" ANNA " '", place->table,
			 place->key, place->key);
		rig_admin(sql);
		check_refused(panels[i], ANNA);
		if (strcmp(panels[i], "ispconfig") == 0)
			check_refused(panels[i], "ewa@firma.example");
		rig_done();
	}
}

/* The account is what Dovecot hands the mail server, not what was typed. */
static void test_logins_that_differ_from_the_address(void **state)
{
	static const struct {
		const char *panel, *account, *other;
	} cases[] = {
		{ "ispconfig", "bob@firma.example", "firma_bob" },
		{ "froxlor", "firma.bob", "bob@firma.example" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct panel_mailbox mailbox;
		struct err err;
		bool changed;

		rig_use_mariadb(cases[i].panel, PANEL_GATE_SWITCH);
		assert_int_equal(panel_find(rig.panel, rig.db,
					    text(cases[i].other), &mailbox,
					    &err), PANEL_UNKNOWN_ACCOUNT);
		assert_int_equal(rig_block(text(cases[i].other), &changed),
				 DB_OK);
		assert_false(changed);
		assert_string_equal(rig_find(text(cases[i].account)).account,
				    cases[i].account);
		assert_true(rig_find(text(cases[i].account)).can_send);
		rig_done();
	}
}

static void test_what_is_known_of_the_owner(void **state)
{
	static const struct {
		const char *panel, *account, *hash, *changed, *language,
			*contact, *name;
	} cases[] = {
		{ "iredmail", ANNA, "$6$salt$oldhash", "", "pl_PL",
		  "anna.prywatnie@example.net", "Anna Żółć" },
		{ "iredmail", "rui.sousa@loja.example", "{SSHA512}old", "",
		  "", "", "" },
		{ "ispconfig", ANNA, "$6$salt$oldhash", "", "pl",
		  "anna.prywatnie@example.net", "Anna Żółć" },
		{ "ispconfig", "rui.sousa@loja.example",
		  "$6$rounds=5000$salt$old", "", "pt_BR", "", "Loja" },
		{ "mailcow", ANNA, "$6$salt$oldhash", "2026-01-02 03:04:05",
		  "", "anna.prywatnie@example.net", "Anna Żółć" },
		{ "mailcow", "num@firma.example", "{BLF-CRYPT}$2y$10$num",
		  "1767323045", "", "", "" },
		{ "mailcow", "rui.sousa@loja.example",
		  "{BLF-CRYPT}$2y$10$old", "", "", "", "" },
		{ "mailcow", ZOE, "{BLF-CRYPT}$2y$10$zoe", "", "", "",
		  "Zoe" },
		{ "mailcow", "ldap@firma.example", "", "", "", "", "L" },
		{ "froxlor", ANNA, "$6$salt$oldhash", "", "pl",
		  "anna.prywatnie@example.net", "Anna Żółć" },
		{ "froxlor", "rui.sousa@loja.example",
		  "{BLF-CRYPT}$2y$10$old", "", "sv", "", "Loja Sousa" },
		{ "vimbadmin", ANNA, "$6$salt$oldhash", "", "",
		  "anna.prywatnie@example.net", "Anna Żółć" },
		{ "vimbadmin", "rui.sousa@loja.example",
		  "{BLF-CRYPT}$2y$10$old", "", "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct panel_mailbox got;

		rig_use_mariadb(cases[i].panel, PANEL_GATE_SWITCH);
		got = rig_find(text(cases[i].account));
		print_message("%s %s\n", cases[i].panel, cases[i].account);
		assert_string_equal(got.password_hash, cases[i].hash);
		assert_string_equal(got.password_changed, cases[i].changed);
		assert_string_equal(got.language, cases[i].language);
		assert_string_equal(got.contact, cases[i].contact);
		assert_string_equal(got.name, cases[i].name);
		rig_done();
	}
}

/* The clear passwords, and what a client pays by. */
static void test_columns_that_are_nobodys_business(void **state)
{
	static const struct {
		const char *panel, *sql;
	} cases[] = {
		{ "froxlor", "SELECT password FROM hosting.mail_users" },
		{ "froxlor", "SELECT password FROM hosting.panel_customers" },
		{ "ispconfig", "SELECT password FROM hosting.client" },
		{ "ispconfig", "UPDATE hosting.mail_user SET password = ''" },
		{ "mailcow", "UPDATE hosting.app_passwd SET password = ''" },
		{ "mailcow", "DELETE FROM hosting.app_passwd" },
		{ "iredmail", "UPDATE hosting.mailbox SET active = 0" },
		{ "vimbadmin", "UPDATE hosting.mailbox SET active = 0" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		rig_use_mariadb(cases[i].panel, PANEL_GATE_SWITCH);
		db_must(rig.db, cases[i].sql, DB_DENIED);
		rig_done();
	}
}

/* A mailbox that is closed as a whole sends nothing, whatever the switch. */
static void test_closed_mailboxes(void **state)
{
	static const struct {
		const char *panel, *sql;
	} cases[] = {
		{ "iredmail", "UPDATE mailbox SET active = 0" },
		{ "iredmail", "UPDATE domain SET active = 0" },
		{ "mailcow", "UPDATE mailbox SET active = 2" },
		{ "mailcow", "UPDATE domain SET active = 0" },
		{ "mailcow", "UPDATE mailbox SET kind = 'location'" },
		{ "vimbadmin", "UPDATE mailbox SET active = 0" },
		{ "postfixadmin4", "UPDATE mailbox SET active = 0" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		rig_use_mariadb(cases[i].panel, PANEL_GATE_SWITCH);
		rig_admin(cases[i].sql);
		if (rig_standing(text(ANNA)).sends ||
		    rig_standing(text(ANNA)).reads)
			fail_msg("%s: %s", cases[i].panel, cases[i].sql);
		rig_done();
	}
}

static int start_server(void **state)
{
	(void)state;
	mariadb_start(&rig.server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_turned_and_turned_back),
		cmocka_unit_test(test_what_was_off_stays_off),
		cmocka_unit_test(test_what_the_panel_did_meanwhile),
		cmocka_unit_test(test_a_login_that_is_there_twice),
		cmocka_unit_test(test_logins_that_differ_from_the_address),
		cmocka_unit_test(test_what_is_known_of_the_owner),
		cmocka_unit_test(test_columns_that_are_nobodys_business),
		cmocka_unit_test(test_closed_mailboxes),
	};
	int failed = cmocka_run_group_tests_name("panels with a switch", tests,
						 start_server, NULL);

	mariadb_stop(&rig.server);
	return failed;
}
