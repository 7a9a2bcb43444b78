#include "detector/blocks.h"

#include "base/stamp.h"
#include "detector/blocks_inside.h"
#include "detector/followup.h"
#include "detector/settings.h"
#include "notifier/letter.h"

#include <stdio.h>
#include <string.h>

/* One block on its way into the tables. */
struct making {
	struct blocks *blocks;
	const struct block_request *request;
	struct block block;
	char hash[PANEL_FIELD_SIZE];	/* as stored; wiped at the end */
	bool is_in_panel;
	enum notice_kind kind;
	const char *verdict;
	int64_t now_ms;
	enum block_result result;
};

static int take_id(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "id", 0);
	return 1;
}

/* An earlier run may have made this block, or another decision one for the
 * same account. */
static enum db_result look_for_earlier(struct making *making, bool *found_out,
				       struct err *err)
{
	static const struct {
		const char *sql;
		enum block_result result;
	} looks[] = {
		{ "SELECT id FROM comporta_block WHERE decision = :decision",
		  BLOCK_WAS_MADE },
		{ "SELECT id FROM comporta_block "
		  "WHERE active_account = :account", BLOCK_WAS_ACTIVE },
	};
	const struct db_parameter parameters[] = {
		BLOCKS_P("decision", db_string(making->block.decision)),
		BLOCKS_P("account", db_string(making->block.account)),
	};

	*found_out = false;
	for (size_t i = 0; i < BLOCKS_N(looks) && !*found_out; i++) {
		int64_t id = 0;
		enum db_result done = db_run(making->blocks->db, looks[i].sql,
					     parameters, BLOCKS_N(parameters),
					     take_id, &id, NULL, err);

		if (done != DB_OK)
			return done;
		if (id == 0)
			continue;
		*found_out = true;
		making->block.id = id;
		making->result = looks[i].result;
	}
	return DB_OK;
}

/* "firma.pl" speaks for Polish where the panel keeps no language. */
static struct slice country_of(const char *account, char country[3])
{
	struct slice domain = slice_domain(slice_from(account));
	ptrdiff_t dot = slice_find_last(domain, S("."));
	struct slice end = slice_after(domain, (size_t)(dot + 1));

	if (dot < 0 || end.len != 2)
		return (struct slice){ NULL, 0 };
	for (int i = 0; i < 2; i++)
		country[i] = end.ptr[i] >= 'a' && end.ptr[i] <= 'z'
			? (char)(end.ptr[i] - 'a' + 'A') : end.ptr[i];
	country[2] = '\0';
	return slice_from(country);
}

static void choose_language(struct making *making, const char *panel_wish)
{
	struct block *block = &making->block;
	char country[3];
	struct slice wishes[2] = { slice_from(panel_wish),
				   country_of(block->account, country) };
	const char *preset = settings.notice.default_language;

	if (!preset)
		preset = "en";
	if (making->blocks->languages)
		preset = languages_choose(making->blocks->languages, wishes,
					  2, preset);
	else if (panel_wish[0])
		preset = panel_wish;
	slice_copy(slice_from(preset), block->language,
		   sizeof(block->language));
}

/* What the panel says of the mailbox, into the block. */
static enum db_result ask_panel(struct making *making, bool *can_send_out,
				bool *known_out, struct err *err)
{
	struct blocks *blocks = making->blocks;
	struct block *block = &making->block;
	struct panel_mailbox mailbox;
	enum panel_found found;

	memset(&mailbox, 0, sizeof(mailbox));
	found = panel_find(blocks->panel, blocks->db,
			   slice_from(block->account), &mailbox, err);
	if (found == PANEL_ERROR)
		return DB_FAILED;
	*known_out = found == PANEL_FOUND ||
		     panel_blocks_anybody(blocks->panel);
	*can_send_out = found != PANEL_FOUND || !mailbox.is_stopped;
	slice_copy(slice_from(mailbox.sending), block->previous,
		   sizeof(block->previous));
	slice_copy(slice_from(mailbox.password_changed),
		   block->password_changed, sizeof(block->password_changed));
	slice_copy(slice_from(mailbox.contact), block->contact,
		   sizeof(block->contact));
	choose_language(making, mailbox.language);
	blocks_fingerprint(blocks, block->account, mailbox.password_hash,
			   block->fingerprint);
	blocks_scheme(mailbox.password_hash, block->scheme,
		      sizeof(block->scheme));
	making->is_in_panel = found == PANEL_FOUND;
	memcpy(making->hash, mailbox.password_hash, sizeof(making->hash));
	explicit_bzero(&mailbox, sizeof(mailbox));
	return DB_OK;
}

static int take_latest(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "latest", 0);
	return 1;
}

/* A second block soon after another: support decides, and the notice says
 * that it came back. */
