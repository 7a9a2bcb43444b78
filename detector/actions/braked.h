/*
 * braked - what becomes of a few decisions at once: what a person said of them,
 * what the brake leaves, and the action for those that go.
 *
 * The database is all it works with, whoever keeps the journal. Asked again
 * about the same decisions, after a kill or a lost answer, it finds what was
 * done.
 */
#ifndef DETECTOR_ACTIONS_BRAKED_H
#define DETECTOR_ACTIONS_BRAKED_H

#include "detector/actions/action.h"

struct braked {
	struct blocks *blocks;
	const struct action *action;
	int64_t active;		/* accounts, as activity.h counts them */
	int64_t now_ms;		/* wall clock */
	int busy;		/* inputs that waited for a lock, so far */
};

enum braked_end {
	BRAKED_GOES_ON,		/* none waits, or what waits meets no other */
	BRAKED_HOLDS,		/* some are held; others may have a word */
	BRAKED_STOPS		/* whatever it is meets all: a database that
				 * is away, missing rights */
};

/* Of n inputs, 1 to BLOCKS_MANY: results_out says of each what became of it.
 * *err says why those that are ACTION_LATER have to wait, the first of them
 * (all of them, when the batch stops). */
enum braked_end braked_carry_out(struct braked *braked,
			       const struct action_input *inputs, size_t n,
			       enum action_result *results_out,
			       struct err *err);

#endif
