/*
 * explain_inside - what the files explain*.c share, and nobody else uses.
 */
#ifndef DETECTOR_COMMANDS_EXPLAIN_INSIDE_H
#define DETECTOR_COMMANDS_EXPLAIN_INSIDE_H

#include "base/stamp.h"
#include "detector/commands/explain.h"
#include "detector/commands/screen.h"
#include "detector/signals/signal.h"

enum { EXPLAIN_SIGNALS_MAX = ACCOUNT_GROUPS, EXPLAIN_HOURS_MIN = 10,
       EXPLAIN_CASES_MIN = 5, EXPLAIN_SENT_MIN = 3 };

/* Nats that round to nothing. */
#define EXPLAIN_SILENT 0.05

struct explain_share {
	const struct signal *signal;
	double nats, most;	/* as they count, after the weight */
};

/* Every signal there is, the largest share first. Returns how many. */
size_t explain_shares(const struct explanation *e,
		      struct explain_share shares[EXPLAIN_SIGNALS_MAX]);

/* What it says; "no sign of" what it looks for, when it speaks for the account;
 * what it is about, when it says nothing. */
void explain_words_of(const struct explanation *e,
		      const struct explain_share *share, struct text *out);

/* "2026-11-15 08:40" in the machine's zone; "2026-11-15" of a day. */
void explain_time(uint32_t at_s, char out[STAMP_TEXT_SIZE]);
void explain_day(uint32_t day, char out[STAMP_TEXT_SIZE]);

/* explain_normal.c: two parts of the page. */
void explain_normal(const struct explanation *e, const struct screen *screen);
void explain_lately(const struct explanation *e, const struct screen *screen);

/* explain_block.c: what was done besides a block that stands; nothing when
 * there is none. As JSON these go into it. */
void explain_block(const struct explanation *e, const struct screen *screen);
void explain_block_json(struct explanation *e, struct json *object);

#endif
