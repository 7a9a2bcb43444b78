/*
 * What happens, written twice: to the log as the server would, and to the
 * truth. The time of a submission is that of the line which shows who sends
 * from where: Postfix's client= line, Exim's <= line.
 */
#include "sim.h"

#include <string.h>

#define HELO_MAX 64
#define HOST_MAX 160
#define PEER_MAX (HOST_MAX + ORIGIN_TEXT + 4)

static int64_t logged_ms(const struct simulation *sim, int64_t at_us)
{
	/* Exim's file knows whole seconds. */
	return sim->exim ? at_us / SECOND_US * 1000 : at_us / 1000;
}

/* Every third network has no reverse names, and IPv6 has none. */
static bool put_name(char out[HOST_MAX], const struct origin *origin)
{
	char text[ORIGIN_TEXT];
	const struct network *net = origin->net;

	if (!net) {
		snprintf(out, HOST_MAX, "%s", origin->low == 0x7f000001 ?
			 "localhost" : "webmail.hoster.example");
		return true;
	}
	if (origin->v6 || net->as_number % 3 == 0)
		return false;
	origin_print(text, origin);
	for (char *c = text; *c; c++)
		if (*c == '.')
			*c = '-';
	snprintf(out, HOST_MAX, "%s.as%u.%c%c.example", text, net->as_number,
		 net->country[0] + 32, net->country[1] + 32);
	return true;
}

/* What the program calls its machine: the person's own, or a thief's. */
static void put_helo(char out[HELO_MAX], const struct submission *submission)
{
	uint64_t hash = hash3(submission->person->index, submission->spam,
			      submission->origin.low);

	if (!submission->origin.net)
		snprintf(out, HELO_MAX, "webmail.hoster.example");
	else if (submission->spam && hash & 1)
		snprintf(out, HELO_MAX, "win-%06x", (unsigned)(hash >> 40));
	else
		snprintf(out, HELO_MAX, "[192.168.%u.%u]",
			 (unsigned)(hash >> 8) % 3, (unsigned)(hash >> 16) %
			 250 + 2);
}

static void put_postfix_peer(char out[PEER_MAX],
			     const struct origin *origin)
{
	char name[HOST_MAX];
	char text[ORIGIN_TEXT];

	origin_print(text, origin);
	if (!put_name(name, origin))
		snprintf(name, sizeof(name), "unknown");
	snprintf(out, PEER_MAX, "%s[%s]", name, text);
}

static void put_exim_host(char *out, size_t size, const struct origin *origin,
			  const char *helo)
{
	char name[HOST_MAX];
	char text[ORIGIN_TEXT];
	uint32_t port = 1024 + (uint32_t)(hash3(origin->low, origin->high,
						strlen(helo)) % 60000);

	origin_print(text, origin);
	if (put_name(name, origin))
		snprintf(out, size, "%s (%s) [%s]:%u", name, helo, text, port);
	else
		snprintf(out, size, "(%s) [%s]:%u", helo, text, port);
}

static int64_t hand_over(struct simulation *sim, struct rng *rng,
			 struct mail *mail, const struct origin *origin,
			 int64_t at_us)
{
	char peer[PEER_MAX];
	char host[PEER_MAX + HELO_MAX + 16] = "H=";

	if (sim->exim) {
		struct exim_text text = { host, sim->exim_for };

		put_exim_host(host + 2, sizeof(host) - 2, origin, mail->helo);
		return exim_send(sim->log, rng, mail, &text, at_us);
	}
	put_postfix_peer(peer, origin);
	mail->peer = peer;
	return mail_send(sim->log, rng, mail, at_us);
}

static bool is_unknown(enum outcome outcome)
{
	return outcome == UNKNOWN_RECIPIENT || outcome == NO_SUCH_DOMAIN ||
	       outcome == REJECTED_AT_RCPT;
}

static void tell_truth(struct simulation *sim,
		       const struct submission *submission, int64_t sent_us)
{
	struct truth_row row = { .kind = TRUTH_SEND,
		.at_ms = logged_ms(sim, sent_us),
		.person = submission->person, .origin = submission->origin,
		.spam = submission->spam };
	uint32_t i;

	for (i = 0; i < submission->recipients; i++)
		row.recipients += submission->to[i].outcome !=
				  REJECTED_AT_RCPT;
	if (sent_us >= 0)
		truth_add(sim->truth, &row);
	row.kind = TRUTH_UNKNOWN;
	row.recipients = 1;
	for (i = 0; i < submission->recipients; i++) {
		if (!is_unknown(submission->to[i].outcome))
			continue;
		row.at_ms = logged_ms(sim, submission->to[i].done_us);
		truth_add(sim->truth, &row);
	}
}

