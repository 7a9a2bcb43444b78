/*
 * Rights that were taken away and tables that were changed while we work, ours
 * and the panel's: nothing is half done, the words name what to mend, and once
 * it is mended the decision is carried out, once.
 */
#include "detector/panel/schema.h"
#include "tests/support/db_contract.h"
#include "tests/support/outage.h"

#include <stdio.h>
#include <string.h>

#define FROM " FROM 'comporta'@'127.0.0.1'"

/* What each statement needs; in the order of the statements. */
static const char *const rights_of_a_block[] = {
	"SELECT ON comporta_block",
	"SELECT (username, password, smtp_active) ON mailbox",
	"SELECT ON comporta_send_block",
	"INSERT ON comporta_block",
	"INSERT ON comporta_send_block",
	"INSERT ON comporta_credential",
	"UPDATE (smtp_active) ON mailbox",
	"UPDATE ON comporta_block",
	"INSERT ON comporta_audit",
	"INSERT ON comporta_notice",
};

static const char *const rights_of_a_lift[] = {
	"SELECT ON comporta_block",
	"SELECT ON comporta_audit",
	"SELECT (username, password, smtp_active) ON mailbox",
	"UPDATE ON comporta_block",
	"UPDATE (smtp_active) ON mailbox",
	"DELETE ON comporta_send_block",
	"DELETE ON comporta_credential",
	"SELECT ON comporta_credential",
	"SELECT (username, password_hash) ON mailbox_app_password",
	"INSERT ON comporta_audit",
	"INSERT ON comporta_notice",
};

static void take_right(const char *right)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "REVOKE %s" FROM, right);
	outage_root(sql);
}

static void test_rights_for_a_block(void **state)
{
	for (size_t i = 0; i < N_ELEMENTS(rights_of_a_block); i++) {
		const char *right = rights_of_a_block[i];

		outage_teardown(state);
		outage_setup(state);
		take_right(right);
		assert_case(right, BLOCK_FAILED, outage_make("d1", "anna"));
		outage_said(right, EXIT_RIGHTS, "grants.sql");
		outage_said(right, EXIT_RIGHTS,
			    strrchr(right, ' ') + 1);
		assert_string_equal(outage_sum(), SUM_NOTHING);
		outage_grant();
		assert_case(right, BLOCK_MADE, outage_make("d1", "anna"));
		assert_string_equal(outage_sum(), SUM_BLOCKED);
	}
}

static void test_rights_for_a_lift(void **state)
{
	for (size_t i = 0; i < N_ELEMENTS(rights_of_a_lift); i++) {
		const char *right = rights_of_a_lift[i];

		outage_teardown(state);
		outage_setup(state);
		assert_case(right, BLOCK_MADE, outage_make("d1", "anna"));
		take_right(right);
		assert_case(right, LIFT_FAILED, outage_lift());
		outage_said(right, EXIT_RIGHTS, "grants.sql");
		outage_said(right, EXIT_RIGHTS,
			    strrchr(right, ' ') + 1);
		assert_string_equal(outage_sum(), SUM_BLOCKED);
		outage_grant();
		assert_case(right, LIFT_DONE, outage_lift());
		assert_string_equal(outage_sum(), SUM_LIFTED);
	}
}

/* All of them, while the connection stands; and the user itself. */
static void test_a_user_that_is_gone(void **state)
{
	(void)state;
	outage_root("DROP USER 'comporta'@'127.0.0.1'");
	assert_int_equal(outage_make("d1", "anna"), BLOCK_FAILED);
	outage_root("CREATE USER 'comporta'@'127.0.0.1' IDENTIFIED BY"
		    " 'another'; KILL USER 'comporta'@'127.0.0.1'");
	assert_int_equal(outage_make("d1", "anna"), BLOCK_FAILED);
	outage_said("another password", EXIT_RIGHTS, "password");
	outage_root("DROP USER 'comporta'@'127.0.0.1'");
	outage_grant();
	assert_int_equal(outage_make("d1", "anna"), BLOCK_MADE);
	assert_string_equal(outage_sum(), SUM_BLOCKED);
	outage_root("ALTER USER 'comporta'@'127.0.0.1' ACCOUNT LOCK;"
		    "KILL USER 'comporta'@'127.0.0.1'");
	assert_int_equal(outage_lift(), LIFT_FAILED);
	outage_said("locked", EXIT_RIGHTS, "unlock");
	outage_root("ALTER USER 'comporta'@'127.0.0.1' ACCOUNT UNLOCK");
	assert_int_equal(outage_lift(), LIFT_DONE);
}

