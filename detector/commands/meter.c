#include "detector/commands/meter.h"

#include "base/hash.h"
#include "base/host.h"
#include "base/log.h"
#include "base/stamp.h"
#include "detector/settings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void meter_verdict(struct meter *meter, const struct verdict *verdict)
{
	ptrdiff_t signal = -1;

	if (verdict->n_evidence > 0)
		signal = metric_place(METRIC_VERDICTS, 1,
				      slice_from(verdict->evidence[0].signal));
	if (signal >= 0 && verdict->action <= VERDICT_WATCH)
		counts_add(&meter->counts, METRIC_VERDICTS, verdict->action,
			   (size_t)signal, 1);
}

void meter_failed(struct meter *meter, enum patience_step step)
{
	counts_add(&meter->counts, METRIC_DATABASE_FAILURES, step, 0, 1);
}

/* Paths may be as long as a key, so it is their hash. */
static void ahead_name(const char *source, char name[32])
{
	snprintf(name, 32, "ahead %016llx", (unsigned long long)hash_bytes(
			 slice_from(source), 0));
}

void meter_opened(struct state *state, const char *source,
		  struct pipeline *pipeline)
{
	char name[32];

	ahead_name(source, name);
	pipeline_counted(pipeline, (uint64_t)state_number(state, name, 0));
}

int meter_save_ahead(const struct pipeline *pipeline, size_t i,
		     struct state *state, const char *source, struct err *err)
{
	int64_t ahead = (int64_t)pipeline_ahead(pipeline, i);
	char name[32];

	ahead_name(source, name);
	if (ahead == state_number(state, name, 0))
		return 0;
	return state_put_number(state, name, ahead, err);
}

static void collect(struct meter *meter, const struct pipeline *pipeline)
{
	const uint64_t *events = pipeline->detector->counters.events;
	struct line_tally lines;

	pipeline_tally(pipeline, &lines);
	for (size_t i = 0; i <= FORMATS; i++)
		for (size_t kind = 0; kind < LINE_KINDS; kind++)
			counts_add(&meter->counts, METRIC_LOG_LINES, i, kind,
				   lines.n[i][kind] -
					   meter->lines.n[i][kind]);
	for (size_t i = 0; i < MAIL_EVENT_KINDS; i++)
		counts_add(&meter->counts, METRIC_EVENTS, i, 0,
			   events[i] - meter->events[i]);
	meter->lines = lines;
	memcpy(meter->events, events, sizeof(meter->events));
}

int meter_save(struct meter *meter, const struct pipeline *pipeline,
	       struct state *state, struct err *err)
{
	collect(meter, pipeline);
	return counts_save(&meter->counts, state, err);
}

void meter_saved(struct meter *meter)
{
	counts_clear(&meter->counts);
}

/* The detector is a new one then, and counts from 0. */
void meter_forget(struct meter *meter)
{
	counts_clear(&meter->counts);
	memset(meter->events, 0, sizeof(meter->events));
}

void meter_closed(struct meter *meter)
{
	memset(&meter->lines, 0, sizeof(meter->lines));
}

void meter_begin_round(struct meter *meter, int64_t monotonic_ms)
{
	meter->began_ms = monotonic_ms;
}

bool meter_has_news(const struct meter *meter)
{
	return meter->counts.any;
}

void meter_end_round(struct meter *meter, int64_t monotonic_ms)
{
	meter->took_ms = monotonic_ms - meter->began_ms;
}

static double seconds(int64_t ms)
{
	return (double)ms / STAMP_SECOND_MS;
}

static void add_gauges(const struct meter *meter,
		       const struct meter_sight *sight, int64_t now_ms,
		       double *values)
{
	const struct detector *detector = sight->detector;
	int64_t newest_ms = sight->newest_ms;
	int64_t built_ms = geo_built_ms(detector->geo);
	size_t waiting = state_journal_count(sight->state);
	const struct {
		enum metric_id id;
		double value;
	} all[] = {
		{ METRIC_JOURNAL_WAITING, (double)waiting },
		{ METRIC_BRAKE_ENGAGED, meter->is_braked && waiting > 0 },
		{ METRIC_ENFORCING, sight->enforce },
		{ METRIC_ACCOUNTS_KNOWN,
		  (double)state_account_count(sight->state) },
		{ METRIC_LOG_NEWEST, newest_ms ? seconds(newest_ms) : NAN },
		/* A log whose clock is ahead is not behind. */
		{ METRIC_LOG_LAG, !newest_ms ? NAN :
			newest_ms < now_ms ? seconds(now_ms - newest_ms) : 0 },
		{ METRIC_LAST_ROUND, seconds(now_ms) },
		{ METRIC_ROUND_DURATION, seconds(meter->took_ms) },
		{ METRIC_GEOIP_BUILT, built_ms ? seconds(built_ms) : NAN },
		{ METRIC_GEOIP_UNKNOWN, geo_has_country(detector->geo)
			? coverage_unknown_share(&detector->coverage) : NAN },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		values[metric_cell(all[i].id, 0, 0)] = all[i].value;
}

void meter_values(const struct meter *meter, const struct meter_sight *sight,
		  int64_t now_ms, double values_out[METRIC_CELLS_MAX])
{
	for (size_t i = 0; i < METRIC_CELLS_MAX; i++)
		values_out[i] = NAN;
	for (size_t i = 0; i < metric_cells(); i++) {
		const struct metric *metric = &metrics[metric_of(i)];

		if (metric->who == METRIC_BY_ROUND &&
		    metric->type == METRIC_TYPE_COUNTER)
			values_out[i] = (double)counts_stored(sight->state, i);
	}
	add_gauges(meter, sight, now_ms, values_out);
}

static void instance_name(char out[PUBLISH_INSTANCE_SIZE])
{
	const char *wanted = settings.metrics_instance;
	char host[HOST_NAME_SIZE];

	host_name(host);
	if (!*wanted)
		wanted = host;
	if (!publish_is_instance(slice_from(wanted)))
		wanted = "unnamed";
	slice_copy(slice_from(wanted), out, PUBLISH_INSTANCE_SIZE);
}

void meter_sent(struct db *db, const struct outbox_report *sent,
		int64_t now_ms)
{
	const struct {
		enum metric_smtp result;
		int64_t n;
	} all[] = {
		{ SMTP_SENT, sent->sent },
		{ SMTP_LATER, sent->later },
		{ SMTP_REFUSED, sent->failed },
	};
	char instance[PUBLISH_INSTANCE_SIZE];
	struct err err;

	instance_name(instance);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].n > 0 &&
		    publish_add(db, instance, metric_cell(METRIC_SMTP_RESULTS,
							  all[i].result, 0),
				(uint64_t)all[i].n, now_ms, &err) < 0)
			log_debug("sent notices are not counted: %s",
				  err.text);
}

bool meter_is_due(struct meter *meter, int64_t monotonic_ms)
{
	if (meter->published_ms &&
	    monotonic_ms - meter->published_ms < PUBLISH_EVERY_MS)
		return false;
	meter->published_ms = monotonic_ms ? monotonic_ms : 1;
	return true;
}

void meter_publish(struct publisher *publisher, struct db *db,
		   const double values[METRIC_CELLS_MAX], int64_t now_ms)
{
	char instance[PUBLISH_INSTANCE_SIZE];
	struct err err;

	instance_name(instance);
	if (publish(publisher, db, instance, values, now_ms, &err) < 0)
		log_debug("metrics are not published: %s", err.text);
}
