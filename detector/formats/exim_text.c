/* The pieces that Exim lines are made of. */
#include "detector/formats/exim.h"

#include "base/scan.h"

/* A line longer than this may have been cut on its way: relays cut at 1024
 * bytes, and Exim itself splits for syslog at 870. */
enum { WHOLE_MAX = 900 };

/*
 * One bit for each of the first sixteen bytes (or, of a long id, those from
 * the seventh on) that is a base 62 digit:
 *
 *   1RwtJa-000AFJ-3B          111111.111111.11
 *   1sDcIh-000000004YY-3wAT   111111.| 11111111111.1111
 */
enum { SHORT_ID = 0xdfbf, LONG_ID = 0xf7ff };
enum { SHORT_LEN = 16, LONG_LEN = 23, LONG_FROM = LONG_LEN - SCAN_STEP };

static bool is_base62(char c)
{
	return is_digit(c) || is_letter(c);
}

static bool ends_at(struct slice text, size_t len)
{
	return text.len == len || !is_base62(text.ptr[len]);
}

size_t exim_id_length(struct slice text)
{
	uint32_t bits;

	if (text.len < SHORT_LEN || text.ptr[6] != '-')
		return 0;
	bits = scan_alnum(text.ptr);
	if (bits == SHORT_ID)
		return text.ptr[13] == '-' && ends_at(text, SHORT_LEN)
			       ? SHORT_LEN
			       : 0;
	if (text.len < LONG_LEN || (bits & 0x7f) != (SHORT_ID & 0x7f) ||
	    text.ptr[18] != '-' ||
	    scan_alnum(text.ptr + LONG_FROM) != LONG_ID)
		return 0;
	return ends_at(text, LONG_LEN) ? LONG_LEN : 0;
}

