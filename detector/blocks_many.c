/*
 * Blocks of many accounts in one transaction. A single block is a batch of
 * one.
 */
#include "base/must.h"
#include "detector/blocks_making.h"
#include "detector/settings.h"

#include <string.h>

bool blocks_batch_is(const struct blocks_batch *batch, struct slice column,
		     const char *text)
{
	return column.ptr && (batch->n == 1 ||
			      slice_eq(column, slice_from(text)));
}

static void settle(struct making *making, enum block_result result,
		   int64_t id)
{
	making->result = result;
	making->block.id = id;
}

static int take_earlier(void *context, const struct db_row *row)
{
	struct blocks_batch *batch = context;
	int64_t id = db_column_integer(row, "id", 0);

	for (size_t i = 0; i < batch->n; i++) {
		struct making *making = &batch->all[i];

		if (!making->is_login || making->result == BLOCK_WAS_MADE)
			continue;
		if (blocks_batch_is(batch, db_column(row, "decision"),
				    making->block.decision))
			settle(making, BLOCK_WAS_MADE, id);
		else if (blocks_batch_is(batch, db_column(row, "account"),
					 making->block.account))
			settle(making, BLOCK_WAS_ACTIVE, id);
	}
	return 0;
}

void blocks_batch_list(const struct blocks_batch *batch, bool by_decision,
		       bool only_new, struct db_statement *out)
{
	const char *before = " IN (";

	for (size_t i = 0; i < batch->n; i++) {
		const struct making *making = &batch->all[i];

		if (only_new ? !making->is_new : !making->is_login)
			continue;
		db_statement_words(out, before);
		db_statement_value(out, db_string(by_decision
						  ? making->block.decision
						  : making->block.account));
		before = ", ";
	}
	db_statement_words(out, ")");
}

/* An earlier run may have made these blocks, or another decision one for the
 * same account. */
static enum db_result look_for_earlier(struct blocks_batch *batch,
				       struct err *err)
{
	struct db_statement look = DB_STATEMENT_INIT;
	enum db_result done;

	db_statement_words(&look, "SELECT id, decision, NULL AS account"
			   " FROM comporta_block WHERE decision");
	blocks_batch_list(batch, true, false, &look);
	db_statement_words(&look, " UNION ALL SELECT id, NULL, active_account"
			   " FROM comporta_block WHERE active_account");
	blocks_batch_list(batch, false, false, &look);
	done = db_statement_run(&look, batch->blocks->db, take_earlier, batch,
				err);
	db_statement_release(&look);
	return done;
}

/* The one before it in the batch that makes its block. */
static const struct making *find_twin(const struct blocks_batch *batch,
				      size_t at, bool by_decision)
{
	const struct block *block = &batch->all[at].block;

	for (size_t i = 0; i < at; i++) {
		const struct making *other = &batch->all[i];
		bool is_same = by_decision
			? strcmp(other->block.decision, block->decision) == 0
			: strcmp(other->block.account, block->account) == 0;

		if (other->is_new && is_same)
			return other;
	}
	return NULL;
}

static enum db_result judge(struct blocks_batch *batch, size_t at,
			    struct err *err)
{
	struct making *making = &batch->all[at];
	enum db_result done;

	if (making->result != BLOCK_FAILED)
		return DB_OK;
	making->result = BLOCK_WAS_MADE;
	making->twin = find_twin(batch, at, true);
	if (making->twin)
		return DB_OK;
	making->result = BLOCK_WAS_ACTIVE;
	making->twin = find_twin(batch, at, false);
	if (making->twin)
		return DB_OK;
	done = blocks_making_ask(making, err);
	batch->n_new += done == DB_OK && making->is_new;
	return done;
}

static int take_latest(void *context, const struct db_row *row)
{
	struct blocks_batch *batch = context;

	for (size_t i = 0; i < batch->n; i++) {
		struct making *making = &batch->all[i];

		if (!blocks_batch_is(batch, db_column(row, "account"),
				     making->block.account))
			continue;
		making->latest_ms = db_column_integer(row, "latest", 0);
		making->lifted_ms = db_column_integer(row, "lifted", 0);
		making->told_ms = db_column_integer(row, "told", 0);
	}
	return 0;
}

/* A notice that the operator got says nothing of the owner, and one that was
 * refused told nobody. */
static void ask_when_told(struct db_statement *look)
{
	const char *operator = settings.notice.operator_address;

	db_statement_words(look, ", MAX(CASE WHEN EXISTS (SELECT 1 FROM"
			   " comporta_notice n WHERE n.block_id ="
			   " comporta_block.id AND n.kind IN ('blocked',"
			   " 'blocked_again') AND n.state <> 'failed' AND"
			   " n.recipient <> ");
	db_statement_value(look, db_string(operator ? operator : ""));
	db_statement_words(look, " AND n.recipient <> ");
	db_statement_value(look, db_string(blocks_support()));
	db_statement_words(look, ") THEN blocked_ms END) AS told");
}

static enum db_result look_for_repeats(struct blocks_batch *batch,
				       struct err *err)
{
	struct db_statement look = DB_STATEMENT_INIT;
	enum db_result done;

