#include "base/slice.h"

#include <string.h>

/* Places where the needle seems to begin, before the search changes its way. */
enum { FIND_TRIES = 16 };

struct slice slice_from(const char *text)
{
	return (struct slice){ text, text ? strlen(text) : 0 };
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	return true;
}

/* Where, of the SCAN_STEP places from text[at] on, the needle's ends are both
 * there. Its last byte tells more than its second: ", status=" and ", relay="
 * begin alike. */
static inline uint32_t scan_ends(struct slice text, size_t at,
				 struct slice needle)
{
	return scan_equal(text.ptr + at, needle.ptr[0]) &
	       scan_equal(text.ptr + at + needle.len - 1,
			  needle.ptr[needle.len - 1]);
}

/* The ends were found to fit. */
static inline bool is_there(struct slice text, size_t at, struct slice needle)
{
	return memcmp(text.ptr + at + 1, needle.ptr + 1, needle.len - 2) == 0;
}

static inline bool ends_are_there(struct slice text, size_t at,
				  struct slice needle)
{
	return text.ptr[at] == needle.ptr[0] &&
	       text.ptr[at + needle.len - 1] == needle.ptr[needle.len - 1];
}

static ptrdiff_t find_in_few(struct slice text, struct slice needle)
{
	for (size_t i = 0; i + needle.len <= text.len; i++)
		if (ends_are_there(text, i, needle) &&
		    is_there(text, i, needle))
			return (ptrdiff_t)i;
	return -1;
}

/* False starts are cheap until there are many of them: hostile text full of
 * them is left to memmem, which is never worse than linear. */
static ptrdiff_t find_by_library(struct slice text, size_t from,
				 struct slice needle)
{
	const char *at = memmem(text.ptr + from, text.len - from, needle.ptr,
				needle.len);

	return at ? at - text.ptr : -1;
}

ptrdiff_t slice_find(struct slice text, struct slice needle)
{
	size_t places, at = 0, tries = 0;

	if (needle.len < 2)
		return needle.len ? slice_find_char(text, needle.ptr[0]) : -1;
	if (text.len < needle.len)
		return -1;
	places = text.len - needle.len + 1;
	if (places < SCAN_STEP)
		return find_in_few(text, needle);
	for (; at < places; at += SCAN_STEP) {
		uint32_t bits;

		/* The last step goes over some places again, which were found
		 * not to fit, rather than beyond the end. */
		if (at + SCAN_STEP > places)
			at = places - SCAN_STEP;
		for (bits = scan_ends(text, at, needle); bits;
		     bits &= bits - 1) {
			size_t place = at + scan_first(bits);

			if (is_there(text, place, needle))
				return (ptrdiff_t)place;
			if (++tries == FIND_TRIES)
				return find_by_library(text, place + 1,
						       needle);
		}
	}
	return -1;
}

static ptrdiff_t find_last_in_few(struct slice text, struct slice needle)
{
	for (size_t i = text.len - needle.len + 1; i-- > 0;)
		if (ends_are_there(text, i, needle) &&
		    is_there(text, i, needle))
			return (ptrdiff_t)i;
	return -1;
}

ptrdiff_t slice_find_last(struct slice text, struct slice needle)
{
	size_t end;	/* places before this one are left */

	if (needle.len < 2)
		return needle.len ? slice_find_last_char(text, needle.ptr[0])
				  : -1;
	if (text.len < needle.len)
		return -1;
	end = text.len - needle.len + 1;
	if (end < SCAN_STEP)
		return find_last_in_few(text, needle);
	while (end > 0) {
		/* The first places twice rather than before the beginning:
		 * those behind them were found not to fit. */
		size_t at = end > SCAN_STEP ? end - SCAN_STEP : 0;
		uint32_t bits = scan_ends(text, at, needle);

		for (; bits; bits ^= UINT32_C(1) << scan_last(bits))
			if (is_there(text, at + scan_last(bits), needle))
				return (ptrdiff_t)(at + scan_last(bits));
		end = at;
	}
	return -1;
}

ptrdiff_t slice_find_last_char(struct slice text, char c)
{
	const char *at;

	if (text.len >= SCAN_STEP) {
		uint32_t bits;

		text.len -= SCAN_STEP;
		bits = scan_equal(text.ptr + text.len, c);
		if (bits)
			return (ptrdiff_t)(text.len + scan_last(bits));
	}
	at = text.len ? memrchr(text.ptr, c, text.len) : NULL;
	return at ? at - text.ptr : -1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice text)
{
	while (text.len > 0 && is_blank(text.ptr[0]))
		text = slice_after(text, 1);
	while (text.len > 0 && is_blank(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

struct slice slice_last_line(struct slice text)
{
	text = slice_trim(text);
	return slice_trim(slice_after(
		text, (size_t)(slice_find_last_char(text, '\n') + 1)));
}

bool slice_number(struct slice text, uint32_t *number_out)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9';
	     i++) {
		number = number * 10 + (uint64_t)(text.ptr[i] - '0');
		if (number > UINT32_MAX)
			return false;
	}
	if (i == 0)
		return false;
	*number_out = (uint32_t)number;
	return true;
}

bool slice_whole(struct slice text, int64_t *number_out)
{
	int64_t number = 0;

	if (text.len == 0 || text.len > 18)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		number = 10 * number + (text.ptr[i] - '0');
	}
	*number_out = number;
	return true;
}

struct slice slice_domain(struct slice address)
{
	ptrdiff_t at = slice_find_last_char(address, '@');

	if (at < 0)
		return (struct slice){ NULL, 0 };
	return slice_after(address, (size_t)at + 1);
}

/* Where the label that ends at `end` begins. */
static size_t label_start(struct slice domain, size_t end)
{
	while (end > 0 && domain.ptr[end - 1] != '.')
		end--;
	return end;
}

struct slice slice_registered(struct slice domain)
{
	size_t top = label_start(domain, domain.len);
	size_t second = top ? label_start(domain, top - 1) : 0;

	if (second > 0 && domain.len - top == 2 && top - 1 - second <= 3)
		second = label_start(domain, second - 1);
	return slice_after(domain, second);
}

bool slice_copy(struct slice text, char *to, size_t size)
{
	size_t len = text.len < size ? text.len : size - 1;

	if (len)
		memcpy(to, text.ptr, len);
	to[len] = '\0';
	return len == text.len;
}

/* Eight letters at a time: bit 7 of a byte in `upper` says that it is one of
 * A to Z, and bit 5 is what makes it lower case. */
static uint64_t lower_eight(uint64_t eight)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t low7 = eight & each * 0x7f;
	uint64_t from_a = low7 + each * (0x80 - 'A');
	uint64_t behind_z = low7 + each * (0x80 - 'Z' - 1);
	uint64_t upper = from_a & ~behind_z & ~eight & each * 0x80;

	return eight | upper >> 2;
}

bool slice_copy_lower(struct slice text, char *to, size_t size)
{
	size_t len = text.len < size ? text.len : size - 1, i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t eight;

		memcpy(&eight, text.ptr + i, 8);
		eight = lower_eight(eight);
		memcpy(to + i, &eight, 8);
	}
	for (; i < len; i++)
		to[i] = lower(text.ptr[i]);
	to[len] = '\0';
	return len == text.len;
}
