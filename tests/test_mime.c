/*
 * Headers and bodies of mails, taken apart again by small decoders.
 */
#include "notifier/letter.h"
#include "notifier/mime.h"
#include "tests/support/test.h"

#include <ctype.h>
#include <string.h>

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

/* Every line ends in CR LF, holds no other CR or LF, and is short. */
static void check_lines(struct slice text, size_t max)
{
	while (text.len > 0) {
		ptrdiff_t end = slice_find(text, S("\r\n"));
		struct slice line;

		assert_true(end >= 0);
		line = slice_sub(text, 0, (size_t)end);
		assert_true(slice_find_char(line, '\r') < 0);
		assert_true(slice_find_char(line, '\n') < 0);
		if (line.len > max)
			fail_msg("%zu bytes: %.*s", line.len, (int)line.len,
				 line.ptr);
		text = slice_after(text, line.len + 2);
	}
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c - 'A' + 10;
}

/* The encoded words of an unfolded header, each checked to be whole UTF-8. */
static void decode_words(struct slice value, struct text *out)
{
	while (slice_skip(&value, S(" ")) || slice_skip(&value, S("\r\n ")) ||
	       value.len > 2) {
		struct text word = TEXT_INIT(200);
		struct slice rest;

		if (!slice_skip(&value, S("=?UTF-8?Q?")))
			fail_msg("no word: %.*s", (int)value.len, value.ptr);
		rest = slice_sub(value, 0, (size_t)slice_find(value, S("?=")));
		value = slice_after(value, rest.len + 2);
		assert_true(rest.len + 12 <= 75);
		for (size_t i = 0; i < rest.len; i++) {
			char c = rest.ptr[i];

			if (c == '=') {
				c = (char)(hex_digit(rest.ptr[i + 1]) * 16 +
					   hex_digit(rest.ptr[i + 2]));
				i += 2;
			} else if (c == '_') {
				c = ' ';
			}
			text_add_char(&word, c);
		}
		rest = text_slice(&word);
		while (rest.len > 0) {
			size_t len = utf8_character(rest);

			assert_true(len > 0);
			rest = slice_after(rest, len);
		}
		text_add(out, text_slice(&word));
		text_release(&word);
	}
}

static void test_encoded_subjects_decode(void **state)
{
	static const char *const subjects[] = {
		"Wysyłanie",
		"Wysyłanie poczty z konta anna@firma.example zostało "
		"ponownie zatrzymane, żółć żółć żółć żółć żółć żółć żółć",
		"ąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąą",
		"=?UTF-8?Q?looks_encoded?=",
		"_under=score? and é",
		"\xf0\x9f\x94\x92\xf0\x9f\x94\x92\xf0\x9f\x94\x92\xf0\x9f\x94\x92"
		"\xf0\x9f\x94\x92\xf0\x9f\x94\x92\xf0\x9f\x94\x92\xf0\x9f\x94\x92",
		"one-word-without-any-blank-that-is-much-longer-than-a-line-of-"
		"seventy-six-columns",
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(subjects); i++) {
		struct text header = TEXT_INIT(4000), back = TEXT_INIT(4000);
		struct slice subject = guarded_copy(slice_from(subjects[i]));

		mime_header_text(&header, "Subject", subject);
		guarded_free(subject);
		check_lines(text_slice(&header), MIME_LINE_MAX);
		decode_words(slice_after(text_slice(&header),
					 strlen("Subject:")), &back);
		assert_string_equal(text_string(&back), subjects[i]);
		text_release(&header);
		text_release(&back);
	}
}

