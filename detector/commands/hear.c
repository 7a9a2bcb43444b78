#include "detector/commands/hear.h"

#include "base/clock.h"
#include "base/stamp.h"

enum { N_IDS = 2 * HEAR_AGAIN };

struct listener {
	struct hear *hear;
	struct detector *detector;
	int64_t *cursor;
	bool *is_changed;
};

static bool is_heard(const struct hear *hear, int64_t id)
{
	for (size_t i = 0; i < hear->n && i < N_IDS; i++)
		if (hear->ids[i] == id)
			return true;
	return false;
}

/* Of a trail that is read anew after the state was lost. */
static bool is_over(const struct blocks_news *news)
{
	return !news->is_lift && news->trust.until_day &&
	       news->trust.until_day < clock_now_ms() / STAMP_DAY_MS - 1;
}

static int hear_one(void *context, const struct blocks_news *news)
{
	struct listener *listener = context;
	struct hear *hear = listener->hear;

	if (news->audit_id > *listener->cursor)
		*listener->cursor = news->audit_id;
	if (is_heard(hear, news->audit_id) || is_over(news))
		return 0;
	hear->ids[hear->n++ % N_IDS] = news->audit_id;
	if (news->is_lift ? detector_lifted(listener->detector, news->account,
					    news->at_ms)
			  : detector_trusted(listener->detector,
					     news->account, news->at_ms,
					     &news->trust))
		*listener->is_changed = true;
	return 0;
}

int hear_news(struct hear *hear, struct detector *detector,
	      struct blocks *blocks, int64_t *cursor, bool *is_changed,
	      struct err *err)
{
	struct listener listener = { hear, detector, cursor, is_changed };

	return blocks_news_since(blocks, *cursor - HEAR_AGAIN, hear_one,
				 &listener, err);
}
