#include "detector/crowd.h"

#include "base/hash.h"

enum { DAY_S = 86400 };

enum matter { STRANGERS = 0x11, REFUSALS };

struct sightings *crowd_new(void)
{
	return sightings_new(CROWD_MAX, 2 * DAY_S);
}

static uint64_t key_of(enum matter matter, uint64_t what, uint32_t when)
{
	return hash_mix(what, (uint64_t)matter << 32 | when);
}

static unsigned of_two(const struct sightings *crowd, enum matter matter,
		       uint64_t what, uint64_t member, uint32_t when)
{
	return sightings_count_two(crowd, key_of(matter, what, when),
				   key_of(matter, what, when - 1), member);
}

void crowd_stranger(struct sightings *crowd, uint64_t client, uint64_t domain,
		    uint32_t now_s)
{
	sightings_add(crowd, key_of(STRANGERS, client, now_s / DAY_S), domain,
		      now_s);
}

void crowd_refused(struct sightings *crowd, uint64_t client, uint64_t account,
		   uint32_t now_s)
{
	sightings_add(crowd, key_of(REFUSALS, client, now_s / DAY_S), account,
		      now_s);
}

unsigned crowd_strangers(const struct sightings *crowd, uint64_t client,
			 uint64_t domain, uint32_t now_s)
{
	return of_two(crowd, STRANGERS, client, domain, now_s / DAY_S);
}

unsigned crowd_refusals(const struct sightings *crowd, uint64_t client,
			uint64_t account, uint32_t now_s)
{
	return of_two(crowd, REFUSALS, client, account, now_s / DAY_S);
}
