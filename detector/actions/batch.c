#include "detector/actions/batch.h"

#include "base/log.h"
#include "base/must.h"
#include "base/stamp.h"
#include "detector/metrics/counts.h"

#include <string.h>

/* Above any entry (commands/pending.h). */
enum { ENTRY_MAX = 1 << 20 };

/* The entry is the verdict's JSON, written by us. */
static void read_entry(struct batch_entry *entry, int64_t now_ms,
		       struct action_input *input_out)
{
	struct err broken;

	entry->json = json_parse(text_slice(&entry->bytes), &broken);
	*input_out = (struct action_input){
		.key = entry->key,
		.verdict = text_slice(&entry->bytes),
		.now_ms = now_ms,
		.decided_ms = now_ms,
	};
	if (!entry->json)
		return;
	input_out->account = json_get_text(entry->json, "account");
	input_out->probability = json_get_real(entry->json, "probability", 0);
	input_out->log_odds = json_get_real(entry->json, "log_odds", 0);
	stamp_parse(json_get_text(entry->json, "time"),
		    &input_out->decided_ms);
}

static void drop(struct batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		json_free(&batch->entries[i].json);
		text_release(&batch->entries[i].bytes);
	}
	batch->n = 0;
}

struct batch *batch_new(void)
{
	return must(calloc(1, sizeof(struct batch)));
}

void batch_free(struct batch **batch)
{
	if (!*batch)
		return;
	drop(*batch);
	free(*batch);
	*batch = NULL;
}

bool batch_next(struct batch *batch, struct state *state, int64_t now_ms)
{
	drop(batch);
	while (batch->n < BLOCKS_MANY) {
		struct batch_entry *entry = &batch->entries[batch->n];
		struct action_input *input = &batch->inputs[batch->n];

		entry->bytes = (struct text)TEXT_INIT(ENTRY_MAX);
		if (!state_journal_next(state, batch->after, entry->key,
					&entry->bytes)) {
			text_release(&entry->bytes);
			break;
		}
		memcpy(batch->after, entry->key, sizeof(batch->after));
		read_entry(entry, now_ms, input);
		batch->results[batch->n++] =
			input->account.len ? ACTION_LATER : ACTION_NEVER;
	}
	return batch->n > 0;
}

static const enum metric_decision decisions[] = {
	[ACTION_DONE] = DECISION_DONE,
	[ACTION_NEVER] = DECISION_NEVER,
	[ACTION_DISCARDED] = DECISION_DISCARDED,
	[ACTION_REFUSED] = DECISION_NEVER,
};

/* Counted where they are forgotten, so once, however often we are killed. */
static int forget_one(struct batch *batch, size_t i, struct state *state,
		      struct counts *counts, struct err *err)
{
	if (batch->results[i] == ACTION_LATER)
		return 0;
	counts_add(counts, METRIC_DECISIONS, decisions[batch->results[i]], 0,
		   1);
	return state_journal_delete(state, batch->entries[i].key, err);
}

static int forget_all(struct batch *batch, struct state *state,
		      struct err *err)
{
	struct counts counts = { .any = false };

	for (size_t i = 0; i < batch->n; i++)
		if (forget_one(batch, i, state, &counts, err) < 0)
			return -1;
	return counts_save(&counts, state, err);
}

static void tell(const struct batch *batch,
		 const struct action_watcher *watcher)
{
	for (size_t i = 0; i < batch->n; i++) {
		if (batch->results[i] != ACTION_NEVER &&
		    batch->results[i] != ACTION_REFUSED)
			continue;
		if (batch->inputs[i].account.len)
			watcher->on_never(watcher->context,
					  batch->inputs[i].account,
					  batch->results[i]);
		else
			log_error("the journal holds what is no decision, "
				  "%s: forgotten", batch->entries[i].key);
	}
}

static bool is_any_through(const struct batch *batch)
{
	for (size_t i = 0; i < batch->n; i++)
		if (batch->results[i] != ACTION_LATER)
			return true;
	return false;
}

int batch_forget(struct batch *batch, struct state *state,
		 const struct action_watcher *watcher, struct err *err)
{
	if (!is_any_through(batch))
		return 0;
	if (state_begin(state, err) < 0)
		return -1;
	if (forget_all(batch, state, err) < 0) {
		state_abort(state);
		return -1;
	}
	if (state_commit(state, err) < 0)
		return -1;
	tell(batch, watcher);
	return 0;
}
