/*
 * followup - the actions outside the database that belong to a block or to its
 * lift: a panel's command, the commands of actions.on_block and
 * actions.on_lift (end sessions, empty a cache), and the mail server's queue.
 *
 * They are rows of comporta_action, written in the transaction of the block or
 * the lift and carried out afterwards, each for a limited time: one that hangs
 * or fails holds up no block, is tried again later, and is given up after
 * actions.max_attempts, which `comporta check` then tells. Killed between a
 * program's end and our note of it, the program runs again: whatever is
 * configured here must stand that, as ending sessions and holding a message
 * twice does. A row is claimed before its program runs, so two processes do
 * not run it at once.
 *
 * Queue ids come from the log (run.c), so only messages of this account are
 * held, never by a look at senders, which a thief chooses. They are kept in
 * comporta_held with the state "found", "held", "released" or "deleted".
 */
#ifndef DETECTOR_FOLLOWUP_H
#define DETECTOR_FOLLOWUP_H

#include "detector/blocks.h"
#include "detector/panel/db_statement.h"

/* Messages that are noted of one block, in all. */
enum { FOLLOWUP_HELD_MAX = 100000 };

enum followup_moment { FOLLOWUP_BLOCK, FOLLOWUP_LIFT };

/* Inside the transaction: what is to be done for a block or a lift, into rows
 * of comporta_action. `fate` says what becomes of held messages at a lift. */
#define FOLLOWUP_ROWS(db) DB_ROWS_INIT((db),				\
	"INSERT INTO comporta_action (block_id, moment, name, state,"	\
	" attempts, queued_ms, next_ms) VALUES ")
enum db_result followup_rows(struct db_rows *rows,
			     const struct blocks *blocks,
			     const struct block *block,
			     enum followup_moment moment, enum held_fate fate,
			     int64_t now_ms, struct err *err);

/* The lift's, after what still waits of the block is dropped. */
enum db_result followup_queue_lift(struct blocks *blocks,
				   const struct block *block,
				   enum held_fate fate, int64_t now_ms,
				   struct err *err);

/* Is there a program for what support asks for? Keeping, and what the
 * configuration says, need none. */
bool followup_can(enum held_fate fate);

struct followup_report {
	int64_t done, later, failed;
	char last_error[300];	/* of those that were not done */
};

/* Carry out what is due, for as long as three programs may take; the rest is
 * for the next call, since logs have to be read meanwhile. A program that
 * cannot be run or fails is counted, not an error: -1 is for the database. */
int followup_run(struct blocks *blocks, int64_t now_ms,
		 struct followup_report *report_out, struct err *err);

/* Messages that the log shows in the queue: new ones are noted, and holding
 * them is due. *new_out counts; more than 20000 of one block are left for the
 * next time. Does nothing while queue.hold is empty. */
int followup_found(struct blocks *blocks, int64_t block_id,
		   const char *const *queue_ids, size_t n, int64_t now_ms,
		   size_t *new_out, struct err *err);

/* Waiting for another try, and given up, of blocks of the last 30 days. */
struct followup_counts {
	int64_t waiting, failed;
	char last_error[300];	/* what the newest of these said */
};

int followup_count(struct blocks *blocks, int64_t now_ms,
		   struct followup_counts *out, struct err *err);

/* Actions of one block as JSON objects {moment, name, state, attempts, queued,
 * ended, said}. */
int followup_actions_of(struct blocks *blocks, int64_t block_id,
			struct json *array, struct err *err);

/* {"found": 0, "held": 12, ..., "ids": [...]}, the first 200 ids. */
int followup_held_of(struct blocks *blocks, int64_t block_id,
		     struct json *object, struct err *err);

#endif
