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
	pipeline->logs[i].at = pipeline->logs[i].n = 0;
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

static void foresee(struct detector *detector, struct pipeline_log *log)
{
	for (int stage = 0; stage < FORESIGHTS; stage++)
		for (size_t i = 0; i < log->n; i++)
			detector_foresee(detector, &log->events[i].event,
					 (enum foresight)stage);
}

static void read_batch(struct pipeline *pipeline, struct pipeline_log *log)
{
	log->at = 0;
	log->n = reader_batch(&log->reader, log->events);
	foresee(pipeline->detector, log);
}

/* The next event of a log, or NULL at its end for now. */
static inline const struct mail_event *next_of(struct pipeline *pipeline,
					       size_t i)
{
	struct pipeline_log *log = &pipeline->logs[i];

	if (log->at == log->n)
		read_batch(pipeline, log);
	return log->n ? &log->events[log->at].event : NULL;
}

/* A heap of those logs that have an event, the earliest on top; of two at the
 * same time the log that was added first. */
static bool is_earlier(const struct pipeline *pipeline, uint16_t a, uint16_t b)
{
	const struct pipeline_log *x = &pipeline->logs[a];
	const struct pipeline_log *y = &pipeline->logs[b];
	int64_t x_ms = x->events[x->at].event.at_ms;
	int64_t y_ms = y->events[y->at].event.at_ms;

	return x_ms != y_ms ? x_ms < y_ms : a < b;
}

static void sift_down(struct pipeline *pipeline, size_t i)
{
	uint16_t *heap = pipeline->heap;

	for (;;) {
		size_t best = 2 * i + 1;
		uint16_t kept = heap[i];

		if (best >= pipeline->n_heap)
			return;
		if (best + 1 < pipeline->n_heap &&
		    is_earlier(pipeline, heap[best + 1], heap[best]))
			best++;
		if (!is_earlier(pipeline, heap[best], kept))
			return;
		heap[i] = heap[best];
		heap[best] = kept;
		i = best;
	}
}

/* A log that has ended is asked again in the next step only. */
static void build_heap(struct pipeline *pipeline)
{
	pipeline->n_heap = 0;
	for (size_t i = 0; i < pipeline->n; i++)
		if (next_of(pipeline, i))
			pipeline->heap[pipeline->n_heap++] = (uint16_t)i;
	for (size_t i = pipeline->n_heap / 2; i-- > 0;)
		sift_down(pipeline, i);
}

/* The event on top was used: the next of its log, or none for now. */
static void refill(struct pipeline *pipeline)
{
	if (!next_of(pipeline, pipeline->heap[0]))
		pipeline->heap[0] = pipeline->heap[--pipeline->n_heap];
	/* Most have one log. */
	if (pipeline->n_heap > 1)
		sift_down(pipeline, 0);
}

bool pipeline_step(struct pipeline *pipeline, uint64_t max_events)
{
	pipeline->stop = false;
	pipeline->soon = 0;
	build_heap(pipeline);
	for (uint64_t fed = 0; fed < max_events && !pipeline->stop; fed++) {
		struct pipeline_log *log = &pipeline->logs[pipeline->heap[0]];
		const struct mail_event *event = &log->events[log->at].event;

		if (pipeline->n_heap == 0) {
			report(pipeline);
			return false;
		}
		if (pipeline->pause_ms && event->at_ms >= pipeline->pause_ms)
			return true;
		log->at++;
		pipeline->fed++;
		detector_event(pipeline->detector, event);
		if (pipeline->soon && max_events - fed > pipeline->soon)
			max_events = fed + pipeline->soon;
		/* After the last one its place is behind its line. */
		if (fed + 1 < max_events && !pipeline->stop)
			refill(pipeline);
		if (fed % PROGRESS_EVERY == PROGRESS_EVERY - 1)
			report(pipeline);
	}
	return true;
}

bool pipeline_renew(struct pipeline *pipeline)
{
	bool can = true;

	for (size_t i = 0; i < pipeline->n; i++)
		can &= reader_renew(&pipeline->logs[i].reader);
	return can;
}

size_t pipeline_wakes(struct pipeline *pipeline,
		      struct pollfd wakes_out[PIPELINE_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < pipeline->n; i++)
		n += source_wake(pipeline->logs[i].reader.source,
				 &wakes_out[n]);
	return n;
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
	const struct pipeline_log *log = &pipeline->logs[i];

	if (log->at < log->n)
		source_position_at(log->reader.source,
				   log->events[log->at].place, out);
	else
		source_position(log->reader.source, true, out);
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

void pipeline_tally(const struct pipeline *pipeline, struct line_tally *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < pipeline->n; i++)
		reader_add_tally(&pipeline->logs[i].reader, out);
}

/* A batch is never of two files, so its lines are told by their numbers. */
uint64_t pipeline_ahead(const struct pipeline *pipeline, size_t i)
{
	const struct pipeline_log *log = &pipeline->logs[i];
	uint64_t ahead = log->reader.counted;

	if (log->at < log->n)
		ahead += source_line(log->reader.source) -
			 log->events[log->at].place.line + 1;
	return ahead;
}

void pipeline_counted(struct pipeline *pipeline, uint64_t ahead)
{
	pipeline->logs[pipeline->n - 1].reader.counted = ahead;
}

void pipeline_close(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->n; i++)
		reader_close(&pipeline->logs[i].reader);
	pipeline->n = 0;
	pipeline->fed = 0;
}