bool exim_skip_pid(struct slice *text)
{
	struct slice rest = *text, digits;

	if (!slice_skip(&rest, S("[")))
		return false;
	digits = rest;
	slice_skip_digits(&rest);
	if (rest.len == digits.len || !slice_skip(&rest, S("] ")))
		return false;
	*text = rest;
	return true;
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

/* One digit in each part, as nearly always. */
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

/* Where something may end, or quote. */
enum marks {
	BLANKS,
	IN_WORDS,	/* blanks, quotes, backslashes */
	IN_QUOTES	/* quotes and backslashes */
};

static inline uint32_t marks_of(const char *at, enum marks marks)
{
	uint32_t bits = marks == IN_QUOTES ? 0 : scan_equal(at, ' ');

	if (marks != BLANKS)
		bits |= scan_equal(at, '"') | scan_equal(at, '\\');
	return bits;
}

static inline bool is_mark(char c, enum marks marks)
{
	return (c == ' ' && marks != IN_QUOTES) ||
	       (marks != BLANKS && (c == '"' || c == '\\'));
}

/* The first mark at or behind rest[at]; the end for none. Only the last bytes
 * of the line do not fill a step: what stands before them, already passed, is
 * looked at once more. */
static inline size_t find_mark(const struct exim_words *words, size_t at,
			       enum marks marks)
{
	struct slice text = words->rest;
	uint32_t bits;

	for (; at + SCAN_STEP <= text.len; at += SCAN_STEP) {
		bits = marks_of(text.ptr + at, marks);
		if (bits)
			return at + scan_first(bits);
	}
	if (at >= text.len)
		return text.len;
	if (words->line_len >= SCAN_STEP) {
		bits = marks_of(text.ptr + text.len - SCAN_STEP, marks) >>
		       (SCAN_STEP - (text.len - at));
		return bits ? at + scan_first(bits) : text.len;
	}
	while (at < text.len && !is_mark(text.ptr[at], marks))
		at++;
	return at;
}

/* text[at] is a quote. Where the word goes on behind the closing one; behind
 * the opening one when it is a character like others. */
static size_t step_over_quoted(struct exim_words *words, size_t at)
{
	struct slice text = words->rest;
	bool is_value = at > 1 && text.ptr[at - 1] == '=' &&
			text.ptr[at - 2] >= 'A' && text.ptr[at - 2] <= 'Z';
	size_t end = words->no_quote ? text.len : at + 1;

	while ((end = find_mark(words, end, IN_QUOTES)) < text.len &&
	       text.ptr[end] != '"')
		end += 2;
	if (end < text.len && may_follow(text, end + 1, is_value))
		return end + 1;
	if (end >= text.len &&
	    (is_value || words->is_part || words->line_len >= WHOLE_MAX)) {
		words->is_torn = true;
		return text.len;
	}
	words->no_quote = end >= text.len;
	words->is_odd = true;
	return at + 1;
}

/* A HELO, and the client's word in the TLS handshake: its blanks are escaped,
 * its quotes are not (before 4.92 all of it was quoted). */
static inline bool is_unquoted(struct slice text)
{
	return slice_starts(text, S("H=")) ||
	       (slice_starts(text, S("SNI=")) &&
		!slice_starts(text, S("SNI=\"")));
}

static inline uint64_t marks_of_place(const char *at)
{
	return (uint64_t)exim_marks_at(at) |
	       (uint64_t)exim_marks_at(at + SCAN_STEP) << SCAN_STEP |
	       (uint64_t)exim_marks_at(at + 2 * SCAN_STEP) << 2 * SCAN_STEP |
	       (uint64_t)exim_marks_at(at + 3 * SCAN_STEP) << 3 * SCAN_STEP;
}

void exim_mark(struct slice text, struct exim_marks *marks_out)
{
	uint64_t *bits = marks_out->bits;
	const char *at = text.ptr, *last = at + text.len - EXIM_PLACE;
	unsigned left = text.len % EXIM_PLACE;

	marks_out->line = NULL;
	if (text.len < EXIM_PLACE || text.len >= EXIM_MARKED_MAX)
		return;
	marks_out->line = at;
	for (; at <= last; at += EXIM_PLACE)
		*bits++ = marks_of_place(at);
	/* The last bytes with those before them, and behind them the end. */
	*bits = UINT64_C(1) << left;
	if (left)
		*bits |= marks_of_place(last) >> (EXIM_PLACE - left);
}

bool exim_next_word_plainly(struct exim_words *words, bool plain,
			    struct slice *word_out)
{
	struct slice text = words->rest;
	size_t at = 0;

	while (text.len && text.ptr[0] == ' ') {
		text.ptr++;
		text.len--;
	}
	words->rest = text;
	if (!text.len)
		return false;
	if (plain || is_unquoted(text)) {
		at = find_mark(words, 0, BLANKS);
	} else {
		while ((at = find_mark(words, at, IN_WORDS)) < text.len &&
		       text.ptr[at] != ' ')
			at = text.ptr[at] == '"' ? step_over_quoted(words, at)
						 : at + 2;
	}
	/* The rest points behind the word even when it is empty. */
	*word_out = (struct slice){ text.ptr, at };
	words->rest = (struct slice){ text.ptr + at, text.len - at };
	return true;
}

/* Nearly every word ends with the first blank, quoted or not, as there is no
 * quote before it. Where that would take a step beyond the line it is left to
 * the other. */
bool exim_next_word(struct exim_words *words, bool plain,
		    struct slice *word_out)
{
	const char *from = words->rest.ptr, *at;
	const char *end = from + words->rest.len;
	uint32_t bits = 0;

	from += from < end && *from == ' ';
	if (end - from < SCAN_STEP || *from == ' ')
		return exim_next_word_plainly(words, plain, word_out);
	for (at = from; end - at >= SCAN_STEP; at += SCAN_STEP) {
		bits = exim_marks_at(at);
		if (bits)
			break;
	}
	if (!bits) {
		at = end - SCAN_STEP;
		bits = exim_marks_at(at);
	}
	at = bits ? at + scan_first(bits) : end;
	if (bits && *at != ' ')
		return exim_next_word_plainly(words, plain, word_out);
	*word_out = (struct slice){ from, (size_t)(at - from) };
	words->rest = (struct slice){ at, (size_t)(end - at) };
	return true;
}
