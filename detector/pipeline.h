/*
 * pipeline - several logs, merged by time, through the detector.
 *
 * Each log is taken in its own order; between logs the earlier event comes
 * first. The events of a log that were read but not yet used stay behind that
 * log's position, so stopping between two steps loses nothing.
 */
#ifndef DETECTOR_PIPELINE_H
#define DETECTOR_PIPELINE_H

#include "detector/detector.h"
#include "detector/reader.h"

enum { PIPELINE_MAX = CONF_LIST_MAX };

struct pipeline_log {
	const char *path;	/* borrowed */
	struct reader reader;
	/* Read but not yet used: events[at] to events[n - 1]. */
	struct reader_event events[READER_BATCH];
	size_t at, n;
};

struct pipeline {
	struct detector *detector;
	size_t n;
	struct pipeline_log logs[PIPELINE_MAX];
	uint16_t heap[PIPELINE_MAX];	/* those with an event, in a step */
	size_t n_heap;
	uint64_t fed;		/* events, since the first log was added */
	bool stop;		/* set by a callback: end the step here */
	uint64_t soon;		/* the same: end it after so many events */
	int64_t pause_ms;	/* end a step in front of the first event from
				 * this time on; 0 for no such time */
	void (*on_progress)(void *context, uint64_t done, uint64_t total);
	void *context;
};

/* Add one log. Its position may be NULL. */
int pipeline_add(struct pipeline *pipeline, const char *path,
		 enum source_mode mode,
		 const struct source_position *position, const char *format,
		 struct err *err);

/* Feed events to the detector until all logs end (false), or `max_events`
 * were fed, `stop` or `soon` was set or the time of the pause has come (true:
 * call again, after moving the pause). */
bool pipeline_step(struct pipeline *pipeline, uint64_t max_events);

/* After the end of all logs, and later: look again, and call pipeline_step().
 * False when one of them must be opened anew (source.h): close the pipeline and
 * add all with their positions. */
bool pipeline_renew(struct pipeline *pipeline);

/* What to poll besides files (source.h); how many there are. */
size_t pipeline_wakes(struct pipeline *pipeline,
		      struct pollfd wakes_out[PIPELINE_MAX]);

/* The first read error there was; NULL for none. */
const struct err *pipeline_error(const struct pipeline *pipeline);

/* Where log `i` stands, in front of what was not yet used. */
void pipeline_position(const struct pipeline *pipeline, size_t i,
		       struct source_position *position_out);

struct reader_counters pipeline_counters(const struct pipeline *pipeline);

/* Every line read so far, once; for what was added with pipeline_counted(),
 * once over several runs. */
void pipeline_tally(const struct pipeline *pipeline, struct line_tally *out);

/* How many lines behind the position of log `i` are in the tally: they are
 * read again from there, and whoever does shall not count them twice. */
uint64_t pipeline_ahead(const struct pipeline *pipeline, size_t i);

/* Of the log added last: so many lines were ahead when its position was. */
void pipeline_counted(struct pipeline *pipeline, uint64_t ahead);

void pipeline_close(struct pipeline *pipeline);

#endif
