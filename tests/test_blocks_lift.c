/*
 * What counts as a new password, and who may lift.
 */
#include "tests/support/blocks_desk.h"

#include <stdio.h>
#include <string.h>

/* What is stored now, after a block at "$6$..." or without any hash. */
static void test_password_state(void **state)
{
	static const struct {
		const char *why, *account, *change;
		bool in_shop;
		enum password_state want;
	} cases[] = {
		{ "same", "anna@firma.example", NULL, false,
		  PASSWORD_UNCHANGED },
		{ "another", "anna@firma.example",
		  "UPDATE comporta_mailbox SET password_hash = '$6$s$y'",
		  false, PASSWORD_CHANGED },
		{ "another scheme, no time", "anna@firma.example",
		  "UPDATE comporta_mailbox SET password_hash = '$y$j9T$s$y'",
		  false, PASSWORD_UNKNOWN },
		{ "dearer bcrypt", "joao@loja.example",
		  "UPDATE comporta_mailbox SET password_hash ="
		  " '{BLF-CRYPT}$2y$12$y'", false, PASSWORD_UNKNOWN },
		{ "taken away", "anna@firma.example",
		  "UPDATE comporta_mailbox SET password_hash = NULL", false,
		  PASSWORD_UNKNOWN },
		{ "never there", "nohash@firma.example",
		  "UPDATE comporta_mailbox SET password_hash = '$6$s$y'",
		  false, PASSWORD_UNKNOWN },
		{ "mailbox deleted", "anna@firma.example",
		  "DELETE FROM comporta_mailbox", false, PASSWORD_UNKNOWN },
		{ "re-hashed at login", "ala@firma.example",
		  "UPDATE shop_user SET hash = '$y$j9T$a$y'", true,
		  PASSWORD_UNCHANGED },
		{ "changed, and its time", "ala@firma.example",
		  "UPDATE shop_user SET hash = '$y$j9T$a$y',"
		  " hash_time = 't2'", true, PASSWORD_CHANGED },
		{ "only the time", "ala@firma.example",
		  "UPDATE shop_user SET hash_time = 't2'", true,
		  PASSWORD_UNCHANGED },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct block block = BLOCK_INIT;
		enum password_state got;
		struct err err;
		int64_t id = 0;

		if (i > 0) {
			desk_teardown(state);
			desk_setup(state);
		}
		desk.blocks.panel = cases[i].in_shop ? desk.shop : desk.own;
		assert_int_equal(desk_make("d", cases[i].account, NOW, &id),
				 BLOCK_MADE);
		if (cases[i].change)
			desk_run(cases[i].change);
		assert_int_equal(blocks_get(&desk.blocks, id, &block, &err),
				 BLOCK_FOUND);
		got = blocks_password(&desk.blocks, &block, &err);
		assert_case(cases[i].why, cases[i].want, got);
		block_release(&block);
	}
}

static const char *const new_password =
	"UPDATE comporta_mailbox SET password_hash = '$6$n$z'";

static void test_lift_after_a_new_password(void **state)
{
	int64_t id;

	(void)state;
	desk_make("d1", "anna@firma.example", NOW, &id);
	assert_int_equal(desk_lift(id, true, false, NOW + 1),
			 LIFT_PASSWORD_UNCHANGED);
	assert_int_equal(desk_rows("comporta_send_block"), 1);
	assert_int_equal(desk_rows("comporta_audit"), 1);
	desk_run(new_password);
	assert_int_equal(desk_lift(id, true, false, NOW + 2), LIFT_DONE);
	assert_int_equal(desk_rows("comporta_send_block"), 0);
	assert_int_equal(desk_rows("comporta_audit"), 2);
	assert_int_equal(desk_rows("comporta_notice"), 6);
	assert_int_equal(desk_lift(id, true, false, NOW + 3), LIFT_WAS_LIFTED);
	assert_int_equal(desk_rows("comporta_notice"), 6);
	assert_int_equal(desk_lift(id + 7, true, false, NOW), LIFT_NOT_FOUND);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM comporta_block"
				" WHERE active_account IS NULL AND"
				" state = 'lifted' AND lifted_by = 'owner'"
				" AND proof = 'hash changed; whether the"
				" password did was not shown'"), 1);
}

