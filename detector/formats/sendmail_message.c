/*
 * A message in Sendmail's log: once when it came, and then for every attempt.
 *
 *   from=<S>, size=N, class=N, [pri=N, ]nrcpts=N[, msgid=T][, bodytype=W]
 *        [, proto=W][, daemon=W][, tls_verify=W][, auth=M], relay=CLIENT
 *   to=<R>[,<R>...][, ctladdr=<A> (UID/GID)], delay=D[, xdelay=D], mailer=M
 *        [, pri=N][, relay=H [IP]][, dsn=X.Y.Z][, reply=TEXT], stat=TEXT
 *
 * S is cut at 200 bytes without a mark. It may be quoted and hold anything, as
 * may R; T is the client's, too. TEXT is the receiver's, but for the words in
 * front of it.
 */
#include "detector/formats/sendmail.h"

#include <string.h>

enum { SENDER_MAX = 200 };	/* of "from=%.200s", envelope.c's logsender */

/* Step over ", NAME=N". */
static bool take_number(struct slice *text, struct slice name,
			uint32_t *number_out)
{
	struct slice rest = *text;

	if (!slice_skip(&rest, name) || !slice_number(rest, number_out))
		return false;
	slice_skip_digits(&rest);
	*text = rest;
	return true;
}

/* A sender whose end was cut off says nothing about where he ends but that. */
static struct slice take_sender(struct slice *text)
{
	size_t len = sendmail_address_length(*text);
	struct slice sender;

	if (len > SENDER_MAX)
		len = SENDER_MAX;
	sender = slice_sub(*text, 0, len);
	*text = slice_after(*text, len);
	return sender;
}

/* The word behind the last `name`, up to the next comma. */
static struct slice last_word(struct slice text, struct slice name)
{
	ptrdiff_t at = slice_find_last(text, name);

	if (at < 0)
		return slice_sub(text, 0, 0);
	text = slice_after(text, (size_t)at + name.len);
	return slice_cut(&text, ',');
}

/* proto=W, daemon=W[, tls_verify=W][, auth=M], behind the client's words. That
 * somebody logged in the protocol says, too, since 8.16: RFC 3848's names. */
static void read_daemon(struct slice text, struct mail_event *event)
{
	ptrdiff_t at = slice_find_last(text, S(", daemon="));
	struct slice words = slice_after(text, at < 0 ? text.len : (size_t)at);
	struct slice protocol;

	text.len -= words.len;
	protocol = last_word(text, S(", proto="));
	event->service = last_word(words, S(", daemon="));
	event->mechanism = last_word(words, S(", auth="));
	if (slice_eq(event->mechanism, S("NONE")))
		event->mechanism.len = 0;
	if (!event->mechanism.len && (slice_eq(protocol, S("ESMTPA")) ||
				      slice_eq(protocol, S("ESMTPSA"))))
		event->mechanism = protocol;
}

/* Without a client it is from this machine, and nobody's; with one, whoever
 * logged in before. None of it was accepted where there are no recipients
 * (A10). */
enum format_result sendmail_read_from(struct slice text, struct slice id,
				      struct slice pid,
				      struct mail_event *event)
{
	struct slice sender = take_sender(&text), mark = S(", relay=");
	uint32_t ignored;
	ptrdiff_t at;

	mail_event_init(event, MAIL_RECEIVED, id);
	take_number(&text, S(", size="), &event->size_bytes);
	take_number(&text, S(", class="), &ignored);
	take_number(&text, S(", pri="), &ignored);
	if (!id.len ||
	    !take_number(&text, S(", nrcpts="), &event->recipients))
		return FORMAT_BAD;
	at = slice_find_last(text, mark);
	if (at < 0)
		return FORMAT_BAD;
	if (!event->recipients)
		return FORMAT_SKIP;
	event->null_sender = slice_eq(sender, S("<>"));
	if (!sendmail_read_relay(slice_after(text, (size_t)at + mark.len),
				 event))
		return FORMAT_EVENT;
	text.len = (size_t)at;
	read_daemon(text, event);
	if (pid.len || event->mechanism.len)
		event->kind = MAIL_SUBMISSION;
	event->is_queued = event->kind == MAIL_SUBMISSION;
	event->session = pid;
	return FORMAT_EVENT;
}

static const struct {
	struct slice words;
	enum mail_status status;	/* NONE: nothing was tried */
} outcomes[] = {
	{ SLICE("Sent"), MAIL_SENT },
	{ SLICE("Deferred"), MAIL_DEFERRED },
	{ SLICE("queued"), MAIL_STATUS_NONE },
	{ SLICE("Host map: lookup ("), MAIL_DEFERRED },
};

