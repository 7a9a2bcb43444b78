/*
 * words - the word list of one language: language.conf.
 *
 * One "key = words" per line; the words go to the end of the line, blanks at
 * both ends do not count. Lines that begin with '#' and empty lines are
 * skipped. A key stands once.
 */
#ifndef NOTIFIER_WORDS_H
#define NOTIFIER_WORDS_H

#include "base/err.h"
#include "base/slice.h"

struct words;

/* `source` is copied. `where` stands in front of complaints. */
int words_parse(struct slice source, const char *where,
		struct words **words_out, struct err *err);
void words_free(struct words **words);

/* NULL when there is no such key. Lives as long as the list. */
const char *words_get(const struct words *words, const char *key);

#endif
