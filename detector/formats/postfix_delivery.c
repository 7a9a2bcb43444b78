/*
 * Deliveries: what smtp, lmtp, local, virtual, pipe, error and discard write
 * for every recipient and attempt.
 *
 *   ID: to=<R>[, orig_to=<O>], relay=X[, conn_use=N], delay=D[, delays=...]
 *       [, tls=...][, dsn=X.Y.Z], status=STATUS (TEXT)
 *
 * TEXT is the remote server's and R a stranger's; what stands between them is
 * Postfix's own, so the first " status=" behind the recipients is the true
 * one, whatever TEXT says. Logs that went through other tools have lost the
 * brackets around R, or have a quote before the blank (E6).
 *
 * "forwarded as ID2" is no second id of this message: what an alias or
 * .forward sends on was not addressed by the sender, and its bounces are not
 * the sender's.
 */
#include "detector/formats/postfix.h"

static const struct outcome {
	struct slice word;
	enum mail_status status;	/* NONE: an address probe, no mail */
} outcomes[] = {
	{ SLICE("sent"), MAIL_SENT },
	{ SLICE("deferred"), MAIL_DEFERRED },
	{ SLICE("bounced"), MAIL_BOUNCED },
	{ SLICE("expired"), MAIL_EXPIRED },
	{ SLICE("SOFTBOUNCE"), MAIL_DEFERRED },
	{ SLICE("deliverable"), MAIL_STATUS_NONE },
	{ SLICE("undeliverable"), MAIL_STATUS_NONE },
	{ SLICE("undeliverable-but-not-cached"), MAIL_STATUS_NONE },
};

static const struct outcome *find_outcome(struct slice word)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (slice_eq(word, outcomes[i].word))
			return &outcomes[i];
	return NULL;
}

/* Without brackets it ends at the first field behind it. */
static bool take_bare(struct slice *text, struct slice *recipient_out)
{
	ptrdiff_t at = slice_find(*text, S(", "));

	if (at < 0)
		return false;
	*recipient_out = slice_sub(*text, 0, (size_t)at);
	*text = slice_after(*text, (size_t)at);
	return !slice_skip(text, S(", orig_to=")) ||
	       take_bare(text, &(struct slice){ NULL, 0 });
}

static bool take_recipient(struct slice *text, struct slice *recipient_out)
{
	struct slice original;

	if (!slice_skip(text, S("<")))
		return take_bare(text, recipient_out);
	if (!postfix_take_address(text, S(">, "), recipient_out))
		return false;
	return !slice_skip(text, S(", orig_to=<")) ||
	       postfix_take_address(text, S(">, "), &original);
}

/* The text in the parentheses that end the line; without them what there is,
 * as a long line is cut without a mark. */
static struct slice reply_of(struct slice rest)
{
	ptrdiff_t end;

	if (!slice_skip(&rest, S(" (")) || !rest.len)
		return (struct slice){ rest.ptr, 0 };
	end = slice_find_last_char(rest, ')');
	return end < 0 ? rest : slice_sub(rest, 0, (size_t)end);
}

/* Only the loopback and sockets of this machine: anybody else's "queued as"
 * could name a message that is not theirs. */
static bool is_local_relay(struct slice relay)
{
	struct address address;

	slice_cut(&relay, '[');
	relay = slice_cut(&relay, ']');
	/* "private/dovecot-lmtp", "/run/lmtp", "127.0.0.1", "::1" and their
	 * like begin so; most relays are elsewhere. */
	if (!relay.len || !strchr("p/1:I", relay.ptr[0]))
		return false;
	if (slice_starts(relay, S("private/")) || slice_starts(relay, S("/")))
		return true;
	return address_parse(relay, &address) && address_is_loopback(&address);
}

/* Field by field to what follows the first " status=", taking the code of the
 * last " dsn=" before it. */
static bool skip_to_status(struct slice *rest, struct slice *dsn_out)
{
	struct slice text = *rest, dsn;

	for (;;) {
		ptrdiff_t at = slice_find_char(text, ' ');

		if (at < 0)
			return false;
		text = slice_after(text, (size_t)at + 1);
		if (slice_skip(&text, S("status="))) {
			*rest = text;
			return true;
		}
		dsn = text;
		if (slice_skip(&dsn, S("dsn=")))
			*dsn_out = mail_event_take_dsn(&dsn);
	}
}

/* From the relay on, which people who shorten their logs leave out; `rest`
 * begins with ", ". */
static enum format_result read_result(struct slice rest,
				      struct mail_event *event)
{
	const struct outcome *outcome;
	struct slice relay = { rest.ptr, 0 }, fields = rest;
	ptrdiff_t at;

	if (!rest.len || rest.ptr[0] != ',' ||
	    !skip_to_status(&rest, &event->dsn))
		return FORMAT_BAD;
	fields.len -= rest.len;
	if (slice_skip(&fields, S(", relay=")))
		relay = slice_cut(&fields, ',');
	at = slice_find_char(rest, ' ');
	if (at < 0)
		at = (ptrdiff_t)rest.len;
	outcome = find_outcome(slice_sub(rest, 0, (size_t)at));
	if (!outcome)
		return FORMAT_BAD;
	if (outcome->status == MAIL_STATUS_NONE)
		return FORMAT_SKIP;
	event->status = outcome->status;
	event->reply = reply_of(slice_after(rest, (size_t)at));
	if (event->status == MAIL_SENT && is_local_relay(relay))
		event->requeued_as = postfix_requeued_id(event->reply);
	return FORMAT_EVENT;
}

enum format_result postfix_read_delivery(struct slice text,
					 struct mail_event *event)
{
	struct slice id;

	if (!postfix_take_id(&text, &id) || !slice_skip(&text, S("to=")))
		return FORMAT_SKIP;
	mail_event_init(event, MAIL_DELIVERY, id);
	if (!id.len || !take_recipient(&text, &event->recipient))
		return FORMAT_BAD;
	return read_result(text, event);
}
