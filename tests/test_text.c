/*
 * Bounded buffers, and what makes strangers' bytes fit for a terminal or for
 * HTML.
 */
#include "base/text.h"
#include "tests/support/test.h"

#include <string.h>

/* One input, and how each of the three sees it. */
static const struct {
	const char *name;
	struct slice bytes;
	const char *visible, *html;
	size_t first;		/* utf8_character() at its start */
} hostile[] = {
	{ "empty", SLICE(""), "", "", 0 },
	{ "plain", SLICE("a b~"), "a b~", "a b~", 1 },
	{ "markup", SLICE("<a href=\"x\" o='y'>&"), "<a href=\"x\" o='y'>&",
	  "&lt;a href=&quot;x&quot; o=&#39;y&#39;&gt;&amp;", 1 },
	{ "backslash", SLICE("a\\x41"), "a\\x5cx41", "a\\x41", 1 },
	{ "newlines", SLICE("\r\n\t"), "\\x0d\\x0a\\x09",
	  "\xef\xbf\xbd\n\t", 1 },
	{ "escape sequence", SLICE("\x1b[2J"), "\\x1b[2J",
	  "\xef\xbf\xbd[2J", 1 },
	{ "NUL", SLICE("a\0b"), "a\\x00b", "a\xef\xbf\xbd" "b", 1 },
	{ "DEL", SLICE("\x7f"), "\\x7f", "\xef\xbf\xbd", 1 },
	{ "Polish", SLICE("\xc5\xbc\xc3\xb3\xc5\x82w"),
	  "\xc5\xbc\xc3\xb3\xc5\x82w", "\xc5\xbc\xc3\xb3\xc5\x82w", 2 },
	{ "emoji", SLICE("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80",
	  "\xf0\x9f\x98\x80", 4 },
	/* Right-to-left override: shows "moc.x" where "x.com" stands. */
	{ "U+202E", SLICE("a\xe2\x80\xae" "b"), "a\\xe2\\x80\\xaeb",
	  "a\xef\xbf\xbd" "b", 1 },
	/* C1 control CSI as one character: terminals may obey it. */
	{ "C1", SLICE("\xc2\x9b" "2J"), "\\xc2\\x9b2J",
	  "\xef\xbf\xbd" "2J", 2 },
	{ "Latin-1", SLICE("\xe9t\xe9"), "\\xe9t\\xe9",
	  "\xef\xbf\xbdt\xef\xbf\xbd", 0 },
	{ "overlong slash", SLICE("\xc0\xaf"), "\\xc0\\xaf",
	  "\xef\xbf\xbd\xef\xbf\xbd", 0 },
	{ "overlong of three", SLICE("\xe0\x80\xaf"), "\\xe0\\x80\\xaf",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 0 },
	{ "surrogate", SLICE("\xed\xa0\x80"), "\\xed\\xa0\\x80",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 0 },
	{ "beyond U+10FFFF", SLICE("\xf4\x90\x80\x80"),
	  "\\xf4\\x90\\x80\\x80",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 0 },
	{ "torn at the end", SLICE("a\xe2\x82"), "a\\xe2\\x82",
	  "a\xef\xbf\xbd\xef\xbf\xbd", 1 },
	{ "lone tail", SLICE("\x80"), "\\x80", "\xef\xbf\xbd", 0 },
	{ "five bytes", SLICE("\xf8\x88\x80\x80\x80"),
	  "\\xf8\\x88\\x80\\x80\\x80",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 0 },
};

static void test_hostile(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(hostile); i++) {
		struct slice bytes = guarded_copy(hostile[i].bytes);
		struct text text = TEXT_INIT(1000);

		text_add_visible(&text, bytes);
		if (strcmp(text_string(&text), hostile[i].visible) != 0)
			print_error("case: %s\n", hostile[i].name);
		assert_string_equal(text_string(&text), hostile[i].visible);
		text_clear(&text);
		text_add_html(&text, bytes);
		if (strcmp(text_string(&text), hostile[i].html) != 0)
			print_error("case: %s\n", hostile[i].name);
		assert_string_equal(text_string(&text), hostile[i].html);
		assert_case(hostile[i].name, hostile[i].first,
			    utf8_character(bytes));
		text_release(&text);
		guarded_free(bytes);
	}
}