	db_statement_words(&look, "SELECT account, MAX(COALESCE(lifted_ms,"
			   " blocked_ms)) AS latest, MAX(lifted_ms) AS lifted");
	ask_when_told(&look);
	db_statement_words(&look, " FROM comporta_block WHERE account");
	blocks_batch_list(batch, false, true, &look);
	db_statement_words(&look, " GROUP BY account");
	done = db_statement_run(&look, batch->blocks->db, take_latest, batch,
				err);
	db_statement_release(&look);
	for (size_t i = 0; i < batch->n; i++)
		blocks_making_compare(&batch->all[i]);
	return done;
}

/* Inside the transaction. DB_OK means that the results hold; only with new
 * blocks there is something to commit. */
static enum db_result make_rows(struct blocks_batch *batch, struct err *err)
{
	enum db_result done = look_for_earlier(batch, err);

	for (size_t i = 0; i < batch->n && done == DB_OK; i++)
		done = judge(batch, i, err);
	if (done != DB_OK || batch->n_new == 0)
		return done;
	done = look_for_repeats(batch, err);
	return done == DB_OK ? blocks_batch_write(batch, err) : done;
}

static void start_anew(struct blocks_batch *batch)
{
	batch->n_new = 0;
	for (size_t i = 0; i < batch->n; i++) {
		struct making *making = &batch->all[i];

		making->result = making->is_login ? BLOCK_FAILED
						  : BLOCK_UNKNOWN_ACCOUNT;
		making->block.id = making->latest_ms = 0;
		making->lifted_ms = making->told_ms = 0;
		making->is_new = false;
		making->twin = NULL;
	}
}

static enum db_result make_once(struct blocks_batch *batch, struct err *err)
{
	struct db *db = batch->blocks->db;
	enum db_result done = db_begin(db, err);

	if (done != DB_OK)
		return done;
	start_anew(batch);
	done = make_rows(batch, err);
	if (done == DB_OK && batch->n_new > 0)
		return db_commit(db, err);
	db_rollback(db);
	return done;
}

/*
 * After a COMMIT without answer the second look tells whether it took. A
 * deadlock, or another process making the same block, is over when we look
 * again; many would wait for that together, so they rather go one by one.
 */
static bool may_repeat(const struct blocks_batch *batch, enum db_result done)
{
	return done == DB_UNCERTAIN ||
	       (batch->n == 1 && (done == DB_BUSY || done == DB_DUPLICATE));
}

static enum db_result make_all(struct blocks_batch *batch, struct err *err)
{
	bool *was_new = must(calloc(batch->n, sizeof(*was_new)));
	enum db_result done = DB_FAILED;

	for (int try = 0; try < BLOCKS_TRIES; try++) {
		done = make_once(batch, err);
		if (!may_repeat(batch, done))
			break;
		for (size_t i = 0; i < batch->n && done == DB_UNCERTAIN; i++)
			was_new[i] |= batch->all[i].is_new;
	}
	for (size_t i = 0; i < batch->n; i++)
		if (was_new[i] && batch->all[i].result == BLOCK_WAS_MADE)
			batch->all[i].result = BLOCK_MADE;
	free(was_new);
	return done;
}

static void report(const struct blocks_batch *batch,
		   enum block_result *results_out, int64_t *ids_out)
{
	for (size_t i = 0; i < batch->n; i++) {
		const struct making *making = &batch->all[i];
		const struct block *block = making->twin ? &making->twin->block
							 : &making->block;

		results_out[i] = making->result;
		if (making->result != BLOCK_UNKNOWN_ACCOUNT)
			ids_out[i] = block->id;
	}
}

static int make_batch(struct blocks_batch *batch,
		      enum block_result *results_out, int64_t *ids_out,
		      struct err *err)
{
	struct err problem = { .code = EXIT_SERVICE };
	bool any = false;

	start_anew(batch);
	for (size_t i = 0; i < batch->n; i++)
		any |= batch->all[i].is_login;
	if (any && make_all(batch, &problem) != DB_OK) {
		*err = problem;
		if (batch->n == 1)
			err_prefix(err, "cannot block %s: ",
				   batch->all[0].block.account);
		return -1;
	}
	report(batch, results_out, ids_out);
	return 0;
}

int blocks_make_batch(struct blocks *blocks,
		      const struct block_request *requests, size_t n,
		      int64_t now_ms, enum block_result *results_out,
		      int64_t *ids_out, struct err *err)
{
	struct blocks_batch batch = {
		.blocks = blocks, .n = n,
		.all = must(calloc(n, sizeof(*batch.all))),
	};
	int result;

	for (size_t i = 0; i < n; i++)
		blocks_making_begin(&batch.all[i], blocks, &requests[i],
				    now_ms);
	result = make_batch(&batch, results_out, ids_out, err);
	for (size_t i = 0; i < n; i++)
		blocks_making_end(&batch.all[i]);
	free(batch.all);
	return result;
}

int blocks_make_many(struct blocks *blocks,
		     const struct block_request *requests, size_t n,
		     int64_t now_ms, enum block_result *results_out,
		     int64_t *ids_out, struct err *err)
{
	if (n == 0 || n > BLOCKS_MANY)
		return err_set(err, EXIT_BUG, "%zu blocks cannot be made at "
			       "once", n);
	return blocks_make_batch(blocks, requests, n, now_ms, results_out,
				 ids_out, err);
}
