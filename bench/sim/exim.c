/*
 * The life of one message in Exim's main log. Facts about the forms come from
 * Exim's own manual and sources.
 */
#include "sim.h"

#include <string.h>

#define CIPHER "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=%s"
#define LIST_MAX 7600		/* of the names behind "for" */

struct exim_life {
	struct gen_log *log;
	struct rng *rng;
	const struct mail *mail;
	const struct exim_text *text;
	uint32_t message;
	uint32_t size_bytes;
	uint32_t failed;
	uint32_t deferred;
};

static int64_t later(struct rng *rng, int64_t at_us, int64_t low_ms,
		     int64_t high_ms)
{
	return at_us + rng_between(rng, low_ms * 1000, high_ms * 1000);
}

/* " for a b c"; a list that does not fit ends with <trunc>. */
static void put_list(char *out, size_t size, const struct mail *mail)
{
	size_t used = (size_t)snprintf(out, size, " for");

	for (uint32_t i = 0; i < mail->recipients; i++) {
		const struct recipient *to = &mail->recipient[i];

		if (to->outcome == REJECTED_AT_RCPT)
			continue;
		if (used + ADDRESS_MAX + 16 > size) {
			snprintf(out + used, size - used, " <trunc>");
			return;
		}
		used += (size_t)snprintf(out + used, size - used, " %s",
					 to->address);
	}
}

static void log_arrival(const struct exim_life *life, int64_t at_us)
{
	const struct mail *mail = life->mail;
	bool login = mail->login && !strcmp(mail->method, "LOGIN");
	char list[LIST_MAX] = "";
	char who[ADDRESS_MAX + 24] = "";
	uint64_t name = rng_next(life->rng);

	if (mail->login)
		snprintf(who, sizeof(who), " A=dovecot_%s:%s",
			 login ? "login" : "plain", mail->login);
	if (life->text->recipients)
		put_list(list, sizeof(list), mail);
	log_line(life->log, at_us, EXIM, 0, life->message,
		 "<= %s %s P=%s " CIPHER "%s S=%u id=%08x.%06x@%s%s",
		 *mail->sender ? mail->sender : "<>", life->text->host,
		 mail->login ? "esmtpsa" : "esmtps", "no", who,
		 life->size_bytes, (uint32_t)(name >> 32),
		 (uint32_t)name & 0xffffff,
		 mail_domain(*mail->sender || !mail->login ? mail->sender
							   : mail->login),
		 list);
}

static void log_local(const struct exim_life *life, const char *to,
		      int64_t at_us)
{
	char name[ADDRESS_MAX];

	snprintf(name, sizeof(name), "%s", to);
	if (strchr(name, '@'))
		*strchr(name, '@') = '\0';
	log_line(life->log, at_us, EXIM, 0, life->message,
		 "=> %s <%s> R=virtual_user T=dovecot_lmtp S=%u "
		 "C=\"250 2.0.0 <%s> Saved\"", name, to,
		 life->size_bytes + 300, to);
}

static void log_sent(const struct exim_life *life, const char *to, bool same,
		     int64_t at_us)
{
	char name[96];
	char quad[16];

	mail_relay(name, sizeof(name), quad, to);
	log_line(life->log, at_us, EXIM, 0, life->message,
		 "%s %s R=dnslookup T=remote_smtp H=%s [%s] " CIPHER
		 " C=\"250 2.0.0 Ok: queued as %010X\"", same ? "->" : "=>",
		 to, name, quad, "yes", (uint32_t)rng_next(life->rng));
}

static void log_failed(const struct exim_life *life,
		       const struct recipient *to)
{
	const struct refusal *refusal = mail_refusal(to->outcome);
	const char *end = strcmp(refusal->command ? refusal->command : "",
				 "RCPT TO") ? "" : ":<";
	char name[96];
	char quad[16];

	if (to->outcome == NO_SUCH_DOMAIN) {
		log_line(life->log, to->done_us, EXIM, 0, life->message,
			 "** %s: Unrouteable address", to->address);
		return;
	}
	mail_relay(name, sizeof(name), quad, to->address);
	log_line(life->log, to->done_us, EXIM, 0, life->message,
		 "** %s R=dnslookup T=remote_smtp H=%s [%s] " CIPHER
		 ": SMTP error from remote mail server after %s%s%s%s: 550 %s "
		 "<%s>: %s", to->address, name, quad, "yes", refusal->command,
		 end, *end ? to->address : "", *end ? ">" : "", refusal->dsn,
		 to->address, refusal->text);
}

static void log_deferred(const struct exim_life *life, const char *to,
			 int64_t at_us)
{
	char name[96];
	char quad[16];

	mail_relay(name, sizeof(name), quad, to);
	log_line(life->log, at_us, EXIM, 0, life->message,
		 "== %s R=dnslookup T=remote_smtp defer (-44) H=%s [%s]: SMTP "
		 "error from remote mail server after RCPT TO:<%s>: 450 4.2.0 "
		 "<%s>: Recipient address rejected: Greylisted", to, name, quad,
		 to, to);
}

