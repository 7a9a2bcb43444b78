/*
 * Every function of slice.h over bytes that end at an unmapped page.
 */
#include "tests/support/test.h"

#include <string.h>

static void test_eq(void **state)
{
	static const struct {
		const char *a, *b;
		bool same, same_nocase;
	} cases[] = {
		{ "", "", true, true },
		{ "a", "", false, false },
		{ "abc", "abc", true, true },
		{ "aBc", "AbC", false, true },
		{ "abc", "abd", false, false },
		/* Only ASCII letters fold: '[' is '{' less 0x20. */
		{ "[", "{", false, false },
		{ "@", "`", false, false },
		{ "\xc4\x84", "\xc4\x85", false, false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice a = guarded_copy(slice_from(cases[i].a));
		struct slice b = guarded_copy(slice_from(cases[i].b));

		assert_case(cases[i].a, cases[i].same, slice_eq(a, b));
		assert_case(cases[i].a, cases[i].same_nocase,
			    slice_eq_nocase(a, b));
		guarded_free(a);
		guarded_free(b);
	}
	assert_true(slice_eq((struct slice){ NULL, 0 }, S("")));
	assert_true(slice_eq_nocase((struct slice){ NULL, 0 }, S("")));
}

static void test_ends(void **state)
{
	static const struct {
		const char *text, *part;
		bool starts, ends;
	} cases[] = {
		{ "", "", true, true },
		{ "abc", "", true, true },
		{ "", "a", false, false },
		{ "abc", "ab", true, false },
		{ "abc", "bc", false, true },
		{ "abc", "abc", true, true },
		{ "abc", "abcd", false, false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice text = guarded_copy(slice_from(cases[i].text));
		struct slice part = slice_from(cases[i].part);
		struct slice rest = text;
		bool skipped = slice_skip(&rest, part);

		assert_case(cases[i].text, cases[i].starts,
			    slice_starts(text, part));
		assert_case(cases[i].text, cases[i].ends,
			    slice_ends(text, part));
		assert_case(cases[i].text, cases[i].starts, skipped);
		assert_case(cases[i].text,
			    text.len - (cases[i].starts ? part.len : 0),
			    rest.len);
		guarded_free(text);
	}
}

static void test_cut(void **state)
{
	struct slice rest = S("a,,bc");

	(void)state;
	assert_true(slice_eq(slice_cut(&rest, ','), S("a")));
	assert_true(slice_eq(slice_cut(&rest, ','), S("")));
	assert_true(slice_eq(slice_cut(&rest, ','), S("bc")));
	assert_int_equal(rest.len, 0);
	assert_int_equal(slice_cut(&rest, ',').len, 0);
	rest = S("a,");
	slice_cut(&rest, ',');
	assert_int_equal(rest.len, 0);
	rest = (struct slice){ NULL, 0 };
	assert_int_equal(slice_cut(&rest, ',').len, 0);
}

static void test_find(void **state)
{
	static const struct {
		const char *text, *needle;
		ptrdiff_t first, last;
	} cases[] = {
		{ "", "a", -1, -1 },
		{ "abc", "", -1, -1 },
		{ "abcabc", "abc", 0, 3 },
		{ "abcabc", "c", 2, 5 },
		{ "aaaa", "aa", 0, 2 },
		{ "abab", "abb", -1, -1 },
		{ "xab", "ab", 1, 1 },
		{ "ab", "abc", -1, -1 },
		/* The first byte again and again in front of a miss. */
		{ "abxaaxaax", "aax", 3, 6 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice text = guarded_copy(slice_from(cases[i].text));
		struct slice needle = guarded_copy(slice_from(cases[i].needle));

		assert_case(cases[i].text, cases[i].first,
			    slice_find(text, needle));
		assert_case(cases[i].text, cases[i].last,
			    slice_find_last(text, needle));
		guarded_free(text);
		guarded_free(needle);
	}
	assert_int_equal(slice_find_char(S("abc"), 'c'), 2);
	assert_int_equal(slice_find_char(S("abc"), 'x'), -1);
	assert_int_equal(slice_find_char((struct slice){ NULL, 0 }, 'x'), -1);
}

static void test_sub(void **state)
{
	(void)state;
	assert_true(slice_eq(slice_sub(S("abcd"), 1, 3), S("bc")));
	assert_true(slice_eq(slice_sub(S("abcd"), 1, 99), S("bcd")));
	assert_int_equal(slice_sub(S("abcd"), 3, 1).len, 0);
	assert_int_equal(slice_sub(S("abcd"), 99, 100).len, 0);
	assert_true(slice_eq(slice_after(S("abcd"), 3), S("d")));
	assert_int_equal(slice_after(S("abcd"), 5).len, 0);
	assert_true(slice_eq(slice_trim(S(" \t\r\na b\r\n")), S("a b")));
	assert_int_equal(slice_trim(S(" \t")).len, 0);
	assert_int_equal(slice_trim((struct slice){ NULL, 0 }).len, 0);
}

static void test_number(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint32_t number;
	} cases[] = {
		{ "0", true, 0 },
		{ "007x", true, 7 },
		{ "4294967295", true, UINT32_MAX },
		{ "4294967296", false, 99 },
		{ "99999999999999999999999999", false, 99 },
		{ "", false, 99 },
		{ "-1", false, 99 },
		{ " 1", false, 99 },
		{ "x", false, 99 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice text = guarded_copy(slice_from(cases[i].text));
		uint32_t number = 99;

		assert_case(cases[i].text, cases[i].good,
			    slice_number(text, &number));
		assert_case(cases[i].text, cases[i].number, number);
		guarded_free(text);
	}
}

static void test_whole(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int64_t number;
	} cases[] = {
		{ "0", true, 0 },
		{ "22", true, 22 },
		{ "999999999999999999", true, 999999999999999999 },
		{ "1000000000000000000", false, 7 },
		{ "", false, 7 },
		{ "-1", false, 7 },
		{ "+1", false, 7 },
		{ " 1", false, 7 },
		{ "1x", false, 7 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice text = guarded_copy(slice_from(cases[i].text));
		int64_t number = 7;

		assert_case(cases[i].text, cases[i].good,
			    slice_whole(text, &number));
		assert_case(cases[i].text, cases[i].number, number);
		guarded_free(text);
	}
}

static void test_registered(void **state)
{
	static const struct {
		const char *domain, *want;
	} cases[] = {
		{ "firma.example", "firma.example" },
		{ "a.b.firma.example", "firma.example" },
		{ "poczta.firma.com.pl", "firma.com.pl" },
		{ "firma.com.pl", "firma.com.pl" },
		{ "com.pl", "com.pl" },
		{ "x.onet.pl", "onet.pl" },
		{ "a.shop.co.uk", "shop.co.uk" },
		{ "localhost", "localhost" },
		{ "", "" },
		{ ".", "." },
		{ "a..b", ".b" },
		{ "..", "." },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice got =
			slice_registered(slice_from(cases[i].domain));

		assert_case(cases[i].domain, true,
			    slice_eq(got, slice_from(cases[i].want)));
	}
}

static void test_domain(void **state)
{
	(void)state;
	assert_true(slice_eq(slice_domain(S("a@b")), S("b")));
	assert_true(slice_eq(slice_domain(S("\"a@b\"@c")), S("c")));
	assert_int_equal(slice_domain(S("a")).len, 0);
	assert_int_equal(slice_domain(S("a@")).len, 0);
	assert_int_equal(slice_domain((struct slice){ NULL, 0 }).len, 0);
}

static void test_copy(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		bool whole;
		const char *copy, *lower;
	} cases[] = {
		{ "", 1, true, "", "" },
		{ "A", 1, false, "", "" },
		{ "AbZ@[", 6, true, "AbZ@[", "abz@[" },
		{ "AbC", 3, false, "Ab", "ab" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		char to[8];

		memset(to, 'x', sizeof(to));
		assert_case(cases[i].text, cases[i].whole,
			    slice_copy(slice_from(cases[i].text), to,
				       cases[i].size));
		assert_string_equal(to, cases[i].copy);
		if (cases[i].size < sizeof(to))
			assert_int_equal(to[cases[i].size], 'x');
		slice_copy_lower(slice_from(cases[i].text), to, cases[i].size);
		assert_string_equal(to, cases[i].lower);
	}
}

static void test_letters_and_digits(void **state)
{
	static const struct {
		const char *text, *rest;
	} cases[] = {
		{ "", "" },	{ "7", "" },	   { "12x3", "x3" },
		{ "x12", "x12" }, { "0/9:", "/9:" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice text = guarded_copy(slice_from(cases[i].text));
		struct slice rest = text;

		slice_skip_digits(&rest);
		assert_case(cases[i].text, true,
			    slice_eq(rest, slice_from(cases[i].rest)));
		guarded_free(text);
	}
	for (int c = -128; c < 128; c++)
		assert_case("letters of ASCII, whatever the locale",
			    c > 0 && strchr("abcdefghijklmnopqrstuvwxyz"
					    "ABCDEFGHIJKLMNOPQRSTUVWXYZ", c),
			    is_letter((char)c));
}

static void test_last_line(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" }, { " \n\n", "" }, { "one", "one" },
		{ "one\ntwo\n", "two" }, { "one\n two \r\n \n", "two" },
		{ "\none\n", "one" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice text = guarded_copy(slice_from(cases[i].text));

		assert_case(cases[i].text, true,
			    slice_eq(slice_last_line(text),
				     slice_from(cases[i].want)));
		guarded_free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eq),     cmocka_unit_test(test_ends),
		cmocka_unit_test(test_cut),    cmocka_unit_test(test_find),
		cmocka_unit_test(test_sub),    cmocka_unit_test(test_number),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_registered),
		cmocka_unit_test(test_domain), cmocka_unit_test(test_copy),
		cmocka_unit_test(test_letters_and_digits),
		cmocka_unit_test(test_last_line),
	};

	return cmocka_run_group_tests_name("slice", tests, NULL, NULL);
}
