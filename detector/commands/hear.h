/*
 * hear - what people decided since the last run, on its way from the audit
 * trail into the detector: lifts, and "it was me".
 *
 * A cursor says how far the trail was read. In MariaDB a line with a lower
 * number may appear after one with a higher, as each gets its number before
 * its transaction ends, so the last hundred numbers are read again each time;
 * hearing twice changes nothing. What this process has heard already is
 * skipped all the same: a word and its taking back would else be carried out
 * in turn, and written, in every round.
 */
#ifndef DETECTOR_COMMANDS_HEAR_H
#define DETECTOR_COMMANDS_HEAR_H

#include "detector/blocks.h"
#include "detector/detector.h"

enum { HEAR_AGAIN = 100 };

struct hear {
	int64_t ids[2 * HEAR_AGAIN];	/* the last ones heard; `n` of them
					 * since the start or a reload. Full:
					 * the oldest goes */
	size_t n;
};

/* One piece of news; *cursor moves on, *is_changed is set when an account
 * changed. */
void hear_one(struct hear *hear, struct detector *detector,
	      const struct blocks_news *news, int64_t *cursor,
	      bool *is_changed);

#endif