static void test_value(void **state)
{
	static const struct {
		struct slice bytes;
		const char *want;
	} cases[] = {
		{ SLICE("anna@a.example"), "anna@a.example" },
		{ SLICE(""), "\"\"" },
		{ SLICE("anna client=x"), "\"anna client=x\"" },
		{ SLICE("a=b"), "\"a=b\"" },
		{ SLICE("a\" b=\"c"), "\"a\\\" b=\\\"c\"" },
		{ SLICE("a\\\""), "\"a\\x5c\\\"\"" },
		{ SLICE("a\xc2\xa0" "b"), "\"a\xc2\xa0" "b\"" },
		{ SLICE("a\tb"), "\"a\\x09b\"" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct text text = TEXT_INIT(1000);

		text_add_value(&text, cases[i].bytes);
		assert_string_equal(text_string(&text), cases[i].want);
		text_release(&text);
	}
}

static void test_limit(void **state)
{
	struct text text = TEXT_INIT(5);

	(void)state;
	assert_string_equal(text_string(&text), "");
	text_add_string(&text, "abc");
	text_add_string(&text, "de");
	assert_false(text.overflowed);
	assert_string_equal(text_string(&text), "abcde");
	text_add_char(&text, 'f');
	assert_true(text.overflowed);
	assert_string_equal(text_string(&text), "abcde");
	/* Nothing after the first loss, or a piece would be missing in the
	 * middle. */
	text_clear(&text);
	text_addf(&text, "%s", "123456");
	text_add_char(&text, 'x');
	assert_true(text.overflowed);
	assert_string_equal(text_string(&text), "");
	text_clear(&text);
	assert_false(text.overflowed);
	text_addf(&text, "%d", 12345);
	assert_string_equal(text_string(&text), "12345");
	text_release(&text);
	assert_string_equal(text_string(&text), "");
	text_add_string(&text, "again");
	assert_string_equal(text_string(&text), "again");
	text_release(&text);
}

static void test_growth(void **state)
{
	struct text text = TEXT_INIT(100000);

	(void)state;
	for (int i = 0; i < 100000; i++)
		text_add_char(&text, (char)('a' + i % 26));
	assert_false(text.overflowed);
	assert_int_equal(text.len, 100000);
	assert_int_equal(text_string(&text)[99999], 'a' + 99999 % 26);
	assert_int_equal(strlen(text_string(&text)), 100000);
	text_add(&text, (struct slice){ NULL, 0 });
	text_add_string(&text, NULL);
	assert_false(text.overflowed);
	text_release(&text);
}

/* Whole or a character at a time: the same. */
static void test_html_in_pieces(void **state)
{
	static const char *const pieces[] = {
		"a", "<", ">", "&", "\"", "'", " ", "\n", "\t", "\r", "\x01",
		"\x7f", "\xc5\x82", "\xe2\x80\xae", "\xe2\x82\xac", "\xff",
		"\xc2\x85", "\xf0\x9f\x98\x80", "\xed\xa0\x80", "\xc3",
	};
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct text raw = TEXT_INIT(200), whole = TEXT_INIT(2000),
			    parts = TEXT_INIT(2000);
		struct slice rest;

		for (int i = 0; i < 12; i++) {
			seed = seed * 1103515245u + 12345u;
			text_add_string(&raw, pieces[(seed >> 16) %
						     N_ELEMENTS(pieces)]);
		}
		text_add_html(&whole, text_slice(&raw));
		rest = text_slice(&raw);
		while (rest.len > 0) {
			size_t len = utf8_character(rest);

			len = len ? len : 1;
			text_add_html(&parts, slice_sub(rest, 0, len));
			rest = slice_after(rest, len);
		}
		assert_string_equal(text_string(&whole), text_string(&parts));
		text_release(&raw);
		text_release(&whole);
		text_release(&parts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html_in_pieces),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_value),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_growth),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
