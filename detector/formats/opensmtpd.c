/*
 * OpenSMTPD, from 5.x on. Since 6.4:
 *
 *   SESSION smtp connected address=A host=H
 *   SESSION smtp authentication user=U result=ok|permfail|tempfail
 *   SESSION smtp message msgid=ID size=N nrcpt=N proto=P
 *   SESSION smtp envelope evpid=E from=<S> to=<R>
 *   SESSION smtp failed-command command="C" result="CODE TEXT"
 *   SESSION smtp disconnected reason=W
 *   SESSION mta delivery evpid=E from=<S> to=<R> rcpt=<R|-> source="A"
 *           relay="A (H)" delay=T result="Ok|TempFail|PermFail" stat="REPLY"
 *   SESSION mda delivery evpid=E from=<S> to=<R> [rcpt=<R> ]user=U delay=T
 *           result=Ok|TempFail|PermFail stat=REPLY
 *
 * and from 6.0 to 6.3 the same with "event=" before the word, and "address=A
 * host=H" on each line of the client's; those of 5.x are in opensmtpd_old.c.
 *
 * Who logged in and from where stands on lines of its own, tied by SESSION:
 * sessions.h puts them together. A message is known by the first half of its
 * envelopes' ids. That it left the queue is not said: it ends by its age.
 *
 * U is escaped, S and R are what OpenSMTPD lets pass: letters and digits and
 * none of blank, quote, < or >. C and REPLY are strangers' and may hold
 * anything. C may even be a password, where AUTH is not on offer.
 */
#include "detector/formats/opensmtpd.h"

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

bool opensmtpd_take_id(struct slice *text, size_t len, struct slice *id_out)
{
	if (text->len < len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_hex(text->ptr[i]))
			return false;
	*id_out = slice_sub(*text, 0, len);
	*text = slice_after(*text, len);
	return true;
}

void opensmtpd_read_client(struct slice address, struct mail_event *event)
{
	if (slice_skip(&address, S("[")) && slice_ends(address, S("]")))
		address.len--;
	event->has_client = address_parse(address, &event->client);
}

enum format_result opensmtpd_read_login(struct slice login,
					struct slice outcome,
					struct mail_event *event)
{
	bool is_ok = slice_eq(outcome, S("ok"));

	if (!is_ok && !slice_eq(outcome, S("permfail")))
		return outcome.len ? FORMAT_SKIP : FORMAT_BAD;
	if (is_ok && !login.len)
		return FORMAT_BAD;
	mail_event_init(event, is_ok ? MAIL_LOGIN : MAIL_AUTH_FAILURE,
			slice_sub(login, 0, 0));
	event->account = login;
	event->for_sending = is_ok;
	event->attempts = !is_ok;
	return FORMAT_EVENT;
}

/* "550 ..." or "550-...". */
static bool has_code(struct slice answer)
{
	return answer.len > 3 && is_digit(answer.ptr[0]) &&
	       is_digit(answer.ptr[1]) && is_digit(answer.ptr[2]) &&
	       (answer.ptr[3] == ' ' || answer.ptr[3] == '-');
}

/* "5.1.1" behind a reply code, with or without a colon; empty when there is
 * none. */
static struct slice dsn_of(struct slice answer)
{
	struct slice dsn;

	if (has_code(answer))
		answer = slice_after(answer, 4);
	dsn = mail_event_take_dsn(&answer);
	if (slice_starts(answer, S(".")))
		dsn.len = 0;
	return dsn;
}

static struct slice recipient_of(struct slice command)
{
	struct slice none = slice_sub(command, 0, 0);
	struct slice word = slice_sub(command, 0, 8);
	ptrdiff_t at;

	command = slice_trim(slice_after(command, word.len));
	at = slice_find_char(command, '>');
	if (!slice_eq_nocase(word, S("RCPT TO:")) ||
	    !slice_skip(&command, S("<")) || at < 1)
		return none;
	return slice_sub(command, 0, (size_t)at - 1);
}

enum format_result opensmtpd_read_refusal(struct slice command,
					  struct slice answer,
					  struct mail_event *event)
{
	bool is_auth = slice_eq_nocase(slice_sub(command, 0, 4), S("AUTH"));

	if (!has_code(answer))
		return FORMAT_BAD;
	/* 421: the server cannot go on, which is no refusal. A wrong password
	 * is counted where it has a name. */
	if (slice_starts(answer, S("421")) ||
	    (is_auth && slice_starts(answer, S("535"))))
		return FORMAT_SKIP;
	mail_event_init(event, MAIL_REJECT, slice_sub(answer, 0, 0));
	event->recipient = recipient_of(command);
	event->dsn = dsn_of(answer);
	return FORMAT_EVENT;
}

