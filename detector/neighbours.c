#include "detector/neighbours.h"

#include "base/bits.h"
#include "base/hash.h"

enum { HOUR_S = 3600, DAY_S = 86400, WEEK_S = 7 * DAY_S, HOST_MIN = 20 };

/* So many accounts that read are no accident. */
enum { READERS_MIN = 4 };

struct sightings *neighbours_new(void)
{
	return sightings_new(NEIGHBOURS_MAX, WEEK_S);
}

/* What a key stands for. */
enum matter { DOMAIN = 1, HOST, READERS, REFUSED };

/* The second number: what it is, and a country, a day or an hour. */
static uint64_t key_of(uint64_t domain, enum matter matter, uint32_t number)
{
	return hash_mix(domain, (uint64_t)matter << 32 | number);
}

/* The host as a whole; country 0 is its total. */
static uint64_t host_key(uint16_t country)
{
	return key_of(0, HOST, country);
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

void neighbours_seen(struct sightings *neighbours, uint64_t domain,
		     uint64_t account, uint16_t country, uint32_t now_s,
		     bool is_first)
{
	sightings_add(neighbours, key_of(domain, DOMAIN, country),
		      account, now_s);
	if (!is_first)
		return;
	count_for_host(neighbours, 0, now_s);
	count_for_host(neighbours, country, now_s);
}

bool neighbours_know(const struct sightings *neighbours, uint64_t domain,
		     uint64_t account, uint16_t country, uint32_t now_s)
{
	const struct sighting *total = sightings_find(neighbours, host_key(0));
	const struct sighting *n = sightings_find(
		neighbours, key_of(domain, DOMAIN, country));

	if (n && sighting_age_s(n, now_s) < WEEK_S &&
	    bits_count(n->members & ~sighting_bit(account)) >= 3)
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

/* Of the host in one day or hour, by its number. */
static uint64_t day_key(uint32_t day)
{
	return key_of(0, READERS, day);
}

static uint64_t hour_key(uint32_t hour)
{
	return key_of(0, REFUSED, hour);
}

void neighbours_read(struct sightings *neighbours, uint64_t account,
		     uint32_t now_s)
{
	sightings_add(neighbours, day_key(now_s / DAY_S), account, now_s);
}

bool neighbours_show_readers(const struct sightings *neighbours,
			     uint32_t now_s)
{
	uint32_t day = now_s / DAY_S;

	return sightings_count_two(neighbours, day_key(day), day_key(day - 1),
				   0) >= READERS_MIN;
}

void neighbours_refused(struct sightings *neighbours, uint64_t account,
			uint32_t now_s)
{
	sightings_add(neighbours, hour_key(now_s / HOUR_S), account, now_s);
}

unsigned neighbours_refusals(const struct sightings *neighbours,
			     uint64_t account, uint32_t now_s)
{
	uint32_t hour = now_s / HOUR_S;

	return sightings_count_two(neighbours, hour_key(hour),
				   hour_key(hour - 1), account);
}
