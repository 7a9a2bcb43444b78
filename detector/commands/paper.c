#include "detector/commands/paper.h"

#include "base/log.h"

#include <stdlib.h>

/* More than the brake lets through in any case. */
enum { BLOCKED_MAX = 10000 };

struct logins {
	size_t n, most;
	enum paper paper;	/* which ones to note */
	char (*list)[ACCOUNT_LOGIN_MAX + 2];
};

static int note(void *context, const struct account_entry *entry)
{
	struct logins *logins = context;

	if (entry->account.standing != STANDING_BLOCKED ||
	    entry->account.is_observed != logins->paper)
		return 0;
	slice_copy(slice_from(entry->login), logins->list[logins->n++],
		   sizeof(logins->list[0]));
	return logins->n == logins->most;
}

/* Deciding changes what is being walked through, so they are collected
 * first. Looks at every account. */
static int collect(struct state *state, enum paper paper, size_t most,
		   struct logins *logins, struct err *err)
{
	*logins = (struct logins){ .most = most, .paper = paper };
	logins->list = calloc(most, sizeof(*logins->list));
	if (!logins->list)
		abort();
	return state_each_account(state, note, logins, err) < 0 ? -1 : 0;
}

int paper_enforce(struct state *state, struct detector *detector,
		  int64_t at_ms, size_t most, struct err *err)
{
	struct logins logins;
	int result = collect(state, PAPER_OBSERVED, most, &logins, err);

	for (size_t i = 0; i < logins.n && result == 0; i++)
		detector_enforce(detector, slice_from(logins.list[i]), at_ms);
	free(logins.list);
	return result;
}

void paper_missing(struct detector *detector, struct slice login, int64_t at_ms)
{
	struct account_entry *entry = accounts_get(detector->accounts, login);

	if (!entry)
		return;
	entry->account.is_observed = PAPER_OBSERVED;
	if (detector->enforce)
		detector_enforce(detector, login, at_ms);
}

int paper_compare(struct paper_list *list, struct state *state,
		  int64_t newest_id, int64_t before_id, struct err *err)
{
	struct logins logins;
	int result;

	paper_release(list);
	if (newest_id >= before_id)
		return 0;
	log_error("the database is not the one it was: its audit trail ends at "
		  "%lld, it once reached %lld. Was it lost, or an older one "
		  "restored? Accounts whose block is missing are looked at "
		  "again", (long long)newest_id, (long long)before_id);
	result = collect(state, PAPER_NONE, BLOCKED_MAX, &logins, err);
	list->logins = logins.list;
	list->n = result == 0 ? logins.n : 0;
	return result;
}

void paper_release(struct paper_list *list)
{
	free(list->logins);
	*list = (struct paper_list){ 0 };
}
