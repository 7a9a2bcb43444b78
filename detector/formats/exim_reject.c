/*
 * What was refused to a client:
 *
 *   H=HOST [I=..] [U=..] [X=..] [F=<SENDER> [A=AUTHENTICATOR:LOGIN]]
 *       [temporarily ]rejected COMMAND[: TEXT]
 *   ID F=SENDER H=HOST P=.. [temporarily ]rejected by local_scan(): TEXT
 *   rejected EHLO from HOST: TEXT
 *   NAME authenticator failed for HOST[ I=..][ U=..]: CODE TEXT
 *
 * with HOST = "[NAME ][(HELO) ][ADDRESS]:PORT". A HELO may be anything where
 * helo_accept_junk_hosts lets it, as it does everywhere on cPanel, and then may
 * hold the end of such a line, address and all. Later words of the client, a
 * quoted sender or the login of a failure, may hold the same. So every place
 * is looked at where an address may stand. When more than one of them reads on
 * well, nobody can tell who it was, and the event names neither client nor
 * account: an invented one would be a stranger's word against somebody else.
 */
#include "detector/formats/exim.h"

/* A walk over the places where the client's address may stand. */
struct clients {
	struct exim_words words;	/* behind it */
	struct slice last;
	size_t n;			/* words so far */
	struct address client;
	bool is_certain;		/* no HELO before it */
};

/* More places than a line has that nobody made up; each may be read on from to
 * the end of the line. */
enum { MAX_PLACES = 8 };

struct refusal {
	struct address client;
	struct slice account, rest;
	size_t n;	/* places that lead there; has_client when it is 1 */
};

static bool next_client(struct clients *clients)
{
	struct slice word;

	while (exim_next_word(&clients->words, true, &word)) {
		bool is_bare = clients->n == 0 ||
			       (clients->n == 1 &&
				clients->last.ptr[0] != '(');
		bool may_be = is_bare || slice_ends(clients->last, S(")"));

		clients->n++;
		clients->last = word;
		if (may_be && exim_is_address(word, &clients->client)) {
			clients->is_certain = is_bare;
			return true;
		}
	}
	return false;
}

/* "F=<..>", "Ci=1", "DMARC=pass": Exim's words before what it says. */
static bool is_field(struct slice word)
{
	size_t i = 0;

	while (i < word.len && ((word.ptr[i] >= 'A' && word.ptr[i] <= 'Z') ||
				word.ptr[i] == 'i'))
		i++;
	return i > 0 && i < word.len && word.ptr[i] == '=';
}

static bool is_lone_word(struct slice word)
{
	return slice_eq(word, S("temporarily")) || word.ptr[0] == 'L' ||
	       slice_starts(word, S("TFO"));
}

/* The name in a client's certificate may hold the same words, and a quote, as
 * OpenSSL leaves it. Then its true end is still to come. */
static bool is_in_name(struct slice rest)
{
	static const struct slice behind_names[] = {
		SLICE("\" SNI="),     SLICE("\" F=<"),
		SLICE("\" SPF="),     SLICE("\" DMARC="),
		SLICE("\" DSN="),     SLICE("\" rejected "),
		SLICE("\" temporarily rejected "),
	};
	size_t n = sizeof(behind_names) / sizeof(behind_names[0]);

	for (size_t i = 0; i < n; i++)
		if (slice_find(rest, behind_names[i]) >= 0)
			return true;
	return false;
}

/* Over fields to "rejected". */
static bool leads_to_rejected(struct exim_words words, struct slice *auth_out,
			      struct slice *rest_out)
{
	struct slice word, auth = { words.rest.ptr, 0 };
	bool in_auth = false, had_name = false;

	while (exim_next_word(&words, false, &word)) {
		if (slice_eq(word, S("rejected"))) {
			if (had_name && is_in_name(words.rest))
				auth.len = words.rest.len = 0;
			if (words.is_odd)
				auth.len = 0;
			*auth_out = auth;
			*rest_out = words.rest;
			return true;
		}
		had_name |= slice_starts(word, S("DN="));
		if (is_field(word)) {
			in_auth = slice_skip(&word, S("A="));
			if (in_auth)
				auth = word;
		} else if (is_lone_word(word)) {
			in_auth = false;
		} else if (in_auth) {
			auth.len = (size_t)(word.ptr + word.len - auth.ptr);
		} else {
			return false;
		}
	}
	return false;
}

static void find_rejected(struct slice host, struct refusal *found)
{
	struct clients clients = { .words = exim_words_of(host) };
	struct slice auth, rest;

	for (int places = 0; next_client(&clients); places++) {
		/* Made up; the true one may be still to come. */
		if (places == MAX_PLACES) {
			found->n *= 2;
			return;
		}
		if (!slice_ends(clients.last, S(":")) &&
		    leads_to_rejected(clients.words, &auth, &rest)) {
			found->n++;
			found->client = clients.client;
			found->account = exim_login(auth);
			found->rest = rest;
		}
		if (clients.is_certain)
			return;
	}
}

/* Exim writes no more than 100 bytes of a command: without its end the address
 * is none. */
static struct slice recipient_of(struct slice rest)
{
	struct slice none = { rest.ptr, 0 }, word;
	struct exim_words words;

	if (!slice_skip(&rest, S(" RCPT ")))
		return none;
	words = exim_words_of(rest);
	if (!exim_next_word(&words, false, &word))
		return none;
	if (slice_ends(word, S(":")))
		word.len--;
	if (!slice_skip(&word, S("<")))
		return word;
	return slice_ends(word, S(">")) ? slice_sub(word, 0, word.len - 1)
					: none;
}

