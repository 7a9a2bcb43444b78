#include "detector/activity.h"

#include "detector/state.h"

#include <stdio.h>
#include <string.h>

enum { DAY_S = 86400, NAME_SIZE = 24 };

/* Days in between had nobody. */
static void turn(struct activity *activity, uint32_t day)
{
	uint32_t steps = day - activity->day;
	uint32_t keep = steps < ACTIVITY_DAYS ? ACTIVITY_DAYS - steps : 0;

	memmove(activity->n + ACTIVITY_DAYS - keep, activity->n,
		keep * sizeof(activity->n[0]));
	memset(activity->n, 0,
	       (ACTIVITY_DAYS - keep) * sizeof(activity->n[0]));
	activity->day = day;
}

void activity_count(struct activity *activity, uint32_t last_s,
		    uint32_t now_s)
{
	uint32_t day = now_s / DAY_S;

	if (last_s / DAY_S == day && last_s)
		return;
	if (day > activity->day)
		turn(activity, day);
	else if (activity->day - day >= ACTIVITY_DAYS)
		*activity = (struct activity){ .day = day };
	activity->n[activity->day - day]++;
}

uint32_t activity_busiest(const struct activity *activity)
{
	uint32_t most = 0;

	for (size_t i = 0; i < ACTIVITY_DAYS; i++)
		if (activity->n[i] > most)
			most = activity->n[i];
	return most;
}

static void name_of(size_t i, char out[NAME_SIZE])
{
	snprintf(out, NAME_SIZE, "active_%zu", i);
}

void activity_load(struct activity *activity, struct state *state)
{
	char name[NAME_SIZE];

	activity->day = (uint32_t)state_number(state, "active_day", 0);
	for (size_t i = 0; i < ACTIVITY_DAYS; i++) {
		name_of(i, name);
		activity->n[i] = (uint32_t)state_number(state, name, 0);
	}
}

/* As a rule one of them has changed, or none. */
static int put(struct state *state, const char *name, uint32_t number,
	       struct err *err)
{
	if (state_number(state, name, 0) == number)
		return 0;
	return state_put_number(state, name, number, err);
}

int activity_save(const struct activity *activity, struct state *state,
		  struct err *err)
{
	char name[NAME_SIZE];

	for (size_t i = 0; i < ACTIVITY_DAYS; i++) {
		name_of(i, name);
		if (put(state, name, activity->n[i], err) < 0)
			return -1;
	}
	return put(state, "active_day", activity->day, err);
}
