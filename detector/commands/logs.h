/*
 * logs - which logs a command reads: names, quoted patterns, journals.
 *
 * A pattern (glob(7)) is looked up anew in every run and in every round of
 * watch, so a log that appears later is read from then on. For scan and watch
 * a pattern stands for logs that are written to: what another log was rotated
 * into is left out, since it is read as that log's past, and so are compressed
 * files, but for one that a log became which we have read ("mainlog-20261122"
 * of Exim's, packed the day after): its rest is read.
 */
#ifndef DETECTOR_COMMANDS_LOGS_H
#define DETECTOR_COMMANDS_LOGS_H

#include "detector/commands/command.h"
#include "detector/pipeline.h"
#include "detector/state.h"

struct logs {
	size_t n;
	struct {
		char *path;
		char *packed;	/* the file it was packed into; NULL */
	} logs[PIPELINE_MAX];
	/* Patterns that match nothing yet; whoever named them owns them. */
	size_t n_idle;
	const char *idle[CONF_LIST_MAX];
};

/* Those named on the command line, else the configured ones. A zeroed struct
 * is empty. Where more match than can be read, the ones that changed last are
 * taken and it is said. -1 when there is none. `state` may be NULL. */
int logs_find(struct logs *logs, const struct invocation *invocation,
	      struct state *state, struct err *err);
void logs_release(struct logs *logs);

/* Patterns on the command line become the files they match, for the commands
 * that read old logs. */
int logs_expand_arguments(struct invocation *invocation, struct err *err);

#endif
