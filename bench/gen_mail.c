#include "gen.h"

#include <string.h>

#define OUR_NAME "mx1.hoster.example"
#define QMGR_PID 601

/* What the parts of one message's life have in common. */
struct life {
	struct gen_log *log;
	struct rng *rng;
	const struct mail *mail;
	uint32_t message;
	uint32_t size_bytes;
	int64_t arrived_us;
	uint32_t accepted;	/* recipients */
	uint32_t bounced;
	uint32_t deferred;
};

void mail_client(char *out, size_t size, uint32_t address,
		 const struct net *net)
{
	char quad[16];
	char dashed[16];

	net_print(quad, sizeof(quad), address);
	/* Every third access network has no reverse names. */
	if (!net || net->as_number % 3 == 0) {
		snprintf(out, size, "unknown[%s]", quad);
		return;
	}
	memcpy(dashed, quad, sizeof(dashed));
	for (char *c = dashed; *c; c++)
		if (*c == '.')
			*c = '-';
	snprintf(out, size, "%s.as%u.%c%c.example[%s]", dashed, net->as_number,
		 net->country[0] + 32, net->country[1] + 32, quad);
}

const char *mail_domain(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? at + 1 : address;
}

/* The mail exchanger of a domain keeps its address: a hash of its name. */
void mail_relay(char *name_out, size_t name_size, char quad_out[16],
		const char *address)
{
	const char *domain = mail_domain(address);
	uint64_t h = 7;

	for (const char *c = domain; *c; c++)
		h = h * 131 + (unsigned char)*c;
	net_print(quad_out, 16,
		  net_address(net_pick(h % 2 ? "DE" : "NL", HOSTING, h), h));
	snprintf(name_out, name_size, "mx.%s", domain);
}

static void relay_of(char *out, size_t size, const char *address)
{
	char name[96];
	char quad[16];

	mail_relay(name, sizeof(name), quad, address);
	snprintf(out, size, "%s[%s]", name, quad);
}

static int64_t later(struct rng *rng, int64_t at_us, int64_t low_ms,
		     int64_t high_ms)
{
	return at_us + rng_between(rng, low_ms * 1000, high_ms * 1000);
}

static void put_delays(char *out, size_t size, const struct life *life,
		       int64_t at_us)
{
	uint32_t hundredths = (uint32_t)((at_us - life->arrived_us) / 10000);
	uint32_t transfer = hundredths % 40 + 1;

	if (hundredths < transfer)
		hundredths = transfer;
	snprintf(out, size, "delay=%u.%02u, delays=0.%02u/0.01/%u.%02u/0.%02u",
		 hundredths / 100, hundredths % 100, transfer % 10,
		 (hundredths - transfer) / 100, (hundredths - transfer) % 100,
		 transfer);
}

static void log_active(const struct life *life, int64_t at_us)
{
	log_line(life->log, at_us, QMGR, QMGR_PID, life->message,
		 "from=<%s>, size=%u, nrcpt=%u (queue active)",
		 life->mail->sender, life->size_bytes, life->accepted);
}

static void log_local(const struct life *life, const char *to, int64_t at_us)
{
	uint64_t saved = rng_next(life->rng);
	char delays[64];

	put_delays(delays, sizeof(delays), life, at_us);
	log_line(life->log, at_us, LMTP, 700 + life->message % 5,
		 life->message,
		 "to=<%s>, relay=" OUR_NAME "[private/dovecot-lmtp], %s, "
		 "dsn=2.0.0, status=sent (250 2.0.0 <%s> %08X%06X Saved)",
		 to, delays, to, (uint32_t)(saved >> 32),
		 (uint32_t)saved & 0xffffff);
}

static void log_sent(const struct life *life, const char *to, int64_t at_us)
{
	uint64_t queued = rng_next(life->rng);
	char delays[64];
	char relay[120];

	put_delays(delays, sizeof(delays), life, at_us);
	relay_of(relay, sizeof(relay), to);
	log_line(life->log, at_us, SMTP, 800 + (uint32_t)(queued >> 32) % 20,
		 life->message,
		 "to=<%s>, relay=%s:25, %s, dsn=2.0.0, status=sent "
		 "(250 2.0.0 Ok: queued as %010X)",
		 to, relay, delays, (uint32_t)queued);
}

