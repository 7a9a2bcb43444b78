/*
 * Refused commands and messages.
 *
 *   STAGE from NAME[ADDR]: [CODE] [DSN] TEXT; from=<S> to=<R> proto=P helo=<H>
 *       [ sasl_method=M sasl_username=U[ sasl_sender=S] | sasl_username=<U>]
 *   STAGE: CODE DSN TEXT; from=...		by a proxy filter, which may
 *						accept, too
 *   header|body TEXT from NAME[ADDR]; from=<S> to=<R> proto=P helo=<H>: REASON
 *   header|body TEXT from local; from=<S> to=<R>: REASON
 *   mime-error WHAT: TEXT from local|NAME[ADDR]; from=<S> to=<R>
 *
 * postscreen puts commas between the fields; Postfix before 2.0 ended with
 * to=<R>. TEXT may hold "; ", brackets and addresses, S and R are the
 * client's: the fields are found from the end, where `helo=` stands, in which
 * Postfix lets no blank and no bracket '>'.
 */
#include "detector/formats/postfix.h"

static void drop_end(struct slice *text, char c)
{
	if (text->len && text->ptr[text->len - 1] == c)
		text->len--;
}

/* Who had logged in, if the line says so (milters since 3.2, smtpd since
 * 3.10). `rest` is what follows helo=<H>. */
static struct slice account_of(struct slice rest)
{
	struct slice account = { rest.ptr, 0 };
	ptrdiff_t at;

	if (slice_skip(&rest, S(" sasl_username=<"))) {
		drop_end(&rest, '>');
		return rest;
	}
	if (!slice_skip(&rest, S(" sasl_method=")))
		return account;
	slice_cut(&rest, ' ');
	if (!slice_skip(&rest, S("sasl_username=")))
		return account;
	/* The client's AUTH= is written as xtext, which has no blanks. */
	at = slice_find_last(rest, S(" sasl_sender="));
	if (at >= 0 &&
	    slice_find_char(slice_after(rest, (size_t)at + 1), ' ') < 0)
		rest.len = (size_t)at;
	return rest;
}

/* Postfix cuts a line at 2000 bytes, relays at 1024: then what seems to be its
 * end may be the client's, and no login is taken from it. */
enum { WHOLE_MAX = 900 };

/* `fields` ends where " proto=" begins. */
static void read_recipient(struct slice *fields, struct mail_event *event)
{
	drop_end(fields, ',');
	if (postfix_drop_address(fields, S(" to=<"), &event->recipient))
		drop_end(fields, ',');
}

/* A client that never said HELO has no such field, but may have written the
 * word into an address, which then stands before the true "> proto=". */
static ptrdiff_t find_helo(struct slice text)
{
	ptrdiff_t at = slice_find_last(text, S("helo=<"));

	if (at < 0 ||
	    slice_find(slice_after(text, (size_t)at), S("> proto=")) >= 0)
		return -1;
	return at;
}

/* Recipient and account. What follows helo=<H> goes to *behind_out. */
static bool read_fields(struct slice *text, struct mail_event *event,
			struct slice *behind_out)
{
	struct slice fields = *text, behind = { fields.ptr, 0 };
	ptrdiff_t at = find_helo(fields);

	if (at >= 0) {
		behind = slice_after(fields, (size_t)at);
		slice_cut(&behind, '>');
		fields.len = (size_t)at;
	}
	at = slice_find_last(fields, S(" proto="));
	if (at < 0 && fields.len >= WHOLE_MAX)
		return false;
	if (at >= 0)
		fields.len = (size_t)at;
	read_recipient(&fields, event);
	*text = fields;
	*behind_out = behind;
	return true;
}

/*
 * "<LOGIN>: SASL login name rejected: ..." is what check_sasl_access writes,
 * that is, our own block. A recipient may be called
 * "victim>: SASL login name rejected: x"; such an address stands in its field
 * as well, so the words must be in the line once.
 */
static struct slice blocked_login(struct slice text)
{
	struct slice words = S(">: SASL login name rejected:");
	struct slice none = { text.ptr, 0 };
	ptrdiff_t at;

	if (!slice_skip(&text, S("<")))
		return none;
	at = slice_find(text, words);
	if (at < 0 || slice_find_last(text, words) != at)
		return none;
	return slice_sub(text, 0, (size_t)at);
}

static void skip_code(struct slice *text)
{
	size_t i = 0;

	while (i < text->len && i < 3 && text->ptr[i] >= '0' &&
	       text->ptr[i] <= '9')
		i++;
	if (i == 3 && i < text->len && text->ptr[i] == ' ')
		*text = slice_after(*text, i + 1);
}

