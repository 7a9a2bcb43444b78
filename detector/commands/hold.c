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

enum {
	BLOCKS_MAX = 1000,	/* the newest; older ones are held already */
	IDS_MAX = 20000		/* of one block, in one round */
};

struct holding {
	int64_t block_id;
	uint64_t key;
};

struct gathering {
	struct holding blocks[BLOCKS_MAX];
	size_t n;
	uint32_t machine;
	/* For the block in hand. */
	uint64_t key;
	const char *ids[IDS_MAX];
	size_t n_ids;
};

static int take_block(void *context, int64_t block_id, struct slice account)
{
	struct gathering *gathering = context;

	gathering->blocks[gathering->n++] =
		(struct holding){ block_id, account_key(account) };
	return gathering->n == BLOCKS_MAX;
}

static int take_message(void *context, const struct message *message)
{
	struct gathering *gathering = context;

	if (message->account != gathering->key || !message->queue_id[0] ||
	    (message->host && message->host != gathering->machine))
		return 0;
	gathering->ids[gathering->n_ids++] = message->queue_id;
	return gathering->n_ids == IDS_MAX;
}

static int note_block(struct blocks *blocks, const struct tracker *tracker,
		      const struct holding *holding,
		      struct gathering *gathering, int64_t now_ms,
		      struct err *err)
{
	size_t n_new = 0;

	gathering->key = holding->key;
	gathering->n_ids = 0;
	tracker_each(tracker, take_message, gathering);
	return followup_found(blocks, holding->block_id, gathering->ids,
			      gathering->n_ids, now_ms, &n_new, err);
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
	result = followup_blocks(blocks, now_ms - TRACKER_MAX_AGE_S *
				 (int64_t)STAMP_SECOND_MS, take_block,
				 gathering, err);
	for (size_t i = 0; i < gathering->n && result == 0; i++)
		result = note_block(blocks, tracker, &gathering->blocks[i],
				    gathering, now_ms, err);
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
