/*
 * What the files of the album share: the tables behind it. Not for others.
 */
#ifndef DETECTOR_ALBUM_INSIDE_H
#define DETECTOR_ALBUM_INSIDE_H

#include "base/text.h"
#include "detector/album/album.h"
#include "detector/album/picture.h"
#include "detector/verdict.h"

enum {
	SUSPECTS_MAX = 32768,
	PICTURES_MAX = 1024,
	STOPS_MAX = 2000,
	HANDED_IN_SLOTS = 65536,
	LINES_MAX = 12,
	WORDS_REASONS = 3,
	/* New evidence later than this is another incident. */
	INCIDENT_OVER_S = 86400
};

/* What an account was suspected of when it was suspected most. */
struct words {
	float score;		/* then, in log odds */
	uint32_t at_s;
	char login[ACCOUNT_LOGIN_MAX + 2];
	char reasons[WORDS_REASONS][VERDICT_TEXT_SIZE];
};

/* A message by its queue id: where it was handed in and, once the queue
 * manager has counted it, to how many. */
struct handed_in {
	uint64_t key;
	uint32_t at_s;
	uint32_t recipients;	/* 0: not counted */
	uint16_t country;
};

/* One account that had an incident. */
struct suspect {
	uint64_t key;
	uint32_t begin_s;	/* of the incident in progress; 0: none */
	uint32_t rise_s, last_s;
	/* Since then; the second pair only as far as it belongs to it. */
	uint32_t seen_messages, seen_recipients;
	uint32_t messages, recipients;
	/* What the signals said at that time, before their weight. */
	float anchor[PICTURE_SIGNALS];
	uint32_t anchor_s;
	float highest;		/* log odds, ever */
	uint32_t highest_s, highest_recipients;
	/* By threshold: recipients of the incident when it was first crossed,
	 * and in the whole of it. */
	uint16_t crossed, crossed_now;	/* bits */
	uint32_t before[LINES_MAX], whole[LINES_MAX];
	uint32_t stop;		/* number of its row + 1; 0 none */
	bool is_stop_open;	/* its row still counts this incident */
	bool had_second;	/* picture in this incident */
	struct picture *picture;	/* NULL: none, or made room */
	struct words *words;
};

/* The first stop of an account. */
struct stop {
	struct verdict verdict;
	uint32_t again;		/* how often it was told again */
	uint32_t until_messages, until_recipients;
	uint32_t messages, recipients;	/* of the whole incident */
	uint32_t day_recipients;	/* within 24 hours after it */
	uint32_t begin_s, end_s;
};

struct suspects {
	struct suspect **slots;
	size_t n_slots, n;
	float floor;		/* below this log odds some were forgotten */
	uint64_t forgotten;
};

struct album {
	struct suspects suspects;
	struct pictures pictures;
	struct stop *stops;
	size_t n_stops, n_room;
	uint64_t stops_beyond;
	/* Thresholds to compare, in log odds, rising. */
	double lines[LINES_MAX];
	size_t n_lines;
	struct handed_in *handed_in;	/* HANDED_IN_SLOTS; the later stays */
	int64_t first_ms, last_ms;
	uint64_t messages, recipients;
	bool has_verdict;	/* the next event is the one that tipped it */
	struct verdict verdict;
};

/* NULL when it is not known. */
struct suspect *suspects_find(const struct suspects *suspects, uint64_t key);

/* Made when new; NULL when the table is full of accounts that matter more. */
struct suspect *suspects_get(struct suspects *suspects, uint64_t key,
			     uint32_t now_s);
void suspects_release(struct suspects *suspects);

/* Counts an event of an account whose incident is written down. `message` is
 * the one that the event speaks of, NULL when it is not known. */
void suspect_note(struct album *album, struct suspect *suspect,
		  const struct signal_input *input,
		  const struct account_entry *entry,
		  const struct handed_in *message);

/* The incident is over. */
void suspect_close(struct album *album, struct suspect *suspect);

/* Log odds as the judge compares them, of a probability; and back. */
double album_odds(double probability);
double album_probability(double odds);

#endif
