/*
 * What the detector remembers of one account, read from the state and judged
 * as of its last event.
 *
 * The state is opened for each question and closed again, only for reading: it
 * takes well under a millisecond, never waits for a scan that writes, and sees
 * a state that was made or replaced meanwhile.
 */
#include "base/log.h"
#include "detector/commands/explain_inside.h"
#include "detector/judge.h"
#include "detector/settings.h"
#include "detector/state.h"

#include <math.h>

/* One that is known by a person's word only has no last event. */
static uint32_t last_of(const struct account *account)
{
	return account->last_s ? account->last_s : account->first_s;
}

static void load_day(struct explanation *e, struct state *state)
{
	struct days_backing backing = state_days_backing(state);
	struct days *days = days_new(&backing);

	e->n_day = days_of(days, e->entry.key, last_of(&e->entry.account),
			   e->day);
	days_free(&days);
}

/* False for what is too long to be one. */
static bool set_name(struct explanation *e, struct slice name)
{
	if (!slice_copy_lower(name, e->login, sizeof(e->login))) {
		e->login[0] = '\0';
		return false;
	}
	e->entry.key = account_key(name);
	e->entry.login = e->login;
	e->entry.login_len = (uint8_t)name.len;
	return true;
}

static int load_account(struct explanation *e, struct slice name,
			struct err *err)
{
	struct state *state = NULL;
	struct accounts_backing backing;
	int found = 0;

	if (set_name(e, name)) {
		if (state_open(settings.state_dir, true, &state, err) < 0) {
			e->has_no_state = true;
			return -1;
		}
		backing = state_backing(state);
		found = backing.load(backing.context, e->entry.key, &e->entry);
		e->entry.login = e->login;
		if (found == 1)
			load_day(e, state);
		state_close(&state);
	}
	if (found == 1)
		return 0;
	return err_set(err, EXIT_DATA, "no account \"%.*s\" was ever seen "
		       "in the logs; the name is what the mail server logs as "
		       "sasl_username", name.len < 100 ? (int)name.len : 100,
		       name.len ? name.ptr : "");
}

/* The sum of evidence that gives this probability, less what there is. */
static double missing_to(const struct explanation *e, double probability)
{
	double log_odds = (log(probability / (1 - probability)) -
			   judge_settings.shift) / judge_settings.scale;

	return log_odds - e->verdict.log_odds;
}

void explain_judge(struct explanation *e)
{
	const struct account *account = &e->entry.account;
	int64_t at_ms = 0;

	e->now_s = last_of(account);
	if (e->unseen.code &&
	    stamp_parse(json_get_text(json_at(e->history, 0), "at"), &at_ms))
		e->now_s = (uint32_t)(at_ms / STAMP_SECOND_MS);
	judge_explain(account, e->entry.login,
		      e->now_s * (int64_t)STAMP_SECOND_MS, &e->verdict);
	e->verdict.action = account->standing == STANDING_BLOCKED
				    ? VERDICT_SUSPEND
				    : VERDICT_WATCH;
	e->to_watch = missing_to(e, judge_settings.watch);
	e->to_block = missing_to(e, judge_settings.block);
}

int explain_load(struct explanation *e, struct slice name, struct err *err)
{
	if (load_account(e, name, err) < 0)
		return -1;
	explain_judge(e);
	return 0;
}

bool explain_known(void *languages, struct slice account, struct json *object)
{
	struct explanation e = { .languages = languages };
	struct err err;

	if (explain_load(&e, account, &err) < 0) {
		log_debug("http: %s", err.text);
		return false;
	}
	explain_add_known(&e, object);
	return true;
}
