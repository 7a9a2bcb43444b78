#include "detector/learning.h"

#include "detector/judge.h"

#include <string.h>

void learning_begin(struct detector *detector)
{
	detector->is_learning = true;
}

static bool is_suspect(const struct account *account)
{
	return !judge_may_learn(account, account->last_s);
}

/* Of an account that was calm before: what little spoke against it. */
static void give_back(struct account *account, const struct account *before)
{
	memcpy(account->groups, before->groups, sizeof(account->groups));
	account->incident = before->incident;
	account->unknown_hour = before->unknown_hour;
	memcpy(account->unknown_seen, before->unknown_seen,
	       sizeof(account->unknown_seen));
	account->policy_nats = before->policy_nats;
	account->standing_s = before->standing_s;
}

static int end_one(void *context, struct account_entry *entry)
{
	const struct accounts_backing *backing = context;
	struct account_entry before = { .key = entry->key };
	struct account *account = &entry->account;

	if (!backing || !entry->known_until_s ||
	    backing->load(backing->context, entry->key, &before) != 1) {
		judge_forget(account, account->last_s);
	} else if (is_suspect(&before.account)) {
		/* Whatever it did meanwhile, it is not to be learnt. */
		*account = before.account;
		entry->is_dirty = false;
	} else {
		judge_forget(account, account->last_s);
		give_back(account, &before.account);
	}
	return 0;
}

static bool is_left_alone(void *context, uint64_t key)
{
	const struct account_entry *entry = accounts_find(context, key);

	return entry && !entry->is_dirty;
}

void learning_end(struct detector *detector,
		  const struct accounts_backing *before)
{
	struct accounts_backing backing;

	detector->is_learning = false;
	if (before)
		backing = *before;
	accounts_each_dirty(detector->accounts, end_one,
			    before ? &backing : NULL);
	if (detector->days)
		days_undo(detector->days, is_left_alone, detector->accounts);
	detector->counters.suspends = detector->counters.watches = 0;
}
