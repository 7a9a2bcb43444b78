/*
 * run - one round of scan and watch: read what is new, decide, remember, act,
 * lift, send.
 *
 * Order, and why: decisions of an earlier run that could not be carried out
 * come first. Then new lines are read in steps; each step ends in one commit
 * of positions, profiles and decisions, after its verdicts were written out
 * (a killed run may repeat one on its output, never lose one). Only then are
 * decisions carried out, which may happen again and finds itself done. Actions
 * outside the database (followup.h), lifts and notices come last; the database
 * or the mail server being away makes them wait for the next run and is said.
 */
#ifndef DETECTOR_COMMANDS_RUN_H
#define DETECTOR_COMMANDS_RUN_H

#include "detector/commands/command.h"
#include "detector/pipeline.h"
#include "detector/sources/wake.h"

#include <signal.h>

struct run;

/* Takes the lock of the state directory: EXIT_AGAIN when another run has it. */
int run_open(const struct invocation *invocation, struct run **run_out,
	     struct err *err);

/* One round. -1 with the first thing that must be mended; what could be done
 * has been done. A database that failed is asked again after a while that
 * grows (patience.h), and its failure is told once, not in every round. `stop`
 * may be NULL. */
int run_round(struct run *run, const volatile sig_atomic_t *stop,
	      struct err *err);

/* What failed is told once, until a round finds nothing to complain of. */
void run_warn(struct run *run, const struct err *why);
void run_is_well(struct run *run);

/* The state can be used no more by this process, only by a new one. */
bool run_is_lost(const struct run *run);

/* Nobody reaches the acting process any more: only a new start helps. */
bool run_is_cut_off(const struct run *run);

/* After it: tell what was found. */
void run_end_round(struct run *run);

/*
 * Between two rounds of watch: what the logs have new, decided and told. It is
 * remembered with a decision, which is carried out, and otherwise every
 * RUN_SAVE_EVERY_MS at most, when it is not yet: run_save() until then. False
 * where a round is needed to go on, as a log was rotated.
 */
enum { RUN_SAVE_EVERY_MS = 1000 };
bool run_read_on(struct run *run, const volatile sig_atomic_t *stop);

/* Is there something that was not remembered yet? */
bool run_is_unsaved(const struct run *run);
/* Remember it if it is time; when that is, monotonic. INT64_MAX for nothing to
 * be remembered. */
int64_t run_save(struct run *run, int64_t monotonic_ms);

/* For a line about what goes on. */
struct run_numbers {
	uint64_t lines, stopped;	/* since the start */
	size_t waiting;			/* decisions not yet carried out */
	int64_t lag_s;			/* age of the newest event; 0: none */
};
void run_numbers(const struct run *run, int64_t now_ms,
		 struct run_numbers *out);

/* New GeoIP data, if they can be read, from the next round on. */
void run_renew_data(struct run *run);
/* Were the files changed in a way that nobody was told of? */
bool run_wants_data(const struct run *run);

/* Could a run begin with the settings as they are now? */
int run_check_settings(const struct run *run, struct err *err);
/* The settings change: remember what was read, and let go of all that was
 * made of them. The next round makes it anew. */
void run_let_go(struct run *run);

/* The acting process, while watch reads: to be polled for reading (-1: nobody
 * is asked), and what to do when something came. At the end, what is left is
 * waited for as long as that. */
int run_talk_fd(const struct run *run);
void run_talk(struct run *run, bool has_come);
void run_talk_last(struct run *run, int64_t limit_ms);

/* Do decisions wait that may be carried out? */
bool run_is_waiting(const struct run *run);

/* What tells that there is something new (wake.h), and the rest of what is to
 * be polled; how many. */
bool run_want_wakes(const struct run *run, struct wake *wake);
size_t run_polls(struct run *run, struct pollfd polls_out[PIPELINE_MAX]);

void run_summary(struct run *run);
void run_close(struct run **run);

#endif