/* A change, how it is taken back, and the exit code of what we then say. */
static const struct {
	const char *change, *back;
	int code;
	const char *words;
} changes[] = {
	{ "ALTER TABLE comporta_block RENAME COLUMN scheme TO schema_",
	  "ALTER TABLE comporta_block RENAME COLUMN schema_ TO scheme",
	  EXIT_CONFIG, "comporta check" },
	{ "ALTER TABLE comporta_audit RENAME COLUMN actor TO who",
	  "ALTER TABLE comporta_audit RENAME COLUMN who TO actor",
	  EXIT_CONFIG, "comporta check" },
	{ "ALTER TABLE comporta_audit ADD COLUMN must VARCHAR(9) NOT NULL",
	  "ALTER TABLE comporta_audit DROP COLUMN must",
	  EXIT_CONFIG, "must" },
	{ "DELETE FROM comporta_notice; ALTER TABLE comporta_notice MODIFY "
	  "recipient INT",
	  "ALTER TABLE comporta_notice MODIFY recipient VARCHAR(255) NOT NULL",
	  EXIT_DATA, "recipient" },
	{ "DELETE FROM comporta_send_block; ALTER TABLE comporta_send_block "
	  "MODIFY reason VARCHAR(5) NOT NULL",
	  "ALTER TABLE comporta_send_block MODIFY reason VARCHAR(1000) NOT "
	  "NULL", EXIT_DATA, "reason" },
	{ "RENAME TABLE comporta_notice TO elsewhere",
	  "RENAME TABLE elsewhere TO comporta_notice",
	  EXIT_CONFIG, "comporta_notice" },
	{ "RENAME TABLE comporta_audit TO elsewhere; CREATE VIEW "
	  "comporta_audit AS SELECT DISTINCT * FROM elsewhere",
	  "DROP VIEW comporta_audit; RENAME TABLE elsewhere TO comporta_audit",
	  EXIT_CONFIG, "comporta_audit" },
	{ "ALTER TABLE mailbox RENAME COLUMN smtp_active TO may_send",
	  "ALTER TABLE mailbox RENAME COLUMN may_send TO smtp_active",
	  EXIT_CONFIG, "smtp_active" },
	{ "ALTER TABLE mailbox RENAME COLUMN password TO pw",
	  "ALTER TABLE mailbox RENAME COLUMN pw TO password",
	  EXIT_CONFIG, "password" },
	{ "ALTER TABLE mailbox DROP COLUMN smtp_active; ALTER TABLE mailbox "
	  "ADD COLUMN smtp_active ENUM ('yes', 'no') DEFAULT 'yes'",
	  "ALTER TABLE mailbox DROP COLUMN smtp_active; ALTER TABLE mailbox "
	  "ADD COLUMN smtp_active TINYINT(1) NOT NULL DEFAULT 1",
	  EXIT_DATA, "smtp_active" },
	{ "RENAME TABLE mailbox TO elsewhere",
	  "RENAME TABLE elsewhere TO mailbox", EXIT_CONFIG, "mailbox" },
	{ "RENAME TABLE mailbox TO elsewhere; CREATE VIEW mailbox AS SELECT "
	  "DISTINCT * FROM elsewhere",
	  "DROP VIEW mailbox; RENAME TABLE elsewhere TO mailbox",
	  EXIT_CONFIG, "mailbox" },
	{ "RENAME TABLE mailbox TO elsewhere; CREATE VIEW mailbox AS SELECT "
	  "* FROM elsewhere; ALTER TABLE elsewhere RENAME COLUMN phone TO fax",
	  "DROP VIEW mailbox; RENAME TABLE elsewhere TO mailbox",
	  EXIT_CONFIG, "view" },
};

