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

struct look {
	const struct sight *sight;
	struct blocks *blocks;
	int64_t now_ms;
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
	lookout->brake[0] = '\0';
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

void lookout_see(struct lookout *lookout, const struct detector *detector,
		 int64_t newest_ms, int64_t now_ms, struct sight *out)
{
	const struct coverage *coverage = &detector->coverage;

	keep_time(lookout, now_ms);
	*out = (struct sight){
		.is_geo_off = coverage->is_off,
		.geo_unknown_share = coverage_unknown_share(coverage),
		.geo_built_ms = geo_built_ms(detector->geo),
		.read_ms = lookout->read_ms,
		.newest_ms = newest_ms,
		.away_ms = lookout->away_ms,
	};
	memcpy(out->brake, lookout->brake, sizeof(out->brake));
}

void lookout_was_told(struct lookout *lookout)
{
	lookout->is_changed |= lookout->away_ms != 0;
	lookout->away_ms = 0;
}

/* Each is 1 when it is wrong, 0 when not, -1 when that cannot be known. */
static int see_brake(struct look *look, struct err *err)
{
	(void)err;
	memcpy(look->words, look->sight->brake, sizeof(look->sight->brake));
	return look->words[0] != '\0';
}

static int see_geo_off(struct look *look, struct err *err)
{
	(void)err;
	snprintf(look->words, sizeof(look->words), "%.0f %% of the clients "
		 "are not in it", 100 * look->sight->geo_unknown_share);
	return look->sight->is_geo_off;
}

static int see_geo_old(struct look *look, struct err *err)
{
	int64_t built_ms = look->sight->geo_built_ms;
	char built[STAMP_TEXT_SIZE];

	(void)err;
	stamp_short(built_ms, built);
	snprintf(look->words, sizeof(look->words), "made on %.10s", built);
	return built_ms > 0 &&
	       look->now_ms - built_ms > settings.geo_max_age_ms;
}

static int see_log_silent(struct look *look, struct err *err)
{
	int64_t read_ms = look->sight->read_ms;
	int64_t most_ms = settings.notice.silent_after_ms;
	char read[STAMP_TEXT_SIZE];

	(void)err;
	stamp_short(read_ms, read);
	snprintf(look->words, sizeof(look->words), "the last line was read "
		 "at %s", read);
	return read_ms > 0 && most_ms > 0 &&
	       look->now_ms - read_ms > most_ms;
}

static int see_clock_off(struct look *look, struct err *err)
{
	int64_t ahead_ms = look->sight->newest_ms - look->now_ms;

	(void)err;
	snprintf(look->words, sizeof(look->words), "%lld min ahead",
		 (long long)(ahead_ms / STAMP_MINUTE_MS));
	return ahead_ms > LOOKOUT_CLOCK_MS;
}

static int see_notices_refused(struct look *look, struct err *err)
{
	struct outbox_failures failures;

	if (outbox_failures(look->blocks->db, look->now_ms - STAMP_DAY_MS,
			    &failures, err) < 0)
		return -1;
	snprintf(look->words, sizeof(look->words), "%.200s: %.250s",
		 failures.recipient, failures.last_error);
	return failures.n > 0;
}

static int take_action(void *context, const struct db_row *row)
{
	struct look *look = context;
	struct slice name = db_column(row, "name"), said = db_column(row,
								     "said");

	snprintf(look->words, sizeof(look->words), "%.*s: %.*s",
		 name.len < 200 ? (int)name.len : 200, name.ptr,
		 said.len < 250 ? (int)said.len : 250,
		 said.ptr ? said.ptr : "");
	return 1;
}

static int see_actions_failed(struct look *look, struct err *err)
{
	const struct db_parameter since = {
		"since", db_integer(look->now_ms - STAMP_DAY_MS)
	};

	if (db_run(look->blocks->db, "SELECT name, said FROM comporta_action"
		   " WHERE state = 'failed' AND ended_ms > :since"
		   " ORDER BY ended_ms DESC LIMIT 1", &since, 1, take_action,
		   look, NULL, err) != DB_OK)
		return -1;
	return look->words[0] != '\0';
}

static const struct {
	const char *name;
	int (*see)(struct look *look, struct err *err);
} views[] = {
	{ "brake", see_brake },
	{ "geo_off", see_geo_off },
	{ "geo_old", see_geo_old },
	{ "log_silent", see_log_silent },
	{ "clock_off", see_clock_off },
	{ "notices_refused", see_notices_refused },
	{ "actions_failed", see_actions_failed },
};

static int look_at(struct look *look, size_t i, struct err *err)
{
	int is_wrong;

	look->words[0] = '\0';
	is_wrong = views[i].see(look, err);
	if (is_wrong < 0)
		return -1;
	if (!is_wrong)
		return alarms_end(look->blocks, views[i].name, look->now_ms,
				  err);
	return alarms_begin(look->blocks, views[i].name, look->words,
			    look->now_ms, err);
}

/* It could not be told while it lasted. */
static int tell_outage(struct look *look, struct err *err)
{
	int64_t since_ms = look->sight->away_ms;
	int64_t away_ms = look->now_ms - since_ms;

	if (!since_ms || away_ms < LOOKOUT_OUTAGE_MS)
		return 0;
	snprintf(look->words, sizeof(look->words), "for %lld min",
		 (long long)(away_ms / STAMP_MINUTE_MS));
	return alarms_past(look->blocks, "database_away", look->words,
			   since_ms, look->now_ms, err);
}

/* The brake is told at once when it takes hold. */
static bool is_due(struct teller *teller, const struct sight *sight,
		   int64_t monotonic_ms)
{
	bool is_braked = sight->brake[0] != '\0';
	bool is_new = is_braked && !teller->is_braked;

	teller->is_braked &= is_braked;
	return is_new || monotonic_ms >= teller->next_ms;
}

int lookout_tell(struct teller *teller, struct blocks *blocks,
		 const struct sight *sight, int64_t now_ms,
		 int64_t monotonic_ms, struct err *err)
{
	struct look look = { sight, blocks, now_ms, "" };

	if (tell_outage(&look, err) < 0)
		return -1;
	if (!is_due(teller, sight, monotonic_ms))
		return 0;
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (look_at(&look, i, err) < 0)
			return -1;
	if (alarms_end_left(blocks, now_ms, err) < 0)
		return -1;
	if (digest_queue(blocks, now_ms, err) < 0)
		return -1;
	teller->is_braked = sight->brake[0] != '\0';
	teller->next_ms = monotonic_ms + LOOKOUT_EVERY_MS;
	return 0;
}
