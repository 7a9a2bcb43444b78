/*
 * recipient_novelty - mail to people the account never wrote to: an address
 * book is finite, a thief's list is not.
 *
 * A sequential test (Wald 1945), one observation for each message and
 * recipients' domain, on "not in the account's memory": two generations of a
 * Bloom filter of whom it wrote to, by domain, in large domains by address
 * (correspondents.h). Under the owner it happens at the account's own rate p0
 * (mean of a Beta prior worth eight recipients, a third of them new, updated by
 * its history but for its very first recipients, at least 0.12, since new
 * people come several on a day), under a thief at p1 = 0.7, since some of his
 * recipients look known by chance.
 *
 * Source: delivery lines, tied to the account by queue id. Mail without a
 * sender (receipts, vacation replies) is not looked at.
 *
 * Whom it would wrong: who writes to all customers of a trade fair at once,
 * and a new account that has written to nobody yet; so it is capped, counts in
 * part for a cold account, and less from a place the account is at home at.
 */
#include "detector/habits.h"
#include "detector/signals/signal.h"

#include <math.h>

static struct novelty {
	struct signal_limits limits;
	double thief_rate, owner_rate_min, cap_at_home, cap_of_machine;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(struct novelty, "6", "1", "72h"),
	{ "thief_rate", CONF_REAL, offsetof(struct novelty, thief_rate),
	  "0.70", 0.1, 0.95, NULL,
	  "How often a thief's next recipient is a new one.", NULL },
	{ "owner_rate_min", CONF_REAL,
	  offsetof(struct novelty, owner_rate_min), "0.12", 0.001, 0.5, NULL,
	  "How often an owner's is, at least.", NULL },
	{ "cap_at_home", CONF_REAL, offsetof(struct novelty, cap_at_home),
	  "5", 0, 50, "nats", "The most it adds from a place the account is at "
	  "home at.", NULL },
	{ "cap_of_machine", CONF_REAL, offsetof(struct novelty, cap_of_machine),
	  "2", 0, 50, "nats", "The same where it never reads.", NULL },
	CONF_END
};

enum { SLOT = 6 };

static const double PRIOR_NEW = 2.8, PRIOR_SEEN = 8;

static double owner_rate(const struct account *account)
{
	double rate = habits_share(&account->new_recipients,
					   PRIOR_NEW, PRIOR_SEEN);

	if (rate < settings.owner_rate_min)
		return settings.owner_rate_min;
	return rate < settings.thief_rate ? rate : settings.thief_rate;
}

static double observe(const struct signal_input *input)
{
	const struct account *account = input->account;
	double p0, value;

	if (!input->recipient_mark)
		return 0;
	p0 = owner_rate(account);
	value = habits_knows_recipient(account, input->recipient_mark)
			? log((1 - settings.thief_rate) / (1 - p0))
			: log(settings.thief_rate / p0);
	return signal_up_to(value, account->groups[SLOT].nats,
			    signal_limit(input, settings.cap_of_machine,
					 settings.cap_at_home,
					 settings.limits.cap));
}

static void describe(const struct account *account, uint32_t now_s,
		     struct text *out)
{
	(void)now_s;
	text_addf(out, "recipients it never wrote to (usually %.0f of 100)",
		  100 * owner_rate(account));
}

const struct signal signal_recipient_novelty = {
	.name = "recipient_novelty",
	.about = "recipients the account never wrote to",
	.slot = SLOT,
	.looks_at = SIGNAL_OUTCOME,
	.options = options,
	.settings = &settings,
	.observe = observe,
	.describe = describe,
};
