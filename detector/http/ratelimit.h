/*
 * ratelimit - how many requests an address or a token may make in a while.
 *
 * A fixed table of RATELIMIT_SIZE counters (base/rate.h). A key has four
 * places; when all are taken, the one that began its while longest ago makes
 * room. So somebody with very many addresses can push another key out, and
 * what they gain is one more while's worth of requests. Keys are hashed with
 * a secret seed, so that nobody can choose whom to push out.
 */
#ifndef DETECTOR_HTTP_RATELIMIT_H
#define DETECTOR_HTTP_RATELIMIT_H

#include "base/slice.h"

struct ratelimit;

/* Ends the program when there is no memory for it: made once at start. */
struct ratelimit *ratelimit_new(uint64_t seed);
void ratelimit_free(struct ratelimit **ratelimit);

/* Count one request of `key`. False when it is one too many: it is not
 * counted then, and *wait_s_out tells when to try again. */
bool ratelimit_take_in(struct ratelimit *ratelimit, struct slice key,
		       int64_t most, int64_t span_ms, int64_t now_ms,
		       int *wait_s_out);

/* Is there room for one more? Counts nothing. */
bool ratelimit_has_room(struct ratelimit *ratelimit, struct slice key,
			int64_t most, int64_t span_ms, int64_t now_ms,
			int *wait_s_out);

/* As ratelimit_take_in(), for a minute. A table is for one span, so that what
 * is counted for long is not pushed out by what is counted briefly. */
bool ratelimit_take(struct ratelimit *ratelimit, struct slice key,
		    int64_t per_minute, int64_t now_ms, int *wait_s_out);

#endif
