/*
 * fetch - ask for a place in memory that will be needed soon.
 *
 * By a read whose result nobody waits for: the processor goes on meanwhile,
 * and several such reads overlap. The instruction made for it, prefetch, did
 * nothing at all where this was measured (docs/PERFORMANCE.md): a processor
 * may drop it when the page is not in its tables, which is just the case for
 * memory that was not touched for a while.
 */
#ifndef BASE_FETCH_H
#define BASE_FETCH_H

#include <stddef.h>

enum { FETCH_LINE = 64 };	/* bytes, as x86-64 has it; a guess elsewhere */

static inline void fetch(const void *at)
{
	(void)*(const volatile char *)at;
}

/* All of [from, to). */
static inline void fetch_range(const void *from, const void *to)
{
	const char *at = from;

	for (; at < (const char *)to; at += FETCH_LINE)
		fetch(at);
}

#endif
