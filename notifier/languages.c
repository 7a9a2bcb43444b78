#include "notifier/languages.h"

#include "base/files.h"
#include "base/stamp.h"
#include "notifier/words.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	LANGUAGES_MAX = 64,
	LANGUAGE_NAME_SIZE = 16,
	TEMPLATE_MAX = 128 * 1024,
	SCANNERS_MAX = 9
};

static const char fallback_name[] = "en";

static const char *const template_files[] = {
	"blocked.subject", "blocked.txt", "blocked.html",
	"blocked_again.subject", "blocked_again.txt", "blocked_again.html",
	"lifted.subject", "lifted.txt", "lifted.html",
	"alarm.subject", "alarm.txt", "alarm.html",
	"alarm_over.subject", "alarm_over.txt", "alarm_over.html",
	"digest.subject", "digest.txt", "digest.html",
	"page.html",
};

enum { N_FILES = sizeof(template_files) / sizeof(template_files[0]) };

/* Without these no letter can be written. */
static const char *const needed_words[] = {
	"name", "date", "month.1", "month.2", "month.3", "month.4", "month.5",
	"month.6", "month.7", "month.8", "month.9", "month.10", "month.11",
	"month.12", "join.comma", "join.and", "join.more", "scanner.1",
	"country.ZZ", "message.not_found", "message.next",
	"message.support", "message.failed", "message.too_many",
	"page.message.lifted", "page.message.unchanged",
	"page.message.needs_support", "page.message.mine",
	"page.message.trusted", "number", "digest.recipients",
	"digest.lasts",
};

struct language {
	char name[LANGUAGE_NAME_SIZE];
	struct template *templates[N_FILES];
	struct words *words;
	struct text scanners;	/* one a line */
};

struct languages {
	struct language list[LANGUAGES_MAX];
	size_t n;
};

static const struct language *by_name(const struct languages *languages,
				      struct slice name)
{
	for (size_t i = 0; i < languages->n; i++)
		if (slice_eq_nocase(slice_from(languages->list[i].name), name))
			return &languages->list[i];
	return NULL;
}

static const struct language *language_of(const struct languages *languages,
					  const char *name)
{
	const struct language *found = by_name(languages, slice_from(name));

	return found ? found : by_name(languages, slice_from(fallback_name));
}

/* Append `format` with {day}, {month} and so on; false for another {word}. */
static bool add_date(const struct words *words, const char *format,
		     int64_t at_ms, struct text *out)
{
	int64_t offset_ms = stamp_zone_offset_ms(at_ms);
	int minutes = (int)(offset_ms / STAMP_MINUTE_MS);
	struct slice rest = slice_from(format);
	struct stamp_civil civil;
	char month[16];

	stamp_split(at_ms + offset_ms, &civil);
	snprintf(month, sizeof(month), "month.%d", civil.month);
	while (rest.len > 0) {
		if (slice_skip(&rest, S("{day}")))
			text_addf(out, "%d", civil.day);
		else if (slice_skip(&rest, S("{month}")))
			text_add_string(out, words_get(words, month));
		else if (slice_skip(&rest, S("{year}")))
			text_addf(out, "%04d", civil.year);
		else if (slice_skip(&rest, S("{hour}")))
			text_addf(out, "%02d", civil.hour);
		else if (slice_skip(&rest, S("{minute}")))
			text_addf(out, "%02d", civil.minute);
		else if (slice_skip(&rest, S("{zone}")))
			text_addf(out, "UTC%c%d:%02d", minutes < 0 ? '-' : '+',
				  abs(minutes) / 60, abs(minutes) % 60);
		else if (rest.ptr[0] == '{')
			return false;
		else {
			text_add_char(out, rest.ptr[0]);
			rest = slice_after(rest, 1);
		}
	}
	return true;
}

static int check_words(const struct words *words, const char *path,
		       struct err *err)
{
	struct text date = TEXT_INIT(1000);
	bool date_is_fine;

	for (size_t i = 0;
	     i < sizeof(needed_words) / sizeof(needed_words[0]); i++)
		if (!words_get(words, needed_words[i]))
			return err_set(err, EXIT_CONFIG,
				       "%s: \"%s\" is missing; templates/en "
				       "shows what it is for", path,
				       needed_words[i]);
	date_is_fine = add_date(words, words_get(words, "date"), 0, &date);
	text_release(&date);
	if (!date_is_fine)
		return err_set(err, EXIT_CONFIG, "%s: \"date\" may hold {day} "
			       "{month} {year} {hour} {minute} {zone}", path);
	if (!strstr(words_get(words, "join.more"), "{n}"))
		return err_set(err, EXIT_CONFIG,
			       "%s: \"join.more\" needs {n}, the number of "
			       "those left out", path);
	return 0;
}

static int check_number(const struct words *words, const char *path,
			struct err *err)
{
	struct slice form = slice_from(words_get(words, "number"));

	if (form.len > 4 && form.len < 9 && slice_starts(form, S("1")) &&
	    slice_ends(form, S("234")))
		return 0;
	return err_set(err, EXIT_CONFIG, "%s: \"number\" says how 1234 is "
		       "written, as in 1,234", path);
}