/* By the class of the code. Before 8.10 there was none, and there is none of
 * what was not tried: then by Sendmail's own words, and what has none of
 * these was refused. */
static enum mail_status status_of(struct slice stat, struct slice dsn)
{
	if (slice_starts(stat, S("Cannot send message for ")) ||
	    slice_starts(stat, S("Cannot send message within ")))
		return MAIL_EXPIRED;
	if (slice_starts(dsn, S("2")))
		return MAIL_SENT;
	if (dsn.len)
		return slice_starts(dsn, S("4")) ? MAIL_DEFERRED
						 : MAIL_BOUNCED;
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (slice_starts(stat, outcomes[i].words))
			return outcomes[i].status;
	return MAIL_BOUNCED;
}

/* "Sent (TEXT)" or "Deferred: TEXT", else the whole: "User unknown". */
static struct slice reply_of(struct slice stat)
{
	if (slice_skip(&stat, S("Sent (")) && slice_ends(stat, S(")")))
		stat.len--;
	slice_skip(&stat, S("Deferred: "));
	return stat;
}

/* "06J1e42n012713 Message accepted for delivery", from this machine: sm-mta's
 * id of what sendmail handed in, or one behind a filter (A3). */
static struct slice requeued_id(struct slice relay, struct slice reply)
{
	struct slice none = slice_sub(reply, 0, 0), id = slice_cut(&reply, ' ');
	struct mail_event of = { 0 };

	if (sendmail_dsn(id).len)
		id = slice_cut(&reply, ' ');
	if (!slice_eq(reply, S("Message accepted for delivery")) ||
	    !sendmail_read_relay(relay, &of) ||
	    !address_is_loopback(&of.client))
		return none;
	return id;
}

/* Step over the list and, if it is there, ctladdr, which is the sender. */
static struct slice take_recipients(struct slice *text)
{
	size_t len = sendmail_address_length(*text);
	struct slice list = slice_sub(*text, 0, len);

	*text = slice_after(*text, len);
	if (slice_skip(text, S(", ctladdr=")))
		*text = slice_after(*text, sendmail_address_length(*text));
	return list;
}

static void read_list(struct slice list, struct mail_event *event)
{
	struct slice ignored;

	mail_event_next_recipient(&list, &event->recipient);
	if (!list.len)
		return;
	event->more_recipients = list;
	for (event->recipients = 1; mail_event_next_recipient(&list, &ignored);)
		event->recipients++;
}

/* Cut ", stat=" and what follows it from the fields. Behind ", reply=", which
 * 8.17 has, it is the receiver who speaks, and the last one is Sendmail's. */
static bool cut_stat(struct slice *fields, struct slice *stat_out)
{
	struct slice mark = S(", stat=");
	ptrdiff_t at = slice_find(*fields, mark);
	ptrdiff_t reply = slice_find(*fields, S(", reply="));

	if (at < 0)
		return false;
	if (reply >= 0 && reply < at)
		at = slice_find_last(*fields, mark);
	else
		reply = at;
	*stat_out = slice_after(*fields, (size_t)at + mark.len);
	fields->len = (size_t)reply;
	return true;
}

/* A long sender is shortened in its middle, and a quote may be lost in it:
 * then nothing holds the commas, and the fields are taken from the end. */
static bool cut_odd(struct slice *text, struct slice *list_out,
		    struct slice *stat_out)
{
	ptrdiff_t comma = slice_find(*text, S(", "));
	ptrdiff_t at = slice_find_last(*text, S(", stat="));

	if (comma < 0 || at < 0)
		return false;
	*list_out = slice_sub(*text, 0, (size_t)comma);
	*stat_out = slice_after(*text, (size_t)at + sizeof(", stat=") - 1);
	*text = slice_sub(*text, (size_t)comma, (size_t)at);
	return true;
}

enum format_result sendmail_read_to(struct slice text, struct slice id,
				    struct mail_event *event)
{
	struct slice whole = text, list = take_recipients(&text), stat;

	mail_event_init(event, MAIL_DELIVERY, id);
	if (!id.len)
		return FORMAT_BAD;
	if (!cut_stat(&text, &stat)) {
		text = whole;
		if (!cut_odd(&text, &list, &stat))
			return FORMAT_BAD;
	}
	read_list(list, event);
	event->dsn = sendmail_dsn(last_word(text, S(", dsn=")));
	event->status = status_of(stat, event->dsn);
	if (event->status == MAIL_STATUS_NONE)
		return FORMAT_SKIP;
	event->reply = reply_of(stat);
	if (event->status == MAIL_SENT)
		event->requeued_as = requeued_id(
			last_word(text, S(", relay=")), event->reply);
	return FORMAT_EVENT;
}
