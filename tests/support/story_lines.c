/*
 * The verbs of a story that write into its log.
 */
#include "base/stamp.h"
#include "tests/support/story_inside.h"

#include <stdlib.h>
#include <string.h>

enum { ID_SIZE = 32, RECIPIENT_SIZE = 200 };

static void choose_log(struct story *story, struct slice name)
{
	for (size_t i = 0; i < story->n_logs; i++)
		if (slice_eq(slice_from(story->logs[i].name), name)) {
			story->log = i;
			return;
		}
	if (story->n_logs == LOGS_MAX)
		FAIL(story, "too many logs");
	story->log = story->n_logs++;
	slice_copy(name, story->logs[story->log].name,
		   sizeof(story->logs[0].name));
	snprintf(story->logs[story->log].path, sizeof(story->logs[0].path),
		 "%s/%s.log", story->folder, story_text(story, name));
	story->logs[story->log].file = fopen(story->logs[story->log].path,
					     "a");
	assert_non_null(story->logs[story->log].file);
}

__attribute__((format(printf, 3, 4)))
static void write_line(struct story *story, const char *program,
		       const char *format, ...)
{
	char stamp[STAMP_TEXT_SIZE];
	va_list args;
	FILE *file;

	if (!story->n_logs)
		choose_log(story, S("a"));
	file = story->logs[story->log].file;
	stamp_rfc3339(story->now_ms, stamp);
	fprintf(file, "%s %s %s: ", stamp, story->host, program);
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
	fputc('\n', file);
}

static const char *address_of(struct story *story, struct slice name)
{
	for (size_t i = 0; i < story->n_names; i++)
		if (slice_eq(slice_from(story->names[i].name), name))
			return story->names[i].address;
	return story_text(story, name);
}

static void do_addr(struct story *story, struct slice rest)
{
	struct slice name = story_word(&rest);
	size_t i = 0;

	while (i < story->n_names &&
	       !slice_eq(slice_from(story->names[i].name), name))
		i++;
	if (i == NAMES_MAX)
		FAIL(story, "too many names");
	if (i == story->n_names)
		story->n_names++;
	slice_copy(name, story->names[i].name, sizeof(story->names[0].name));
	slice_copy(story_word(&rest), story->names[i].address,
		   sizeof(story->names[0].address));
}

static void do_login(struct story *story, struct slice rest)
{
	const char *account = story_text(story, story_word(&rest));

	write_line(story, "dovecot", "imap-login: Login: user=<%s>, "
		   "method=PLAIN, rip=%s, lip=192.0.2.25, mpid=7140, TLS, "
		   "session=<hYVvBwAXRgAlu3l2>", account,
		   address_of(story, story_word(&rest)));
}

static void do_fail(struct story *story, struct slice rest)
{
	const char *account = story_text(story, story_word(&rest));

	write_line(story, "dovecot", "imap-login: Disconnected: Connection "
		   "closed (auth failed, 1 attempts in 2 secs): user=<%s>, "
		   "method=PLAIN, rip=%s, lip=192.0.2.25, TLS, "
		   "session=<hYVvBwAXRgAlu3l2>", account,
		   address_of(story, story_word(&rest)));
}

/* How a delivery may end, by the mark in front of the recipient. */
enum fate { IS_UNKNOWN, IS_DEFERRED, IS_REFUSED, IS_SENT };

static enum fate fate_of(struct slice *to)
{
	static const struct slice marks[] = {
		[IS_UNKNOWN] = SLICE("!"), [IS_DEFERRED] = SLICE("~"),
		[IS_REFUSED] = SLICE("^"), [IS_SENT] = SLICE(""),
	};
	enum fate fate = IS_UNKNOWN;

	while (!slice_skip(to, marks[fate]))
		fate++;
	return fate;
}

