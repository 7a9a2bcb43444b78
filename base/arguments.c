#include "base/arguments.h"

#include <string.h>

/* The next word; empty at the end. */
static struct slice next_word(struct slice *line)
{
	size_t end = 0;

	while (line->len > 0 && (line->ptr[0] == ' ' || line->ptr[0] == '\t'))
		*line = slice_after(*line, 1);
	while (end < line->len && line->ptr[end] != ' ' &&
	       line->ptr[end] != '\t')
		end++;

	struct slice word = slice_sub(*line, 0, end);

	*line = slice_after(*line, end);
	return word;
}

/* "ok=1,68", if it is that; the line behind it otherwise untouched. */
static int read_statuses(struct slice *line, struct arguments *out,
			 struct err *err)
{
	struct slice rest = *line, word = next_word(&rest);

	out->n_statuses = 0;
	if (!slice_skip(&word, S("ok=")))
		return 0;
	while (word.len > 0) {
		struct slice one = slice_cut(&word, ',');
		uint32_t status;

		if (!slice_number(one, &status) || status > 255 ||
		    out->n_statuses == ARGUMENTS_MAX_STATUSES)
			return err_set(err, EXIT_CONFIG, "behind ok= stand up "
				       "to %d exit statuses, as in ok=1,68",
				       ARGUMENTS_MAX_STATUSES);
		out->statuses[out->n_statuses++] = (int)status;
	}
	*line = rest;
	return 0;
}

/* Split "text{name}rest". False when there is no name in it. */
static bool next_name(struct slice *word, struct slice *before,
		      struct slice *name)
{
	ptrdiff_t open = slice_find_char(*word, '{'), close;

	if (open < 0)
		return false;
	close = slice_find_char(*word, '}');
	if (close < open)
		return false;
	*before = slice_sub(*word, 0, (size_t)open);
	*name = slice_sub(*word, (size_t)open + 1, (size_t)close);
	*word = slice_after(*word, (size_t)close + 1);
	return true;
}

static bool is_among(struct slice name, const char *const *names)
{
	for (; *names; names++)
		if (slice_eq(name, slice_from(*names)))
			return true;
	return false;
}

static int check_word(struct slice word, const char *const *names,
		      struct err *err)
{
	struct slice whole = word, before, name;

	while (next_name(&word, &before, &name)) {
		if (!is_among(name, names))
			return err_set(err, EXIT_CONFIG, "nothing is known by "
				       "the name {%.*s}",
				       name.len < 40 ? (int)name.len : 40,
				       name.ptr);
		if (slice_eq(name, S("ids")) && !slice_eq(whole, S("{ids}")))
			return err_set(err, EXIT_CONFIG, "{ids} must be a word "
				       "of its own");
	}
	if (slice_find_char(word, '{') >= 0 || slice_find_char(word, '}') >= 0)
		return err_set(err, EXIT_CONFIG, "a brace has no partner");
	return 0;
}

int arguments_check(const char *line, const char *const *names,
		    struct err *err)
{
	struct arguments waste;
	struct slice rest = slice_from(line), word;
	size_t n = 0;

	if (rest.len >= ARGUMENTS_MAX_BYTES)
		return err_set(err, EXIT_CONFIG, "the command line is longer "
			       "than %d bytes", ARGUMENTS_MAX_BYTES - 1);
	if (read_statuses(&rest, &waste, err) != 0)
		return -1;
	for (; (word = next_word(&rest)).len > 0; n++) {
		if (n == ARGUMENTS_MAX_WORDS)
			return err_set(err, EXIT_CONFIG, "the command line has "
				       "more than %d words",
				       ARGUMENTS_MAX_WORDS);
		if (n == 0 && slice_find_char(word, '{') >= 0)
			return err_set(err, EXIT_CONFIG, "the program itself "
				       "must be named");
		if (check_word(word, names, err) != 0)
			return -1;
	}
	if (n == 0)
		return err_set(err, EXIT_CONFIG, "the command line is empty");
	return 0;
}

int arguments_find(const char *line, struct err *err)
{
	char name[ARGUMENTS_MAX_BYTES], path[PROGRAM_PATH_SIZE];
	struct arguments waste;
	struct slice rest = slice_from(line);

	if (read_statuses(&rest, &waste, err) != 0)
		return -1;
	if (!slice_copy(next_word(&rest), name, sizeof(name)))
		return err_set(err, EXIT_CONFIG, "the name of the program is "
			       "too long");
	if (program_find(name, path))
		return 0;
	return err_set(err, EXIT_CONFIG, "there is no program %.200s%s%s; "
		       "install it, or name the one there is", name,
		       strchr(name, '/') ? "" : " in ",
		       strchr(name, '/') ? "" : PROGRAM_PATH);
}

