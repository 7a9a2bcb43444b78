/*
 * argon - Argon2 (RFC 9106). The adapter of libargon2.
 *
 * Always in one thread, however many lanes the hash was made with: the result
 * is the same, and a server that answers one request after the other starts
 * none.
 */
#ifndef BASE_ARGON_H
#define BASE_ARGON_H

#include "base/slice.h"

#include <stdint.h>

enum argon_type { ARGON_D, ARGON_I, ARGON_ID };

/* How a hash was made. The caller bounds the cost. */
struct argon {
	enum argon_type type;
	uint32_t version;	/* 16 or 19 */
	uint32_t memory_kib, passes, lanes;
	struct slice salt;
};

/* False when the library takes no such numbers, or there is no memory. */
bool argon_hash(const struct argon *how, struct slice password,
		unsigned char *out, size_t size);

#endif
