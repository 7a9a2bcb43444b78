/*
 * Finding blocks again: by token, in lists, in the audit trail.
 */
#include "tests/support/blocks_desk.h"

#include <stdio.h>
#include <string.h>

static void test_token(void **state)
{
	struct block block = BLOCK_INIT;
	char token[CRYPTO_TOKEN_SIZE];
	struct err err;
	int64_t id;

	(void)state;
	desk_make("d1", "anna@firma.example", NOW, &id);
	blocks_get(&desk.blocks, id, &block, &err);
	blocks_token(&desk.blocks, &block, token);
	assert_int_equal(strlen(token), 43);

	const struct {
		const char *why;
		struct slice token;
		int64_t at_ms;
		enum block_find want;
	} cases[] = {
		{ "right", slice_from(token), NOW, BLOCK_FOUND },
		{ "to the last moment", slice_from(token),
		  NOW + 14 * DAY - 1, BLOCK_FOUND },
		{ "expired", slice_from(token), NOW + 14 * DAY,
		  BLOCK_NOT_FOUND },
		{ "one byte short", slice_sub(slice_from(token), 0, 42), NOW,
		  BLOCK_NOT_FOUND },
		{ "one byte off",
		  S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), NOW,
		  BLOCK_NOT_FOUND },
		{ "none", S(""), NOW, BLOCK_NOT_FOUND },
	};
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_case(cases[i].why, cases[i].want,
			    blocks_by_token(&desk.blocks, cases[i].token,
					    cases[i].at_ms, &block, &err));
	desk_lift(id, false, true, NOW + 1);
	assert_int_equal(blocks_by_token(&desk.blocks, slice_from(token),
					 NOW + 2, &block, &err), BLOCK_FOUND);
	assert_false(block.is_active);
	/* The table does not help to make one. */
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM comporta_block"
				" WHERE length(token_hash) = 64"), 1);
	block_release(&block);
}

static int count_block(void *context, const struct block *block)
{
	int64_t *seen = context;

	seen[0]++;
	seen[1] = block->id;
	return 0;
}

static void test_list(void **state)
{
	static const struct {
		const char *why;
		struct block_filter filter;
		int64_t want;
	} cases[] = {
		{ "all", { .limit = 100 }, 5 },
		{ "a page", { .limit = 2 }, 2 },
		{ "no limit is one", { .limit = 0 }, 1 },
		{ "behind the cursor", { .limit = 100, .before_id = 3 }, 2 },
		{ "active", { .limit = 100, .state = "active" }, 4 },
		{ "lifted", { .limit = 100, .state = "lifted" }, 1 },
		{ "account, any case", { .limit = 100,
		  .account = SLICE("JOAO@loja.example") }, 1 },
		{ "domain", { .limit = 100,
		  .domain = SLICE("firma.example") }, 4 },
		{ "since", { .limit = 100, .since_ms = 1795334400003 }, 2 },
		{ "a number", { .limit = 100, .search = SLICE("#2") }, 1 },
		{ "without its mark", { .limit = 100, .search = SLICE("4") },
		  1 },
		{ "nobody's number", { .limit = 100, .search = SLICE("#6") },
		  0 },
		{ "no number", { .limit = 100,
		  .search = SLICE("9999999999999999999") }, 0 },
		{ "not a mark alone", { .limit = 100, .search = SLICE("#") },
		  0 },
		{ "a part", { .limit = 100, .search = SLICE("NNA@") }, 1 },
		{ "all of it", { .limit = 100, .state = "active",
		  .domain = SLICE("firma.example"), .before_id = 4 }, 2 },
	};
	static const char *const accounts[] = {
		"a@firma.example", "anna@firma.example", "joao@loja.example",
		"b@firma.example", "c@firma.example",
	};
	struct err err;
	int64_t id;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(accounts); i++)
		assert_int_equal(desk_make(accounts[i], accounts[i],
				      NOW + (int64_t)i, &id), BLOCK_MADE);
	desk_lift(5, false, true, NOW + 10);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		int64_t seen[2] = { 0, 0 };

		assert_int_equal(blocks_list(&desk.blocks, &cases[i].filter,
					     count_block, seen, &err), 0);
		assert_case(cases[i].why, cases[i].want, seen[0]);
	}
}

