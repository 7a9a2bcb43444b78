/*
 * patience - when the hosting database is asked again after it failed, and
 * what the operator is told meanwhile.
 *
 * A round of `watch` comes every second, and a database may be away for hours.
 * So a step of the round that failed waits 1, 2, 4 ... seconds, up to a limit
 * that depends on why, and as good as nothing once it has worked again. It is
 * told once when it fails, again when it fails for another reason, and once
 * when it works again.
 *
 * Nothing here asks the clock; `now_ms` is monotonic. All zero is the state
 * in which nothing has failed.
 */
#ifndef DETECTOR_COMMANDS_PATIENCE_H
#define DETECTOR_COMMANDS_PATIENCE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of a round: when a step found the database away, those behind
 * it do not try. */
enum patience_step {
	PATIENCE_HEAR,		/* lifts and words of trust */
	PATIENCE_ACT,		/* decisions */
	PATIENCE_FOLLOW,	/* actions outside the database */
	PATIENCE_SEND,		/* lifts by a new password, notices */
	PATIENCE_HOOKS,		/* webhooks */
	PATIENCE_STEPS
};

struct patience {
	struct {
		int code;	/* of the failure, EXIT_FINE without one */
		int64_t since_ms, next_ms, wait_ms;
		struct err news;
		bool has_news;	/* which was not told yet */
	} steps[PATIENCE_STEPS];
};

/* May the step be tried now? */
bool patience_may(const struct patience *patience, enum patience_step step,
		  int64_t now_ms);

void patience_failed(struct patience *patience, enum patience_step step,
		     const struct err *err, int64_t now_ms);

/* Tells the operator when it had failed; `waited` is the number of decisions
 * that had to wait. How long it had failed if that was told, else -1. */
int64_t patience_succeeded(struct patience *patience, enum patience_step step,
			   size_t waited, int64_t now_ms);

/* Is the database away, as far as any step knows? */
bool patience_is_away(const struct patience *patience);

/* -1 and *err when something failed that was not told before; ask until it is
 * 0. `waiting` is the number of decisions not carried out. */
int patience_news(struct patience *patience, size_t waiting, struct err *err);

#endif
