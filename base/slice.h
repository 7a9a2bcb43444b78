/*
 * slice - a borrowed, read-only run of bytes inside somebody else's buffer.
 *
 * A slice owns nothing and has no terminating NUL. It lives exactly as long as
 * the buffer it points into: for log input, until the next line is read. To
 * keep the bytes longer, copy them.
 *
 * Every function accepts an empty slice. None of them allocates.
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
	const char *ptr;	/* NULL only when len is 0 */
	size_t len;		/* bytes */
};

/* For initialisers and, as S("x"), for expressions. */
#define SLICE(literal) { (literal), sizeof(literal) - 1 }
#define S(literal) ((struct slice)SLICE(literal))

/* The bytes of a C string; NULL gives an empty slice. */
struct slice slice_from(const char *text);

/* Same bytes. Two empty slices are equal wherever they point. */
bool slice_eq(struct slice a, struct slice b);

/* Same bytes but for the case of ASCII letters. */
bool slice_eq_nocase(struct slice a, struct slice b);

bool slice_starts(struct slice text, struct slice prefix);
bool slice_ends(struct slice text, struct slice suffix);

/* Drop `prefix` from the front of *rest. False, and *rest untouched, if it is
 * not there. */
bool slice_skip(struct slice *rest, struct slice prefix);

/* Take everything before the first `sep` and step over it. With no `sep` left,
 * takes all of *rest and leaves it empty. */
struct slice slice_cut(struct slice *rest, char sep);

/* Where `needle` first (last) begins in `text`; -1 when it is nowhere. */
ptrdiff_t slice_find(struct slice text, struct slice needle);
ptrdiff_t slice_find_last(struct slice text, struct slice needle);
ptrdiff_t slice_find_char(struct slice text, char c);

/* text[from, to) and text[from, end); bounds beyond the end are cut. */
struct slice slice_sub(struct slice text, size_t from, size_t to);
struct slice slice_after(struct slice text, size_t from);

/* Without blanks, tabs, CR and LF at both ends. */
struct slice slice_trim(struct slice text);

/* The decimal number `text` begins with; what follows it is ignored. False,
 * and *number_out untouched, when there is none or it exceeds 32 bits. */
bool slice_number(struct slice text, uint32_t *number_out);

/* The part after the last '@' of a mail address, empty when there is none. */
struct slice slice_domain(struct slice address);

/* Copy at most size - 1 bytes and a NUL. True when all of it fitted. */
bool slice_copy(struct slice text, char *to, size_t size);

/* As slice_copy, ASCII letters in lower case: how logins are compared, since
 * Postfix folds its lookup keys and panels compare without case. */
bool slice_copy_lower(struct slice text, char *to, size_t size);

#endif
