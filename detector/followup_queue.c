/*
 * The account's messages in the mail server's queue: noted, held, released,
 * deleted.
 */
#include "detector/followup_inside.h"

#include "base/must.h"
#include "detector/settings.h"

#include <stdlib.h>
#include <string.h>

/* Ids for one run of a program, and looked at per round. */
enum { AT_ONCE = ARGUMENTS_MAX_IDS < 400 ? ARGUMENTS_MAX_IDS : 400,
       ID_SIZE = 64 };

/* Noted in one transaction; the others in the next round. */
enum { NEW_MAX = 20000 };

/* What a command is for, and what its messages are then. */
static const struct {
	const char *name, *state, *select, *update;
} works[] = {
#define WORK(name_, state_, from) {					\
	name_, state_,							\
	"SELECT queue_id FROM comporta_held"				\
	" WHERE block_id = :block_id AND state IN (" from ")"		\
	" AND queue_id > :after ORDER BY queue_id LIMIT :limit",	\
	"UPDATE comporta_held SET state = :state, at_ms = :now"		\
	" WHERE block_id = :block_id AND state IN (" from ")"		\
	" AND queue_id > :after AND queue_id <= :last" }
	WORK("hold", "held", "'found'"),
	WORK("release", "released", "'held', 'found'"),
	WORK("delete", "deleted", "'held', 'found'"),
#undef WORK
};

struct batch {
	char ids[AT_ONCE][ID_SIZE];
	const char *words[AT_ONCE];
	size_t n;
};

static int take_id(void *context, const struct db_row *row)
{
	struct batch *batch = context;

	if (slice_copy(db_column(row, "queue_id"), batch->ids[batch->n],
		       ID_SIZE)) {
		batch->words[batch->n] = batch->ids[batch->n];
		batch->n++;
	}
	return batch->n == AT_ONCE;
}

static enum db_result read_batch(struct blocks *blocks, const char *sql,
				 int64_t block_id, const char *after,
				 struct batch *out, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("block_id", db_integer(block_id)),
		BLOCKS_P("after", db_string(after)),
		BLOCKS_P("limit", db_integer(AT_ONCE)),
	};

	out->n = 0;
	return db_run(blocks->db, sql, parameters, BLOCKS_N(parameters),
		      take_id, out, NULL, err);
}

static enum followup_end run_batch(const char *line, const struct batch *batch,
				   struct text *said, struct err *err)
{
	bool in_line = arguments_uses(line, "ids");
	const struct arguments_values values = {
		.ids = batch->words, .n_ids = in_line ? batch->n : 0,
	};
	struct arguments arguments;
	struct text input = TEXT_INIT(AT_ONCE * ID_SIZE);
	enum program_end end = PROGRAM_ERROR;
	enum followup_end result = FOLLOWUP_DONE;

	for (size_t i = 0; i < batch->n && !in_line; i++)
		text_addf(&input, "%s\n", batch->ids[i]);
	text_clear(said);
	if (arguments_fill(line, &values, &arguments, err) != 0)
		result = FOLLOWUP_NEVER;
	else if (arguments_run(&arguments, text_slice(&input),
			       settings.actions.timeout_ms, said, &end,
			       err) != 0)
		result = end == PROGRAM_TIMED_OUT ? FOLLOWUP_STUCK
						  : FOLLOWUP_AGAIN;
	text_release(&input);
	return result;
}

static enum db_result note_batch(struct blocks *blocks, size_t work,
				 int64_t block_id, const char *after,
				 const char *last, int64_t now_ms,
				 struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("block_id", db_integer(block_id)),
		BLOCKS_P("state", db_string(works[work].state)),
		BLOCKS_P("after", db_string(after)),
		BLOCKS_P("last", db_string(last)),
		BLOCKS_P("now", db_integer(now_ms)),
	};

	return db_run(blocks->db, works[work].update, parameters,
		      BLOCKS_N(parameters), NULL, NULL, NULL, err);
}

static enum followup_end run_work(struct blocks *blocks, size_t work,
				  const struct followup *followup,
				  int64_t now_ms, struct batch *batch,
				  size_t *n_out, struct text *said,
				  struct err *err)
{
	const char *line = followup_queue_line(works[work].name);
	char after[ID_SIZE] = "";

	for (;;) {
		enum followup_end end;

		if (read_batch(blocks, works[work].select, followup->block_id,
			       after, batch, err) != DB_OK)
			return FOLLOWUP_NO_DATABASE;
		if (batch->n == 0)
			return FOLLOWUP_DONE;
		end = run_batch(line, batch, said, err);
		if (end != FOLLOWUP_DONE)
			return end;
		if (note_batch(blocks, work, followup->block_id, after,
			       batch->ids[batch->n - 1], now_ms, err) != DB_OK)
			return FOLLOWUP_NO_DATABASE;
		memcpy(after, batch->ids[batch->n - 1], ID_SIZE);
		*n_out += batch->n;
	}
}

