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

#endif
