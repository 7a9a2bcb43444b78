/*
 * arguments - a command line from a configuration, made into an array of
 * arguments for program.h. There is no shell: words end at blanks, and quotes,
 * '$' and the like are ordinary characters.
 *
 *	doveadm auth cache flush {account}
 *	ok=68 doveadm kick {account}
 *
 * "{name}" stands for a value that is known later; a word that is just "{ids}"
 * becomes as many words as there are. "ok=68" or "ok=1,68" in front names exit
 * statuses that are as good as 0.
 *
 * Values may come from strangers: one that would be read as an option, or that
 * holds a wildcard, which some programs expand themselves, is refused.
 */
#ifndef BASE_ARGUMENTS_H
#define BASE_ARGUMENTS_H

#include "base/err.h"
#include "base/program.h"
#include "base/slice.h"

#include <stdbool.h>

enum {
	ARGUMENTS_MAX_WORDS = 40,
	ARGUMENTS_MAX_BYTES = 1024,
	ARGUMENTS_MAX_STATUSES = 4,
	/* What "{ids}" may become. */
	ARGUMENTS_MAX_IDS = PROGRAM_MAX_ARGUMENTS - ARGUMENTS_MAX_WORDS - 1
};

struct arguments_value {
	const char *name;
	struct slice value;	/* ptr NULL: not known, an error where used */
};

/* What a command line is filled in with. */
struct arguments_values {
	const struct arguments_value *all;
	size_t n;
	const char *const *ids;	/* for "{ids}" */
	size_t n_ids;
};

/*
 * Check a command line without running it: words, names among `names` (ends
 * with NULL), no name as the program itself. -1 names what is wrong.
 */
int arguments_check(const char *line, const char *const *names,
		    struct err *err);

/* Is the program there that a good command line begins with? -1 says where it
 * was looked for. */
int arguments_find(const char *line, struct err *err);

/* Does it have this name in it, "{ids}"? */
bool arguments_uses(const char *line, const char *name);

struct arguments {
	const char *words[PROGRAM_MAX_ARGUMENTS];	/* NULL at the end */
	int statuses[ARGUMENTS_MAX_STATUSES];
	size_t n_statuses;
	char bytes[ARGUMENTS_MAX_BYTES * 4];
};

/* Fill in. `ids` are borrowed, everything else is in *out. */
int arguments_fill(const char *line, const struct arguments_values *values,
		   struct arguments *out, struct err *err);

bool arguments_is_good(const struct arguments *arguments, int status);

/* Run it; PROGRAM_ENDED with a status that is not good is an error here too:
 * *err says the program, its status and the last line it said. */
int arguments_run(const struct arguments *arguments, struct slice input,
		  int64_t limit_ms, struct text *said,
		  enum program_end *end_out, struct err *err);

#endif
