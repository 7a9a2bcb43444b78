/*
 * Time as text and back, and local time around the ends of summer time.
 */
#include "base/stamp.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		bool good;
		const char *utc;
	} cases[] = {
		{ "2026-11-15T08:01:02.123Z", true,
		  "2026-11-15T08:01:02.123Z" },
		{ "2026-11-15T08:01:02Z", true, "2026-11-15T08:01:02.000Z" },
		{ "2026-11-15 08:01:02Z", true, "2026-11-15T08:01:02.000Z" },
		/* RFC 3339 5.6: lower case is as good. */
		{ "2026-11-15t08:01:02z", true, "2026-11-15T08:01:02.000Z" },
		{ "2026-11-15T08:01:02.1239999+02:00", true,
		  "2026-11-15T06:01:02.123Z" },
		{ "2026-01-01T00:30:00+01:00", true,
		  "2025-12-31T23:30:00.000Z" },
		{ "2026-12-31T23:30:00-01:00", true,
		  "2027-01-01T00:30:00.000Z" },
		{ "2026-12-31T23:59:60Z", true, "2027-01-01T00:00:00.000Z" },
		{ "2024-02-29T00:00:00Z", true, "2024-02-29T00:00:00.000Z" },
		{ "2000-02-29T00:00:00Z", true, "2000-02-29T00:00:00.000Z" },
		{ "1970-01-01T00:00:00Z", true, "1970-01-01T00:00:00.000Z" },
		{ "9999-12-31T23:59:59Z", true, "9999-12-31T23:59:59.000Z" },
		{ "2026-02-29T00:00:00Z", false, NULL },
		{ "2100-02-29T00:00:00Z", false, NULL },
		{ "2026-13-01T00:00:00Z", false, NULL },
		{ "2026-00-01T00:00:00Z", false, NULL },
		{ "2026-01-32T00:00:00Z", false, NULL },
		{ "2026-01-01T24:00:00Z", false, NULL },
		{ "2026-01-01T00:60:00Z", false, NULL },
		{ "2026-01-01T00:00:61Z", false, NULL },
		{ "1969-12-31T23:59:59Z", false, NULL },
		{ "2026-01-01T00:00:00", false, NULL },
		{ "2026-01-01T00:00:00.Z", false, NULL },
		{ "2026-01-01T00:00:00+24:00", false, NULL },
		{ "2026-01-01T00:00:00+0100", false, NULL },
		{ "2026-01-01T00:00:00Zx", false, NULL },
		{ "2026-1-01T00:00:00Z", false, NULL },
		{ "+026-01-01T00:00:00Z", false, NULL },
		{ "", false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice text = guarded_copy(slice_from(cases[i].text));
		char utc[STAMP_TEXT_SIZE];
		int64_t at_ms = -1;

		assert_case(cases[i].text, cases[i].good,
			    stamp_parse(text, &at_ms));
		if (cases[i].good) {
			stamp_rfc3339(at_ms, utc);
			assert_string_equal(utc, cases[i].utc);
		} else {
			assert_case(cases[i].text, -1, at_ms);
		}
		for (size_t len = 0; len < text.len; len++) {
			struct slice torn = guarded_copy(
				slice_sub(text, 0, len));

			stamp_parse(torn, &at_ms);
			guarded_free(torn);
		}
		guarded_free(text);
	}
}

static void test_every_day(void **state)
{
	struct stamp_civil c, last = { 0 };

	(void)state;
	/* 1970 to 2400, every 13th hour or so: there and back. */
	for (int64_t at = 0; at < 430 * 366 * (int64_t)STAMP_DAY_MS;
	     at += 46799999) {
		stamp_split(at, &c);
		assert_true(stamp_is_valid(&c));
		assert_int_equal(stamp_join(&c), at);
		assert_true(c.year > last.year || c.month >= last.month);
		last = c;
	}
	stamp_split(0, &c);
	assert_int_equal(c.weekday, 4);
	stamp_split(INT64_C(1795305600000), &c);	/* 2026-11-22 */
	assert_int_equal(c.weekday, 0);
}

static void set_zone(const char *name)
{
	setenv("TZ", name, 1);
	tzset();
}

static void test_zone(void **state)
{
	static const struct {
		const char *zone, *local, *utc;
	} cases[] = {
		{ "UTC", "2026-06-01T12:00:00Z", "2026-06-01T12:00:00.000Z" },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "2026-06-01T12:00:00Z",
		  "2026-06-01T10:00:00.000Z" },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:59:59Z",
		  "2026-03-29T00:59:59.000Z" },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T03:00:00Z",
		  "2026-03-29T01:00:00.000Z" },
		/* Twice there: the first. */
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T02:30:00Z",
		  "2026-10-25T00:30:00.000Z" },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T03:00:00Z",
		  "2026-10-25T02:00:00.000Z" },
		{ "EST5EDT,M3.2.0,M11.1.0", "2026-11-01T01:30:00Z",
		  "2026-11-01T05:30:00.000Z" },
		{ "EST5EDT,M3.2.0,M11.1.0", "2026-11-01T02:00:00Z",
		  "2026-11-01T07:00:00.000Z" },
		{ "IST-5:30", "2026-06-01T12:15:00Z",
		  "2026-06-01T06:45:00.000Z" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct stamp_zone zone = { 0 };
		char utc[STAMP_TEXT_SIZE];
		int64_t local;

		set_zone(cases[i].zone);
		assert_true(stamp_parse(slice_from(cases[i].local), &local));
		/* The second time it comes from the cache. */
		for (int again = 0; again < 2; again++) {
			stamp_rfc3339(stamp_zone_to_utc(&zone, local), utc);
			if (strcmp(utc, cases[i].utc) != 0)
				print_error("case: %s %s\n", cases[i].zone,
					    cases[i].local);
			assert_string_equal(utc, cases[i].utc);
		}
	}
	set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	assert_int_equal(stamp_zone_offset_ms(INT64_C(1795305600000)),
			 STAMP_HOUR_MS);
	set_zone("UTC");
}

static void test_short(void **state)
{
	char text[STAMP_TEXT_SIZE];

	(void)state;
	set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	stamp_short(INT64_C(1795305600000), text);
	assert_string_equal(text, "2026-11-22 01:00");
	stamp_local(INT64_C(1795305605000), text);
	assert_string_equal(text, "2026-11-22 01:00:05+01:00");
	set_zone("NST3:30");
	stamp_local(INT64_C(1795305605000), text);
	assert_string_equal(text, "2026-11-21 20:30:05-03:30");
	set_zone("UTC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_every_day),
		cmocka_unit_test(test_zone),
		cmocka_unit_test(test_short),
	};

	return cmocka_run_group_tests_name("stamp", tests, NULL, NULL);
}
