#include "detector/judge.h"

#include "base/bits.h"
#include "base/stamp.h"
#include "detector/incident.h"
#include "detector/profile.h"

#include <math.h>
#include <string.h>

const char *const standing_names[] = {
	[STANDING_CALM] = "calm",
	[STANDING_WATCHED] = "watched",
	[STANDING_BLOCKED] = "blocked",
};

struct judge_settings judge_settings;

const struct conf_option judge_options[] = {
	{ "hazard", CONF_REAL, offsetof(struct judge_settings, hazard),
	  "0.00015", 1e-7, 0.1, NULL,
	  "Takeovers per account and day to expect.", NULL },
	{ "scale", CONF_REAL, offsetof(struct judge_settings, scale), "1",
	  0.1, 10, NULL, "Calibration: factor on the log odds.", NULL },
	{ "shift", CONF_REAL, offsetof(struct judge_settings, shift), "0",
	  -10, 10, NULL, "Calibration: added to the log odds.", NULL },
	{ "watch", CONF_REAL, offsetof(struct judge_settings, watch), "0.5",
	  0.002, 1, NULL, "Probability from which an account is watched.",
	  NULL },
	{ "block", CONF_REAL, offsetof(struct judge_settings, block), "0.92",
	  0.005, 1, NULL, "Probability from which sending is stopped.",
	  NULL },
	{ "learn_below", CONF_REAL,
	  offsetof(struct judge_settings, learn_below), "3", 0, 50, "nats",
	  "An account learns places and volume only with less evidence against "
	  "it.", NULL },
	{ "closer", CONF_DURATION, offsetof(struct judge_settings, closer_ms),
	  "7d", 0, 90.0 * STAMP_DAY_MS, NULL,
	  "For how long an account is watched more closely after a lift.",
	  NULL },
	{ "closer_factor", CONF_REAL,
	  offsetof(struct judge_settings, closer_factor), "10", 1, 1000, NULL,
	  "How many times likelier a takeover is taken to be then.", NULL },
	{ "again_after", CONF_DURATION,
	  offsetof(struct judge_settings, again_after_ms), "24h", 60000,
	  90.0 * STAMP_DAY_MS, NULL,
	  "In mode observe and in replay the same account is told again no "
	  "sooner than this.", NULL },
	CONF_END
};

double judge_sum(const struct account *account, const struct signal *signal,
		 uint32_t now_s)
{
	if (account->groups[signal->slot].nats == 0)
		return 0;
	return account->groups[signal->slot].nats *
	       profile_decay(account->groups[signal->slot].at_s, now_s,
			     (double)signal_limits(signal)->half_life_ms /
				     STAMP_SECOND_MS);
}

/* What it says, as it counts. */
static double weighted(const struct account *account,
		       const struct signal *signal, uint32_t now_s)
{
	return signal_limits(signal)->weight *
	       judge_sum(account, signal, now_s);
}

double judge_prior(const struct account *account, uint32_t now_s)
{
	double hazard = judge_settings.hazard;

	if (now_s < account->closer_until_s)
		hazard *= judge_settings.closer_factor;
	return log(hazard);
}

struct judgement judge_look(const struct account *account, uint32_t now_s)
{
	const struct signal *const *signal;
	double prior = judge_prior(account, now_s), log_odds = prior;

	for (signal = signals; *signal; signal++)
		log_odds += weighted(account, *signal, now_s);
	return (struct judgement){
		.evidence = log_odds - prior,
		.log_odds = log_odds,
		.probability = 1 / (1 + exp(-(judge_settings.scale * log_odds +
					      judge_settings.shift))),
	};
}

double judge_probability(const struct account *account, uint32_t now_s,
			 double *log_odds_out)
{
	struct judgement judgement = judge_look(account, now_s);

	if (log_odds_out)
		*log_odds_out = judgement.log_odds;
	return judgement.probability;
}

