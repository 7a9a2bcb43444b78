/*
 * The two-counter estimate at its edges.
 */
#include "base/rate.h"
#include "tests/support/test.h"

enum { SPAN = 60000 };

static void test_estimate(void **state)
{
	static const struct {
		const char *why;
		int64_t add_ms[4];
		uint32_t add[4];
		int64_t now_ms;
		uint32_t want;
	} cases[] = {
		{ "nothing yet", { 0 }, { 0 }, 9005000, 0 },
		{ "all in the span", { 9100000, 9110000 }, { 3, 4 }, 9120000, 7 },
		{ "half of the older", { 9100000, 9160000 }, { 10, 1 }, 9190000,
		  6 },
		{ "older has left", { 9100000 }, { 10 }, 9220000, 0 },
		{ "long silence", { 9100000, 9900000 }, { 10, 1 }, 9900000, 1 },
		{ "time before the last one", { 9100000, 9090000 }, { 1, 1 },
		  9100000, 2 },
		{ "asked about the past", { 9100000 }, { 5 }, 9050000, 5 },
		{ "full", { 9100000, 9100000 }, { UINT32_MAX, 9 }, 9100000,
		  UINT32_MAX },
		{ "full twice", { 9100000, 9160000 }, { UINT32_MAX, UINT32_MAX },
		  9160000, UINT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct rate rate = { 0 }, before;

		for (size_t j = 0; j < 4 && cases[i].add_ms[j]; j++)
			rate_add(&rate, SPAN, cases[i].add_ms[j],
				 cases[i].add[j]);
		before = rate;
		assert_case(cases[i].why, cases[i].want,
			    rate_estimate(&rate, SPAN, cases[i].now_ms));
		assert_memory_equal(&rate, &before, sizeof(rate));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_estimate),
	};

	return cmocka_run_group_tests_name("rate", tests, NULL, NULL);
}