static const struct refusal refusals[] = {
	[UNKNOWN_RECIPIENT] = { "5.1.1", "Recipient address rejected: User "
		"unknown in virtual mailbox table", "RCPT TO" },
	[REFUSED_AS_SPAM] = { "5.7.1", "Message refused as spam",
		"end of DATA" },
	[REFUSED_HOST] = { "5.7.1", "Service unavailable; our lists name the "
		"address of your server", "RCPT TO" },
	[MAILBOX_FULL] = { "5.2.2", "Mailbox is full", "RCPT TO" },
	[NO_SUCH_DOMAIN] = { "5.4.4", NULL, NULL },
	[REJECTED_AT_RCPT] = { "5.1.1", "Recipient address rejected: User "
		"unknown in virtual mailbox table", NULL },
};

const struct refusal *mail_refusal(enum outcome outcome)
{
	return &refusals[outcome];
}

static void log_no_domain(const struct life *life, const char *to,
			  int64_t at_us)
{
	char delays[64];

	put_delays(delays, sizeof(delays), life, at_us);
	log_line(life->log, at_us, SMTP, 800 + rng_below(life->rng, 20),
		 life->message,
		 "to=<%s>, relay=none, %s, dsn=5.4.4, status=bounced (Host or "
		 "domain name not found. Name service error for name=%s "
		 "type=AAAA: Host not found)", to, delays, mail_domain(to));
}

static void log_bounced(const struct life *life, const struct recipient *to,
			int64_t at_us)
{
	const struct refusal *refusal = mail_refusal(to->outcome);
	char delays[64];
	char relay[120];

	if (to->outcome == NO_SUCH_DOMAIN) {
		log_no_domain(life, to->address, at_us);
		return;
	}
	put_delays(delays, sizeof(delays), life, at_us);
	relay_of(relay, sizeof(relay), to->address);
	log_line(life->log, at_us, SMTP, 800 + rng_below(life->rng, 20),
		 life->message,
		 "to=<%s>, relay=%s:25, %s, dsn=%s, status=bounced (host %s "
		 "said: 550 %s <%s>: %s (in reply to %s command))",
		 to->address, relay, delays, refusal->dsn, relay,
		 refusal->dsn, to->address, refusal->text, refusal->command);
}

static void log_deferred(const struct life *life, const char *to,
			 int64_t at_us)
{
	char delays[64];
	char relay[120];

	put_delays(delays, sizeof(delays), life, at_us);
	relay_of(relay, sizeof(relay), to);
	if (rng_chance(life->rng, 400)) {
		log_line(life->log, at_us, SMTP, 800 + rng_below(life->rng, 20),
			 life->message, "to=<%s>, relay=none, %s, dsn=4.4.1, "
			 "status=deferred (connect to %s:25: Connection "
			 "timed out)", to, delays, relay);
		return;
	}
	log_line(life->log, at_us, SMTP, 800 + rng_below(life->rng, 20),
		 life->message, "to=<%s>, relay=%s:25, %s, dsn=4.2.0, "
		 "status=deferred (host %s said: 450 4.2.0 <%s>: Recipient "
		 "address rejected: Greylisted, try again in 300 seconds (in "
		 "reply to RCPT TO command))", to, relay, delays, relay, to);
}

static void attempt(struct life *life, const struct recipient *to)
{
	if (to->outcome == DEFERRED_ONCE)
		log_deferred(life, to->address, to->done_us);
	else if (to->outcome != DELIVERED)
		log_bounced(life, to, to->done_us);
	else if (to->local)
		log_local(life, to->address, to->done_us);
	else
		log_sent(life, to->address, to->done_us);
	life->deferred += to->outcome == DEFERRED_ONCE;
	life->bounced += to->outcome != DELIVERED &&
			 to->outcome != DEFERRED_ONCE;
}

/* The first attempt at every recipient. */
static int64_t deliver(struct life *life, int64_t at_us)
{
	int64_t last_us = at_us;

	for (uint32_t i = 0; i < life->mail->recipients; i++) {
		struct recipient *to = &life->mail->recipient[i];

		if (to->outcome == REJECTED_AT_RCPT)
			continue;
		to->done_us = later(life->rng, at_us, 80,
				    to->local ? 300 : 6000);
		if (to->done_us > last_us)
			last_us = to->done_us;
		attempt(life, to);
	}
	return last_us;
}

