/*
 * delivery_failure - recipients that do not exist: bought lists are full of
 * them, address books are not.
 *
 * A sequential test on hard failures (RFC 3463 codes 5.1.x: the mailbox or
 * its domain does not exist; 5.4.4: no route, which Postfix gives for a domain
 * without MX and address), one observation per message and recipient domain.
 * p0 is the account's own rate from its decayed history, at least 0.01; p1 is
 * max(0.25, min(0.9, 3 p0)). Refusals for policy (5.7.x, and 4.7.x of
 * receivers that slow us down) add 1 each, at most 3 in all.
 *
 * Source: delivery lines, tied to the account by queue id.
 *
 * Whom it would wrong: a newsletter that finally cleans an old list, and
 * everybody on the day a large receiver is broken; so alone it only watches.
 */
#include "detector/profile.h"
#include "detector/signals/signal.h"

#include <math.h>

static struct failure {
	struct signal_limits limits;
	double policy_step, policy_cap;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(struct failure, "9", "0.5", "72h"),
	{ "policy_step", CONF_REAL, offsetof(struct failure, policy_step),
	  "1", 0, 5, "nats", "For a refusal by policy.", NULL },
	{ "policy_cap", CONF_REAL, offsetof(struct failure, policy_cap), "3",
	  0, 9, "nats", "The most that refusals by policy add.", NULL },
	CONF_END
};

enum { SLOT = 2 };

static double by_policy(struct account *account)
{
	double sum = account->groups[SLOT].nats;
	double room, step;

	/* The judge has let the sum decay before asking; no more of it can
	 * be ours. Else it would be charged once in a life. */
	if (account->policy_nats > sum)
		account->policy_nats = (float)(sum > 0 ? sum : 0);
	room = settings.policy_cap - account->policy_nats;
	step = room < settings.policy_step ? room : settings.policy_step;

	if (step <= 0)
		return 0;
	account->policy_nats = (float)(account->policy_nats + step);
	return step;
}

static double observe(const struct signal_input *input)
{
	struct account *account = input->account;
	double p0, p1;

	if (input->refused_by_policy)
		return by_policy(account);
	if (!input->failed && !input->arrived)
		return 0;
	p0 = (0.6 + account->failures) / (40 + account->outcomes);
	if (p0 < 0.01)
		p0 = 0.01;
	if (p0 > 0.9)
		p0 = 0.9;
	p1 = 3 * p0;
	p1 = p1 < 0.25 ? 0.25 : p1 > 0.9 ? 0.9 : p1;
	if (p1 <= p0)
		return 0;
	return input->failed ? log(p1 / p0) : log((1 - p1) / (1 - p0));
}

static void describe(const struct account *account, uint32_t now_s,
		     struct text *out)
{
	(void)now_s;
	text_addf(out, "%u recipients do not exist",
		  account->incident.unknown_recipients);
}

const struct signal signal_delivery_failure = {
	.name = "delivery_failure",
	.about = "recipients that do not exist",
	.slot = SLOT,
	.looks_at = SIGNAL_OUTCOME,
	.options = options,
	.settings = &settings,
	.observe = observe,
	.describe = describe,
};
