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

/* Why no log came of a pattern. */
enum idle_why { IDLE_NO_MATCH, IDLE_DENIED, IDLE_ROTATED, IDLE_PACKED,
		IDLE_NO_FILE };

struct idle {
	const char *pattern;	/* whoever named it owns it */
	enum idle_why why;
	char name[256];		/* what it matches all the same, or "" */
};

struct logs {
	size_t n;
	struct {
		char *path;
		char *packed;	/* the file it was packed into; NULL */
	} logs[PIPELINE_MAX];
	/* Patterns of which no log came. */
	size_t n_idle;
	struct idle idle[CONF_LIST_MAX];
};

/* Those named on the command line, else the configured ones. A zeroed struct
 * is empty. Where more match than can be read, the ones that changed last are
 * taken and it is said. -1 when there is none. `state` may be NULL. */
int logs_find(struct logs *logs, const struct invocation *invocation,
	      struct state *state, struct err *err);
/* What is wrong with it and what to do: EXIT_RIGHTS where a folder may not be
 * read. Always -1. */
int logs_tell_idle(const struct idle *idle, struct err *err);

/* A pattern may well match nothing yet, which -v tells; -1 where a folder may
 * not be read. */
int logs_judge_idle(const struct logs *logs, struct err *err);
void logs_release(struct logs *logs);

/* The same logs in the same order. */
bool logs_are_same(const struct logs *a, const struct logs *b);

/* Patterns on the command line become the files they match, for the commands
 * that read old logs. */
int logs_expand_arguments(struct invocation *invocation, struct err *err);

#endif
