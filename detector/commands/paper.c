#include "detector/commands/paper.h"

#include <stdlib.h>

struct logins {
	size_t n, most;
	char (*list)[ACCOUNT_LOGIN_MAX + 2];
};

static int note(void *context, const struct account_entry *entry)
{
	struct logins *logins = context;

	if (entry->account.is_observed != PAPER_OBSERVED)
		return 0;
	slice_copy(slice_from(entry->login), logins->list[logins->n++],
		   sizeof(logins->list[0]));
	return logins->n == logins->most;
}

int paper_enforce(struct state *state, struct detector *detector,
		  int64_t at_ms, size_t most, struct err *err)
{
	struct logins logins = { .most = most };
	int result;

	logins.list = calloc(most, sizeof(*logins.list));
	if (!logins.list)
		abort();
	/* Deciding changes what is being walked through: collect first. */
	result = state_each_account(state, note, &logins, err);
	for (size_t i = 0; i < logins.n && result >= 0; i++)
		detector_enforce(detector, slice_from(logins.list[i]), at_ms);
	free(logins.list);
	return result < 0 ? -1 : 0;
}
