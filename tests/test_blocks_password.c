/*
 * The password of a blocked account: application passwords that are left, the
 * same one set again, and what the audit trail says was shown.
 */
#include "base/crypto.h"
#include "tests/support/blocks_desk.h"

#include <stdio.h>
#include <string.h>

/* "old" and "new" by MD5-crypt, each with two salts; made with perl. */
#define OLD_A "$1$aaaa$.VH3ZBSQ3A9Iym5o/zXkC."
#define OLD_B "$1$bbbb$Q/XHCgXh.L5qWc7MsNWEF0"
#define OLD_C "$1$cccc$8hEveY2/mAEdqVXAdDcsT."
#define NEW_A "$1$dddd$TR8GO7dgQU.LQwVnCVhS//"
#define NEW_Y "$5$rounds=1000$eeee$kPRVFZFk6FpA3kqsIqzbwOdtXG5evzch0av8f.CLvY0"
#define SET_OWN(hash) "UPDATE comporta_mailbox SET password_hash = '" hash "'"
#define SET_SHOP(hash, time) "UPDATE shop_user SET hash = '" hash "', "	\
			     "hash_time = '" time "'"

static int take_detail(void *context, const struct db_row *row)
{
	slice_copy(db_column(row, "detail"), context, 300);
	return 0;
}

/* What the audit trail says of the last such line. */
static void show_audit(char *out, size_t size, const char *action)
{
	const struct db_parameter parameters[] = {
		{ "action", db_string(action) },
	};
	struct err err;

	out[0] = '\0';
	assert_true(size >= 300);
	assert_int_equal(db_run(desk.db, "SELECT detail FROM comporta_audit"
				" WHERE action = :action ORDER BY id",
				parameters, 1, take_detail, out, NULL, &err),
			 DB_OK);
}

static void expect_audit(const char *why, const char *action,
			 const char *words)
{
	char detail[300];

	show_audit(detail, sizeof(detail), action);
	if (strcmp(detail, words) != 0)
		fail_msg("%s: %s", why, detail);
}

static void again(void **state, size_t i)
{
	if (i == 0)
		return;
	desk_teardown(state);
	desk_setup(state);
}

static enum lift_result lift_with(int64_t id, const char *password)
{
	const struct lift_request request = {
		.actor = "token:hook", .address = "192.0.2.1",
		.reason = "changed", .by_owner = true,
		.password = slice_from(password),
	};
	struct err err;
	enum lift_result result = blocks_lift(&desk.blocks, id, &request,
					      NOW + 5, &err);

	if (result == LIFT_FAILED)
		print_message("%s\n", err.text);
	return result;
}

static enum password_state state_of(int64_t id)
{
	struct block block = BLOCK_INIT;
	enum password_state state = PASSWORD_ERROR;
	struct err err;

	if (blocks_get(&desk.blocks, id, &block, &err) == BLOCK_FOUND)
		state = blocks_password(&desk.blocks, &block, &err);
	block_release(&block);
	return state;
}

#define TWO "INSERT INTO shop_app VALUES ('ala@firma.example', 1, '" OLD_A \
	    "', 'Phone'), ('ala@firma.example', 2, '" OLD_B "', NULL)"
#define NEW_PASSWORD SET_SHOP("$1$a$y", "t2")

