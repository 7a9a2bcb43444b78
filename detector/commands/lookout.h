/*
 * lookout - whether something is wrong with the host or with comporta that the
 * operator has to hear of: what scan and watch see of it, and the alarms
 * (detector/alarms.h) that come of it. And when the day's digest is due.
 *
 * The one who reads the logs sees (struct lookout), the one who has the
 * database tells (struct teller); plain values go from one to the other
 * (sight.h).
 *
 * Times are wall clock in milliseconds, but for `monotonic_ms`. Part of it is
 * kept in the state, so that a run every two minutes knows since when.
 */
#ifndef DETECTOR_COMMANDS_LOOKOUT_H
#define DETECTOR_COMMANDS_LOOKOUT_H

#include "detector/blocks.h"
#include "detector/detector.h"
#include "detector/sight.h"
#include "detector/state.h"

enum {
	LOOKOUT_EVERY_MS = 60 * 1000,
	LOOKOUT_OUTAGE_MS = 60 * 1000,	/* shorter ones are not told */
	LOOKOUT_CLOCK_MS = 10 * 60 * 1000,	/* between log and clock */
	/* Lines that came late once are no clock yet. */
	LOOKOUT_LATE_MS = 60 * 1000,
	/* Less is nearly full: the state of 50,000 accounts is about as
	 * large. */
	LOOKOUT_FREE_BYTES = 64 << 20
};

/* What the reader of the logs remembers. */
struct lookout {
	bool is_changed;
	/* As in struct sight. */
	char brake[SIGHT_WORDS_SIZE], geo[SIGHT_WORDS_SIZE];
	char unsaved[SIGHT_WORDS_SIZE];
	uint64_t submissions;	/* as the detector counted them */
	int64_t read_ms;	/* when the logs last gave a line; 0 never */
	int64_t submitted_ms;	/* ... and a submission */
	int64_t caught_ms;	/* when all that was there had been read */
	int64_t late_ms;	/* since when lines are older than they can
				 * be, else 0 */
	int64_t behind_ms;	/* by so much, once that is sure */
	int64_t away_ms;	/* since when the database is away, else 0 */
};

/* As the state has it, and into it; the rest is kept. */
void lookout_load(struct lookout *lookout, struct state *state);
int lookout_save(struct lookout *lookout, struct state *state,
		 struct err *err);

/* What is seen. `submissions`: how many the detector has counted. `newest_ms`:
 * of the lines that were read since everything had been read before; 0 for
 * none. `why` is NULL when the brake holds nobody, when the state could be
 * written. lookout_away() is true when there is something new to be saved. */
void lookout_read(struct lookout *lookout, uint64_t submissions,
		  int64_t now_ms);
void lookout_caught_up(struct lookout *lookout, int64_t newest_ms,
		       int64_t now_ms);
void lookout_braked(struct lookout *lookout, const struct err *why);
void lookout_unsaved(struct lookout *lookout, const struct err *why);
bool lookout_away(struct lookout *lookout, bool is_away, int64_t now_ms);

/* As plain values, for whoever has the database. `newest_ms` is the newest
 * event of the logs, `free_bytes` the room that the state has (-1: unknown). */
void lookout_see(struct lookout *lookout, const struct detector *detector,
		 int64_t newest_ms, int64_t free_bytes, int64_t now_ms,
		 struct sight *out);

/* That was told: what could not be while it lasted is over. */
void lookout_was_told(struct lookout *lookout);

/* Something to be saved came of it; asking forgets it. */
bool lookout_is_changed(struct lookout *lookout);

/* What the teller remembers; all zero is the beginning. */
struct teller {
	unsigned known;		/* what was told at once, as bits */
	int64_t next_ms;	/* monotonic: look again */
};

/* Begin and end alarms, and queue the digest; once a minute, at once for what
 * a sight has in words. The same again changes nothing. */
int lookout_tell(struct teller *teller, struct blocks *blocks,
		 const struct sight *sight, int64_t now_ms,
		 int64_t monotonic_ms, struct err *err);

#endif