static void test_changes(void **state)
{
	for (size_t i = 0; i < N_ELEMENTS(changes); i++) {
		const char *why = changes[i].change;

		outage_teardown(state);
		outage_setup(state);
		/* It works, and the statements were prepared once. */
		assert_case(why, BLOCK_MADE, outage_make("d0", "bob"));
		outage_root(why);
		assert_case(why, BLOCK_FAILED, outage_make("d1", "anna"));
		outage_said(why, changes[i].code, changes[i].words);
		outage_root(changes[i].back);
		outage_grant();
		assert_case(why, BLOCK_MADE, outage_make("d1", "anna"));
		assert_case(why, BLOCK_WAS_MADE, outage_make("d1", "anna"));
		assert_string_equal(db_one(outage.root, "SELECT COUNT(*) FROM"
					   " comporta_audit"), "2");
	}
}

/* What changes nothing for us is no failure. */
static void test_harmless_changes(void **state)
{
	static const char *const harmless[] = {
		"ALTER TABLE mailbox ADD COLUMN more INT",
		"ALTER TABLE mailbox MODIFY smtp_active INT NOT NULL"
		" DEFAULT 1",
		"ALTER TABLE mailbox CONVERT TO CHARACTER SET utf8mb4",
		"RENAME TABLE mailbox TO elsewhere; CREATE VIEW mailbox AS"
		" SELECT * FROM elsewhere",
		"ALTER TABLE comporta_audit ADD COLUMN more INT",
		"INSERT INTO comporta_schema VALUES (99, 0)",
	};

	for (size_t i = 0; i < N_ELEMENTS(harmless); i++) {
		outage_teardown(state);
		outage_setup(state);
		outage_root(harmless[i]);
		assert_case(harmless[i], BLOCK_MADE,
			    outage_make("d1", "anna"));
		assert_string_equal(outage_sum(), SUM_BLOCKED);
		assert_case(harmless[i], LIFT_DONE, outage_lift());
		assert_string_equal(outage_sum(), SUM_LIFTED);
	}
}

/* A running program goes on; the next start is refused. */
static void test_a_newer_version(void **state)
{
	struct err err = { 0, "" };

	(void)state;
	outage_root("INSERT INTO comporta_schema VALUES (99, 0)");
	assert_int_equal(schema_check(outage.blocks.db, "sql", &err), -1);
	assert_int_equal(err.code, EXIT_CONFIG);
	assert_non_null(strstr(err.text, "update this one"));
}

/* The panel's own rule, in a trigger. */
static void test_a_trigger_that_refuses(void **state)
{
	(void)state;
	outage_root("CREATE TRIGGER no BEFORE UPDATE ON mailbox FOR EACH ROW"
		    " SIGNAL SQLSTATE '45000'"
		    " SET MESSAGE_TEXT = 'use the panel'");
	assert_int_equal(outage_make("d1", "anna"), BLOCK_FAILED);
	outage_said("trigger", EXIT_DATA, "use the panel");
	assert_string_equal(outage_sum(), SUM_NOTHING);
	outage_root("DROP TRIGGER no");
	assert_int_equal(outage_make("d1", "anna"), BLOCK_MADE);
	assert_string_equal(outage_sum(), SUM_BLOCKED);
}

/* Written down in docs/DATABASE.md: this one cannot be rolled back. */
static void test_without_transactions(void **state)
{
	(void)state;
	outage_root("ALTER TABLE mailbox ENGINE = MyISAM");
	take_right("INSERT ON comporta_notice");
	assert_int_equal(outage_make("d1", "anna"), BLOCK_FAILED);
	assert_string_equal(outage_sum(), "0 0 1 0 0");
	outage_grant();
	assert_int_equal(outage_make("d1", "anna"), BLOCK_MADE);
	assert_string_equal(outage_sum(), SUM_BLOCKED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		OUTAGE_TEST(test_rights_for_a_block),
		OUTAGE_TEST(test_rights_for_a_lift),
		OUTAGE_TEST(test_a_user_that_is_gone),
		OUTAGE_TEST(test_changes),
		OUTAGE_TEST(test_harmless_changes),
		OUTAGE_TEST(test_a_newer_version),
		OUTAGE_TEST(test_a_trigger_that_refuses),
		OUTAGE_TEST(test_without_transactions),
	};

	return cmocka_run_group_tests_name("failures, schema", tests,
					   outage_group_setup,
					   outage_group_teardown);
}
