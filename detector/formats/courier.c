/*
 * Courier, the mail server and the IMAP and POP3 servers by themselves:
 *
 *   imapd, pop3d, ...   LOGIN, user=U, ip=[A][, port=[P]][, protocol=IMAP]
 *                       LOGIN FAILED, user=U|method=M, ip=[A][, port=[P]]
 *   courieresmtpd       error,relay=A,[port=P,]from=<S>,to=<R>: 550 TEXT
 *                       error,relay=A,[port=P,]msg="535 Authentication
 *                       failed.",cmd: AUTH MECH [BASE64] [U]
 *   courierd            newmsg,id=ID[, auth=U]: dns; HELO (NAME [A])
 *                       completed,id=ID
 *   courierlocal, ...   id=ID,from=<S>,addr=<R>[,size=N],success: TEXT
 *                       id=ID,from=<S>,addr=<R>,status: failure|deferred
 *
 * U of a refused login and HELO are the client's and may hold anything: the
 * last ", ip=[" and the last bracket are the server's. What follows AUTH holds
 * passwords (pitfall B8): nothing of it is given that may be base64.
 */
#include "detector/formats/format.h"

static enum format_result read_mailbox(struct slice text,
				       struct mail_event *event);
static enum format_result read_esmtpd(struct slice text,
				      struct mail_event *event);
static enum format_result read_courierd(struct slice text,
					struct mail_event *event);
static enum format_result read_delivery(struct slice text,
					struct mail_event *event);

struct daemon {
	struct slice program;
	enum format_result (*read)(struct slice text,
				   struct mail_event *event);
};

static const struct daemon daemons[] = {
	{ SLICE("imapd"), read_mailbox },
	{ SLICE("imapd-ssl"), read_mailbox },
	{ SLICE("imaplogin"), read_mailbox },
	{ SLICE("pop3d"), read_mailbox },
	{ SLICE("pop3d-ssl"), read_mailbox },
	{ SLICE("pop3login"), read_mailbox },
	{ SLICE("courierpop3login"), read_mailbox },
	{ SLICE("courieresmtpd"), read_esmtpd },
	{ SLICE("courierd"), read_courierd },
	{ SLICE("courierlocal"), read_delivery },
	{ SLICE("courieresmtp"), read_delivery },
	{ SLICE("courieruucp"), read_delivery },
	{ SLICE("courierfax"), read_delivery },
	{ SLICE("courierdsn"), read_delivery },
};

static const void *speaker_of(struct slice program)
{
	for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++)
		if (slice_eq(program, daemons[i].program))
			return &daemons[i];
	return NULL;
}

/* Syslog cuts a long line without a mark (RFC 3164: at 1024 bytes), perhaps
 * behind a ", ip=[1.2.3.4]" that is part of a name. */
enum { WHOLE_LINE_MOST = 900 };

/* "..., user=U, ip=[A], port=[P]": the address, and what stands before. Whoever
 * passed the line on may have made the address unreadable. */
static bool cut_ip(struct slice *text, struct mail_event *event)
{
	ptrdiff_t at = slice_find_last(*text, S(", ip=["));
	struct slice rest;

	if (at < 0 || text->len > WHOLE_LINE_MOST)
		return false;
	rest = slice_after(*text, (size_t)at + 6);
	*text = slice_sub(*text, 0, (size_t)at);
	if (slice_find_char(rest, ']') < 0)
		return false;
	event->has_client = address_parse(slice_cut(&rest, ']'),
					  &event->client);
	return !rest.len || slice_starts(rest, S(", "));
}

static enum format_result read_mailbox(struct slice text,
				       struct mail_event *event)
{
	enum mail_event_kind kind = MAIL_AUTH_FAILURE;

	if (!slice_skip(&text, S("LOGIN FAILED"))) {
		kind = MAIL_LOGIN;
		if (!slice_skip(&text, S("LOGIN")))
			return FORMAT_FOREIGN;
	}
	/* "LOGIN: DEBUG: ..." shows passwords. */
	if (!slice_starts(text, S(",")))
		return FORMAT_FOREIGN;
	mail_event_init(event, kind, slice_sub(text, 0, 0));
	if (!cut_ip(&text, event))
		return FORMAT_BAD;
	if (slice_skip(&text, S(", user=")))
		event->account = text;
	if (kind == MAIL_LOGIN)
		return event->account.len ? FORMAT_EVENT : FORMAT_BAD;
	event->attempts = 1;
	return FORMAT_EVENT;
}

static bool is_base64(struct slice word)
{
	for (size_t i = 0; i < word.len; i++) {
		char c = word.ptr[i];

		if (!is_letter(c) && !is_digit(c) && c != '+' && c != '/' &&
		    c != '=')
			return false;
	}
	return true;
}

/* "AUTH PLAIN BASE64 U", "AUTH LOGIN U" and, before Courier knew better, the
 * bare command or its argument. A name that could be base64 is taken only
 * behind something that is. */
static struct slice name_of(struct slice command)
{
	struct slice none = { command.ptr, 0 }, word;

	if (!slice_skip(&command, S("AUTH ")))
		return none;
	slice_cut(&command, ' ');
	word = command;
	word = slice_cut(&word, ' ');
	if (!is_base64(word))
		return command;
	slice_cut(&command, ' ');
	return command;
}

