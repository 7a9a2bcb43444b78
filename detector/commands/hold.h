/*
 * hold - which messages of blocked accounts are in the mail server's queue, as
 * the log shows it, for followup.h.
 *
 * Only of lines written by this machine's mail server: the commands work on
 * its queue, and another machine's ids may be the same. That is the name in
 * queue.host, else this machine's, else the only one that there is in the log
 * (Postfix's maillog_file writes $myhostname, whatever the machine is called).
 *
 * Whoever has the database says which blocks stand, whoever reads the log says
 * what it saw of them, piece by piece.
 */
#ifndef DETECTOR_COMMANDS_HOLD_H
#define DETECTOR_COMMANDS_HOLD_H

#include "detector/blocks.h"
#include "detector/tracker.h"

enum { HOLD_BLOCKS_MAX = 1000 };

struct hold {
	struct hold_block {
		int64_t id;
		uint64_t account;	/* account_key() */
	} blocks[HOLD_BLOCKS_MAX];
	size_t n;
	struct hold_message {
		uint32_t block;		/* its place in `blocks` */
		char queue_id[TRACKER_ID_SIZE];
	} *messages;			/* side by side for each block */
	size_t n_messages, room, at;
	uint32_t machine;
};

/* All zero is ready, and so is what was cleared. */
void hold_clear(struct hold *hold);

/* A block that stands; those beyond HOLD_BLOCKS_MAX are not looked for. */
void hold_want(struct hold *hold, int64_t block_id, uint64_t account);

/* When all are known: look for their messages. */
void hold_look(struct hold *hold, const struct tracker *tracker);

/* Ids of one block, one a line, as many as lines_out has room for. False when
 * there are no more. */
bool hold_next(struct hold *hold, int64_t *block_id_out,
	       struct text *lines_out);

/* Such lines into the database. EXIT_DATA for what are no queue ids. */
int hold_note(struct blocks *blocks, int64_t block_id, struct slice lines,
	      int64_t now_ms, struct err *err);

#endif