/* How many, and the program's last words: some may have left the queue. */
static void sum_up(size_t n, struct text *said)
{
	struct slice last = slice_last_line(text_slice(said));
	struct text words = TEXT_INIT(400);

	text_addf(&words, "%zu queue ids", n);
	if (last.len > 0) {
		text_add_string(&words, "; ");
		text_add_visible(&words, slice_sub(last, 0, 80));
	}
	text_clear(said);
	text_add(said, text_slice(&words));
	text_release(&words);
}

enum followup_end followup_on_queue(struct blocks *blocks,
				    const struct followup *followup,
				    int64_t now_ms, struct text *said,
				    struct err *err)
{
	struct batch *batch = must(malloc(sizeof(*batch)));
	size_t work = 0, n = 0;
	enum followup_end end;

	while (strcmp(works[work].name, followup->name) != 0)
		work++;
	end = run_work(blocks, work, followup, now_ms, batch, &n, said, err);
	if (end == FOLLOWUP_DONE)
		sum_up(n, said);
	free(batch);
	return end;
}

/* The ids of one block that are noted already, sorted. */
struct known {
	char (*ids)[ID_SIZE];
	size_t n, room;
};

static int take_known(void *context, const struct db_row *row)
{
	struct known *known = context;

	if (known->n == known->room) {
		known->room = known->room * 2 + 256;
		known->ids = must(realloc(known->ids, known->room * ID_SIZE));
	}
	slice_copy(db_column(row, "queue_id"), known->ids[known->n++],
		   ID_SIZE);
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool is_known(const struct known *known, const char *queue_id)
{
	char key[ID_SIZE];

	slice_copy(slice_from(queue_id), key, sizeof(key));
	return known->n && bsearch(key, known->ids, known->n, ID_SIZE,
				   by_bytes) != NULL;
}

static enum db_result insert(struct blocks *blocks, int64_t block_id,
			     const char *queue_id, int64_t now_ms,
			     struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("block_id", db_integer(block_id)),
		BLOCKS_P("queue_id", db_string(queue_id)),
		BLOCKS_P("now", db_integer(now_ms)),
	};

	return db_run(blocks->db,
		      "INSERT INTO comporta_held (block_id, queue_id, state,"
		      " at_ms) VALUES (:block_id, :queue_id, 'found', :now)",
		      parameters, BLOCKS_N(parameters), NULL, NULL, NULL, err);
}

/* New ones want the command again, however it ended before. */
static enum db_result wake(struct blocks *blocks, int64_t block_id,
			   int64_t now_ms, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("block_id", db_integer(block_id)),
		BLOCKS_P("now", db_integer(now_ms)),
	};

	return db_run(blocks->db,
		      "UPDATE comporta_action SET state = 'waiting',"
		      " next_ms = :now, attempts = 0 WHERE block_id = :block_id"
		      " AND moment = 'block' AND name = 'hold'"
		      " AND state <> 'waiting' AND state <> 'dropped'",
		      parameters, BLOCKS_N(parameters), NULL, NULL, NULL, err);
}

static enum db_result note_new(struct blocks *blocks, int64_t block_id,
			       const char *const *queue_ids, size_t n,
			       const struct known *known, int64_t now_ms,
			       size_t *new_out, struct err *err)
{
	enum db_result done = db_begin(blocks->db, err);

	if (done != DB_OK)
		return done;
	for (size_t i = 0; i < n && *new_out < NEW_MAX &&
	     known->n + *new_out < FOLLOWUP_HELD_MAX && done == DB_OK; i++) {
		if (is_known(known, queue_ids[i]))
			continue;
		done = insert(blocks, block_id, queue_ids[i], now_ms, err);
		++*new_out;
		/* Another process notes the same ones. */
		if (done == DB_DUPLICATE)
			done = DB_OK;
	}
	if (done == DB_OK && *new_out > 0)
		done = wake(blocks, block_id, now_ms, err);
	if (done == DB_OK)
		return db_commit(blocks->db, err);
	db_rollback(blocks->db);
	return done;
}

int followup_found(struct blocks *blocks, int64_t block_id,
		   const char *const *queue_ids, size_t n, int64_t now_ms,
		   size_t *new_out, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("block_id", db_integer(block_id)),
	};
	struct known known = { NULL, 0, 0 };
	enum db_result done;

	*new_out = 0;
	if (n == 0 || !*followup_queue_line("hold"))
		return 0;
	done = db_run(blocks->db, "SELECT queue_id FROM comporta_held WHERE"
		      " block_id = :block_id", parameters,
		      BLOCKS_N(parameters), take_known, &known, NULL, err);
	if (known.n)
		qsort(known.ids, known.n, ID_SIZE, by_bytes);
	if (done == DB_OK)
		done = note_new(blocks, block_id, queue_ids, n, &known, now_ms,
				new_out, err);
	free(known.ids);
	return done == DB_OK ? 0 : -1;
}