/* "from=<S>,to=<R>: 550 TEXT" */
static enum format_result read_refusal(struct slice text,
				       struct mail_event *event)
{
	ptrdiff_t from = slice_find(text, S("from=<")), to, end;

	if (from < 0)
		return FORMAT_SKIP;
	text = slice_after(text, (size_t)from);
	to = slice_find(text, S(">,to=<"));
	if (to >= 0)
		text = slice_after(text, (size_t)to + 6);
	end = slice_find(text, S(">: "));
	if (end < 0)
		return FORMAT_BAD;
	if (to >= 0)
		event->recipient = slice_sub(text, 0, (size_t)end);
	text = slice_after(text, (size_t)end + 3);
	return slice_starts(text, S("5")) || slice_starts(text, S("4"))
		       ? FORMAT_EVENT
		       : FORMAT_SKIP;
}

static enum format_result read_esmtpd(struct slice text,
				      struct mail_event *event)
{
	mail_event_init(event, MAIL_REJECT, slice_sub(text, 0, 0));
	if (!slice_skip(&text, S("error,relay=")))
		return FORMAT_SKIP;
	event->has_client = address_parse(slice_cut(&text, ','),
					  &event->client);
	if (!event->has_client)
		return FORMAT_BAD;
	if (slice_starts(text, S("port=")))
		slice_cut(&text, ',');
	if (!slice_starts(text, S("msg=\"")))
		return read_refusal(text, event);
	if (!slice_skip(&text, S("msg=\"535 Authentication failed.\",cmd: ")))
		return FORMAT_SKIP;
	event->kind = MAIL_AUTH_FAILURE;
	event->account = name_of(text);
	event->attempts = 1;
	return FORMAT_EVENT;
}

/* "dns; HELO (NAME [A])". A message of the host's own has no bracket. */
static bool read_origin(struct slice text, struct mail_event *event)
{
	ptrdiff_t open = slice_find_last(text, S("["));

	if (open < 0)
		return true;
	if (!slice_ends(text, S("])")))
		return false;
	text = slice_sub(text, (size_t)open + 1, text.len - 2);
	event->has_client = address_parse(text, &event->client);
	return event->has_client;
}

static enum format_result read_message(struct slice text,
				       struct mail_event *event)
{
	ptrdiff_t end = slice_find(text, S(": "));
	struct slice who;

	if (end < 0)
		return FORMAT_BAD;
	who = slice_sub(text, 0, (size_t)end);
	mail_event_init(event, MAIL_RECEIVED, slice_cut(&who, ','));
	if (slice_skip(&who, S(" auth="))) {
		event->kind = MAIL_SUBMISSION;
		event->is_queued = true;
		event->account = who;
	}
	text = slice_after(text, (size_t)end + 2);
	if (!event->queue_id.len || !read_origin(text, event) ||
	    (event->is_queued && !who.len))
		return FORMAT_BAD;
	return FORMAT_EVENT;
}

static enum format_result read_courierd(struct slice text,
					struct mail_event *event)
{
	if (slice_skip(&text, S("newmsg,id=")))
		return read_message(text, event);
	if (!slice_skip(&text, S("completed,id=")))
		return read_delivery(text, event);
	mail_event_init(event, MAIL_CLOSED, text);
	return text.len ? FORMAT_EVENT : FORMAT_BAD;
}

/* The end of a delivery's line. */
static enum mail_status status_of(struct slice text)
{
	uint32_t size;

	if (slice_eq(text, S(",status: failure")))
		return MAIL_BOUNCED;
	if (slice_eq(text, S(",status: deferred")))
		return MAIL_DEFERRED;
	if (slice_skip(&text, S(",size="))) {
		if (!slice_number(text, &size))
			return MAIL_STATUS_NONE;
		slice_skip_digits(&text);
	}
	return slice_starts(text, S(",success: ")) ? MAIL_SENT
						   : MAIL_STATUS_NONE;
}

/* What the other side said comes in a line before, "...,addr=<R>: TEXT". */
static enum format_result read_delivery(struct slice text,
					struct mail_event *event)
{
	ptrdiff_t at;

	if (!slice_skip(&text, S("id=")))
		return FORMAT_SKIP;
	mail_event_init(event, MAIL_DELIVERY, slice_cut(&text, ','));
	at = slice_find(text, S(">,addr=<"));
	if (at < 0 || !slice_starts(text, S("from=<")))
		return FORMAT_SKIP;
	text = slice_after(text, (size_t)at + 8);
	at = slice_find(text, S(">"));
	if (at < 0)
		return FORMAT_BAD;
	event->recipient = slice_sub(text, 0, (size_t)at);
	event->status = status_of(slice_after(text, (size_t)at + 1));
	return event->status == MAIL_STATUS_NONE ? FORMAT_SKIP : FORMAT_EVENT;
}

static enum format_result parse(const void *speaker,
				const struct log_line *line,
				struct mail_event *event_out)
{
	const struct daemon *daemon = speaker;

	return daemon->read(line->text, event_out);
}

const struct format format_courier = {
	.name = "courier",
	.about = "Courier: mail server, IMAP and POP3",
	.instance = SLICE("courier"),
	.speaker = speaker_of,
	.parse = parse,
};
