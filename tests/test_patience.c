/*
 * patience - the waits between two tries, and what is told of them.
 */
#include "detector/commands/patience.h"
#include "tests/support/test.h"

#include <string.h>

static struct err because(int code)
{
	struct err err;

	err_set(&err, code, "reason %d", code);
	return err;
}

static bool fails(struct patience *patience, enum patience_step step,
		  int code, int64_t now_ms)
{
	struct err err = because(code), told;

	patience_failed(patience, step, &err, now_ms);
	return patience_news(patience, 0, &told) < 0;
}

static void test_waits(void **state)
{
	static const struct {
		int code;
		int64_t waits_s[9];
	} cases[] = {
		{ EXIT_SERVICE, { 1, 2, 4, 8, 16, 32, 60, 60, 60 } },
		{ EXIT_RIGHTS, { 1, 2, 4, 8, 16, 32, 60, 60, 60 } },
		{ EXIT_CONFIG, { 1, 2, 4, 8, 16, 32, 60, 60, 60 } },
		{ EXIT_AGAIN, { 1, 2, 4, 8, 8, 8, 8, 8, 8 } },
		{ EXIT_DATA, { 1, 1, 1, 1, 1, 1, 1, 1, 1 } },
		{ EXIT_BUG, { 1, 1, 1, 1, 1, 1, 1, 1, 1 } },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct patience patience = { .steps = { { 0 } } };
		int64_t now_ms = 5000;

		assert_true(patience_may(&patience, PATIENCE_ACT, now_ms));
		for (size_t n = 0; n < 9; n++) {
			fails(&patience, PATIENCE_ACT, cases[i].code, now_ms);
			now_ms += cases[i].waits_s[n] * 1000;
			assert_false(patience_may(&patience, PATIENCE_ACT,
						  now_ms - 1));
			assert_true(patience_may(&patience, PATIENCE_ACT,
						 now_ms));
		}
		assert_true(patience_succeeded(&patience, PATIENCE_ACT, 0,
					       now_ms) > 0);
		fails(&patience, PATIENCE_ACT, cases[i].code, now_ms);
		assert_true(patience_may(&patience, PATIENCE_ACT,
					 now_ms + 1000));
	}
}

static void test_told_once(void **state)
{
	struct patience patience = { .steps = { { 0 } } };

	(void)state;
	assert_true(fails(&patience, PATIENCE_HEAR, EXIT_SERVICE, 0));
	assert_false(fails(&patience, PATIENCE_HEAR, EXIT_SERVICE, 1000));
	/* Another step finds the same. */
	assert_false(fails(&patience, PATIENCE_ACT, EXIT_SERVICE, 2000));
	/* Another reason. */
	assert_true(fails(&patience, PATIENCE_HEAR, EXIT_RIGHTS, 3000));
	assert_false(fails(&patience, PATIENCE_HEAR, EXIT_RIGHTS, 4000));
	/* In the same words it is the same thing for another step. */
	assert_false(fails(&patience, PATIENCE_ACT, EXIT_RIGHTS, 4500));
	assert_true(fails(&patience, PATIENCE_SEND, EXIT_CONFIG, 5000));

	assert_int_equal(patience_succeeded(&patience, PATIENCE_HEAR, 0, 9000),
			 9000);
	assert_int_equal(patience_succeeded(&patience, PATIENCE_HEAR, 0, 9000),
			 -1);
	assert_true(fails(&patience, PATIENCE_HEAR, EXIT_RIGHTS, 9500));
}

/* Away for two steps is back when the last of them says so. */
static void test_back_once(void **state)
{
	struct patience patience = { .steps = { { 0 } } };

	(void)state;
	assert_true(fails(&patience, PATIENCE_ACT, EXIT_SERVICE, 0));
	assert_false(fails(&patience, PATIENCE_HEAR, EXIT_SERVICE, 500));
	assert_int_equal(patience_succeeded(&patience, PATIENCE_HEAR, 0, 2500),
			 -1);
	assert_int_equal(patience_succeeded(&patience, PATIENCE_SEND, 0, 2500),
			 -1);
	assert_int_equal(patience_succeeded(&patience, PATIENCE_ACT, 0, 2500),
			 2500);
}

/* A database that is away is not asked three times a round; missing rights
 * for one step keep no other from its work. */
static void test_others(void **state)
{
	struct patience patience = { .steps = { { 0 } } };

	(void)state;
	fails(&patience, PATIENCE_HEAR, EXIT_SERVICE, 0);
	assert_false(patience_may(&patience, PATIENCE_ACT, 999));
	assert_false(patience_may(&patience, PATIENCE_SEND, 999));
	assert_true(patience_may(&patience, PATIENCE_ACT, 1000));
	patience_succeeded(&patience, PATIENCE_HEAR, 0, 1000);

	/* A server that only reads can be heard. */
	fails(&patience, PATIENCE_ACT, EXIT_SERVICE, 1000);
	assert_true(patience_may(&patience, PATIENCE_HEAR, 1001));
	assert_false(patience_may(&patience, PATIENCE_SEND, 1001));
	patience_succeeded(&patience, PATIENCE_ACT, 0, 2000);

	fails(&patience, PATIENCE_HEAR, EXIT_RIGHTS, 2000);
	assert_true(patience_may(&patience, PATIENCE_ACT, 2000));
}

static void test_words(void **state)
{
	struct patience patience = { .steps = { { 0 } } };
	struct err first = because(EXIT_SERVICE), second = because(EXIT_DATA);
	struct err told = { 0, "" };

	(void)state;
	assert_int_equal(patience_news(&patience, 3, &told), 0);
	patience_failed(&patience, PATIENCE_HEAR, &first, 0);
	patience_failed(&patience, PATIENCE_ACT, &second, 0);
	assert_int_equal(patience_news(&patience, 3, &told), -1);
	assert_string_equal(told.text, "decisions wait (3): reason 69");
	assert_int_equal(told.code, EXIT_SERVICE);
	/* What came behind it is not forgotten. */
	assert_int_equal(patience_news(&patience, 3, &told), -1);
	assert_string_equal(told.text, "decisions wait (3): reason 65");
	assert_int_equal(patience_news(&patience, 3, &told), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_told_once),
		cmocka_unit_test(test_back_once),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("patience", tests, NULL, NULL);
}
