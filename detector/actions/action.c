#include "detector/actions/action.h"

#include "base/json.h"
#include "base/must.h"
#include "base/stamp.h"
#include "detector/actions/braked.h"
#include "detector/metrics/counts.h"

#include <string.h>

#define ACTION(id) extern const struct action action_##id;
#include "detector/actions/actions.def"
#undef ACTION

static const struct action *const actions[] = {
#define ACTION(id) &action_##id,
#include "detector/actions/actions.def"
#undef ACTION
};

const struct action *action_find(const char *name)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i]->name, name) == 0)
			return actions[i];
	return NULL;
}

/* Entries that are carried out together. */
struct round {
	struct state *state;
	struct braked braked;
	const struct action_watcher *watcher;
	struct entry {
		char key[80];
		struct text bytes;
		struct json *json;	/* NULL when it is none */
	} entries[BLOCKS_MANY];
	struct action_input inputs[BLOCKS_MANY];
	enum action_result results[BLOCKS_MANY];
	size_t n;
};

/* The entry is the verdict's JSON, written by us. */
static void read_entry(struct entry *entry, int64_t now_ms,
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

static void drop(struct round *round)
{
	for (; round->n > 0; round->n--) {
		struct entry *entry = &round->entries[round->n - 1];

		json_free(&entry->json);
		text_release(&entry->bytes);
	}
}

/* Those after `key`. */
static bool gather(struct round *round, const char *key)
{
	for (round->n = 0; round->n < BLOCKS_MANY; round->n++) {
		struct entry *entry = &round->entries[round->n];

		entry->bytes = (struct text)TEXT_INIT(1 << 20);
		if (!state_journal_next(round->state, key, entry->key,
					&entry->bytes))
			break;
		key = entry->key;
		read_entry(entry, round->braked.now_ms,
			   &round->inputs[round->n]);
	}
	return round->n > 0;
}

static const enum metric_decision decisions[] = {
	[ACTION_DONE] = DECISION_DONE,
	[ACTION_NEVER] = DECISION_NEVER,
	[ACTION_DISCARDED] = DECISION_DISCARDED,
};

/* Counted where they are forgotten, so once, however often we are killed. */
static int forget_one(struct round *round, size_t i, struct counts *counts,
		      struct err *err)
{
	if (round->results[i] == ACTION_LATER)
		return 0;
	counts_add(counts, METRIC_DECISIONS, decisions[round->results[i]], 0,
		   1);
	return state_journal_delete(round->state, round->entries[i].key, err);
}

static int forget_all(struct round *round, struct err *err)
{
	struct counts counts = { .any = false };

	for (size_t i = 0; i < round->n; i++)
		if (forget_one(round, i, &counts, err) < 0)
			return -1;
	return counts_save(&counts, round->state, err);
}

/* In one transaction: those that need not wait. */
static int forget(struct round *round, struct err *err)
{
	size_t n_ended = 0;

	for (size_t i = 0; i < round->n; i++)
		n_ended += round->results[i] != ACTION_LATER;
	if (n_ended == 0)
		return 0;
	if (state_begin(round->state, err) < 0)
		return -1;
	if (forget_all(round, err) < 0) {
		state_abort(round->state);
		return -1;
	}
	return state_commit(round->state, err);
}

static void count(const struct round *round, struct action_report *report)
{
	const struct action_watcher *watcher = round->watcher;

	for (size_t i = 0; i < round->n; i++) {
		report->done += round->results[i] == ACTION_DONE;
		report->never += round->results[i] == ACTION_NEVER;
		report->discarded += round->results[i] == ACTION_DISCARDED;
		report->later += round->results[i] == ACTION_LATER;
		if (round->results[i] == ACTION_NEVER &&
		    round->entries[i].json)
			watcher->on_never(watcher->context,
					  round->inputs[i].account);
	}
}

/* False when nothing else need be tried. */
static bool carry_out_round(struct round *round, struct action_report *report,
			    int *result, struct err *err)
{
	struct err one = { 0 };
	enum braked_end end = braked_carry_out(&round->braked, round->inputs,
					     round->n, round->results, &one);
	int64_t later = report->later;

	count(round, report);
	report->braked |= end == BRAKED_HOLDS;
	if (report->later > later || end == BRAKED_STOPS) {
		*err = one;
		*result = -1;
	}
	if (forget(round, &one) < 0) {
		*err = one;
		*result = -1;
		return false;
	}
	return end != BRAKED_STOPS;
}

static int carry_out_all(struct round *round, struct action_report *report,
			 struct err *err)
{
	bool goes_on = true;
	char key[80] = "";
	int result = 0;

	while (goes_on && gather(round, key)) {
		memcpy(key, round->entries[round->n - 1].key, sizeof(key));
		goes_on = carry_out_round(round, report, &result, err);
		drop(round);
	}
	return result;
}

int carry_out(struct state *state, struct blocks *blocks,
	      const struct action *action, const struct action_watcher *watcher,
	      size_t active, int64_t now_ms, struct action_report *report,
	      struct err *err)
{
	struct round *round = must(calloc(1, sizeof(*round)));
	int result;

	round->state = state;
	round->watcher = watcher;
	round->braked = (struct braked){
		.blocks = blocks, .action = action,
		.active = (int64_t)active, .now_ms = now_ms,
	};
	memset(report, 0, sizeof(*report));
	result = carry_out_all(round, report, err);
	free(round);
	return result;
}
