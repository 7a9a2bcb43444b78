/*
 * Whoever has the database: what of a sight is wrong, and the alarms of it.
 */
#include "detector/commands/lookout.h"

#include "base/stamp.h"
#include "detector/alarms.h"
#include "detector/brake.h"
#include "detector/digest.h"
#include "detector/settings.h"
#include "notifier/outbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct look {
	const struct sight *sight;
	struct blocks *blocks;
	int64_t now_ms;
	char words[ALARMS_WORDS_SIZE];	/* in detail; "" for none */
};

/* Each is 1 when it is wrong, 0 when not, -1 when that cannot be known. */
static int tell_words(struct look *look, const char words[SIGHT_WORDS_SIZE])
{
	memcpy(look->words, words, SIGHT_WORDS_SIZE);
	return look->words[0] != '\0';
}

static int see_brake(struct look *look, struct err *err)
{
	(void)err;
	return tell_words(look, look->sight->brake);
}

/* The panel's word about many passwords is not believed. */
static int see_lifts_many(struct look *look, struct err *err)
{
	struct brake_lifts_room room;

	if (brake_lifts_room(look->blocks, look->now_ms, &room, err) < 0)
		return -1;
	snprintf(look->words, sizeof(look->words), "%" PRId64 " lifts wait, "
		 "%" PRId64 " may be made within ten minutes", room.waiting,
		 room.limit);
	return room.waiting > 0;
}

static int see_geo_broken(struct look *look, struct err *err)
{
	(void)err;
	return tell_words(look, look->sight->geo);
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

/* Lines come, and no mail: the log of another server, or mail goes another
 * way. */
static int see_no_submissions(struct look *look, struct err *err)
{
	int64_t last_ms = look->sight->submitted_ms;
	int64_t most_ms = settings.notice.idle_after_ms;
	char last[STAMP_TEXT_SIZE];

	(void)err;
	stamp_short(last_ms, last);
	snprintf(look->words, sizeof(look->words), "none since %s", last);
	return last_ms > 0 && most_ms > 0 &&
	       look->sight->read_ms - last_ms > most_ms;
}

static int see_clock_behind(struct look *look, struct err *err)
{
	(void)err;
	snprintf(look->words, sizeof(look->words), "%" PRId64 " min behind",
		 look->sight->behind_ms / STAMP_MINUTE_MS);
	return look->sight->behind_ms > LOOKOUT_CLOCK_MS;
}

static int see_clock_off(struct look *look, struct err *err)
{
	int64_t ahead_ms = look->sight->newest_ms - look->now_ms;

	(void)err;
	snprintf(look->words, sizeof(look->words), "%lld min ahead",
		 (long long)(ahead_ms / STAMP_MINUTE_MS));
	return ahead_ms > LOOKOUT_CLOCK_MS;
}

static int see_disk_full(struct look *look, struct err *err)
{
	int64_t free_bytes = look->sight->free_bytes;

	(void)err;
	snprintf(look->words, sizeof(look->words), "%" PRId64 " MB are free "
		 "below %.300s", free_bytes / (1 << 20), settings.state_dir);
	return free_bytes >= 0 && free_bytes < LOOKOUT_FREE_BYTES;
}

static int see_state_unsaved(struct look *look, struct err *err)
{
	(void)err;
	return tell_words(look, look->sight->unsaved);
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
	{ "lifts_many", see_lifts_many },
	{ "geo_broken", see_geo_broken },
	{ "geo_off", see_geo_off },
	{ "geo_old", see_geo_old },
	{ "log_silent", see_log_silent },
	{ "no_submissions", see_no_submissions },
	{ "clock_off", see_clock_off },
	{ "clock_behind", see_clock_behind },
	{ "disk_full", see_disk_full },
	{ "state_unsaved", see_state_unsaved },
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

/* What cannot wait for the next look. */
static unsigned urgent(const struct sight *sight)
{
	return (sight->brake[0] ? 1U : 0) | (sight->geo[0] ? 2U : 0) |
	       (sight->unsaved[0] ? 4U : 0);
}

static bool is_due(struct teller *teller, const struct sight *sight,
		   int64_t monotonic_ms)
{
	unsigned now = urgent(sight);
	bool is_new = (now & ~teller->known) != 0;

	teller->known &= now;
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
	teller->known = urgent(sight);
	teller->next_ms = monotonic_ms + LOOKOUT_EVERY_MS;
	return 0;
}
