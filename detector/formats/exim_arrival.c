/*
 * Arrivals:
 *
 *   ID <= SENDER [R=ID] [H=HOST] [U=IDENT] P=PROTOCOL [X=..] [CV=..] [DN=".."]
 *       [SNI=..] [A=AUTHENTICATOR[:LOGIN[:SENDER]]] [PRX=..] [K] S=SIZE
 *       [id=..] [T="SUBJECT"] [ from <..>] [ for RECIPIENT...]
 *
 * with HOST = "[NAME ][(HELO) ][ADDRESS][:PORT][ I=[ADDRESS]:PORT]". Only the
 * recipients are taken to stand at the end, everything else in any order.
 *
 * The client is the last bracket of HOST. A HELO may hold blanks where
 * helo_accept_junk_hosts allows it: until the bracket everything is HELO, and
 * where another bracket stands behind a ')', all that seemed to stand between
 * the two was. So a stranger cannot write himself a login. What is not told
 * apart: an ident answer (rfc1413_query_timeout, off since 4.87) that holds
 * the same.
 *
 * Exim writes A= for who has logged in, and for nobody else, whatever P= says:
 * who greets once more with HELO has P=smtp. But the name in a client's
 * certificate (OpenSSL leaves its quotes as they are), an ident answer and, in
 * old releases, the name of the TLS handshake stand before A= and may hold one.
 * Behind those the last word of each kind counts, and P= has to agree. Mail of
 * this machine's own users and scripts (U=, P=local) has no login.
 */
#include "detector/formats/exim.h"

struct arrival {
	struct slice protocol, auth, size;
	struct address client;
	bool has_client;
	uint32_t recipients;
};

struct reading {
	struct exim_words words;
	const struct exim_marks *marks;
	struct arrival now;
	struct arrival at_host;	/* as it was before H= */
	struct slice last;	/* the word before */
	bool in_host, had_host, in_auth;
	bool in_list;		/* of recipients, or of what a HELO made so */
	bool had_foreign;	/* words that may hold fields, see above */
	struct slice behind;	/* what follows the host */
};

/* Words of Exim's that are no FIELD=VALUE. */
static const struct slice single_words[] = {
	SLICE("PRDR"), SLICE("K"),  SLICE("L"),	  SLICE("L*"), SLICE("L."),
	SLICE("L-"),   SLICE("DS"), SLICE("ARC"), SLICE("from"), SLICE("for"),
};

static bool is_field(struct slice word)
{
	size_t i = 0;

	while (i < word.len && (is_digit(word.ptr[i]) ||
				is_letter(word.ptr[i])))
		i++;
	if (i > 0 && i < word.len && word.ptr[i] == '=')
		return true;
	for (i = 0; i < sizeof(single_words) / sizeof(single_words[0]); i++)
		if (slice_eq(word, single_words[i]))
			return true;
	return false;
}

/* Set to the number of words from here to the end, if all are addresses. Where
 * the end was cut off nobody knows how many there were. */
static bool count_recipients(const struct exim_marks *marks,
			     struct exim_words *words, uint32_t *number_out)
{
	struct exim_words list = *words;
	bool is_cut = false;
	uint32_t number = 0;
	struct slice word;

	while (!is_cut &&
	       exim_next_marked_word(marks, &list, false, &word)) {
		if (slice_find_char(word, '@') >= 0)
			number++;
		else if (!list.rest.len || slice_eq(word, S("<trunc>")) ||
			 slice_eq(word, S("****")))
			is_cut = true;
		else
			return false;
	}
	*number_out = number && !is_cut && !list.is_torn ? number
							 : MAIL_UNKNOWN;
	*words = list;
	words->rest.len = 0;
	return true;
}

static bool take_address(struct reading *reading, struct slice word)
{
	struct address client;

	if (!exim_is_address(word, &client))
		return false;
	reading->now = reading->at_host;
	reading->now.client = client;
	reading->now.has_client = true;
	reading->in_host = reading->in_auth = reading->in_list = false;
	reading->had_foreign = false;
	reading->behind = reading->words.rest;
	return true;
}

static bool is_foreign(struct slice word)
{
	return slice_starts(word, S("DN=")) || slice_starts(word, S("U=")) ||
	       slice_starts(word, S("SNI=\""));
}

/* Everything behind it are recipients, "A=x@h1.example" among them. Only where
 * the word may be another's own, in a login or a certificate's name, has the
 * rest to look like it. */
static void take_recipients(struct reading *reading, bool was_in_auth)
{
	if (!count_recipients(reading->marks, &reading->words,
			      &reading->now.recipients))
		reading->in_list = !was_in_auth && !reading->had_foreign;
}

/* A subject whose quotes are odd ends nobody knows where: no login is taken
 * from behind it. */
static bool may_be_login(const struct reading *reading)
{
	return !reading->words.is_odd || reading->had_foreign;
}

/* Which of "A=", "P=" and "S=" is it? NULL for none of them. */
static struct slice *value_of(struct reading *reading, struct slice word)
{
	if (word.len < 2 || word.ptr[1] != '=')
		return NULL;
	switch (word.ptr[0]) {
	case 'A':
		return may_be_login(reading) ? &reading->now.auth : NULL;
	case 'P':
		return &reading->now.protocol;
	case 'S':
		return &reading->now.size;
	default:
		return NULL;
	}
}