static void test_who_may_lift(void **state)
{
	static const struct {
		const char *why, *account, *change;
		bool is_repeat, self_service, by_owner, force;
		enum lift_result want;
	} cases[] = {
		{ "owner, the first time", "anna@firma.example",
		  "password_hash = '$6$n$z'", false, true, true, false,
		  LIFT_DONE },
		{ "owner, again within 30 days", "anna@firma.example",
		  "password_hash = '$6$n$z'", true, true, true, false,
		  LIFT_NEEDS_SUPPORT },
		{ "support, again within 30 days", "anna@firma.example",
		  "password_hash = '$6$n$z'", true, true, false, false,
		  LIFT_DONE },
		{ "owner, self-service off", "anna@firma.example",
		  "password_hash = '$6$n$z'", false, false, true, false,
		  LIFT_NEEDS_SUPPORT },
		{ "support, nothing changed", "anna@firma.example", NULL,
		  false, true, false, false, LIFT_PASSWORD_UNCHANGED },
		{ "support, by force", "anna@firma.example", NULL, false,
		  true, false, true, LIFT_DONE },
		{ "owner, no proof possible", "nohash@firma.example", NULL,
		  false, true, true, false, LIFT_NEEDS_SUPPORT },
		{ "support, no proof possible", "nohash@firma.example", NULL,
		  false, true, false, false, LIFT_NEEDS_SUPPORT },
		{ "support, no proof, by force", "nohash@firma.example", NULL,
		  false, true, false, true, LIFT_DONE },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		enum lift_result got;
		char sql[200];
		int64_t id = 0;

		if (i > 0) {
			desk_teardown(state);
			desk_setup(state);
		}
		if (cases[i].is_repeat) {
			desk_make("d0", cases[i].account, NOW - 20 * DAY, &id);
			assert_int_equal(desk_lift(id, false, true,
						   NOW - 19 * DAY),
					 LIFT_DONE);
		}
		assert_int_equal(desk_make("d1", cases[i].account, NOW, &id),
				 BLOCK_MADE);
		if (cases[i].change) {
			snprintf(sql, sizeof(sql),
				 "UPDATE comporta_mailbox SET %s",
				 cases[i].change);
			desk_run(sql);
		}
		settings.lift.self_service = cases[i].self_service;
		got = desk_lift(id, cases[i].by_owner, cases[i].force,
				NOW + HOUR);
		assert_case(cases[i].why, cases[i].want, got);
	}
}

static void test_a_block_that_comes_back_says_so(void **state)
{
	int64_t id;

	(void)state;
	settings.lift.repeat_within_ms = HOUR;
	desk_make("d1", "anna@firma.example", NOW, &id);
	desk_lift(id, false, true, NOW + HOUR);
	desk_make("d2", "anna@firma.example", NOW + 3 * (int64_t)HOUR, &id);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM comporta_notice"
				" WHERE kind = 'blocked_again'"), 3);
	assert_int_equal(desk_number("SELECT SUM(is_repeat) AS n"
				" FROM comporta_block"), 0);
	desk_lift(id, false, true, NOW + 4 * (int64_t)HOUR);
	desk_make("d3", "anna@firma.example", NOW + 3 * DAY, &id);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM comporta_notice"
				" WHERE kind = 'blocked'"), 6);
}

static void test_only_our_own_switch_is_turned_back(void **state)
{
	int64_t id;

	(void)state;
	desk.blocks.panel = desk.shop;
	assert_int_equal(desk_make("d1", "ola@firma.example", NOW, &id),
			 BLOCK_MADE);
	assert_int_equal(desk_lift(id, false, true, NOW + 1), LIFT_DONE);
	assert_int_equal(desk_number("SELECT may_send AS n FROM shop_user"
				" WHERE login = 'ola@firma.example'"), 0);
	assert_int_equal(desk_make("d2", "ala@firma.example", NOW, &id),
			 BLOCK_MADE);
	assert_int_equal(desk_number("SELECT may_send AS n FROM shop_user"
				" WHERE login = 'ala@firma.example'"), 0);
	assert_int_equal(desk_lift(id, false, true, NOW + 1), LIFT_DONE);
	assert_int_equal(desk_number("SELECT may_send AS n FROM shop_user"
				" WHERE login = 'ala@firma.example'"), 1);
	/* An administrator opened it by hand, or the mailbox is gone. */
	assert_int_equal(desk_make("d3", "ala@firma.example", NOW + 2, &id),
			 BLOCK_MADE);
	desk_run("UPDATE shop_user SET may_send = 1");
	assert_int_equal(desk_lift(id, false, true, NOW + 3), LIFT_DONE);
	assert_int_equal(desk_make("d4", "ala@firma.example", NOW + 4, &id),
			 BLOCK_MADE);
	desk_run("DELETE FROM shop_user");
	assert_int_equal(desk_lift(id, false, false, NOW + 5),
			 LIFT_NEEDS_SUPPORT);
	assert_int_equal(desk_lift(id, false, true, NOW + 5), LIFT_DONE);
}

