#include "detector/commands/lookout.h"

#include "base/stamp.h"
#include "detector/alarms.h"
#include "detector/coverage.h"
#include "detector/digest.h"
#include "detector/geo.h"
#include "detector/settings.h"
#include "notifier/outbox.h"

#include <stdio.h>
#include <string.h>

struct sight {
	const struct lookout *lookout;
	struct blocks *blocks;
	const struct detector *detector;
	int64_t newest_ms, now_ms;
	char words[ALARMS_WORDS_SIZE];	/* in detail; "" for none */
};

void lookout_load(struct lookout *lookout, struct state *state)
{
	lookout->read_ms = state_number(state, "read_ms", 0);
	lookout->away_ms = state_number(state, "away_ms", 0);
}

int lookout_save(const struct lookout *lookout, struct state *state,
		 struct err *err)
{
	if (state_put_number(state, "read_ms", lookout->read_ms, err) < 0)
		return -1;
	return state_put_number(state, "away_ms", lookout->away_ms, err);
}

void lookout_read(struct lookout *lookout, int64_t now_ms)
{
	lookout->read_ms = now_ms;
}

void lookout_braked(struct lookout *lookout, const struct err *why)
{
	/* Told at once when it takes hold. */
	if (why && !lookout->is_braked)
		lookout->next_ms = 0;
	lookout->is_braked = why != NULL;
	if (why)
		slice_copy(slice_sub(slice_from(why->text), 0,
				     sizeof(lookout->brake) - 1),
			   lookout->brake, sizeof(lookout->brake));
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

/* Each is 1 when it is wrong, 0 when not, -1 when that cannot be known. */
static int see_brake(struct sight *sight, struct err *err)
{
	(void)err;
	memcpy(sight->words, sight->lookout->brake,
	       sizeof(sight->lookout->brake));
	return sight->lookout->is_braked;
}

static int see_geo_off(struct sight *sight, struct err *err)
{
	const struct coverage *coverage = &sight->detector->coverage;

	(void)err;
	snprintf(sight->words, sizeof(sight->words), "%.0f %% of the clients "
		 "are not in it", 100 * coverage_unknown_share(coverage));
	return coverage->is_off;
}

static int see_geo_old(struct sight *sight, struct err *err)
{
	int64_t built_ms = geo_built_ms(sight->detector->geo);
	char built[STAMP_TEXT_SIZE];

	(void)err;
	stamp_short(built_ms, built);
	snprintf(sight->words, sizeof(sight->words), "made on %.10s", built);
	return built_ms > 0 &&
	       sight->now_ms - built_ms > settings.geo_max_age_ms;
}

static int see_log_silent(struct sight *sight, struct err *err)
{
	int64_t read_ms = sight->lookout->read_ms;
	int64_t most_ms = settings.notice.silent_after_ms;
	char read[STAMP_TEXT_SIZE];

	(void)err;
	stamp_short(read_ms, read);
	snprintf(sight->words, sizeof(sight->words), "the last line was read "
		 "at %s", read);
	return read_ms > 0 && most_ms > 0 &&
	       sight->now_ms - read_ms > most_ms;
}

static int see_clock_off(struct sight *sight, struct err *err)
{
	int64_t ahead_ms = sight->newest_ms - sight->now_ms;

	(void)err;
	snprintf(sight->words, sizeof(sight->words), "%lld min ahead",
		 (long long)(ahead_ms / STAMP_MINUTE_MS));
	return ahead_ms > LOOKOUT_CLOCK_MS;
}

static int see_notices_refused(struct sight *sight, struct err *err)
{
	struct outbox_failures failures;

	if (outbox_failures(sight->blocks->db, sight->now_ms - STAMP_DAY_MS,
			    &failures, err) < 0)
		return -1;
	snprintf(sight->words, sizeof(sight->words), "%.200s: %.250s",
		 failures.recipient, failures.last_error);
	return failures.n > 0;
}

static int take_action(void *context, const struct db_row *row)
{
	struct sight *sight = context;
	struct slice name = db_column(row, "name"), said = db_column(row,
								     "said");

	snprintf(sight->words, sizeof(sight->words), "%.*s: %.*s",
		 name.len < 200 ? (int)name.len : 200, name.ptr,
		 said.len < 250 ? (int)said.len : 250,
		 said.ptr ? said.ptr : "");
	return 1;
}

static int see_actions_failed(struct sight *sight, struct err *err)
{
	const struct db_parameter since = {
		"since", db_integer(sight->now_ms - STAMP_DAY_MS)
	};

	if (db_run(sight->blocks->db, "SELECT name, said FROM comporta_action"
		   " WHERE state = 'failed' AND ended_ms > :since"
		   " ORDER BY ended_ms DESC LIMIT 1", &since, 1, take_action,
		   sight, NULL, err) != DB_OK)
		return -1;
	return sight->words[0] != '\0';
}

static const struct {
	const char *name;
	int (*see)(struct sight *sight, struct err *err);
} views[] = {
	{ "brake", see_brake },
	{ "geo_off", see_geo_off },
	{ "geo_old", see_geo_old },
	{ "log_silent", see_log_silent },
	{ "clock_off", see_clock_off },
	{ "notices_refused", see_notices_refused },
	{ "actions_failed", see_actions_failed },
};

static int look_at(struct sight *sight, size_t i, struct err *err)
{
	int is_wrong;

	sight->words[0] = '\0';
	is_wrong = views[i].see(sight, err);
	if (is_wrong < 0)
		return -1;
	if (!is_wrong)
		return alarms_end(sight->blocks, views[i].name, sight->now_ms,
				  err);
	return alarms_begin(sight->blocks, views[i].name, sight->words,
			    sight->now_ms, err);
}

/* It could not be told while it lasted. */
static int tell_outage(struct lookout *lookout, struct sight *sight,
		       struct err *err)
{
	int64_t away_ms = sight->now_ms - lookout->away_ms;

	if (!lookout->away_ms)
		return 0;
	snprintf(sight->words, sizeof(sight->words), "for %lld min",
		 (long long)(away_ms / STAMP_MINUTE_MS));
	if (away_ms >= LOOKOUT_OUTAGE_MS &&
	    alarms_past(sight->blocks, "database_away", sight->words,
			lookout->away_ms, sight->now_ms, err) < 0)
		return -1;
	lookout->away_ms = 0;
	lookout->is_changed = true;
	return 0;
}

/* Of a clock that was ahead for a while: counted from now on. */
static void keep_time(struct lookout *lookout, int64_t now_ms)
{
	int64_t *const times[] = { &lookout->read_ms, &lookout->away_ms };

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		lookout->is_changed |= *times[i] > now_ms;
		if (*times[i] > now_ms)
			*times[i] = now_ms;
	}
}

int lookout_tell(struct lookout *lookout, struct blocks *blocks,
		 const struct detector *detector, int64_t newest_ms,
		 int64_t now_ms, int64_t monotonic_ms, struct err *err)
{
	struct sight sight = { lookout, blocks, detector, newest_ms, now_ms,
			       "" };

	keep_time(lookout, now_ms);
	if (tell_outage(lookout, &sight, err) < 0)
		return -1;
	if (monotonic_ms < lookout->next_ms)
		return 0;
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (look_at(&sight, i, err) < 0)
			return -1;
	if (alarms_end_left(blocks, now_ms, err) < 0)
		return -1;
	if (digest_queue(blocks, now_ms, err) < 0)
		return -1;
	lookout->next_ms = monotonic_ms + LOOKOUT_EVERY_MS;
	return 0;
}
