#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct text *text, size_t more)
{
	size_t want = text->len + more + 1;
	size_t room = text->room ? text->room : 64;

	if (text->overflowed || more > text->max ||
	    text->len > text->max - more) {
		text->overflowed = true;
		return false;
	}
	if (want <= text->room)
		return true;
	while (room < want)
		room *= 2;
	text->bytes = realloc(text->bytes, room);
	if (!text->bytes)
		abort();
	text->room = room;
	return true;
}

void text_add(struct text *text, struct slice bytes)
{
	if (bytes.len == 0 || !make_room(text, bytes.len))
		return;
	memcpy(text->bytes + text->len, bytes.ptr, bytes.len);
	text->len += bytes.len;
	text->bytes[text->len] = '\0';
}

void text_add_string(struct text *text, const char *string)
{
	text_add(text, slice_from(string));
}

void text_add_char(struct text *text, char c)
{
	text_add(text, (struct slice){ &c, 1 });
}

void text_addf(struct text *text, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len <= 0 || !make_room(text, (size_t)len))
		return;
	va_start(args, format);
	vsnprintf(text->bytes + text->len, (size_t)len + 1, format, args);
	va_end(args);
	text->len += (size_t)len;
}

static bool is_tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* Length by first byte, and the range its second byte must lie in. */
static size_t expected(unsigned char first, unsigned char *low,
		       unsigned char *high)
{
	*low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	*high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

size_t utf8_character(struct slice bytes)
{
	const unsigned char *at = (const unsigned char *)bytes.ptr;
	unsigned char low, high;
	size_t len;

	if (bytes.len == 0)
		return 0;
	len = expected(at[0], &low, &high);
	if (len <= 1)
		return len;
	if (bytes.len < len || at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (!is_tail(at[i]))
			return 0;
	return len;
}

/* U+2028 to U+202E and U+2066 to U+2069 end lines or turn the writing round:
 * a login could show itself as another one. */
static bool turns_text(struct slice character)
{
	unsigned char second, third;

	if (character.len != 3 || (unsigned char)character.ptr[0] != 0xe2)
		return false;
	second = (unsigned char)character.ptr[1];
	third = (unsigned char)character.ptr[2];
	return (second == 0x80 && third >= 0xa8 && third <= 0xae) ||
	       (second == 0x81 && third >= 0xa6 && third <= 0xa9);
}

/* C1 controls are valid UTF-8 and some terminals obey them. */
static bool is_control(struct slice character)
{
	unsigned char first = (unsigned char)character.ptr[0];

	if (turns_text(character))
		return true;
	if (character.len == 2 && first == 0xc2)
		return (unsigned char)character.ptr[1] < 0xa0;
	return character.len == 1 && (first < 0x20 || first == 0x7f);
}

/* Take one character, or one byte that is none. */
static struct slice next_character(struct slice *rest, bool *good_out)
{
	size_t len = utf8_character(*rest);
	struct slice one = slice_sub(*rest, 0, len ? len : 1);

	*good_out = len > 0 && !is_control(one);
	*rest = slice_after(*rest, one.len);
	return one;
}

void text_add_visible(struct text *text, struct slice bytes)
{
	while (bytes.len > 0) {
		bool good;
		struct slice one = next_character(&bytes, &good);

		if (good && one.ptr[0] != '\\') {
			text_add(text, one);
			continue;
		}
		for (size_t i = 0; i < one.len; i++)
			text_addf(text, "\\x%02x", (unsigned char)one.ptr[i]);
	}
}

static bool is_plain(struct slice bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		char c = bytes.ptr[i];

		if (c <= ' ' || c > '~' || c == '=' || c == '"')
			return false;
	}
	return bytes.len > 0;
}

void text_add_value(struct text *text, struct slice bytes)
{
	if (is_plain(bytes)) {
		text_add_visible(text, bytes);
		return;
	}
	text_add_char(text, '"');
	while (bytes.len > 0) {
		ptrdiff_t quote = slice_find_char(bytes, '"');
		size_t len = quote < 0 ? bytes.len : (size_t)quote;

		text_add_visible(text, slice_sub(bytes, 0, len));
		if (quote >= 0)
			text_add_string(text, "\\\"");
		bytes = slice_after(bytes, quote < 0 ? len : len + 1);
	}
	text_add_char(text, '"');
}

static const char *html_entity(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return NULL;
	}
}

/* Bytes at the start that go into HTML as they are: most of most texts. */
static size_t plain_html(struct slice bytes)
{
	size_t n = 0;

	while (n < bytes.len) {
		unsigned char c = (unsigned char)bytes.ptr[n];
		size_t len;

		if (c >= 0x20 && c < 0x7f && !html_entity((char)c)) {
			n++;
			continue;
		}
		len = c < 0x80 ? 0 : utf8_character(slice_after(bytes, n));
		if (len == 0 || is_control(slice_sub(bytes, n, n + len)))
			break;
		n += len;
	}
	return n;
}

void text_add_html(struct text *text, struct slice bytes)
{
	while (bytes.len > 0) {
		size_t plain = plain_html(bytes);
		struct slice one;
		const char *entity;
		bool good;

		if (plain > 0) {
			text_add(text, slice_sub(bytes, 0, plain));
			bytes = slice_after(bytes, plain);
			continue;
		}
		one = next_character(&bytes, &good);
		entity = one.len == 1 ? html_entity(one.ptr[0]) : NULL;
		if (one.ptr[0] == '\n' || one.ptr[0] == '\t')
			good = true;
		if (entity)
			text_add_string(text, entity);
		else if (good)
			text_add(text, one);
		else
			text_add_string(text, "\xef\xbf\xbd");
	}
}

void text_reserve(struct text *text, size_t more)
{
	if (text->len <= text->max && more <= text->max - text->len)
		make_room(text, more);
}

void text_clear(struct text *text)
{
	text->len = 0;
	text->overflowed = false;
	if (text->bytes)
		text->bytes[0] = '\0';
}

void text_release(struct text *text)
{
	free(text->bytes);
	text->bytes = NULL;
	text->len = text->room = 0;
	text->overflowed = false;
}

const char *text_string(const struct text *text)
{
	return text->bytes ? text->bytes : "";
}

struct slice text_slice(const struct text *text)
{
	return (struct slice){ text->bytes, text->len };
}
