/*
 * Dovecot 2.2 to 2.4: the login processes, through syslog ("dovecot:
 * imap-login: ...") or in Dovecot's own file ("imap-login: Info: ...").
 *
 *   Login: ELEMENTS                                               2.2, 2.3
 *   Logged in: ELEMENTS                                           2.4
 *   REASON (auth failed, N attempts in M secs): ELEMENTS          2.2, 2.3
 *   REASON (auth failed, N attempts in M secs) (EVENT): ELEMENTS  2.4
 *
 * with ELEMENTS = "user=<U>, method=M, rip=A, lip=A, ...", any of which may be
 * missing. REASON is the server's. U is the client's and may hold anything
 * but control characters: what stands before the first ": user=<" and behind
 * the last "rip=" is the server's again.
 *
 * Lines of auth and auth-worker say the same once more and are left alone
 * (pitfall A6); some of them hold passwords (B8).
 */
#include "detector/formats/format.h"

#include <string.h>

struct service {
	struct slice name;
	bool for_sending;
};

static const struct service services[] = {
	{ SLICE("imap-login"), false },
	{ SLICE("pop3-login"), false },
	{ SLICE("submission-login"), true },
	{ SLICE("managesieve-login"), false },
};

enum { N_SERVICES = sizeof(services) / sizeof(services[0]) };

/* Texts of a login process in which the client's words come first. */
static const struct slice foreign_first[] = {
	SLICE("proxy("),
	SLICE("Debug: "),
	SLICE("Warning: "),
	SLICE("Error: "),
	SLICE("Fatal: "),
	SLICE("Panic: "),
};

enum { N_FOREIGN_FIRST = sizeof(foreign_first) / sizeof(foreign_first[0]) };

/* Before 2.0 the level stood in the program's place: "Info: imap-login: ". */
static bool names_service_in_text(struct slice program)
{
	return slice_eq(program, S("dovecot")) || slice_eq(program, S("Info"));
}

/* Stands for whichever service the text names. */
static const struct service in_text = { SLICE("dovecot"), false };

static const void *speaker_of(struct slice program)
{
	if (names_service_in_text(program))
		return &in_text;
	for (size_t i = 0; i < N_SERVICES; i++)
		if (slice_eq(program, services[i].name))
			return &services[i];
	return NULL;
}

/* NULL when the text names none. */
static const struct service *skip_service(struct slice *text)
{
	for (size_t i = 0; i < N_SERVICES; i++)
		if (slice_skip(text, services[i].name))
			return slice_skip(text, S(": ")) ? &services[i] : NULL;
	return NULL;
}

/* The client's address: what stands behind the last "rip=". *elements is cut
 * to what stands before it. False when it is none; no "rip=" at all is fine,
 * as the elements are configurable. */
static bool cut_client(struct slice *elements, struct mail_event *event)
{
	ptrdiff_t at = slice_find_last(*elements, S(" rip="));
	struct slice rest;

	if (at < 0)
		return true;
	rest = slice_after(*elements, (size_t)at + sizeof(" rip=") - 1);
	rest = slice_cut(&rest, ',');
	rest = slice_cut(&rest, ' ');
	event->has_client = address_parse(rest, &event->client);
	elements->len = (size_t)at;
	return event->has_client;
}

/* `before` is the elements up to " rip=". A name whose '>' is missing is torn
 * and not given (pitfall B5). */
static struct slice account_of(struct slice before)
{
	struct slice none = { before.ptr, 0 };
	ptrdiff_t end;

	if (!slice_skip(&before, S("user=<")))
		return none;
	end = slice_find_last(before, S(">, method="));
	if (end < 0 && slice_ends(before, S(">,")))
		end = (ptrdiff_t)before.len - 2;
	if (end < 0)
		end = slice_find(before, S(">,"));
	if (end < 0 && slice_ends(before, S(">")))
		end = (ptrdiff_t)before.len - 1;
	return end < 0 ? none : slice_sub(before, 0, (size_t)end);
}

static enum format_result read_elements(struct slice elements,
					enum mail_event_kind kind,
					struct mail_event *event)
{
	const struct slice none = { NULL, 0 };

	mail_event_init(event, kind, none);
	if (!cut_client(&elements, event))
		return FORMAT_BAD;
	event->account = account_of(elements);
	return FORMAT_EVENT;
}

