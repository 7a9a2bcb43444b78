/*
 * Deliveries, one line for every recipient, and attempt:
 *
 *   ID => ADDRESS[ (PARENT)][ <ORIGINAL>] [F=<..>] [R=ROUTER] [T=TRANSPORT]
 *       [H=HOST [ADDRESS]] [X=..] [A=..] [C="REPLY"] ..
 *   ID ** ADDRESS.. R=.. T=.. [H=..] [X=..][ ]: TEXT[ DT=..]
 *   ID == ADDRESS.. R=.. T=.. defer (NUMBER) [H=..] [DT=..]: TEXT
 *
 * A= is our own login at a smarthost and nobody's here (pitfall A12). A code
 * stands only in TEXT, in words of the remote server:
 *
 *   SMTP error from remote mail server after RCPT TO:<..>: [host ..: ]550 5.1.1
 *   SMTP error from remote mail server after end of data: 554 5.7.1 ..
 */
#include "detector/formats/exim.h"

struct delivery {
	struct slice address, original, reply;
	struct slice last;
	struct address relay;
	bool has_relay, in_fields;
};

/* "550 5.1.1", "550-5.1.1": step over the number. */
static bool skip_code(struct slice *text)
{
	struct slice rest = *text;

	if (rest.len < 3 || rest.ptr[0] < '2' || rest.ptr[0] > '5' ||
	    !is_digit(rest.ptr[1]) || !is_digit(rest.ptr[2]))
		return false;
	rest = slice_after(rest, 3);
	if (rest.len && !slice_skip(&rest, S(" ")) &&
	    !slice_skip(&rest, S("-")))
		return false;
	*text = rest;
	return true;
}

/* The recipient is the sender's words and may hold ": 550 ". */
static void skip_recipient(struct slice *text)
{
	ptrdiff_t at = slice_find(*text, S(" TO:<"));
	struct exim_words words;
	struct slice word;

	if (at < 0 || at > 80)
		return;
	words = exim_words_of(slice_after(*text, (size_t)at +
						 sizeof(" TO:<") - 1));
	/* Up to the ':' behind the '>', which is wanted next. */
	if (exim_next_word(&words, false, &word) && slice_ends(word, S(">:")))
		*text = slice_after(*text, (size_t)(word.ptr + word.len -
						    text->ptr) - 1);
}

/* The enhanced code of the first answer in `text`; empty for none. */
static struct slice code_in(struct slice text)
{
	struct slice none = { text.ptr, 0 };
	ptrdiff_t at;

	if (skip_code(&text))
		return exim_dsn(text);
	skip_recipient(&text);
	while ((at = slice_find(text, S(": "))) >= 0) {
		text = slice_after(text, (size_t)at + 2);
		if (skip_code(&text))
			return exim_dsn(text);
	}
	return none;
}

/* "R=dnslookup", "F=<..>": the recipient's words are over. */
static bool is_field(struct slice word)
{
	return word.len > 2 && word.ptr[1] == '=' && word.ptr[0] >= 'A' &&
	       word.ptr[0] <= 'Z';
}

/* The remote server's words in C="...", to the line's end where the quote was
 * cut off (pitfall D9). */
static struct slice reply_of(struct slice word, struct slice rest)
{
	slice_skip(&word, S("C=\""));
	if (slice_ends(word, S("\"")))
		word.len--;
	else
		word.len = (size_t)(rest.ptr + rest.len - word.ptr);
	return word;
}

/* False when the text begins behind this word. */
static bool take_word(struct delivery *found, struct slice word,
		      struct slice rest, bool has_text)
{
	struct slice inner = word;

	if (has_text && slice_ends(word, S(":")))
		return false;
	if (is_field(word))
		found->in_fields = true;
	else if (!found->in_fields && !found->original.len &&
		 slice_skip(&inner, S("<")) && slice_ends(inner, S(">")))
		found->original = slice_sub(inner, 0, inner.len - 1);
	if (slice_starts(word, S("C=\"")) && !found->reply.len)
		found->reply = reply_of(word, rest);
	if (slice_starts(found->last, S("H=")) && !found->has_relay) {
		/* The second message of one connection has a star here. */
		if (slice_ends(word, S("*")))
			word.len--;
		found->has_relay = exim_is_address(word, &found->relay);
	}
	return true;
}

