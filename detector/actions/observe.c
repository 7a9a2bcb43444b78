/*
 * observe - does nothing and says so.
 */
#include "base/log.h"
#include "detector/actions/action.h"

static enum action_result carry_out_observe(struct blocks *blocks,
					    const struct action_input *input,
					    struct err *err)
{
	(void)blocks;
	(void)err;
	log_info("would stop sending for %.*s, but mode is observe",
		 (int)input->account.len, input->account.ptr);
	return ACTION_DONE;
}

const struct action action_observe = {
	.name = "observe",
	.about = "do nothing, say what would be done",
	.carry_out = carry_out_observe,
};
