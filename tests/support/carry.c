#include "tests/support/carry.h"

#include "detector/actions/braked.h"
#include "tests/support/test.h"

static void count(const struct batch *batch, struct carried *out)
{
	for (size_t i = 0; i < batch->n; i++) {
		out->done += batch->results[i] == ACTION_DONE;
		out->never += batch->results[i] == ACTION_NEVER;
		out->discarded += batch->results[i] == ACTION_DISCARDED;
		out->later += batch->results[i] == ACTION_LATER;
	}
}

int carry_journal(struct state *journal, struct blocks *blocks,
		  const struct action_watcher *watcher, int64_t active,
		  int64_t now_ms, struct carried *out, struct err *err)
{
	struct batch *batch = batch_new();
	enum braked_end end = BRAKED_GOES_ON;
	struct err one;

	*out = (struct carried){ 0 };
	while (end != BRAKED_STOPS && batch_next(batch, journal, now_ms)) {
		struct braked braked = {
			.blocks = blocks, .action = action_find("block"),
			.active = active, .now_ms = now_ms,
		};
		int64_t later = out->later;

		end = braked_carry_out(&braked, batch->inputs, batch->n,
				       batch->results, &one);
		count(batch, out);
		out->braked |= end == BRAKED_HOLDS;
		if (out->later > later)
			*err = one;
		assert_int_equal(batch_forget(batch, journal, watcher, err),
				 0);
	}
	batch_free(&batch);
	return out->later ? -1 : 0;
}
