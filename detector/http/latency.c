#include "detector/http/latency.h"

const int latency_bounds_ms[LATENCY_BUCKETS] = {
	1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000
};

/* Both in the order of enum http_part; "" is any other. */
static const struct {
	const char *name;
	const char *segment;
} parts[HTTP_PARTS] = {
	[HTTP_PART_OWNER] = { "owner", "b" },
	[HTTP_PART_API] = { "api", "api" },
	[HTTP_PART_SUPPORT] = { "support", "support" },
	[HTTP_PART_METRICS] = { "metrics", "metrics" },
	[HTTP_PART_OTHER] = { "other", "" },
};

enum http_part http_part_of(struct slice path)
{
	struct slice segment;

	if (!slice_skip(&path, S("/")))
		return HTTP_PART_OTHER;
	segment = slice_cut(&path, '/');
	for (int i = 0; i < HTTP_PART_OTHER; i++)
		if (slice_eq(segment, slice_from(parts[i].segment)))
			return (enum http_part)i;
	return HTTP_PART_OTHER;
}

void http_stats_note(struct http_stats *stats, enum http_part part,
		     int status, int64_t took_us)
{
	struct latency *latency = &stats->parts[part];
	size_t bucket = 0;

	if (took_us < 0)
		took_us = 0;
	while (bucket < LATENCY_BUCKETS &&
	       took_us > (int64_t)latency_bounds_ms[bucket] * 1000)
		bucket++;
	latency->buckets[bucket]++;
	latency->n++;
	latency->sum_us += (uint64_t)took_us;
	if (status >= 100 && status < 600)
		latency->statuses[status / 100 - 1]++;
}

void http_stats_each(const struct http_stats *stats,
		     void (*each)(void *context, const char *part,
				  const struct latency *latency),
		     void *context)
{
	for (int i = 0; i < HTTP_PARTS; i++)
		each(context, parts[i].name, &stats->parts[i]);
}