static void test_header_text(void **state)
{
	static const struct {
		const char *value, *want;
	} cases[] = {
		{ "", "Subject:\r\n" },
		{ "plain words", "Subject: plain words\r\n" },
		{ "x\r\nBcc: y", "Subject: =?UTF-8?Q?x__Bcc=3A_y?=\r\n" },
		{ "x\nBcc: y", "Subject: =?UTF-8?Q?x_Bcc=3A_y?=\r\n" },
		{ "a\xff", "Subject: =?UTF-8?Q?a=EF=BF=BD?=\r\n" },
		{ "sixty columns sixty columns sixty columns sixty columns "
		  "sixty columns sixty",
		  "Subject: sixty columns sixty columns sixty columns sixty "
		  "columns sixty\r\n columns sixty\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct text out = TEXT_INIT(1000);

		mime_header_text(&out, "Subject", slice_from(cases[i].value));
		assert_string_equal(text_string(&out), cases[i].want);
		text_release(&out);
	}
}

static void test_long_headers_are_cut_at_a_character(void **state)
{
	struct text value = TEXT_INIT(10000), out = TEXT_INIT(10000);
	struct text back = TEXT_INIT(10000);

	(void)state;
	text_add_string(&value, "x");
	for (int i = 0; i < 3000; i++)
		text_add_string(&value, "ł");
	mime_header_text(&out, "Subject", text_slice(&value));
	check_lines(text_slice(&out), MIME_LINE_MAX);
	decode_words(slice_after(text_slice(&out), 8), &back);
	assert_int_equal(back.len, MIME_HEADER_TEXT_MAX - 1);
	text_release(&value);
	text_release(&out);
	text_release(&back);
}

static void test_header_mailbox(void **state)
{
	static const struct {
		const char *display, *address, *want;
	} cases[] = {
		{ "", "a@b.example", "From: a@b.example\r\n" },
		{ "Hosting", "a@b.example",
		  "From: \"Hosting\"\r\n <a@b.example>\r\n" },
		{ "A \"B\" \\ C, D", "a@b.example",
		  "From: \"A \\\"B\\\" \\\\ C, D\"\r\n <a@b.example>\r\n" },
		{ "Łódź", "a@b.example", "From: =?UTF-8?Q?=C5=81=C3=B3d=C5=BA"
		  "?=\r\n <a@b.example>\r\n" },
		{ "x\r\nBcc: y", "a@b.example", "From: =?UTF-8?Q?x__Bcc=3A_y"
		  "?=\r\n <a@b.example>\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct text out = TEXT_INIT(1000);

		mime_header_mailbox(&out, "From", slice_from(cases[i].display),
				    slice_from(cases[i].address));
		assert_string_equal(text_string(&out), cases[i].want);
		text_release(&out);
	}
}

static void test_is_address(void **state)
{
	static const struct {
		const char *address;
		bool want;
	} cases[] = {
		{ "a@b", true },
		{ "anna.o'neill+x=y@firma.example", true },
		{ "", false }, { "@", false }, { "a@", false }, { "@b", false },
		{ "ab", false }, { "a@b@c", false }, { "a b@c", false },
		{ "a@b\r\nRCPT TO:<x@y>", false }, { "a@b>", false },
		{ "<a@b>", false }, { "\"a\"@b", false }, { "a,c@b", false },
		{ "ż@b.example", false }, { "a@b\x7f", false },
		{ "a@[127.0.0.1]", false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice copy = guarded_copy(slice_from(cases[i].address));

		assert_case(cases[i].address, cases[i].want,
			    mime_is_address(copy));
		guarded_free(copy);
	}
}

static void test_header_date(void **state)
{
	static const struct {
		const char *zone, *want;
	} cases[] = {
		{ "UTC", "Date: Sun, 15 Nov 2026 08:01:02 +0000\r\n" },
		{ "CET-1", "Date: Sun, 15 Nov 2026 09:01:02 +0100\r\n" },
		{ "NST3:30",
		  "Date: Sun, 15 Nov 2026 04:31:02 -0330\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct text out = TEXT_INIT(100);

		setenv("TZ", cases[i].zone, 1);
		tzset();
		mime_header_date(&out, 1794729662000);
		assert_string_equal(text_string(&out), cases[i].want);
		text_release(&out);
	}
	setenv("TZ", "UTC", 1);
	tzset();
}

/* What a mail program makes of quoted-printable. */
static void decode_quoted(struct slice text, struct text *out)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\r')
			continue;
		if (text.ptr[i] != '=') {
			text_add_char(out, text.ptr[i]);
			continue;
		}
		if (text.ptr[i + 1] != '\r')
			text_add_char(out,
				      (char)(hex_digit(text.ptr[i + 1]) * 16 +
					     hex_digit(text.ptr[i + 2])));
		i += 2;
	}
}

static void test_quoted_printable(void **state)
{
	static const char *const bodies[] = {
		"plain\n", "żółć = 1\n", ".\n..dots\n", "blank at end \n-- \n",
		"From here\n", "tab\tand \x01\n", "\n\n\n",
		"0123456789012345678901234567890123456789012345678901234567890"
		"12345678901234=6\n",
		"0123456789012345678901234567890123456789012345678901234567890"
		"12345678901234.From now on it is long enough to be broken up\n",
		"żżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżż\n",
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(bodies); i++) {
		struct text out = TEXT_INIT(4000), back = TEXT_INIT(4000);
		struct slice body = guarded_copy(slice_from(bodies[i]));
		struct slice lines;

		mime_quoted_printable(&out, body);
		guarded_free(body);
		check_lines(text_slice(&out), MIME_LINE_MAX);
		lines = text_slice(&out);
		while (lines.len > 0) {
			assert_false(slice_starts(lines, S(".")));
			assert_false(slice_starts(lines, S("From ")));
			slice_cut(&lines, '\n');
		}
		decode_quoted(text_slice(&out), &back);
		assert_string_equal(text_string(&back), bodies[i]);
		text_release(&out);
		text_release(&back);
	}
}

static void fill(struct letter *letter, const char *language,
		 const char *value)
{
	letter_init(letter);
	slice_copy(slice_from(language), letter->language,
		   sizeof(letter->language));
	letter->id = 12;
	letter->at_ms = 1794729662000;
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		if (i != LETTER_LANGUAGE)
			letter_set(letter, i, slice_from(value));
}

static size_t count(struct slice text, struct slice needle)
{
	size_t n = 0;
	ptrdiff_t at;

	while ((at = slice_find(text, needle)) >= 0) {
		n++;
		text = slice_after(text, (size_t)at + needle.len);
	}
	return n;
}

static void check_message(const char *language, const char *kind,
			  const char *value)
{
	static const char *const once[] = {
		"Date: ", "\r\nFrom: ", "\r\nTo: ", "\r\nSubject: ",
		"\r\nMIME-Version: 1.0\r\n",
		"\r\nAuto-Submitted: auto-generated\r\n",
		"\r\nX-Auto-Response-Suppress: All\r\n",
		"\r\nMessage-ID: <comporta.12.1794729662@hoster.example>\r\n",
		"\r\nContent-Type: multipart/alternative;",
	};
	const struct letter_head head = { "help@hoster.example", "Łódź",
					  S("anna@firma.example") };
	struct text out = TEXT_INIT(1000000);
	struct letter letter;
	struct slice top;
	struct err err;

	fill(&letter, language, value);
	if (letter_message(languages, &letter, kind, &head, &out, &err))
		fail_msg("%s %s: %s", language, kind, err.text);
	check_lines(text_slice(&out), MIME_LINE_MAX);
	top = text_slice(&out);
	top = slice_sub(top, 0, (size_t)slice_find(top, S("\r\n\r\n")));
	for (size_t i = 0; i < N_ELEMENTS(once); i++)
		assert_case(once[i], 1, count(top, slice_from(once[i])));
	assert_int_equal(count(top, S("\r\nBcc")), 0);
	assert_int_equal(count(text_slice(&out), S("\r\n--=_comporta_12")), 3);
	assert_true(slice_ends(text_slice(&out),
			       S("\r\n--=_comporta_12--\r\n")));
	text_release(&out);
	letter_release(&letter);
}

static void test_whole_messages(void **state)
{
	static const char *const all[] = { "pl", "pt", "en", "xx" };
	static const char *const kinds[] = { "blocked", "blocked_again",
					     "lifted", "alarm", "alarm_over",
					     "digest" };
	static const char *const values[] = {
		"", "1", "x\r\nBcc: thief@example.org\r\n\r\n.\r\nQUIT",
		"\r\n--=_comporta_12--\r\n", "\xff\xfe\x01",
	};

	(void)state;
	for (size_t l = 0; l < N_ELEMENTS(all); l++)
		for (size_t k = 0; k < N_ELEMENTS(kinds); k++)
			for (size_t v = 0; v < N_ELEMENTS(values); v++)
				check_message(all[l], kinds[k], values[v]);
}

static void test_messages_that_are_refused(void **state)
{
	static const struct {
		const char *from, *to, *kind;
		int code;
	} cases[] = {
		{ "", "a@b.example", "blocked", EXIT_CONFIG },
		{ "a\r\nb@c", "a@b.example", "blocked", EXIT_CONFIG },
		{ "a@b.example", "", "blocked", EXIT_DATA },
		{ "a@b.example", "a@b\r\nBcc: c@d", "blocked", EXIT_DATA },
		{ "a@b.example", "a@b.example", "nothing", EXIT_BUG },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct letter_head head = { cases[i].from, "",
						  slice_from(cases[i].to) };
		struct text out = TEXT_INIT(100000);
		struct letter letter;
		struct err err = { 0 };

		fill(&letter, "pl", "1");
		assert_int_equal(letter_message(languages, &letter,
						cases[i].kind, &head, &out,
						&err), -1);
		assert_int_equal(err.code, cases[i].code);
		assert_null(strchr(err.text, '\r'));
		text_release(&out);
		letter_release(&letter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encoded_subjects_decode),
		cmocka_unit_test(test_header_text),
		cmocka_unit_test(test_long_headers_are_cut_at_a_character),
		cmocka_unit_test(test_header_mailbox),
		cmocka_unit_test(test_is_address),
		cmocka_unit_test(test_header_date),
		cmocka_unit_test(test_quoted_printable),
		cmocka_unit_test(test_whole_messages),
		cmocka_unit_test(test_messages_that_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
