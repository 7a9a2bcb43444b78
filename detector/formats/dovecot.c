/*
 * Dovecot 1.0 to 2.4: the login processes, through syslog ("dovecot:
 * imap-login: ...") or in Dovecot's own file ("imap-login: Info: ...").
 *
 *   Login: ELEMENTS                                               to 2.3
 *   Logged in: ELEMENTS                                           2.4
 *   REASON (auth failed, N attempts in M secs): ELEMENTS          to 2.3
 *   REASON (auth failed, N attempts in M secs) (EVENT): ELEMENTS  2.4
 *   proxy(U): started proxying to H:P: ELEMENTS                   to 2.3
 *   proxy(U,H:P): Started proxying to <H> (N secs): ELEMENTS      2.3, 2.4
 *
 * with ELEMENTS = "user=<U>, method=M, rip=A, lip=A, ...", each of which may
 * be missing or stand elsewhere (login_log_format_elements). REASON is the
 * server's. U is the client's and may hold anything but control characters.
 * So the elements begin at the first "): " with an element's name behind it;
 * and what stands before "user=<" and behind the last ", rip=" is the
 * server's again.
 *
 * Lines of auth and auth-worker say the same once more and are left alone
 * (pitfall A6): they name no service, so nobody could tell a login here from
 * one of the mail server's that asks Dovecot and logs it itself. Some of them
 * hold passwords (B8).
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
	SLICE("Authenticate "),
	SLICE("Login failed"),
	SLICE("Debug: "),
	SLICE("Warning: "),
	SLICE("Error: "),
	SLICE("Fatal: "),
	SLICE("Panic: "),
};

enum { N_FOREIGN_FIRST = sizeof(foreign_first) / sizeof(foreign_first[0]) };

/* "dovecot", or what instance_name makes of it ("dovecot-director"). Before
 * 2.0 the level stood in the program's place: "Info: imap-login: ". */
