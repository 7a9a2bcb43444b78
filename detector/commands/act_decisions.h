/*
 * act_decisions - what a reader wants to be carried out: each decision is
 * looked at again (actions/inspect.h), and what remains is done.
 */
#ifndef DETECTOR_COMMANDS_ACT_DECISIONS_H
#define DETECTOR_COMMANDS_ACT_DECISIONS_H

#include "detector/actions/action.h"
#include "detector/link/message.h"

struct decisions;

/* A copy; *decisions is made for the first. -1 when there are too many. */
int decisions_add(struct decisions **decisions,
		  const struct link_decision *decision, struct err *err);
void decisions_drop(struct decisions **decisions);

/*
 * Carry them out and tell `reader` what became of each. None is refused
 * without a word: that is -1 with EXIT_DATA, told here as well, and the others
 * are done all the same. NULL is none.
 */
int decisions_carry_out(const struct decisions *decisions, int reader,
			struct blocks *blocks, int64_t active,
			struct err *err);

#endif
