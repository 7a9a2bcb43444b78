/*
 * hard_limit - the operator's own limits on recipients in an hour or a day,
 * for everybody or by plan: what a contract says needs no evidence.
 *
 * Off by default. `plans` has entries such as "@shop.example 500 5000" (an
 * account or, with "@", a domain; recipients in an hour; in a day; 0 no
 * limit); the first that fits holds, `per_hour` and `per_day` for the rest.
 *
 * Source: recipients of accepted messages, in the hour and day of the clock
 * (UTC).
 *
 * Whom it would wrong: whoever the operator forgot.
 */
#include "detector/signals/signal.h"
#include "detector/volumes.h"

static struct hard {
	struct signal_limits limits;
	int64_t per_hour, per_day;
	struct conf_list plans;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(struct hard, "30", "0", "24h"),
	{ "per_hour", CONF_INTEGER, offsetof(struct hard, per_hour), "0", 0,
	  10000000, "recipients", "The most in an hour; 0: no limit.", NULL },
	{ "per_day", CONF_INTEGER, offsetof(struct hard, per_day), "0", 0,
	  10000000, "recipients", "The most in a day; 0: no limit.", NULL },
	{ "plans", CONF_LIST, offsetof(struct hard, plans), "", 0, 0, NULL,
	  "Others for some: \"ACCOUNT-or-@DOMAIN PER_HOUR PER_DAY\".", NULL },
	CONF_END
};

static bool fits(struct slice who, struct slice login)
{
	if (slice_skip(&who, S("@")))
		return slice_eq_nocase(who, slice_domain(login));
	return slice_eq_nocase(who, login);
}

/* "@shop.example 500 5000" */
static bool read_plan(struct slice plan, struct slice *who_out,
		      uint32_t *hour_out, uint32_t *day_out)
{
	struct slice who = slice_cut(&plan, ' '), hour;
	uint32_t per_hour, per_day;

	plan = slice_trim(plan);
	hour = slice_cut(&plan, ' ');
	if (!who.len || !slice_number(hour, &per_hour) ||
	    !slice_number(slice_trim(plan), &per_day))
		return false;
	*who_out = who;
	*hour_out = per_hour;
	*day_out = per_day;
	return true;
}

static int check(struct err *err)
{
	struct slice who;
	uint32_t hour, day;

	for (size_t i = 0; i < settings.plans.n; i++)
		if (!read_plan(slice_from(settings.plans.items[i]), &who,
			       &hour, &day))
			return err_set(err, EXIT_CONFIG,
				       "signal.hard_limit.plans: \"%.60s\" is "
				       "no \"ACCOUNT-or-@DOMAIN PER_HOUR "
				       "PER_DAY\", such as \"@shop.example "
				       "500 5000\"", settings.plans.items[i]);
	return 0;
}

static void limits_of(struct slice login, uint32_t *hour_out,
		      uint32_t *day_out)
{
	*hour_out = (uint32_t)settings.per_hour;
	*day_out = (uint32_t)settings.per_day;
	for (size_t i = 0; i < settings.plans.n; i++) {
		struct slice who;
		uint32_t hour, day;

		if (!read_plan(slice_from(settings.plans.items[i]), &who,
			       &hour, &day) ||
		    !fits(who, login))
			continue;
		*hour_out = hour;
		*day_out = day;
		return;
	}
}

static double observe(const struct signal_input *input)
{
	const struct account *account = input->account;
	uint32_t hour = input->recipients, day = input->recipients;
	uint32_t per_hour, per_day;

	if (!input->recipients ||
	    (!settings.per_hour && !settings.per_day && !settings.plans.n))
		return 0;
	limits_of(input->login, &per_hour, &per_day);
	hour += volumes_counted(account, RECIPIENTS_HOUR, input->now_s);
	day += volumes_counted(account, RECIPIENTS_DAY, input->now_s);
	if ((per_hour && hour > per_hour) || (per_day && day > per_day))
		return settings.limits.cap;
	return 0;
}

static void describe(const struct account *account, uint32_t now_s,
		     struct text *out)
{
	(void)now_s;
	text_addf(out, "over its limit: %u recipients in an hour, %u in a day",
		  account->counted[RECIPIENTS_HOUR],
		  account->counted[RECIPIENTS_DAY]);
}

const struct signal signal_hard_limit = {
	.name = "hard_limit",
	.about = "more recipients than its plan allows",
	.slot = 10,
	.is_hard = true,
	.looks_at = SIGNAL_RECIPIENTS,
	.options = options,
	.settings = &settings,
	.check = check,
	.observe = observe,
	.describe = describe,
};
