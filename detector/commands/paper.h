/*
 * paper - accounts that we believe are blocked while nothing stops them: in
 * mode observe until blocks become real, or because the database with the
 * blocks was lost or an older one restored.
 */
#ifndef DETECTOR_COMMANDS_PAPER_H
#define DETECTOR_COMMANDS_PAPER_H

#include "detector/detector.h"
#include "detector/state.h"

/* Let the detector decide about each of them, at most `most`, as things stand
 * at `at_ms`. Looks at every account once. */
int paper_enforce(struct state *state, struct detector *detector,
		  int64_t at_ms, size_t most, struct err *err);

/* Accounts that are taken for blocked, to be asked about one by one when the
 * database is not the one it was. All zero is none. */
struct paper_list {
	size_t n, at;		/* the next one to ask about */
	char (*logins)[ACCOUNT_LOGIN_MAX + 2];
};

/* The audit trail ends at `newest_id` and once ended at `before_id`: if it
 * became shorter, that is said and the list filled, which looks at every
 * account. */
int paper_compare(struct paper_list *list, struct state *state,
		  int64_t newest_id, int64_t before_id, struct err *err);
void paper_release(struct paper_list *list);

/* The database has no block of it: the detector decides again. */
void paper_missing(struct detector *detector, struct slice login,
		   int64_t at_ms);

#endif
