/*
 * The parts of the page and what they share. Every part appends to one text,
 * whose maximum is the page's; the parts that grow with the log stop at their
 * share of it and say what they left out. The HTML is well-formed XML too.
 */
#ifndef DETECTOR_ALBUM_PAGE_H
#define DETECTOR_ALBUM_PAGE_H

#include "detector/album/inside.h"

enum {
	DRAWINGS_MAX = 50,
	CLOSE_DRAWINGS_MAX = 10,	/* of them, not stopped */
	CLOSEST_MAX = 20,
	/* Where in the page these parts have to end, in bytes. One of theirs
	 * is below 100 kB, what follows them below 500 kB. */
	STOPS_END = 1600000,
	DRAWINGS_END = 4300000
};

/* The incidents that are drawn, in the order of the page. */
struct gallery {
	const struct picture *shown[DRAWINGS_MAX];
	size_t n, n_stopped;	/* the stopped come first */
};

void gallery_choose(const struct pictures *pictures, double least_odds,
		    struct gallery *gallery_out);

/* Number of the first drawing of this account, from 1; its id is "d" and the
 * number. 0 for none. */
size_t gallery_find(const struct gallery *gallery, uint64_t key);

void page_style(struct text *page);
void page_head(struct text *page, const struct album *album,
	       const struct album_run *run);
void page_stops(struct text *page, const struct album *album,
		const struct gallery *gallery);
void page_closest(struct text *page, const struct album *album);
void page_thresholds(struct text *page, const struct album *album);

/* One incident; `number` makes its ids. */
void drawing_add(struct text *page, const struct picture *picture,
		 size_t number);

/* What strangers wrote. */
void page_escape(struct text *page, const char *words);

/* "12,345" */
void page_number(struct text *page, uint64_t number);

/* "1 message", "12,345 messages" */
void page_count(struct text *page, uint64_t number, const char *one,
		const char *many);

/* "93 %"; what is not certain is never "100 %". */
void page_chance(struct text *page, double probability);

/* "2026-11-21 09:15" in the machine's zone, as <time>. */
void page_time(struct text *page, int64_t at_ms);
void page_time_s(struct text *page, uint32_t at_s);

/* The same after `other_s` was told: without the date where it is equal. */
void page_then_s(struct text *page, uint32_t at_s, uint32_t other_s);

/* "origin novelty", of a signal's name. */
void page_signal_name(struct text *page, const char *name);

/* "PL", "country unknown", "own network" */
void page_country(struct text *page, uint16_t country);

#endif