double judge_strangeness(const struct account *account, uint32_t now_s)
{
	static const double LEAST = 0.5, ALL = 1.5;
	const struct signal *const *signal;
	double sum = 0;

	for (signal = signals; *signal; signal++) {
		double nats = (*signal)->makes_strange
				      ? judge_sum(account, *signal, now_s)
				      : 0;

		sum += nats > 0 ? nats : 0;
	}
	return sum >= ALL ? 1 : LEAST + (1 - LEAST) * sum / ALL;
}

static void weigh_one(const struct signal *signal,
		      const struct signal_input *input)
{
	const struct signal_limits *limits = signal_limits(signal);
	struct account *account = input->account;
	double sum = 0, nats;
	uint32_t at_s = account->groups[signal->slot].at_s;

	/* A late line must not let the sum decay twice. */
	if (at_s < input->now_s)
		at_s = input->now_s;
	if (account->groups[signal->slot].nats != 0) {
		sum = judge_sum(account, signal, input->now_s);
		account->groups[signal->slot].nats = (float)sum;
		account->groups[signal->slot].at_s = at_s;
	}
	nats = signal->observe(input);
	if (nats == 0)
		return;
	if (!signal->is_hard && !signal->is_strong_when_cold)
		nats *= profile_warmth(account, input->now_s);
	sum += nats;
	if (sum > limits->cap)
		sum = limits->cap;
	if (sum < -limits->floor)
		sum = -limits->floor;
	account->groups[signal->slot].nats = (float)sum;
	account->groups[signal->slot].at_s = at_s;
}

static unsigned matter_of(const struct signal_input *input)
{
	unsigned brings = 0;

	if (input->origin)
		brings |= SIGNAL_ORIGIN;
	if (input->recipients)
		brings |= SIGNAL_RECIPIENTS;
	if (input->failed || input->arrived || input->is_unknown ||
	    input->refused_by_policy)
		brings |= SIGNAL_OUTCOME;
	if (input->is_submission)
		brings |= SIGNAL_SUBMISSION;
	return brings;
}

void judge_weigh(const struct judge_weights *weights,
		 const struct signal_input *input)
{
	const struct signal *const *signal =
		weights->looking[matter_of(input)];

	for (; *signal; signal++)
		weigh_one(*signal, input);
}

/* Every signal that has a weight and looks at any of these. */
static void list_looking(const struct signal **list, unsigned brings)
{
	const struct signal *const *signal;

	for (signal = signals; *signal; signal++)
		if (((*signal)->looks_at & brings) &&
		    signal_limits(*signal)->weight != 0)
			*list++ = *signal;
	*list = NULL;
}

struct judge_weights judge_weights(void)
{
	struct judge_weights weights = { .of = { 0 } };
	const struct signal *const *signal;

	for (signal = signals; *signal; signal++)
		weights.of[(*signal)->slot] =
			nextafterf((float)signal_limits(*signal)->weight,
				   INFINITY);
	for (unsigned brings = 0; brings < SIGNAL_MATTERS; brings++)
		list_looking(weights.looking[brings], brings);
	return weights;
}

/* Decay only makes these smaller, and what speaks for the owner is left out:
 * no more than this, at no cost. */
static float most_evidence(const struct account *account,
			   const struct judge_weights *weights)
{
	float sum = 0;

	for (size_t slot = 0; slot < ACCOUNT_GROUPS; slot++)
		if (account->groups[slot].nats > 0)
			sum += weights->of[slot] * account->groups[slot].nats;
	return sum;
}

bool judge_has_less(const struct account *account, uint32_t now_s,
		    const struct judge_weights *weights, double evidence)
{
	return now_s >= account->closer_until_s &&
	       (double)most_evidence(account, weights) < evidence;
}

/* Evidence that gives this probability, with the usual prior. */
static double evidence_for(double p)
{
	return (log(p / (1 - p)) - judge_settings.shift) /
		       judge_settings.scale -
	       log(judge_settings.hazard);
}

double judge_calm_below(double evidence)
{
	double limit = evidence_for(judge_settings.watch);

	limit = fmin(limit, judge_settings.learn_below);
	/* The margin is far above what rounding can do on either way: sums
	 * of some nats in 24 bits are off by less than 1e-5. */
	return fmin(limit, evidence) - 1e-4;
}