static enum format_result read_login(struct slice elements,
				     struct mail_event *event)
{
	enum format_result result = read_elements(elements, MAIL_LOGIN, event);

	return event->account.len ? result : FORMAT_BAD;
}

/* Cut *text into the server's words and the elements. */
static bool cut_reason(struct slice *text, struct slice *reason_out)
{
	static const struct {
		struct slice mark;
		size_t reason_len;
	} marks[] = {
		{ SLICE(": user=<"), 0 },
		{ SLICE("): method="), 1 },
		{ SLICE("): rip="), 1 },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		ptrdiff_t at = slice_find(*text, marks[i].mark);

		if (at < 0)
			continue;
		at += (ptrdiff_t)marks[i].reason_len;
		*reason_out = slice_sub(*text, 0, (size_t)at);
		/* The blank stays when no element precedes " rip=". */
		*text = slice_after(*text, (size_t)at + (i == 2 ? 1 : 2));
		return true;
	}
	return false;
}

/* "(auth_failed)" at the end of 2.4's reason; empty where it has none. */
static struct slice event_word(struct slice reason)
{
	ptrdiff_t at = slice_find_last(reason, S(" ("));
	struct slice word = slice_after(reason, at < 0 ? reason.len
						       : (size_t)at + 2);

	return slice_find_char(word, ' ') < 0 ? word
					      : (struct slice){ word.ptr, 0 };
}

/* "N attempts", or "S/N successful auths" of which N - S were refused. */
static uint32_t read_attempts(struct slice text)
{
	uint32_t number = 1, total;
	struct slice rest = text;

	slice_number(text, &number);
	slice_cut(&rest, '/');
	if (slice_find_char(slice_cut(&text, ' '), '/') > 0 &&
	    slice_number(rest, &total) && total >= number)
		return total - number;
	return number;
}

/* How many refused passwords `reason` tells of; 0 when of none. */
static uint32_t refused_passwords(struct slice reason)
{
	struct slice human = S("(auth failed, ");
	struct slice word = event_word(reason);
	ptrdiff_t at = slice_find(reason, human);

	if (word.len && !slice_eq(word, S("auth_failed)")))
		return slice_eq(word, S("proxy_dest_auth_failed)"));
	if (at >= 0)
		return read_attempts(slice_after(reason,
						 (size_t)at + human.len));
	if (!slice_ends(reason, S(" authentication attempts)")))
		return word.len > 0;
	at = slice_find_last(reason, S("("));
	return read_attempts(slice_after(reason, (size_t)at + 1));
}

static enum format_result read_end(struct slice text, struct mail_event *event)
{
	enum format_result result;
	struct slice reason;
	uint32_t attempts;

	for (size_t i = 0; i < N_FOREIGN_FIRST; i++)
		if (slice_starts(text, foreign_first[i]))
			return FORMAT_SKIP;
	if (!cut_reason(&text, &reason))
		return FORMAT_SKIP;
	attempts = refused_passwords(reason);
	if (!attempts)
		return FORMAT_SKIP;
	result = read_elements(text, MAIL_AUTH_FAILURE, event);
	event->attempts = attempts;
	return result;
}

static enum format_result parse(const void *speaker,
				const struct log_line *line,
				struct mail_event *event_out)
{
	const struct service *service = speaker;
	struct slice text = line->text;
	enum format_result result;
	struct mail_event event;

	if (service == &in_text)
		service = skip_service(&text);
	if (!service)
		return FORMAT_SKIP;
	slice_skip(&text, S("Info: "));
	if (slice_skip(&text, S("Login: ")) ||
	    slice_skip(&text, S("Logged in: ")))
		result = read_login(text, &event);
	else
		result = read_end(text, &event);
	if (result != FORMAT_EVENT)
		return result;
	event.for_sending = event.kind == MAIL_LOGIN && service->for_sending;
	event.at_ms = line->at_ms;
	event.host = line->host;
	event.instance = (struct slice)SLICE("dovecot");
	*event_out = event;
	return FORMAT_EVENT;
}

const struct format format_dovecot = {
	.name = "dovecot",
	.about = "Dovecot 2.2 to 2.4, from syslog or its own log_path",
	.speaker = speaker_of,
	.parse = parse,
};
