#include "detector/actions/action.h"

#include "base/json.h"
#include "base/must.h"
#include "base/stamp.h"
#include "detector/metrics/counts.h"
#include "detector/settings.h"

#include <math.h>
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
	struct blocks *blocks;
	const struct action *action;
	const struct action_watcher *watcher;
	size_t accounts;
	int64_t now_ms;
	struct entry {
		char key[80];
		struct text bytes;
		struct json *json;	/* NULL when it is none */
	} entries[BLOCKS_MANY];
	struct action_input inputs[BLOCKS_MANY];
	enum action_result results[BLOCKS_MANY];
	size_t n;
	size_t alone;	/* so many go one by one: together they failed */
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

/* Keep the first `n`. */
static void cut(struct round *round, size_t n)
{
	for (; round->n > n; round->n--) {
		struct entry *entry = &round->entries[round->n - 1];

		json_free(&entry->json);
		text_release(&entry->bytes);
	}
}

/* Those after `key`. What names no account is never done, and goes alone. */
static bool gather(struct round *round, const char *key)
{
	size_t most = round->alone || !round->action->carry_out_many
			? 1 : BLOCKS_MANY;

	for (round->n = 0; round->n < most; round->n++) {
		struct entry *entry = &round->entries[round->n];
		struct action_input *input = &round->inputs[round->n];

		entry->bytes = (struct text)TEXT_INIT(1 << 20);
		if (!state_journal_next(round->state, key, entry->key,
					&entry->bytes))
			break;
		key = entry->key;
		read_entry(entry, round->now_ms, input);
		if (input->account.len > 0)
			continue;
		round->n++;
		if (round->n > 1)
			cut(round, round->n - 1);
		break;
	}
	return round->n > 0;
}

/* Counted where they are forgotten, so once, however often we are killed. */
static int forget_one(struct round *round, size_t i, struct counts *counts,
		      struct err *err)
{
	if (round->results[i] == ACTION_LATER)
		return 0;
	counts_add(counts, METRIC_DECISIONS,
		   round->results[i] == ACTION_DONE ? DECISION_DONE
						    : DECISION_NEVER, 0, 1);
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
	if (state_begin(round->state, err) < 0)
		return -1;
	if (forget_all(round, err) < 0) {
		state_abort(round->state);
		return -1;
	}
	return state_commit(round->state, err);
}

/* *results are set unless many failed together: then -1, and nothing of it
 * is done. */
static int act(struct round *round, struct err *err)
{
	const struct action *action = round->action;

	if (round->n > 1)
		return action->carry_out_many(round->blocks, round->inputs,
					      round->n, round->results, err);
	round->results[0] = ACTION_NEVER;
	if (round->inputs[0].account.len > 0)
		round->results[0] = action->carry_out(round->blocks,
						      &round->inputs[0], err);
	return 0;
}

/* More blocks within an hour than a host can have stolen passwords: rather a
 * broken GeoIP file or a changed network. A person must look. How many may
 * still be made; 0 with *err. */
static size_t brake_leaves(const struct round *round, struct err *err)
{
	double limit = (double)round->accounts * settings.brake.share, left;
	int64_t count;

	if (limit < (double)settings.brake.per_hour)
		limit = (double)settings.brake.per_hour;
	if (blocks_count_since(round->blocks, round->now_ms - STAMP_HOUR_MS,
			       &count, err) < 0)
		return 0;
	/* One is made while fewer than the limit are there. */
	left = ceil(limit - (double)count);
	if (left > 0)
		return left < BLOCKS_MANY ? (size_t)left : BLOCKS_MANY;
	err_set(err, EXIT_AGAIN,
		"brake: %lld accounts were blocked within an hour, no more are "
		"blocked now; look at them (comporta status), then raise "
		"brake.per_hour or wait",
		(long long)count);
	return 0;
}

/* Each waited for a lock, several times. When so many did, it is no longer
 * somebody who edits one mailbox. */
enum { BUSY_MAX = 3 };

/* A database that is away, missing rights, tables of another form meet every
 * entry. */
static bool meets_all(const struct action_report *report,
		      const struct err *err, int *busy)
{
	*busy += err->code == EXIT_AGAIN;
	return report->braked || err->code == EXIT_SERVICE ||
	       err->code == EXIT_RIGHTS || err->code == EXIT_CONFIG ||
	       *busy == BUSY_MAX;
}

static void count(const struct round *round, struct action_report *report)
{
	const struct action_watcher *watcher = round->watcher;

	for (size_t i = 0; i < round->n; i++) {
		report->done += round->results[i] == ACTION_DONE;
		report->never += round->results[i] == ACTION_NEVER;
		report->later += round->results[i] == ACTION_LATER;
		if (round->results[i] == ACTION_NEVER &&
		    round->entries[i].json)
			watcher->on_never(watcher->context,
					  round->inputs[i].account);
	}
}

/* What was gathered. True when it is over with those: each was done, will
 * never be, or is the one that has to wait. */
static bool carry_out_round(struct round *round, struct action_report *report,
			    struct err *err)
{
	size_t leaves = brake_leaves(round, err);

	report->braked = leaves == 0;
	round->results[0] = ACTION_LATER;
	cut(round, report->braked ? 1 : leaves);
	if (!report->braked && act(round, err) < 0) {
		round->alone = round->n;
		return false;
	}
	count(round, report);
	round->alone -= round->alone > 0;
	return true;
}

static int carry_out_all(struct round *round, struct action_report *report,
			 struct err *err)
{
	char key[80] = "";
	int result = 0, busy = 0;

	while (gather(round, key)) {
		bool goes_on = true, waits;
		struct err one = { 0 };

		if (carry_out_round(round, report, &one)) {
			memcpy(key, round->entries[round->n - 1].key,
			       sizeof(key));
			/* Only what goes alone can wait. */
			waits = round->results[0] == ACTION_LATER;
			if (waits || forget(round, &one) < 0) {
				*err = one;
				result = -1;
				goes_on = waits &&
					  !meets_all(report, &one, &busy);
			}
		}
		cut(round, 0);
		if (!goes_on)
			break;
	}
	return result;
}

int carry_out(struct state *state, struct blocks *blocks,
	      const struct action *action, const struct action_watcher *watcher,
	      size_t accounts, int64_t now_ms, struct action_report *report,
	      struct err *err)
{
	struct round *round = must(calloc(1, sizeof(*round)));
	int result;

	round->state = state;
	round->blocks = blocks;
	round->action = action;
	round->watcher = watcher;
	round->accounts = accounts;
	round->now_ms = now_ms;
	memset(report, 0, sizeof(*report));
	result = carry_out_all(round, report, err);
	free(round);
	return result;
}
