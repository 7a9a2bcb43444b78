#include "detector/correspondents.h"

#include "base/hash.h"

/* Large: so many accounts of the host write there. */
enum { LARGE = 16, KEEP_S = 30 * 86400, LOCAL_PART = 9, DOMAIN = 10 };

struct sightings *correspondents_new(void)
{
	return sightings_new(CORRESPONDENTS_MAX, KEEP_S);
}

uint64_t correspondents_seen(struct sightings *correspondents,
			     struct slice recipient, uint64_t account,
			     uint32_t now_s)
{
	uint64_t domain = hash_bytes(
		slice_registered(slice_domain(recipient)), DOMAIN);

	sightings_add(correspondents, domain, account, now_s);
	if (sightings_count(correspondents, domain, account) < LARGE)
		return domain;
	return hash_bytes(recipient, LOCAL_PART);
}