static void list_scanners(struct language *language)
{
	for (int i = 1; i <= SCANNERS_MAX; i++) {
		char key[24];
		const char *scanner;

		snprintf(key, sizeof(key), "scanner.%d", i);
		scanner = words_get(language->words, key);
		if (scanner)
			text_addf(&language->scanners, "%s\n", scanner);
	}
}

static int read_file(const char *folder, const char *file, char path[4096],
		     struct text *source, struct err *err)
{
	text_clear(source);
	snprintf(path, 4096, "%s/%s", folder, file);
	return files_read(path, source, err);
}

static int load_files(struct language *language, const char *folder,
		      struct text *source, struct err *err)
{
	char path[4096];

	for (size_t i = 0; i < N_FILES; i++)
		if (read_file(folder, template_files[i], path, source, err) ||
		    template_parse(text_slice(source), path, letter_fields,
				   LETTER_FIELDS, &language->templates[i],
				   err))
			return -1;
	if (read_file(folder, "language.conf", path, source, err) ||
	    words_parse(text_slice(source), path, &language->words, err))
		return -1;
	list_scanners(language);
	if (check_words(language->words, path, err) < 0)
		return -1;
	return check_number(language->words, path, err);
}

/* "pl", "pt_BR": a folder of another name is no language of ours. */
static bool is_language_name(const char *name)
{
	size_t len = strlen(name);

	if (len < 2 || len >= LANGUAGE_NAME_SIZE)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalpha((unsigned char)name[i]) && name[i] != '_')
			return false;
	return true;
}

static int load_language(struct languages *languages, const char *dir,
			 const char *name, struct err *err)
{
	struct text source = TEXT_INIT(TEMPLATE_MAX);
	struct language *language;
	struct stat status;
	char folder[3900];
	int result;

	snprintf(folder, sizeof(folder), "%s/%s", dir, name);
	if (stat(folder, &status) || !S_ISDIR(status.st_mode))
		return 0;
	if (languages->n == LANGUAGES_MAX)
		return err_set(err, EXIT_CONFIG,
			       "%s: more than %d languages", dir,
			       LANGUAGES_MAX);
	language = &languages->list[languages->n++];
	language->scanners = (struct text)TEXT_INIT(TEMPLATE_MAX);
	slice_copy(slice_from(name), language->name, sizeof(language->name));
	result = load_files(language, folder, &source, err);
	text_release(&source);
	return result;
}

int languages_load(const char *template_dir, struct languages **out,
		   struct err *err)
{
	struct languages *languages;
	struct dirent **entries;
	int n = scandir(template_dir, &entries, NULL, alphasort);
	int result = 0;

