/*
 * brake_words - what the brake holds, in words for people and for machines.
 */
#ifndef DETECTOR_COMMANDS_BRAKE_WORDS_H
#define DETECTOR_COMMANDS_BRAKE_WORDS_H

#include "detector/brake.h"
#include "detector/state.h"

struct brake_look {
	struct brake_room blocks;
	struct brake_lifts_room lifts;
};

/* Both sides of the brake. How many accounts are active is read from the
 * state; without one nobody is, so brake.per_hour alone holds. A state is open
 * once in a process: whoever has one gives it. */
int brake_look_with(struct blocks *blocks, struct state *state, int64_t now_ms,
		    struct brake_look *out, struct err *err);
int brake_look(struct blocks *blocks, int64_t now_ms, struct brake_look *out,
	       struct err *err);

/* A few lines to standard output: whether it is on, since when, and what is to
 * be done. Without `all` nothing, unless it is on. */
void brake_print(const struct brake_look *look, bool all);
void brake_print_json(const struct brake_look *look);

/* A line about one that waits. */
void brake_print_row(const struct brake_row *row);
void brake_print_row_json(const struct brake_row *row);

#endif
