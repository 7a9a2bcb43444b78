/*
 * What smtpd, postscreen and cleanup say: who came, whose password was
 * refused, which command was.
 */
#include "detector/formats/postfix.h"

/*
 * Reasons for which no password was tried or none was found wrong (A13): an
 * outage of the back end must not look like an attack on everybody. Most are
 * Cyrus SASL's (sasl_errstring), the rest Postfix's and Dovecot's words.
 */
static const struct slice not_refused[] = {
	SLICE("Authentication backend error"),
	SLICE("Can't connect to authentication server"),
	SLICE("Connection lost to authentication server"),
	SLICE("Invalid authentication mechanism"),
	SLICE("Temporary authentication failure"),
	SLICE("Invalid base64 data"),
	SLICE("One time use of a plaintext password"),
	SLICE("account disabled"),
	SLICE("another step is needed"),
	SLICE("authentication aborted"),
	SLICE("authorization failure"),
	SLICE("bad protocol / cancel"),
	SLICE("channel binding failure"),
	SLICE("encryption needed to use mechanism"),
	SLICE("generic failure"),
	SLICE("invalid parameter supplied"),
	SLICE("mechanism doesn't support"),
	SLICE("mechanism too weak"),
	SLICE("needs user interaction"),
	SLICE("no mechanism available"),
	SLICE("out of memory"),
	SLICE("overflowed buffer"),
	SLICE("passphrase expired"),
	SLICE("passphrase locked"),
	SLICE("remote authentication server unavailable"),
	SLICE("transient failure"),
	SLICE("user exists, but no verifier"),
	SLICE("user supplied passwords are not permitted"),
};

static bool is_refused_password(struct slice reason)
{
	for (size_t i = 0; reason.len && i < sizeof(not_refused) /
						     sizeof(not_refused[0]);
	     i++)
		if (reason.ptr[0] == not_refused[i].ptr[0] &&
		    slice_starts(reason, not_refused[i]))
			return false;
	return true;
}

/*
 * Take ", KEY=VALUE" from the end of an authenticated client's line, if VALUE
 * has no blank there. The login before it may hold commas, so it is searched
 * from the right.
 */
static bool drop_attribute(struct slice *text, struct slice key,
			   struct slice *value_out)
{
	ptrdiff_t at = slice_find_last(*text, key);
	struct slice value;

	if (at < 0)
		return false;
	value = slice_after(*text, (size_t)at + key.len);
	if (slice_find_char(value, ' ') >= 0)
		return false;
	*value_out = value;
	text->len = (size_t)at;
	return true;
}

/* The true client of a message that a content filter handed back (C7). */
static bool read_original_client(struct slice *text, struct mail_event *event)
{
	struct slice value;

	if (!drop_attribute(text, S(", orig_client="), &value))
		return true;
	event->is_handed_back = true;
	return postfix_take_client(&value, event) && !value.len;
}

/* What the filter was given, if it is a Postfix that speaks XFORWARD. */
static void read_earlier_id(struct slice *text, struct mail_event *event)
{
	if (!drop_attribute(text, S(", orig_queue_id="), &event->earlier_id))
		return;
	event->is_handed_back = true;
	if (!postfix_is_id(event->earlier_id))
		event->earlier_id.len = 0;
}

static bool read_origin(struct slice *text, struct mail_event *event)
{
	if (slice_find(*text, S(", orig_")) < 0)
		return true;
	if (!read_original_client(text, event))
		return false;
	read_earlier_id(text, event);
	return true;
}

/* Step over ", sasl_method=M, sasl_username=". */
static bool skip_to_login(struct slice *text, struct slice *mechanism_out)
{
	struct slice rest = *text;
	ptrdiff_t comma;

	if (slice_skip(&rest, S(", sasl_method="))) {
		comma = slice_find_char(rest, ',');
		*mechanism_out = slice_sub(
			rest, 0, comma < 0 ? rest.len : (size_t)comma);
		rest = slice_after(rest, comma < 0 ? rest.len : (size_t)comma);
	}
	if (!slice_skip(&rest, S(", sasl_username=")))
		return false;
	*text = rest;
	return true;
}

/* Cut within the words that would have named the login. What a client without
 * one says in MAIL FROM AUTH= stands there alone. */
static bool is_torn_login(struct slice text)
{
	if (slice_starts(text, S(", sasl_sender=")))
		return false;
	return text.len && (slice_starts(text, S(", sasl_")) ||
			    slice_find_char(text, '=') < 0);
}

/* A login with nothing behind it, as nearly every client's line has it: what
 * may follow begins with a comma. `text` begins behind the address. */
static bool read_plain_login(struct slice text, struct mail_event *event)
{
	struct slice mechanism = { text.ptr, 0 };

	if (!skip_to_login(&text, &mechanism) || !text.len ||
	    slice_find_char(text, ',') >= 0)
		return false;
	event->kind = MAIL_SUBMISSION;
	event->mechanism = mechanism;
	event->account = text;
	return true;
}

/* NAME[ADDR][, sasl_method=M, sasl_username=U][, sasl_sender=S]
 * [, orig_queue_id=Q][, orig_client=NAME[ADDR]] */
