/*
 * followup_inside - what the files followup*.c share, and nobody else uses.
 */
#ifndef DETECTOR_FOLLOWUP_INSIDE_H
#define DETECTOR_FOLLOWUP_INSIDE_H

#include "base/arguments.h"
#include "detector/blocks_inside.h"
#include "detector/followup.h"

/* One row on its way. */
struct followup {
	int64_t id, block_id, attempts;
	bool at_block;
	char name[64];
	char account[PANEL_LOGIN_SIZE];
	char panel[64];		/* as the block has it */
};

enum followup_end {
	FOLLOWUP_DONE,
	FOLLOWUP_AGAIN,		/* *err says why */
	FOLLOWUP_STUCK,		/* the same, and its program hung: no other row
				 * should try it in this run */
	FOLLOWUP_NEVER,		/* cannot be done; *err says why */
	FOLLOWUP_NO_DATABASE
};

/* "hold", "release", "delete": the command line for it, NULL for any other
 * name, "" when none is configured. */
const char *followup_queue_line(const char *name);

/* Run a queue command on the ids of a block that are in the states it is for.
 * `said` gets what is worth keeping. */
enum followup_end followup_on_queue(struct blocks *blocks,
				    const struct followup *followup,
				    int64_t now_ms, struct text *said,
				    struct err *err);

/* Run one command line, filled in for the account. */
enum followup_end followup_command(const struct followup *followup,
				   const char *line, const char *owner,
				   struct text *said, struct err *err);

#endif
