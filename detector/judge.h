/*
 * judge - adds the evidence up and says calm, watched or blocked.
 *
 * For each signal s that an event touches:
 *   S_s = clip(S_s * 2^(-dt / half_life_s) + nats, -floor_s, cap_s)
 *   L   = log(hazard) + sum of all weight_s * S_s, each decayed to now
 *   p   = 1 / (1 + exp(-(a L + b)))
 * watched at p >= judge.watch, blocked at p >= judge.block. The hazard, 1.5e-4
 * takeovers per account and day, is what two public figures agree on (see
 * docs/DETECTION.md); for seven days after a lift it counts tenfold.
 *
 * Evidence is in log time: replaying a file gives the verdicts of the live
 * stream. Nothing here allocates or fails.
 */
#ifndef DETECTOR_JUDGE_H
#define DETECTOR_JUDGE_H

#include "base/conf.h"
#include "detector/signals/signal.h"
#include "detector/verdict.h"

struct judge_settings {
	double hazard, scale, shift;
	double watch, block;
	double learn_below;	/* evidence under which an account may learn */
	int64_t closer_ms;	/* after a lift */
	double closer_factor;
	int64_t again_after_ms;	/* a paper block is told again after this */
};

extern struct judge_settings judge_settings;
extern const struct conf_option judge_options[];

/* "calm", "watched", "blocked": by enum standing. */
extern const char *const standing_names[];

/* Log odds before any evidence. */
double judge_prior(const struct account *account, uint32_t now_s);

/* Probability that the account is in somebody else's hands, at this time. */
double judge_probability(const struct account *account, uint32_t now_s,
			 double *log_odds_out);

/* All of it at once, for an event that needs more than one of them. */
struct judgement {
	double evidence;	/* nats, without the prior */
	double log_odds;
	double probability;
};

struct judgement judge_look(const struct account *account, uint32_t now_s);

/* What one signal says at this time, before its weight: between -floor and
 * cap. */
double judge_sum(const struct account *account, const struct signal *signal,
		 uint32_t now_s);

/* How strange the places and sessions of an account that is not at home are to
 * it at this time, by the signals that say so: from a half to 1, which a nat
 * and a half is worth. */
double judge_strangeness(const struct account *account, uint32_t now_s);

/* What is worked out once the options are read. */
struct judge_weights {
	float of[ACCOUNT_GROUPS];	/* by slot, never too small */
	/* Who looks at what an event brings (enum signal_matter, together) and
	 * has a weight; ends with NULL. */
	const struct signal *looking[SIGNAL_MATTERS][ACCOUNT_GROUPS + 1];
};

struct judge_weights judge_weights(void);

/* Let every signal that looks at such events look at this one. */
void judge_weigh(const struct judge_weights *weights,
		 const struct signal_input *input);

/* Is there so little against the account that its places and volume may become
 * normal? The second one of what was judged already. */
bool judge_may_learn(const struct account *account, uint32_t now_s);
bool judge_lets_learn(const struct account *account,
		      const struct judgement *judgement);

/*
 * A short cut for the many events of accounts above suspicion. An account
 * that surely has less than judge_calm_below(E) nats against it learns, is not
 * to be watched or blocked, and has less than E. False: perhaps not, since
 * neither decay nor what speaks for the owner is looked at.
 */
double judge_calm_below(double evidence);
bool judge_has_less(const struct account *account, uint32_t now_s,
		    const struct judge_weights *weights, double evidence);

/*
 * After judge_weigh: what changes for the account now? True with *action_out
 * when it is a verdict to tell; the standing in the account is changed
 * accordingly. `sends`: the event is about mail that it sends. Who only reads
 * is watched, never blocked: a block stops sending, and the next submission
 * comes with the same evidence. `enforce` says whether a block will be real.
 */
bool judge_decide(struct account *account, uint32_t now_s, bool sends,
		  bool enforce, enum verdict_action *action_out);

/* The same with the probability at this time. */
bool judge_decide_by(struct account *account, double probability,
		     uint32_t now_s, bool sends, bool enforce,
		     enum verdict_action *action_out);

/* Fill in everything but `action`. */
void judge_explain(const struct account *account, const char *login,
		   int64_t at_ms, struct verdict *verdict_out);

/* Learning ends: nothing speaks against the account any more. One that was
 * suspicious keeps only what was trusted before. */
void judge_forget(struct account *account, uint32_t at_s);

/* The gate was opened again: evidence to nothing, a new episode. */
void judge_lifted(struct account *account, uint32_t at_s);

#endif
