#include "tests/support/exposition.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAMILIES_MAX = 200, SERIES_MAX = 4000, NAME_SIZE = 128,
       LINE_SIZE = 1024 };

struct checker {
	size_t n_families, n_series, line;
	char families[FAMILIES_MAX][NAME_SIZE];
	char (*series)[LINE_SIZE];
	char type[16];
	bool has_help, has_type, has_sample;
	/* Of the histogram in hand. */
	char labels[LINE_SIZE];
	double bound, buckets;
	const char *wrong;
};

static bool is_wrong(struct checker *checker, const char *what)
{
	if (!checker->wrong)
		checker->wrong = what;
	return false;
}

static const char *family(const struct checker *checker)
{
	return checker->n_families
		? checker->families[checker->n_families - 1] : "";
}

static size_t name_length(const char *text, bool colons)
{
	size_t n = 0;

	if (isdigit((unsigned char)text[0]))
		return 0;
	while (isalnum((unsigned char)text[n]) || text[n] == '_' ||
	       (colons && text[n] == ':'))
		n++;
	return n;
}

static bool begin_family(struct checker *checker, const char *name)
{
	size_t n = name_length(name, true);

	if (checker->n_families && !checker->has_sample)
		return is_wrong(checker, "a metric without a sample");
	if (n == 0 || n >= NAME_SIZE || name[n] != ' ' || !name[n + 1])
		return is_wrong(checker, "HELP without name or words");
	for (size_t i = 0; i < checker->n_families; i++)
		if (strncmp(checker->families[i], name, n) == 0 &&
		    !checker->families[i][n])
			return is_wrong(checker, "a metric stands there twice");
	if (checker->n_families == FAMILIES_MAX)
		return is_wrong(checker, "too many metrics");
	snprintf(checker->families[checker->n_families++], NAME_SIZE, "%.*s",
		 (int)n, name);
	checker->has_help = true;
	checker->has_type = checker->has_sample = false;
	return true;
}

static bool take_type(struct checker *checker, const char *words)
{
	size_t n = strlen(family(checker));
	bool ends_in_total;

	if (!checker->has_help || checker->has_type || n == 0 ||
	    strncmp(words, family(checker), n) != 0 || words[n] != ' ')
		return is_wrong(checker, "TYPE not behind its HELP");
	snprintf(checker->type, sizeof(checker->type), "%s", words + n + 1);
	if (strcmp(checker->type, "counter") != 0 &&
	    strcmp(checker->type, "gauge") != 0 &&
	    strcmp(checker->type, "histogram") != 0)
		return is_wrong(checker, "no such TYPE");
	ends_in_total = n > 6 && strcmp(family(checker) + n - 6, "_total") == 0;
	if (ends_in_total != (strcmp(checker->type, "counter") == 0))
		return is_wrong(checker, "_total is for counters, and for all "
				"of them");
	checker->has_type = true;
	checker->labels[0] = '\0';
	return true;
}

/* Behind the closing brace, or NULL. */
static const char *skip_labels(const char *at)
{
	for (;;) {
		size_t n = name_length(at, false);

		if (n == 0 || at[n] != '=' || at[n + 1] != '"')
			return NULL;
		for (at += n + 2; *at && *at != '"'; at++)
			if (*at == '\\' && !strchr("\\\"n", *++at))
				return NULL;
		if (!*at++)
			return NULL;
		if (*at == '}')
			return at + 1;
		if (*at++ != ',')
			return NULL;
	}
}

/* Labels without le, and le, which is the last of them. */
static bool take_bucket(struct checker *checker, const char *labels,
			double value)
{
	const char *le = strstr(labels, ",le=\"");
	char others[LINE_SIZE];
	double bound;

	if (!le)
		return is_wrong(checker, "a bucket without le");
	snprintf(others, sizeof(others), "%.*s", (int)(le - labels), labels);
	bound = strncmp(le + 5, "+Inf", 4) == 0 ? INFINITY
						: strtod(le + 5, NULL);
	if (strcmp(others, checker->labels) == 0 &&
	    (bound <= checker->bound || value < checker->buckets))
		return is_wrong(checker, "buckets do not grow");
	if (strcmp(others, checker->labels) != 0 && checker->labels[0] &&
	    !isinf(checker->bound))
		return is_wrong(checker, "no bucket +Inf");
	snprintf(checker->labels, sizeof(checker->labels), "%s", others);
	checker->bound = bound;
	checker->buckets = value;
	return true;
}

