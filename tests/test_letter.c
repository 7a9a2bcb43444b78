/*
 * Templates, languages and letters, with values nobody would write by hand.
 * Run from the top folder: it reads templates/.
 */
#include "base/files.h"
#include "notifier/languages.h"
#include "notifier/letter.h"
#include "notifier/template.h"
#include "notifier/words.h"
#include "notifier/wrap.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

static const char *const all_languages[] = { "pl", "pt", "en" };
static const char *const all_files[] = {
	"blocked.subject", "blocked.txt", "blocked.html",
	"blocked_again.subject", "blocked_again.txt", "blocked_again.html",
	"lifted.subject", "lifted.txt", "lifted.html", "page.html",
};

/* Each file in each language with this value everywhere. */
static void render_all(const char *value,
		       void (*check)(const char *file, struct slice text))
{
	for (size_t l = 0; l < N_ELEMENTS(all_languages); l++)
		for (size_t f = 0; f < N_ELEMENTS(all_files); f++) {
			struct text out = TEXT_INIT(200000);
			struct letter letter;
			struct err err;

			letter_init(&letter);
			slice_copy(slice_from(all_languages[l]),
				   letter.language, sizeof(letter.language));
			for (size_t i = 0; i < LETTER_FIELDS; i++)
				letter_set(&letter, i, slice_from(value));
			if (letter_render(languages, &letter, all_files[f],
					  &out, &err))
				fail_msg("%s", err.text);
			check(all_files[f], text_slice(&out));
			text_release(&out);
			letter_release(&letter);
		}
}

static void no_mark_is_left(const char *file, struct slice text)
{
	if (text.len < 10 || slice_find(text, S("{{")) >= 0)
		fail_msg("%s: %.*s", file, (int)text.len, text.ptr);
}

static void nothing_gets_through(const char *file, struct slice text)
{
	if (slice_find_char(text, '\r') >= 0 ||
	    slice_find_char(text, '\x1b') >= 0 ||
	    slice_find(text, S("\nBcc:")) >= 0)
		fail_msg("%s: a control character", file);
	if (slice_ends(slice_from(file), S(".html")) &&
	    slice_find(text, S("<script")) >= 0)
		fail_msg("%s: markup", file);
	if (slice_ends(slice_from(file), S(".subject")) &&
	    slice_find_char(text, '\n') >= 0)
		fail_msg("%s: a second line", file);
}

static void lines_are_short(const char *file, struct slice text)
{
	if (!slice_ends(slice_from(file), S(".txt")))
		return;
	while (text.len > 0) {
		struct slice line = slice_cut(&text, '\n');
		size_t columns = 0;

		for (size_t i = 0; i < line.len; i++)
			columns += ((unsigned char)line.ptr[i] & 0xc0) != 0x80;
		if (columns > WRAP_COLUMNS)
			fail_msg("%s: %.*s", file, (int)line.len, line.ptr);
	}
}

static void test_every_file_in_every_language(void **state)
{
	(void)state;
	render_all("", no_mark_is_left);
	render_all("1", no_mark_is_left);
	render_all("\r\nBcc: x@example.org\r\n\r\n<script>alert(1)</script>"
		   "\x1b[2J", nothing_gets_through);
	render_all("a few words of some length", lines_are_short);
}

static void test_values_are_cut(void **state)
{
	static char long_value[LETTER_VALUE_MAX * 2];
	struct letter letter;

	(void)state;
	memset(long_value, 'x', sizeof(long_value));
	letter_init(&letter);
	letter_set(&letter, LETTER_NAME,
		   (struct slice){ long_value, sizeof(long_value) });
	assert_int_equal(letter.values[LETTER_NAME].len, LETTER_VALUE_MAX);
	assert_false(letter.values[LETTER_NAME].overflowed);
	letter_set(&letter, LETTER_NAME, S(""));
	assert_int_equal(letter.values[LETTER_NAME].len, 0);
	letter_release(&letter);
}

static void test_an_unknown_file_is_refused(void **state)
{
	struct text out = TEXT_INIT(100);
	struct letter letter;
	struct err err;

	(void)state;
	letter_init(&letter);
	assert_int_equal(letter_render(languages, &letter, "../../etc/passwd",
				       &out, &err), -1);
	letter_release(&letter);
}

