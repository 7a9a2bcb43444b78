/*
 * state_older - what is kept of a state that an older comporta wrote, whose
 * structs this one cannot read: where each log was read to, the decisions that
 * wait, and the numbers (lifts heard, lines counted). What was learnt of
 * accounts is not; blocks stand in the database in any case.
 *
 * From STATE_LEARNT_SINCE on accounts and all the host knows are kept as well:
 * only what is about mail in the queue and open sessions begins empty. Whoever
 * changes a struct that is learnt sets it to the new STATE_VERSION.
 */
#ifndef DETECTOR_STATE_OLDER_H
#define DETECTOR_STATE_OLDER_H

#include "detector/state.h"
#include "detector/store.h"

enum { STATE_LEARNT_SINCE = 13 };

/* Where it is, and its tables by what becomes of them; lists end with -1. */
struct state_older {
	struct store *store;
	const char *path;
	bool read_only;
	int positions;
	const int *learnt, *passing;
};

/* Fine when the state is of this version now: an empty one begins so, an older
 * one is taken over, in one transaction. Else EXIT_DATA with what to do. */
int state_older_check(struct state *state, const struct state_older *tables,
		      struct err *err);

#endif
