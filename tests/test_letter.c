/*
 * Every letter and page in every language, with values nobody would write by
 * hand. Run from the top folder: it reads templates/.
 */
#include "base/files.h"
#include "notifier/languages.h"
#include "notifier/letter.h"
#include "notifier/wrap.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static const char *const all_languages[] = { "pl", "pt", "en" };
static const char *const all_files[] = {
	"blocked.subject", "blocked.txt", "blocked.html",
	"blocked_again.subject", "blocked_again.txt", "blocked_again.html",
	"lifted.subject", "lifted.txt", "lifted.html", "page.html",
	"alarm.subject", "alarm.txt", "alarm.html",
	"alarm_over.subject", "alarm_over.txt", "alarm_over.html",
	"digest.subject", "digest.txt", "digest.html",
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
	if (text.len < 6 || slice_find(text, S("{{")) >= 0)
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
		{ "came back, support is told", "blocked_again.txt", "en",
		  { LETTER_SUPPORT_TOLD }, "has received this", "no marker" },
		{ "came back, nobody is told", "blocked_again.html", "pl",
		  { LETTER_SINCE }, "ponownie", "otrzymał także" },
		{ "an alarm", "alarm.txt", "pt", { LETTER_NEXT },
		  "O que fazer", "Servidor" },
		{ "a quiet day", "digest.txt", "pl", { LETTER_QUIET },
		  "poniedziałki", "Alarmy" },
		{ "a day with alarms", "digest.html", "en",
		  { LETTER_ALARM_LIST }, "Alarms", "Nothing happened" },
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
		cmocka_unit_test(test_every_file_in_every_language),
		cmocka_unit_test(test_situations),
		cmocka_unit_test(test_values_are_cut),
		cmocka_unit_test(test_an_unknown_file_is_refused),
		cmocka_unit_test(test_what_is_missing_is_refused),
	};

	return cmocka_run_group_tests_name("letter", tests, setup, teardown);
}
