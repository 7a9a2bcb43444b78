/*
 * Postfix, from 2.2 to 3.12, as it writes to syslog or to maillog_file.
 *
 * The daemon's name chooses the reader, the first bytes of the text whether
 * there is anything to read: four lines of five end there.
 */
#include "detector/formats/postfix.h"

/*
 * Reasons for which no password was tried or none was found wrong (A13): an
 * outage of the back end must not look like an attack on everybody. Most are
 * Cyrus SASL's (sasl_errstring), the rest Postfix's and Dovecot's words.
 */
static const struct slice not_refused[] = {
	SLICE("Connection lost to authentication server"),
	SLICE("Invalid authentication mechanism"),
	SLICE("Temporary authentication failure"),
	SLICE("Invalid base64 data"),
	SLICE("account disabled"),
	SLICE("another step is needed"),
	SLICE("authentication aborted"),
	SLICE("authorization failure"),
	SLICE("bad protocol / cancel"),
	SLICE("encryption needed to use mechanism"),
	SLICE("generic failure"),
	SLICE("mechanism too weak"),
	SLICE("no mechanism available"),
	SLICE("out of memory"),
	SLICE("passphrase expired"),
	SLICE("remote authentication server unavailable"),
	SLICE("transient failure"),
};

static bool is_refused_password(struct slice reason)
{
	for (size_t i = 0; i < sizeof(not_refused) / sizeof(not_refused[0]);
	     i++)
		if (slice_starts(reason, not_refused[i]))
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
	return postfix_take_client(&value, event) && !value.len;
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

/* Cut within the words that would have named the login. */
static bool is_torn_login(struct slice text)
{
	return text.len && (slice_starts(text, S(", sasl_")) ||
			    slice_find_char(text, '=') < 0);
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
	if (!text.len)
		return FORMAT_EVENT;
	if (!slice_starts(text, S(", ")) || !read_original_client(&text, event))
		return FORMAT_BAD;
	drop_attribute(&text, S(", orig_queue_id="), &ignored);
	if (!skip_to_login(&text, &event->mechanism))
		return is_torn_login(text) ? FORMAT_BAD : FORMAT_EVENT;
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
	return FORMAT_EVENT;
}

/* Other actions (warn, hold, filter, ...) do not refuse (A9). */
static bool skip_refusal(struct slice *text)
{
	return slice_skip(text, S("reject: ")) ||
	       slice_skip(text, S("milter-reject: ")) ||
	       slice_skip(text, S("proxy-reject: "));
}

static enum format_result read_refusal(struct slice text,
				       struct mail_event *event)
{
	struct slice id;

	if (!postfix_take_id(&text, &id) || !skip_refusal(&text))
		return FORMAT_SKIP;
	return postfix_read_reject(text, id, event);
}

static enum format_result read_smtpd(struct slice text,
				     struct mail_event *event)
{
	struct slice id;

	if (slice_skip(&text, S("warning: ")))
		return read_auth_failure(text, event);
	if (!postfix_take_id(&text, &id))
		return FORMAT_SKIP;
	if (slice_skip(&text, S("client=")))
		return read_client(text, id, event);
	if (skip_refusal(&text))
		return postfix_read_reject(text, id, event);
	return FORMAT_SKIP;
}

/* uid=N from=<S>: handed in on this machine with sendmail(1), or requeued. It
 * has no client, but a queue id that may be used again. */
static enum format_result read_pickup(struct slice text,
				      struct mail_event *event)
{
	struct slice id;

	if (!postfix_take_id(&text, &id) || !id.len ||
	    !slice_starts(text, S("uid=")))
		return FORMAT_SKIP;
	mail_event_init(event, MAIL_RECEIVED, id);
	return slice_find(text, S(" from=<")) < 0 ? FORMAT_BAD : FORMAT_EVENT;
}

/* <S>, size=N, nrcpt=N (queue active) */
static enum format_result read_queued(struct slice text, struct slice id,
				      struct mail_event *event)
{
	ptrdiff_t at = slice_find_last(text, S(">, size="));
	struct slice numbers;

	mail_event_init(event, MAIL_QUEUED, id);
	if (at < 0)
		return FORMAT_BAD;
	event->null_sender = at == 0;
	numbers = slice_after(text, (size_t)at + sizeof(">, size=") - 1);
	slice_number(numbers, &event->size_bytes);
	slice_cut(&numbers, ',');
	if (!slice_skip(&numbers, S(" nrcpt=")))
		return FORMAT_BAD;
	slice_number(numbers, &event->recipients);
	return FORMAT_EVENT;
}

/* <S>, status=expired, returned to sender. What is left of the recipients
 * bounces; the line does not say who they are. */
static enum format_result read_expired(struct slice text, struct slice id,
				       struct mail_event *event)
{
	mail_event_init(event, MAIL_DELIVERY, id);
	event->status = MAIL_EXPIRED;
	event->null_sender = text.ptr[0] == '>';
	return FORMAT_EVENT;
}

static enum format_result read_qmgr(struct slice text,
				    struct mail_event *event)
{
	struct slice rest = text, id;

	if (!postfix_take_id(&rest, &id) || !id.len)
		return FORMAT_SKIP;
	if (slice_eq(rest, S("removed"))) {
		mail_event_init(event, MAIL_CLOSED, id);
		return FORMAT_EVENT;
	}
	if (!slice_skip(&rest, S("from=<")))
		return postfix_read_delivery(text, event);
	if (slice_ends(rest, S(" (queue active)")))
		return read_queued(rest, id, event);
	if (slice_ends(rest, S(">, status=expired, returned to sender")) ||
	    slice_ends(rest, S(">, status=force-expired, returned to sender")))
		return read_expired(rest, id, event);
	return FORMAT_BAD;
}

static enum format_result read_nothing(struct slice text,
				       struct mail_event *event)
{
	(void)text;
	(void)event;
	return FORMAT_SKIP;
}

struct daemon {
	struct slice name;
	enum format_result (*read)(struct slice text,
				   struct mail_event *event);
};

/* By the length of the name, the busiest first. */
static const struct daemon daemons_4[] = {
	{ SLICE("qmgr"), read_qmgr },
	{ SLICE("smtp"), postfix_read_delivery },
	{ SLICE("lmtp"), postfix_read_delivery },
	{ SLICE("pipe"), postfix_read_delivery },
	{ { NULL, 0 }, NULL },
};

static const struct daemon daemons_5[] = {
	{ SLICE("smtpd"), read_smtpd },
	{ SLICE("anvil"), read_nothing },
	{ SLICE("local"), postfix_read_delivery },
	{ SLICE("error"), postfix_read_delivery },
	{ SLICE("nqmgr"), read_qmgr },
	{ SLICE("oqmgr"), read_qmgr },
	{ SLICE("qmqpd"), read_smtpd },
	{ SLICE("flush"), read_nothing },
	{ SLICE("showq"), read_nothing },
	{ SLICE("spawn"), read_nothing },
	{ { NULL, 0 }, NULL },
};

static const struct daemon daemons_6[] = {
	{ SLICE("bounce"), read_nothing },
	{ SLICE("pickup"), read_pickup },
	{ SLICE("master"), read_nothing },
	{ SLICE("scache"), read_nothing },
	{ SLICE("tlsmgr"), read_nothing },
	{ SLICE("verify"), read_nothing },
	{ { NULL, 0 }, NULL },
};

static const struct daemon daemons_7[] = {
	{ SLICE("cleanup"), read_refusal },
	{ SLICE("virtual"), postfix_read_delivery },
	{ SLICE("discard"), postfix_read_delivery },
	{ SLICE("dnsblog"), read_nothing },
	{ { NULL, 0 }, NULL },
};

static const struct daemon daemons_8[] = {
	{ SLICE("tlsproxy"), read_nothing },
	{ SLICE("proxymap"), read_nothing },
	{ SLICE("postlogd"), read_nothing },
	{ SLICE("postdrop"), read_nothing },
	{ SLICE("sendmail"), read_nothing },
	{ { NULL, 0 }, NULL },
};

static const struct daemon daemons_9[] = {
	{ SLICE("postsuper"), read_qmgr },
	{ { NULL, 0 }, NULL },
};

static const struct daemon daemons_10[] = {
	{ SLICE("postscreen"), read_refusal },
	{ { NULL, 0 }, NULL },
};

static const struct daemon daemons_15[] = {
	{ SLICE("trivial-rewrite"), read_nothing },
	{ { NULL, 0 }, NULL },
};

static const struct daemon *const daemons_by_length[] = {
	[4] = daemons_4, [5] = daemons_5, [6] = daemons_6, [7] = daemons_7,
	[8] = daemons_8, [9] = daemons_9, [10] = daemons_10,
	[15] = daemons_15,
};

/* The daemon stands behind the last slash; before the first one stands
 * whatever syslog_name says. Without a slash it is not Postfix: OpenSMTPD's
 * program is called smtpd, too. */
static const struct daemon *find_daemon(struct slice program)
{
	const char *slash = program.len
				    ? memrchr(program.ptr, '/', program.len)
				    : NULL;
	const struct daemon *daemon;
	size_t len;

	if (!slash)
		return NULL;
	slash++;
	len = program.len - (size_t)(slash - program.ptr);
	if (len >= sizeof(daemons_by_length) / sizeof(daemons_by_length[0]))
		return NULL;
	for (daemon = daemons_by_length[len]; daemon && daemon->read; daemon++)
		if (daemon->name.ptr[0] == slash[0] &&
		    memcmp(daemon->name.ptr, slash, len) == 0)
			return daemon;
	return NULL;
}

static const void *speaker_of(struct slice program)
{
	return find_daemon(program);
}

static enum format_result parse(const void *speaker,
				const struct log_line *line,
				struct mail_event *event_out)
{
	const struct daemon *daemon = speaker;
	struct slice program = line->program;
	enum format_result result;
	struct mail_event event;

	result = daemon->read(line->text, &event);
	if (result != FORMAT_EVENT)
		return result;
	event.at_ms = line->at_ms;
	event.host = line->host;
	event.instance = slice_cut(&program, '/');
	event.service = program;
	*event_out = event;
	return FORMAT_EVENT;
}

const struct format format_postfix = {
	.name = "postfix",
	.about = "Postfix 2.2 and later, from syslog or maillog_file",
	.speaker = speaker_of,
	.parse = parse,
};
