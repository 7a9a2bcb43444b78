/*
 * Sendmail 8, its server (sm-mta) and its submission program (sendmail):
 *
 *   AUTH=server, relay=CLIENT, authid=U, mech=M, bits=N
 *   STARTTLS=server, relay=CLIENT, ...
 *   NOQUEUE: connect from CLIENT
 *   QID: AUTH failure (M): TEXT (-13) TEXT[, user=U], relay=CLIENT
 *   QID: from=<S>, ...                                   sendmail_message.c
 *   QID: to=<R>,<R>,...                                  sendmail_message.c
 *   [QID: ]ruleset=check_W, arg1=A[, arg2=B], relay=CLIENT, reject=CODE TEXT
 *   QID: Milter: to=<R>|from=<S>|data, reject=CODE TEXT
 *   QID: <R>... User unknown
 *   QID: done; ...
 *
 * Who logged in stands on a line without an id; the process that wrote it
 * writes the message, too, and sessions.h puts them together.
 *
 * A message of somebody on this machine comes twice: from sendmail, which
 * hands it to sm-mta, where it has another id (pitfall A10). Neither was
 * handed in with a password.
 */
#include "detector/formats/sendmail.h"

enum {
	/* "GAA18680" before 8.10, "06J1e4G4012711" since; a long process id
	 * makes it longer. */
	ID_MIN = 8,
	ID_MAX = 20
};

static const struct slice programs[] = {
	SLICE("sm-mta"),
	SLICE("sendmail"),
	SLICE("sm-msp-queue"),
	SLICE("sm-acceptingconnections"),
};

static const void *speaker_of(struct slice program)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (slice_eq(program, programs[i]))
			return programs;
	return NULL;
}

static bool is_id_char(char c)
{
	return is_digit(c) || is_letter(c);
}

/* Step over "06J1e4G4012711: ". "NOQUEUE" is given as an empty id. */
static bool take_id(struct slice *text, struct slice *id_out)
{
	struct slice rest = *text, id;
	size_t len = 0;

	while (len < rest.len && len <= ID_MAX && is_id_char(rest.ptr[len]))
		len++;
	id = slice_sub(rest, 0, len);
	rest = slice_after(rest, len);
	if (slice_eq(id, S("NOQUEUE")))
		id.len = 0;
	else if (len < ID_MIN || len > ID_MAX)
		return false;
	if (!slice_skip(&rest, S(": ")))
		return false;
	*id_out = id;
	*text = rest;
	return true;
}

bool sendmail_read_relay(struct slice relay, struct mail_event *event)
{
	struct slice forged = S(" (may be forged)");
	ptrdiff_t at;

	if (slice_ends(relay, forged))
		relay.len -= forged.len;
	at = slice_find_last(relay, S("["));
	if (at < 0 || !slice_ends(relay, S("]")))
		return false;
	relay.len--;
	relay = slice_after(relay, (size_t)at + 1);
	event->has_client = address_parse(relay, &event->client);
	return event->has_client;
}

size_t sendmail_address_length(struct slice text)
{
	struct slice rest = text, ignored;
	size_t len;

	while (mail_event_next_recipient(&rest, &ignored)) {
		len = (size_t)(rest.ptr - text.ptr);
		if (slice_starts(rest, S(" ")))
			return len - 1;
	}
	return text.len;
}

struct slice sendmail_dsn(struct slice text)
{
	struct slice dsn = mail_event_take_dsn(&text);

	if (slice_starts(text, S(".")))
		dsn.len = 0;
	return dsn;
}

/* CLIENT, authid=U, mech=M, bits=N */
static enum format_result read_login(struct slice text, struct slice pid,
				     struct mail_event *event)
{
	ptrdiff_t at = slice_find(text, S(", authid="));
	ptrdiff_t end = slice_find_last(text, S(", mech="));
	struct slice none = slice_sub(text, 0, 0), mechanism;
	size_t start = (size_t)at + sizeof(", authid=") - 1;

	mail_event_init(event, MAIL_LOGIN, none);
	if (at < 0 || end < (ptrdiff_t)start + 1 ||
	    !sendmail_read_relay(slice_sub(text, 0, (size_t)at), event))
		return FORMAT_BAD;
	event->account = slice_sub(text, start, (size_t)end);
	mechanism = slice_after(text, (size_t)end + sizeof(", mech=") - 1);
	event->mechanism = slice_cut(&mechanism, ',');
	event->for_sending = true;
	event->session = pid;
	return FORMAT_EVENT;
}

/* A connection begins anew; whoever had this process before is gone. */
static enum format_result read_beginning(struct slice text, struct slice pid,
					 struct mail_event *event)
{
	mail_event_init(event, MAIL_SESSION, slice_sub(text, 0, 0));
	text.len = sendmail_address_length(text);
	sendmail_read_relay(text, event);
	event->session = pid;
	return pid.len ? FORMAT_EVENT : FORMAT_SKIP;
}

/*
 * (M): TEXT (CODE) TEXT[, user=U], relay=CLIENT
 *
 * Codes of Cyrus SASL: -13 is a wrong password, -20 nobody of that name; the
 * others say that none was looked at (A13). U and the text before it may hold
 * the client's words: the last relay is Sendmail's (C1), and a name that is
 * not between the only ", user=" and it is nobody's.
 */
static enum format_result read_auth_failure(struct slice text, struct slice id,
					    struct mail_event *event)
{
	struct slice mark = S(", user="), relay = S(", relay="), none;
	ptrdiff_t code = slice_find(text, S(" (-")), at, user;
	struct slice number = slice_after(text, (size_t)(code + 3));

