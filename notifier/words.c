#include "notifier/words.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 2000 };

struct word {
	const char *key, *value;
};

struct words {
	char *source;		/* keys and values point into it */
	struct word *list;	/* sorted by key */
	size_t n;
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct word *)a)->key,
		      ((const struct word *)b)->key);
}

/* End the slice with a NUL inside our copy of the file. */
static char *terminated(struct words *words, struct slice text)
{
	char *at = words->source + (text.ptr - words->source);

	at[text.len] = '\0';
	return at;
}

static int add_line(struct words *words, struct slice line,
		    const char *where, size_t number, struct err *err)
{
	struct slice key = slice_cut(&line, '=');
	struct slice value = slice_trim(line);

	key = slice_trim(key);
	if (key.len == 0 || value.len == 0 || slice_find_char(key, ' ') >= 0)
		return err_set(err, EXIT_CONFIG,
			       "%s:%zu: expected \"key = words\"", where,
			       number);
	if (words->n == WORDS_MAX)
		return err_set(err, EXIT_CONFIG, "%s:%zu: more than %d words",
			       where, number, WORDS_MAX);
	words->list[words->n].value = terminated(words, value);
	words->list[words->n++].key = terminated(words, key);
	return 0;
}

static int add_lines(struct words *words, struct slice rest,
		     const char *where, struct err *err)
{
	for (size_t number = 1; rest.len > 0; number++) {
		struct slice line = slice_trim(slice_cut(&rest, '\n'));

		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (add_line(words, line, where, number, err))
			return -1;
	}
	qsort(words->list, words->n, sizeof(*words->list), compare);
	for (size_t i = 1; i < words->n; i++)
		if (compare(&words->list[i - 1], &words->list[i]) == 0)
			return err_set(err, EXIT_CONFIG,
				       "%s: \"%.60s\" stands there twice",
				       where, words->list[i].key);
	return 0;
}

int words_parse(struct slice source, const char *where,
		struct words **words_out, struct err *err)
{
	struct words *words = calloc(1, sizeof(*words));

	if (!words)
		abort();
	words->source = malloc(source.len + 1);
	words->list = calloc(WORDS_MAX, sizeof(*words->list));
	if (!words->source || !words->list)
		abort();
	if (source.len)
		memcpy(words->source, source.ptr, source.len);
	if (add_lines(words, (struct slice){ words->source, source.len },
		      where, err)) {
		words_free(&words);
		return -1;
	}
	*words_out = words;
	return 0;
}

void words_free(struct words **words)
{
	if (!*words)
		return;
	free((*words)->list);
	free((*words)->source);
	free(*words);
	*words = NULL;
}

const char *words_get(const struct words *words, const char *key)
{
	struct word wanted = { .key = key };
	const struct word *found = bsearch(&wanted, words->list, words->n,
					   sizeof(*words->list), compare);

	return found ? found->value : NULL;
}
