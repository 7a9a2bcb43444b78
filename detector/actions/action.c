#include "detector/actions/action.h"

#include "base/json.h"
#include "base/stamp.h"
#include "detector/settings.h"

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

static int forget(struct state *state, const char *key, struct err *err)
{
	if (state_begin(state, err) < 0)
		return -1;
	if (state_journal_delete(state, key, err) < 0) {
		state_abort(state);
		return -1;
	}
	return state_commit(state, err);
}

/* The entry is the verdict's JSON, written by us. */
static enum action_result carry_out_entry(struct blocks *blocks,
					  const struct action *action,
					  const struct action_watcher *watcher,
					  const char *key,
					  struct slice verdict, int64_t now_ms,
					  struct err *err)
{
	struct json *json = json_parse(verdict, err);
	struct action_input input = {
		.key = key,
		.verdict = verdict,
		.now_ms = now_ms,
		.decided_ms = now_ms,
	};
	enum action_result result = ACTION_NEVER;

	if (json) {
		input.account = json_get_text(json, "account");
		input.probability = json_get_real(json, "probability", 0);
		input.log_odds = json_get_real(json, "log_odds", 0);
		stamp_parse(json_get_text(json, "time"), &input.decided_ms);
		if (input.account.len)
			result = action->carry_out(blocks, &input, err);
		if (result == ACTION_NEVER)
			watcher->on_never(watcher->context, input.account);
	}
	json_free(&json);
	return result;
}

/* More blocks within an hour than a host can have stolen passwords: rather a
 * broken GeoIP file or a changed network. A person must look. */
static bool is_braked(struct blocks *blocks, size_t accounts, int64_t now_ms,
		      struct err *err)
{
	double limit = (double)accounts * settings.brake.share;
	int64_t count;

	if (limit < (double)settings.brake.per_hour)
		limit = (double)settings.brake.per_hour;
	if (blocks_count_since(blocks, now_ms - STAMP_HOUR_MS, &count, err) < 0)
		return true;
	if ((double)count < limit)
		return false;
	err_set(err, EXIT_AGAIN,
		"brake: %lld accounts were blocked within an hour, no more are "
		"blocked now; look at them (comporta status), then raise "
		"brake.per_hour or wait",
		(long long)count);
	return true;
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

int carry_out(struct state *state, struct blocks *blocks,
	      const struct action *action, const struct action_watcher *watcher,
	      size_t accounts, int64_t now_ms, struct action_report *report,
	      struct err *err)
{
	struct text entry = TEXT_INIT(1 << 20);
	char key[80] = "", next[80];
	int result = 0, busy = 0;

	memset(report, 0, sizeof(*report));
	while (state_journal_next(state, key, next, &entry)) {
		enum action_result outcome = ACTION_LATER;
		struct err one = { 0 };

		memcpy(key, next, sizeof(key));
		report->braked = is_braked(blocks, accounts, now_ms, &one);
		if (!report->braked)
			outcome = carry_out_entry(blocks, action, watcher, key,
						  text_slice(&entry), now_ms,
						  &one);
		text_clear(&entry);
		report->done += outcome == ACTION_DONE;
		report->never += outcome == ACTION_NEVER;
		report->later += outcome == ACTION_LATER;
		if (outcome != ACTION_LATER && forget(state, key, &one) == 0)
			continue;
		*err = one;
		result = -1;
		if (outcome != ACTION_LATER || meets_all(report, &one, &busy))
			break;
	}
	text_release(&entry);
	return result;
}