/* Names of one domain go in one delivery: "=>", then "->". */
static void attempt(struct exim_life *life, struct recipient *to,
		    const struct recipient *before)
{
	bool same = before && before->outcome == DELIVERED && !before->local &&
		    !strcmp(mail_domain(before->address),
			    mail_domain(to->address));

	if (same && to->outcome == DELIVERED && before->done_us)
		to->done_us = before->done_us;
	if (to->outcome == DEFERRED_ONCE)
		log_deferred(life, to->address, to->done_us);
	else if (to->outcome != DELIVERED)
		log_failed(life, to);
	else if (to->local)
		log_local(life, to->address, to->done_us);
	else
		log_sent(life, to->address, same, to->done_us);
	life->deferred += to->outcome == DEFERRED_ONCE;
	life->failed += to->outcome != DELIVERED &&
			to->outcome != DEFERRED_ONCE;
}

static int64_t deliver(struct exim_life *life, int64_t at_us)
{
	const struct recipient *before = NULL;
	int64_t last_us = at_us;

	for (uint32_t i = 0; i < life->mail->recipients; i++) {
		struct recipient *to = &life->mail->recipient[i];

		if (to->outcome == REJECTED_AT_RCPT)
			continue;
		to->done_us = later(life->rng, at_us, 80,
				    to->local ? 300 : 6000);
		attempt(life, to, before);
		if (to->done_us > last_us)
			last_us = to->done_us;
		before = to;
	}
	return last_us;
}

static int64_t bounce_back(const struct exim_life *life, int64_t at_us)
{
	struct exim_life notice = *life;
	char text[64];

	if (!strchr(life->mail->sender, '@'))
		return at_us;
	notice.message = log_message(life->log);
	at_us = later(life->rng, at_us, 5, 60);
	snprintf(text, sizeof(text), "<= <> R=" LOG_NAMED
		 " U=Debian-exim P=local S=%u", life->size_bytes / 2 + 1900);
	log_naming(life->log, at_us, EXIM, 0, notice.message, life->message,
		   text);
	log_local(&notice, life->mail->sender, at_us + 90000);
	log_removed(life->log, at_us + 91000, notice.message);
	return at_us;
}

static int64_t retry(const struct exim_life *life, int64_t at_us)
{
	at_us = later(life->rng, at_us, 330 * 1000, 3600 * 1000);
	for (uint32_t i = 0; i < life->mail->recipients; i++) {
		const struct recipient *to = &life->mail->recipient[i];

		if (to->outcome == DEFERRED_ONCE)
			log_sent(life, to->address, false, at_us + i);
	}
	return at_us + SECOND_US;
}

/* Recipients that the server itself does not know have no message id. */
static int64_t log_rejects(const struct exim_life *life, int64_t at_us)
{
	const struct mail *mail = life->mail;

	for (uint32_t i = 0; i < mail->recipients; i++) {
		struct recipient *to = &mail->recipient[i];

		if (to->outcome != REJECTED_AT_RCPT)
			continue;
		at_us = later(life->rng, at_us, 5, 60);
		to->done_us = at_us;
		log_line(life->log, at_us, EXIM, 0, 0,
			 "%s " CIPHER " F=<%s> A=dovecot_%s:%s rejected RCPT "
			 "<%s>: Unrouteable address", life->text->host, "no",
			 mail->sender,
			 strcmp(mail->method, "LOGIN") ? "plain" : "login",
			 mail->login, to->address);
	}
	return at_us;
}

int64_t exim_send(struct gen_log *log, struct rng *rng, const struct mail *mail,
		  const struct exim_text *text, int64_t at_us)
{
	struct exim_life life = { .log = log, .rng = rng, .mail = mail,
				  .text = text };
	uint32_t accepted = 0;
	int64_t sent_us;

	for (uint32_t i = 0; i < mail->recipients; i++)
		accepted += mail->recipient[i].outcome != REJECTED_AT_RCPT;
	life.size_bytes = 900 + rng_below(rng, 12000);
	if (rng_chance(rng, 120))
		life.size_bytes += rng_below(rng, 6000000);
	at_us = log_rejects(&life, later(rng, at_us, 90, 700));
	if (!accepted)
		return -1;
	life.message = log_message(log);
	sent_us = at_us = later(rng, at_us, 20, 200);
	log_arrival(&life, at_us);
	at_us = deliver(&life, at_us);
	if (life.failed)
		at_us = bounce_back(&life, at_us);
	if (life.deferred)
		at_us = retry(&life, at_us);
	log_removed(log, at_us + 300, life.message);
	return sent_us;
}
