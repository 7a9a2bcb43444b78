/*
 * meter - what a round of scan or watch measures, for /metrics.
 *
 * What is counted goes into the state in the transaction that remembers what
 * was read (metrics/counts.h). What things are like at the end of a round is
 * published with it, when there is a database, at most every PUBLISH_EVERY_MS:
 * that it fails is no trouble of the round.
 *
 * `now_ms` is the wall clock, durations are monotonic. A zeroed one is ready.
 */
#ifndef DETECTOR_COMMANDS_METER_H
#define DETECTOR_COMMANDS_METER_H

#include "detector/commands/patience.h"
#include "detector/metrics/counts.h"
#include "detector/metrics/publish.h"
#include "detector/pipeline.h"
#include "notifier/outbox.h"

struct meter {
	struct counts counts;
	/* What pipeline and detector had counted when it was last asked. */
	struct line_tally lines;
	uint64_t events[MAIL_EVENT_KINDS];
	bool is_braked;
	int64_t began_ms, took_ms;	/* the round */
	int64_t published_ms;		/* 0: never */
};

/* What happened. */
void meter_verdict(struct meter *meter, const struct verdict *verdict);
void meter_failed(struct meter *meter, enum patience_step step);

/* What became of notices, whoever sent them. */
void meter_sent(struct db *db, const struct outbox_report *sent,
		int64_t now_ms);

/* Add the log's lines that an earlier run had counted beyond its position. */
void meter_opened(struct state *state, const char *source,
		  struct pipeline *pipeline);

/* Inside the state's transaction; after its commit; when memory is taken from
 * the state anew; and when the logs are closed. */
int meter_save(struct meter *meter, const struct pipeline *pipeline,
	       struct state *state, struct err *err);
int meter_save_ahead(const struct pipeline *pipeline, size_t i,
		     struct state *state, const char *source, struct err *err);
void meter_saved(struct meter *meter);
void meter_forget(struct meter *meter);
void meter_closed(struct meter *meter);

void meter_begin_round(struct meter *meter, int64_t monotonic_ms);
/* Is there something counted that no transaction holds yet? */
bool meter_has_news(const struct meter *meter);
void meter_end_round(struct meter *meter, int64_t monotonic_ms);

/* What the values are taken from. */
struct meter_sight {
	struct state *state;
	const struct detector *detector;
	int64_t newest_ms;	/* log time; 0: none yet */
	bool enforce;
};

void meter_values(const struct meter *meter, const struct meter_sight *sight,
		  int64_t now_ms, double values_out[METRIC_CELLS_MAX]);

/* Is it time to publish? Asking is taken for doing: a database in trouble is
 * not asked in every round. */
bool meter_is_due(struct meter *meter, int64_t monotonic_ms);

/* What a round has to tell, by whoever has the database; that it fails is no
 * trouble. */
void meter_publish(struct publisher *publisher, struct db *db,
		   const double values[METRIC_CELLS_MAX], int64_t now_ms);

#endif
