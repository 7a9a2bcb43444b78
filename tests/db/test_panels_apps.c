/*
 * Panels with application passwords: which of them are turned off and on again
 * with the mailbox, and the list of them.
 */
#include "tests/support/panel_rig.h"

#include <stdio.h>
#include <string.h>

#define ANNA "anna@firma.example"
#define ZOE "zoe@firma.example"

static struct slice text(const char *account)
{
	return slice_from(account);
}

/* "1:0 2:0 ...": the application passwords of anna. */
static const char *app_switches(void)
{
	return rig_look("SELECT GROUP_CONCAT(name, ':', smtp_access ORDER BY "
			"id SEPARATOR ' ') FROM app_passwd "
			"WHERE mailbox = '" ANNA "'");
}

static void check_noted(const char *want)
{
	assert_string_equal(rig_look("SELECT COUNT(*) FROM "
				     "comporta.comporta_previous"), want);
}

static void test_mailcow_application_passwords(void **state)
{
	bool changed;

	(void)state;
	rig_use_mariadb("mailcow", PANEL_GATE_SWITCH);
	assert_string_equal(app_switches(), "phone:1 reader:0 old:1");
	assert_int_equal(rig_block(text(ANNA), &changed), DB_OK);
	assert_string_equal(app_switches(), "phone:0 reader:0 old:0");
	check_noted("2");
	/* Another block's notes are not ours. */
	rig_admin("INSERT INTO comporta.comporta_previous VALUES "
		  "(8, 'app_passwd 2', '1')");
	assert_true(rig_unblock(text(ANNA), "\"1\"", RIG_BLOCK_ID));
	assert_string_equal(app_switches(), "phone:1 reader:0 old:1");
	check_noted("1");
	rig_done();
}

/* One password is deleted, one turned on again, one added: it is open, and
 * the standing says so. */
static void test_mailcow_application_passwords_meanwhile(void **state)
{
	bool changed;

	(void)state;
	rig_use_mariadb("mailcow", PANEL_GATE_SWITCH);
	assert_int_equal(rig_block(text(ANNA), &changed), DB_OK);
	rig_admin("DELETE FROM app_passwd WHERE name = 'old';"
		  "INSERT INTO app_passwd (name, mailbox, domain, password) "
		  "VALUES ('thief', '" ANNA "', 'firma.example', 'x')");
	assert_true(rig_standing(text(ANNA)).sends);
	assert_true(rig_find(text(ANNA)).can_send);
	assert_true(rig_unblock(text(ANNA), "\"1\"", RIG_BLOCK_ID));
	assert_string_equal(app_switches(), "phone:1 reader:0 thief:1");
	check_noted("0");
	rig_done();
}

static void test_mailcow_with_very_many(void **state)
{
	bool changed;

	(void)state;
	rig_use_mariadb("mailcow", PANEL_GATE_SWITCH);
	rig_admin("INSERT INTO app_passwd (name, mailbox, domain, password) "
		  "SELECT seq, '" ANNA "', 'firma.example', 'x' "
		  "FROM seq_1_to_250");
	assert_int_equal(rig_block(text(ANNA), &changed), DB_OK);
	assert_string_equal(rig_look("SELECT SUM(smtp_access) FROM app_passwd "
				     "WHERE mailbox = '" ANNA "'"), "0");
	assert_true(rig_unblock(text(ANNA), "\"1\"", RIG_BLOCK_ID));
	assert_string_equal(rig_look("SELECT SUM(smtp_access) FROM app_passwd "
				     "WHERE mailbox = '" ANNA "'"), "252");
	rig_done();
}

/* Nothing else in the JSON moves. */
static void test_mailcow_keeps_the_other_attributes(void **state)
{
	static const char sql[] =
		"SELECT JSON_COMPACT(JSON_REMOVE(attributes, '$.smtp_access'))"
		" FROM mailbox WHERE username = '" ANNA "'";
	char before[512];
	bool changed;

	(void)state;
	rig_use_mariadb("mailcow", PANEL_GATE_SWITCH);
	snprintf(before, sizeof(before), "%s", rig_look(sql));
	assert_int_equal(rig_block(text(ANNA), &changed), DB_OK);
	assert_string_equal(rig_look(sql), before);
	assert_true(rig_unblock(text(ANNA), "\"1\"", RIG_BLOCK_ID));
	assert_string_equal(rig_look(sql), before);
	rig_done();
}

static int add_password(void *context,
			const struct panel_app_password *password)
{
	char *seen = context;
	size_t len = strlen(seen);

	snprintf(seen + len, 256 - len, "%s %s %s;", password->id,
		 password->hash, password->name);
	return 0;
}

static void test_lists_of_application_passwords(void **state)
{
	static const struct {
		const char *panel, *account, *want;
	} cases[] = {
		{ "mailcow", "ANNA@firma.example",
		  "1 {SSHA256}one phone;2 {SSHA256}two reader;" },
		{ "mailcow", ZOE, "" },
		{ "postfixadmin4", ANNA, "1 $6$salt$phone telefon Anny;" },
		{ "postfixadmin4", ZOE, "2 $6$salt$zoephone ;" },
		{ "iredmail", ANNA, "" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		char seen[256] = "";
		struct err err;

		rig_use_mariadb(cases[i].panel, PANEL_GATE_TABLE);
		if (panel_app_passwords(rig.panel, rig.db,
					text(cases[i].account), add_password,
					seen, &err) != 0)
			fail_msg("%s", err.text);
		assert_string_equal(seen, cases[i].want);
		rig_done();
	}
}

/* A database of a name that needs its quotes. */
static void test_a_database_of_another_name(void **state)
{
	struct err err;
	bool changed;

	(void)state;
	rig_prepare("mailcow");
	rig_admin("DROP DATABASE IF EXISTS `mail-cow`;"
		  "CREATE DATABASE `mail-cow`;"
		  "RENAME TABLE mailbox TO `mail-cow`.mailbox,"
		  " app_passwd TO `mail-cow`.app_passwd,"
		  " domain TO `mail-cow`.domain");
	rig.db = rig_connect("root", "", "comporta");
	assert_int_equal(panel_load_with("sql", "mailcow", "mail-cow",
					 PANEL_GATE_SWITCH, &rig.panel, &err),
			 0);
	assert_int_equal(rig_block(text(ANNA), &changed), DB_OK);
	assert_true(changed && !rig_find(text(ANNA)).can_send);
	assert_true(rig_unblock(text(ANNA), "\"1\"", RIG_BLOCK_ID));
	assert_true(rig_find(text(ANNA)).can_send);
	rig_admin("DROP DATABASE `mail-cow`");
	rig_done();
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
		cmocka_unit_test(test_mailcow_application_passwords),
		cmocka_unit_test(test_mailcow_application_passwords_meanwhile),
		cmocka_unit_test(test_mailcow_with_very_many),
		cmocka_unit_test(test_mailcow_keeps_the_other_attributes),
		cmocka_unit_test(test_lists_of_application_passwords),
		cmocka_unit_test(test_a_database_of_another_name),
	};
	int failed = cmocka_run_group_tests_name("application passwords", tests,
						 start_server, NULL);

	mariadb_stop(&rig.server);
	return failed;
}
