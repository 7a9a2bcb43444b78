/*
 * action - what is done about a verdict.
 *
 * A verdict that asks for an action is written into the journal together
 * with everything that led to it. A batch of the journal's entries, oldest
 * first (batch.h), goes to whoever has the database (braked.h). An entry goes
 * away only when its result says so: killed anywhere, the next run does it, and
 * an action that was already done finds that out.
 *
 * To add one: <name>.c here defining `const struct action action_<name>` and
 * its line in actions.def.
 */
#ifndef DETECTOR_ACTIONS_ACTION_H
#define DETECTOR_ACTIONS_ACTION_H

#include "base/err.h"
#include "detector/blocks.h"

enum action_result {
	ACTION_DONE,		/* now or in an earlier run */
	ACTION_NEVER,		/* cannot be done; said why; forget it */
	ACTION_DISCARDED,	/* by a person, at the brake; forget it */
	ACTION_REFUSED,		/* not one that could be come to now; forget
				 * it, and decide again */
	ACTION_LATER		/* *err says why; the entry stays */
};

struct action_input {
	const char *key;	/* the decision's */
	struct slice account;
	int64_t decided_ms;
	double probability, log_odds;
	struct slice verdict;	/* JSON */
	int64_t now_ms;		/* wall clock */
};

struct action {
	const char *name;
	const char *about;
	enum action_result (*carry_out)(struct blocks *blocks,
					const struct action_input *input,
					struct err *err);
	/* Up to BLOCKS_MANY at once, each with an account, or NULL. -1 when
	 * nothing was done: then they are carried out one by one. Otherwise
	 * none of the results is ACTION_LATER. */
	int (*carry_out_many)(struct blocks *blocks,
			      const struct action_input *inputs, size_t n,
			      enum action_result *results_out,
			      struct err *err);
};

/* NULL when there is none of that name. */
const struct action *action_find(const char *name);

#endif