static void take_field(struct reading *reading, struct slice word)
{
	struct slice *value = value_of(reading, word);
	bool was_in_auth = reading->in_auth;

	reading->in_auth = false;
	if (value) {
		/* The first one is Exim's: what may hold another stands
		 * behind it. */
		if (value->ptr && !reading->had_foreign)
			return;
		*value = slice_after(word, 2);
		reading->in_auth = value == &reading->now.auth;
	} else if (is_foreign(word)) {
		reading->had_foreign = true;
	} else if (slice_eq(word, S("for"))) {
		take_recipients(reading, was_in_auth);
	}
}

/* Nothing to take_word(), whatever came before it, but for what goes on with
 * a login. */
static bool is_idle(char first)
{
	switch (first) {
	case 'A': case 'D': case 'H': case 'P': case 'S': case 'U': case 'f':
	case '[':
		return false;
	default:
		return true;
	}
}

static void take_word(struct reading *reading, struct slice word)
{
	struct slice *auth = &reading->now.auth, host = word;

	if ((reading->in_host ||
	     (reading->had_host && slice_ends(reading->last, S(")")))) &&
	    take_address(reading, word))
		return;
	if (!reading->had_host && slice_skip(&host, S("H="))) {
		reading->at_host = reading->now;
		reading->in_host = reading->had_host = true;
		take_address(reading, host);
	} else if (reading->in_host || reading->in_list) {
		return;
	} else if (!reading->in_auth || is_field(word)) {
		take_field(reading, word);
	} else {
		/* A login with a blank in it. */
		auth->len = (size_t)(word.ptr + word.len - auth->ptr);
	}
}

/* Exim's own words for who has not logged in (RFC 3848, and RFC 6531 with
 * "utf8" in front). */
static bool denies_login(struct slice protocol)
{
	slice_skip(&protocol, S("utf8"));
	slice_skip(&protocol, S("local-"));
	slice_skip(&protocol, S("e"));
	return slice_eq(protocol, S("smtp")) ||
	       slice_eq(protocol, S("smtps"));
}

/*
 * "AUTHENTICATOR:LOGIN[:SENDER]", the third part only with +smtp_mailauth. A
 * login may hold a colon; a sender holds one only within quotes or as an
 * address in brackets, and does not begin with a blank.
 */
struct slice exim_login(struct slice auth)
{
	struct slice login = auth, search;
	ptrdiff_t at;

	slice_cut(&login, ':');
	if (slice_find_char(login, ':') < 0)
		return login;
	search = login;
	at = slice_find(login, S(":\""));
	if (at < 0) {
		if (slice_ends(login, S("]")) &&
		    (at = slice_find_last(login, S("@["))) > 0)
			search.len = (size_t)at;
		at = slice_find_last(search, S(":"));
	}
	if (at >= 0 && !slice_starts(slice_after(login, (size_t)at), S(": ")))
		login.len = (size_t)at;
	return login;
}

/* Does another address stand where a HELO may have ended? */
static bool has_other_host(struct slice text)
{
	struct exim_words words = exim_words_of(text);
	struct slice word, last = { text.ptr, 0 };
	struct address client;

	while (exim_next_word(&words, true, &word)) {
		if (slice_ends(last, S(")")) && exim_is_address(word, &client))
			return true;
		last = word;
	}
	return false;
}

/* Quotes that Exim would not have written: tools that copy a log double the
 * backslashes of a subject. But where they might hide the true end of a HELO,
 * nothing before is certain. */
static bool is_doubtful(const struct reading *reading)
{
	return reading->words.is_odd && has_other_host(reading->behind);
}

/* A= alone says that somebody logged in, without server_set_id not who. */
static bool has_login(const struct reading *reading)
{
	return reading->now.auth.ptr &&
	       !(reading->had_foreign &&
		 denies_login(reading->now.protocol));
}

/* Who handed it in, as far as that is certain. */
static void take_client(const struct reading *reading,
			struct mail_event *event)
{
	const struct arrival *found = &reading->now;

	if (is_doubtful(reading))
		return;
	event->client = found->client;
	event->has_client = found->has_client;
	if (!has_login(reading))
		return;
	event->kind = MAIL_SUBMISSION;
	event->is_queued = true;
	event->account = exim_login(found->auth);
}

static bool is_torn(const struct reading *reading)
{
	const struct arrival *found = &reading->now;

	return (!found->protocol.len && !found->size.len) ||
	       (reading->in_auth && !found->size.ptr);
}

enum format_result exim_read_arrival(struct slice text, struct slice id,
				     bool is_part, struct mail_event *event)
{
	struct exim_marks marks;
	struct reading reading = {
		.words = exim_words_of(text),
		.marks = &marks,
		.behind = text,
		.now.recipients = MAIL_UNKNOWN,
	};
	struct slice word, sender;

	exim_mark(text, &marks);
	reading.words.is_part = is_part;
	if (!exim_next_marked_word(&marks, &reading.words, false, &sender))
		return FORMAT_BAD;
	while (exim_next_marked_word(&marks, &reading.words, reading.in_host,
				     &word)) {
		if (reading.in_auth || !is_idle(word.ptr[0]))
			take_word(&reading, word);
		reading.last = word;
	}
	if (is_torn(&reading))
		return FORMAT_BAD;
	mail_event_init(event, MAIL_RECEIVED, id);
	event->null_sender = slice_eq(sender, S("<>"));
	slice_number(reading.now.size, &event->size_bytes);
	if (!is_part)
		event->recipients = reading.now.recipients;
	take_client(&reading, event);
	return FORMAT_EVENT;
}
