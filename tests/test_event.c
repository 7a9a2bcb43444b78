/*
 * What event.h reads for every format, over bytes that end at an unmapped
 * page.
 */
#include "tests/support/test.h"

#include "detector/event.h"

static void test_take_dsn(void **state)
{
	static const struct {
		const char *text, *dsn;
	} cases[] = {
		{ "", "" },
		{ "5", "" },
		{ "5.1", "" },
		{ "5.1.", "" },
		{ "5.1.1", "5.1.1" },
		{ "2.0.0 OK", "2.0.0" },
		{ "4.7.28)", "4.7.28" },
		{ "5.123.456 x", "5.123.456" },
		{ "5.1.1234", "" },
		{ "5.1234.1", "" },
		{ "5..1", "" },
		{ "5.1.x", "" },
		{ "55.1.1", "" },
		/* No class of RFC 3463. */
		{ "3.1.1", "" },
		{ "x.1.1", "" },
		/* The caller knows whether that is an address. */
		{ "5.1.1.7", "5.1.1" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice text = guarded_copy(slice_from(cases[i].text));
		struct slice rest = text;
		struct slice dsn = mail_event_take_dsn(&rest);

		assert_case(cases[i].text, true,
			    slice_eq(dsn, slice_from(cases[i].dsn)));
		assert_int_equal(rest.len, text.len - dsn.len);
		guarded_free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take_dsn),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
