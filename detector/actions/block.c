/*
 * block - stop sending for the account in the hosting database and queue the
 * notices. Undone by a lift.
 */
#include "base/log.h"
#include "detector/actions/action.h"

static enum action_result carry_out_block(struct blocks *blocks,
					  const struct action_input *input,
					  struct err *err)
{
	struct block_request request = {
		.decision = input->key,
		.account = input->account,
		.decided_ms = input->decided_ms,
		.probability = input->probability,
		.log_odds = input->log_odds,
		.verdict = input->verdict,
		.actor = "scan",
		.reason = "unusual sending was found",
	};
	int64_t id;

	switch (blocks_make(blocks, &request, input->now_ms, &id, err)) {
	case BLOCK_MADE:
		log_info("stopped sending for %.*s (block %lld)",
			 (int)input->account.len, input->account.ptr,
			 (long long)id);
		return ACTION_DONE;
	case BLOCK_WAS_MADE:
	case BLOCK_WAS_ACTIVE:
		return ACTION_DONE;
	case BLOCK_UNKNOWN_ACCOUNT:
		log_error("cannot stop %.*s: the panel \"%s\" knows no such "
			  "mailbox; look at its sql/panels folder",
			  (int)input->account.len, input->account.ptr,
			  panel_name(blocks->panel));
		return ACTION_NEVER;
	default:
		return ACTION_LATER;
	}
}

const struct action action_block = {
	.name = "block",
	.about = "stop sending, tell the owner",
	.carry_out = carry_out_block,
};