/* What follows "STAGE from NAME[ADDR]: ". */
static void read_reply(struct slice text, bool is_whole,
		       struct mail_event *event)
{
	struct slice behind;

	skip_code(&text);
	event->dsn = mail_event_take_dsn(&text);
	slice_skip(&text, S(" "));
	if (is_whole)
		event->account = blocked_login(text);
	if (read_fields(&text, event, &behind) && is_whole &&
	    !event->account.len)
		event->account = account_of(behind);
}

static enum format_result read_command(struct slice text,
				       struct mail_event *event)
{
	bool is_whole = text.len < WHOLE_MAX;

	if (!postfix_take_client(&text, event) || !slice_skip(&text, S(": ")))
		return FORMAT_BAD;
	read_reply(text, is_whole, event);
	return FORMAT_EVENT;
}

/*
 * STAGE: 250 ... queued as ID; from=<S> ... sasl_username=<U>: a filter before
 * the queue took it, and so the filter's text tells which id an account's
 * message has. It stands before all that the client wrote.
 */
enum format_result postfix_read_accept(struct slice text,
				       struct mail_event *event)
{
	ptrdiff_t at = slice_find(text, S("; from=<"));
	struct slice reply, behind;

	if (at < 0 || text.len >= WHOLE_MAX)
		return FORMAT_SKIP;
	reply = slice_sub(text, 0, (size_t)at);
	mail_event_init(event, MAIL_RECEIVED, postfix_requeued_id(reply));
	if (!event->queue_id.len || !read_fields(&text, event, &behind))
		return FORMAT_SKIP;
	event->recipient.len = 0;
	event->account = account_of(behind);
	return event->account.len ? FORMAT_EVENT : FORMAT_SKIP;
}

/* `fields` ends with "from NAME[ADDR]; from=<S>". The mail's own header before
 * it may hold the same (pitfall C10). */
static bool read_client_at_end(struct slice fields, struct mail_event *event)
{
	struct slice sender;
	ptrdiff_t at;

	if (!postfix_drop_address(&fields, S("; from=<"), &sender))
		return false;
	at = slice_find_last(fields, S(" from "));
	if (at < 0)
		return false;
	fields = slice_after(fields, (size_t)at + sizeof(" from ") - 1);
	return postfix_take_client(&fields, event) && !fields.len;
}

/* Handed in with sendmail(1): it has no client, and never said HELO. */
static enum format_result read_local_content(struct slice text,
					     struct mail_event *event)
{
	struct slice words = S(" from local; from=<"), sender;
	ptrdiff_t at = slice_find_last(text, words);

	if (at < 0)
		return FORMAT_BAD;
	text = slice_after(text, (size_t)at + words.len);
	if (!postfix_take_address(&text, S("> to=<"), &sender) ||
	    !slice_skip(&text, S(" to=<")))
		return FORMAT_EVENT;
	if (postfix_take_address(&text, S(">"), &event->recipient) &&
	    slice_skip(&text, S(": ")))
		event->dsn = mail_event_take_dsn(&text);
	return FORMAT_EVENT;
}

/* By header_checks, body_checks or for bad MIME. */
static enum format_result read_content(struct slice text,
				       struct mail_event *event)
{
	struct slice whole = text, behind;

	if (!read_fields(&text, event, &behind))
		return FORMAT_BAD;
	if (slice_find(behind, S("; from=<")) >= 0 ||
	    !read_client_at_end(text, event)) {
		event->recipient.len = 0;
		return read_local_content(whole, event);
	}
	if (slice_skip(&behind, S(": ")))
		event->dsn = mail_event_take_dsn(&behind);
	return FORMAT_EVENT;
}

/* "RCPT", "END-OF-MESSAGE": a command or the state that stands for one. */
static bool is_stage(struct slice word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] != '-' &&
		    (word.ptr[i] < 'A' || word.ptr[i] > 'Z'))
			return false;
	return word.len > 0;
}

enum format_result postfix_read_reject(struct slice text, struct slice id,
				       struct mail_event *event)
{
	struct slice rest = text, word = slice_cut(&rest, ' ');

	mail_event_init(event, MAIL_REJECT, id);
	if (slice_ends(word, S(":"))) {
		word.len--;
		if (!is_stage(word))
			return FORMAT_SKIP;
		read_reply(rest, rest.len < WHOLE_MAX, event);
		return FORMAT_EVENT;
	}
	if (!is_stage(word))
		return read_content(text, event);
	/* "ETRN domain... from NAME[ADDR]" names no one's mail. */
	if (!slice_skip(&rest, S("from ")))
		return slice_eq(word, S("ETRN")) ? FORMAT_SKIP : FORMAT_BAD;
	return read_command(rest, event);
}
