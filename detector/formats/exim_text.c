/* The pieces that Exim lines are made of. */
#include "detector/formats/exim.h"

#include <endian.h>
#include <string.h>

/* A line longer than this may have been cut on its way: relays cut at 1024
 * bytes, and Exim itself splits for syslog at 870. */
enum { WHOLE_MAX = 900 };

static const bool is_base62[256] = {
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
};

/* How many base 62 digits text[from] begins; 0 when neither `a` nor `b`. */
static size_t id_part(struct slice text, size_t from, size_t a, size_t b)
{
	size_t n = 0;

	while (n <= b && from + n < text.len &&
	       is_base62[(unsigned char)text.ptr[from + n]])
		n++;
	return n == a || n == b ? n : 0;
}

size_t exim_id_length(struct slice text)
{
	size_t middle, last;

	if (text.len < 16 || text.ptr[6] != '-' || !id_part(text, 0, 6, 6))
		return 0;
	middle = id_part(text, 7, 6, 11);
	last = middle == 6 ? 2 : 4;
	if (!middle || text.len < 8 + middle + last ||
	    text.ptr[7 + middle] != '-')
		return 0;
	return id_part(text, 8 + middle, last, last) ? 8 + middle + last : 0;
}

bool exim_is_address(struct slice word, struct address *out)
{
	struct slice address;
	size_t i = 1;

	if (!slice_skip(&word, S("[")) || slice_find_char(word, ']') < 0)
		return false;
	address = slice_cut(&word, ']');
	if (word.len && word.ptr[0] == ':') {
		while (i < word.len && is_digit(word.ptr[i]))
			i++;
		word = slice_after(word, i);
		slice_skip(&word, S(":"));
	}
	return word.len == 0 && address_parse(address, out);
}

struct slice exim_dsn(struct slice text)
{
	struct slice none = { text.ptr, 0 };
	size_t i = 1;

	if (text.len < 5 || text.ptr[0] < '2' || text.ptr[0] > '5')
		return none;
	for (int part = 0; part < 2; part++) {
		size_t from = i + 1;

		if (i >= text.len || text.ptr[i] != '.')
			return none;
		for (i = from; i < text.len && is_digit(text.ptr[i]); i++)
			;
		if (i == from || i > from + 3)
			return none;
	}
	return slice_sub(text, 0, i);
}

/* Behind a quoted part: the end of the word, or what an address goes on with.
 * The value of a field, as in T="...", ends there, or with the ": " before the
 * text of a failure. */
static bool may_follow(struct slice text, size_t at, bool is_value)
{
	static const struct slice goes_on = SLICE("@.>,:");

	if (at >= text.len || text.ptr[at] == ' ')
		return true;
	if (is_value)
		return slice_starts(slice_after(text, at), S(": "));
	return slice_find_char(goes_on, text.ptr[at]) >= 0;
}

/* text[at] is a quote. Where the word goes on behind the closing one; behind
 * the opening one when it is a character like others. */
static size_t step_over_quoted(struct exim_words *words, size_t at)
{
	struct slice text = words->rest;
	bool is_value = at > 1 && text.ptr[at - 1] == '=' &&
			text.ptr[at - 2] >= 'A' && text.ptr[at - 2] <= 'Z';
	size_t end = words->no_quote ? text.len : at + 1;

	for (; end < text.len && text.ptr[end] != '"'; end++)
		if (text.ptr[end] == '\\')
			end++;
	if (end < text.len && may_follow(text, end + 1, is_value))
		return end + 1;
	if (end >= text.len && words->line_len >= WHOLE_MAX) {
		words->is_torn = true;
		return text.len;
	}
	words->no_quote = end >= text.len;
	words->is_odd = true;
	return at + 1;
}

struct exim_words exim_words_of(struct slice text)
{
	return (struct exim_words){ .rest = text, .line_len = text.len };
}

/* The high bit of each of these eight bytes that is this one. Exact for the
 * lowest of them; one above it may be marked although it is not. */
static uint64_t marks_of(uint64_t eight, char byte)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t zero = eight ^ each * (unsigned char)byte;

	return (zero - each) & ~zero & each * 0x80;
}

/* The first byte at or behind `at` that may end a word, or quote in it. */
static size_t skip_ordinary(struct slice text, size_t at)
{
	for (; at + 8 <= text.len; at += 8) {
		uint64_t eight, marks;

		memcpy(&eight, text.ptr + at, sizeof(eight));
		eight = le64toh(eight);
		marks = marks_of(eight, ' ') | marks_of(eight, '"') |
			marks_of(eight, '\\');
		if (marks)
			return at + (size_t)__builtin_ctzll(marks) / 8;
	}
	while (at < text.len && text.ptr[at] != ' ' && text.ptr[at] != '"' &&
	       text.ptr[at] != '\\')
		at++;
	return at;
}

bool exim_next_word(struct exim_words *words, bool plain,
		    struct slice *word_out)
{
	struct slice text;
	size_t at = 0;

	while (words->rest.len && words->rest.ptr[0] == ' ')
		words->rest = slice_after(words->rest, 1);
	text = words->rest;
	if (!text.len)
		return false;
	/* The client's word in the TLS handshake: its blanks are escaped, its
	 * quotes are not (before 4.92 all of it was quoted). */
	plain |= slice_starts(text, S("SNI=")) &&
		 !slice_starts(text, S("SNI=\""));
	while ((at = skip_ordinary(text, at)) < text.len &&
	       text.ptr[at] != ' ') {
		if (text.ptr[at] == '"' && !plain)
			at = step_over_quoted(words, at);
		else if (text.ptr[at] == '\\' && !plain)
			at += 2;
		else
			at++;
	}
	/* A backslash at the very end has nothing to escape. The rest points
	 * behind the word even when it is empty. */
	at = at < text.len ? at : text.len;
	*word_out = slice_sub(text, 0, at);
	words->rest = (struct slice){ text.ptr + at, text.len - at };
	return true;
}
