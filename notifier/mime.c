#include "notifier/mime.h"

#include "base/stamp.h"

#include <string.h>

static const char hex[] = "0123456789ABCDEF";

bool mime_is_address(struct slice address)
{
	ptrdiff_t at = slice_find_char(address, '@');

	if (at < 1 || (size_t)at + 1 >= address.len ||
	    address.len > MIME_ADDRESS_MAX)
		return false;
	for (size_t i = 0; i < address.len; i++) {
		char c = address.ptr[i];

		if (c <= ' ' || c > '~' || strchr("<>()[]\\,;:\"", c))
			return false;
		if (c == '@' && i != (size_t)at)
			return false;
	}
	return true;
}

/* At most `max` bytes, without half a character at the end. */
static struct slice cut_text(struct slice text, size_t max)
{
	if (text.len <= max)
		return text;
	while (max > 0 && ((unsigned char)text.ptr[max] & 0xc0) == 0x80)
		max--;
	return slice_sub(text, 0, max);
}

static bool is_plain(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < ' ' || text.ptr[i] > '~')
			return false;
	/* What looks like an encoded word would be decoded. */
	return slice_find(text, S("=?")) < 0;
}

static size_t longest_word(struct slice text)
{
	size_t longest = 0;

	while (text.len > 0) {
		struct slice word = slice_cut(&text, ' ');

		if (word.len > longest)
			longest = word.len;
	}
	return longest;
}

/* Plain words, a new line before one that would not fit. */
static void add_folded(struct text *out, size_t used, struct slice text)
{
	bool is_first = true;

	while (text.len > 0) {
		struct slice word = slice_cut(&text, ' ');

		if (word.len == 0)
			continue;
		if (!is_first && used + 1 + word.len > MIME_LINE_MAX) {
			text_add_string(out, "\r\n");
			used = 0;
		}
		text_add_char(out, ' ');
		text_add(out, word);
		used += 1 + word.len;
		is_first = false;
	}
}

/* RFC 2047 section 5 (3) allows the fewest bytes inside a phrase; we keep to
 * them everywhere. */
static bool is_word_byte(char c)
{
	return is_digit(c) || is_letter(c) || (c && strchr("!*+-/", c));
}

/* One character of an encoded word; what is no text becomes a blank or
 * U+FFFD. */
static size_t encode_character(struct slice one, bool is_valid,
			       char encoded[13])
{
	static const struct slice replacement = SLICE("\xef\xbf\xbd");
	size_t n = 0;

	if (!is_valid)
		one = replacement;
	for (size_t i = 0; i < one.len; i++) {
		unsigned char c = (unsigned char)one.ptr[i];

		if (c <= ' ' || c == 0x7f) {
			encoded[n++] = '_';
		} else if (is_word_byte((char)c)) {
			encoded[n++] = (char)c;
		} else {
			encoded[n++] = '=';
			encoded[n++] = hex[c >> 4];
			encoded[n++] = hex[c & 15];
		}
	}
	return n;
}

/* Encoded words on lines of their own; no character is torn apart, as each
 * word must decode by itself (RFC 2047 section 5). */
static void add_encoded(struct text *out, size_t used, struct slice text)
{
	static const struct slice begin = SLICE(" =?UTF-8?Q?");

	text_add(out, begin);
	used += begin.len;
	while (text.len > 0) {
		size_t len = utf8_character(text);
		struct slice one = slice_sub(text, 0, len ? len : 1);
		char encoded[13];
		size_t n = encode_character(one, len > 0, encoded);

		if (used + n + 2 > MIME_LINE_MAX) {
			text_add_string(out, "?=\r\n");
			text_add(out, begin);
			used = begin.len;
		}
		text_add(out, (struct slice){ encoded, n });
		used += n;
		text = slice_after(text, one.len);
	}
	text_add_string(out, "?=");
}

void mime_header_text(struct text *out, const char *name, struct slice value)
{
	size_t used = strlen(name) + 1;

	value = slice_trim(cut_text(value, MIME_HEADER_TEXT_MAX));
	text_addf(out, "%s:", name);
	if (is_plain(value) && longest_word(value) < MIME_LINE_MAX - used)
		add_folded(out, used, value);
	else
		add_encoded(out, used, value);
	text_add_string(out, "\r\n");
}

static void add_quoted(struct text *out, struct slice display)
{
	text_add_string(out, " \"");
	for (size_t i = 0; i < display.len; i++) {
		if (display.ptr[i] == '"' || display.ptr[i] == '\\')
			text_add_char(out, '\\');
		text_add_char(out, display.ptr[i]);
	}
	text_add_char(out, '"');
}

void mime_header_mailbox(struct text *out, const char *name,
			 struct slice display, struct slice address)
{
	size_t used = strlen(name) + 1;

	display = slice_trim(cut_text(display, MIME_HEADER_TEXT_MAX));
	text_addf(out, "%s:", name);
	if (display.len == 0) {
		const char *fold = used + 1 + address.len > MIME_LINE_MAX
			? "\r\n" : "";

		text_addf(out, "%s %.*s\r\n", fold, (int)address.len,
			  address.ptr);
		return;
	}
	if (is_plain(display) && display.len < 40)
		add_quoted(out, display);
	else
		add_encoded(out, used, display);
	text_addf(out, "\r\n <%.*s>\r\n", (int)address.len, address.ptr);
}

void mime_header_date(struct text *out, int64_t at_ms)
{
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
					 "Fri", "Sat" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
					    "Jun", "Jul", "Aug", "Sep", "Oct",
					    "Nov", "Dec" };
	int64_t offset_ms = stamp_zone_offset_ms(at_ms);
	int minutes = (int)(offset_ms / STAMP_MINUTE_MS);
	int ahead = minutes < 0 ? -minutes : minutes;
	struct stamp_civil civil;

	stamp_split(at_ms + offset_ms, &civil);
	text_addf(out, "Date: %s, %d %s %04d %02d:%02d:%02d %c%02d%02d\r\n",
		  days[civil.weekday], civil.day, months[civil.month - 1],
		  civil.year, civil.hour, civil.minute, civil.second,
		  minutes < 0 ? '-' : '+', ahead / 60, ahead % 60);
}

/* Must the byte be written as =XX? */
static bool needs_quoting(struct slice line, size_t i)
{
	unsigned char c = (unsigned char)line.ptr[i];

	if (c == ' ')
		return i + 1 == line.len;	/* blanks at the end get lost */
	if (c < ' ' || c > '~' || c == '=')
		return true;
	/* Not every server on the way doubles dots and leaves "From " alone. */
	return i == 0 && (c == '.' || slice_starts(line, S("From ")));
}

static void add_quoted_line(struct text *out, struct slice line)
{
	size_t used = 0;

	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.ptr[i];
		bool quote = needs_quoting(line, i);
		size_t n = quote ? 3 : 1;

		if (used + n > MIME_LINE_MAX - 1) {
			text_add_string(out, "=\r\n");
			used = 0;
			/* The rest is a line of its own for dots and From. */
			quote = needs_quoting(slice_after(line, i), 0);
			n = quote ? 3 : 1;
		}
		if (quote)
			text_addf(out, "=%c%c", hex[c >> 4], hex[c & 15]);
		else
			text_add_char(out, (char)c);
		used += n;
	}
	text_add_string(out, "\r\n");
}

void mime_quoted_printable(struct text *out, struct slice body)
{
	while (body.len > 0)
		add_quoted_line(out, slice_cut(&body, '\n'));
}
