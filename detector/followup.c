#include "detector/followup_inside.h"

#include "base/stamp.h"
#include "detector/settings.h"

#include <stdio.h>
#include <string.h>

/* A queue command, and the state that its messages are in afterwards. */
static const char *const fates[] = {
	[HELD_RELEASE] = "release",
	[HELD_DELETE] = "delete",
};

const char *followup_queue_line(const char *name)
{
	const char *const lines[][2] = {
		{ "hold", settings.queue.hold },
		{ "release", settings.queue.release },
		{ "delete", settings.queue.delete },
	};

	for (size_t i = 0; i < BLOCKS_N(lines); i++)
		if (strcmp(name, lines[i][0]) == 0)
			return lines[i][1] ? lines[i][1] : "";
	return NULL;
}

bool followup_can(enum held_fate fate)
{
	const char *name = fate == HELD_RELEASE || fate == HELD_DELETE
			 ? fates[fate] : NULL;

	return !name || *followup_queue_line(name);
}

static enum db_result add(struct db_rows *rows, int64_t block_id,
			  const char *moment, const char *name,
			  int64_t now_ms, struct err *err)
{
	const struct db_value values[] = {
		db_integer(block_id),
		db_string(moment),
		db_string(name),
		db_string("waiting"),
		db_integer(0),
		db_integer(now_ms),
		db_integer(now_ms),
	};

	return db_rows_add(rows, values, BLOCKS_N(values), err);
}

/* What the block did not come to do must not be done after its lift. */
static enum db_result drop_waiting(struct blocks *blocks, int64_t block_id,
				   int64_t now_ms, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("block_id", db_integer(block_id)),
		BLOCKS_P("now", db_integer(now_ms)),
	};

	return db_run(blocks->db,
		      "UPDATE comporta_action SET state = 'dropped',"
		      " ended_ms = :now WHERE block_id = :block_id AND"
		      " moment = 'block' AND state = 'waiting'",
		      parameters, BLOCKS_N(parameters), NULL, NULL, NULL, err);
}

static const char *queue_action(enum followup_moment moment,
				enum held_fate fate)
{
	const char *name = "hold";

	if (moment == FOLLOWUP_LIFT) {
		if (fate == HELD_AS_SET)
			fate = (enum held_fate)(settings.queue.at_lift + 1);
		name = fates[fate];
	}
	return name && *followup_queue_line(name) ? name : NULL;
}

/* As the block was made: panel.gate may be another one since. */
static bool is_by_command(const struct blocks *blocks,
			  const struct block *block)
{
	struct err ignored;
	const struct panel *panel = panel_as(blocks->panel, block->panel,
					     &ignored);

	return panel && panel_has_command(panel);
}

enum db_result followup_rows(struct db_rows *rows,
			     const struct blocks *blocks,
			     const struct block *block,
			     enum followup_moment moment, enum held_fate fate,
			     int64_t now_ms, struct err *err)
{
	bool is_block = moment == FOLLOWUP_BLOCK;
	const char *word = is_block ? "block" : "lift";
	const char *queue = queue_action(moment, fate);
	size_t n = is_block ? settings.actions.on_block.n
			    : settings.actions.on_lift.n;
	enum db_result done = DB_OK;

	if (is_by_command(blocks, block))
		done = add(rows, block->id, word, "panel", now_ms, err);
	for (size_t i = 0; i < n && done == DB_OK; i++) {
		char name[32];

		snprintf(name, sizeof(name), "command %zu", i + 1);
		done = add(rows, block->id, word, name, now_ms, err);
	}
	if (done == DB_OK && queue)
		done = add(rows, block->id, word, queue, now_ms, err);
	return done;
}

enum db_result followup_queue_lift(struct blocks *blocks,
				   const struct block *block,
				   enum held_fate fate, int64_t now_ms,
				   struct err *err)
{
	struct db_rows rows = FOLLOWUP_ROWS(blocks->db);
	enum db_result done = drop_waiting(blocks, block->id, now_ms, err);

