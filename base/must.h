/*
 * must - memory that has to be there: taken at start and when a table grows.
 * Without it there is nothing sensible left to do, so the program ends.
 */
#ifndef BASE_MUST_H
#define BASE_MUST_H

#include <stdlib.h>

static inline void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

#endif
