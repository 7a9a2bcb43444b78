/*
 * The rows of a batch's new blocks, each table's in one statement.
 */
#include "detector/blocks_making.h"
#include "detector/followup.h"
#include "detector/webhooks.h"

#define INSERT_BLOCKS							\
	"INSERT INTO comporta_block (decision, account, domain, state,"	\
	" active_account, decided_ms, blocked_ms, panel, previous,"	\
	" changed, fingerprint, scheme, password_changed, language,"	\
	" contact, is_repeat, probability, log_odds, verdict,"		\
	" token_expires_ms) VALUES "

static enum db_result add_block(struct db_rows *rows, struct making *making,
				struct err *err)
{
	const struct block *block = &making->block;
	struct slice domain = slice_domain(slice_from(block->account));
	const struct db_value values[] = {
		db_string(block->decision),
		db_string(block->account),
		domain.ptr ? db_text(domain) : db_string(""),
		db_string("active"),
		db_string(block->account),
		db_integer(block->decided_ms),
		db_integer(block->blocked_ms),
		db_string(block->panel),
		blocks_or_null(block->previous),
		db_integer(0),
		blocks_or_null(block->fingerprint),
		blocks_or_null(block->scheme),
		blocks_or_null(block->password_changed),
		db_string(block->language),
		blocks_or_null(block->contact),
		db_integer(block->is_repeat),
		db_real(block->probability),
		db_real(block->log_odds),
		db_string(text_string(&making->verdict)),
		db_integer(block->token_expires_ms),
	};

	return db_rows_add(rows, values, BLOCKS_N(values), err);
}

/* What `each` adds for every new block. */
static enum db_result add_rows(struct blocks_batch *batch, struct db_rows rows,
			       enum db_result (*each)(struct db_rows *rows,
						      struct making *making,
						      struct err *err),
			       struct err *err)
{
	enum db_result done = DB_OK;

	for (size_t i = 0; i < batch->n && done == DB_OK; i++)
		if (batch->all[i].is_new)
			done = each(&rows, &batch->all[i], err);
	return db_rows_end(&rows, done, err);
}

static int take_id(void *context, const struct db_row *row)
{
	struct blocks_batch *batch = context;

	for (size_t i = 0; i < batch->n; i++)
		if (batch->all[i].is_new &&
		    blocks_batch_is(batch, db_column(row, "decision"),
				    batch->all[i].block.decision))
			batch->all[i].block.id =
				db_column_integer(row, "id", 0);
	return 0;
}

static enum db_result read_ids(struct blocks_batch *batch, struct err *err)
{
	struct db_statement look = DB_STATEMENT_INIT;
	enum db_result done;

	db_statement_words(&look, "SELECT id, decision FROM comporta_block"
			   " WHERE decision");
	blocks_batch_list(batch, true, true, &look);
	done = db_statement_run(&look, batch->blocks->db, take_id, batch,
				err);
	db_statement_release(&look);
	for (size_t i = 0; i < batch->n && done == DB_OK; i++)
		if (batch->all[i].is_new && !batch->all[i].block.id) {
			err_set(err, EXIT_DATA, "a row that was just written "
				"is not found again");
			done = DB_FAILED;
		}
	return done;
}

static enum db_result insert_blocks(struct blocks_batch *batch,
				    struct err *err)
{
	struct db_rows rows = DB_ROWS_INIT(batch->blocks->db, INSERT_BLOCKS);
	enum db_result done = add_rows(batch, rows, add_block, err);

	if (done == DB_OK && batch->n == 1) {
		batch->all[0].block.id = db_last_id(batch->blocks->db);
		return DB_OK;
	}
	return done == DB_OK ? read_ids(batch, err) : done;
}

static enum db_result add_credentials(struct db_rows *rows,
				      struct making *making, struct err *err)
{
	if (!making->is_in_panel)
		return DB_OK;
	return blocks_credentials_keep(making->blocks, rows, &making->block,
				       making->hash, err);
}

static enum db_result turn_switches(struct blocks_batch *batch,
				    struct err *err)
{
	enum db_result done = DB_OK;

	for (size_t i = 0; i < batch->n && done == DB_OK; i++)
		if (batch->all[i].is_new)
			done = blocks_making_switch(&batch->all[i], err);
	return done;
}

static struct db_value changed_of(struct making *making)
{
	return db_integer(making->block.changed);
}

/* Only the hash is kept. */
static struct db_value token_of(struct making *making)
{
	static char hash[CRYPTO_HEX_SIZE];
	char token[CRYPTO_TOKEN_SIZE];

