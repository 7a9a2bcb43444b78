/*
 * OpenSMTPD 5.x, before its lines were words and values:
 *
 *   smtp-in: New session S from host H [A]
 *   smtp-in: Accepted authentication for user U on session S
 *   smtp-in: Authentication failed for user U on session S
 *   smtp-in: Accepted message ID on session S: from=<F>, [to=<T>, ]size=N,
 *            ndest=N|nrcpts=N, proto=P
 *   smtp-in: Failed command on session S: "C" => CODE TEXT
 *   smtp-in: Closing session S
 *   delivery|relay: Ok|TempFail|PermFail for E: [session=S, ]from=<F>,
 *            to=<T>, ..., [relay=A (H), ]delay=D, stat=REPLY
 */
#include "detector/formats/opensmtpd.h"

/* Step over "S" at the end of the line, or what must follow it. */
static bool take_session(struct slice *text, struct slice behind,
			 struct mail_event *event)
{
	return opensmtpd_take_id(text, OPENSMTPD_SESSION_LEN,
				 &event->session) &&
	       slice_skip(text, behind);
}

static enum format_result read_new(struct slice text, struct mail_event *event)
{
	ptrdiff_t at;

	mail_event_init(event, MAIL_SESSION, slice_sub(text, 0, 0));
	if (!take_session(&text, S(" from host "), event))
		return FORMAT_BAD;
	at = slice_find_last(text, S(" ["));
	if (at < 0)
		return FORMAT_BAD;
	opensmtpd_read_client(slice_after(text, (size_t)at + 1), event);
	return FORMAT_EVENT;
}

static enum format_result read_closing(struct slice text,
				       struct mail_event *event)
{
	mail_event_init(event, MAIL_CLOSED, slice_sub(text, 0, 0));
	return take_session(&text, S(""), event) ? FORMAT_EVENT : FORMAT_BAD;
}

/* U on session S */
static enum format_result read_login(struct slice text, struct slice outcome,
				     struct mail_event *event)
{
	struct slice login = slice_cut(&text, ' ');
	enum format_result result = opensmtpd_read_login(login, outcome, event);

	if (result != FORMAT_EVENT)
		return result;
	return slice_skip(&text, S("on session ")) &&
			       take_session(&text, S(""), event)
		       ? FORMAT_EVENT
		       : FORMAT_BAD;
}

static enum format_result read_accepted(struct slice text,
					struct mail_event *event)
{
	return read_login(text, S("ok"), event);
}

static enum format_result read_refused(struct slice text,
				       struct mail_event *event)
{
	return read_login(text, S("permfail"), event);
}

static enum format_result read_message(struct slice text,
				       struct mail_event *event)
{
	struct slice id;
	ptrdiff_t at;

	if (!opensmtpd_take_id(&text, OPENSMTPD_MESSAGE_LEN, &id))
		return FORMAT_BAD;
	mail_event_init(event, MAIL_SUBMISSION, id);
	if (!slice_skip(&text, S(" on session ")) ||
	    !take_session(&text, S(": from=<"), event))
		return FORMAT_BAD;
	event->null_sender = slice_starts(text, S(">"));
	at = slice_find_last(text, S(", size="));
	if (at < 0)
		return FORMAT_BAD;
	text = slice_after(text, (size_t)at + sizeof(", size=") - 1);
	slice_number(text, &event->size_bytes);
	slice_cut(&text, ' ');
	event->is_queued = slice_skip(&text, S("ndest=")) ||
			   slice_skip(&text, S("nrcpts="));
	return event->is_queued && slice_number(text, &event->recipients)
		       ? FORMAT_EVENT
		       : FORMAT_BAD;
}

static enum format_result read_failed(struct slice text,
				      struct mail_event *event)
{
	struct mail_event of = { 0 };
	enum format_result result;
	struct slice command;
	ptrdiff_t at;

	if (!take_session(&text, S(": \""), &of))
		return FORMAT_BAD;
	at = slice_find_last(text, S("\" => "));
	if (at < 0)
		return FORMAT_BAD;
	command = slice_sub(text, 0, (size_t)at);
	result = opensmtpd_read_refusal(
		command, slice_after(text, command.len + 5), event);
	event->session = of.session;
	return result;
}

/* RESULT for E: ... */
static enum format_result read_delivery(struct slice text,
					struct mail_event *event)
{
	struct slice result = slice_cut(&text, ' '), id, to, relay;
	ptrdiff_t at;

	if (!slice_skip(&text, S("for ")) ||
	    !opensmtpd_take_id(&text, OPENSMTPD_ENVELOPE_LEN, &id) ||
	    !slice_skip(&text, S(": ")))
		return FORMAT_BAD;
	at = slice_find(text, S(">, to=<"));
	if (at < 0)
		return FORMAT_BAD;
	text = slice_after(text, (size_t)at + sizeof(">, to=<") - 1);
	to = slice_cut(&text, '>');
	at = slice_find(text, S(", stat="));
	if (at < 0)
		return FORMAT_BAD;
	relay = slice_sub(text, 0, (size_t)at);
	text = slice_after(text, relay.len + sizeof(", stat=") - 1);
	at = slice_find(relay, S(", relay="));
	relay = slice_after(relay, at < 0 ? relay.len
					  : (size_t)at +
						    sizeof(", relay=") - 1);
	return opensmtpd_read_outcome(id, to, relay, result, text, event);
}

enum format_result opensmtpd_read_old(struct slice text,
				      struct mail_event *event)
{
	static const struct {
		struct slice words;
		enum format_result (*read)(struct slice text,
					   struct mail_event *event);
	} lines[] = {
		{ SLICE("smtp-in: New session "), read_new },
		{ SLICE("smtp-in: Closing session "), read_closing },
		{ SLICE("smtp-in: Accepted message "), read_message },
		{ SLICE("smtp-in: Failed command on session "), read_failed },
		{ SLICE("smtp-in: Accepted authentication for user "),
		  read_accepted },
		{ SLICE("smtp-in: Authentication failed for user "),
		  read_refused },
		{ SLICE("delivery: "), read_delivery },
		{ SLICE("relay: "), read_delivery },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (slice_skip(&text, lines[i].words))
			return lines[i].read(text, event);
	return FORMAT_SKIP;
}