	none = slice_sub(id, 0, 0);
	mail_event_init(event, MAIL_AUTH_FAILURE, none);
	at = slice_find_last(text, relay);
	if (code < 0 || at < code)
		return FORMAT_BAD;
	if (!slice_starts(number, S("13) ")) &&
	    !slice_starts(number, S("20) ")))
		return FORMAT_SKIP;
	sendmail_read_relay(slice_after(text, (size_t)at + relay.len), event);
	text.len = (size_t)at;
	user = slice_find(text, mark);
	if (user >= 0 && user == slice_find_last(text, mark))
		event->account = slice_after(text, (size_t)user + mark.len);
	event->attempts = 1;
	return FORMAT_EVENT;
}

/* Step over "NAME=" and the address behind it, "<R>" or none. */
static bool take_argument(struct slice *text, struct slice name,
			  struct slice *argument_out)
{
	size_t len;

	if (!slice_skip(text, name))
		return false;
	len = sendmail_address_length(*text);
	*argument_out = slice_sub(*text, 0, len);
	*text = slice_after(*text, len);
	return slice_skip(text, S(", "));
}

/* "550 5.1.1 ..." */
static struct slice dsn_of_answer(struct slice answer)
{
	if (answer.len > 4 && is_digit(answer.ptr[0]) && answer.ptr[3] == ' ')
		return sendmail_dsn(slice_after(answer, 4));
	return slice_sub(answer, 0, 0);
}

/* check_W, arg1=A[, arg2=B], relay=CLIENT, reject=CODE TEXT. What follows
 * "reject=" repeats the client's words, so it is read from the left. */
static enum format_result read_ruleset(struct slice text, struct slice id,
				       struct mail_event *event)
{
	bool is_recipient = slice_starts(text, S("rcpt, "));
	struct slice first = slice_sub(text, 0, 0), relay, ignored;
	ptrdiff_t at;

	mail_event_init(event, MAIL_REJECT, id);
	at = slice_find(text, S(", "));
	if (at < 0)
		return FORMAT_BAD;
	text = slice_after(text, (size_t)at + 2);
	take_argument(&text, S("arg1="), &first);
	take_argument(&text, S("arg2="), &ignored);
	if (!take_argument(&text, S("relay="), &relay) ||
	    !slice_skip(&text, S("reject=")))
		return FORMAT_SKIP;
	sendmail_read_relay(relay, event);
	if (is_recipient)
		mail_event_next_recipient(&first, &event->recipient);
	event->dsn = dsn_of_answer(text);
	return FORMAT_EVENT;
}

/* to=<R>, reject=CODE TEXT */
static enum format_result read_milter(struct slice text, struct slice id,
				      struct mail_event *event)
{
	struct slice first = slice_sub(text, 0, 0);

	mail_event_init(event, MAIL_REJECT, id);
	if (take_argument(&text, S("to="), &first))
		mail_event_next_recipient(&first, &event->recipient);
	else if (!take_argument(&text, S("from="), &first))
		slice_skip(&text, S("data, "));
	if (!slice_skip(&text, S("reject=")))
		return FORMAT_SKIP;
	event->dsn = dsn_of_answer(text);
	return FORMAT_EVENT;
}

/* <R>... User unknown: no address; it comes with the from= line. */
static enum format_result read_unknown(struct slice text, struct slice id,
				       struct mail_event *event)
{
	static const struct slice ends[] = {
		SLICE(">... User unknown"),
		SLICE(">... No such user here"),
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!slice_ends(text, ends[i]))
			continue;
		text.len -= ends[i].len;
		mail_event_init(event, MAIL_REJECT, id);
		event->recipient = slice_after(text, 1);
		return FORMAT_EVENT;
	}
	return FORMAT_SKIP;
}

static enum format_result read_with_id(struct slice text, struct slice id,
				       struct slice pid,
				       struct mail_event *event)
{
	if (slice_skip(&text, S("to=")))
		return sendmail_read_to(text, id, event);
	if (slice_skip(&text, S("from=")))
		return sendmail_read_from(text, id, pid, event);
	if (slice_skip(&text, S("ruleset=check_")))
		return read_ruleset(text, id, event);
	if (slice_skip(&text, S("Milter: ")))
		return read_milter(text, id, event);
	if (slice_skip(&text, S("AUTH failure (")))
		return read_auth_failure(text, id, event);
	if (slice_starts(text, S("<")))
		return read_unknown(text, id, event);
	if (slice_starts(text, S("done; ")) && id.len) {
		mail_event_init(event, MAIL_CLOSED, id);
		return FORMAT_EVENT;
	}
	return FORMAT_SKIP;
}

static enum format_result read_text(const struct log_line *line,
				    struct mail_event *event)
{
	struct slice text = line->text, id = slice_sub(text, 0, 0);

	if (slice_skip(&text, S("AUTH=server, relay=")))
		return read_login(text, line->pid, event);
	if (slice_skip(&text, S("STARTTLS=server, relay=")))
		return read_beginning(text, line->pid, event);
	if (slice_skip(&text, S("NOQUEUE: connect from ")))
		return read_beginning(text, line->pid, event);
	if (!take_id(&text, &id) && !slice_starts(text, S("ruleset=")) &&
	    !slice_starts(text, S("AUTH failure (")))
		return FORMAT_SKIP;
	return read_with_id(text, id, line->pid, event);
}

static enum format_result parse(const void *speaker,
				const struct log_line *line,
				struct mail_event *event_out)
{
	enum format_result result = read_text(line, event_out);

	(void)speaker;
	if (result == FORMAT_EVENT && !event_out->service.len)
		event_out->service = line->program;
	return result;
}

const struct format format_sendmail = {
	.name = "sendmail",
	.about = "Sendmail 8, sm-mta and sendmail",
	.instance = SLICE("sendmail"),
	.speaker = speaker_of,
	.parse = parse,
};
