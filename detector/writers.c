#include "detector/writers.h"

#include "base/hash.h"

static uint32_t add(struct writers *writers, uint64_t seed, uint64_t host)
{
	uint32_t n_others = 0;

	if (writers->n == WRITERS_MAX)
		return 0;
	for (uint32_t i = 0; i < writers->n; i++)
		if (writers->all[i].host == host) {
			writers->all[i].n_others++;
			n_others++;
		}
	writers->all[writers->n] =
		(struct writer){ seed, host, n_others, false };
	return ++writers->n;
}

uint32_t writers_place(struct writers *writers, uint64_t seed, uint64_t host)
{
	for (uint32_t i = 0; i < writers->n; i++)
		if (writers->all[i].seed == seed)
			return i + 1;
	return add(writers, seed, host);
}

uint32_t writers_machine(struct slice name)
{
	char lower[64];

	name = slice_cut(&name, '.');
	slice_copy_lower(name, lower, sizeof(lower));
	if (!lower[0])
		return 0;
	return (uint32_t)hash_bytes(slice_from(lower), 5) | 1;
}
