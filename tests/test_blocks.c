/*
 * Making blocks on SQLite.
 */
#include "tests/support/blocks_desk.h"

#include <stdio.h>
#include <string.h>

static void test_a_block_is_made_once(void **state)
{
	int64_t id = 0, again = 0, other = 0;

	(void)state;
	assert_int_equal(desk_make("d1", "Anna@Firma.Example", NOW, &id),
			 BLOCK_MADE);
	assert_int_equal(desk_rows("comporta_send_block"), 1);
	assert_int_equal(desk_rows("comporta_notice"), 3);
	assert_int_equal(desk_rows("comporta_audit"), 1);
	assert_int_equal(desk_make("d1", "anna@firma.example", NOW + 1, &again),
			 BLOCK_WAS_MADE);
	assert_int_equal(desk_make("d2", "anna@firma.example", NOW + 1, &other),
			 BLOCK_WAS_ACTIVE);
	assert_int_equal(again, id);
	assert_int_equal(other, id);
	assert_int_equal(desk_rows("comporta_notice"), 3);
	assert_int_equal(desk_rows("comporta_block"), 1);
}

static void test_nobody_hears_twice(void **state)
{
	int64_t id;

	(void)state;
	/* The contact is the mailbox itself. */
	assert_int_equal(desk_make("d1", "joao@loja.example", NOW, &id),
			 BLOCK_MADE);
	assert_int_equal(desk_rows("comporta_notice"), 2);
}

static void test_what_the_block_keeps(void **state)
{
	struct block block = BLOCK_INIT;
	struct err err;
	int64_t id;

	(void)state;
	desk_make("d1", "anna@firma.example", NOW, &id);
	assert_int_equal(blocks_get(&desk.blocks, id, &block, &err),
			 BLOCK_FOUND);
	assert_string_equal(block.account, "anna@firma.example");
	assert_string_equal(block.language, "pl");
	assert_string_equal(block.contact, "anna@home.example");
	assert_string_equal(block.scheme, "$6$");
	assert_int_equal(strlen(block.fingerprint), 64);
	assert_true(block.is_active && block.changed && !block.is_repeat);
	assert_int_equal(block.token_expires_ms, NOW + 14 * DAY);
	assert_string_equal(text_string(&block.verdict),
			    "{\"window\":{\"messages\":3}}");
	block_release(&block);
}

static void test_strange_and_unknown_accounts(void **state)
{
	static const struct {
		const char *why, *account;
		bool in_shop;
		enum block_result want;
	} cases[] = {
		{ "our own table takes any login", "who@firma.example", false,
		  BLOCK_MADE },
		{ "no address either", "root", false, BLOCK_MADE },
		{ "nobody", "", false, BLOCK_UNKNOWN_ACCOUNT },
		{ "control characters", "a\nb@c.example", false,
		  BLOCK_UNKNOWN_ACCOUNT },
		{ "no UTF-8", "a\xff@c.example", false,
		  BLOCK_UNKNOWN_ACCOUNT },
		{ "SQL is a name as any other", "x'; DROP TABLE a; --", false,
		  BLOCK_MADE },
		{ "the panel knows better", "she@firma.example", true,
		  BLOCK_UNKNOWN_ACCOUNT },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		char decision[8];
		enum block_result got;
		int64_t id = 0;

		snprintf(decision, sizeof(decision), "d%zu", i);
		desk.blocks.panel = cases[i].in_shop ? desk.shop : desk.own;
		got = desk_make(decision, cases[i].account, NOW, &id);
		assert_case(cases[i].why, cases[i].want, got);
	}
}

static void test_nothing_stands_when_a_part_fails(void **state)
{
	int64_t id = 0;

	(void)state;
	desk_run("ALTER TABLE comporta_notice RENAME TO hidden");
	assert_int_equal(desk_make("d1", "anna@firma.example", NOW, &id),
			 BLOCK_FAILED);
	assert_int_equal(desk_rows("comporta_block"), 0);
	assert_int_equal(desk_rows("comporta_send_block"), 0);
	assert_int_equal(desk_rows("comporta_audit"), 0);
	desk_run("ALTER TABLE hidden RENAME TO comporta_notice");
	assert_int_equal(desk_make("d1", "anna@firma.example", NOW, &id),
			 BLOCK_MADE);
}

static void test_a_killed_run_leaves_nothing(void **state)
{
	struct err err;
	int64_t id = 0;

	(void)state;
	assert_int_equal(db_begin(desk.db, &err), DB_OK);
	desk_run("INSERT INTO comporta_send_block VALUES"
	    " ('anna@firma.example', 'half', 1, 1)");
	db_close(&desk.db);
	desk_open_db();
	assert_int_equal(desk_rows("comporta_send_block"), 0);
	assert_int_equal(desk_make("d1", "anna@firma.example", NOW, &id),
			 BLOCK_MADE);
	db_close(&desk.db);
	desk_open_db();
	assert_int_equal(desk_make("d1", "anna@firma.example", NOW, &id),
			 BLOCK_WAS_MADE);
	assert_int_equal(desk_rows("comporta_notice"), 3);
}

static void test_a_silent_block_tells_only_the_operator(void **state)
{
	struct block_request request = {
		.decision = "d1", .account = SLICE("anna@firma.example"),
		.decided_ms = NOW, .actor = "operator:root",
		.reason = "a test", .silent = true,
	};
	struct err err;
	int64_t id;

	(void)state;
	assert_int_equal(blocks_make(&desk.blocks, &request, NOW, &id, &err),
			 BLOCK_MADE);
	assert_int_equal(desk_rows("comporta_notice"), 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DESK_TEST(test_a_block_is_made_once),
		DESK_TEST(test_nobody_hears_twice),
		DESK_TEST(test_what_the_block_keeps),
		DESK_TEST(test_strange_and_unknown_accounts),
		DESK_TEST(test_nothing_stands_when_a_part_fails),
		DESK_TEST(test_a_killed_run_leaves_nothing),
		DESK_TEST(test_a_silent_block_tells_only_the_operator),
	};

	return cmocka_run_group_tests_name("blocks", tests,
					   desk_group_setup,
					   desk_group_teardown);
}
