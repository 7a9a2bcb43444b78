#include "detector/blocks.h"

#include "detector/blocks_making.h"
#include "detector/settings.h"

#include <string.h>

static enum panel_found find_mailbox(struct making *making,
				     struct panel_mailbox *mailbox,
				     struct err *err)
{
	memset(mailbox, 0, sizeof(*mailbox));
	return panel_find(making->blocks->panel, making->blocks->db,
			  slice_from(making->block.account), mailbox, err);
}

enum db_result blocks_making_ask(struct making *making, struct err *err)
{
	struct blocks *blocks = making->blocks;
	struct block *block = &making->block;
	struct panel_mailbox mailbox;
	enum panel_found found = find_mailbox(making, &mailbox, err);

	if (found == PANEL_ERROR)
		return DB_FAILED;
	making->is_in_panel = found == PANEL_FOUND;
	making->is_new = making->is_in_panel ||
			 panel_blocks_anybody(blocks->panel);
	making->result = making->is_new ? BLOCK_MADE : BLOCK_UNKNOWN_ACCOUNT;
	making->can_send = !making->is_in_panel || !mailbox.is_stopped;
	slice_copy(slice_from(mailbox.sending), block->previous,
		   sizeof(block->previous));
	slice_copy(slice_from(mailbox.password_changed),
		   block->password_changed, sizeof(block->password_changed));
	slice_copy(slice_from(mailbox.contact), block->contact,
		   sizeof(block->contact));
	slice_copy(slice_from(mailbox.reseller), block->reseller,
		   sizeof(block->reseller));
	blocks_choose_language(blocks, block, mailbox.language);
	blocks_fingerprint(blocks, block->account, mailbox.password_hash,
			   block->fingerprint);
	blocks_scheme(mailbox.password_hash, block->scheme,
		      sizeof(block->scheme));
	memcpy(making->hash, mailbox.password_hash, sizeof(making->hash));
	explicit_bzero(&mailbox, sizeof(mailbox));
	return DB_OK;
}

/*
 * The same story once more: what this block says was seen before the one
 * before it was lifted, and its owner was told of that one a short while ago.
 * Log lines read late, a database that was restored, a lift by mistake: the
 * owner is not written to again, only whoever has to look.
 */
static bool is_told(const struct making *making)
{
	return making->told_ms != 0 &&
	       making->now_ms - making->told_ms <
		       settings.notice.repeat_after_ms &&
	       making->block.decided_ms <= making->lifted_ms;
}

/* A second block soon after another: support decides, and the notice says
 * that it came back. */
void blocks_making_compare(struct making *making)
{
	int64_t since_ms = making->now_ms - making->latest_ms;
	bool is_second = making->latest_ms != 0;

	making->block.is_repeat =
		is_second && since_ms < settings.lift.repeat_within_ms;
	making->kind = making->block.is_repeat ||
		(is_second && since_ms < settings.notice.repeat_after_ms)
			? NOTICE_BLOCKED_AGAIN : NOTICE_BLOCKED;
	making->owner_too = !making->request->silent && !is_told(making);
}

enum db_result blocks_making_switch(struct making *making, struct err *err)
{
	struct block *block = &making->block;
	char reason[BLOCKS_REASON_SIZE];
	enum db_result done;

	block->changed = false;
	if (!making->can_send)
		return DB_OK;
	blocks_visible(making->request->reason, reason, sizeof(reason));
	done = panel_block(making->blocks->panel, making->blocks->db,
			   slice_from(block->account), slice_from(reason),
			   block->id, making->now_ms, &block->changed, err);
	/* A row that an operator put there by hand stays theirs. */
	return done == DB_DUPLICATE ? DB_OK : done;
}

/* What stands for a verdict when there was none, so that the notice and
 * support can say so. */
static const struct slice by_hand = SLICE(
	"{\"type\":\"verdict\",\"action\":\"suspend\",\"evidence\":"
	"[{\"signal\":\"manual\",\"nats\":1,\"text\":\"by hand\"}]}");

static void keep_verdict(struct text *out, struct slice verdict)
{
	*out = (struct text)TEXT_INIT(60000);
	text_add(out, verdict.len ? verdict : by_hand);
	/* A verdict too long to keep must not keep the block from standing. */
	if (!out->overflowed)
		return;
	text_clear(out);
	text_add_string(out, "{}");
}

void blocks_making_begin(struct making *making, struct blocks *blocks,
			 const struct block_request *request, int64_t now_ms)
{
	struct block *block = &making->block;

	*block = (struct block)BLOCK_INIT;
	making->blocks = blocks;
	making->request = request;
	making->now_ms = now_ms;
	making->is_login = blocks_account(request->account, block->account);
	slice_copy(slice_from(request->decision), block->decision,
		   sizeof(block->decision));
	slice_copy(slice_from(panel_name(blocks->panel)), block->panel,
		   sizeof(block->panel));
	block->decided_ms = request->decided_ms;
	block->blocked_ms = now_ms;
	block->probability = request->probability;
	block->log_odds = request->log_odds;
	block->token_expires_ms = now_ms + settings.lift.token_ms;
	keep_verdict(&making->verdict, request->verdict);
}

void blocks_making_end(struct making *making)
{
	text_release(&making->verdict);
	block_release(&making->block);
	explicit_bzero(making->hash, sizeof(making->hash));
}

enum block_result blocks_make(struct blocks *blocks,
			      const struct block_request *request,
			      int64_t now_ms, int64_t *id_out,
			      struct err *err)
{
	enum block_result result;

	if (blocks_make_batch(blocks, request, 1, now_ms, &result, id_out,
			      err) < 0)
		return BLOCK_FAILED;
	return result;
}
