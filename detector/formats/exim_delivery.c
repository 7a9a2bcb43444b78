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
	struct slice address, original, reply, requeued_as;
	enum mail_status status;
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
		return mail_event_take_dsn(&text);
	skip_recipient(&text);
	while ((at = slice_find(text, S(": "))) >= 0) {
		text = slice_after(text, (size_t)at + 2);
		if (skip_code(&text))
			return mail_event_take_dsn(&text);
	}
	return none;
}

/* "R=dnslookup", "SRS=<..>": the recipient's words are over. */
static bool is_field(struct slice word)
{
	size_t i = 0;

	while (i < word.len && word.ptr[i] >= 'A' && word.ptr[i] <= 'Z')
		i++;
	return i > 0 && i < word.len && word.ptr[i] == '=';
}

/* Over brackets to the first field, or to the colon before a text. Local
 * deliveries have "(PARENT)" and "<ORIGINAL>" there. */
static void take_original(struct exim_words *words, bool has_text,
			  struct slice *original)
{
	struct exim_words next = *words;
	struct slice word;

	while (exim_next_word(&next, false, &word) && !is_field(word)) {
		bool is_last = has_text && slice_ends(word, S(":"));

		if (is_last)
			word.len--;
		if (!original->len && slice_skip(&word, S("<")) &&
		    slice_ends(word, S(">")))
			*original = slice_sub(word, 0, word.len - 1);
		if (is_last)
			return;
		*words = next;
	}
}

/* Where the last ` C="` is; -1 without one. Mostly its value ends the line, and
 * the quote before that one is its own. */
static ptrdiff_t find_reply(struct slice fields)
{
	struct slice inner = fields;
	ptrdiff_t at;

	if (slice_ends(fields, S("\"")) && !slice_ends(fields, S(" C=\""))) {
		inner.len--;
		at = slice_find_last_char(inner, '"') -
		     (ptrdiff_t)sizeof(" C=\"") + 2;
		if (at >= 0 &&
		    slice_starts(slice_after(inner, (size_t)at), S(" C=\"")))
			return at;
	}
	return slice_find_last(fields, S(" C=\""));
}

/* The remote server's words in C="...", to the line's end where the quote was
 * cut off (pitfall D9). Exim escapes quotes in them, so no later C=" is one. */
static struct slice reply_of(struct slice fields)
{
	ptrdiff_t at = find_reply(fields);
	struct exim_words words;
	struct slice word;

	if (at < 0)
		return slice_sub(fields, 0, 0);
	fields = slice_after(fields, (size_t)at + 1);
	if (slice_ends(fields, S("\"")) && !slice_ends(fields, S("\\\""))) {
		fields.len--;
		return slice_after(fields, sizeof("C=\"") - 1);
	}
	/* " QT=1s" follows, or the end is missing. */
	words = exim_words_of(fields);
	exim_next_word(&words, false, &word);
	if (slice_ends(word, S("\"")) && word.len > sizeof("C=\"") - 1)
		fields.len = word.len - 1;
	return slice_after(fields, sizeof("C=\"") - 1);
}

/* "H=NAME [ADDRESS]:PORT", with a star for the second message of one
 * connection. */
static bool is_local_relay(struct slice fields)
{
	struct exim_words words = exim_words_of(fields);
	struct slice word, last = { fields.ptr, 0 };
	struct address relay;

	while (exim_next_word(&words, false, &word)) {
		if (slice_starts(last, S("H="))) {
			if (slice_ends(word, S("*")))
				word.len--;
			if (exim_is_address(word, &relay))
				return address_is_loopback(&relay);
		}
		if (!slice_eq(word, S("DS")))
			last = word;
	}
	return false;
}

/* Exim writes a local part, a file or a command without quotes: all the words
 * up to a bracket or a field. */
static void take_rest_of_address(struct exim_words *words, bool has_text,
				 struct slice *address)
{
	struct exim_words next = *words;
	struct slice word = words->rest;

	if (word.len > 1 && (word.ptr[1] == '<' || word.ptr[1] == '('))
		return;
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

/* "-3B", "-3wAT": few answers do, and need to be looked at. */
static bool may_end_with_id(struct slice reply)
{
	const char *end = reply.ptr + reply.len;

	return reply.len > 5 && (end[-3] == '-' || end[-5] == '-');
}

/* "250 OK id=1RwtJa-000AFJ-3B", "250 Ok: queued as ...": the id that a content
 * filter's way back gave the message (A3). Anybody else's answer than our own
 * machine's could name a message that is not theirs. */
static struct slice requeued_id(struct slice reply, struct slice fields)
{
	struct slice none = { reply.ptr, 0 }, id = reply;
	ptrdiff_t blank;

	if (!may_end_with_id(reply))
		return none;
	blank = slice_find_last_char(reply, ' ');
	if (blank < 0)
		return none;
	id = slice_after(id, (size_t)blank + 1);
	slice_skip(&id, S("id="));
	if (!id.len || exim_id_length(id) != id.len)
		return none;
	return is_local_relay(fields) ? id : none;
}

/* Behind the fields, whose last word ends with a colon (or is one). */
static struct slice text_behind(struct exim_words words)
{
	struct slice word;

	while (exim_next_word(&words, false, &word) &&
	       !slice_ends(word, S(":")))
		;
	return slice_trim(words.rest);
}

/* Nearly always the fields follow at once: " R=dnslookup". */
static bool is_at_fields(struct slice rest)
{
	return rest.len > 2 && rest.ptr[2] == '=' && rest.ptr[1] >= 'A' &&
	       rest.ptr[1] <= 'Z';
}

static void read_unsent(struct exim_words words, struct delivery *found)
{
	if (slice_ends(found->address, S(":"))) {
		found->address.len--;
		found->reply = slice_trim(words.rest);
	} else {
		if (!is_at_fields(words.rest)) {
			take_rest_of_address(&words, true, &found->address);
			take_original(&words, true, &found->original);
		}
		found->reply = text_behind(words);
	}
	if (found->status != MAIL_BOUNCED)
		return;
	drop_time(&found->reply);
	if (is_expired(found->reply))
		found->status = MAIL_EXPIRED;
}

static void read_sent(struct exim_words words, struct delivery *found)
{
	if (!is_at_fields(words.rest)) {
		take_rest_of_address(&words, false, &found->address);
		take_original(&words, false, &found->original);
	}
	found->reply = reply_of(words.rest);
	found->requeued_as = requeued_id(found->reply, words.rest);
}

enum format_result exim_read_delivery(struct slice text, struct slice id,
				      enum mail_status status,
				      struct mail_event *event)
{
	struct exim_words words = exim_words_of(text);
	struct delivery found = { .original = { text.ptr, 0 },
				  .status = status };

	if (!exim_next_word(&words, false, &found.address))
		return FORMAT_BAD;
	if (status == MAIL_SENT)
		read_sent(words, &found);
	else
		read_unsent(words, &found);
	if (!found.address.len)
		return FORMAT_BAD;
	mail_event_init(event, MAIL_DELIVERY, id);
	event->status = found.status;
	event->reply = found.reply;
	event->requeued_as = found.requeued_as;
	event->dsn = code_in(found.reply);
	event->recipient = recipient_of(&found);
	return FORMAT_EVENT;
}
