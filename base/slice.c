#include "base/slice.h"

#include <string.h>

/* Places where the first byte fits, before the search changes its way. */
enum { FIND_TRIES = 8 };

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

/* The first byte was found to fit. The second mostly does not: asking here
 * spares a call for each comma of a line. */
static inline bool is_there(const char *at, struct slice needle)
{
	return needle.len == 1 || (at[1] == needle.ptr[1] &&
				   memcmp(at, needle.ptr, needle.len) == 0);
}

ptrdiff_t slice_find(struct slice text, struct slice needle)
{
	const char *from = text.ptr, *at;
	size_t reach;

	if (text.len < needle.len || needle.len == 0)
		return -1;
	reach = text.len - needle.len + 1;
	/* memmem prepares a table on every call, which costs more than a few
	 * false starts do; hostile text full of them is left to it. */
	for (int tries = 0; tries < FIND_TRIES; tries++) {
		at = memchr(from, needle.ptr[0], reach);
		if (!at)
			return -1;
		if (is_there(at, needle))
			return at - text.ptr;
		reach -= (size_t)(at + 1 - from);
		from = at + 1;
		if (reach == 0)
			return -1;
	}
	at = memmem(from, reach + needle.len - 1, needle.ptr, needle.len);
	return at ? at - text.ptr : -1;
}

ptrdiff_t slice_find_last(struct slice text, struct slice needle)
{
	while (needle.len > 0 && text.len >= needle.len) {
		size_t reach = text.len - needle.len + 1;
		const char *at = memrchr(text.ptr, needle.ptr[0], reach);

		if (!at)
			return -1;
		if (is_there(at, needle))
			return at - text.ptr;
		text.len = (size_t)(at - text.ptr) + needle.len - 1;
	}
	return -1;
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

struct slice slice_domain(struct slice address)
{
	const char *at = address.len
				 ? memrchr(address.ptr, '@', address.len)
				 : NULL;

	if (!at)
		return (struct slice){ NULL, 0 };
	return slice_after(address, (size_t)(at - address.ptr) + 1);
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
