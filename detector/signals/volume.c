/*
 * volume - more recipients in an hour or a day than this account ever writes
 * to.
 *
 * y = log(1 + recipients) of the hour and of the day in progress, against the
 * mean and spread of the account's own days (about 30 of them), shrunk to a
 * usual mailbox (a peak hour of 8 and a day of 20 recipients, spread 1.0)
 * worth four days. The density of a Student t with 5 degrees of freedom there
 * (heavy tails: people have such days) against that of what thieves send (a
 * normal one of y). Only a new record counts: the signal is raised to the
 * evidence, never summed up.
 *
 * Source: recipients of accepted messages (nrcpt of the queue manager).
 *
 * Whom it would wrong: who writes to all customers once a year. Log-normal
 * senders have such days, so it corroborates and never convicts.
 */
#include "detector/profile.h"
#include "detector/signals/signal.h"

#include <math.h>

static struct volume {
	struct signal_limits limits;
	double at_home;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(struct volume, "4", "0.5", "72h"),
	{ "at_home", CONF_REAL, offsetof(struct volume, at_home), "0.6", 0, 1,
	  NULL, "The share of it that counts from a trusted place.", NULL },
	CONF_END
};

enum { SLOT = 3 };

static const double PRIOR_DAYS = 4;
static const double PRIOR_SPREAD = 1.0;
/* A mailbox that always writes to three people is no proof against ten. */
static const double SPREAD_MIN = 0.6;

/* Density of Student's t with 5 degrees of freedom: 8 / (3 pi sqrt 5) =
 * 0.3796 at its middle. */
static double density_t5(double t)
{
	return 0.3796 / pow(1 + t * t / 5, 3);
}

static double density_normal(double z)
{
	return exp(-z * z / 2) / sqrt(2 * M_PI);
}

/* What a thief sends: about a hundred an hour, three hundred a day, by a
 * factor of four or five more or less. */
static const struct thief {
	double mean, spread;
} per_hour = { 4.6, 1.5 }, per_day = { 5.7, 1.6 };

static double evidence(const struct account_volume *volume, double usual,
		       const struct thief *thief, uint32_t recipients)
{
	double n = volume->days < 30 ? volume->days : 30;
	double mean = (PRIOR_DAYS * log1p(usual) + n * volume->mean) /
		      (PRIOR_DAYS + n);
	double y = log1p(recipients);
	double variance, spread, z;

	if (y <= mean)
		return 0;
	variance = (PRIOR_DAYS * PRIOR_SPREAD * PRIOR_SPREAD +
		    n * volume->variance) / (PRIOR_DAYS + n);
	spread = sqrt(variance);
	if (spread < SPREAD_MIN)
		spread = SPREAD_MIN;
	/* Still more than a thief would send is no excuse. */
	z = (y - thief->mean) / thief->spread;
	return log(density_normal(z > 0 ? 0 : z) / thief->spread /
		   (density_t5((y - mean) / spread) / spread));
}

static double observe(const struct signal_input *input)
{
	const struct account *account = input->account;
	uint32_t hour = input->recipients, day = input->recipients;
	double of_hour, of_day, record, before;

	if (input->recipients == 0)
		return 0;
	if (account->hour == input->now_s / 3600)
		hour += account->hour_recipients;
	if (account->day == input->now_s / 86400)
		day += account->day_recipients;
	of_hour = evidence(&account->per_hour, 8, &per_hour, hour);
	of_day = evidence(&account->per_day, 20, &per_day, day);
	record = of_hour > of_day ? of_hour : of_day;
	if (!input->from_stranger)
		record *= settings.at_home;
	/* The judge has let the sum decay before asking, and will multiply
	 * what we add by the warmth: undone here, or a cold account's sum
	 * would creep up to the full record message by message. */
	before = account->groups[SLOT].nats /
		 profile_warmth(account, input->now_s);
	return record > before ? record - before : 0;
}

static void describe(const struct account *account, uint32_t now_s,
		     struct text *out)
{
	(void)now_s;
	text_addf(out, "%u recipients in an hour, usually up to %.0f",
		  account->hour_recipients, expm1(account->per_hour.mean));
}

const struct signal signal_volume = {
	.name = "volume",
	.about = "more recipients than ever",
	.slot = SLOT,
	.looks_at = SIGNAL_RECIPIENTS,
	.options = options,
	.settings = &settings,
	.observe = observe,
	.describe = describe,
};