static bool names_service_in_text(struct slice program)
{
	return slice_starts(program, S("dovecot")) ||
	       slice_eq(program, S("Info"));
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

/* Where the value begins of the first element of that name: "rip=" at the
 * beginning, or behind ", ". -1 when there is none. */
static ptrdiff_t find_element(struct slice elements, struct slice comma_name)
{
	struct slice name = slice_after(comma_name, 2);
	ptrdiff_t at;

	if (slice_starts(elements, name))
		return (ptrdiff_t)name.len;
	at = slice_find(elements, comma_name);
	return at < 0 ? at : at + (ptrdiff_t)comma_name.len;
}

/* A client that is the server itself: its own webmail, with whoever sits
 * behind it (pitfall C9). */
static bool is_lip(struct slice text, struct slice rip,
		   const struct address *client)
{
	struct address lip;

	if (slice_skip(&text, rip))
		return !text.len || text.ptr[0] == ',' || text.ptr[0] == ' ';
	/* An IPv4 address is written in one way only, but for "::ffff:". */
	if (!text.len || (text.ptr[0] != ':' && rip.ptr[0] != ':' &&
			  address_is_v4(client)))
		return false;
	text = slice_cut(&text, ',');
	return address_parse(slice_cut(&text, ' '), &lip) &&
	       !memcmp(&lip, client, sizeof(lip));
}

/* `text` begins with the address behind "rip=", which whoever passed the line
 * on may have taken out or made unreadable: then more follows, where a line
 * that was cut ends. */
static bool read_client(struct slice text, struct mail_event *event)
{
	struct slice rest = text;
	struct slice word = slice_cut(&rest, ',');

	event->has_client = address_parse(word, &event->client);
	if (!event->has_client) {
		struct slice glued = word;

		word = slice_cut(&glued, ' ');
		if (!word.len)
			return true;
		event->has_client = address_parse(word, &event->client);
	}
	event->from_itself = event->has_client &&
			     slice_skip(&rest, S(" lip=")) &&
			     is_lip(rest, word, &event->client);
	return event->has_client || rest.len > 0;
}

/* `text` begins behind "user=<" and goes on to the client's address, if it
 * follows. A name whose '>' is missing is torn and not given (pitfall B5). */
static struct slice account_of(struct slice text)
{
	ptrdiff_t end = slice_find_char(text, '>');
	struct slice rest = slice_after(text, (size_t)end);

	/* Mostly the name holds no '>' and this is the end; else the last one
	 * that looks so is. */
	if (end < 0 || !slice_starts(rest, S(">, method=")) ||
	    slice_find_char(slice_after(rest, 1), '>') >= 0)
		end = slice_find_last(text, S(">, method="));
	if (end < 0)
		end = slice_find(text, S(">, "));
	if (end < 0 && slice_ends(text, S(">")))
		end = (ptrdiff_t)text.len - 1;
	return slice_sub(text, 0, end < 0 ? 0 : (size_t)end);
}

/* False when there is an address that is none; no "rip=" at all is fine. */
static bool read_elements(struct slice elements, struct mail_event *event)
{
	ptrdiff_t user_at = find_element(elements, S(", user=<")), rip_at;
	struct slice before = elements, behind = { elements.ptr, 0 };

	if (user_at >= 0) {
		before = slice_sub(elements, 0, (size_t)user_at);
		behind = slice_after(elements, (size_t)user_at);
	}
	rip_at = find_element(before, S(", rip="));
	if (rip_at >= 0) {
		event->account = account_of(behind);
		return read_client(slice_after(elements, (size_t)rip_at),
				   event);
	}
	rip_at = slice_find_last(behind, S(", rip="));
	if (rip_at < 0) {
		event->account = account_of(behind);
		return true;
	}
	event->account = account_of(slice_sub(behind, 0, (size_t)rip_at));
	return read_client(slice_after(behind, (size_t)rip_at + 6), event);
}

static enum format_result read_login(struct slice elements,
				     struct mail_event *event)
{
	mail_event_init(event, MAIL_LOGIN, (struct slice){ NULL, 0 });
	if (!read_elements(elements, event) || !event->account.len)
		return FORMAT_BAD;
	return FORMAT_EVENT;
}

/* A Dovecot in front of another has let somebody in: what follows "proxy(".
 * The name stands twice, and both must be one, as other lines of a proxy
 * begin in the same way. */
static enum format_result read_proxied(struct slice text,
				       struct mail_event *event)
{
	enum format_result result;
	struct slice name = text;
	ptrdiff_t at;

	for (name.len = 0; name.len < text.len; name.len++)
		if (text.ptr[name.len] == ')' || text.ptr[name.len] == ',')
			break;
	text = slice_after(text, name.len);
	if (!slice_skip(&text, S("): started proxying to "))) {
		slice_cut(&text, ')');
		if (!slice_skip(&text, S(": Started proxying to ")))
			return FORMAT_SKIP;
	}
	at = slice_find(text, S(": user=<"));
	if (at < 0)
		return FORMAT_SKIP;
	result = read_login(slice_after(text, (size_t)at + 2), event);
	if (result == FORMAT_EVENT && !slice_eq(event->account, name))
		return FORMAT_SKIP;
	return result;
}

/* Is it an element that stands first, "user=<" or "TLS"? */
static bool begins_element(struct slice text)
{
	size_t len = 0;

	while (len < text.len && ((text.ptr[len] >= 'a' && text.ptr[len] <= 'z')
				  || text.ptr[len] == '_'))
		len++;
	return (len > 0 && len < text.len && text.ptr[len] == '=') ||
	       slice_starts(text, S("TLS")) ||
	       slice_starts(text, S("secured"));
}

/* Cut *text into the server's words, which end with ')', and the elements;
 * false when it has no such end, and so tells of no refused password. */
static bool cut_reason(struct slice *text, struct slice *reason_out)
{
	struct slice rest = *text;
	ptrdiff_t at;

	while ((at = slice_find(rest, S("): "))) >= 0) {
		rest = slice_after(rest, (size_t)at + 3);
		if (!begins_element(rest))
			continue;
		*reason_out = slice_sub(*text, 0, text->len - rest.len - 2);
		*text = rest;
		return true;
	}
	/* Where no elements are configured. */
	*reason_out = *text;
	*text = slice_after(*text, text->len);
	return slice_ends(*reason_out, S(")"));
}

/* "auth_failed)" at the end of 2.4's reason; empty where it has none. */
static struct slice event_word(struct slice reason)
{
	ptrdiff_t at = slice_find_last(reason, S(" ("));
	struct slice word = slice_after(reason, at < 0 ? reason.len
						       : (size_t)at + 2);

	return slice_find_char(word, ' ') < 0 ? word
					      : (struct slice){ word.ptr, 0 };
}

/* "N attempts", or "S/N successful auths"; 1 when it says nothing. */
static uint32_t read_attempts(struct slice text, bool is_proxy)
{
	uint32_t number = 1, all;

	if (!slice_number(text, &number))
		return 1;
	slice_cut(&text, '/');
	if (!slice_number(text, &all) || all < number)
		return number;
	/* A proxy that leaves the password to the server behind it counts
	 * each of them as right. */
	return is_proxy ? all : all - number;
}

/* What says that passwords were refused, in words and as 2.4's event. */
static const struct {
	struct slice words, event;
	bool is_proxy;
} refusals[] = {
	{ SLICE("(auth failed"), SLICE("auth_failed)"), false },
	/* "auth failed"; "authentication failure" in 2.4 */
	{ SLICE("(proxy dest auth"), SLICE("proxy_dest_auth_failed)"), true },
};

/* How many refused passwords `reason` tells of; 0 when of none. */
static uint32_t refused_passwords(struct slice reason)
{
	struct slice word = event_word(reason);

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		ptrdiff_t at = slice_find(reason, refusals[i].words);
		struct slice rest = slice_after(reason, (size_t)at);

		if (at < 0)
			continue;
		if (word.len && !slice_eq(word, refusals[i].event))
			return 0;
		slice_cut(&rest, ',');
		return read_attempts(slice_trim(rest), refusals[i].is_proxy);
	}
	/* 1.0 */
	if (!slice_ends(reason, S(" authentication attempts)")))
		return 0;
	return read_attempts(slice_after(reason, (size_t)slice_find_last(
							 reason, S("(")) +
							 1),
			     false);
}

