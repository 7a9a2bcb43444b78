/*
 * Cyrus IMAP 2 and 3, "cyrus/imaps[1]: ..." or, without a syslog_prefix,
 * "imaps[1]: ...":
 *
 *   login: CLIENT USER MECH[+TLS] User logged in[ SESSIONID=<S>]
 *   badlogin: CLIENT plaintext USER SASL(-13): TEXT        2.x
 *   badlogin: CLIENT MECH [SASL(-13): TEXT]                2.x
 *   badlogin: CLIENT MECH (USER) [SASL(-13): TEXT]         3.x
 *   badlogin: CLIENT MECH authentication failure           ManageSieve
 *
 * with CLIENT = "[A]", "NAME [A]" or "NAME[A]". Before it nothing is the
 * client's, so the first bracket holds its address; the USER of a refused
 * login may hold anything, and TEXT is the server's.
 *
 * The bare names belong to other servers, too (Courier's imapd): the text
 * tells whose a line is.
 */
#include "detector/formats/format.h"

static const struct slice services[] = {
	SLICE("imap"),	SLICE("imaps"), SLICE("imapd"), SLICE("pop3"),
	SLICE("pop3s"), SLICE("pop3d"), SLICE("sieve"), SLICE("timsieved"),
	SLICE("http"),	SLICE("https"),
};

/* syslog_prefix may hold slashes of its own. */
static const void *speaker_of(struct slice program)
{
	ptrdiff_t slash = slice_find_last(program, S("/"));

	program = slice_after(program, (size_t)(slash + 1));
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (slice_eq(program, services[i]))
			return &services[i];
	return NULL;
}

static bool take_client(struct slice *text, struct mail_event *event)
{
	ptrdiff_t open = slice_find_char(*text, '[');

	if (open < 0)
		return false;
	*text = slice_after(*text, (size_t)open + 1);
	event->has_client = address_parse(slice_cut(text, ']'),
					  &event->client);
	/* Whoever passed the line on may have made it unreadable. */
	return slice_skip(text, S(" "));
}

/* "USER MECH User logged in...": from the end. */
static enum format_result read_login(struct slice text,
				     struct mail_event *event)
{
	ptrdiff_t at;

	mail_event_init(event, MAIL_LOGIN, slice_sub(text, 0, 0));
	if (!take_client(&text, event))
		return FORMAT_BAD;
	at = slice_find_last(text, S(" User logged in"));
	if (at < 0)
		return FORMAT_BAD;
	text = slice_sub(text, 0, (size_t)at);
	at = slice_find_last(text, S(" "));
	if (at <= 0)
		return FORMAT_BAD;
	event->account = slice_sub(text, 0, (size_t)at);
	return FORMAT_EVENT;
}

/* Was it the password or the name? Everything else (no such mechanism, no
 * TLS, a back end that is away) tried none (pitfall A13). Numbers as in
 * Cyrus SASL's sasl.h: BADAUTH and NOUSER. */
static bool is_refused_password(struct slice reason)
{
	return slice_starts(reason, S("SASL(-13): ")) ||
	       slice_starts(reason, S("SASL(-20): ")) ||
	       slice_starts(reason, S("user not found")) ||
	       slice_starts(reason, S("authentication failure"));
}

/* Cut what follows MECH into the name, where it is said, and the reason. */
static void cut_reason(struct slice text, struct slice *name_out,
		       struct slice *reason_out)
{
	ptrdiff_t at;

	*name_out = slice_sub(text, 0, 0);
	*reason_out = text;
	slice_skip(reason_out, S("["));
	if (slice_skip(&text, S("("))) {
		at = slice_find_last(text, S(") ["));
		if (at < 0)
			return;
		*name_out = slice_sub(text, 0, (size_t)at);
		*reason_out = slice_after(text, (size_t)at + 3);
		return;
	}
	at = slice_find_last(text, S(" SASL("));
	if (at >= 0 && reason_out->len == text.len) {
		*name_out = slice_sub(text, 0, (size_t)at);
		*reason_out = slice_after(text, (size_t)at + 1);
	}
}

static enum format_result read_badlogin(struct slice text,
					struct mail_event *event)
{
	struct slice reason;

	mail_event_init(event, MAIL_AUTH_FAILURE, slice_sub(text, 0, 0));
	if (!take_client(&text, event))
		return FORMAT_BAD;
	slice_cut(&text, ' ');
	cut_reason(text, &event->account, &reason);
	if (!is_refused_password(reason))
		return FORMAT_SKIP;
	if (slice_eq(event->account, S("-notset-")))
		event->account.len = 0;
	event->attempts = 1;
	return FORMAT_EVENT;
}

static enum format_result parse(const void *speaker,
				const struct log_line *line,
				struct mail_event *event_out)
{
	struct slice text = line->text;

	(void)speaker;
	if (slice_skip(&text, S("login: ")))
		return read_login(text, event_out);
	if (slice_skip(&text, S("badlogin: ")))
		return read_badlogin(text, event_out);
	return FORMAT_FOREIGN;
}

const struct format format_cyrus = {
	.name = "cyrus",
	.about = "Cyrus IMAP 2 and 3",
	.instance = SLICE("cyrus"),
	.speaker = speaker_of,
	.parse = parse,
};
