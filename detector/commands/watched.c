#include "detector/commands/watched.h"

#include "detector/digest.h"
#include "detector/settings.h"
#include "detector/state.h"

struct watched {
	struct text *lines;
	int64_t n;
};

static int add(void *context, const struct account_entry *entry)
{
	struct watched *watched = context;

	if (entry->account.standing != STANDING_WATCHED)
		return 0;
	if (watched->n++ >= DIGEST_SHOWN)
		return 0;
	if (watched->n > 1)
		text_add_char(watched->lines, '\n');
	text_add_visible(watched->lines, slice_from(entry->login));
	return 0;
}

bool watched_list(void *context, struct text *lines_out, int64_t *n_out)
{
	struct watched watched = { .lines = lines_out };
	struct err ignored;

	if (state_each_account(context, add, &watched, &ignored) < 0)
		return false;
	*n_out = watched.n;
	return true;
}

bool watched_on_disk(void *context, struct text *lines_out, int64_t *n_out)
{
	struct state *state = NULL;
	struct err ignored;
	bool is_read;

	(void)context;
	if (state_open(settings.state_dir, true, &state, &ignored) < 0)
		return false;
	is_read = watched_list(state, lines_out, n_out);
	state_close(&state);
	return is_read;
}
