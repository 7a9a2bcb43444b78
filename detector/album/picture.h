/*
 * picture - the course of one incident over time, in buckets: messages and
 * recipients by country, and what every signal said.
 *
 * Always PICTURE_BUCKETS buckets: at first of 15 seconds, and when time runs
 * out of them two become one and all are twice as wide. What comes later than
 * an hour after the last new evidence waits in hourly buckets beside, and
 * joins only if more evidence follows: else an owner's quiet day would press
 * the thief's half hour into one bar.
 *
 * Countries: the first PICTURE_COUNTRIES, the rest is "others".
 */
#ifndef DETECTOR_ALBUM_PICTURE_H
#define DETECTOR_ALBUM_PICTURE_H

#include "detector/account.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	PICTURE_SIGNALS = ACCOUNT_GROUPS,
	PICTURE_BUCKETS = 96,
	PICTURE_LATE = 24,
	PICTURE_LATE_S = 3600,
	PICTURE_COUNTRIES = 10,	/* and one more for the others */
	PICTURE_WIDTH_S = 15,
	/* In the place of a country code. */
	COUNTRY_UNKNOWN = 0,
	COUNTRY_LOCAL = 1	/* the provider's own network: a webmail */
};

/* Log odds below any that are. */
static const float PICTURE_CALM = -1000;

struct bucket {
	uint32_t messages[PICTURE_COUNTRIES + 1];
	uint32_t recipients[PICTURE_COUNTRIES + 1];
	/* As it counts, in nats, at the bucket's highest moment. */
	float sums[PICTURE_SIGNALS];
	float total;
	bool has_sums;
};

/* One event of it. */
struct picture_event {
	uint32_t at_s;
	uint32_t recipients;	/* 0: no message */
	bool is_further;	/* recipients of a message that was counted */
	uint16_t country;
	float sums[PICTURE_SIGNALS];
	float total;
};

struct picture {
	bool is_used, is_over;
	bool is_late;		/* the beginning made room: not in it */
	char login[ACCOUNT_LOGIN_MAX + 2];
	uint64_t key;
	uint32_t start_s;	/* of the first bucket */
	uint32_t end_s;		/* of the incident, so far */
	uint32_t width_s;
	double prior;		/* log odds before any evidence */
	uint32_t watched_s, stopped_s;	/* 0: never */
	float highest;		/* log odds */
	uint32_t messages, recipients;
	uint16_t countries[PICTURE_COUNTRIES];
	size_t n_countries;
	uint32_t late_s;	/* start of the first late bucket; 0: none */
	struct bucket buckets[PICTURE_BUCKETS];
	struct bucket late[PICTURE_LATE];
};

struct pictures {
	struct picture **all;	/* PICTURES_MAX; the first n exist */
	size_t n, max;
};

void picture_begin(struct picture *picture, uint64_t key, const char *login,
		   uint32_t at_s);

/* Belongs to the incident; times before the start count as the start. */
void picture_add(struct picture *picture, const struct picture_event *event);

/* Might belong to it: more than an hour after `rise_s`, less than a day and
 * an hour. */
void picture_wait(struct picture *picture, const struct picture_event *event,
		  uint32_t rise_s);

/* New evidence: what waited belongs to it. */
void picture_join(struct picture *picture);

/* How many buckets from the start to the end of the incident. */
size_t picture_length(const struct picture *picture);

/* One to fill, zeroed; somebody else's if there is no other: whose, is told
 * through *robbed_out (0: nobody's). */
struct picture *pictures_take(struct pictures *pictures,
			      uint64_t *robbed_out);
void pictures_release(struct pictures *pictures);

#endif
