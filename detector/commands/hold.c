#include "detector/commands/hold.h"

#include "base/host.h"
#include "base/must.h"
#include "detector/followup.h"
#include "detector/settings.h"
#include "detector/writers.h"

#include <stdlib.h>
#include <string.h>

/* Letters, digits and hyphens, as mail servers have them: it may become an
 * argument of a program. "" is one that was too long; "ALL" is every message
 * there is, for postsuper and others. */
static bool is_queue_id(struct slice id)
{
	if (id.len == 0 || id.len >= TRACKER_ID_SIZE || id.ptr[0] == '-' ||
	    slice_eq_nocase(id, S("all")))
		return false;
	for (size_t i = 0; i < id.len; i++)
		if (!is_letter(id.ptr[i]) && !is_digit(id.ptr[i]) &&
		    id.ptr[i] != '-')
			return false;
	return true;
}

void hold_clear(struct hold *hold)
{
	free(hold->messages);
	*hold = (struct hold){ 0 };
}

void hold_want(struct hold *hold, int64_t block_id, uint64_t account)
{
	if (hold->n < HOLD_BLOCKS_MAX)
		hold->blocks[hold->n++] =
			(struct hold_block){ block_id, account };
}

static int by_account(const void *a, const void *b)
{
	const struct hold_block *left = a, *right = b;

	return (left->account > right->account) -
	       (left->account < right->account);
}

static int by_block(const void *a, const void *b)
{
	const struct hold_message *left = a, *right = b;

	return (left->block > right->block) - (left->block < right->block);
}

/* One look at every message for all blocks: there may be half a million of
 * the ones and a thousand of the others, and a round comes every second. */
static int take_message(void *context, const struct message *message)
{
	struct hold *hold = context;
	const struct hold_block wanted = { 0, message->account };
	const struct hold_block *found;
	struct hold_message *one;

	if ((message->host && message->host != hold->machine) ||
	    !is_queue_id(slice_from(message->queue_id)))
		return 0;
	found = bsearch(&wanted, hold->blocks, hold->n, sizeof(wanted),
			by_account);
	if (!found)
		return 0;
	if (hold->n_messages == hold->room) {
		hold->room = hold->room * 2 + 256;
		hold->messages = must(realloc(hold->messages,
					      hold->room * sizeof(*one)));
	}
	one = &hold->messages[hold->n_messages++];
	one->block = (uint32_t)(found - hold->blocks);
	memcpy(one->queue_id, message->queue_id, sizeof(one->queue_id));
	return 0;
}

struct names {
	uint32_t wanted, only;
	bool has_wanted, is_mixed;
};

static int take_name(void *context, const struct message *message)
{
	struct names *names = context;

	if (!message->host)
		return 0;
	names->has_wanted |= message->host == names->wanted;
	names->is_mixed |= names->only && message->host != names->only;
	names->only = message->host;
	return names->has_wanted;
}

static uint32_t our_machine(const struct tracker *tracker)
{
	struct names names = { 0, 0, false, false };
	char name[HOST_NAME_SIZE];

	if (*settings.queue.host)
		return writers_machine(slice_from(settings.queue.host));
	host_name(name);
	names.wanted = writers_machine(slice_from(name));
	tracker_each(tracker, take_name, &names);
	return names.has_wanted || names.is_mixed ? names.wanted : names.only;
}

void hold_look(struct hold *hold, const struct tracker *tracker)
{
	if (hold->n == 0)
		return;
	hold->machine = our_machine(tracker);
	qsort(hold->blocks, hold->n, sizeof(hold->blocks[0]), by_account);
	tracker_each(tracker, take_message, hold);
	if (hold->n_messages)
		qsort(hold->messages, hold->n_messages,
		      sizeof(hold->messages[0]), by_block);
}

bool hold_next(struct hold *hold, int64_t *block_id_out, struct text *lines)
{
	size_t begin = hold->at;

	text_clear(lines);
	if (begin == hold->n_messages)
		return false;
	while (hold->at < hold->n_messages &&
	       hold->messages[hold->at].block == hold->messages[begin].block &&
	       lines->max - lines->len >= TRACKER_ID_SIZE) {
		text_addf(lines, "%s\n", hold->messages[hold->at].queue_id);
		hold->at++;
	}
	*block_id_out = hold->blocks[hold->messages[begin].block].id;
	return true;
}

/* `copy` gets them with a NUL behind each; -1 for what is none. */
static ptrdiff_t split(struct slice lines, char *copy, const char **ids)
{
	size_t n = 0;

	while (lines.len) {
		struct slice id = slice_cut(&lines, '\n');

		if (!is_queue_id(id))
			return -1;
		memcpy(copy, id.ptr, id.len);
		copy[id.len] = '\0';
		ids[n++] = copy;
		copy += id.len + 1;
	}
	return (ptrdiff_t)n;
}

int hold_note(struct blocks *blocks, int64_t block_id, struct slice lines,
	      int64_t now_ms, struct err *err)
{
	const char **ids = must(calloc(lines.len / 2 + 1, sizeof(*ids)));
	char *copy = must(malloc(lines.len + 1));
	ptrdiff_t n = split(lines, copy, ids);
	size_t n_new;
	int result;

	if (n < 0)
		result = err_set(err, EXIT_DATA, "no mail server has such "
				 "queue ids");
	else
		result = followup_found(blocks, block_id, ids, (size_t)n,
					now_ms, &n_new, err);
	free(ids);
	free(copy);
	return result;
}