/* A second way to send that was opened since the block, such as a thief's own
 * application password, must not keep the first one shut for good. */
static void test_a_second_way_that_is_open(void **state)
{
	int64_t id;

	(void)state;
	desk.blocks.panel = desk.shop;
	assert_int_equal(desk_make("d1", "ala@firma.example", NOW, &id),
			 BLOCK_MADE);
	desk_run("UPDATE shop_user SET phone = 1");
	assert_int_equal(desk_lift(id, false, true, NOW + 1), LIFT_DONE);
	assert_int_equal(desk_number("SELECT may_send AS n FROM shop_user"
				" WHERE login = 'ala@firma.example'"), 1);
}

static void test_another_panel_is_not_touched(void **state)
{
	int64_t id;

	(void)state;
	desk_make("d1", "anna@firma.example", NOW, &id);
	desk.blocks.panel = desk.shop;
	assert_int_equal(desk_lift(id, false, false, NOW + 1), LIFT_FAILED);
	assert_int_equal(desk_lift(id, false, true, NOW + 1), LIFT_DONE);
	assert_int_equal(desk_rows("comporta_send_block"), 1);
}

/* Made through switch and table, lifted while panel.gate says something else:
 * turned back is what was turned then. */
static void test_another_gate_turns_back_what_was_turned(void **state)
{
	static const enum panel_gate gates[] = {
		PANEL_GATE_SWITCH, PANEL_GATE_TABLE, PANEL_GATE_BOTH
	};

	(void)state;
	for (size_t i = 0; i < 9; i++) {
		struct panel *then = desk_shop(gates[i / 3]);
		struct panel *now = desk_shop(gates[i % 3]);
		char decision[8];
		int64_t id;

		snprintf(decision, sizeof(decision), "g%zu", i);
		desk.blocks.panel = then;
		assert_int_equal(desk_make(decision, "ala@firma.example", NOW,
					   &id), BLOCK_MADE);
		assert_int_equal(desk_rows("comporta_send_block"),
				 gates[i / 3] != PANEL_GATE_SWITCH);
		desk.blocks.panel = now;
		assert_int_equal(desk_lift(id, false, true, NOW + 1),
				 LIFT_DONE);
		assert_int_equal(desk_rows("comporta_send_block"), 0);
		assert_int_equal(desk_number("SELECT may_send AS n FROM"
					     " shop_user WHERE login ="
					     " 'ala@firma.example'"), 1);
		desk.blocks.panel = desk.own;
		panel_free(&then);
		panel_free(&now);
	}
}

static void test_scan_lifts_what_it_may(void **state)
{
	struct err err;
	int64_t id, lifted = 7;

	(void)state;
	desk_make("d0", "joao@loja.example", NOW - DAY, &id);
	desk_lift(id, false, true, NOW - DAY + 1);
	desk_make("d1", "joao@loja.example", NOW, &id);
	desk_make("d2", "anna@firma.example", NOW, &id);
	desk_make("d3", "nohash@firma.example", NOW, &id);
	assert_int_equal(blocks_lift_changed(&desk.blocks, NOW + 1, &lifted,
					     &err), 0);
	assert_int_equal(lifted, 0);
	desk_run("UPDATE comporta_mailbox SET password_hash = '$6$n$z'"
		 " WHERE account <> 'joao@loja.example'");
	desk_run("UPDATE comporta_mailbox SET password_hash ="
		 " '{BLF-CRYPT}$2y$05$z' WHERE account = 'joao@loja.example'");
	assert_int_equal(blocks_lift_changed(&desk.blocks, NOW + 2, &lifted,
					     &err), 0);
	assert_int_equal(lifted, 1);
	assert_int_equal(desk_rows("comporta_send_block"), 2);
	assert_int_equal(blocks_lift_changed(&desk.blocks, NOW + 3, &lifted,
					     &err), 0);
	assert_int_equal(lifted, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DESK_TEST(test_password_state),
		DESK_TEST(test_lift_after_a_new_password),
		DESK_TEST(test_who_may_lift),
		DESK_TEST(test_a_block_that_comes_back_says_so),
		DESK_TEST(test_only_our_own_switch_is_turned_back),
		DESK_TEST(test_a_second_way_that_is_open),
		DESK_TEST(test_another_panel_is_not_touched),
		DESK_TEST(test_another_gate_turns_back_what_was_turned),
		DESK_TEST(test_scan_lifts_what_it_may),
	};

	return cmocka_run_group_tests_name("blocks_lift", tests,
					   desk_group_setup,
					   desk_group_teardown);
}