bool judge_lets_learn(const struct account *account,
		      const struct judgement *judgement)
{
	return account->standing == STANDING_CALM &&
	       judgement->evidence < judge_settings.learn_below;
}

bool judge_may_learn(const struct account *account, uint32_t now_s)
{
	struct judgement judgement = judge_look(account, now_s);

	return judge_lets_learn(account, &judgement);
}

static void stand(struct account *account, enum standing standing,
		  uint32_t now_s)
{
	account->standing = (uint8_t)standing;
	account->standing_s = now_s;
}

/* A block on paper ends by itself; a real one is ended by a lift. */
static bool may_block_again(const struct account *account, uint32_t now_s,
			    bool enforce)
{
	if (account->standing != STANDING_BLOCKED)
		return true;
	if (!account->is_observed)
		return false;
	/* A real block at last; but not of an account nobody can block. */
	if (enforce && account->is_observed == PAPER_OBSERVED)
		return true;
	/* A line from before the block is no reason to tell it again. */
	return ((double)now_s - account->standing_s) * STAMP_SECOND_MS >=
	       (double)judge_settings.again_after_ms;
}

bool judge_decide_by(struct account *account, double p, uint32_t now_s,
		     bool sends, bool enforce, enum verdict_action *action_out)
{
	if (p >= judge_settings.block && sends) {
		if (!may_block_again(account, now_s, enforce))
			return false;
		stand(account, STANDING_BLOCKED, now_s);
		account->is_observed = enforce ? PAPER_NONE : PAPER_OBSERVED;
		*action_out = VERDICT_SUSPEND;
		return true;
	}
	if (p >= judge_settings.watch) {
		if (account->standing != STANDING_CALM)
			return false;
		stand(account, STANDING_WATCHED, now_s);
		*action_out = VERDICT_WATCH;
		return true;
	}
	/* Calm again only well below the line, or it would flicker. */
	if (p < judge_settings.watch / 2 &&
	    (account->standing == STANDING_WATCHED ||
	     (account->is_observed &&
	      may_block_again(account, now_s, enforce)))) {
		stand(account, STANDING_CALM, now_s);
		account->is_observed = 0;
	}
	return false;
}

bool judge_decide(struct account *account, uint32_t now_s, bool sends,
		  bool enforce, enum verdict_action *action_out)
{
	return judge_decide_by(account, judge_look(account, now_s).probability,
			       now_s, sends, enforce, action_out);
}

static void insert_evidence(struct verdict *verdict,
			    const struct verdict_evidence *evidence)
{
	size_t at = verdict->n_evidence++;

	while (at > 0 && verdict->evidence[at - 1].nats < evidence->nats) {
		verdict->evidence[at] = verdict->evidence[at - 1];
		at--;
	}
	verdict->evidence[at] = *evidence;
}

static void explain_signals(const struct account *account, uint32_t now_s,
			    struct verdict *out)
{
	const struct signal *signal;

	for (size_t i = 0; (signal = signal_at(i)); i++) {
		struct text text = TEXT_INIT(VERDICT_TEXT_SIZE - 1);
		struct verdict_evidence evidence = {
			.signal = signal->name,
			.nats = weighted(account, signal, now_s),
		};

		if (evidence.nats < 0.005 && evidence.nats > -0.005)
			continue;
		if (out->n_evidence == VERDICT_EVIDENCE_MAX)
			return;
		signal->describe(account, now_s, &text);
		slice_copy(text_slice(&text), evidence.text,
			   sizeof(evidence.text));
		text_release(&text);
		insert_evidence(out, &evidence);
	}
}

static uint32_t clients_seen(const struct account_incident *incident)
{
	int set = bits_count(incident->clients);

	if (set == 64)
		return 266;	/* 64 ln 64: as far as 64 bits can count */
	return (uint32_t)lround(-64 * log(1 - set / 64.0));
}

