#include "detector/digest.h"

#include "base/stamp.h"
#include "detector/blocks_inside.h"
#include "detector/settings.h"

static int64_t wanted_ms(void)
{
	int64_t minute = settings_digest_minute();

	return minute < 0 ? 0 : minute * STAMP_MINUTE_MS;
}

static int64_t end_of_day(int64_t day)
{
	struct stamp_zone zone = { 0 };

	return stamp_zone_to_utc(&zone, day * STAMP_DAY_MS + wanted_ms());
}

void digest_period(int64_t day, struct digest *digest)
{
	digest->to_ms = end_of_day(day);
	digest->from_ms = end_of_day(day - 1);
}

/* The last day that has ended. The time of day may be one that the clock left
 * out, so its end is asked. */
static int64_t last_day(int64_t now_ms)
{
	int64_t local_ms = now_ms + stamp_zone_offset_ms(now_ms);
	int64_t day = (local_ms - wanted_ms()) / STAMP_DAY_MS;

	return end_of_day(day) > now_ms ? day - 1 : day;
}

static int take_n(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "n", 0);
	return 1;
}

static void decide_quiet(struct digest *digest)
{
	digest->is_quiet = digest->made + digest->lifted +
			   digest->n_refused + digest->n_failed +
			   digest->n_alarms == 0;
}

int digest_count(struct blocks *blocks, int64_t day, struct digest *out,
		 struct err *err)
{
	struct digest digest = { 0 };
	const struct {
		const char *sql;
		int64_t *n;
	} counts[] = {
		{ "SELECT COUNT(*) AS n FROM comporta_block WHERE blocked_ms"
		  " >= :from AND blocked_ms < :to", &digest.made },
		{ "SELECT COUNT(*) AS n FROM comporta_block WHERE lifted_ms"
		  " >= :from AND lifted_ms < :to", &digest.lifted },
		{ "SELECT COUNT(*) AS n FROM comporta_block WHERE state ="
		  " 'active'", &digest.standing },
		{ "SELECT COUNT(*) AS n FROM comporta_block WHERE state ="
		  " 'active' AND blocked_ms < :from", &digest.waiting },
		{ "SELECT COUNT(*) AS n FROM comporta_notice WHERE state ="
		  " 'failed' AND next_ms >= :from AND next_ms < :to",
		  &digest.n_refused },
		{ "SELECT COUNT(*) AS n FROM comporta_action WHERE state ="
		  " 'failed' AND ended_ms >= :from AND ended_ms < :to",
		  &digest.n_failed },
		{ "SELECT COUNT(*) AS n FROM comporta_alarm WHERE began_ms <"
		  " :to AND (ended_ms IS NULL OR ended_ms >= :from)",
		  &digest.n_alarms },
	};

	digest_period(day, &digest);

	const struct db_parameter parameters[] = {
		BLOCKS_P("from", db_integer(digest.from_ms)),
		BLOCKS_P("to", db_integer(digest.to_ms)),
	};
	for (size_t i = 0; i < BLOCKS_N(counts); i++)
		if (db_run(blocks->db, counts[i].sql, parameters,
			   BLOCKS_N(parameters), take_n, counts[i].n, NULL,
			   err) != DB_OK)
			return -1;
	decide_quiet(&digest);
	*out = digest;
	return 0;
}

static int is_queued(struct blocks *blocks, int64_t day, int64_t *n,
		     struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("day", db_integer(day)),
	};

	return db_run(blocks->db, "SELECT COUNT(*) AS n FROM comporta_notice"
		      " WHERE block_id = :day AND kind = 'digest'",
		      parameters, BLOCKS_N(parameters), take_n, n, NULL,
		      err) == DB_OK ? 0 : -1;
}

int digest_queue(struct blocks *blocks, int64_t now_ms, struct err *err)
{
	int64_t day = last_day(now_ms), n = 0;
	const char *to = settings.notice.operator_address;
	struct digest digest;
	/* 1970 began on a Thursday. */
	bool is_monday = day % 7 == 4;

	if (settings_digest_minute() < 0 || !blocks_is_address(to))
		return 0;
	if (is_queued(blocks, day, &n, err) < 0)
		return -1;
	if (n > 0)
		return 0;
	if (digest_count(blocks, day, &digest, err) < 0)
		return -1;
	if (digest.is_quiet && !is_monday)
		return 0;
	return outbox_queue(blocks->db, day, NOTICE_DIGEST, slice_from(to),
			    slice_from(settings_operator_language()), now_ms,
			    err) == DB_OK ? 0 : -1;
}