bool arguments_uses(const char *line, const char *name)
{
	struct slice rest = slice_from(line), before, found;

	while (next_name(&rest, &before, &found))
		if (slice_eq(found, slice_from(name)))
			return true;
	return false;
}

/* Wildcards, since programs have their own: doveadm takes a mask. */
static bool is_plain(struct slice value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];

		if (c <= ' ' || c == 0x7f || strchr("*?[]\\", c))
			return false;
	}
	return value.len > 0;
}

static int add_value(struct text *bytes, size_t word_start, struct slice name,
		     const struct arguments_values *values, struct err *err)
{
	struct slice value = { NULL, 0 };

	for (size_t i = 0; i < values->n; i++)
		if (slice_eq(name, slice_from(values->all[i].name)))
			value = values->all[i].value;
	if (!value.ptr)
		return err_set(err, EXIT_DATA, "there is no {%.*s} to hand to "
			       "the program", (int)name.len, name.ptr);
	if (!is_plain(value))
		return err_set(err, EXIT_DATA, "the {%.*s} has blanks or "
			       "wildcards in it, so it is not handed to a "
			       "program", (int)name.len, name.ptr);
	if (value.ptr[0] == '-' && bytes->len == word_start)
		return err_set(err, EXIT_DATA, "the {%.*s} begins with a dash "
			       "and would be read as an option, so it is not "
			       "handed to a program", (int)name.len, name.ptr);
	text_add(bytes, value);
	return 0;
}

static int add_word(struct text *bytes, struct slice word,
		    const struct arguments_values *values, struct err *err)
{
	size_t start = bytes->len;
	struct slice before, name;

	while (next_name(&word, &before, &name)) {
		text_add(bytes, before);
		if (add_value(bytes, start, name, values, err) != 0)
			return -1;
	}
	text_add(bytes, word);
	text_add_char(bytes, '\0');
	return 0;
}

/* All words into `bytes`, each with its NUL; "{ids}" as an empty one. */
static int add_words(struct slice line, const struct arguments_values *values,
		     struct text *bytes, struct err *err)
{
	struct slice word;

	while ((word = next_word(&line)).len > 0) {
		if (slice_eq(word, S("{ids}")))
			text_add_char(bytes, '\0');
		else if (add_word(bytes, word, values, err) != 0)
			return -1;
	}
	if (bytes->overflowed)
		return err_set(err, EXIT_DATA, "the command line became too "
			       "long");
	return 0;
}

static size_t point_at(struct arguments *out, size_t used,
		       const struct arguments_values *values)
{
	size_t n = 0;

	for (size_t at = 0; at < used; at += strlen(out->bytes + at) + 1) {
		if (out->bytes[at])
			out->words[n++] = out->bytes + at;
		else
			for (size_t i = 0; i < values->n_ids; i++)
				out->words[n++] = values->ids[i];
	}
	return n;
}

int arguments_fill(const char *line, const struct arguments_values *values,
		   struct arguments *out, struct err *err)
{
	struct text bytes = TEXT_INIT(sizeof(out->bytes) - 1);
	struct slice rest = slice_from(line);
	int result;

	if (values->n_ids > ARGUMENTS_MAX_IDS ||
	    rest.len >= ARGUMENTS_MAX_BYTES)
		return err_set(err, EXIT_BUG, "a command line with too many "
			       "ids");
	if (read_statuses(&rest, out, err) != 0)
		return -1;
	result = add_words(rest, values, &bytes, err);
	if (result == 0 && bytes.len > 0) {
		memcpy(out->bytes, bytes.bytes, bytes.len);
		out->words[point_at(out, bytes.len, values)] = NULL;
	} else if (result == 0) {
		result = err_set(err, EXIT_CONFIG, "the command line is empty");
	}
	text_release(&bytes);
	return result;
}

bool arguments_is_good(const struct arguments *arguments, int status)
{
	for (size_t i = 0; i < arguments->n_statuses; i++)
		if (arguments->statuses[i] == status)
			return true;
	return status == 0;
}

int arguments_run(const struct arguments *arguments, struct slice input,
		  int64_t limit_ms, struct text *said,
		  enum program_end *end_out, struct err *err)
{
	const struct program program = { arguments->words, input, limit_ms };
	struct text visible = TEXT_INIT(400);
	int status = 0;

	*end_out = program_run(&program, said, &status, err);
	if (*end_out != PROGRAM_ENDED)
		return -1;
	if (arguments_is_good(arguments, status))
		return 0;
	text_add_visible(&visible, slice_sub(slice_last_line(text_slice(said)),
					     0, 80));
	err_set(err, EXIT_SERVICE, "%.200s ended with %d%s%s",
		arguments->words[0], status, visible.len ? ": " : "",
		text_string(&visible));
	text_release(&visible);
	return -1;
}