/* What is there when the block is made, what happens then. */
static void test_app_passwords(void **state)
{
	static const struct {
		const char *why, *before, *after;
		enum lift_result want;
		int64_t left, added;
	} cases[] = {
		{ "none", NULL, NEW_PASSWORD, LIFT_DONE, 0, 0 },
		{ "left alone", TWO, NEW_PASSWORD, LIFT_APP_PASSWORDS_LEFT, 2,
		  0 },
		{ "one deleted", TWO, NEW_PASSWORD
		  "; DELETE FROM shop_app WHERE id = 1",
		  LIFT_APP_PASSWORDS_LEFT, 1, 0 },
		{ "all deleted", TWO, NEW_PASSWORD "; DELETE FROM shop_app",
		  LIFT_DONE, 0, 0 },
		{ "one deleted, one replaced", TWO, NEW_PASSWORD
		  "; DELETE FROM shop_app WHERE id = 1"
		  "; UPDATE shop_app SET hash = '" NEW_A "'", LIFT_DONE, 0,
		  1 },
		{ "made anew under another number", TWO, NEW_PASSWORD
		  "; UPDATE shop_app SET id = id + 7", LIFT_DONE, 0, 2 },
		{ "renamed only", TWO, NEW_PASSWORD
		  "; UPDATE shop_app SET name = 'mine'",
		  LIFT_APP_PASSWORDS_LEFT, 2, 0 },
		{ "made since", NULL, NEW_PASSWORD "; " TWO, LIFT_DONE, 0,
		  2 },
		{ "both", TWO, NEW_PASSWORD "; INSERT INTO shop_app VALUES"
		  " ('ala@firma.example', 3, '" NEW_A "', 'x')",
		  LIFT_APP_PASSWORDS_LEFT, 2, 1 },
		{ "locked, so nobody's", "INSERT INTO shop_app VALUES"
		  " ('ala@firma.example', 1, '!', 'x')", NEW_PASSWORD,
		  LIFT_DONE, 0, 0 },
		{ "another's", "INSERT INTO shop_app VALUES"
		  " ('ola@firma.example', 1, '" OLD_A "', 'x')", NEW_PASSWORD,
		  LIFT_DONE, 0, 0 },
		{ "gone, but the password is the old one", TWO,
		  "DELETE FROM shop_app", LIFT_PASSWORD_UNCHANGED, 0, 0 },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct block block = BLOCK_INIT;
		struct blocks_app_passwords app;
		struct err err;
		enum lift_result got;
		int64_t id = 0, lifted = 0;

		again(state, i);
		desk.blocks.panel = desk.shop;
		if (cases[i].before)
			desk_run(cases[i].before);
		assert_int_equal(desk_make("d", "ala@firma.example", NOW, &id),
				 BLOCK_MADE);
		desk_run(cases[i].after);
		assert_int_equal(blocks_get(&desk.blocks, id, &block, &err),
				 BLOCK_FOUND);
		assert_int_equal(blocks_app_passwords(&desk.blocks, &block,
						      &app, &err), 0);
		assert_case(cases[i].why, cases[i].left, app.left);
		assert_case(cases[i].why, cases[i].added, app.added);
		assert_case(cases[i].why, cases[i].left, app.n_names);
		block_release(&block);
		if (cases[i].want != LIFT_DONE) {
			assert_int_equal(blocks_lift_changed(
				&desk.blocks, NOW + 1, &lifted, &err), 0);
			assert_case(cases[i].why, 0, lifted);
		}
		got = desk_lift(id, true, false, NOW + 2);
		assert_case(cases[i].why, cases[i].want, got);
		/* Erased with the lift. */
		assert_case(cases[i].why, cases[i].want != LIFT_DONE,
			    desk_rows("comporta_credential") > 0);
	}
}

static void test_names_of_app_passwords(void **state)
{
	struct block block = BLOCK_INIT;
	struct blocks_app_passwords app;
	struct err err;
	int64_t id = 0;

	(void)state;
	desk.blocks.panel = desk.shop;
	desk_run(TWO);
	desk_make("d", "ala@firma.example", NOW, &id);
	assert_int_equal(blocks_get(&desk.blocks, id, &block, &err),
			 BLOCK_FOUND);
	assert_int_equal(blocks_app_passwords(&desk.blocks, &block, &app,
					      &err), 0);
	assert_string_equal(app.names[0], "Phone");
	assert_string_equal(app.names[1], "#2");
	/* Nothing that opens anything is in our table. */
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM"
				" comporta_credential WHERE"
				" fingerprint LIKE '%$1$%' OR"
				" sealed LIKE '%$1$%'"), 0);
	block_release(&block);
}

/* More than are kept: all of them have to go, whatever is there now. */
static void test_very_many_app_passwords(void **state)
{
	static const struct {
		int made;
		const char *after;
		enum lift_result want;
	} cases[] = {
		{ 200, "UPDATE shop_app SET id = id + 1000", LIFT_DONE },
		{ 201, "UPDATE shop_app SET id = id + 1000",
		  LIFT_APP_PASSWORDS_LEFT },
		{ 201, "DELETE FROM shop_app", LIFT_DONE },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		enum lift_result got;
		int64_t id = 0;

		again(state, i);
		desk.blocks.panel = desk.shop;
		for (int made = 0; made < cases[i].made; made++) {
			char sql[200];

			snprintf(sql, sizeof(sql), "INSERT INTO shop_app"
				 " VALUES ('ala@firma.example', %d, '$1$%d$x',"
				 " 'x')", made, made);
			desk_run(sql);
		}
		desk_make("d", "ala@firma.example", NOW, &id);
		assert_int_equal(desk_rows("comporta_credential"), 202);
		desk_run(NEW_PASSWORD);
		desk_run(cases[i].after);
		got = desk_lift(id, true, false, NOW + 2);
		assert_case(cases[i].after, cases[i].want, got);
	}
}