	blocks_token(making->blocks, &making->block, token);
	crypto_sha256_hex(slice_from(token), hash);
	explicit_bzero(token, sizeof(token));
	return db_string(hash);
}

/* One value for each new block; the statement takes its bytes at once. */
static void choose(struct blocks_batch *batch, const char *column,
		   struct db_value (*of)(struct making *making),
		   struct db_statement *out)
{
	db_statement_words(out, column);
	db_statement_words(out, " = CASE id");
	for (size_t i = 0; i < batch->n; i++) {
		if (!batch->all[i].is_new)
			continue;
		db_statement_words(out, " WHEN ");
		db_statement_value(out, db_integer(batch->all[i].block.id));
		db_statement_words(out, " THEN ");
		db_statement_value(out, of(&batch->all[i]));
	}
	db_statement_words(out, " END");
}

/* What is known only now. */
static enum db_result complete_blocks(struct blocks_batch *batch,
				      struct err *err)
{
	struct db_statement update = DB_STATEMENT_INIT;
	const char *before = " WHERE id IN (";
	enum db_result done;

	choose(batch, "UPDATE comporta_block SET changed", changed_of, &update);
	choose(batch, ", token_hash", token_of, &update);
	for (size_t i = 0; i < batch->n; i++) {
		if (!batch->all[i].is_new)
			continue;
		db_statement_words(&update, before);
		db_statement_value(&update,
				   db_integer(batch->all[i].block.id));
		before = ", ";
	}
	db_statement_words(&update, ")");
	done = db_statement_run(&update, batch->blocks->db, NULL, NULL, err);
	db_statement_release(&update);
	return done;
}

static enum db_result add_audit(struct db_rows *rows, struct making *making,
				struct err *err)
{
	const struct block_request *request = making->request;
	const struct blocks_audit_line line = {
		.block_id = making->block.id,
		.account = making->block.account,
		.actor = request->actor,
		.address = request->address,
		.action = "block",
		.reason = request->reason,
		.detail = making->can_send ? NULL : "sending was off already",
		.at_ms = making->now_ms,
	};

	return blocks_audit_row(rows, &line, err);
}

static enum db_result add_notices(struct db_rows *rows, struct making *making,
				  struct err *err)
{
	return blocks_queue_rows(rows, &making->block, making->kind,
				 making->owner_too, making->now_ms, err);
}

static enum db_result write_notices(struct blocks_batch *batch,
				    struct err *err)
{
	struct db_rows rows = OUTBOX_ROWS(batch->blocks->db);
	enum db_result done = add_rows(batch, rows, add_notices, err);

	if (done != DB_DUPLICATE)
		return done;
	/* One is there already, so each is asked for alone. */
	done = DB_OK;
	for (size_t i = 0; i < batch->n && done == DB_OK; i++) {
		struct making *making = &batch->all[i];

		if (making->is_new)
			done = blocks_queue(making->blocks, &making->block,
					    making->kind,
					    making->owner_too, making->now_ms,
					    err);
	}
	return done;
}

static enum db_result add_followups(struct db_rows *rows,
				    struct making *making, struct err *err)
{
	return followup_rows(rows, making->blocks, &making->block,
			     FOLLOWUP_BLOCK, HELD_AS_SET, making->now_ms, err);
}

static enum db_result add_webhooks(struct db_rows *rows,
				   struct making *making, struct err *err)
{
	return webhooks_rows(rows, WEBHOOK_BLOCKED, making->block.id,
			     making->now_ms, err);
}

enum db_result blocks_batch_write(struct blocks_batch *batch, struct err *err)
{
	struct db *db = batch->blocks->db;
	struct db_rows credentials = BLOCKS_CREDENTIAL_ROWS(db);
	struct db_rows audit = BLOCKS_AUDIT_ROWS(db);
	struct db_rows followups = FOLLOWUP_ROWS(db);
	struct db_rows webhooks = WEBHOOK_ROWS(db);
	enum db_result done = insert_blocks(batch, err);

	if (done == DB_OK)
		done = add_rows(batch, credentials, add_credentials, err);
	if (done == DB_OK)
		done = turn_switches(batch, err);
	if (done == DB_OK)
		done = complete_blocks(batch, err);
	if (done == DB_OK)
		done = add_rows(batch, audit, add_audit, err);
	if (done == DB_OK)
		done = write_notices(batch, err);
	if (done == DB_OK)
		done = add_rows(batch, followups, add_followups, err);
	if (done == DB_OK)
		done = add_rows(batch, webhooks, add_webhooks, err);
	return done;
}
