/*
 * arena - many short texts that are kept together and given up together.
 *
 * A text costs its bytes and a NUL; nothing is given back singly.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/slice.h"

enum { ARENA_TEXT_MAX = 1 << 12 };

struct arena_block;

/* Zeroed is empty. */
struct arena {
	struct arena_block *blocks;	/* the one in use first */
	size_t used;			/* bytes of it */
};

/* At most ARENA_TEXT_MAX bytes, with a NUL behind them. Never NULL; lives until
 * arena_release(). */
const char *arena_copy(struct arena *arena, struct slice text);

void arena_release(struct arena *arena);

#endif