static const struct {
	struct slice word;
	enum mail_status status;
} results[] = {
	{ SLICE("Ok"), MAIL_SENT },
	{ SLICE("TempFail"), MAIL_DEFERRED },
	{ SLICE("PermFail"), MAIL_BOUNCED },
};

/* "250 2.0.0: f6e94209 Message accepted for delivery", from OpenSMTPD behind
 * a filter on this machine. */
static struct slice requeued_id(struct slice relay, struct slice reply)
{
	struct slice end = S(" Message accepted for delivery"), id;
	struct slice none = slice_sub(reply, 0, 0);
	struct address address;
	size_t at;

	if (!address_parse(slice_cut(&relay, ' '), &address) ||
	    !address_is_loopback(&address) || !slice_ends(reply, end) ||
	    reply.len < end.len + OPENSMTPD_MESSAGE_LEN)
		return none;
	at = reply.len - end.len - OPENSMTPD_MESSAGE_LEN;
	reply = slice_after(reply, at);
	return opensmtpd_take_id(&reply, OPENSMTPD_MESSAGE_LEN, &id) ? id
								     : none;
}

enum format_result opensmtpd_read_outcome(struct slice envelope,
					  struct slice recipient,
					  struct slice relay,
					  struct slice result,
					  struct slice reply,
					  struct mail_event *event)
{
	size_t i = 0, n = sizeof(results) / sizeof(results[0]);

	while (i < n && !slice_eq(result, results[i].word))
		i++;
	if (i == n)
		return FORMAT_BAD;
	mail_event_init(event, MAIL_DELIVERY,
			slice_sub(envelope, 0, OPENSMTPD_MESSAGE_LEN));
	event->status = results[i].status;
	event->recipient = recipient;
	event->dsn = dsn_of(reply);
	event->reply = reply;
	if (event->status == MAIL_SENT)
		event->requeued_as = requeued_id(relay, reply);
	return FORMAT_EVENT;
}

/* The value of the first word that begins with `key`; empty without one. */
static struct slice field(struct slice text, struct slice key)
{
	while (text.len) {
		struct slice word = slice_cut(&text, ' ');

		if (slice_skip(&word, key))
			return word;
	}
	return text;
}

/* Where the client's line names it: from 6.0 to 6.3, before anything of the
 * client's. */
static void read_address(struct slice text, struct mail_event *event)
{
	if (slice_skip(&text, S("address=")))
		opensmtpd_read_client(slice_cut(&text, ' '), event);
}

static enum format_result read_connected(struct slice text,
					 struct mail_event *event)
{
	mail_event_init(event, MAIL_SESSION, slice_sub(text, 0, 0));
	read_address(text, event);
	return slice_starts(text, S("address=")) ? FORMAT_EVENT : FORMAT_BAD;
}

static enum format_result read_authentication(struct slice text,
					      struct mail_event *event)
{
	struct slice login = field(text, S("user="));
	enum format_result result = opensmtpd_read_login(
		login, field(text, S("result=")), event);

	if (result == FORMAT_EVENT)
		opensmtpd_read_client(field(text, S("address=")), event);
	return result;
}

/* 6.4 says once how many recipients there are; before it, each had a line,
 * and ndest= were those that it stood for. */
static enum format_result read_message(struct slice text,
				       struct mail_event *event)
{
	struct slice id, rest = field(text, S("msgid="));
	struct slice count = field(text, S("nrcpt="));

	if (!opensmtpd_take_id(&rest, OPENSMTPD_MESSAGE_LEN, &id) || rest.len)
		return FORMAT_BAD;
	mail_event_init(event, MAIL_SUBMISSION, id);
	read_address(text, event);
	if (!count.len)
		count = field(text, S("ndest="));
	if (!slice_number(count, &event->recipients))
		return FORMAT_BAD;
	slice_number(field(text, S("size=")), &event->size_bytes);
	event->null_sender = slice_eq(field(text, S("from=")), S("<>"));
	event->is_queued = true;
	return FORMAT_EVENT;
}

/* The command is the client's, and the answer may repeat a word of it but no
 * blank: the last mark is the server's. */
static enum format_result read_failed(struct slice text,
				      struct mail_event *event)
{
	struct slice mark = S("\" result=\""), start = S("command=\"");
	struct slice client = text, command;
	ptrdiff_t from = 0, at = slice_find_last(text, mark);
	enum format_result result;

