/*
 * Postfix, from 2.2 to 3.12, as it writes to syslog or to maillog_file.
 *
 * The daemon's name chooses the reader, the first bytes of the text whether
 * there is anything to read: four lines of five end there.
 */
#include "detector/formats/postfix.h"

/*
 * uid=N from=<S>[ orig_id=ID]: handed in on this machine with sendmail(1), or
 * queued anew by postsuper -r. It has no client, but a queue id that may be
 * used again. S may look like an id of its own, but would be followed by '>'.
 */
static enum format_result read_pickup(struct slice text,
				      struct mail_event *event)
{
	struct slice id, earlier;
	ptrdiff_t at;

	if (!postfix_take_id(&text, &id) || !id.len ||
	    !slice_starts(text, S("uid=")))
		return FORMAT_SKIP;
	mail_event_init(event, MAIL_RECEIVED, id);
	at = slice_find_last(text, S("> orig_id="));
	if (at >= 0) {
		earlier = slice_after(text, (size_t)at + sizeof("> orig_id=") -
						    1);
		if (postfix_is_id(earlier))
			event->earlier_id = earlier;
	}
	return slice_find(text, S(" from=<")) < 0 ? FORMAT_BAD : FORMAT_EVENT;
}

/* What a spreadsheet leaves behind the last field: `",,,,` (E6). */
static struct slice without_cells(struct slice text)
{
	if (!slice_ends(text, S(",")))
		return text;
	while (text.len && strchr(",\"", text.ptr[text.len - 1]) &&
	       text.ptr[text.len - 1])
		text.len--;
	return text;
}

/* "3147, nrcpt=2 (queue active)"; people who shorten their logs leave out the
 * size or the words at the end. */
static bool read_numbers(struct slice text, struct mail_event *event)
{
	if (slice_skip(&text, S("size="))) {
		slice_number(text, &event->size_bytes);
		slice_cut(&text, ',');
		slice_skip(&text, S(" "));
	}
	if (!slice_skip(&text, S("nrcpt=")))
		return false;
	slice_number(text, &event->recipients);
	return slice_ends(text, S(" (queue active)")) ||
	       slice_find_char(text, ' ') < 0;
}

/* <S>, size=N, nrcpt=N (queue active); `end` is what follows S. */
static enum format_result read_queued(struct slice text, struct slice end,
				      bool has_brackets, struct slice id,
				      struct mail_event *event)
{
	ptrdiff_t at = slice_find_last(text, end);

	if (at < 0)
		return FORMAT_BAD;
	mail_event_init(event, MAIL_QUEUED, id);
	event->null_sender = at == 0;
	return read_numbers(slice_after(text, (size_t)at + 2 + has_brackets),
			    event)
		       ? FORMAT_EVENT
		       : FORMAT_BAD;
}

/* <S>, status=expired, returned to sender. What is left of the recipients
 * bounces; the line does not say who they are. */
static enum format_result read_expired(struct slice text, struct slice id,
				       struct mail_event *event)
{
	mail_event_init(event, MAIL_DELIVERY, id);
	event->status = MAIL_EXPIRED;
	event->null_sender = slice_starts(text, S(">"));
	return FORMAT_EVENT;
}

static bool is_expired(struct slice text)
{
	return slice_ends(text, S(", status=expired, returned to sender")) ||
	       slice_ends(text,
			  S(", status=force-expired, returned to sender"));
}

static enum format_result read_from(struct slice text, struct slice id,
				    struct mail_event *event)
{
	bool has_brackets = slice_skip(&text, S("<"));
	enum format_result result;

	result = read_queued(text, has_brackets ? S(">, size=") : S(", size="),
			     has_brackets, id, event);
	if (result == FORMAT_EVENT)
		return result;
	if (is_expired(text))
		return read_expired(text, id, event);
	return read_queued(text, has_brackets ? S(">, nrcpt=") : S(", nrcpt="),
			   has_brackets, id, event);
}

static enum format_result read_qmgr(struct slice text,
				    struct mail_event *event)
{
	struct slice rest = text, id;

	if (!postfix_take_id(&rest, &id) || !id.len)
		return FORMAT_SKIP;
	rest = without_cells(rest);
	if (slice_eq(rest, S("removed"))) {
		mail_event_init(event, MAIL_CLOSED, id);
		return FORMAT_EVENT;
	}
	if (slice_skip(&rest, S("from=")))
		return read_from(rest, id, event);
	return postfix_read_delivery(text, event);
}

/*
 * MailScanner takes what header_checks put on hold, and writes a new queue
 * file: "Requeue: 8DC3BBDEAF.A29D3 to 5AD9ABDEB5". The new id is the message
 * from now on; the part behind the dot is MailScanner's own.
 */
static enum format_result read_mailscanner(struct slice text,
					   struct mail_event *event)
{
	struct slice earlier;

	if (!slice_skip(&text, S("Requeue: ")))
		return FORMAT_SKIP;
	earlier = slice_cut(&text, '.');
	slice_cut(&text, ' ');
	if (!postfix_is_id(earlier) || !slice_skip(&text, S("to ")) ||
	    !postfix_is_id(text))
		return FORMAT_SKIP;
	mail_event_init(event, MAIL_RECEIVED, text);
	event->earlier_id = earlier;
	return FORMAT_EVENT;
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
	{ SLICE("smtpd"), postfix_read_smtpd },
	{ SLICE("anvil"), read_nothing },
	{ SLICE("local"), postfix_read_delivery },
	{ SLICE("error"), postfix_read_delivery },
	{ SLICE("nqmgr"), read_qmgr },
	{ SLICE("oqmgr"), read_qmgr },
	{ SLICE("qmqpd"), postfix_read_smtpd },
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
	{ SLICE("cleanup"), postfix_read_cleanup },
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
	{ SLICE("postscreen"), postfix_read_postscreen },
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

static const struct daemon mailscanner = { SLICE("MailScanner"),
					   read_mailscanner };

/* The daemon stands behind the last slash; before the first one stands
 * whatever syslog_name says. Without a slash it is not Postfix (OpenSMTPD's
 * program is called smtpd, too) but at most one that works on its queue. */
static const struct daemon *find_daemon(struct slice program)
{
	const char *slash = program.len
				    ? memrchr(program.ptr, '/', program.len)
				    : NULL;
	const struct daemon *daemon;
	size_t len;

	if (!slash)
		return slice_eq(program, mailscanner.name) ? &mailscanner
							   : NULL;
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
	enum format_result result = daemon->read(line->text, event_out);

	if (result != FORMAT_EVENT)
		return result;
	event_out->instance = slice_cut(&program, '/');
	event_out->service = program;
	return FORMAT_EVENT;
}

const struct format format_postfix = {
	.name = "postfix",
	.about = "Postfix 2.2 and later, from syslog or maillog_file",
	.speaker = speaker_of,
	.parse = parse,
};
