#include "gen.h"

/* splitmix64 (Vigna), public domain: good enough for traffic, and tiny. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

uint64_t rng_next(struct rng *rng)
{
	rng->state += UINT64_C(0x9e3779b97f4a7c15);
	return mix(rng->state);
}

uint64_t hash3(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t h = mix(a + UINT64_C(0x9e3779b97f4a7c15));

	h = mix(h ^ (b + UINT64_C(0x9e3779b97f4a7c15)));
	return mix(h ^ (c + UINT64_C(0xd1b54a32d192ed03)));
}

uint32_t rng_below(struct rng *rng, uint32_t limit)
{
	return (uint32_t)(((rng_next(rng) >> 32) * limit) >> 32);
}

int64_t rng_between(struct rng *rng, int64_t low, int64_t high)
{
	return low + (int64_t)(rng_next(rng) % (uint64_t)(high - low + 1));
}

bool rng_chance(struct rng *rng, uint32_t permille)
{
	return rng_below(rng, 1000) < permille;
}
