/*
 * coverage - how many clients the GeoIP data knows: their country and, where
 * there is an AS file, their network. A file of another kind than it is taken
 * for would else make every network a new one.
 *
 * Data that misses more than a fifth of the clients is broken, or of another
 * kind than it was taken for (IPv4 only, say), and what it says of the others
 * is no ground to stop anybody. Then places are not judged at all, which is
 * told once; they are again when fewer than 15 in 100 are unknown. Counted is
 * a client's place once per account and day, so that a program that asks for
 * mail every minute does not speak for all; counts halve in two days of log
 * time, and under a hundred nothing is said.
 *
 * Two numbers and a time, whatever happens: part of the state, so that a run
 * every two minutes knows what the ones before saw, and warns once.
 */
#ifndef DETECTOR_COVERAGE_H
#define DETECTOR_COVERAGE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct state;

struct coverage {
	double clients, unknown;	/* as of at_s */
	uint32_t at_s;
	bool is_off;		/* places are not judged */
};

void coverage_count(struct coverage *coverage, bool is_known, uint32_t now_s);

/* 0 to 1; 0 as long as nothing was counted. */
double coverage_unknown_share(const struct coverage *coverage);

/* Part of state_load() and state_save(). */
void coverage_load(struct coverage *coverage, struct state *state);
int coverage_save(const struct coverage *coverage, struct state *state,
		  struct err *err);

#endif
