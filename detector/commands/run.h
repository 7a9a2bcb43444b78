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

/* Between two rounds: tell what was found, let go of the logs. */
void run_end_round(struct run *run);

void run_summary(struct run *run);
void run_close(struct run **run);

#endif
