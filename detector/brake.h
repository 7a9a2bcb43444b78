/*
 * brake - no more accounts are stopped, and no more are opened, than can be
 * right; what is too much waits for a person (comporta brake).
 *
 * Blocks: more than max(brake.per_hour, brake.share of the active accounts)
 * within an hour are rather a broken GeoIP file or a changed network than so
 * many stolen passwords. Those that are too many are held: a row of
 * comporta_brake each. Blocks made by hand and those a person approved do not
 * count; lifted ones do. While one is held the hour does not pass: it is the
 * one before the first that was held, so that nothing goes on by waiting
 * (unless brake.undecided says so).
 *
 * Lifts: more than max(brake.lifts, brake.lift_share of the accounts that are
 * stopped) within BRAKE_LIFTS_WITHIN_MS because a hash in the panel became
 * another one are rather a restored backup or a broken view than owners. All
 * that are found then are held, also when their owner asks on the page or the
 * panel's hook calls; a new password that the hook shows, support and
 * operators are not held. What is as it was again waits no more.
 *
 * The rows are the only memory, so that it does not matter which process on
 * which machine asks, or is killed when. A decision on its way is claimed
 * first (`gone`): a person's word reaches it before or not at all. Times are
 * wall clock in milliseconds. Functions fail when the database does; nothing is
 * half done then and the same call may be made again.
 *
 * Read from `settings`: brake.*.
 */
#ifndef DETECTOR_BRAKE_H
#define DETECTOR_BRAKE_H

#include "detector/blocks.h"

enum {
	/* Owners who were all told at once still take their time; a scan that
	 * comes every few minutes sees all of a change in one go. */
	BRAKE_LIFTS_WITHIN_MS = 10 * 60 * 1000,
	/* Rows of decisions to block. What is beyond waits in the journal
	 * alone, until a person has said what becomes of these. */
	BRAKE_WAITING_MAX = 20000,
	/* Accounts that the reader may claim without having had half as many an
	 * hour before: `share` makes no difference there. */
	BRAKE_ACTIVE_FREE = 1000,
	BRAKE_REASON_SIZE = 241,	/* in bytes, with NUL */
	BRAKE_MACHINE_SIZE = 41
};

enum brake_kind { BRAKE_BLOCKS, BRAKE_LIFTS };

/* "block", "lift": in the table, in JSON and for people. */
extern const char *const brake_kind_names[];

/* What is known of a decision: mostly what a person said of it. */
enum brake_word {
	BRAKE_UNHEARD,		/* it was never held */
	BRAKE_WAITING,
	BRAKE_APPROVED,		/* or is on its way already */
	BRAKE_DISCARDED,
	BRAKE_MADE		/* its block is there, and was counted */
};

/* A decision of the journal; texts are borrowed. */
struct brake_decision {
	const char *key;
	struct slice account;
	int64_t decided_ms;
	double probability;
	struct slice verdict;	/* JSON */
};

/* Of n decisions, 1 to BLOCKS_MANY. */
int brake_words(struct blocks *blocks, const struct brake_decision *decisions,
		size_t n, enum brake_word *words_out, struct err *err);

/* They go now: who had to wait for it is waited for no more. words_out as they
 * stand then: what was discarded meanwhile must not go. */
int brake_claim(struct blocks *blocks, const struct brake_decision *decisions,
		size_t n, enum brake_word *words_out, struct err *err);

/* They wait from now on. Again is harmless. */
int brake_hold(struct blocks *blocks, const struct brake_decision *decisions,
	       size_t n, int64_t now_ms, struct err *err);

/* How many blocks may be made, and how many were in the hour that counts. */
struct brake_room {
	int64_t limit, made;
	int64_t left;		/* not below 0 */
	int64_t waiting;
	int64_t since_ms;	/* when the first that waits was held; 0 */
};

/*
 * How many active accounts are believed when the reader, whom a line of a log
 * may have taken over, claims so many: within an hour they become no more than
 * twice as many, whoever asks. What he says first on this machine is believed.
 */
int brake_believe(struct blocks *blocks, int64_t claimed, int64_t now_ms,
		  int64_t *active_out, struct err *err);

/* `active`: accounts, as activity.h counts them. */
int brake_room(struct blocks *blocks, int64_t active, int64_t now_ms,
	       struct brake_room *out, struct err *err);

/*
 * Lifts. brake_lifts_hold(): the scan found these blocks changed, all in one
 * look, which `is_whole` says was a look at all blocks; what waited and is not
 * among them waits no more. waits_out says of each whether it has to.
 *
 * brake_lift_may(): inside the transaction of one that nobody looked at, and
 * that its hash alone shows. *is_new_out says that a row was written, to be
 * committed.
 */
struct brake_lift {
	int64_t block_id, decided_ms;
	char account[PANEL_LOGIN_SIZE];
};

int brake_lifts_hold(struct blocks *blocks, const struct brake_lift *lifts,
		     size_t n, bool is_whole, int64_t now_ms,
		     bool *waits_out, struct err *err);
enum db_result brake_lift_may(struct blocks *blocks,
			      const struct brake_lift *lift, int64_t now_ms,
			      bool *may_out, bool *is_new_out,
			      struct err *err);
/* Inside the transaction of any lift: nothing of this block waits any more. */
enum db_result brake_lift_done(struct blocks *blocks, int64_t block_id,
			       struct err *err);

struct brake_lifts_room {
	int64_t limit, lifted, waiting, since_ms;
};

int brake_lifts_room(struct blocks *blocks, int64_t now_ms,
		     struct brake_lifts_room *out, struct err *err);

/* What waits, for people. */
struct brake_row {
	int64_t id, block_id;	/* 0 for a decision to block */
	enum brake_kind kind;
	char account[PANEL_LOGIN_SIZE];
	char machine[BRAKE_MACHINE_SIZE];
	int64_t decided_ms, held_ms;
	double probability;
	char reason[BRAKE_REASON_SIZE];	/* the strongest evidence */
};

/* The first held first; at most `limit` behind row `after_id`. Return nonzero
 * to stop. */
int brake_each(struct blocks *blocks, int64_t after_id, int64_t limit,
	       int (*each)(void *context, const struct brake_row *row),
	       void *context, struct err *err);

/* A person's word on what waits now, up to row `up_to_id`, and on nothing that
 * comes later. */
struct brake_decree {
	bool approve;		/* else they are discarded */
	enum brake_kind kind;
	struct slice account;	/* empty: all */
	int64_t up_to_id;
	const char *actor, *reason;
};

/*
 * One transaction with a line in the audit trail for each. Approved ones are
 * carried out by the next round. Discarded decisions are never carried out,
 * and their accounts start anew as after a lift; of a discarded lift the
 * changed hash proves nothing any more, the next one does. *n_out: how many.
 */
int brake_decree(struct blocks *blocks, const struct brake_decree *decree,
		 int64_t now_ms, int64_t *n_out, struct err *err);

#endif