/* Exim writes a local part, a file or a command without quotes: all the words
 * up to a bracket or a field. */
static void take_rest_of_address(struct exim_words *words, bool has_text,
				 struct slice *address)
{
	struct exim_words next = *words;
	struct slice word;

	while (exim_next_word(&next, false, &word)) {
		if (word.ptr[0] == '<' || word.ptr[0] == '(' ||
		    is_field(word) ||
		    (has_text && (slice_ends(word, S(":")) ||
				  slice_eq(word, S("routing")) ||
				  slice_eq(word, S("defer")))))
			return;
		address->len = (size_t)(word.ptr + word.len - address->ptr);
		*words = next;
	}
}

/* How long the attempt took (+deliver_time) follows the remote words. */
static void drop_time(struct slice *reply)
{
	ptrdiff_t at = slice_find_last(*reply, S(" DT="));

	if (at >= 0 &&
	    slice_find_char(slice_after(*reply, (size_t)at + 1), ' ') < 0)
		reply->len = (size_t)at;
}

/* A local delivery names a local part, a file or a command, and behind it in
 * brackets whom the sender wrote to. */
static struct slice recipient_of(const struct delivery *found)
{
	static const struct slice no_address = SLICE("|/:>");
	struct slice address = found->address;

	if (found->original.len &&
	    (slice_find_char(address, '@') < 0 ||
	     slice_find(address, S(" |")) >= 0 ||
	     slice_find_char(no_address, address.ptr[0]) >= 0))
		return found->original;
	return address;
}

/* Given up after days of trying: what the remote end said last says nothing
 * about the recipient. */
static bool is_expired(struct slice text)
{
	return slice_ends(text, S("retry timeout exceeded")) ||
	       slice_starts(text, S("retry time not reached for any host")) ||
	       (slice_starts(text, S("all hosts for ")) &&
		slice_find(text, S(" failing for a long time")) >= 0);
}

/* "250 OK id=1RwtJa-000AFJ-3B", "250 Ok: queued as ...": the id that a content
 * filter's way back gave the message (A3). Anybody else's answer than our own
 * machine's could name a message that is not theirs. */
static struct slice requeued_id(const struct delivery *found)
{
	struct slice none = { found->reply.ptr, 0 }, id = found->reply;
	const char *blank = id.len ? memrchr(id.ptr, ' ', id.len) : NULL;

	if (!blank || !found->has_relay ||
	    !address_is_loopback(&found->relay))
		return none;
	id = slice_after(id, (size_t)(blank - id.ptr) + 1);
	slice_skip(&id, S("id="));
	return id.len && exim_id_length(id) == id.len ? id : none;
}

enum format_result exim_read_delivery(struct slice text, struct slice id,
				      enum mail_status status,
				      struct mail_event *event)
{
	struct exim_words words = exim_words_of(text);
	struct delivery found = { .last = { text.ptr, 0 } };
	bool has_text = status != MAIL_SENT, goes_on = true;
	struct slice word;

	mail_event_init(event, MAIL_DELIVERY, id);
	if (!exim_next_word(&words, false, &found.address))
		return FORMAT_BAD;
	if (has_text && slice_ends(found.address, S(":"))) {
		found.address.len--;
		goes_on = false;
	}
	if (goes_on)
		take_rest_of_address(&words, has_text, &found.address);
	while (goes_on && exim_next_word(&words, false, &word)) {
		goes_on = take_word(&found, word, words.rest, has_text);
		if (!slice_eq(word, S("DS")))
			found.last = word;
	}
	event->status = status;
	event->reply = has_text ? slice_trim(words.rest) : found.reply;
	if (status == MAIL_BOUNCED)
		drop_time(&event->reply);
	event->dsn = code_in(event->reply);
	if (status == MAIL_BOUNCED && is_expired(event->reply))
		event->status = MAIL_EXPIRED;
	if (!found.address.len)
		return FORMAT_BAD;
	event->recipient = recipient_of(&found);
	if (status == MAIL_SENT)
		event->requeued_as = requeued_id(&found);
	return FORMAT_EVENT;
}
