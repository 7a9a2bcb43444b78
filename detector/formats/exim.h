/*
 * exim - what the files of the Exim format share, and header.c with them.
 *
 * An Exim line is words between blanks. What is the server's and what a
 * stranger's is told by quoting: an address or a subject may hold blanks, and
 * anything that looks like a field, only inside quotes or behind a backslash.
 * exim_next_word() steps over those, so that what it gives out is Exim's own,
 * but for a HELO where helo_accept_junk_hosts lets one hold blanks.
 *
 * All of it in linear time and without memory of its own.
 */
#ifndef DETECTOR_FORMATS_EXIM_H
#define DETECTOR_FORMATS_EXIM_H

#include "detector/formats/format.h"

/* A walk over the words of a line. */
struct exim_words {
	struct slice rest;
	size_t line_len;
	bool is_part;	/* the line goes on in another, perhaps in quotes */
	bool is_odd;	/* quotes that Exim would not have written so */
	bool is_torn;	/* cut within a quote: the last word goes to the end */
	bool no_quote;	/* no closing quote is left, so none is searched */
};

static inline struct exim_words exim_words_of(struct slice text)
{
	return (struct exim_words){ .rest = text, .line_len = text.len };
}

/* False at the end. Where `plain`, quotes mean nothing, as in a HELO. */
bool exim_next_word(struct exim_words *words, bool plain,
		    struct slice *word_out);

/* Its plain twin, which it asks where there are quotes: it alone decides. */
bool exim_next_word_plainly(struct exim_words *words, bool plain,
			    struct slice *word_out);

/*
 * Where the blanks, quotes and backslashes of a whole line are, for who wants
 * all its words: a bit for each byte, and one for the end. `line` is NULL where
 * it is too short or too long for that.
 */
enum { EXIM_PLACE = 64, EXIM_MARKED_MAX = 1024 };

struct exim_marks {
	const char *line;
	uint64_t bits[EXIM_MARKED_MAX / EXIM_PLACE];
};

static inline uint32_t exim_marks_at(const char *at)
{
	return scan_equal_any(at, ' ', '"', '\\');
}

void exim_mark(struct slice text, struct exim_marks *marks_out);

/* exim_next_word() of a line with marks. */
static inline bool exim_next_marked_word(const struct exim_marks *marks,
					 struct exim_words *words, bool plain,
					 struct slice *word_out)
{
	const char *from = words->rest.ptr, *at, *line = marks->line;
	const char *end = from + words->rest.len;
	size_t place;
	uint64_t bits;

	if (!line || from == end)
		return exim_next_word(words, plain, word_out);
	from += *from == ' ';
	place = (size_t)(from - line) / EXIM_PLACE;
	bits = marks->bits[place] &
	       UINT64_MAX << (size_t)(from - line) % EXIM_PLACE;
	while (!bits)
		bits = marks->bits[++place];
	at = line + place * EXIM_PLACE + __builtin_ctzll(bits);
	/* A quote, or a second blank. */
	if (at == from || (at < end && *at != ' '))
		return exim_next_word_plainly(words, plain, word_out);
	*word_out = (struct slice){ from, (size_t)(at - from) };
	words->rest = (struct slice){ at, (size_t)(end - at) };
	return true;
}

/* "1RwtJa-000AFJ-3B" (6-6-2) or, since 4.97, "1sDcIh-000000004YY-3wAT"
 * (6-11-4): how long the id is that `text` begins with; 0 for none. */
size_t exim_id_length(struct slice text);

/* Step over "[123] "; false, and nothing done, where none is. */
bool exim_skip_pid(struct slice *text);

/* Is all of it "[ADDRESS]" or "[ADDRESS]:PORT", perhaps with the ':' of what
 * follows? */
bool exim_is_address(struct slice word, struct address *out);

/* What follows "ID <= ". `is_part` when the line goes on in another. */
enum format_result exim_read_arrival(struct slice text, struct slice id,
				     bool is_part, struct mail_event *event);

/* What follows "ID => " and its like. */
enum format_result exim_read_delivery(struct slice text, struct slice id,
				      enum mail_status status,
				      struct mail_event *event);

/* A refused command or message; `id` may be empty. */
enum format_result exim_read_reject(struct slice text, struct slice id,
				    struct mail_event *event);

/* What follows "NAME authenticator failed for ". */
enum format_result exim_read_auth_failure(struct slice text,
					  struct mail_event *event);

/* "AUTHENTICATOR:LOGIN[:SENDER]": the login, empty for none. */
struct slice exim_login(struct slice auth);

#endif
