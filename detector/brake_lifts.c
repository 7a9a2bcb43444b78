/*
 * Too many passwords that are said to have changed at once.
 */
#include "detector/brake_inside.h"

#include "base/log.h"
#include "base/must.h"
#include "detector/settings.h"

#include <string.h>

static int take_blocks(void *context, const struct db_row *row)
{
	int64_t *pair = context;

	pair[0] = db_column_integer(row, "active", 0);
	pair[1] = db_column_integer(row, "lifted", 0);
	return 1;
}

/* Only what a hash alone has shown (proofs[] of blocks_password.c), and nobody
 * has approved. */
#define COUNT_BLOCKS							\
	"SELECT (SELECT COUNT(*) FROM comporta_block c"			\
	" WHERE c.state = 'active') AS active,"				\
	" (SELECT COUNT(*) FROM comporta_block b"			\
	" WHERE b.lifted_ms >= :since AND b.lifted_ms <= :until"	\
	" AND b.proof LIKE '%was not shown%' ESCAPE '!'"		\
	" AND NOT EXISTS (SELECT 1 FROM comporta_brake w"		\
	" WHERE w.kind = 'lift' AND w.block_id = b.id"			\
	" AND w.word_ms IS NOT NULL)) AS lifted"

static enum db_result read_room(struct blocks *blocks, int64_t now_ms,
				struct brake_lifts_room *out, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("since", db_integer(now_ms - BRAKE_LIFTS_WITHIN_MS)),
		BLOCKS_P("until", db_integer(now_ms + BRAKE_LIFTS_WITHIN_MS)),
	};
	int64_t pair[2] = { 0, 0 };
	enum db_result done = db_run(blocks->db, COUNT_BLOCKS, parameters,
				     BLOCKS_N(parameters), take_blocks, pair,
				     NULL, err);

	if (done != DB_OK)
		return done;
	out->lifted = pair[1];
	out->limit = brake_limit(settings.brake.lifts,
				 settings.brake.lift_share,
				 pair[0] + pair[1]);
	return brake_count_waiting(blocks, BRAKE_LIFTS, &out->waiting,
				   &out->since_ms, err);
}

int brake_lifts_room(struct blocks *blocks, int64_t now_ms,
		     struct brake_lifts_room *out, struct err *err)
{
	struct brake_lifts_room room = { 0 };

	if (read_room(blocks, now_ms, &room, err) != DB_OK)
		return -1;
	*out = room;
	return 0;
}

/* A row of an earlier change of this block, which was decided or came to
 * nothing, makes room for this one. */
static enum db_result hold(struct blocks *blocks, const struct brake_lift *lift,
			   int64_t now_ms, bool *is_new_out, struct err *err)
{
	char key[BRAKE_KEY_SIZE];
	const struct brake_new row = {
		.key = key, .kind = BRAKE_LIFTS, .account = lift->account,
		.block_id = lift->block_id, .decided_ms = lift->decided_ms,
		.reason = "",
	};
	enum db_result done;

	brake_lift_key(lift->block_id, key);

	const struct db_parameter parameters[] = {
		BLOCKS_P("key", db_string(key)),
	};

	done = db_run(blocks->db, "DELETE FROM comporta_brake WHERE decision ="
		      " :key AND state IN ('gone', 'discarded')", parameters,
		      BLOCKS_N(parameters), NULL, NULL, NULL, err);
	if (done != DB_OK)
		return done;
	return brake_add(blocks, &row, now_ms, is_new_out, err);
}

static int take_state(void *context, const struct db_row *row)
{
	slice_copy(db_column(row, "state"), context, 16);
	return 1;
}

static enum db_result state_of(struct blocks *blocks, int64_t block_id,
			       char out[16], struct err *err)
{
	char key[BRAKE_KEY_SIZE];

	brake_lift_key(block_id, key);

	const struct db_parameter parameters[] = {
		BLOCKS_P("key", db_string(key)),
	};

	out[0] = '\0';
	return db_run(blocks->db, "SELECT state FROM comporta_brake"
		      " WHERE decision = :key", parameters,
		      BLOCKS_N(parameters), take_state, out, NULL, err);
}

enum db_result brake_lift_may(struct blocks *blocks,
			      const struct brake_lift *lift, int64_t now_ms,
			      bool *may_out, bool *is_new_out,
			      struct err *err)
{
	struct brake_lifts_room room;
	char state[16];
	enum db_result done = state_of(blocks, lift->block_id, state, err);

	*may_out = *is_new_out = false;
	if (done != DB_OK || strcmp(state, "waiting") == 0)
		return done;
	*may_out = true;
	if (strcmp(state, "approved") == 0 || !settings.brake.lifts)
		return DB_OK;
	done = read_room(blocks, now_ms, &room, err);
	if (done != DB_OK || (!room.waiting && room.lifted < room.limit))
		return done;
	*may_out = false;
	return hold(blocks, lift, now_ms, is_new_out, err);
}