	if (!slice_starts(text, start))
		from = slice_find(text, S(" command=\"")) + 1;
	command = slice_after(text, (size_t)from);
	if (at < 0 || !slice_skip(&command, start) ||
	    command.ptr > text.ptr + at)
		return FORMAT_BAD;
	command.len = (size_t)(text.ptr + at - command.ptr);
	text = slice_after(text, (size_t)at + mark.len);
	result = opensmtpd_read_refusal(command, text, event);
	if (result == FORMAT_EVENT)
		read_address(client, event);
	return result;
}

static enum format_result read_disconnected(struct slice text,
					    struct mail_event *event)
{
	mail_event_init(event, MAIL_CLOSED, slice_sub(text, 0, 0));
	read_address(text, event);
	return FORMAT_EVENT;
}

static struct slice unquoted(struct slice text)
{
	if (slice_skip(&text, S("\"")) && slice_ends(text, S("\"")))
		text.len--;
	return text;
}

/* evpid=E from=<S> to=<R> ... result=W stat=REPLY, the last two perhaps
 * quoted; REPLY may hold quotes of its own. */
static enum format_result read_delivery(struct slice text,
					struct mail_event *event)
{
	struct slice id, from, to, fields, relay, result;
	ptrdiff_t at;

	if (!slice_skip(&text, S("evpid=")) ||
	    !opensmtpd_take_id(&text, OPENSMTPD_ENVELOPE_LEN, &id) ||
	    !slice_skip(&text, S(" ")))
		return FORMAT_BAD;
	from = slice_cut(&text, ' ');
	to = slice_cut(&text, ' ');
	at = slice_find(text, S(" result="));
	if (at < 0 || !slice_starts(from, S("from=<")) ||
	    !slice_skip(&to, S("to=<")) || !slice_ends(to, S(">")))
		return FORMAT_BAD;
	to.len--;
	fields = slice_sub(text, 0, (size_t)at);
	text = slice_after(text, fields.len + sizeof(" result=") - 1);
	result = unquoted(slice_cut(&text, ' '));
	if (!slice_skip(&text, S("stat=")))
		return FORMAT_BAD;
	at = slice_find(fields, S(" relay=\""));
	relay = slice_after(fields, at < 0 ? fields.len
					   : (size_t)at +
						     sizeof(" relay=\"") - 1);
	return opensmtpd_read_outcome(id, to, relay, result, unquoted(text),
				      event);
}

static const struct part {
	struct slice words;
	enum format_result (*read)(struct slice text,
				   struct mail_event *event);
} parts[] = {
	{ SLICE("smtp connected "), read_connected },
	{ SLICE("smtp disconnected "), read_disconnected },
	{ SLICE("mta delivery "), read_delivery },
	{ SLICE("mda delivery "), read_delivery },
	{ SLICE("smtp message "), read_message },
	{ SLICE("smtp failed-command "), read_failed },
	{ SLICE("smtp authentication "), read_authentication },
	{ SLICE("smtp event=connected "), read_connected },
	{ SLICE("smtp event=closed "), read_disconnected },
	{ SLICE("mta event=delivery "), read_delivery },
	{ SLICE("mda event=delivery "), read_delivery },
	{ SLICE("smtp event=message "), read_message },
	{ SLICE("smtp event=failed-command "), read_failed },
	{ SLICE("smtp event=authentication "), read_authentication },
};

static enum format_result read_part(struct slice text,
				    struct mail_event *event)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (slice_skip(&text, parts[i].words))
			return parts[i].read(text, event);
	return FORMAT_SKIP;
}

/* Postfix's daemons have a slash in their names. */
static const void *speaker_of(struct slice program)
{
	return slice_eq(program, S("smtpd")) ? parts : NULL;
}

static enum format_result read_text(struct slice text,
				    struct mail_event *event)
{
	struct slice session;
	enum format_result result;

	if (!opensmtpd_take_id(&text, OPENSMTPD_SESSION_LEN, &session) ||
	    !slice_skip(&text, S(" ")))
		return opensmtpd_read_old(text, event);
	result = read_part(text, event);
	event->session = session;
	return result;
}

static enum format_result parse(const void *speaker,
				const struct log_line *line,
				struct mail_event *event_out)
{
	enum format_result result = read_text(line->text, event_out);

	(void)speaker;
	if (result != FORMAT_EVENT)
		return result;
	/* A delivery is another session than the one it came in. */
	if (event_out->kind == MAIL_DELIVERY)
		event_out->session.len = 0;
	event_out->service = line->program;
	return FORMAT_EVENT;
}

const struct format format_opensmtpd = {
	.name = "opensmtpd",
	.about = "OpenSMTPD 5 and later",
	.instance = SLICE("opensmtpd"),
	.speaker = speaker_of,
	.parse = parse,
};
