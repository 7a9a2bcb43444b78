/*
 * text - a growing buffer that was told at birth how large it may become.
 *
 * Appending beyond the maximum appends nothing and sets `overflowed`, so a
 * caller may append freely and ask once at the end. The bytes always end in a
 * NUL that is not counted, and belong to the struct until text_release().
 *
 * Out of memory ends the program: it is used for output, never per log line.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/slice.h"

#include <stdarg.h>

struct text {
	char *bytes;		/* NULL until something was appended */
	size_t len;
	size_t room;
	size_t max;		/* len never exceeds it */
	bool overflowed;
};

#define TEXT_INIT(max_bytes) { NULL, 0, 0, (max_bytes), false }

void text_add(struct text *text, struct slice bytes);
void text_add_string(struct text *text, const char *string);
void text_add_char(struct text *text, char c);
void text_addf(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* For terminals and logs: bytes outside printable ASCII and valid UTF-8, and
 * backslash, become \xHH. What strangers wrote goes through here. */
void text_add_visible(struct text *text, struct slice bytes);

/* The same for a value behind "name=", or a name between other words: what is
 * empty, or has anything but printable ASCII in it, or a blank, '=' or '"',
 * stands between quotes and has \" for a quote. So no value looks like two. */
void text_add_value(struct text *text, struct slice bytes);

/* For HTML text and attribute values: & < > " ' become entities. Invalid
 * UTF-8 and control characters become U+FFFD. */
void text_add_html(struct text *text, struct slice bytes);

/* Room for so many bytes more at once, where a text is known to become long. */
void text_reserve(struct text *text, size_t more);

/* Empty again, the storage kept; overflowed forgotten. */
void text_clear(struct text *text);
void text_release(struct text *text);

/* Never NULL: "" before anything was appended. */
const char *text_string(const struct text *text);
struct slice text_slice(const struct text *text);

/* How many bytes of `bytes` form one valid UTF-8 character at its start, 0
 * when they form none (RFC 3629: no overlong forms, no surrogates). */
size_t utf8_character(struct slice bytes);

#endif
