/*
 * time_of_day - sending at hours at which the account never sends. Weak on
 * purpose: people have bad nights and long flights.
 *
 * The account's own hours (24 on working days, 12 pairs on weekends, smoothed
 * with their neighbours and a prior of twelve messages spread evenly) against
 * a thief who comes at any hour: log((1/24) / share), once an hour.
 *
 * Source: time of submissions.
 *
 * Whom it would wrong: shift workers after a change of shift, and travellers
 * in other time zones; so it adds one nat at most.
 */
#include "detector/habits.h"
#include "detector/signals/signal.h"

#include <math.h>

static struct {
	struct signal_limits limits;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(__typeof__(settings), "1", "0.5", "24h"),
	CONF_END
};

enum { SLOT = 9, HOUR_S = 3600, KNOWN_MIN = 10 };

static double observe(const struct signal_input *input)
{
	const struct account *account = input->account;

	/* `hour` is that of the last message which was counted. */
	if (!input->is_submission || account->hour == input->now_s / HOUR_S ||
	    habits_hours_known(account) < KNOWN_MIN)
		return 0;
	return log(1.0 / 24 / habits_hour_share(account, input->now_s));
}

static void describe(const struct account *account, uint32_t now_s,
		     struct text *out)
{
	text_addf(out, "sends at about %02u:00 UTC, where %.0f of 100 of its "
		  "messages are", now_s / HOUR_S % 24,
		  100 * habits_hour_share(account, now_s));
}

const struct signal signal_time_of_day = {
	.name = "time_of_day",
	.about = "sending at hours it never sends at",
	.slot = SLOT,
	.looks_at = SIGNAL_SUBMISSION,
	.options = options,
	.settings = &settings,
	.observe = observe,
	.describe = describe,
};
