/*
 * state_days - the last day of the accounts that send (days.h), in the store.
 * For state.c, which says in which table and opens the transactions.
 *
 * Keys are the hour, its highest byte first, then the account: what is older
 * than a day stands at the front and goes with each commit, so the work follows
 * what was written, not how many accounts there are.
 */
#ifndef DETECTOR_STATE_DAYS_H
#define DETECTOR_STATE_DAYS_H

#include "detector/days.h"
#include "detector/store.h"

/* False for a row that is not there, or is none. */
bool state_days_load(struct store *store, int table, uint64_t key,
		     uint32_t hour, struct days_row *row_out);

/* What changed is written; what is more than a day away from now goes, and
 * the oldest hours beyond `most` rows. */
int state_days_save(struct store *store, int table, const struct days *days,
		    size_t most, struct err *err);

#endif
