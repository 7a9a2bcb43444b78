/*
 * check_findings - how the parts of check say what they found: a line each, and
 * the exit code of the first that must be mended.
 */
#ifndef DETECTOR_COMMANDS_CHECK_FINDINGS_H
#define DETECTOR_COMMANDS_CHECK_FINDINGS_H

#include "base/err.h"

struct findings {
	int n_bad;
	int code;
};

/* With -q only what must be mended is printed. `words` are printable. */
void findings_good(const char *part, const char *words);
void findings_note(const char *part, const char *words);
/* Its words may be strangers'. */
void findings_bad(struct findings *findings, const char *part,
		  const struct err *err);
/* Printable words of one or more lines. */
void findings_mend(struct findings *findings, const char *part,
		   const char *words, int code);

#endif
