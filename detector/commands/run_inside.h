/*
 * A round of scan and watch from within: what run*.c and errands.c share.
 */
#ifndef DETECTOR_COMMANDS_RUN_INSIDE_H
#define DETECTOR_COMMANDS_RUN_INSIDE_H

#include "detector/actions/batch.h"
#include "detector/commands/desk.h"
#include "detector/commands/errands.h"
#include "detector/commands/hear.h"
#include "detector/commands/hold.h"
#include "detector/commands/logs.h"
#include "detector/commands/lookout.h"
#include "detector/commands/meter.h"
#include "detector/commands/paper.h"
#include "detector/commands/patience.h"
#include "detector/commands/pending.h"
#include "detector/commands/report.h"
#include "detector/commands/run.h"

/* Events between two commits when nothing happens: a second or two of work,
 * and what a killed run has to read again. */
enum { EVENTS_PER_COMMIT = 1000000, ROUNDS_PER_LOOK = 30,
       EVENTS_TO_ACT = 20000	/* after a decision, to meet others */ };

/* What the open errand is at. */
struct asking {
	int64_t trail_id;		/* where the audit trail ends */
	struct paper_list paper;
	bool has_block;
	struct batch *batch;
	size_t said[BLOCKS_MANY];	/* its decisions that were said */
	size_t n_said;
	struct link_acted acted;
	struct err late;		/* why some of them wait */
	struct err brake;		/* what the brake said, if it did */
	struct hold hold;
};

struct run {
	const struct invocation *invocation;
	int lock;
	bool enforce, is_changed;
	bool must_reload;	/* memory is ahead of the state */
	bool is_ahead;		/* the same, found by a commit that failed */
	bool is_watch;		/* rounds without end */
	bool is_first;		/* of them, since the start or a SIGHUP */
	bool is_waiting;	/* acting failed in this round: not again */
	unsigned idle_rounds;
	bool is_queue_news;	/* not all that was read is noted */
	struct state *state;
	struct detector detector;
	struct geo *kept_geo;	/* of the detector before, while there is
				 * none */
	struct logs logs;
	struct pipeline pipeline;
	bool is_all_read;
	uint64_t lines_closed;	/* lines of logs that were closed */
	uint64_t n_stopped;	/* decisions to stop somebody */
	bool is_reading_on;	/* between two rounds */
	struct report report;
	struct errands errands;
	struct asking asking;
	struct pending pending;
	struct hear hear;
	struct patience patience;	/* with the database */
	struct outbox_report sent;	/* in this round */
	struct lookout lookout;
	char trouble[480];	/* of watch, as it was told */
	int64_t lift_cursor, newest_ms, audit_newest;
	uint64_t data_mark;	/* of the GeoIP files, as they were tried */
	int64_t lately_ms;	/* newest event since all had been read */
	uint64_t saved_progress;	/* as of the last commit */
	int64_t saved_ms;		/* when that was, monotonic */
	uint64_t followed_progress;	/* as of the last follow_up() */
	struct meter meter;
};

/* run.c: everything up to here, in one transaction. */
int run_commit(struct run *run, struct err *err);
/* What the open logs have new, in steps; `stop` may be NULL. */
int run_read(struct run *run, const volatile sig_atomic_t *stop,
	     struct err *err);
/* How much was read since the logs were opened. */
uint64_t run_progress(const struct run *run);
void run_close_logs(struct run *run);
/* run_on.c: for a new detector. */
int run_open_geo(struct run *run, struct geo **geo_out, struct err *err);
/* What was found goes to standard output. */
void run_tell(struct run *run);
/* After a commit that failed. */
void run_forget_unsaved(struct run *run);
int64_t run_newest_ms(const struct run *run);	/* the newest event's time */

/* run_wants.c: the steps of a round that need the database. One that fails
 * waits for a later round (patience.h), and none of them fails the round. */
void run_hear(struct run *run);
void run_act(struct run *run);
void run_follow_up(struct run *run);
void run_lift_and_send(struct run *run);
void run_publish(struct run *run);

/* The first enforcing run after observing ones: whoever is a thief by now
 * must not go on sending until the next strange line. Looks at all accounts,
 * once. */
int run_enforce_paper(struct run *run, struct err *err);

#endif