/* A list that cannot be read does not keep the thief sending; afterwards no
 * one can tell. */
static void test_app_passwords_that_cannot_be_read(void **state)
{
	int64_t id = 0;

	(void)state;
	desk.blocks.panel = desk.shop;
	desk_run(TWO);
	desk_run("ALTER TABLE shop_app RENAME TO hidden");
	assert_int_equal(desk_make("d", "ala@firma.example", NOW, &id),
			 BLOCK_MADE);
	desk_run(NEW_PASSWORD);
	assert_int_equal(desk_lift(id, true, false, NOW + 1), LIFT_FAILED);
	desk_run("ALTER TABLE hidden RENAME TO shop_app");
	assert_int_equal(desk_lift(id, true, false, NOW + 1),
			 LIFT_APP_PASSWORDS_LEFT);
	desk_run("DELETE FROM shop_app");
	assert_int_equal(desk_lift(id, true, false, NOW + 1), LIFT_DONE);
}

static void test_support_forces(void **state)
{
	struct block block = BLOCK_INIT;
	struct err err;
	int64_t id = 0;

	(void)state;
	desk.blocks.panel = desk.shop;
	desk_run(TWO);
	desk_make("d", "ala@firma.example", NOW, &id);
	desk_run(NEW_PASSWORD "; DELETE FROM shop_app WHERE id = 1;"
		 " INSERT INTO shop_app VALUES ('ala@firma.example', 8, '"
		 NEW_A "', 'x')");
	assert_int_equal(desk_lift(id, false, false, NOW + 1),
			 LIFT_APP_PASSWORDS_LEFT);
	assert_int_equal(desk_lift(id, false, true, NOW + 1), LIFT_DONE);
	expect_audit("forced", "lift", "hash and change time changed; whether "
		     "the password did was not shown; application passwords: "
		     "1 left, 1 new; lifted by force");
	assert_int_equal(blocks_get(&desk.blocks, id, &block, &err),
			 BLOCK_FOUND);
	assert_int_equal(blocks_proven(&block), PASSWORD_APP_PASSWORDS_LEFT);
	block_release(&block);
}