static bool take_histogram(struct checker *checker, const char *suffix,
			   const char *labels, double value)
{
	if (strncmp(suffix, "_bucket{", 8) == 0)
		return take_bucket(checker, labels, value);
	if (strncmp(suffix, "_sum", 4) == 0)
		return true;
	if (strncmp(suffix, "_count", 6) != 0)
		return is_wrong(checker, "a histogram's sample of that name");
	if (!isinf(checker->bound) || value != checker->buckets)
		return is_wrong(checker, "_count is not the last bucket");
	return true;
}

static bool is_new_series(struct checker *checker, const char *line, size_t len)
{
	for (size_t i = 0; i < checker->n_series; i++)
		if (strncmp(checker->series[i], line, len) == 0 &&
		    !checker->series[i][len])
			return is_wrong(checker, "a series stands there twice");
	if (checker->n_series == SERIES_MAX)
		return is_wrong(checker, "too many series");
	snprintf(checker->series[checker->n_series++], LINE_SIZE, "%.*s",
		 (int)len, line);
	return true;
}

static bool take_sample(struct checker *checker, const char *line)
{
	size_t n = strlen(family(checker)), name = name_length(line, true);
	bool is_histogram = strcmp(checker->type, "histogram") == 0;
	const char *rest = line + name;
	double value;
	char *end;

	if (!checker->has_type || n == 0 || strncmp(line, family(checker), n))
		return is_wrong(checker, "a sample apart from its metric");
	if (!is_histogram && name != n)
		return is_wrong(checker, "a sample of another name");
	if (*rest == '{')
		rest = skip_labels(rest + 1);
	if (!rest || *rest != ' ')
		return is_wrong(checker, "labels");
	value = strtod(rest + 1, &end);
	if (end == rest + 1 || *end)
		return is_wrong(checker, "a value that is no number");
	checker->has_sample = true;
	return is_new_series(checker, line, (size_t)(rest - line)) &&
	       (!is_histogram ||
		take_histogram(checker, line + n, line + name, value));
}

static bool take_line(struct checker *checker, struct slice text)
{
	char line[LINE_SIZE];

	checker->line++;
	if (text.len == 0 || !slice_copy(text, line, sizeof(line)))
		return is_wrong(checker, "an empty line, or a long one");
	if (strncmp(line, "# HELP ", 7) == 0)
		return begin_family(checker, line + 7);
	if (strncmp(line, "# TYPE ", 7) == 0)
		return take_type(checker, line + 7);
	return take_sample(checker, line);
}

bool exposition_is_good(struct slice page, char *why, size_t size)
{
	struct checker *checker = calloc(1, sizeof(*checker));
	bool is_good = true;

	if (!checker)
		abort();
	checker->series = calloc(SERIES_MAX, sizeof(*checker->series));
	if (!checker->series)
		abort();
	if (!slice_ends(page, S("\n")))
		is_good = is_wrong(checker, "the last line has no newline");
	while (is_good && page.len > 0)
		is_good = take_line(checker, slice_cut(&page, '\n'));
	if (is_good && !checker->has_sample)
		is_good = is_wrong(checker, "a metric without a sample");
	if (!is_good)
		snprintf(why, size, "line %zu: %s", checker->line,
			 checker->wrong);
	free(checker->series);
	free(checker);
	return is_good;
}

bool exposition_value(struct slice page, const char *series, double *out)
{
	size_t n = strlen(series);
	char line[LINE_SIZE];

	while (page.len > 0) {
		if (!slice_copy(slice_cut(&page, '\n'), line, sizeof(line)) ||
		    strncmp(line, series, n) != 0 || line[n] != ' ')
			continue;
		*out = strtod(line + n + 1, NULL);
		return true;
	}
	return false;
}