static void postfix_outcome(struct story *story, const char *id,
			    struct slice to)
{
	static const struct {
		const char *dsn, *status, *words;
	} ends[] = {
		[IS_UNKNOWN] = { "5.1.1", "bounced",
		  "host mx.example[192.0.2.1] said: 550 5.1.1 User unknown "
		  "(in reply to RCPT TO command)" },
		[IS_DEFERRED] = { "4.4.1", "deferred",
		  "connect to mx.example[192.0.2.1]:25: Connection timed "
		  "out" },
		[IS_REFUSED] = { "5.7.1", "bounced",
		  "host mx.example[192.0.2.1] said: 550 5.7.1 Message refused "
		  "by policy (in reply to end of DATA command)" },
		[IS_SENT] = { "2.0.0", "sent", "250 2.0.0 Ok" },
	};
	enum fate fate = fate_of(&to);

	write_line(story, "postfix/smtp[13]",
		   "%s: to=<%s>, relay=mx.example[192.0.2.1]:25, delay=1.1, "
		   "delays=0.1/0/0.5/0.5, dsn=%s, status=%s (%s)", id,
		   story_text(story, to), ends[fate].dsn, ends[fate].status,
		   ends[fate].words);
}

static void postfix_begin(struct story *story, const char *account,
			  const char *address, const char *id, uint32_t n)
{
	char program[64];

	snprintf(program, sizeof(program), "postfix/%s/smtpd[10]",
		 story->service);
	write_line(story, program, "%s: client=unknown[%s], sasl_method=%s, "
		   "sasl_username=%s", id, address, story->mechanism, account);
	write_line(story, "postfix/cleanup[11]", "%s: message-id=<%s@x>", id,
		   id);
	write_line(story, "postfix/qmgr[12]",
		   "%s: from=<%s>, size=1234, nrcpt=%u (queue active)", id,
		   account, n);
}

static void postfix_end(struct story *story, const char *id)
{
	write_line(story, "postfix/qmgr[12]", "%s: removed", id);
}

/* Exim says the recipients one by one, when their deliveries end. */
static void exim_begin(struct story *story, const char *account,
		       const char *address, const char *id, uint32_t n)
{
	(void)n;
	write_line(story, "exim[10]", "%s <= %s H=(pc) [%s]:50000 P=esmtpsa "
		   "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no A=dovecot_%s:%s "
		   "S=1234 id=%s@x", id, account, address, story->mechanism,
		   account, id);
}

static void exim_outcome(struct story *story, const char *id,
			 struct slice to)
{
	static const char route[] = "R=dnslookup T=remote_smtp";
	static const char host[] = "H=mx.example [192.0.2.1]";
	static const char error[] = "SMTP error from remote mail server after";
	enum fate fate = fate_of(&to);
	const char *name = story_text(story, to);

	if (fate == IS_UNKNOWN)
		write_line(story, "exim[11]", "%s ** %s %s %s: %s RCPT "
			   "TO:<%s>: 550 5.1.1 User unknown", id, name, route,
			   host, error, name);
	else if (fate == IS_DEFERRED)
		write_line(story, "exim[11]", "%s == %s %s defer (-44) %s: %s "
			   "RCPT TO:<%s>: 451 try later", id, name, route,
			   host, error, name);
	else if (fate == IS_REFUSED)
		write_line(story, "exim[11]", "%s ** %s %s %s: %s end of "
			   "data: 550 5.7.1 Message refused by policy", id,
			   name, route, host, error);
	else
		write_line(story, "exim[11]", "%s => %s %s %s C=\"250 2.0.0 "
			   "Ok\"", id, name, route, host);
}

static void exim_end(struct story *story, const char *id)
{
	write_line(story, "exim[11]", "%s Completed", id);
}

static const struct mta {
	void (*begin)(struct story *story, const char *account,
		      const char *address, const char *id, uint32_t n);
	void (*outcome)(struct story *story, const char *id, struct slice to);
	void (*end)(struct story *story, const char *id);
} mtas[] = {
	{ postfix_begin, postfix_outcome, postfix_end },
	{ exim_begin, exim_outcome, exim_end },
};

static const struct mta *mta_of(const struct story *story)
{
	return &mtas[story->is_exim];
}

static void id_of(struct story *story, struct slice id, char out[ID_SIZE])
{
	if (slice_eq(id, S("*")) && story->is_exim)
		snprintf(out, ID_SIZE, "1A%04X-000AFJ-3B", ++story->next_id);
	else if (slice_eq(id, S("*")))
		snprintf(out, ID_SIZE, "4A%08X", ++story->next_id);
	else
		slice_copy(id, out, ID_SIZE);
}

