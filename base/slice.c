#include "base/slice.h"

#include <string.h>

struct slice slice_from(const char *text)
{
	return (struct slice){ text, text ? strlen(text) : 0 };
}

bool slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
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

bool slice_starts(struct slice text, struct slice prefix)
{
	return text.len >= prefix.len &&
	       (prefix.len == 0 ||
		memcmp(text.ptr, prefix.ptr, prefix.len) == 0);
}

bool slice_ends(struct slice text, struct slice suffix)
{
	return text.len >= suffix.len &&
	       slice_eq(slice_after(text, text.len - suffix.len), suffix);
}

bool slice_skip(struct slice *rest, struct slice prefix)
{
	if (!slice_starts(*rest, prefix))
		return false;
	rest->ptr += prefix.len;
	rest->len -= prefix.len;
	return true;
}

struct slice slice_cut(struct slice *rest, char sep)
{
	struct slice head = *rest;
	const char *at = rest->len ? memchr(rest->ptr, sep, rest->len) : NULL;

	if (!at) {
		if (rest->len)
			rest->ptr += rest->len;
		rest->len = 0;
		return head;
	}
	head.len = (size_t)(at - rest->ptr);
	rest->ptr += head.len + 1;
	rest->len -= head.len + 1;
	return head;
}

ptrdiff_t slice_find(struct slice text, struct slice needle)
{
	const char *at;

	if (text.len < needle.len || needle.len == 0)
		return -1;
	at = memmem(text.ptr, text.len, needle.ptr, needle.len);
	return at ? at - text.ptr : -1;
}

ptrdiff_t slice_find_last(struct slice text, struct slice needle)
{
	while (needle.len > 0 && text.len >= needle.len) {
		size_t reach = text.len - needle.len + 1;
		const char *at = memrchr(text.ptr, needle.ptr[0], reach);

		if (!at)
			return -1;
		if (memcmp(at, needle.ptr, needle.len) == 0)
			return at - text.ptr;
		text.len = (size_t)(at - text.ptr) + needle.len - 1;
	}
	return -1;
}

ptrdiff_t slice_find_char(struct slice text, char c)
{
	const char *at = text.len ? memchr(text.ptr, c, text.len) : NULL;

	return at ? at - text.ptr : -1;
}

struct slice slice_sub(struct slice text, size_t from, size_t to)
{
	if (to > text.len)
		to = text.len;
	if (from >= to)
		return (struct slice){ text.ptr, 0 };
	return (struct slice){ text.ptr + from, to - from };
}

struct slice slice_after(struct slice text, size_t from)
{
	return slice_sub(text, from, text.len);
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

bool slice_copy(struct slice text, char *to, size_t size)
{
	size_t len = text.len < size ? text.len : size - 1;

	if (len)
		memcpy(to, text.ptr, len);
	to[len] = '\0';
	return len == text.len;
}

bool slice_copy_lower(struct slice text, char *to, size_t size)
{
	bool whole = slice_copy(text, to, size);

	for (char *c = to; *c; c++)
		*c = lower(*c);
	return whole;
}
