/*
 * carry - decisions of a journal carried out, as the process that reads logs
 * and the one that acts do it together, in one process.
 */
#ifndef TESTS_SUPPORT_CARRY_H
#define TESTS_SUPPORT_CARRY_H

#include "detector/actions/batch.h"

struct carried {
	int64_t done, never, discarded, later;
	bool braked;
};

/* -1 when something has to wait, and *err why. */
int carry_journal(struct state *journal, struct blocks *blocks,
		  const struct action_watcher *watcher, int64_t active,
		  int64_t now_ms, struct carried *out, struct err *err);

#endif
