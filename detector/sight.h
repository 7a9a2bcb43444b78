/*
 * sight - what scan and watch see of the host and of comporta that the
 * operator may have to hear of, as plain values: whoever reads the logs fills
 * it in, whoever has the database judges it (commands/lookout.h).
 *
 * Times are wall clock in milliseconds. All zero is a sight of nothing.
 *
 * To add one: a field here, its value in lookout_see(), its row in the table of
 * link/message.c, and who judges it in `views` of commands/lookout_tell.c.
 */
#ifndef DETECTOR_SIGHT_H
#define DETECTOR_SIGHT_H

#include <stdbool.h>
#include <stdint.h>

enum { SIGHT_WORDS_SIZE = 200 };

struct sight {
	/* In words; "" while all is well. */
	char brake[SIGHT_WORDS_SIZE];	/* whom it holds */
	char geo[SIGHT_WORDS_SIZE];	/* data that cannot be used */
	char unsaved[SIGHT_WORDS_SIZE];	/* the state cannot be written */
	bool is_geo_off;		/* places are not judged */
	double geo_unknown_share;	/* of the clients, 0 to 1 */
	int64_t geo_built_ms;		/* 0 without data, or unknown */
	int64_t read_ms;	/* when the logs last gave a line; 0 never */
	int64_t submitted_ms;	/* ... and a submission; 0 never */
	int64_t newest_ms;	/* the newest event of the logs; 0 none */
	int64_t behind_ms;	/* by so much are lines older than they can
				 * be; 0 */
	int64_t free_bytes;	/* for the state; -1 unknown */
	int64_t away_ms;	/* since when the database is away, else 0 */
};

#endif
