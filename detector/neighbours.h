/*
 * neighbours - which countries are normal around an account: used by other
 * accounts of its domain, or by a good part of the host's accounts.
 *
 * An account counts for its country once it is trusted there itself (see
 * profile.h), so that one crew trying many passwords does not make its country
 * a home.
 *
 * Kept in a table of its own (sightings.h): one row for each pair of domain
 * and country, NEIGHBOURS_MAX of them, and one for each day and hour. Strangers
 * cannot fill it (crowd.h), so what is known of the host as a whole is here.
 */
#ifndef DETECTOR_NEIGHBOURS_H
#define DETECTOR_NEIGHBOURS_H

#include "base/slice.h"
#include "detector/sightings.h"

enum { NEIGHBOURS_MAX = 1 << 20 };

struct sightings *neighbours_new(void);

/* `account`, of this account_domain(), is trusted in `country`. `is_first` when
 * that is the first one it ever came to trust: then it counts for the host as
 * a whole. */
void neighbours_seen(struct sightings *neighbours, uint64_t domain,
		     uint64_t account, uint16_t country, uint32_t now_s,
		     bool is_first);

/* Three or more other accounts of its domain within seven days, or at least a
 * tenth of the host's accounts (once 20 are known). */
bool neighbours_know(const struct sightings *neighbours, uint64_t domain,
		     uint64_t account, uint16_t country, uint32_t now_s);

/* Does most of the host have trusted places by now? While nobody has a
 * history everybody is new everywhere. */
bool neighbours_are_warm(const struct sightings *neighbours);


/* Accounts that read their mail today or yesterday (UTC). Where hardly any do,
 * the log does not show it, and that an account does not read says nothing. */
void neighbours_read(struct sightings *neighbours, uint64_t account,
		     uint32_t now_s);
bool neighbours_show_readers(const struct sightings *neighbours,
			     uint32_t now_s);

/* Accounts whose mail was refused for policy in this hour and the one before,
 * `account` itself left out. When many are, the host is on a list, and nobody's
 * account is stolen because of it. */
void neighbours_refused(struct sightings *neighbours, uint64_t account,
			uint32_t now_s);
unsigned neighbours_refusals(const struct sightings *neighbours,
			     uint64_t account, uint32_t now_s);

#endif
