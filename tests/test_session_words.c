/*
 * How a message was handed in: the mechanism and the service, which only
 * session_shape looks at and no .cases line shows.
 */
#include "detector/formats/format.h"
#include "tests/support/test.h"

static void test_words(void **state)
{
	static const struct {
		const char *format, *line, *mechanism, *service;
	} cases[] = {
		{ "postfix", "2026-06-20T10:00:01+02:00 mx "
		  "postfix/submission/smtpd[7]: 4Xyz1: client=h[192.0.2.9], "
		  "sasl_method=PLAIN, sasl_username=anna@firma.example",
		  "PLAIN", "submission/smtpd" },
		{ "postfix", "2026-06-20T10:00:01+02:00 mx "
		  "postfix/smtps/smtpd[7]: 4Xyz2: client=h[192.0.2.9], "
		  "sasl_method=LOGIN, sasl_username=anna@firma.example",
		  "LOGIN", "smtps/smtpd" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct header_reader reader = { 0 };
		struct mail_event event = { 0 };

		assert_int_equal(format_line(&reader,
					     format_find(cases[i].format),
					     slice_from(cases[i].line),
					     &event), FORMAT_EVENT);
		assert_case(cases[i].mechanism, true,
			    slice_eq(event.mechanism,
				     slice_from(cases[i].mechanism)));
		assert_case(cases[i].service, true,
			    slice_eq(event.service,
				     slice_from(cases[i].service)));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("session words", tests, NULL, NULL);
}
