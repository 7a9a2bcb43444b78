/*
 * volume - more recipients or messages in an hour or a day than this account
 * ever has.
 *
 * y = log(1 + count) of the hour and of the day in progress, against the mean
 * and spread of the account's own days (about 30 of them), shrunk to a usual
 * mailbox worth four days. The density of a Student t there (heavy tails:
 * people have such days; 5 degrees of freedom for recipients, 8 for messages,
 * of which people are less lavish) against that of what thieves send (a normal
 * one of y). Only a new record counts: the signal is
 * raised to the evidence, never summed up.
 *
 * From a place the account is at home at only records of messages count in
 * full, those of recipients in part (`list_at_home`): people who write to
 * everybody at once do so in few messages, a program that has taken over their
 * machine does not.
 *
 * Source: accepted messages and their recipients (nrcpt of the queue manager,
 * or the deliveries where nobody says how many there are).
 *
 * Whom it would wrong: who writes to all customers once a year, one by one.
 * Log-normal senders have such days, so it corroborates and never convicts.
 */
#include "detector/profile.h"
#include "detector/signals/signal.h"
#include "detector/volumes.h"

#include <math.h>

static struct records {
	struct signal_limits limits;
	double list_at_home, machine;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(struct records, "8", "0.5", "72h"),
	{ "list_at_home", CONF_REAL, offsetof(struct records, list_at_home),
	  "0.1", 0, 1, NULL, "The share of records of recipients that counts "
	  "from a place the account is at home at.", NULL },
	{ "machine", CONF_REAL, offsetof(struct records, machine), "0.5", 0, 1,
	  NULL, "The share of records of messages that counts from where it "
	  "never reads.", NULL },
	CONF_END
};

enum { SLOT = 3 };

static const double PRIOR_DAYS = 4;
static const double PRIOR_SPREAD = 1.0;
/* A mailbox that always writes to three people is no proof against ten. */
static const double SPREAD_MIN = 0.6;

/* Density of Student's t with 5 degrees of freedom, 8 / (3 pi sqrt 5) = 0.3796
 * at its middle, or with 8: 35 / (64 sqrt 2) = 0.3867. */
static double density_t(double t, bool is_light)
{
	return is_light ? 0.3867 / pow(1 + t * t / 8, 4.5)
			: 0.3796 / pow(1 + t * t / 5, 3);
}

static double density_normal(double z)
{
	return exp(-z * z / 2) / sqrt(2 * M_PI);
}

/*
 * In log(1 + count): what a usual mailbox has (a peak hour of 8 and a day of
 * 20 recipients, of 4 and 10 messages), and what a thief sends (a hundred
 * recipients an hour and three hundred a day, twenty and sixty messages, by a
 * factor of four or five more or less).
 */
static const struct {
	double usual, thief, thief_spread;
} norms[VOLUMES] = {
	[RECIPIENTS_HOUR] = { 2.2, 4.6, 1.5 },
	[RECIPIENTS_DAY] =  { 3.0, 5.7, 1.6 },
	[MESSAGES_HOUR] =   { 1.6, 3.0, 1.4 },
	[MESSAGES_DAY] =    { 2.4, 4.1, 1.5 },
};

static bool is_messages(enum volume volume)
{
	return volume == MESSAGES_HOUR || volume == MESSAGES_DAY;
}

/* log(1 + count). Most counts are small. */
static double size_of(uint32_t count)
{
	enum { SMALL = 64 };
	static double known[SMALL];

	if (count >= SMALL)
		return log1p(count);
	if (known[count] == 0)
		known[count] = log1p(count);
	return known[count];
}

/* What evidence() cannot exceed, without logarithms: log(1 + x) <= x, and what
 * is left out, -log(sqrt(2 pi) thief_spread 0.38), is below 0. */
static double evidence_at_most(double z, double t, double spread,
			       bool is_light)
{
	double tail = is_light ? 4.5 * t * t / 8 : 3 * t * t / 5;

	return spread - 1 + tail - z * z / 2;
}

static double evidence(const struct account *account, enum volume volume,
		       uint32_t count)
{
	/* Far above what rounding can do. */
	static const double MARGIN = 1e-6;
	double n = account->volume_days < 30 ? account->volume_days : 30;
	double mean = (PRIOR_DAYS * norms[volume].usual +
		       n * volumes_mean(account, volume)) /
		      (PRIOR_DAYS + n);
	double y = size_of(count);
	double spread, t, z;

	if (y <= mean)
		return 0;
	spread = sqrt((PRIOR_DAYS * PRIOR_SPREAD * PRIOR_SPREAD +
		       n * volumes_variance(account, volume)) /
		      (PRIOR_DAYS + n));
	if (spread < SPREAD_MIN)
		spread = SPREAD_MIN;
	/* Still more than a thief would send is no excuse. */
	z = (y - norms[volume].thief) / norms[volume].thief_spread;
	if (z > 0)
		z = 0;
	t = (y - mean) / spread;
	if (evidence_at_most(z, t, spread, is_messages(volume)) < -MARGIN)
		return 0;
	return log(density_normal(z) / norms[volume].thief_spread /
		   (density_t(t, is_messages(volume)) / spread));
}

static double record(const struct signal_input *input)
{
	/* A further recipient of a message is no further message. */
	bool is_message = input->event->kind != MAIL_DELIVERY;
	double highest = 0;

	for (int i = 0; i < VOLUMES; i++) {
		enum volume volume = (enum volume)i;
		double value = evidence(
			input->account, volume,
			volumes_counted(input->account, volume,
					input->now_s) +
				(is_messages(volume) ? is_message
						     : input->recipients));

		if (is_messages(volume))
			value *= signal_limit(input, settings.machine, 1, 1);
		else
			value *= signal_limit(input, settings.list_at_home,
					      settings.list_at_home, 1);
		if (value > highest)
			highest = value;
	}
	return highest;
}

static double observe(const struct signal_input *input)
{
	double before;

	if (input->recipients == 0)
		return 0;
	/* The judge has let the sum decay before asking, and will multiply
	 * what we add by the warmth: undone here, or a cold account's sum
	 * would creep up to the full record message by message. */
	before = input->account->groups[SLOT].nats /
		 profile_warmth(input->account, input->now_s);
	before = record(input) - before;
	return before > 0 ? before : 0;
}

static void describe(const struct account *account, uint32_t now_s,
		     struct text *out)
{
	(void)now_s;
	text_addf(out, "%u recipient%s in %u message%s within an hour",
		  account->counted[RECIPIENTS_HOUR],
		  account->counted[RECIPIENTS_HOUR] == 1 ? "" : "s",
		  account->counted[MESSAGES_HOUR],
		  account->counted[MESSAGES_HOUR] == 1 ? "" : "s");
	if (account->volume_days > 0)
		text_addf(out, ", usually up to %.0f in %.0f",
			  expm1(volumes_mean(account, RECIPIENTS_HOUR)),
			  expm1(volumes_mean(account, MESSAGES_HOUR)));
}

const struct signal signal_volume = {
	.name = "volume",
	.about = "more recipients or messages than ever",
	.slot = SLOT,
	.looks_at = SIGNAL_RECIPIENTS,
	.options = options,
	.settings = &settings,
	.observe = observe,
	.describe = describe,
};