/* A message of its own, and its two lines come before the line naming it. */
static int64_t bounce_back(const struct life *life, int64_t at_us)
{
	const struct mail empty = { .sender = "", .recipients = 1 };
	struct life notice = *life;
	int64_t removed_us;

	if (!strchr(life->mail->sender, '@'))
		return at_us;
	notice.mail = &empty;
	notice.accepted = 1;
	notice.message = log_message(life->log);
	notice.size_bytes = life->size_bytes / 2 + 2400;
	notice.arrived_us = at_us = later(life->rng, at_us, 5, 40);
	log_line(life->log, at_us, CLEANUP, 400 + life->message % 8,
		 notice.message, "message-id=<%u.%u@" OUR_NAME ">",
		 (uint32_t)(at_us / SECOND_US), notice.message);
	at_us = later(life->rng, at_us, 1, 20);
	log_active(&notice, at_us);
	at_us = later(life->rng, at_us, 0, 3) + 1;
	log_naming(life->log, at_us, BOUNCE, 650, life->message,
		   notice.message,
		   "sender non-delivery notification: " LOG_NAMED);
	removed_us = later(life->rng, at_us, 30, 200);
	log_local(&notice, life->mail->sender, removed_us);
	log_removed(life->log, removed_us + 900, notice.message);
	return at_us;
}

/* Half of what waits is taken at the second attempt, all at the third. */
static void try_deferred(const struct life *life, int64_t at_us, bool taken)
{
	for (uint32_t i = 0; i < life->mail->recipients; i++) {
		const struct recipient *to = &life->mail->recipient[i];

		if (to->outcome != DEFERRED_ONCE)
			continue;
		if (taken)
			log_sent(life, to->address, at_us + i);
		else
			log_deferred(life, to->address, at_us + i);
	}
}

static int64_t retry(const struct life *life, int64_t at_us)
{
	bool taken = rng_chance(life->rng, 500);

	for (int attempt = 2; attempt <= 3; attempt++) {
		at_us = later(life->rng, at_us, 330 * 1000, 1900 * 1000);
		log_active(life, at_us);
		taken = taken || attempt == 3;
		try_deferred(life, at_us + SECOND_US / 2, taken);
		at_us += SECOND_US;
		if (taken)
			break;
	}
	return at_us;
}

static enum gen_program service_of(const struct mail *mail)
{
	if (!mail->login)
		return SMTPD;
	return mail->smtps ? SMTPS : SUBMISSION;
}

static void log_goodbye(const struct life *life, int64_t at_us, uint32_t pid,
			const char *client)
{
	const struct mail *mail = life->mail;
	uint32_t to = mail->recipients;

	if (!mail->login)
		log_line(life->log, at_us, SMTPD, pid, 0,
			 "disconnect from %s ehlo=2 starttls=1 mail=1 rcpt=%u "
			 "data=1 quit=1 commands=%u", client, to, to + 6);
	else if (mail->smtps)
		log_line(life->log, at_us, SMTPS, pid, 0,
			 "disconnect from %s ehlo=1 auth=1 mail=1 rcpt=%u "
			 "data=1 quit=1 commands=%u", client, to, to + 5);
	else
		log_line(life->log, at_us, SUBMISSION, pid, 0,
			 "disconnect from %s ehlo=2 starttls=1 auth=1 mail=1 "
			 "rcpt=%u data=1 quit=1 commands=%u", client, to,
			 to + 7);
}

static void log_opened(const struct life *life, int64_t at_us, uint32_t pid,
		       const char *client)
{
	const struct mail *mail = life->mail;

	if (mail->login)
		log_line(life->log, at_us, service_of(mail), pid,
			 life->message,
			 "client=%s, sasl_method=%s, sasl_username=%s", client,
			 mail->method, mail->login);
	else
		log_line(life->log, at_us, SMTPD, pid, life->message,
			 "client=%s", client);
}

/*
 * The recipients that this server itself does not know. Postfix opens the
 * queue file at the first recipient it takes: before that, NOQUEUE.
 */
