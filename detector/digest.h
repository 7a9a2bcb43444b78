/*
 * digest - the operator's day in one mail: who was stopped and let go, what
 * still stands, what failed, which alarms there were.
 *
 * It is one notice of the outbox, with the day (local, since 1970) where
 * others have their block: so there is one a day, however many runs and
 * machines share the tables. What it says is read when it is sent. It covers
 * the time from notice.digest (local time) of the day before until that of its
 * day: 24 hours, but on the two days on which clocks are moved.
 *
 * A day on which nothing happened sends none, but on Mondays: so that silence
 * means that all is well.
 */
#ifndef DETECTOR_DIGEST_H
#define DETECTOR_DIGEST_H

#include "detector/blocks.h"

enum { DIGEST_SHOWN = 20 };	/* lines of each list */

struct digest {
	int64_t from_ms, to_ms;
	int64_t made, lifted, standing;
	int64_t waiting;	/* of those that stand: made before the day */
	int64_t n_refused, n_failed, n_alarms;
	bool is_quiet;		/* nothing of the day is worth telling */
};

/* Put that of the last day that has ended into the outbox, if it is wanted and
 * not there yet: also hours later, when nobody ran at its time. */
int digest_queue(struct blocks *blocks, int64_t now_ms, struct err *err);

/* When the day of that number begins and ends. */
void digest_period(int64_t day, struct digest *digest);

int digest_count(struct blocks *blocks, int64_t day, struct digest *out,
		 struct err *err);

#endif