/* The password of the hook beside what is stored then and now. */
static void test_what_a_password_shows(void **state)
{
	static const struct {
		const char *why;
		bool in_shop;
		const char *then, *now, *password;
		enum lift_result want;
		const char *action, *words;
	} cases[] = {
		{ "another one", false, SET_OWN(OLD_A), SET_OWN(NEW_A), "new",
		  LIFT_DONE, "lift",
		  "hash changed, and the new password is another one" },
		{ "not told", false, SET_OWN(OLD_A), SET_OWN(NEW_A), NULL,
		  LIFT_DONE, "lift", "hash changed; whether the password did "
		  "was not shown" },
		{ "the same, new salt", false, SET_OWN(OLD_A), SET_OWN(OLD_B),
		  "old", LIFT_SAME_PASSWORD, "refuse",
		  "the same password was set again" },
		{ "the same, better scheme", false, SET_OWN(OLD_A),
		  SET_OWN("{PLAIN}old"), "old", LIFT_SAME_PASSWORD, "refuse",
		  "the same password was set again" },
		{ "the same, before it is stored", false, SET_OWN(OLD_A),
		  NULL, "old", LIFT_SAME_PASSWORD, "refuse",
		  "the same password was set again" },
		{ "another one, before it is stored", false, SET_OWN(OLD_A),
		  NULL, "new", LIFT_PASSWORD_UNCHANGED, "refuse", "" },
		{ "another scheme", false, SET_OWN(OLD_A), SET_OWN(NEW_Y),
		  NULL, LIFT_NEEDS_SUPPORT, "refuse", "" },
		{ "another scheme and another one", false, SET_OWN(OLD_A),
		  SET_OWN(NEW_Y), "new", LIFT_DONE, "lift",
		  "hash changed, and the new password is another one" },
		{ "not what is stored", false, SET_OWN(OLD_A), SET_OWN(NEW_A),
		  "third", LIFT_DONE, "lift",
		  "hash changed; whether the password did was not shown" },
		{ "old, but another is stored", false, SET_OWN(OLD_A),
		  SET_OWN(NEW_A), "old", LIFT_DONE, "lift",
		  "hash changed; whether the password did was not shown" },
		{ "old hash of no known making", false,
		  SET_OWN("{CRAM-MD5}ab"), SET_OWN("{CRAM-MD5}cd"), "old",
		  LIFT_DONE, "lift",
		  "hash changed; whether the password did was not shown" },
		{ "now of no known making, and the same", false,
		  SET_OWN(OLD_A), SET_OWN("{CRAM-MD5}cd"), "old",
		  LIFT_SAME_PASSWORD, "refuse",
		  "the same password was set again" },
		{ "now of no known making", false, SET_OWN(OLD_A),
		  SET_OWN("{CRAM-MD5}cd"), "new", LIFT_NEEDS_SUPPORT,
		  "refuse", "" },
		{ "nobody could log in then", false, SET_OWN("!" OLD_A),
		  SET_OWN(NEW_A), "new", LIFT_NEEDS_SUPPORT, "refuse", "" },
		{ "nobody can log in now", false, SET_OWN(OLD_A),
		  SET_OWN("!" OLD_A), NULL, LIFT_NEEDS_SUPPORT, "refuse",
		  "" },
		{ "re-hashed at login", true, SET_SHOP(OLD_A, "t1"),
		  SET_SHOP(OLD_C, "t1"), NULL, LIFT_PASSWORD_UNCHANGED,
		  "refuse", "" },
		{ "no time kept, but shown", true, SET_SHOP(OLD_A, "t1"),
		  SET_SHOP(NEW_A, "t1"), "new", LIFT_DONE, "lift",
		  "hash changed, and the new password is another one; "
		  "application passwords: 0 left, 0 new" },
		{ "the same, and a new time", true, SET_SHOP(OLD_A, "t1"),
		  SET_SHOP(OLD_B, "t2"), "old", LIFT_SAME_PASSWORD, "refuse",
		  "the same password was set again" },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		enum lift_result got;
		int64_t id = 0;

		again(state, i);
		desk.blocks.panel = cases[i].in_shop ? desk.shop : desk.own;
		desk_run(cases[i].then);
		desk_make("d", cases[i].in_shop ? "ala@firma.example"
						: "anna@firma.example", NOW,
			  &id);
		if (cases[i].now)
			desk_run(cases[i].now);
		got = lift_with(id, cases[i].password);
		assert_case(cases[i].why, cases[i].want, got);
		expect_audit(cases[i].why, cases[i].action, cases[i].words);
	}
}

/* Told once that it is the old one, nobody opens with that hash: not the next
 * scan, not the owner, not support without force. */
static void test_the_same_password_stays_refused(void **state)
{
	struct block block = BLOCK_INIT;
	struct err err;
	int64_t id = 0, lifted = 0;

	(void)state;
	desk_run(SET_OWN(OLD_A));
	desk_make("d", "anna@firma.example", NOW, &id);
	desk_run(SET_OWN(OLD_B));
	for (int i = 0; i < 3; i++)
		assert_int_equal(lift_with(id, "old"), LIFT_SAME_PASSWORD);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM comporta_audit"
				" WHERE action = 'refuse' AND"
				" actor = 'token:hook' AND"
				" address = '192.0.2.1'"), 1);
	assert_int_equal(state_of(id), PASSWORD_SAME);
	assert_int_equal(blocks_lift_changed(&desk.blocks, NOW + 6, &lifted,
					     &err), 0);
	assert_int_equal(lifted, 0);
	assert_int_equal(desk_lift(id, true, false, NOW + 7),
			 LIFT_SAME_PASSWORD);
	assert_int_equal(desk_lift(id, false, false, NOW + 7),
			 LIFT_SAME_PASSWORD);
	/* And once more, with a third salt. */
	desk_run(SET_OWN(OLD_C));
	assert_int_equal(lift_with(id, "old"), LIFT_SAME_PASSWORD);
	assert_int_equal(state_of(id), PASSWORD_SAME);
	assert_int_equal(desk_rows("comporta_send_block"), 1);
	desk_run(SET_OWN(NEW_A));
	assert_int_equal(state_of(id), PASSWORD_CHANGED);
	assert_int_equal(lift_with(id, "new"), LIFT_DONE);
	assert_int_equal(desk_rows("comporta_credential"), 0);
	assert_int_equal(blocks_get(&desk.blocks, id, &block, &err),
			 BLOCK_FOUND);
	assert_int_equal(blocks_proven(&block), PASSWORD_CHANGED);
	block_release(&block);
}

