/*
 * paper - accounts that we believe are blocked while nothing stops them: in
 * mode observe until blocks become real, or because the database with the
 * blocks was lost or an older one restored.
 */
#ifndef DETECTOR_COMMANDS_PAPER_H
#define DETECTOR_COMMANDS_PAPER_H

#include "detector/blocks.h"
#include "detector/state.h"

/* Let the detector decide about each of them, at most `most`, as things stand
 * at `at_ms`. Looks at every account once. */
int paper_enforce(struct state *state, struct detector *detector,
		  int64_t at_ms, size_t most, struct err *err);

/*
 * Compare the audit trail with what it was: *audit_newest is its newest line
 * as we know it, and is updated. If the trail became shorter, say so, and let
 * the detector decide again about every account whose block the database does
 * not have.
 */
int paper_check_database(struct state *state, struct detector *detector,
			 struct blocks *blocks, int64_t at_ms,
			 int64_t *audit_newest, struct err *err);

#endif
