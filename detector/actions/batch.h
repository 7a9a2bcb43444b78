/*
 * batch - decisions of the journal on their way to whoever carries them out
 * (action.h), and back.
 *
 * Ask batch_next() until it gives nothing more; what it gave is forgotten by
 * batch_forget(), as its results say, before the next.
 */
#ifndef DETECTOR_ACTIONS_BATCH_H
#define DETECTOR_ACTIONS_BATCH_H

#include "base/json.h"
#include "detector/actions/action.h"
#include "detector/state.h"

struct batch {
	struct batch_entry {
		char key[80];
		struct text bytes;
		struct json *json;	/* NULL when it is none */
	} entries[BLOCKS_MANY];
	struct action_input inputs[BLOCKS_MANY];	/* borrow from those */
	enum action_result results[BLOCKS_MANY];
	size_t n;
	char after[80];			/* key of the last one given */
};

/* Told of an account that could not be stopped: whoever keeps its standing must
 * not believe in the block. */
struct action_watcher {
	void *context;
	void (*on_never)(void *context, struct slice account,
			 enum action_result why);	/* never, refused */
};

/* From the beginning of the journal; the caller frees. */
struct batch *batch_new(void);
void batch_free(struct batch **batch);

/* The next ones, at most BLOCKS_MANY. All wait (ACTION_LATER), but for what is
 * no decision: that names no account and is never done. False at the end. */
bool batch_next(struct batch *batch, struct state *state, int64_t now_ms);

/* Those that need not wait, in one transaction, and counted in it. */
int batch_forget(struct batch *batch, struct state *state,
		 const struct action_watcher *watcher, struct err *err);

#endif
