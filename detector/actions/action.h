/*
 * action - what is done about a verdict.
 *
 * A verdict that asks for an action is written into the journal together
 * with everything that led to it. carry_out() then takes the journal's
 * entries, oldest first, and an entry goes away only when its action says so:
 * killed anywhere, the next run does it, and an action that was already done
 * finds that out.
 *
 * To add one: <name>.c here defining `const struct action action_<name>` and
 * its line in actions.def.
 */
#ifndef DETECTOR_ACTIONS_ACTION_H
#define DETECTOR_ACTIONS_ACTION_H

#include "base/err.h"
#include "detector/blocks.h"
#include "detector/state.h"

enum action_result {
	ACTION_DONE,		/* now or in an earlier run */
	ACTION_NEVER,		/* cannot be done; said why; forget it */
	ACTION_DISCARDED,	/* by a person, at the brake; forget it */
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

struct action_report {
	int64_t done, never, discarded, later;
	bool braked;		/* too many blocks within the hour */
};

/* Told of an account that could not be stopped and never will be: whoever
 * keeps its standing must not believe in the block. */
struct action_watcher {
	void *context;
	void (*on_never)(void *context, struct slice account);
};

/*
 * Carry out the journal, many entries at once (braked.h). An entry that must
 * wait does not keep the others from being done, unless what it waits for meets
 * them all: a database that is away, missing rights, locks that kept several
 * waiting. The brake holds those that are too many, and lets by what a person
 * has approved. `active` is the number of active accounts (activity.h), for the
 * brake. -1 when something has to wait, with the reason in *err.
 */
int carry_out(struct state *state, struct blocks *blocks,
	      const struct action *action, const struct action_watcher *watcher,
	      size_t active, int64_t now_ms,
	      struct action_report *report_out, struct err *err);

#endif