static void explain_addresses(const struct account *account, uint32_t now_s,
			      struct verdict *out)
{
	for (size_t i = 0; i < ACCOUNT_RECENT; i++) {
		const struct account_recent *r = &account->recent[i];
		const struct account_place *network =
			profile_network(account, r->network);
		char masked[ADDRESS_TEXT_SIZE];

		if (!profile_is_recent(r, now_s) ||
		    (network && profile_is_trusted(network, now_s)) ||
		    out->window.n_masked == VERDICT_MASKED_MAX)
			continue;
		address_masked(r->prefix, r->is_v6, masked);
		slice_copy(slice_from(masked),
			   out->window.masked[out->window.n_masked++],
			   VERDICT_MASKED_SIZE);
	}
}

void judge_explain(const struct account *account, const char *login,
		   int64_t at_ms, struct verdict *out)
{
	const struct account_incident *incident = &account->incident;
	uint32_t now_s = (uint32_t)(at_ms / STAMP_SECOND_MS);

	memset(out, 0, sizeof(*out));
	out->at_ms = at_ms;
	slice_copy(slice_from(login), out->account, sizeof(out->account));
	out->probability = judge_probability(account, now_s, &out->log_odds);
	explain_signals(account, now_s, out);
	/* What bounces now may have left before the incident began. */
	out->window.unknown_recipients = incident->unknown_recipients;
	out->window.recipients = incident->recipients;
	if (out->window.recipients < out->window.unknown_recipients)
		out->window.recipients = out->window.unknown_recipients;
	out->window.messages = incident->messages;
	if (out->window.messages == 0 && out->window.recipients > 0)
		out->window.messages = 1;
	out->window.addresses = clients_seen(incident);
	for (size_t i = 0; i < incident->n_countries &&
			   i < ACCOUNT_INCIDENT_COUNTRIES; i++)
		out->window.countries[out->window.n_countries++] =
			incident->countries[i];
	for (size_t i = 0; i < ACCOUNT_SAMPLES; i++)
		if (incident->samples[i][0])
			slice_copy(slice_from(incident->samples[i]),
				   out->window.samples[out->window.n_samples++],
				   ACCOUNT_SAMPLE_SIZE);
	explain_addresses(account, now_s, out);
	out->window.n_networks = incident_networks(account, now_s,
						   out->window.networks,
						   VERDICT_NETWORKS_MAX);
	out->first_seen_ms = incident->first_s
				     ? incident->first_s *
					       (int64_t)STAMP_SECOND_MS
				     : at_ms;
}

static void forget_evidence(struct account *account)
{
	memset(account->groups, 0, sizeof(account->groups));
	memset(&account->incident, 0, sizeof(account->incident));
	memset(account->unknown_seen, 0, sizeof(account->unknown_seen));
	account->policy_nats = 0;
}

static void forget_intruder(struct account *account, uint32_t at_s)
{
	/* What the intruder sent in the hour and day in progress. */
	memset(account->counted, 0, sizeof(account->counted));
	account->peak_recipients = account->peak_messages = 0;
	account->day_was_suspect = 0;
	/* What the intruder used within the last day must not look known, nor
	 * may a place of his become trusted on the next visit. */
	memset(account->recent, 0, sizeof(account->recent));
	profile_forget_untrusted(account, at_s);
}

void judge_forget(struct account *account, uint32_t at_s)
{
	bool is_suspect = !judge_may_learn(account, at_s);

	forget_evidence(account);
	if (is_suspect)
		forget_intruder(account, at_s);
	if (account->standing != STANDING_CALM)
		stand(account, STANDING_CALM, at_s);
	account->is_observed = 0;
}

void judge_lifted(struct account *account, uint32_t at_s)
{
	forget_evidence(account);
	forget_intruder(account, at_s);
	account->episode_s = at_s;
	account->closer_until_s =
		at_s + (uint32_t)(judge_settings.closer_ms / STAMP_SECOND_MS);
	account->is_observed = 0;
	stand(account, STANDING_CALM, at_s);
}
