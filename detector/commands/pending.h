/*
 * pending - decisions of the step in progress, until its commit puts them into
 * the journal.
 *
 * What is written there is the verdict as it was printed, and its `day`
 * (docs/JSON.md), which only a block needs.
 *
 * Limit: PENDING_MAX. Who finds no room is decided about again at its next
 * line.
 */
#ifndef DETECTOR_COMMANDS_PENDING_H
#define DETECTOR_COMMANDS_PENDING_H

#include "detector/state.h"
#include "detector/verdict.h"

enum { PENDING_MAX = 256 };

struct pending {
	struct {
		char key[80];
		struct text verdict;
	} items[PENDING_MAX];
	size_t n;
};

/* False when there is no room. `days` may be NULL. */
bool pending_add(struct pending *pending, const struct verdict *verdict,
		 const struct account_entry *entry, const struct days *days);

/* Into the journal, within the caller's transaction. */
int pending_save(const struct pending *pending, struct state *state,
		 struct err *err);

/* They are saved, or are not to be. */
void pending_drop(struct pending *pending);

#endif
