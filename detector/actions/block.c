/*
 * block - stop sending for the account in the hosting database and queue the
 * notices. Undone by a lift.
 */
#include "base/log.h"
#include "detector/actions/action.h"

static struct block_request request_for(const struct action_input *input)
{
	return (struct block_request){
		.decision = input->key,
		.account = input->account,
		.decided_ms = input->decided_ms,
		.probability = input->probability,
		.log_odds = input->log_odds,
		.verdict = input->verdict,
		.actor = "scan",
		.reason = "unusual sending was found",
	};
}

static enum action_result tell(const struct blocks *blocks,
			       const struct action_input *input,
			       enum block_result result, int64_t id)
{
	switch (result) {
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

static enum action_result carry_out_block(struct blocks *blocks,
					  const struct action_input *input,
					  struct err *err)
{
	struct block_request request = request_for(input);
	int64_t id = 0;
	enum block_result result = blocks_make(blocks, &request,
					       input->now_ms, &id, err);

	return tell(blocks, input, result, id);
}

static int carry_out_blocks(struct blocks *blocks,
			    const struct action_input *inputs, size_t n,
			    enum action_result *results_out, struct err *err)
{
	struct block_request requests[BLOCKS_MANY] = { request_for(inputs) };
	enum block_result results[BLOCKS_MANY];
	int64_t ids[BLOCKS_MANY] = { 0 };

	for (size_t i = 1; i < n; i++)
		requests[i] = request_for(&inputs[i]);
	if (blocks_make_many(blocks, requests, n, inputs[0].now_ms, results,
			     ids, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		results_out[i] = tell(blocks, &inputs[i], results[i], ids[i]);
	return 0;
}

const struct action action_block = {
	.name = "block",
	.about = "stop sending, tell the owner",
	.carry_out = carry_out_block,
	.carry_out_many = carry_out_blocks,
};
