/*
 * correspondents - which recipients' domains many accounts of the host write
 * to. In a small domain every mailbox is an acquaintance; in a large one
 * (gmail.com and such) only the mailbox is. No list of names: what is large is
 * what many accounts here write to.
 *
 * A row for each domain; CORRESPONDENTS_MAX of them. Of a full table the
 * domains stay that are not few accounts' alone (sightings.h).
 */
#ifndef DETECTOR_CORRESPONDENTS_H
#define DETECTOR_CORRESPONDENTS_H

#include "base/slice.h"
#include "detector/sightings.h"

enum { CORRESPONDENTS_MAX = 1 << 16 };

struct sightings *correspondents_new(void);

/* `account` writes to this recipient. What it is known by from now on: a hash
 * of the whole address in a large domain, of the domain else. */
uint64_t correspondents_seen(struct sightings *correspondents,
			     struct slice recipient, uint64_t account,
			     uint32_t now_s);

#endif
