#include "detector/commands/hear.h"

#include "base/clock.h"
#include "base/stamp.h"

enum { N_IDS = 2 * HEAR_AGAIN };

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

void hear_one(struct hear *hear, struct detector *detector,
	      const struct blocks_news *news, int64_t *cursor,
	      bool *is_changed)
{
	if (news->audit_id > *cursor)
		*cursor = news->audit_id;
	if (is_heard(hear, news->audit_id) || is_over(news))
		return;
	hear->ids[hear->n++ % N_IDS] = news->audit_id;
	if (news->is_lift ? detector_lifted(detector, news->account,
					    news->at_ms)
			  : detector_trusted(detector, news->account,
					     news->at_ms, &news->trust))
		*is_changed = true;
}