static int note_lift(void *context, const struct blocks_news *news)
{
	int64_t *seen = context;

	assert_true(slice_eq(news->account, S("anna@firma.example")));
	assert_int_equal(news->at_ms, NOW + 5);
	assert_true(news->is_lift);
	seen[0]++;
	seen[1] = news->audit_id;
	return 0;
}

static void test_the_detector_hears_of_lifts(void **state)
{
	int64_t id, seen[2] = { 0, 0 };
	struct err err;

	(void)state;
	desk_make("d1", "anna@firma.example", NOW, &id);
	desk_lift(id, false, true, NOW + 5);
	desk_make("d2", "anna@firma.example", NOW + 6, &id);
	assert_int_equal(blocks_news_since(&desk.blocks, 0, note_lift, seen,
					   &err), 0);
	assert_int_equal(seen[0], 1);
	assert_int_equal(blocks_news_since(&desk.blocks, seen[1], note_lift,
					   seen, &err), 0);
	assert_int_equal(seen[0], 1);
}

static void test_the_trail_is_readable(void **state)
{
	struct json *array = json_new_array();
	struct block block = BLOCK_INIT;
	struct lift_request request = {
		.actor = "token:desk", .address = "192.0.2.1",
		.reason = "line\nbreak \x1b[2J", .force = true,
	};
	struct err err;
	int64_t id;

	(void)state;
	desk_make("d1", "anna@firma.example", NOW, &id);
	assert_int_equal(blocks_lift(&desk.blocks, id, &request, NOW + 1,
				     &err), LIFT_DONE);
	blocks_get(&desk.blocks, id, &block, &err);
	for (int i = 0; i < 3; i++)
		assert_int_equal(blocks_mine(&desk.blocks, &block,
					     "192.0.2.2", NOW + 2, &err), 0);
	assert_int_equal(blocks_audit_of(&desk.blocks, id, array, &err), 0);
	assert_int_equal(json_length(array), 3);
	assert_true(slice_eq(json_get_text(json_at(array, 1), "reason"),
			     S("line\\x0abreak \\x1b[2J")));
	assert_true(slice_eq(json_get_text(json_at(array, 1), "detail"),
			     S("hash unchanged; lifted by force")));
	assert_true(slice_eq(json_get_text(json_at(array, 2), "action"),
			     S("mine")));
	json_free(&array);
	block_release(&block);
}

/* However many lines somebody makes, what came last is shown. */
static void test_the_end_of_a_long_trail(void **state)
{
	struct json *array = json_new_array();
	struct err err;
	int64_t id;

	(void)state;
	desk_make("d1", "anna@firma.example", NOW, &id);
	desk_run("INSERT INTO comporta_audit (at_ms, block_id, account, actor,"
		 " action) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL"
		 " SELECT i + 1 FROM n WHERE i < 300) SELECT i, 1,"
		 " 'anna@firma.example', 'line ' || i, 'refuse' FROM n");
	assert_int_equal(blocks_audit_of(&desk.blocks, id, array, &err), 0);
	assert_int_equal(json_length(array), 200);
	assert_true(slice_eq(json_get_text(json_at(array, 0), "actor"),
			     S("line 101")));
	assert_true(slice_eq(json_get_text(json_at(array, 199), "actor"),
			     S("line 300")));
	json_free(&array);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DESK_TEST(test_token),
		DESK_TEST(test_list),
		DESK_TEST(test_the_detector_hears_of_lifts),
		DESK_TEST(test_the_trail_is_readable),
		DESK_TEST(test_the_end_of_a_long_trail),
	};

	return cmocka_run_group_tests_name("blocks_find", tests,
					   desk_group_setup,
					   desk_group_teardown);
}