static void note_theft(struct simulation *sim, const struct person *person,
		       int64_t at_ms)
{
	struct person *victim = &sim->people[person->index];

	if (!victim->start_ms || at_ms < victim->start_ms)
		victim->start_ms = at_ms;
	if (at_ms > victim->end_ms)
		victim->end_ms = at_ms;
}

void out_send(struct simulation *sim, struct rng *rng,
	      const struct submission *submission)
{
	const struct person *person = submission->person;
	char helo[HELO_MAX];
	int64_t sent_us;
	struct mail mail = {
		.sender = submission->null_sender ? "" : person->address,
		.login = person->address, .method = submission->method,
		.smtps = submission->smtps, .helo = helo,
		.rejects_say_login = sim->rejects_say_login,
		.recipients = submission->recipients,
		.recipient = submission->to,
	};

	put_helo(helo, submission);
	sent_us = hand_over(sim, rng, &mail, &submission->origin,
			    submission->at_us);
	tell_truth(sim, submission, sent_us);
	if (submission->spam && sent_us >= 0)
		note_theft(sim, person, logged_ms(sim, sent_us));
}

void out_login(struct simulation *sim, struct rng *rng,
	       const struct person *person, const struct origin *origin,
	       int64_t at_us, const char *service, uint32_t tries, bool spam)
{
	char text[ORIGIN_TEXT];
	struct login login = { .service = service, .user = person->address,
			       .method = person->method, .client = text,
			       .tries = tries };

	if (!person->logged_in)
		return;
	origin_print(text, origin);
	log_login(sim->log, rng, &login, at_us);
	if (tries)
		return;
	/* Dovecot's lines have their own stamp, also beside Exim. */
	truth_add(sim->truth, &(struct truth_row){
		.kind = TRUTH_LOGIN, .at_ms = at_us / 1000, .person = person,
		.origin = *origin, .spam = spam });
	if (spam)
		note_theft(sim, person, at_us / 1000);
}

void out_refused(struct simulation *sim, struct rng *rng,
		 const struct person *person, const struct origin *origin,
		 int64_t at_us, const char *method)
{
	bool smtps = rng_chance(rng, 300);
	char peer[PEER_MAX];
	char host[PEER_MAX + HELO_MAX + 16];

	if (sim->exim) {
		put_exim_host(host, sizeof(host), origin, "ylmf-pc");
		log_line(sim->log, at_us, EXIM, 0, 0, "dovecot_%s "
			 "authenticator failed for %s: 535 Incorrect "
			 "authentication data (set_id=%s)",
			 !strcmp(method, "PLAIN") ? "plain" : "login", host,
			 person->address);
		return;
	}
	put_postfix_peer(peer, origin);
	log_line(sim->log, at_us, smtps ? SMTPS : SUBMISSION,
		 1000 + rng_below(rng, 400), 0,
		 "warning: %s: SASL %s authentication failed: %s%s", peer,
		 method, sim->rejects_say_login ?
		 "(reason unavailable), sasl_username=" : "UGFzc3dvcmQ6",
		 sim->rejects_say_login ? person->address : "");
}

void out_incoming(struct simulation *sim, struct rng *rng,
		  const struct person *person, int64_t at_us)
{
	struct recipient to = { .local = true };
	char sender[ADDRESS_MAX];
	char peer[120];
	char name[96];
	char quad[16];
	struct mail mail = { .sender = sender, .recipients = 1, .peer = peer,
			     .recipient = &to, .helo = name };
	struct exim_text text = { peer, sim->exim_for };

	people_contact(sender, sizeof(sender), sim->seed, person->index,
		       rng_below(rng, 300));
	memcpy(to.address, person->address, ADDRESS_MAX);
	mail_relay(name, sizeof(name), quad, sender);
	snprintf(peer, sizeof(peer), sim->exim ? "H=%s [%s]:25001" : "%s[%s]",
		 name, quad);
	if (sim->exim)
		exim_send(sim->log, rng, &mail, &text, at_us);
	else
		mail_send(sim->log, rng, &mail, at_us);
}