	if (n < 0)
		return err_errno(err, EXIT_CONFIG, errno,
				 "folder of templates %.300s", template_dir);
	languages = calloc(1, sizeof(*languages));
	if (!languages)
		abort();
	for (int i = 0; i < n; i++) {
		if (result == 0 && is_language_name(entries[i]->d_name))
			result = load_language(languages, template_dir,
					       entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	if (result == 0 && !by_name(languages, slice_from(fallback_name)))
		result = err_set(err, EXIT_CONFIG, "folder of templates "
				 "%.300s: the language \"%s\" is missing, the "
				 "one used when no other fits", template_dir,
				 fallback_name);
	if (result)
		languages_free(&languages);
	else
		*out = languages;
	return result;
}

void languages_free(struct languages **languages)
{
	if (!*languages)
		return;
	for (size_t i = 0; i < (*languages)->n; i++) {
		struct language *language = &(*languages)->list[i];

		for (size_t file = 0; file < N_FILES; file++)
			template_free(&language->templates[file]);
		words_free(&language->words);
		text_release(&language->scanners);
	}
	free(*languages);
	*languages = NULL;
}

int languages_check(const char *template_dir, struct err *err)
{
	struct languages *languages = NULL;

	if (languages_load(template_dir, &languages, err) < 0)
		return -1;
	languages_free(&languages);
	return 0;
}

const struct template *languages_template(const struct languages *languages,
					  const char *language,
					  const char *file)
{
	for (size_t i = 0; i < N_FILES; i++)
		if (strcmp(template_files[i], file) == 0)
			return language_of(languages, language)->templates[i];
	return NULL;
}

const char *languages_name(const struct languages *languages,
			   const char *language)
{
	return language_of(languages, language)->name;
}

/* Is `country` one of the language's "countries = PT BR AO"? */
static const struct language *by_country(const struct languages *languages,
					 struct slice country)
{
	for (size_t i = 0; i < languages->n; i++) {
		const char *words = words_get(languages->list[i].words,
					      "countries");
		struct slice rest = slice_from(words);

		while (rest.len > 0)
			if (slice_eq(slice_cut(&rest, ' '), country))
				return &languages->list[i];
	}
	return NULL;
}

static bool is_country(struct slice text)
{
	return text.len == 2 && text.ptr[0] >= 'A' && text.ptr[0] <= 'Z' &&
	       text.ptr[1] >= 'A' && text.ptr[1] <= 'Z';
}

/* "pt-BR;q=0.9", "pl_PL.UTF-8", "BR" */
static const struct language *by_wish(const struct languages *languages,
				      struct slice wish)
{
	char tag[LANGUAGE_NAME_SIZE];
	const struct language *found;
	size_t end = 0;

	wish = slice_trim(wish);
	while (end < wish.len && !strchr(";.@ \t", wish.ptr[end]))
		end++;
	wish = slice_sub(wish, 0, end);
	if (wish.len == 0 || !slice_copy(wish, tag, sizeof(tag)))
		return NULL;
	for (char *at = tag; *at; at++)
		if (*at == '-')
			*at = '_';
	found = by_name(languages, slice_from(tag));
	if (!found && is_country(wish))
		return by_country(languages, wish);
	tag[strcspn(tag, "_")] = '\0';
	return found ? found : by_name(languages, slice_from(tag));
}

/* How much it is wished for, in thousandths: "pt;q=0.8" is 800, and what does
 * not say it 1000. */
static uint32_t wish_weight(struct slice wish)
{
	ptrdiff_t at = slice_find(wish, S("q="));
	uint32_t weight = 0;
	struct slice digits;

	if (at < 0)
		return 1000;
	digits = slice_after(wish, (size_t)at + 2);
	if (digits.len == 0 || digits.ptr[0] != '0')
		return 1000;
	for (size_t i = 2; i < 5; i++)
		weight = weight * 10 +
			 (i < digits.len && digits.ptr[i] >= '0' &&
					  digits.ptr[i] <= '9'
				  ? (uint32_t)(digits.ptr[i] - '0')
				  : 0);
	return weight;
}

/* The one of "de, en;q=0.5, pl;q=0.8" that is wished for most; the first of
 * equals. What has no weight at all is not wanted. */
static const struct language *by_list(const struct languages *languages,
				      struct slice list)
{
	const struct language *best = NULL;
	uint32_t most = 0;

	while (list.len > 0) {
		struct slice wish = slice_cut(&list, ',');
		uint32_t weight = wish_weight(wish);
		const struct language *found =
			weight > most ? by_wish(languages, wish) : NULL;

		if (found) {
			best = found;
			most = weight;
		}
	}
	return best;
}

const char *languages_choose(const struct languages *languages,
			     const struct slice *wishes, size_t n_wishes,
			     const char *fallback)
{
	for (size_t i = 0; i < n_wishes; i++) {
		const struct language *found = by_list(languages, wishes[i]);

		if (found)
			return found->name;
	}
	return language_of(languages, fallback)->name;
}

const char *languages_word(const struct languages *languages,
			   const char *language, const char *word,
			   const char *otherwise)
{
	const char *found = words_get(language_of(languages, language)->words,
				      word);

	return found ? found : otherwise;
}

void languages_date(const struct languages *languages, const char *language,
		    int64_t at_ms, struct text *out)
{
	const struct words *words = language_of(languages, language)->words;

	add_date(words, words_get(words, "date"), at_ms, out);
}

void languages_number(const struct languages *languages, const char *language,
		      int64_t number, struct text *out)
{
	const struct words *words = language_of(languages, language)->words;
	struct slice group = slice_from(words_get(words, "number"));
	char digits[24];
	size_t n;

	group = slice_sub(group, 1, group.len - 3);
	/* A number is not broken at the end of a line. */
	if (slice_eq(group, S(" ")))
		group = S("\u00a0");
	n = (size_t)snprintf(digits, sizeof(digits), "%lld",
			     (long long)number);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0 && digits[i - 1] != '-')
			text_add(out, group);
		text_add_char(out, digits[i]);
	}
}

static void add_more(const char *words, size_t n, struct text *out)
{
	const char *number = strstr(words, "{n}");

	text_add(out, (struct slice){ words, (size_t)(number - words) });
	text_addf(out, "%zu", n);
	text_add_string(out, number + strlen("{n}"));
}

void languages_join(const struct languages *languages, const char *language,
		    const struct slice *items, size_t n_items, size_t most,
		    struct text *out)
{
	const struct words *words = language_of(languages, language)->words;
	const char *and = words_get(words, "join.and");
	const char *comma = words_get(words, "join.comma");
	size_t shown = n_items < most ? n_items : most;

	for (size_t i = 0; i < shown; i++) {
		bool is_last = i + 1 == n_items;

		if (i > 0 && is_last)
			text_add_char(out, ' ');
		if (i > 0) {
			text_add_string(out, is_last ? and : comma);
			text_add_char(out, ' ');
		}
		text_add(out, items[i]);
	}
	if (shown == n_items)
		return;
	if (shown > 0)
		text_add_char(out, ' ');
	add_more(words_get(words, "join.more"), n_items - shown, out);
}

void languages_scanners(const struct languages *languages,
			const char *language, struct text *out)
{
	text_add(out, text_slice(&language_of(languages,
					      language)->scanners));
}