static enum format_result read_client(struct slice text, struct slice id,
				      struct mail_event *event)
{
	struct slice ignored;

	mail_event_init(event, MAIL_RECEIVED, id);
	if (!postfix_take_client(&text, event))
		return FORMAT_BAD;
	if (!text.len || read_plain_login(text, event))
		return FORMAT_EVENT;
	if (!slice_starts(text, S(", ")) || !read_origin(&text, event))
		return FORMAT_BAD;
	if (!skip_to_login(&text, &event->mechanism))
		return is_torn_login(text) ? FORMAT_BAD : FORMAT_EVENT;
	if (slice_find_char(text, ',') >= 0)
		drop_attribute(&text, S(", sasl_sender="), &ignored);
	event->kind = MAIL_SUBMISSION;
	event->account = text;
	return text.len ? FORMAT_EVENT : FORMAT_BAD;
}

/*
 * NAME[ADDR]: SASL MECH authentication failed[: REASON][, sasl_username=U]
 *
 * U is whatever the client typed, no password needed, and may itself hold
 * ", sasl_username=": REASON is the server's, so the first one is ours.
 */
static enum format_result read_auth_failure(struct slice text,
					    struct mail_event *event)
{
	struct slice reason, none = { text.ptr, 0 };
	ptrdiff_t at;

	mail_event_init(event, MAIL_AUTH_FAILURE, none);
	if (!postfix_take_client(&text, event) ||
	    !slice_skip(&text, S(": SASL ")))
		return FORMAT_SKIP;
	slice_cut(&text, ' ');
	if (!slice_skip(&text, S("authentication failed")))
		return FORMAT_SKIP;
	slice_skip(&text, S(":"));
	at = slice_find(text, S(", sasl_username="));
	reason = slice_trim(slice_sub(text, 0, at < 0 ? text.len : (size_t)at));
	if (!is_refused_password(reason))
		return FORMAT_SKIP;
	if (at >= 0)
		event->account = slice_after(text, (size_t)at +
					     sizeof(", sasl_username=") - 1);
	if (slice_eq(event->account, S("(unavailable)")))
		event->account = none;
	event->attempts = 1;
	/* Beside Plesk another program names it (plesk.c). */
	if (!event->account.len)
		event->session = MAIL_SASL_SESSION;
	return FORMAT_EVENT;
}

/* Other actions (warn, hold, filter, ...) do not refuse (A9). */
static bool skip_refusal(struct slice *text)
{
	/* "connect from" and "disconnect from" are asked, too. */
	if (!text->len || (text->ptr[0] != 'r' && text->ptr[0] != 'm' &&
			   text->ptr[0] != 'p'))
		return false;
	return slice_skip(text, S("reject: ")) ||
	       slice_skip(text, S("milter-reject: ")) ||
	       slice_skip(text, S("proxy-reject: ")) ||
	       slice_skip(text, S("milter-header-reject: ")) ||
	       slice_skip(text, S("milter-body-reject: "));
}

enum format_result postfix_read_postscreen(struct slice text,
					   struct mail_event *event)
{
	struct slice id;

	if (!postfix_take_id(&text, &id) || !skip_refusal(&text))
		return FORMAT_SKIP;
	return postfix_read_reject(text, id, event);
}

/* It bounces what it cannot take from this machine's own sendmail(1). */
enum format_result postfix_read_cleanup(struct slice text,
					struct mail_event *event)
{
	struct slice rest = text, id;

	if (!postfix_take_id(&rest, &id))
		return FORMAT_SKIP;
	if (slice_starts(rest, S("message-id=")))
		return FORMAT_SKIP;
	if (skip_refusal(&rest))
		return postfix_read_reject(rest, id, event);
	if (id.len && slice_eq(rest, S("removed (discarded)"))) {
		mail_event_init(event, MAIL_CLOSED, id);
		return FORMAT_EVENT;
	}
	return postfix_read_delivery(text, event);
}

/* Without an id: what a proxy filter said, and all that Postfix refused before
 * 2.0; "reject" could be an id as well. One letter decides: clients that come
 * and go are the most of what has none. */
static enum format_result read_nameless(struct slice text,
					struct mail_event *event)
{
	struct slice none = { text.ptr, 0 };

	if (!text.len || (text.ptr[0] != 'p' && text.ptr[0] != 'r'))
		return FORMAT_SKIP;
	if (slice_skip(&text, S("proxy-accept: ")))
		return postfix_read_accept(text, event);
	return skip_refusal(&text) ? postfix_read_reject(text, none, event)
				   : FORMAT_SKIP;
}

enum format_result postfix_read_smtpd(struct slice text,
				      struct mail_event *event)
{
	struct slice rest = text, id;

	if (slice_skip(&rest, S("warning: ")))
		return read_auth_failure(rest, event);
	if (!postfix_take_id(&rest, &id))
		return read_nameless(text, event);
	if (slice_skip(&rest, S("client=")))
		return read_client(rest, id, event);
	if (skip_refusal(&rest))
		return postfix_read_reject(rest, id, event);
	return read_nameless(text, event);
}
