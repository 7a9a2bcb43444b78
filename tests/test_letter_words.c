/*
 * Templates, words and languages, with values nobody would write by hand; the
 * letters made of them are in test_letter.c. Run from the top folder: it reads
 * templates/.
 */
#include "notifier/languages.h"
#include "notifier/template.h"
#include "notifier/words.h"
#include "notifier/wrap.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FIELD_A, FIELD_B, FIELD_LINES, FIELD_LINKS, N_FIELDS };

static const struct template_field fields[N_FIELDS] = {
	[FIELD_A] = { "a", 0 },
	[FIELD_B] = { "b", 0 },
	[FIELD_LINES] = { "lines", TEMPLATE_LINES },
	[FIELD_LINKS] = { "links", TEMPLATE_LINES | TEMPLATE_LINKS },
};

static struct languages *languages;

static int setup(void **state)
{
	struct err err;

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	if (languages_load("templates", &languages, &err))
		fail_msg("%s", err.text);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	languages_free(&languages);
	return 0;
}

static void test_template_fills_in(void **state)
{
	static const struct {
		const char *source;
		enum template_form form;
		const char *a, *lines, *want;
	} cases[] = {
		{ "", TEMPLATE_TEXT, "", "", "" },
		{ "no mark { } }", TEMPLATE_TEXT, "", "", "no mark { } }" },
		{ "<{{a}}>", TEMPLATE_TEXT, "x", "", "<x>" },
		{ "<{{a}}>", TEMPLATE_TEXT, "", "", "<>" },
		{ "{{?a}}has {{a}}{{/a}}", TEMPLATE_TEXT, "x", "", "has x" },
		{ "{{?a}}has {{a}}{{/a}}", TEMPLATE_TEXT, "", "", "" },
		{ "{{!a}}none{{/a}}.", TEMPLATE_TEXT, "", "", "none." },
		{ "{{!a}}none{{/a}}.", TEMPLATE_TEXT, "x", "", "." },
		{ "{{?a}}1{{?b}}2{{/b}}3{{/a}}4", TEMPLATE_TEXT, "x", "",
		  "134" },
		{ "{{?a}}1{{!b}}2{{/b}}3{{/a}}4", TEMPLATE_TEXT, "x", "",
		  "1234" },
		{ "{{?a}}1{{!b}}2{{/b}}3{{/a}}4", TEMPLATE_TEXT, "", "", "4" },
		{ "1\n{{?a}}\n2\n{{/a}}\n3\n", TEMPLATE_TEXT, "x", "",
		  "1\n2\n3\n" },
		{ "1\n  {{?a}} \r\n2\n{{/a}}", TEMPLATE_TEXT, "", "", "1\n" },
		{ "- {{lines}}.\n", TEMPLATE_TEXT, "", "p\nq", "- p.\n- q.\n" },
		{ "- {{lines}}.\n", TEMPLATE_TEXT, "", "\n\np\n", "- p.\n" },
		{ "- {{lines}}.\n", TEMPLATE_TEXT, "", "", "" },
		{ "<li>{{lines}}</li>", TEMPLATE_HTML, "", "a<b\nc",
		  "<li>a&lt;b</li><li>c</li>" },
		{ "{{links}}", TEMPLATE_HTML, "", "X: https://x.example/a Y",
		  "X: <a href=\"https://x.example/a\">x.example</a> Y" },
		{ "{{links}}", TEMPLATE_HTML, "", "https://x\"><script>",
		  "<a href=\"https://x&quot;&gt;&lt;script&gt;\">"
		  "x&quot;&gt;&lt;script&gt;</a>" },
		{ "{{links}}", TEMPLATE_HTML, "", "javascript:x",
		  "javascript:x" },
		{ "{{links}}", TEMPLATE_TEXT, "", "X https://x", "X https://x" },
		/* Values are never read as templates. */
		{ "{{a}}", TEMPLATE_TEXT, "{{b}}{{/a}}{{?", "",
		  "{{b}}{{/a}}{{?" },
		{ "{{a}}", TEMPLATE_HTML, "<b>&\"'", "",
		  "&lt;b&gt;&amp;&quot;&#39;" },
		{ "{{a}}", TEMPLATE_TEXT, "x\r\nBcc: y", "", "x Bcc: y" },
		{ "- {{lines}}\n", TEMPLATE_LINE, "", "p\nq", "- p - q " },
		{ "{{a}}\nend", TEMPLATE_LINE, "x\r\ny", "", "x y end" },
		{ "{{a}}", TEMPLATE_TEXT, "a\x1b[2J\x7f\xc2\x9b" "b", "",
		  "a[2Jb" },
		{ "{{a}}", TEMPLATE_TEXT, "\xff\xc3", "",
		  "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "{{a}}", TEMPLATE_HTML,
		  "a\xe2\x80\xae" "b\xe2\x81\xa6" "c\xe2\x80\xa8" "d\xef\xbb\xbf",
		  "", "abcd" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice source =
			guarded_copy(slice_from(cases[i].source));
		const struct slice values[N_FIELDS] = {
			[FIELD_A] = slice_from(cases[i].a),
			[FIELD_LINES] = slice_from(cases[i].lines),
			[FIELD_LINKS] = slice_from(cases[i].lines),
		};
		struct text out = TEXT_INIT(1000);
		struct template *template;
		struct err err;

		if (template_parse(source, "t", fields, N_FIELDS, &template,
				   &err))
			fail_msg("%s: %s", cases[i].source, err.text);
		guarded_free(source);
		template_render(template, cases[i].form, values, &out);
		assert_string_equal(text_string(&out), cases[i].want);
		text_release(&out);
		template_free(&template);
	}
}

static void test_template_refuses(void **state)
{
	static const struct {
		const char *source, *part;
	} cases[] = {
		{ "{{c}}", "t:1: {{c}} is no placeholder" },
		{ "x\ny\n{{c}}", "t:3: {{c}} is no placeholder" },
		{ "{{}}", "t:1: {{}} is no placeholder" },
		{ "{{ a }}", "is no placeholder" },
		{ "{{A}}", "is no placeholder" },
		{ "{{??a}}", "is no placeholder" },
		{ "{{\x1b[2J}}", "\\x1b[2J" },
		{ "{{a", "has no }} on its line" },
		{ "{{a\n}}", "t:1: {{a}} has no }}" },
		{ "{{", "has no }}" },
		{ "{{?a}}", "{{a}} is not closed" },
		{ "{{?a}}{{?b}}{{/b}}", "{{a}} is not closed" },
		{ "{{/a}}", "never opened" },
		{ "{{?a}}{{?b}}{{/a}}{{/b}}", "still open inside" },
		{ "{{a}} {{lines}}", "only mark on its line" },
		{ "{{lines}} {{a}}", "only mark on its line" },
		{ "{{lines}}{{lines}}", "only mark on its line" },
		{ "{{?a}}{{?a}}{{?a}}{{?a}}{{?a}}{{?a}}{{?a}}{{?a}}{{?a}}",
		  "nested too deep" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct template *template = NULL;
		struct err err = { 0 };
		int got = template_parse(slice_from(cases[i].source), "t",
					 fields, N_FIELDS, &template, &err);

		assert_case(cases[i].source, -1, got);
		assert_null(template);
		assert_int_equal(err.code, EXIT_CONFIG);
		if (!strstr(err.text, cases[i].part))
			fail_msg("%s: %s", cases[i].source, err.text);
	}
}

static void test_words(void **state)
{
	static const struct {
		const char *source, *key, *want, *complaint;
	} cases[] = {
		{ "a = b", "a", "b", NULL },
		{ "# a = c\n\n  a =  b c = d \r\nz=1", "a", "b c = d", NULL },
		{ "a = b", "b", NULL, NULL },
		{ "a = b\nc", NULL, NULL, "w:2: expected" },
		{ "a =", NULL, NULL, "w:1: expected" },
		{ "= b", NULL, NULL, "w:1: expected" },
		{ "a b = c", NULL, NULL, "w:1: expected" },
		{ "a = b\nb = c\na = c", NULL, NULL, "\"a\" stands there" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct words *words = NULL;
		struct err err;
		int got = words_parse(slice_from(cases[i].source), "w", &words,
				      &err);

		assert_case(cases[i].source, cases[i].complaint ? -1 : 0, got);
		if (got) {
			assert_non_null(strstr(err.text, cases[i].complaint));
			continue;
		}
		if (cases[i].want)
			assert_string_equal(words_get(words, cases[i].key),
					    cases[i].want);
		else
			assert_null(words_get(words, cases[i].key));
		words_free(&words);
	}
}

static void test_wrap(void **state)
{
	static const struct {
		const char *source, *want;
	} cases[] = {
		{ "short\n\nlines\n", "short\n\nlines\n" },
		{ "- aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbb "
		  "cccccccccccccccccccc dddddddddd eeeeeeeee\n",
		  "- aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbb "
		  "cccccccccccccccccccc dddddddddd\n  eeeeeeeee\n" },
		{ "  10. aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbb "
		  "cccccccccccccccccccc dddddddddd eeeeeeeee\n",
		  "  10. aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbb "
		  "cccccccccccccccccccc\n      dddddddddd eeeeeeeee\n" },
		/* A link is longer than a line and stays whole. */
		{ "x https://a.example/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
		  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb y\n",
		  "x\nhttps://a.example/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
		  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\ny\n" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct text out = TEXT_INIT(1000);

		wrap_text(slice_from(cases[i].source), &out);
		assert_string_equal(text_string(&out), cases[i].want);
		text_release(&out);
	}
}

static void test_languages_choose(void **state)
{
	static const struct {
		const char *wishes[3];
		const char *fallback, *want;
	} cases[] = {
		{ { "pl" }, "en", "pl" },
		{ { "PL" }, "en", "pl" },
		{ { "pl-PL;q=0.9" }, "en", "pl" },
		{ { "pl_PL.UTF-8" }, "en", "pl" },
		{ { "pt_BR" }, "en", "pt" },
		{ { "pt-PT" }, "en", "pt" },
		{ { "BR" }, "pl", "pt" },
		{ { "AO" }, "pl", "pt" },
		{ { "PT" }, "pl", "pt" },
		{ { "GB" }, "pl", "en" },
		{ { "br" }, "pl", "pl" },	/* Breton, not Brazil */
		{ { "XX" }, "pl", "pl" },
		{ { "xx", "pt" }, "pl", "pt" },
		{ { "", "", "PL" }, "en", "pl" },
		{ { "xx-XX,xx;q=0.9, pt;q=0.8,en;q=0.7" }, "pl", "pt" },
		{ { "en;q=0.1, pl;q=0.9" }, "en", "pl" },
		{ { "en;q=0.85,pl;q=0.9,pt;q=0.899" }, "en", "pl" },
		{ { "pt;q=0.5,pl;q=0.5" }, "en", "pt" },
		{ { "pt;q=0, pl;q=0.001" }, "en", "pl" },
		{ { "pt;q=0.000", "pl" }, "en", "pl" },
		{ { "en;q=0.9,pt;q=1.0" }, "en", "pt" },
		{ { "pt;q=" , "pl" }, "en", "pt" },
		{ { "" }, "xx", "en" },
		{ { NULL }, "", "en" },
		{ { NULL }, NULL, "en" },
		{ { "../../etc", "\xff\xfe" }, "pt", "pt" },
		{ { "pllllllllllllllllllllllllllllllllllll" }, "pt", "pt" },
		{ { ",,,;;;===" }, "pt", "pt" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice wishes[3];

		for (size_t w = 0; w < 3; w++)
			wishes[w] = slice_from(cases[i].wishes[w]);
		assert_string_equal(languages_choose(languages, wishes, 3,
						     cases[i].fallback),
				    cases[i].want);
	}
}

static void test_languages_words(void **state)
{
	static const struct {
		const char *language, *word, *want;
	} cases[] = {
		{ "pl", "country.VN", "Wietnam" },
		{ "pt", "country.VN", "Vietname" },
		{ "en", "country.VN", "Vietnam" },
		{ "xx", "country.BR", "Brazil" },
		{ "pl", "country.QQ", "otherwise" },
		{ "pl", "country.ZZ", "nieznany kraj" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_string_equal(languages_word(languages,
						   cases[i].language,
						   cases[i].word, "otherwise"),
				    cases[i].want);
}

static void test_languages_date(void **state)
{
	static const struct {
		const char *zone, *language, *want;
	} cases[] = {
		{ "UTC", "en", "15 November 2026, 08:01" },
		{ "CET-1", "pl", "15 listopada 2026, 09:01" },
		{ "BRT3", "pt", "15 de novembro de 2026, 05:01" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct text out = TEXT_INIT(100);

		setenv("TZ", cases[i].zone, 1);
		tzset();
		languages_date(languages, cases[i].language, 1794729660000,
			       &out);
		assert_string_equal(text_string(&out), cases[i].want);
		text_release(&out);
	}
	setenv("TZ", "UTC", 1);
	tzset();
}

static void test_languages_join(void **state)
{
	static const struct slice items[] = {
		SLICE("A"), SLICE("B"), SLICE("C"), SLICE("D"),
	};
	static const struct {
		const char *language;
		size_t n, most;
		const char *want;
	} cases[] = {
		{ "pl", 0, 3, "" },
		{ "pl", 1, 3, "A" },
		{ "pl", 2, 3, "A i B" },
		{ "pl", 3, 3, "A, B i C" },
		{ "pl", 4, 2, "A, B oraz inne (2)" },
		{ "pt", 4, 4, "A, B, C e D" },
		{ "pt", 4, 1, "A e outros (3)" },
		{ "en", 4, 3, "A, B, C and 1 more" },
		{ "en", 2, 0, "and 2 more" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct text out = TEXT_INIT(100);

		languages_join(languages, cases[i].language, items, cases[i].n,
			       cases[i].most, &out);
		assert_string_equal(text_string(&out), cases[i].want);
		text_release(&out);
	}
}

static void test_languages_number(void **state)
{
	static const struct {
		const char *language;
		int64_t number;
		const char *want;
	} cases[] = {
		{ "en", 0, "0" }, { "en", 999, "999" }, { "en", 1234, "1,234" },
		{ "en", 1234567, "1,234,567" }, { "pt", 1234, "1.234" },
		{ "pt", 100000, "100.000" },
		/* A blank at which no line is broken. */
		{ "pl", 1234, "1\xc2\xa0" "234" }, { "en", -123, "-123" },
		{ "en", -1234, "-1,234" }, { "xx", 1234, "1,234" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct text out = TEXT_INIT(100);

		languages_number(languages, cases[i].language,
				 cases[i].number, &out);
		assert_string_equal(text_string(&out), cases[i].want);
		text_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_template_fills_in),
		cmocka_unit_test(test_template_refuses),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_languages_choose),
		cmocka_unit_test(test_languages_words),
		cmocka_unit_test(test_languages_date),
		cmocka_unit_test(test_languages_join),
		cmocka_unit_test(test_languages_number),
	};

	return cmocka_run_group_tests_name("letter words", tests, setup,
					   teardown);
}
