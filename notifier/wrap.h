/*
 * wrap - plain text in lines that fit a terminal.
 */
#ifndef NOTIFIER_WRAP_H
#define NOTIFIER_WRAP_H

#include "base/text.h"

/* RFC 5322 section 2.1.1 asks for 78; 76 leaves room for one quote mark. */
enum { WRAP_COLUMNS = 76 };

/*
 * Append `source` with lines longer than WRAP_COLUMNS characters broken at
 * blanks. What follows a break stands below the first word, behind "- " or
 * "1. ". A word that does not fit, such as a link, keeps its line.
 */
void wrap_text(struct slice source, struct text *out);

#endif