	if (done == DB_OK)
		done = followup_rows(&rows, blocks, block, FOLLOWUP_LIFT, fate,
				     now_ms, err);
	return db_rows_end(&rows, done, err);
}

static int take_counts(void *context, const struct db_row *row)
{
	struct followup_counts *counts = context;

	counts->waiting = db_column_integer(row, "waiting", 0);
	counts->failed = db_column_integer(row, "failed", 0);
	return 1;
}

static int take_said(void *context, const struct db_row *row)
{
	slice_copy(db_column(row, "said"), context, 300);
	return 1;
}

int followup_count(struct blocks *blocks, int64_t now_ms,
		   struct followup_counts *out, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("since", db_integer(now_ms -
					     30 * (int64_t)STAMP_DAY_MS)),
	};

	memset(out, 0, sizeof(*out));
	if (db_run(blocks->db,
		   "SELECT COUNT(CASE WHEN state = 'waiting' THEN 1 END) AS"
		   " waiting, COUNT(CASE WHEN state = 'failed' THEN 1 END) AS"
		   " failed FROM comporta_action WHERE queued_ms > :since AND"
		   " attempts > 0 AND state IN ('waiting', 'failed')",
		   parameters, BLOCKS_N(parameters), take_counts, out, NULL,
		   err) != DB_OK)
		return -1;
	return db_run(blocks->db,
		      "SELECT said FROM comporta_action WHERE queued_ms >"
		      " :since AND attempts > 0 AND state IN ('waiting',"
		      " 'failed') ORDER BY id DESC LIMIT 1",
		      parameters, BLOCKS_N(parameters), take_said,
		      out->last_error, NULL, err) == DB_OK ? 0 : -1;
}

static int add_action(void *context, const struct db_row *row)
{
	static const char *const texts[] = { "moment", "name", "state" };
	static const char *const times[][2] = { { "queued", "queued_ms" },
						{ "ended", "ended_ms" } };
	struct json *action = json_new_object();

	for (size_t i = 0; i < BLOCKS_N(texts); i++)
		json_add_text(action, texts[i], db_column(row, texts[i]));
	json_add_integer(action, "attempts",
			 db_column_integer(row, "attempts", 0));
	for (size_t i = 0; i < BLOCKS_N(times); i++)
		json_add_stamp(action, times[i][0],
				 db_column_integer(row, times[i][1], 0));
	json_add_text(action, "said", db_column(row, "said"));
	json_push(context, &action);
	return 0;
}

int followup_actions_of(struct blocks *blocks, int64_t block_id,
			struct json *array, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(block_id)),
	};

	return db_run(blocks->db,
		      "SELECT moment, name, state, attempts, queued_ms,"
		      " ended_ms, said FROM comporta_action WHERE"
		      " block_id = :id ORDER BY id LIMIT 100",
		      parameters, BLOCKS_N(parameters), add_action, array,
		      NULL, err) == DB_OK ? 0 : -1;
}

static int add_state(void *context, const struct db_row *row)
{
	char state[20];

	slice_copy(db_column(row, "state"), state, sizeof(state));
	json_add_integer(context, state, db_column_integer(row, "n", 0));
	return 0;
}

static int add_id(void *context, const struct db_row *row)
{
	json_push_text(context, db_column(row, "queue_id"));
	return 0;
}

int followup_held_of(struct blocks *blocks, int64_t block_id,
		     struct json *object, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(block_id)),
	};
	struct json *ids = json_new_array();
	bool good = db_run(blocks->db,
			   "SELECT state, COUNT(*) AS n FROM comporta_held"
			   " WHERE block_id = :id GROUP BY state",
			   parameters, 1, add_state, object, NULL,
			   err) == DB_OK &&
		    db_run(blocks->db,
			   "SELECT queue_id FROM comporta_held WHERE"
			   " block_id = :id ORDER BY queue_id LIMIT 200",
			   parameters, 1, add_id, ids, NULL, err) == DB_OK;

	json_add(object, "ids", &ids);
	return good ? 0 : -1;
}