/* "40*x{i}@list.example": the number in front, else 1. */
static uint32_t times(struct slice *to)
{
	struct slice rest = *to, first = slice_cut(&rest, '*');
	uint32_t n;

	if (rest.len == 0 || !slice_number(first, &n))
		return 1;
	*to = rest;
	return n;
}

static uint32_t count(struct slice recipients)
{
	struct slice to;
	uint32_t n = 0;

	while ((to = story_word(&recipients)).len > 0)
		n += times(&to);
	return n;
}

static void outcomes(struct story *story, const char *id,
		     struct slice recipients)
{
	struct slice to;

	while ((to = story_word(&recipients)).len > 0) {
		uint32_t n = times(&to);

		for (uint32_t i = 1; i <= n; i++) {
			struct text one = TEXT_INIT(RECIPIENT_SIZE);

			story_fill_in(to, 'i', i, &one);
			mta_of(story)->outcome(story, id, text_slice(&one));
			text_release(&one);
		}
	}
}

static void begin(struct story *story, struct slice *rest, char id[ID_SIZE],
		  bool is_new, uint32_t n)
{
	const char *account = story_text(story, story_word(rest));
	const char *address = address_of(story, story_word(rest));

	id_of(story, is_new ? S("*") : story_word(rest), id);
	mta_of(story)->begin(story, account, address, id, n);
}

static void do_send(struct story *story, struct slice rest)
{
	struct slice recipients = rest;
	char id[ID_SIZE];

	for (int i = 0; i < 3; i++)
		story_word(&recipients);
	begin(story, &rest, id, false, count(recipients));
	outcomes(story, id, recipients);
	mta_of(story)->end(story, id);
}

static void do_queue(struct story *story, struct slice rest)
{
	struct slice n = rest;
	char id[ID_SIZE];

	for (int i = 0; i < 3; i++)
		story_word(&n);
	begin(story, &rest, id, false, story_number(story, story_word(&n)));
}

static void do_to(struct story *story, struct slice rest)
{
	const char *id = story_text(story, story_word(&rest));

	outcomes(story, id, rest);
}

static void do_removed(struct story *story, struct slice rest)
{
	mta_of(story)->end(story, story_text(story, story_word(&rest)));
}

static void do_mass(struct story *story, struct slice rest)
{
	struct slice n = rest;
	char id[ID_SIZE];

	for (int i = 0; i < 2; i++)
		story_word(&n);
	begin(story, &rest, id, true, story_number(story, story_word(&n)));
	mta_of(story)->end(story, id);
}

static void do_raw(struct story *story, struct slice rest)
{
	struct slice program = slice_cut(&rest, ':');

	rest = slice_trim(rest);
	write_line(story, story_text(story, program), "%.*s", (int)rest.len,
		   rest.ptr);
}

static void do_host(struct story *story, struct slice rest)
{
	slice_copy(story_word(&rest), story->host, sizeof(story->host));
}

static void do_log(struct story *story, struct slice rest)
{
	choose_log(story, story_word(&rest));
}

static void do_by(struct story *story, struct slice rest)
{
	slice_copy(story_word(&rest), story->service, sizeof(story->service));
	slice_copy(story_word(&rest), story->mechanism,
		   sizeof(story->mechanism));
}

static void do_exim(struct story *story, struct slice rest)
{
	(void)rest;
	story->is_exim = true;
}

const struct verb story_line_verbs[] = {
	{ SLICE("addr"), do_addr },	{ SLICE("login"), do_login },
	{ SLICE("fail"), do_fail },	{ SLICE("send"), do_send },
	{ SLICE("queue"), do_queue },	{ SLICE("to"), do_to },
	{ SLICE("removed"), do_removed }, { SLICE("mass"), do_mass },
	{ SLICE("raw"), do_raw },	{ SLICE("host"), do_host },
	{ SLICE("log"), do_log },	{ SLICE("by"), do_by },
	{ SLICE("exim"), do_exim },	{ SLICE(""), NULL },
};