static enum db_result look_for_repeat(struct making *making, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("account", db_string(making->block.account)),
	};
	int64_t latest_ms = 0;
	enum db_result done;

	done = db_run(making->blocks->db,
		      "SELECT COALESCE(MAX(COALESCE(lifted_ms, blocked_ms)),"
		      " 0) AS latest FROM comporta_block "
		      "WHERE account = :account",
		      parameters, BLOCKS_N(parameters), take_latest,
		      &latest_ms, NULL, err);
	if (done != DB_OK)
		return done;
	making->kind = NOTICE_BLOCKED;
	making->block.is_repeat = latest_ms != 0 &&
		making->now_ms - latest_ms < settings.lift.repeat_within_ms;
	if (making->block.is_repeat ||
	    (latest_ms != 0 &&
	     making->now_ms - latest_ms < settings.notice.repeat_after_ms))
		making->kind = NOTICE_BLOCKED_AGAIN;
	return DB_OK;
}

static enum db_result insert_row(struct making *making, struct err *err)
{
	const struct block *block = &making->block;
	const struct db_parameter parameters[] = {
		BLOCKS_P("decision", db_string(block->decision)),
		BLOCKS_P("account", db_string(block->account)),
		BLOCKS_P("domain",
			 db_text(slice_domain(slice_from(block->account)))),
		BLOCKS_P("decided", db_integer(block->decided_ms)),
		BLOCKS_P("blocked", db_integer(block->blocked_ms)),
		BLOCKS_P("panel", db_string(block->panel)),
		BLOCKS_P("previous", blocks_or_null(block->previous)),
		BLOCKS_P("fingerprint", blocks_or_null(block->fingerprint)),
		BLOCKS_P("scheme", blocks_or_null(block->scheme)),
		BLOCKS_P("password_changed",
			 blocks_or_null(block->password_changed)),
		BLOCKS_P("language", db_string(block->language)),
		BLOCKS_P("contact", blocks_or_null(block->contact)),
		BLOCKS_P("is_repeat", db_integer(block->is_repeat)),
		BLOCKS_P("probability", db_real(block->probability)),
		BLOCKS_P("log_odds", db_real(block->log_odds)),
		BLOCKS_P("verdict", db_string(making->verdict)),
		BLOCKS_P("expires", db_integer(block->token_expires_ms)),
	};

	return db_run(making->blocks->db,
		      "INSERT INTO comporta_block (decision, account, domain,"
		      " state, active_account, decided_ms, blocked_ms, panel,"
		      " previous, changed, fingerprint, scheme,"
		      " password_changed, language, contact, is_repeat,"
		      " probability, log_odds, verdict, token_expires_ms)"
		      " VALUES (:decision, :account, COALESCE(:domain, ''),"
		      " 'active', :account, :decided, :blocked, :panel,"
		      " :previous, 0, :fingerprint, :scheme,"
		      " :password_changed, :language, :contact, :is_repeat,"
		      " :probability, :log_odds, :verdict, :expires)",
		      parameters, BLOCKS_N(parameters), NULL, NULL, NULL,
		      err);
}

/* Turn the panel's switch, and note whether it was us who did. */
static enum db_result turn_switch(struct making *making, bool can_send,
				  struct err *err)
{
	struct blocks *blocks = making->blocks;
	struct block *block = &making->block;
	char token[CRYPTO_TOKEN_SIZE], token_hash[CRYPTO_HEX_SIZE];
	char reason[BLOCKS_REASON_SIZE];
	enum db_result done;

	block->changed = false;
	blocks_visible(making->request->reason, reason, sizeof(reason));
	if (can_send) {
		done = panel_block(blocks->panel, blocks->db,
				   slice_from(block->account),
				   slice_from(reason), block->id,
				   making->now_ms, &block->changed, err);
		/* A row that an operator put there by hand stays theirs. */
		if (done != DB_OK && done != DB_DUPLICATE)
			return done;
	}
	blocks_token(blocks, block, token);
	crypto_sha256_hex(slice_from(token), token_hash);
	explicit_bzero(token, sizeof(token));

	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(block->id)),
		BLOCKS_P("changed", db_integer(block->changed)),
		BLOCKS_P("token_hash", db_string(token_hash)),
	};
	return db_run(blocks->db,
		      "UPDATE comporta_block SET changed = :changed,"
		      " token_hash = :token_hash WHERE id = :id",
		      parameters, BLOCKS_N(parameters), NULL, NULL, NULL,
		      err);
}

static enum db_result write_trail(struct making *making, bool can_send,
				  struct err *err)
{
	const struct block *block = &making->block;
	const struct block_request *request = making->request;
	const struct blocks_audit_line line = {
		.block_id = block->id,
		.account = block->account,
		.actor = request->actor,
		.address = request->address,
		.action = "block",
		.reason = request->reason,
		.detail = can_send ? NULL : "sending was off already",
		.at_ms = making->now_ms,
	};
	enum db_result done = blocks_audit_add(making->blocks, &line, err);

