/*
 * session_shape - sending in a way the account does not send: without having
 * read mail from there, or with another login mechanism or service than ever.
 * People read before they write; programs that only send are told apart by
 * having always done so.
 *
 * Three sequential tests (Wald 1945), each against the account's own rate p0
 * (mean of a Beta prior, updated by its history), once a day and address:
 * - no IMAP, POP or webmail login from that network today or yesterday:
 *   p1 = 0.85 under a thief, prior 0.5 of 3;
 * - the same for just this address where the network was read from: p1 = 0.85,
 *   prior 1.5 of 3, since telephones change addresses;
 * - SASL mechanism and service (submission, smtps) not among the last four:
 *   p1 = 0.4, prior 0.3 of 15.
 * A login from there afterwards takes some of it back: some programs send
 * before they read.
 *
 * Source: submissions and mailbox logins.
 *
 * Whom it would wrong: a new scanner or shop system on its first days, until
 * its way has become the account's.
 */
#include "detector/habits.h"
#include "detector/profile.h"
#include "detector/signals/signal.h"

#include <math.h>

static struct shape {
	struct signal_limits limits;
	double unread_rate, shape_rate;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(struct shape, "5", "1", "72h"),
	{ "unread_rate", CONF_REAL, offsetof(struct shape, unread_rate),
	  "0.85", 0.2, 0.98, NULL,
	  "How often a thief sends without having read from there.", NULL },
	{ "shape_rate", CONF_REAL, offsetof(struct shape, shape_rate), "0.4",
	  0.1, 0.95, NULL,
	  "How often a thief's program logs in as the owner's never did.",
	  NULL },
	CONF_END
};

enum { SLOT = 7 };

static const double RATE_MIN = 0.02;

static double evidence(bool is_hit, double p0, double p1)
{
	if (p0 < RATE_MIN)
		p0 = RATE_MIN;
	if (p0 > p1)
		p0 = p1;
	return is_hit ? log(p1 / p0) : log((1 - p1) / (1 - p0));
}

static double by_reading(const struct signal_input *input)
{
	struct account *account = input->account;

	if (!input->visits.reads)
		return evidence(true,
				habits_share(&account->unread_network, 0.5, 3),
				settings.unread_rate);
	/* Where it reads the place is fine; the address may still be odd. */
	return evidence(!input->visits.address_reads,
			habits_share(&account->unread_address, 1.5, 3),
			settings.unread_rate);
}

static double by_shape(const struct signal_input *input)
{
	struct account *account = input->account;

	if (!input->shape || !account->shapes[0])
		return 0;
	return evidence(!habits_knows_shape(account, input->shape),
			habits_share(&account->new_shape, 0.3, 15),
			settings.shape_rate);
}

/* It reads after all: what sending first had cost is given back in part. */
static double by_login(const struct signal_input *input)
{
	if (!input->reads || !input->visits.address_sent_today ||
	    input->visits.reads)
		return 0;
	return log(1 - settings.unread_rate);
}

static double observe(const struct signal_input *input)
{
	if (!input->origin || !input->origin->network ||
	    input->origin->kind == NETWORK_RELAY ||
	    input->account->logins == 0)
		return 0;
	if (!input->is_submission)
		return by_login(input);
	if (input->visits.address_sent_today)
		return 0;
	return by_reading(input) + by_shape(input);
}

static void describe(const struct account *account, uint32_t now_s,
		     struct text *out)
{
	(void)now_s;
	text_addf(out, "sends without having read from there (usually %.0f of "
		  "100), or in a new way",
		  100 * habits_share(&account->unread_network, 0.5, 3));
}

const struct signal signal_session_shape = {
	.name = "session_shape",
	.about = "sending without reading, or in a new way",
	.makes_strange = true,
	.slot = SLOT,
	.looks_at = SIGNAL_ORIGIN,
	.options = options,
	.settings = &settings,
	.observe = observe,
	.describe = describe,
};
