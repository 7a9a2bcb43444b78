/*
 * paper - accounts that mode observe blocked on paper, at the moment when
 * blocks become real.
 */
#ifndef DETECTOR_COMMANDS_PAPER_H
#define DETECTOR_COMMANDS_PAPER_H

#include "detector/state.h"

/* Let the detector decide about each of them, at most `most`, as things stand
 * at `at_ms`. Looks at every account once. */
int paper_enforce(struct state *state, struct detector *detector,
		  int64_t at_ms, size_t most, struct err *err);

#endif