enum db_result brake_lift_done(struct blocks *blocks, int64_t block_id,
			       struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(block_id)),
	};

	return db_run(blocks->db, "UPDATE comporta_brake SET state = 'gone'"
		      " WHERE kind = 'lift' AND block_id = :id AND state IN"
		      " ('waiting', 'approved')", parameters,
		      BLOCKS_N(parameters), NULL, NULL, NULL, err);
}

/* The rows there are, beside what was found. */
struct beside {
	const struct brake_lift *lifts;
	size_t n;
	bool *has_row, *waits;	/* of each of `lifts` */
	size_t n_waiting, n_over, room;
	int64_t *over;		/* blocks that wait and were not found */
};

static int note_row(void *context, const struct db_row *row)
{
	struct beside *beside = context;
	int64_t id = db_column_integer(row, "block_id", 0);
	bool is_waiting = slice_eq(db_column(row, "state"), S("waiting"));

	beside->n_waiting += is_waiting;
	for (size_t i = 0; i < beside->n; i++)
		if (beside->lifts[i].block_id == id) {
			beside->has_row[i] = true;
			beside->waits[i] = is_waiting;
			return 0;
		}
	if (is_waiting && beside->n_over < beside->room)
		beside->over[beside->n_over++] = id;
	return 0;
}

static enum db_result read_beside(struct blocks *blocks, struct beside *beside,
				  struct err *err)
{
	return db_run(blocks->db, "SELECT block_id, state FROM comporta_brake"
		      " WHERE kind = 'lift' AND state IN ('waiting',"
		      " 'approved')", NULL, 0, note_row, beside, NULL, err);
}

/* The panel says of those what it said at the block. */
static enum db_result end_over(struct blocks *blocks,
			       const struct beside *beside, struct err *err)
{
	enum db_result done = DB_OK;

	for (size_t i = 0; i < beside->n_over && done == DB_OK; i++)
		done = brake_lift_done(blocks, beside->over[i], err);
	if (beside->n_over && done == DB_OK)
		log_info("%zu lifts wait no more: the password is again what "
			 "it was, or the block is over", beside->n_over);
	return done;
}

static enum db_result hold_new(struct blocks *blocks,
			       const struct beside *beside, int64_t now_ms,
			       struct err *err)
{
	enum db_result done = brake_sweep(blocks, now_ms, err);
	bool is_new;

	for (size_t i = 0; i < beside->n && done == DB_OK; i++) {
		if (beside->has_row[i])
			continue;
		beside->waits[i] = true;
		done = hold(blocks, &beside->lifts[i], now_ms, &is_new, err);
	}
	return done;
}

static size_t count_new(const struct beside *beside)
{
	size_t n = 0;

	for (size_t i = 0; i < beside->n; i++)
		n += !beside->has_row[i];
	return n;
}

/* Inside a transaction. */
static enum db_result settle(struct blocks *blocks,
			     const struct beside *beside, int64_t now_ms,
			     struct err *err)
{
	size_t n_new = count_new(beside);
	size_t n_waiting = beside->n_waiting - beside->n_over;
	struct brake_lifts_room room;
	enum db_result done = read_room(blocks, now_ms, &room, err);

	if (done == DB_OK)
		done = end_over(blocks, beside, err);
	if (done != DB_OK || n_new == 0)
		return done;
	if (!settings.brake.lifts ||
	    (n_waiting == 0 && room.lifted + (int64_t)n_new <= room.limit))
		return DB_OK;
	log_warning("brake: the panel says that %zu passwords have changed at "
		    "once, nobody is lifted by that now; look at it (comporta "
		    "brake status)", n_new + n_waiting);
	return hold_new(blocks, beside, now_ms, err);
}

int brake_lifts_hold(struct blocks *blocks, const struct brake_lift *lifts,
		     size_t n, bool is_whole, int64_t now_ms,
		     bool *waits_out, struct err *err)
{
	enum { OVER_AT_ONCE = 1000 };
	struct beside beside = {
		.lifts = lifts, .n = n, .room = is_whole ? OVER_AT_ONCE : 0,
		.has_row = must(calloc(n + 1, sizeof(bool))),
		.waits = waits_out,
		.over = must(calloc(OVER_AT_ONCE, sizeof(int64_t))),
	};
	enum db_result done;
	int result;

	memset(waits_out, 0, n * sizeof(*waits_out));
	done = read_beside(blocks, &beside, err);
	result = done == DB_OK ? 0 : -1;
	/* Nothing to write costs no transaction. */
	if (result == 0 && (beside.n_over > 0 || count_new(&beside) > 0)) {
		done = db_begin(blocks->db, err);
		if (done == DB_OK)
			done = settle(blocks, &beside, now_ms, err);
		result = brake_conclude(blocks, done, err) == DB_OK ? 0 : -1;
	}
	free(beside.has_row);
	free(beside.over);
	return result;
}