static void write_file(const char *folder, const char *name,
		       const char *text)
{
	char path[FOLDER_SIZE + 40];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void refused_with(const char *folder, const char *part)
{
	struct languages *loaded = NULL;
	struct err err = { 0 };

	assert_int_equal(languages_load(folder, &loaded, &err), -1);
	assert_null(loaded);
	if (!strstr(err.text, part))
		fail_msg("%s instead of %s", err.text, part);
}

static void test_what_is_missing_is_refused(void **state)
{
	char folder[FOLDER_SIZE], english[FOLDER_SIZE + 8];
	struct err err;

	(void)state;
	folder_make(folder, "letter");
	snprintf(english, sizeof(english), "%s/en", folder);
	refused_with("/nonexistent", "/nonexistent");
	refused_with(folder, "\"en\" is missing");
	assert_int_equal(files_make_dir(english, &err), 0);
	refused_with(folder, "blocked.subject");
	for (size_t i = 0; i < N_ELEMENTS(all_files); i++)
		write_file(english, all_files[i], "x\n");
	refused_with(folder, "language.conf");
	write_file(english, "language.conf", "name = English\n");
	refused_with(folder, "\"date\" is missing");
	write_file(english, "lifted.txt", "x\n{{link}\n");
	refused_with(folder, "lifted.txt:2: {{link}}");
	folder_remove(folder);
}

/* What a letter says in one situation, and what it must not say then. */
static void test_situations(void **state)
{
	static const struct {
		const char *why, *file, *language;
		enum letter_field set[4];	/* 0 ends the list */
		const char *says, *keeps_quiet_of;
	} cases[] = {
		{ "by hand", "blocked.txt", "en",
		  { LETTER_BY_HAND, LETTER_HAND_REASON }, "Reason: 1",
		  "stranger" },
		{ "by hand, no evidence", "blocked_again.html", "pl",
		  { LETTER_BY_HAND }, "nasz dział pomocy", "Co zauwa" },
		{ "by hand, page", "page.html", "pt", { LETTER_BY_HAND },
		  "nosso suporte", "/mine" },
		{ "by machine", "blocked.txt", "en", { LETTER_SINCE },
		  "stranger", "Our support stopped" },
		{ "lifted, new password", "lifted.txt", "en",
		  { LETTER_CHANGED }, "Thank you", "still the old one" },
		{ "lifted, old password", "lifted.txt", "en",
		  { LETTER_UNCHANGED }, "still the old one", "Thank you" },
		{ "lifted, who knows", "lifted.html", "pl",
		  { LETTER_LIFTED }, "Jeśli hasło nie zostało",
		  "Dziękujemy za" },
		{ "first, unprovable", "blocked.txt", "en",
		  { LETTER_NEEDS_SUPPORT }, "For this mailbox only",
		  "This time" },
		{ "again", "blocked_again.txt", "en",
		  { LETTER_NEEDS_SUPPORT, LETTER_IS_REPEAT }, "This time only",
		  "For this mailbox" },
		{ "panel named", "blocked.html", "en", { LETTER_PANEL_URL },
		  "(in the panel: 1).", "in the panel." },
		{ "page, open", "page.html", "en", { LETTER_LIFTED },
		  "Sending is open", "without a new password" },
		{ "page, open, mine", "page.html", "en", { LETTER_LIFTED },
		  "can send mail", "/mine" },
		{ "page, stopped", "page.html", "en", { LETTER_UNCHANGED },
		  "Check now and open sending", "Sending is open" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct text out = TEXT_INIT(200000);
		struct letter letter;
		struct err err;
		bool says, is_quiet;

		letter_init(&letter);
		slice_copy(slice_from(cases[i].language), letter.language,
			   sizeof(letter.language));
		for (size_t f = 0; f < 4 && cases[i].set[f]; f++)
			letter_set(&letter, cases[i].set[f], S("1"));
		if (letter_render(languages, &letter, cases[i].file, &out,
				  &err))
			fail_msg("%s", err.text);
		says = slice_find(text_slice(&out),
				  slice_from(cases[i].says)) >= 0;
		is_quiet = slice_find(text_slice(&out), slice_from(
				      cases[i].keeps_quiet_of)) < 0;
		assert_case(cases[i].why, true, says);
		assert_case(cases[i].why, true, is_quiet);
		text_release(&out);
		letter_release(&letter);
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
		cmocka_unit_test(test_every_file_in_every_language),
		cmocka_unit_test(test_situations),
		cmocka_unit_test(test_values_are_cut),
		cmocka_unit_test(test_an_unknown_file_is_refused),
		cmocka_unit_test(test_what_is_missing_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