static enum format_result read_end(struct slice text, struct mail_event *event)
{
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
	mail_event_init(event, MAIL_AUTH_FAILURE, (struct slice){ NULL, 0 });
	event->attempts = attempts;
	return read_elements(text, event) ? FORMAT_EVENT : FORMAT_BAD;
}

static enum format_result read_text(struct slice text,
				    struct mail_event *event)
{
	slice_skip(&text, S("Info: "));
	if (slice_skip(&text, S("Login: ")) ||
	    slice_skip(&text, S("Logged in: ")))
		return read_login(text, event);
	if (slice_skip(&text, S("proxy(")))
		return read_proxied(text, event);
	return read_end(text, event);
}

static enum format_result parse(const void *speaker,
				const struct log_line *line,
				struct mail_event *event_out)
{
	const struct service *service = speaker;
	struct slice text = line->text;
	enum format_result result;

	if (service == &in_text)
		service = skip_service(&text);
	if (!service)
		return FORMAT_SKIP;
	result = read_text(text, event_out);
	if (result != FORMAT_EVENT)
		return result;
	event_out->for_sending = event_out->kind == MAIL_LOGIN &&
				 service->for_sending;
	return FORMAT_EVENT;
}

const struct format format_dovecot = {
	.name = "dovecot",
	.about = "Dovecot 1.0 to 2.4, from syslog or its own log_path",
	.instance = SLICE("dovecot"),
	.speaker = speaker_of,
	.parse = parse,
};
