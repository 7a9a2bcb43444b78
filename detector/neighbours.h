/*
 * neighbours - which countries are normal around an account: used by other
 * accounts of its domain, or by a good part of the host's accounts.
 *
 * An account counts for its country once it is trusted there itself (see
 * profile.h), so that one crew trying many passwords does not make its country
 * a home. Different accounts are counted with 64 bits of linear counting.
 *
 * Limit: NEIGHBOURS_MAX pairs of domain and country; a full table forgets the
 * pairs not seen for the longest time.
 */
#ifndef DETECTOR_NEIGHBOURS_H
#define DETECTOR_NEIGHBOURS_H

#include "base/slice.h"

enum { NEIGHBOURS_MAX = 1 << 20 };

struct neighbour {
	uint64_t key;		/* of domain and country; 0 free */
	uint64_t accounts;	/* linear counting bits, or, for the host as
				 * a whole, a plain count */
	uint32_t last_s;
	uint32_t is_dirty;
};

struct neighbours;

struct neighbours *neighbours_new(void);
void neighbours_free(struct neighbours **neighbours);

/* `account` is trusted in `country`. `is_first` when it just became so for
 * the first time: then it counts for the host as a whole. */
void neighbours_seen(struct neighbours *neighbours, struct slice login,
		     uint64_t account, uint16_t country, uint32_t now_s,
		     bool is_first);

/* Three or more other accounts of its domain within seven days, or at least a
 * tenth of the host's accounts (once 20 are known). */
bool neighbours_know(const struct neighbours *neighbours, struct slice login,
		     uint64_t account, uint16_t country, uint32_t now_s);

/* For the state file, as in tracker.h. */
void neighbours_restore(struct neighbours *neighbours,
			const struct neighbour *neighbour);
int neighbours_each_dirty(struct neighbours *neighbours,
			  int (*each)(void *context,
				      const struct neighbour *neighbour),
			  void *context);
void neighbours_clean(struct neighbours *neighbours);

#endif
