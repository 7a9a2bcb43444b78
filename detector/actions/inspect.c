#include "detector/actions/inspect.h"

#include "base/json.h"
#include "base/stamp.h"
#include "detector/judge.h"
#include "detector/verdict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of the printed numbers: two digits behind the point, four of a probability
 * (verdict.c). */
static const double NATS_ROUNDED = 0.005, PROBABILITY_ROUNDED = 0.00005;

/* What is left out of the list of evidence says less than that (judge.c). */
static const double LEFT_OUT = 0.005;

/* Above what any signal may say: weights and caps have limits. */
static const double NATS_MAX = 1000;

struct look {
	const struct action_input *input;
	const struct json *json;
};

static int refuse(struct err *err, const char *why)
{
	return err_set(err, EXIT_DATA, "%s", why);
}

static int see_account(const struct look *look, struct err *err)
{
	struct slice account = look->input->account;

	if (account.len == 0 || account.len > ACCOUNT_LOGIN_MAX)
		return refuse(err, "its account has no name, or too long a "
			      "one");
	for (size_t i = 0; i < account.len; i++)
		if ((unsigned char)account.ptr[i] < ' ' ||
		    account.ptr[i] == 0x7f)
			return refuse(err, "a login has no such bytes");
	if (!slice_eq(account, json_get_text(look->json, "account")))
		return refuse(err, "its verdict is about another account");
	return 0;
}

static int see_time(const struct look *look, struct err *err)
{
	const struct action_input *input = look->input;
	int64_t at_ms, most_ms = INSPECT_DAYS * (int64_t)STAMP_DAY_MS;

	if (!stamp_parse(json_get_text(look->json, "time"), &at_ms) ||
	    at_ms != input->decided_ms)
		return refuse(err, "its verdict is of another time");
	if (at_ms < input->now_ms - most_ms || at_ms > input->now_ms + most_ms)
		return refuse(err, "it is of more than a year ago, or ahead");
	return 0;
}

/* The key is of the time, so no decision passes for one of another kind, such
 * as an operator's, and of the account, so none passes for one that the brake
 * held and a person approved. JSON has U+FFFD for bytes of a login that it does
 * not take; the key is of those. */
static int see_key(const struct look *look, struct err *err)
{
	char stamp[STAMP_TEXT_SIZE], begin[64], end[20];
	struct slice rest = slice_from(look->input->key);
	struct slice account = look->input->account;

	stamp_rfc3339(look->input->decided_ms, stamp);
	snprintf(begin, sizeof(begin), "%s-%s-",
		 verdict_action_names[VERDICT_SUSPEND], stamp);
	if (!slice_skip(&rest, slice_from(begin)) || rest.len != 16 ||
	    strspn(rest.ptr, "0123456789abcdef") != 16)
		return refuse(err, "its key is not of its time");
	snprintf(end, sizeof(end), "%016llx",
		 (unsigned long long)account_key(account));
	if (!slice_eq(rest, slice_from(end)) &&
	    !memmem(account.ptr, account.len, "\xef\xbf\xbd", 3))
		return refuse(err, "its key is not of its account");
	return 0;
}

static int see_kind(const struct look *look, struct err *err)
{
	static const char *const known[] = {
		"type", "time", "account", "action", "probability", "log_odds",
		"evidence", "window", "first_seen", "day",
	};
	struct slice action = json_get_text(look->json, "action");

	if (!slice_eq(json_get_text(look->json, "type"), S("verdict")) ||
	    !slice_eq(action,
		      slice_from(verdict_action_names[VERDICT_SUSPEND])))
		return refuse(err, "its verdict stops nobody");
	if (json_strange_key(look->json, known,
			     sizeof(known) / sizeof(known[0])).ptr)
		return refuse(err, "its verdict says what no verdict says");
	return 0;
}

static bool is_near(double a, double b, double most)
{
	return fabs(a - b) <= most;
}

/* The slot of the signal is free no longer; -1 when there is no such signal,
 * or it spoke already. */
static int take_signal(struct slice name, bool spoke[])
{
	const struct signal *signal;

	for (size_t i = 0; (signal = signal_at(i)); i++) {
		if (!slice_eq(name, slice_from(signal->name)))
			continue;
		if (spoke[i])
			return -1;
		spoke[i] = true;
		return 0;
	}
	return -1;
}

static size_t count_signals(void)
{
	size_t n = 0;

	while (signal_at(n))
		n++;
	return n;
}

/* What the evidence adds up to. */
static int add_evidence(const struct look *look, double *sum_out,
			struct err *err)
{
	const struct json *list = json_get(look->json, "evidence");
	bool spoke[ACCOUNT_GROUPS] = { false };
	double sum = 0;

	if (!json_is_array(list) || json_length(list) > VERDICT_EVIDENCE_MAX)
		return refuse(err, "it has no evidence, or too much");
	for (size_t i = 0; i < json_length(list); i++) {
		const struct json *one = json_at(list, i);
		double nats = json_get_real(one, "nats", NAN);

		if (take_signal(json_get_text(one, "signal"), spoke) < 0)
			return refuse(err, "its evidence is of no signal");
		if (!isfinite(nats) || fabs(nats) > NATS_MAX ||
		    json_get_text(one, "text").len >= 3 * VERDICT_TEXT_SIZE)
			return refuse(err, "its evidence is out of bounds");
		sum += nats;
	}
	*sum_out = sum;
	return 0;
}

/* Prior and evidence are the log odds, and these the probability. */
static int see_sum(const struct look *look, struct err *err)
{
	const struct judge_settings *judge = &judge_settings;
	double log_odds = look->input->log_odds, sum = 0, prior, closer, wanted;
	double slack = (NATS_ROUNDED + LEFT_OUT) * (double)count_signals() +
		       NATS_ROUNDED;
	double p = look->input->probability;

	if (!isfinite(log_odds) || fabs(log_odds) > NATS_MAX || !(p >= 0) ||
	    !(p <= 1) ||
	    !is_near(p, json_get_real(look->json, "probability", NAN), 0) ||
	    !is_near(log_odds, json_get_real(look->json, "log_odds", NAN), 0))
		return refuse(err, "its numbers are none, or not those of its "
			      "verdict");
	if (add_evidence(look, &sum, err) < 0)
		return -1;
	prior = log(judge->hazard);
	closer = log(judge->hazard * judge->closer_factor);
	if (!is_near(prior + sum, log_odds, slack) &&
	    !is_near(closer + sum, log_odds, slack))
		return refuse(err, "its evidence does not add up; was another "
			      "model used?");
	wanted = 1 / (1 + exp(-(judge->scale * log_odds + judge->shift)));
	/* The logistic curve is nowhere steeper than a quarter. */
	if (!is_near(p, wanted, judge->scale * NATS_ROUNDED / 4 +
					PROBABILITY_ROUNDED))
		return refuse(err, "its probability is not that of its "
			      "evidence; was another model used?");
	if (p < judge->block - PROBABILITY_ROUNDED)
		return refuse(err, "its probability is below judge.block");
	return 0;
}

int inspect_decision(const struct action_input *input, struct err *err)
{
	static int (*const looks[])(const struct look *look,
				    struct err *err) = {
		see_kind, see_account, see_time, see_key, see_sum,
	};
	struct json *json = json_parse(input->verdict, err);
	const struct look look = { input, json };
	int result = 0;

	if (!json_is_object(json)) {
		json_free(&json);
		return refuse(err, "its verdict is no JSON");
	}
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]) && result == 0;
	     i++)
		result = looks[i](&look, err);
	json_free(&json);
	return result;
}
