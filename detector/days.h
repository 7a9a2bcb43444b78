/*
 * days - the last day of every account that sends: how many recipients and
 * messages in which hour from which country. For people, who are shown how the
 * hours before a block looked; no signal asks it, so no decision rests on it.
 *
 * One row for an account and an hour (UTC, of the log's time) in which it sent.
 * A row has five countries. When another comes, it is "other", until what came
 * from such others is more than the weakest of the five has: then that one goes
 * into "other" and leaves its place. So the sum is exact, and a country that
 * sends much is named whatever came before it. Counts stop at their largest
 * number.
 *
 * Limits: DAYS_ROWS_MAX rows of DAYS_ROW_BYTES in memory, those that the lines
 * between two commits touch. Before there are more, those go that are older
 * than a day; an account and hour that finds no room then is left out
 * (days_want_commit() is there to be asked before). On the disk (state_days.h)
 * a day is kept, and no more than DAYS_STORED_MAX rows: what was sent longest
 * ago goes first, of all accounts alike.
 *
 * Events out of order go to the hour that they name. Which hour it is now, and
 * so what is more than a day away from it and may go, a line from the future
 * cannot say: DAYS_STRAYS in a row can. While it is in doubt nothing goes.
 */
#ifndef DETECTOR_DAYS_H
#define DETECTOR_DAYS_H

#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DAYS_HOURS = 24,
	DAYS_COUNTRIES = 5,
	DAYS_OTHER = 0xffff,	/* the country of all the others; 0: unknown */
	DAYS_PARTS_MAX = DAYS_HOURS * (DAYS_COUNTRIES + 1),
	DAYS_ROW_BYTES = 64,	/* a line of the processor's cache */
	DAYS_ROWS_MAX = 1 << 19,	/* 32 MiB, and 4 to find them by */
	DAYS_STORED_MAX = 1 << 20,	/* up to 80 bytes each */
	DAYS_KEPT_HOURS = DAYS_HOURS + 2,	/* as lines come late */
	DAYS_STRAYS = 16
};

struct days_cell {
	uint32_t recipients;
	uint16_t messages, country;
};

/* From `claims` on it is stored, without the places that are not used. */
struct days_row {
	uint64_t key;		/* account_key() */
	uint32_t hour;		/* since 1970 */
	uint16_t claims;	/* recipients from other countries, since one
				 * of them last got a place */
	uint8_t n;		/* places in use, from the front */
	uint8_t is_dirty;
	struct days_cell cells[DAYS_COUNTRIES];
	struct days_cell other;
};

_Static_assert(sizeof(struct days_row) == DAYS_ROW_BYTES, "no padding");

/* One hour and country of one account. */
struct days_part {
	uint32_t hour;
	struct days_cell cell;
};

/* Which hour it is, and how many times in a row something was sent that is
 * more than a day away from it. */
struct days_now {
	uint32_t hour, strays;
};

/* Where rows come from that are not in memory: true and the row when it is
 * there, nothing but the counts filled in. */
struct days_backing {
	void *context;
	bool (*load)(void *context, uint64_t key, uint32_t hour,
		     struct days_row *row_out);
};

struct days;

struct days *days_new(const struct days_backing *backing);	/* or NULL */
void days_free(struct days **days);

/* So many recipients of one message, or of none that is new. */
void days_sent(struct days *days, uint64_t key, uint16_t country,
	       uint32_t recipients, uint32_t messages, uint32_t now_s);

/* The hour of this moment and the 23 before it, by hour and then by
 * recipients, the most first. Returns how many parts. */
size_t days_of(const struct days *days, uint64_t key, uint32_t at_s,
	       struct days_part parts_out[DAYS_PARTS_MAX]);

/* `day` of docs/JSON.md; the caller frees. At most 16 KB of text. */
struct json *days_json(const struct days_part *parts, size_t n);

/* For the state file: visit what changed, until one returns nonzero, which is
 * handed on; then, nothing is dirty any more, and many rows are given back. */
int days_each_dirty(const struct days *days,
		    int (*each)(void *context, const struct days_row *row),
		    void *context);
void days_clean(struct days *days);

/* Of these accounts nothing was sent since days_clean(). */
void days_undo(struct days *days, bool (*is_one)(void *context, uint64_t key),
	       void *context);

/* Is there little room left? */
bool days_want_commit(const struct days *days);

/* Is this hour near enough to now to be kept? While now is in doubt, all
 * are. */
bool days_keep(const struct days *days, uint32_t hour);

struct days_now days_now(const struct days *days);
void days_set_now(struct days *days, struct days_now now);

#endif
