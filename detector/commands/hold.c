#include "detector/commands/hold.h"

#include "base/log.h"
#include "base/must.h"
#include "base/stamp.h"
#include "detector/accounts.h"
#include "detector/followup.h"
#include "detector/settings.h"
#include "detector/writers.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The newest; what older ones had in the queue is held already. */
enum { BLOCKS_MAX = 1000 };

struct holding {
	int64_t block_id;
	uint64_t key;
};

/* A message of one of the blocks. */
struct waiting {
	uint32_t block;		/* its place in gathering.blocks */
	const char *queue_id;	/* the tracker's */
};

struct gathering {
	struct holding blocks[BLOCKS_MAX];
	size_t n;
	uint32_t machine;
	struct waiting *waiting;
	size_t n_waiting, room;
};

static int take_block(void *context, int64_t block_id, struct slice account)
{
	struct gathering *gathering = context;

	gathering->blocks[gathering->n++] =
		(struct holding){ block_id, account_key(account) };
	return gathering->n == BLOCKS_MAX;
}

static int by_key(const void *a, const void *b)
{
	const struct holding *left = a, *right = b;

	return (left->key > right->key) - (left->key < right->key);
}

static int by_block(const void *a, const void *b)
{
	const struct waiting *left = a, *right = b;

	return (left->block > right->block) - (left->block < right->block);
}

/* One look at every message for all blocks: there may be half a million of
 * the ones and a thousand of the others, and a round comes every second. */
static int take_message(void *context, const struct message *message)
{
	struct gathering *gathering = context;
	const struct holding wanted = { 0, message->account };
	const struct holding *found;

	if (!message->queue_id[0] ||
	    (message->host && message->host != gathering->machine))
		return 0;
	found = bsearch(&wanted, gathering->blocks, gathering->n,
			sizeof(wanted), by_key);
	if (!found)
		return 0;
	if (gathering->n_waiting == gathering->room) {
		gathering->room = gathering->room * 2 + 256;
		gathering->waiting =
			must(realloc(gathering->waiting,
				     gathering->room *
					     sizeof(struct waiting)));
	}
	gathering->waiting[gathering->n_waiting++] = (struct waiting){
		(uint32_t)(found - gathering->blocks), message->queue_id
	};
	return 0;
}

/* Those of one block, which stand side by side from `from` on. */
static int note_block(struct blocks *blocks, const struct gathering *gathering,
		      size_t from, size_t *end_out, int64_t now_ms,
		      struct err *err)
{
	const struct waiting *waiting = gathering->waiting;
	uint32_t block = waiting[from].block;
	size_t end = from, n_new = 0;
	const char **ids;
	int result;

	while (end < gathering->n_waiting && waiting[end].block == block)
		end++;
	ids = must(malloc((end - from) * sizeof(*ids)));
	for (size_t i = from; i < end; i++)
		ids[i - from] = waiting[i].queue_id;
	result = followup_found(blocks, gathering->blocks[block].block_id, ids,
				end - from, now_ms, &n_new, err);
	free(ids);
	*end_out = end;
	return result;
}

static int note_blocks(struct blocks *blocks, const struct tracker *tracker,
		       struct gathering *gathering, int64_t now_ms,
		       struct err *err)
{
	int result = 0;

	if (gathering->n == 0)
		return 0;
	qsort(gathering->blocks, gathering->n, sizeof(gathering->blocks[0]),
	      by_key);
	tracker_each(tracker, take_message, gathering);
	if (gathering->n_waiting)
		qsort(gathering->waiting, gathering->n_waiting,
		      sizeof(gathering->waiting[0]), by_block);
	for (size_t i = 0; i < gathering->n_waiting && result == 0;)
		result = note_block(blocks, gathering, i, &i, now_ms, err);
	return result;
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
	char name[256] = "";

	if (*settings.queue.host)
		return writers_machine(slice_from(settings.queue.host));
	gethostname(name, sizeof(name) - 1);
	names.wanted = writers_machine(slice_from(name));
	tracker_each(tracker, take_name, &names);
	return names.has_wanted || names.is_mixed ? names.wanted : names.only;
}

static int note_queue(struct blocks *blocks, const struct tracker *tracker,
		      int64_t now_ms, struct err *err)
{
	struct gathering *gathering;
	int result;

	if (!*settings.queue.hold)
		return 0;
	gathering = must(calloc(1, sizeof(*gathering)));
	gathering->machine = our_machine(tracker);
	/* What was in a queue longer than any queue keeps a message is not
	 * there. */
	result = blocks_each_active(blocks, now_ms - TRACKER_MAX_AGE_S *
				 (int64_t)STAMP_SECOND_MS, take_block,
				 gathering, err);
	if (result == 0)
		result = note_blocks(blocks, tracker, gathering, now_ms, err);
	free(gathering->waiting);
	free(gathering);
	return result;
}

int hold_and_follow_up(struct blocks *blocks, const struct tracker *tracker,
		       bool look, int64_t now_ms, struct err *err)
{
	struct followup_report report;

	if ((look && note_queue(blocks, tracker, now_ms, err) < 0) ||
	    followup_run(blocks, now_ms, &report, err) < 0)
		return -1;
	if (report.done)
		log_info("%lld actions done", (long long)report.done);
	return 0;
}