static int64_t log_rejects(const struct life *life, int64_t at_us,
			   uint32_t pid, const char *client, uint32_t first,
			   uint32_t end)
{
	const struct mail *mail = life->mail;
	char login[ADDRESS_MAX + 48] = "";

	if (mail->rejects_say_login)
		snprintf(login, sizeof(login),
			 " sasl_method=%s sasl_username=%s", mail->method,
			 mail->login);
	for (uint32_t i = first; i < end; i++) {
		struct recipient *to = &mail->recipient[i];

		if (to->outcome != REJECTED_AT_RCPT)
			continue;
		at_us = later(life->rng, at_us, 5, 60);
		to->done_us = at_us;
		log_line(life->log, at_us, service_of(mail), pid,
			 life->message, "%sreject: RCPT from %s: 550 5.1.1 "
			 "<%s>: %s; from=<%s> to=<%s> proto=ESMTP helo=<%s>%s",
			 life->message ? "" : "NOQUEUE: ", client, to->address,
			 mail_refusal(to->outcome)->text, mail->sender,
			 to->address, mail->helo ? mail->helo : "client",
			 login);
	}
	return at_us;
}

static int64_t log_queued(struct life *life, uint64_t name, int64_t at_us)
{
	const struct mail *mail = life->mail;
	const char *domain = mail_domain(*mail->sender || !mail->login ?
					 mail->sender : mail->login);

	at_us = later(life->rng, at_us, 15, 150);
	log_line(life->log, at_us, CLEANUP, 400 + life->message % 8,
		 life->message, "message-id=<%08x-%04x-%08x@%s>",
		 (uint32_t)(name >> 32), (uint32_t)(name >> 16) & 0xffff,
		 (uint32_t)name, domain);
	at_us = later(life->rng, at_us, 5, 90);
	log_active(life, at_us);
	return at_us;
}

static uint32_t first_accepted(const struct mail *mail)
{
	uint32_t i = 0;

	while (i < mail->recipients &&
	       mail->recipient[i].outcome == REJECTED_AT_RCPT)
		i++;
	return i;
}

/*
 * From the connection to the hand-over to the queue manager. The message has
 * a queue id only if it has a recipient.
 */
static int64_t arrive(struct life *life, int64_t at_us, int64_t *client_us)
{
	const struct mail *mail = life->mail;
	uint32_t pid = 1000 + rng_below(life->rng, 400);
	uint64_t name = rng_next(life->rng);
	uint32_t first = first_accepted(mail);
	char client[120];

	if (mail->peer)
		snprintf(client, sizeof(client), "%s", mail->peer);
	else
		mail_client(client, sizeof(client), mail->client, mail->net);
	log_line(life->log, at_us, service_of(mail), pid, 0, "connect from %s",
		 client);
	at_us = later(life->rng, at_us, 90, 700);
	at_us = log_rejects(life, at_us, pid, client, 0, first);
	if (life->accepted) {
		life->message = log_message(life->log);
		*client_us = life->arrived_us = at_us;
		log_opened(life, at_us, pid, client);
		at_us = log_rejects(life, at_us, pid, client, first,
				    mail->recipients);
		at_us = log_queued(life, name, at_us);
	}
	log_goodbye(life, later(life->rng, at_us, 30, 400), pid, client);
	return at_us;
}

int64_t mail_send(struct gen_log *log, struct rng *rng,
		  const struct mail *mail, int64_t at_us)
{
	struct life life = { .log = log, .rng = rng, .mail = mail };
	int64_t client_us = -1;

	for (uint32_t i = 0; i < mail->recipients; i++)
		life.accepted += mail->recipient[i].outcome != REJECTED_AT_RCPT;
	/* Most mails are small, a few carry a scan or a photograph. */
	life.size_bytes = 900 + rng_below(rng, 12000);
	if (rng_chance(rng, 120))
		life.size_bytes += rng_below(rng, 6000000);
	at_us = arrive(&life, at_us, &client_us);
	if (!life.accepted)
		return -1;
	at_us = deliver(&life, at_us);
	if (life.bounced)
		at_us = bounce_back(&life, at_us);
	if (life.deferred)
		at_us = retry(&life, at_us);
	log_removed(log, at_us + 300, life.message);
	return client_us;
}
