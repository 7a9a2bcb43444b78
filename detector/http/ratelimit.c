#include "detector/http/ratelimit.h"

#include "base/hash.h"
#include "base/rate.h"
#include "base/stamp.h"

#include <stdlib.h>

enum { PLACES = 4, RATELIMIT_SIZE = 4096 * PLACES };

struct counter {
	uint64_t key;
	struct rate rate;
};

struct ratelimit {
	uint64_t seed;
	struct counter counters[RATELIMIT_SIZE];
};

struct ratelimit *ratelimit_new(uint64_t seed)
{
	struct ratelimit *ratelimit = calloc(1, sizeof(*ratelimit));

	if (!ratelimit)
		abort();
	ratelimit->seed = seed;
	return ratelimit;
}

void ratelimit_free(struct ratelimit **ratelimit)
{
	free(*ratelimit);
	*ratelimit = NULL;
}

static struct counter *place_of(struct ratelimit *ratelimit, uint64_t key)
{
	size_t first = key % (RATELIMIT_SIZE / PLACES) * PLACES;
	struct counter *oldest = &ratelimit->counters[first];

	for (size_t i = first; i < first + PLACES; i++) {
		struct counter *counter = &ratelimit->counters[i];

		if (counter->key == key)
			return counter;
		if (counter->rate.start_ms < oldest->rate.start_ms)
			oldest = counter;
	}
	*oldest = (struct counter){ .key = key };
	return oldest;
}

/* The window slides, so part of it is enough to wait. */
static bool has_room(const struct counter *counter, int64_t most,
		     int64_t span_ms, int64_t now_ms, int *wait_s_out)
{
	if (rate_estimate(&counter->rate, span_ms, now_ms) < most)
		return true;
	*wait_s_out = (int)(span_ms / STAMP_SECOND_MS / 6);
	return false;
}

bool ratelimit_has_room(struct ratelimit *ratelimit, struct slice key,
			int64_t most, int64_t span_ms, int64_t now_ms,
			int *wait_s_out)
{
	return has_room(place_of(ratelimit, hash_bytes(key, ratelimit->seed)),
			most, span_ms, now_ms, wait_s_out);
}

bool ratelimit_take_in(struct ratelimit *ratelimit, struct slice key,
		       int64_t most, int64_t span_ms, int64_t now_ms,
		       int *wait_s_out)
{
	struct counter *counter = place_of(ratelimit,
					   hash_bytes(key, ratelimit->seed));

	if (!has_room(counter, most, span_ms, now_ms, wait_s_out))
		return false;
	rate_add(&counter->rate, span_ms, now_ms, 1);
	return true;
}

bool ratelimit_take(struct ratelimit *ratelimit, struct slice key,
		    int64_t per_minute, int64_t now_ms, int *wait_s_out)
{
	return ratelimit_take_in(ratelimit, key, per_minute, STAMP_MINUTE_MS,
				 now_ms, wait_s_out);
}