/* Another block's seal, a changed one, another secret: nothing is known then,
 * and nothing worse happens. */
static void test_the_seal(void **state)
{
	static const struct {
		const char *why, *sql;
		enum password_match want;
	} cases[] = {
		{ "whole", NULL, MATCH_YES },
		{ "torn", "UPDATE comporta_credential SET sealed ="
		  " substr(sealed, 1, 40)", MATCH_UNKNOWN },
		{ "flipped", "UPDATE comporta_credential SET sealed ="
		  " substr(sealed, 1, 70) || CASE substr(sealed, 71, 1)"
		  " WHEN '0' THEN '1' ELSE '0' END || substr(sealed, 72)",
		  MATCH_UNKNOWN },
		{ "no hexadecimal", "UPDATE comporta_credential SET sealed ="
		  " 'x'", MATCH_UNKNOWN },
		{ "none", "DELETE FROM comporta_credential", MATCH_UNKNOWN },
		{ "another block's", "UPDATE comporta_credential SET"
		  " block_id = block_id + 1; UPDATE comporta_block SET"
		  " id = id + 1", MATCH_UNKNOWN },
		{ "another account's", "UPDATE comporta_block SET"
		  " account = 'x'", MATCH_UNKNOWN },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct block block = BLOCK_INIT;
		enum password_match match = MATCH_NO;
		struct err err;
		int64_t id = 0, n;

		again(state, i);
		desk_run(SET_OWN(OLD_A));
		desk_make("d", "anna@firma.example", NOW, &id);
		if (cases[i].sql)
			desk_run(cases[i].sql);
		n = desk_number("SELECT MAX(id) AS n FROM comporta_block");
		assert_int_equal(blocks_get(&desk.blocks, n, &block, &err),
				 BLOCK_FOUND);
		assert_int_equal(blocks_check_password(&desk.blocks, &block,
						       S("old"), &match,
						       &err), 0);
		assert_case(cases[i].why, cases[i].want, match);
		block_release(&block);
	}
}

/* Every fingerprint is another one then; that must not look like everybody's
 * new password. Support can still open. */
static void test_another_secret(void **state)
{
	struct slice before = desk.blocks.secret;
	int64_t id = 0, lifted = -1;
	struct err err;

	(void)state;
	desk_run(SET_OWN(OLD_A));
	desk_make("d", "anna@firma.example", NOW, &id);
	desk.blocks.secret = S("another one of 32 bytes or so...");
	assert_int_equal(state_of(id), PASSWORD_UNKNOWN);
	desk_run(SET_OWN(NEW_A));
	assert_int_equal(state_of(id), PASSWORD_UNKNOWN);
	assert_int_equal(lift_with(id, "new"), LIFT_NEEDS_SUPPORT);
	assert_int_equal(blocks_lift_changed(&desk.blocks, NOW + 6, &lifted,
					     &err), 0);
	assert_int_equal(lifted, 0);
	assert_int_equal(desk_rows("comporta_send_block"), 1);
	desk.blocks.secret = before;
	assert_int_equal(state_of(id), PASSWORD_CHANGED);
	desk.blocks.secret = S("another one of 32 bytes or so...");
	assert_int_equal(desk_lift(id, false, true, NOW + 7), LIFT_DONE);
	expect_audit("by force", "lift",
		     "the secret is another one than at the block; lifted by "
		     "force");
	desk.blocks.secret = before;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DESK_TEST(test_app_passwords),
		DESK_TEST(test_names_of_app_passwords),
		DESK_TEST(test_very_many_app_passwords),
		DESK_TEST(test_app_passwords_that_cannot_be_read),
		DESK_TEST(test_support_forces),
		DESK_TEST(test_what_a_password_shows),
		DESK_TEST(test_the_same_password_stays_refused),
		DESK_TEST(test_the_seal),
		DESK_TEST(test_another_secret),
	};

	return cmocka_run_group_tests_name("blocks_password", tests,
					   desk_group_setup,
					   desk_group_teardown);
}
