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

/* One that the database does not have is blocked on paper only. */
static int look_again(struct detector *detector, struct blocks *blocks,
		      struct slice login, int64_t at_ms, struct err *err)
{
	struct block block = BLOCK_INIT;
	enum block_find found = blocks_active_of(blocks, login, &block, err);
	struct account_entry *entry;

	block_release(&block);
	if (found == BLOCK_FIND_ERROR)
		return -1;
	entry = accounts_get(detector->accounts, login);
	if (found == BLOCK_FOUND || !entry)
		return 0;
	entry->account.is_observed = PAPER_OBSERVED;
	if (detector->enforce)
		detector_enforce(detector, login, at_ms);
	return 0;
}

int paper_check_database(struct state *state, struct detector *detector,
			 struct blocks *blocks, int64_t at_ms,
			 int64_t *audit_newest, struct err *err)
{
	struct logins logins;
	int64_t newest;
	int result;

	if (blocks_newest_audit(blocks, &newest, err) < 0)
		return -1;
	if (newest >= *audit_newest) {
		*audit_newest = newest;
		return 0;
	}
	log_error("the database is not the one it was: its audit trail ends at "
		  "%lld, it once reached %lld. Was it lost, or an older one "
		  "restored? Accounts whose block is missing are looked at "
		  "again", (long long)newest, (long long)*audit_newest);
	result = collect(state, PAPER_NONE, BLOCKED_MAX, &logins, err);
	for (size_t i = 0; i < logins.n && result == 0; i++)
		result = look_again(detector, blocks,
				    slice_from(logins.list[i]), at_ms, err);
	free(logins.list);
	if (result == 0)
		*audit_newest = newest;
	return result;
}
