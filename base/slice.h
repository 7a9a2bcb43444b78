/*
 * slice - a borrowed, read-only run of bytes inside somebody else's buffer.
 *
 * A slice owns nothing and has no terminating NUL. It lives exactly as long as
 * the buffer it points into: for log input, until the next line is read. To
 * keep the bytes longer, copy them.
 *
 * Every function accepts an empty slice. None of them allocates.
 *
 * The short ones stand here in full: against a literal the compiler turns a
 * comparison into an instruction or two, and every log line passes dozens.
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include "base/scan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const char *ptr;	/* NULL only when len is 0 */
	size_t len;		/* bytes */
};

/* For initialisers and, as S("x"), for expressions. */
#define SLICE(literal) { (literal), sizeof(literal) - 1 }
#define S(literal) ((struct slice)SLICE(literal))

/* Of ASCII, in every locale, and for any char. */
static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The bytes of a C string; NULL gives an empty slice. */
struct slice slice_from(const char *text);

/* text[from, to) and text[from, end); bounds beyond the end are cut. */
static inline struct slice slice_sub(struct slice text, size_t from, size_t to)
{
	if (to > text.len)
		to = text.len;
	if (from >= to)
		return (struct slice){ text.ptr, 0 };
	return (struct slice){ text.ptr + from, to - from };
}

static inline struct slice slice_after(struct slice text, size_t from)
{
	return slice_sub(text, from, text.len);
}

/* Same bytes. Two empty slices are equal wherever they point. */
static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len &&
	       (b.len == 0 || memcmp(a.ptr, b.ptr, b.len) == 0);
}

/* Same bytes but for the case of ASCII letters. */
bool slice_eq_nocase(struct slice a, struct slice b);

static inline bool slice_starts(struct slice text, struct slice prefix)
{
	return text.len >= prefix.len &&
	       (prefix.len == 0 ||
		memcmp(text.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool slice_ends(struct slice text, struct slice suffix)
{
	return text.len >= suffix.len &&
	       (suffix.len == 0 ||
		memcmp(text.ptr + text.len - suffix.len, suffix.ptr,
		       suffix.len) == 0);
}

/* Drop `prefix` from the front of *rest. False, and *rest untouched, if it is
 * not there. */
static inline bool slice_skip(struct slice *rest, struct slice prefix)
{
	if (!slice_starts(*rest, prefix))
		return false;
	rest->ptr += prefix.len;
	rest->len -= prefix.len;
	return true;
}

/* Drop the digits at the front, if there are any. */
static inline void slice_skip_digits(struct slice *rest)
{
	while (rest->len && is_digit(rest->ptr[0])) {
		rest->ptr++;
		rest->len--;
	}
}

/* Where `c` first (last) is in `text`; -1 when it is nowhere. Mostly it is
 * near. */
static inline ptrdiff_t slice_find_char(struct slice text, char c)
{
	const char *at;
	size_t seen = 0;

	if (text.len >= SCAN_STEP) {
		uint32_t bits = scan_equal(text.ptr, c);

		if (bits)
			return (ptrdiff_t)scan_first(bits);
		seen = SCAN_STEP;
	}
	if (seen == text.len)
		return -1;
	at = memchr(text.ptr + seen, c, text.len - seen);
	return at ? at - text.ptr : -1;
}

ptrdiff_t slice_find_last_char(struct slice text, char c);

/* Take everything before the first `sep` and step over it. With no `sep` left,
 * takes all of *rest and leaves it empty. */
static inline struct slice slice_cut(struct slice *rest, char sep)
{
	struct slice head = *rest;
	ptrdiff_t at = slice_find_char(*rest, sep);
	size_t step = at < 0 ? rest->len : (size_t)at + 1;

	if (at >= 0)
		head.len = (size_t)at;
	if (step)
		rest->ptr += step;
	rest->len -= step;
	return head;
}

/* Where `needle` first (last) begins in `text`; -1 when it is nowhere. */
ptrdiff_t slice_find(struct slice text, struct slice needle);
ptrdiff_t slice_find_last(struct slice text, struct slice needle);

/* Without blanks, tabs, CR and LF at both ends. */
struct slice slice_trim(struct slice text);

/* The last line that is not blank, trimmed: where programs say what went
 * wrong. Empty when there is none. */
struct slice slice_last_line(struct slice text);

/* The decimal number `text` begins with; what follows it is ignored. False,
 * and *number_out untouched, when there is none or it exceeds 32 bits. */
bool slice_number(struct slice text, uint32_t *number_out);

/* `text` as a whole: 1 to 18 decimal digits and nothing else. False, and
 * *number_out untouched, for anything else. */
bool slice_whole(struct slice text, int64_t *number_out);

/* The part after the last '@' of a mail address, empty when there is none. */
struct slice slice_domain(struct slice address);

/*
 * What somebody has to register of it, nearly: its last two labels, or three
 * where the last but one is short and the last one a country's ("firm.com.pl").
 * Good enough to see that a hundred subdomains are one owner's.
 */
struct slice slice_registered(struct slice domain);

/* Copy as much as fits, at most size - 1 bytes, and a NUL. True when that was
 * all of it. */
bool slice_copy(struct slice text, char *to, size_t size);

/* As slice_copy, ASCII letters in lower case: how logins are compared, since
 * Postfix folds its lookup keys and panels compare without case. */
bool slice_copy_lower(struct slice text, char *to, size_t size);

#endif
