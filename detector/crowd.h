/*
 * crowd - what other accounts of the host have to do with one client address:
 * for how many domains it was a stranger today, and how many accounts'
 * passwords it got wrong. A crew that works through a list of stolen passwords
 * shows here before any single account looks strange.
 *
 * A row for each address and day (UTC); the count is that of today and
 * yesterday. IPv6 counts as its /64 (address_client_hash). CROWD_MAX rows;
 * strangers can fill the table, which then starts over: that costs evidence of
 * this kind and nothing else. So what speaks for an owner is not kept here.
 */
#ifndef DETECTOR_CROWD_H
#define DETECTOR_CROWD_H

#include "base/slice.h"
#include "detector/sightings.h"

enum { CROWD_MAX = 1 << 17 };

struct sightings *crowd_new(void);

/* An account of this domain was let in from an address of a network it does
 * not know. One without a domain is a domain of its own: give its key. */
void crowd_stranger(struct sightings *crowd, uint64_t client, uint64_t domain,
		    uint32_t now_s);

/* A password of this account was refused to this address. */
void crowd_refused(struct sightings *crowd, uint64_t client, uint64_t account,
		   uint32_t now_s);

/* Other domains than this one whose accounts the address was a stranger to. */
unsigned crowd_strangers(const struct sightings *crowd, uint64_t client,
			 uint64_t domain, uint32_t now_s);

/* Other accounts whose passwords it got wrong. */
unsigned crowd_refusals(const struct sightings *crowd, uint64_t client,
			uint64_t account, uint32_t now_s);

#endif
