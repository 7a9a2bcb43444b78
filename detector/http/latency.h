/*
 * latency - how long answers took, counted for /metrics.
 *
 * One histogram and the numbers of answers by class of status for each part of
 * the endpoint; a fixed size, whatever strangers ask for. What is measured is
 * the making of the answer, from the whole request to the answer's last byte
 * handed to libmicrohttpd: the database is in it, a slow client is not. Counts
 * begin with the process and only grow, but for `connections`.
 */
#ifndef DETECTOR_HTTP_LATENCY_H
#define DETECTOR_HTTP_LATENCY_H

#include "base/slice.h"

#include <stdint.h>

/* By the first segment of the path. */
enum http_part {
	HTTP_PART_OWNER,	/* /b/ */
	HTTP_PART_API,		/* /api/ */
	HTTP_PART_SUPPORT,	/* /support */
	HTTP_PART_METRICS,	/* /metrics */
	HTTP_PART_OTHER,
	HTTP_PARTS
};

enum { LATENCY_BUCKETS = 13, LATENCY_STATUSES = 5 };

/* Upper bounds, 1 ms to 10 s, each included. */
extern const int latency_bounds_ms[LATENCY_BUCKETS];

struct latency {
	/* Not cumulative; the last is of those above all bounds. */
	uint64_t buckets[LATENCY_BUCKETS + 1];
	uint64_t statuses[LATENCY_STATUSES];	/* [0] 1xx ... [4] 5xx */
	uint64_t n;		/* answers in all */
	uint64_t sum_us;
};

struct http_stats {
	struct latency parts[HTTP_PARTS];
	uint64_t connections;	/* open now */
	uint64_t accepted;	/* connections, ever */
	uint64_t cut_slow;	/* a request took too long to come in */
	uint64_t cut_for_room;	/* idle, and others wanted the place */
};

/* `path` as sent: still encoded, without its query. */
enum http_part http_part_of(struct slice path);

void http_stats_note(struct http_stats *stats, enum http_part part,
		     int status, int64_t took_us);

/* Every part in its order, also those that nobody asked for yet. The name is
 * "owner", "api", "support", "metrics" or "other". */
void http_stats_each(const struct http_stats *stats,
		     void (*each)(void *context, const char *part,
				  const struct latency *latency),
		     void *context);

#endif