	if (done != DB_OK)
		return done;
	done = blocks_queue(making->blocks, block, making->kind,
			    !request->silent, making->now_ms, err);
	if (done != DB_OK)
		return done;
	return followup_queue(making->blocks, block, FOLLOWUP_BLOCK,
			      HELD_AS_SET, making->now_ms, err);
}

/* Inside the transaction. DB_OK means that making->result holds; only with
 * BLOCK_MADE there is something to commit. */
static enum db_result make_rows(struct making *making, struct err *err)
{
	bool found = false, can_send = true, known = false;
	enum db_result done = look_for_earlier(making, &found, err);

	if (done != DB_OK || found)
		return done;
	done = ask_panel(making, &can_send, &known, err);
	if (done != DB_OK)
		return done;
	making->result = BLOCK_UNKNOWN_ACCOUNT;
	if (!known)
		return DB_OK;
	done = look_for_repeat(making, err);
	if (done == DB_OK)
		done = insert_row(making, err);
	if (done != DB_OK)
		return done;
	making->block.id = db_last_id(making->blocks->db);
	if (making->is_in_panel)
		done = blocks_credentials_keep(making->blocks, &making->block,
					       making->hash, err);
	if (done == DB_OK)
		done = turn_switch(making, can_send, err);
	if (done == DB_OK)
		done = write_trail(making, can_send, err);
	if (done == DB_OK)
		making->result = BLOCK_MADE;
	return done;
}

static enum db_result make_once(struct making *making, struct err *err)
{
	struct db *db = making->blocks->db;
	enum db_result done = db_begin(db, err);

	if (done != DB_OK)
		return done;
	done = make_rows(making, err);
	if (done == DB_OK && making->result == BLOCK_MADE)
		return db_commit(db, err);
	db_rollback(db);
	return done;
}

/*
 * A deadlock, or another process making the same block, is over when we look
 * again. After a COMMIT without answer the second look tells whether it took.
 */
static bool may_repeat(enum db_result done)
{
	return done == DB_BUSY || done == DB_DUPLICATE ||
		done == DB_UNCERTAIN;
}

static void prepare(struct making *making, const struct blocks *blocks,
		    const struct block_request *request)
{
	struct block *block = &making->block;

	slice_copy(slice_from(request->decision), block->decision,
		   sizeof(block->decision));
	slice_copy(slice_from(panel_name(blocks->panel)), block->panel,
		   sizeof(block->panel));
	block->decided_ms = request->decided_ms;
	block->blocked_ms = making->now_ms;
	block->probability = request->probability;
	block->log_odds = request->log_odds;
	block->token_expires_ms = making->now_ms + settings.lift.token_ms;
}

static enum block_result make_block(struct making *making, int64_t *id_out,
				    struct err *err)
{
	struct err problem = { .code = EXIT_SERVICE };
	bool was_uncertain = false;

	for (int i = 0; i < BLOCKS_TRIES; i++) {
		enum db_result done = make_once(making, &problem);

		if (done == DB_OK) {
			if (making->result != BLOCK_UNKNOWN_ACCOUNT)
				*id_out = making->block.id;
			if (was_uncertain && making->result == BLOCK_WAS_MADE)
				return BLOCK_MADE;
			return making->result;
		}
		was_uncertain = was_uncertain || done == DB_UNCERTAIN;
		if (!may_repeat(done))
			break;
	}
	*err = problem;
	err_prefix(err, "cannot block %s: ", making->block.account);
	return BLOCK_FAILED;
}

/* What stands for a verdict when there was none, so that the notice and
 * support can say so. */
static const struct slice by_hand = SLICE(
	"{\"type\":\"verdict\",\"action\":\"suspend\",\"evidence\":"
	"[{\"signal\":\"manual\",\"nats\":1,\"text\":\"by hand\"}]}");

enum block_result blocks_make(struct blocks *blocks,
			      const struct block_request *request,
			      int64_t now_ms, int64_t *id_out,
			      struct err *err)
{
	struct making making = { .blocks = blocks, .request = request,
				 .now_ms = now_ms, .block = BLOCK_INIT };
	struct text verdict = TEXT_INIT(60000);
	enum block_result result;

	if (!blocks_account(request->account, making.block.account))
		return BLOCK_UNKNOWN_ACCOUNT;
	prepare(&making, blocks, request);
	text_add(&verdict, request->verdict.len ? request->verdict
						: by_hand);
	/* A verdict too long to keep must not keep the block from standing. */
	if (verdict.overflowed) {
		text_clear(&verdict);
		text_add_string(&verdict, "{}");
	}
	making.verdict = text_string(&verdict);
	result = make_block(&making, id_out, err);
	text_release(&verdict);
	block_release(&making.block);
	explicit_bzero(making.hash, sizeof(making.hash));
	return result;
}
