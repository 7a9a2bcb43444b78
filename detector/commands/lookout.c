/*
 * Whoever reads the logs: what is seen and remembered.
 */
#include "detector/commands/lookout.h"

#include "base/stamp.h"
#include "detector/coverage.h"
#include "detector/geo.h"

#include <string.h>

/* Times that are kept in the state. */
static const struct {
	const char *name;
	size_t at;
} kept[] = {
	{ "read_ms", offsetof(struct lookout, read_ms) },
	{ "submitted_ms", offsetof(struct lookout, submitted_ms) },
	{ "caught_ms", offsetof(struct lookout, caught_ms) },
	{ "late_ms", offsetof(struct lookout, late_ms) },
	{ "away_ms", offsetof(struct lookout, away_ms) },
};

enum { N_KEPT = sizeof(kept) / sizeof(kept[0]) };

static int64_t *time_at(struct lookout *lookout, size_t i)
{
	return (int64_t *)(void *)((char *)lookout + kept[i].at);
}

void lookout_load(struct lookout *lookout, struct state *state)
{
	for (size_t i = 0; i < N_KEPT; i++)
		*time_at(lookout, i) = state_number(state, kept[i].name, 0);
	lookout->behind_ms = state_number(state, "behind_ms", 0);
}

int lookout_save(struct lookout *lookout, struct state *state,
		 struct err *err)
{
	for (size_t i = 0; i < N_KEPT; i++)
		if (state_put_number(state, kept[i].name,
				     *time_at(lookout, i), err) < 0)
			return -1;
	return state_put_number(state, "behind_ms", lookout->behind_ms, err);
}

void lookout_read(struct lookout *lookout, uint64_t submissions,
		  int64_t now_ms)
{
	lookout->read_ms = now_ms;
	/* Never seen one: from the first line on. */
	if (submissions != lookout->submissions || !lookout->submitted_ms)
		lookout->submitted_ms = now_ms;
	lookout->submissions = submissions;
}

/* What is new was written after everything had been read: a line that says it
 * is older has a clock of its own. A log that was added with what it held may
 * look so once. */
static int64_t behind(const struct lookout *lookout, int64_t newest_ms)
{
	int64_t by_ms = lookout->caught_ms - newest_ms;

	return lookout->caught_ms > 0 && newest_ms > 0 &&
	       by_ms > LOOKOUT_CLOCK_MS ? by_ms : 0;
}

void lookout_caught_up(struct lookout *lookout, int64_t newest_ms,
		       int64_t now_ms)
{
	int64_t by_ms = behind(lookout, newest_ms);

	if (newest_ms > 0 && !by_ms)
		lookout->late_ms = lookout->behind_ms = 0;
	if (by_ms && !lookout->late_ms)
		lookout->late_ms = now_ms;
	if (by_ms && now_ms - lookout->late_ms >= LOOKOUT_LATE_MS)
		lookout->behind_ms = by_ms;
	lookout->caught_ms = now_ms;
}

static void copy_words(const char *text, char out[SIGHT_WORDS_SIZE])
{
	slice_copy(slice_from(text), out, SIGHT_WORDS_SIZE);
}

void lookout_braked(struct lookout *lookout, const struct err *why)
{
	copy_words(why ? why->text : "", lookout->brake);
}

void lookout_unsaved(struct lookout *lookout, const struct err *why)
{
	copy_words(why ? why->text : "", lookout->unsaved);
}

bool lookout_away(struct lookout *lookout, bool is_away, int64_t now_ms)
{
	if (!is_away || lookout->away_ms)
		return false;
	lookout->away_ms = now_ms;
	return true;
}

bool lookout_is_changed(struct lookout *lookout)
{
	bool is_changed = lookout->is_changed;

	lookout->is_changed = false;
	return is_changed;
}

/* Of a clock that was ahead for a while: counted from now on. */
static void keep_time(struct lookout *lookout, int64_t now_ms)
{
	for (size_t i = 0; i < N_KEPT; i++) {
		int64_t *time_ms = time_at(lookout, i);

		lookout->is_changed |= *time_ms > now_ms;
		if (*time_ms > now_ms)
			*time_ms = now_ms;
	}
}

void lookout_see(struct lookout *lookout, const struct detector *detector,
		 int64_t newest_ms, int64_t free_bytes, int64_t now_ms,
		 struct sight *out)
{
	const struct coverage *coverage = &detector->coverage;

	keep_time(lookout, now_ms);
	*out = (struct sight){
		.is_geo_off = coverage->is_off,
		.geo_unknown_share = coverage_unknown_share(coverage),
		.geo_built_ms = geo_built_ms(detector->geo),
		.read_ms = lookout->read_ms,
		.submitted_ms = lookout->submitted_ms,
		.newest_ms = newest_ms,
		.behind_ms = lookout->behind_ms,
		.free_bytes = free_bytes,
		.away_ms = lookout->away_ms,
	};
	memcpy(out->brake, lookout->brake, sizeof(out->brake));
	memcpy(out->geo, lookout->geo, sizeof(out->geo));
	memcpy(out->unsaved, lookout->unsaved, sizeof(out->unsaved));
}

void lookout_was_told(struct lookout *lookout)
{
	lookout->is_changed |= lookout->away_ms != 0;
	lookout->away_ms = 0;
}
