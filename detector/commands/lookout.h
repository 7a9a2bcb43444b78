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
	LOOKOUT_CLOCK_MS = 10 * 60 * 1000	/* log ahead of the clock */
};

/* What the reader of the logs remembers. */
struct lookout {
	bool is_changed;
	char brake[SIGHT_WORDS_SIZE];	/* in words; "" holds nobody */
	int64_t read_ms;	/* when the logs last gave a line; 0 never */
	int64_t away_ms;	/* since when the database is away, else 0 */
};

/* As the state has it, and into it; the rest is kept. */
void lookout_load(struct lookout *lookout, struct state *state);
int lookout_save(const struct lookout *lookout, struct state *state,
		 struct err *err);

/* What is seen. `why` is NULL when the brake holds nobody. lookout_away() is
 * true when there is something new to be saved. */
void lookout_read(struct lookout *lookout, int64_t now_ms);
void lookout_braked(struct lookout *lookout, const struct err *why);
bool lookout_away(struct lookout *lookout, bool is_away, int64_t now_ms);

/* As plain values, for whoever has the database. `newest_ms` is the newest
 * event of the logs. */
void lookout_see(struct lookout *lookout, const struct detector *detector,
		 int64_t newest_ms, int64_t now_ms, struct sight *out);

/* That was told: what could not be while it lasted is over. */
void lookout_was_told(struct lookout *lookout);

/* Something to be saved came of it; asking forgets it. */
bool lookout_is_changed(struct lookout *lookout);

/* What the teller remembers; all zero is the beginning. */
struct teller {
	bool is_braked;
	int64_t next_ms;	/* monotonic: look again */
};

/* Begin and end alarms, and queue the digest; once a minute, at once for the
 * brake. The same again changes nothing. */
int lookout_tell(struct teller *teller, struct blocks *blocks,
		 const struct sight *sight, int64_t now_ms,
		 int64_t monotonic_ms, struct err *err);

#endif
