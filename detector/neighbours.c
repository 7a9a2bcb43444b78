#include "detector/neighbours.h"

#include "base/hash.h"

enum { WEEK_S = 7 * 86400, HOST_MIN = 20 };

struct sightings *neighbours_new(void)
{
	return sightings_new(NEIGHBOURS_MAX, WEEK_S);
}

static uint64_t key_of(struct slice domain, uint16_t country)
{
	return hash_bytes(domain, country + UINT64_C(0x10000));
}

/* The host as a whole; country 0 is its total. Apart from the domain without
 * a name, which is that of logins such as "jan". */
static uint64_t host_key(uint16_t country)
{
	return hash_bytes(S(""), country + UINT64_C(0x20000));
}

static void count_for_host(struct sightings *neighbours, uint16_t country,
			   uint32_t now_s)
{
	struct sighting *n = sightings_get(neighbours, host_key(country),
					   now_s);

	n->members++;
	n->last_s = now_s > n->last_s ? now_s : n->last_s;
	n->is_dirty = 1;
}

void neighbours_seen(struct sightings *neighbours, struct slice login,
		     uint64_t account, uint16_t country, uint32_t now_s,
		     bool is_first)
{
	sightings_add(neighbours, key_of(slice_domain(login), country),
		      account, now_s);
	if (!is_first)
		return;
	count_for_host(neighbours, 0, now_s);
	count_for_host(neighbours, country, now_s);
}

bool neighbours_know(const struct sightings *neighbours, struct slice login,
		     uint64_t account, uint16_t country, uint32_t now_s)
{
	const struct sighting *total = sightings_find(neighbours, host_key(0));
	const struct sighting *n = sightings_find(
		neighbours, key_of(slice_domain(login), country));

	if (n && sighting_age_s(n, now_s) < WEEK_S &&
	    __builtin_popcountll(n->members & ~sighting_bit(account)) >= 3)
		return true;
	n = sightings_find(neighbours, host_key(country));
	return n && total && total->members >= HOST_MIN &&
	       n->members * 10 >= total->members;
}

bool neighbours_are_warm(const struct sightings *neighbours)
{
	const struct sighting *total = sightings_find(neighbours, host_key(0));

	return total && total->members >= HOST_MIN;
}
