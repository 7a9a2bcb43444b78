#include "detector/pipeline.h"

#include <string.h>

/* Between two calls of on_progress. */
enum { PROGRESS_EVERY = 1 << 14 };

int pipeline_add(struct pipeline *pipeline, const char *path,
		 enum source_mode mode,
		 const struct source_position *position, const char *format,
		 struct err *err)
{
	size_t i = pipeline->n;

	if (i == PIPELINE_MAX)
		return err_set(err, EXIT_CONFIG, "more than %d logs",
			       PIPELINE_MAX);
	if (reader_open(path, mode, position, format,
			&pipeline->logs[i].reader, err) < 0)
		return -1;
	pipeline->logs[i].path = path;
	pipeline->logs[i].has_event = false;
	pipeline->n++;
	return 0;
}

static void report(struct pipeline *pipeline)
{
	uint64_t done = 0, total = 0;

	if (!pipeline->on_progress)
		return;
	for (size_t i = 0; i < pipeline->n; i++) {
		uint64_t part, whole;

		source_progress(pipeline->logs[i].reader.source, &part,
				&whole);
		done += part;
		total += whole;
	}
	pipeline->on_progress(pipeline->context, done, total);
}

/* Index of the log with the earliest event, or -1. */
static int earliest(struct pipeline *pipeline)
{
	int best = -1;

	for (size_t i = 0; i < pipeline->n; i++) {
		if (!pipeline->logs[i].has_event)
			pipeline->logs[i].has_event =
				reader_next(&pipeline->logs[i].reader,
					    &pipeline->logs[i].event);
		if (pipeline->logs[i].has_event &&
		    (best < 0 || pipeline->logs[i].event.at_ms <
					 pipeline->logs[best].event.at_ms))
			best = (int)i;
	}
	return best;
}

bool pipeline_step(struct pipeline *pipeline, uint64_t max_events)
{
	pipeline->stop = false;
	for (uint64_t fed = 0; fed < max_events && !pipeline->stop; fed++) {
		int i = earliest(pipeline);

		if (i < 0) {
			report(pipeline);
			return false;
		}
		if (pipeline->pause_ms &&
		    pipeline->logs[i].event.at_ms >= pipeline->pause_ms)
			return true;
		pipeline->logs[i].has_event = false;
		detector_event(pipeline->detector, &pipeline->logs[i].event);
		if (fed % PROGRESS_EVERY == PROGRESS_EVERY - 1)
			report(pipeline);
	}
	return true;
}

const struct err *pipeline_error(const struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->n; i++) {
		const struct err *err =
			source_error(pipeline->logs[i].reader.source);

		if (err)
			return err;
	}
	return NULL;
}

void pipeline_position(const struct pipeline *pipeline, size_t i,
		       struct source_position *out)
{
	source_position(pipeline->logs[i].reader.source,
			!pipeline->logs[i].has_event, out);
}

struct reader_counters pipeline_counters(const struct pipeline *pipeline)
{
	struct reader_counters sum = { 0 };

	for (size_t i = 0; i < pipeline->n; i++) {
		const struct reader_counters *one =
			&pipeline->logs[i].reader.counters;

		sum.lines += one->lines;
		sum.events += one->events;
		sum.skipped += one->skipped;
		sum.strange += one->strange +
			source_overlong(pipeline->logs[i].reader.source);
	}
	return sum;
}

void pipeline_close(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->n; i++)
		reader_close(&pipeline->logs[i].reader);
	pipeline->n = 0;
}