/*
 * Lines that begin with what happened, and name the host later:
 *
 *   rejected EHLO from HOST: TEXT, rejected MAIL from HOST: TEXT
 *   rejected MAIL FROM:<SENDER> H=HOST: TEXT
 *   rejected from <SENDER> H=HOST: TEXT
 *   unqualified sender rejected: <SENDER> H=HOST
 *   too many recipients: message rejected: sender=<SENDER> H=HOST
 */
static bool is_late(struct slice text)
{
	static const struct slice beginnings[] = {
		SLICE("rejected "),
		SLICE("temporarily rejected "),
		SLICE("unqualified sender rejected: "),
		SLICE("unqualified recipient rejected: "),
		SLICE("too many recipients: "),
	};

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (slice_starts(text, beginnings[i]))
			return true;
	return false;
}

static void find_late_client(struct slice text, struct refusal *found)
{
	struct clients clients = { .words = exim_words_of(text) };
	struct slice word, last = { text.ptr, 0 };

	while (exim_next_word(&clients.words, false, &word)) {
		struct slice host = { word.ptr, clients.words.line_len -
					  (size_t)(word.ptr - text.ptr) };

		if (slice_skip(&host, S("H=")) ||
		    (slice_eq(last, S("from")) && word.ptr[0] != '<')) {
			clients.words = exim_words_of(host);
			break;
		}
		last = word;
	}
	while (!clients.is_certain && next_client(&clients)) {
		found->client = clients.client;
		found->n++;
	}
}

static bool find_refusal(struct slice text, struct refusal *found)
{
	struct exim_words words = exim_words_of(text);
	struct slice word, auth;
	bool is_local;

	if (is_late(text)) {
		find_late_client(text, found);
		return true;
	}
	/* local_scan(), and the ACL for mail of this machine. */
	is_local = slice_starts(text, S("U="));
	if (slice_starts(text, S("F=")) &&
	    exim_next_word(&words, false, &word)) {
		text = slice_after(words.rest, 1);
		is_local = true;
	}
	/* With +dnssec, and without a blank between them. */
	if (slice_starts(text, S(" DSH=")))
		text = slice_after(text, sizeof(" DS") - 1);
	if (slice_skip(&text, S("H="))) {
		find_rejected(text, found);
		return found->n > 0;
	}
	return is_local &&
	       leads_to_rejected(exim_words_of(text), &auth, &found->rest);
}

enum format_result exim_read_reject(struct slice text, struct slice id,
				    struct mail_event *event)
{
	struct refusal found = { .rest = { text.ptr, 0 } };

	if (!find_refusal(text, &found))
		return FORMAT_SKIP;
	mail_event_init(event, MAIL_REJECT, id);
	if (found.n > 1)
		return FORMAT_EVENT;
	event->has_client = found.n == 1;
	event->client = found.client;
	event->account = found.account;
	event->recipient = recipient_of(found.rest);
	return FORMAT_EVENT;
}

/* From behind the address over " I=[..]:25 U=x Ci=3:" to " 535 ". */
static bool leads_to_code(struct exim_words words, struct slice word,
			  struct slice *text_out)
{
	uint32_t code;

	while (!slice_ends(word, S(":")))
		if (!exim_next_word(&words, true, &word) || !is_field(word))
			return false;
	*text_out = slice_after(words.rest, 1);
	return slice_number(*text_out, &code) && code >= 400 && code < 600;
}

static void find_code(struct slice host, struct refusal *found)
{
	struct clients clients = { .words = exim_words_of(host) };
	struct slice text;

	while (next_client(&clients)) {
		if (leads_to_code(clients.words, clients.last, &text)) {
			found->client = clients.client;
			if (found->n++ == 0)
				found->rest = text;
		}
		if (clients.is_certain)
			return;
	}
	/* exim -bs: "root: 535 ", or "U=root: 535 ". */
	clients.words = exim_words_of(host);
	if (found->n == 0 && host.len && host.ptr[0] != '(' &&
	    exim_next_word(&clients.words, true, &clients.last) &&
	    leads_to_code(clients.words, clients.last, &text))
		found->rest = text;
}

/* "535 TEXT[ (set_id=LOGIN)][: REASON]": LOGIN is the client's bytes, brackets
 * and all. */
static struct slice failed_login(struct slice text)
{
	ptrdiff_t at = slice_find(text, S(" (set_id=")), end;

	if (at < 0)
		return slice_sub(text, 0, 0);
	text = slice_after(text, (size_t)at + sizeof(" (set_id=") - 1);
	end = slice_ends(text, S(")")) ? (ptrdiff_t)text.len - 1
				       : slice_find_last(text, S("): "));
	return slice_sub(text, 0, end > 0 ? (size_t)end : 0);
}

/* 535 is a wrong password; 435 could not be tried, 5xx else is protocol
 * (pitfall A13). */
enum format_result exim_read_auth_failure(struct slice text,
					  struct mail_event *event)
{
	struct refusal found = { .rest = { text.ptr, 0 } };

	slice_skip(&text, S("H="));
	find_code(text, &found);
	if (!slice_starts(found.rest, S("535 ")))
		return FORMAT_SKIP;
	mail_event_init(event, MAIL_AUTH_FAILURE, slice_sub(text, 0, 0));
	event->attempts = 1;
	if (found.n > 1)
		return FORMAT_EVENT;
	event->has_client = found.n == 1;
	event->client = found.client;
	event->account = failed_login(found.rest);
	return FORMAT_EVENT;
}
