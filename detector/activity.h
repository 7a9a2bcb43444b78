/*
 * activity - how many accounts a day has: those that sent or signed in, on the
 * busiest of the last seven days of the log.
 *
 * For the brake, which allows a share of them: a host may know ten times as
 * many that nobody uses. Each account is counted at its first event of a day.
 * A day that came from a clock which was ahead is forgotten with the first
 * event that is a week older.
 *
 * Part of the state. All zero is a host without a day.
 */
#ifndef DETECTOR_ACTIVITY_H
#define DETECTOR_ACTIVITY_H

#include "base/err.h"

#include <stdint.h>

struct state;

enum { ACTIVITY_DAYS = 7 };

struct activity {
	uint32_t day;		/* the newest, since 1970 */
	uint32_t n[ACTIVITY_DAYS];	/* of it, of the day before, ... */
};

/* An event at `now_s` of an account whose last one was at `last_s`; 0: never
 * seen. */
void activity_count(struct activity *activity, uint32_t last_s,
		    uint32_t now_s);

uint32_t activity_busiest(const struct activity *activity);

/* Part of state_load() and state_save(). */
void activity_load(struct activity *activity, struct state *state);
int activity_save(const struct activity *activity, struct state *state,
		  struct err *err);

#endif
