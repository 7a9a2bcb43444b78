/*
 * hash - fast, seeded hashing for tables and fingerprints of file content.
 *
 * The adapter of xxHash (XXH3). Not for secrets: see crypto.h.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/slice.h"

/* Equal bytes and seed give equal values, on every machine. */
uint64_t hash_bytes(struct slice bytes, uint64_t seed);

/* Two numbers, hashes or not, to one: for keys made of several things, where
 * hash_bytes() costs more than the look-up. Not for bytes of strangers, who
 * could choose them. */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	uint64_t x = a + b * UINT64_C(0x9e3779b97f4a7c15);

	/* The finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

#endif
