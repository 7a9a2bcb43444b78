#include "detector/commands/pending.h"

#include "base/stamp.h"

/* Far above any verdict: some 3 KB, and 16 of the day. */
enum { VERDICT_MAX = 1 << 16 };

static void print(const struct verdict *verdict,
		  const struct account_entry *entry, const struct days *days,
		  struct text *out)
{
	struct json *object = verdict_json(verdict);

	if (days) {
		uint32_t at_s = (uint32_t)(verdict->at_ms / STAMP_SECOND_MS);
		struct days_part parts[DAYS_PARTS_MAX];
		struct json *day = days_json(
			parts, days_of(days, entry->key, at_s, parts));

		json_add(object, "day", &day);
	}
	json_print(object, out);
	text_add_char(out, '\n');
	json_free(&object);
}

bool pending_add(struct pending *pending, const struct verdict *verdict,
		 const struct account_entry *entry, const struct days *days)
{
	size_t i = pending->n;

	if (i == PENDING_MAX)
		return false;
	verdict_key(verdict, pending->items[i].key);
	pending->items[i].verdict = (struct text)TEXT_INIT(VERDICT_MAX);
	print(verdict, entry, days, &pending->items[i].verdict);
	pending->n++;
	return true;
}

int pending_save(const struct pending *pending, struct state *state,
		 struct err *err)
{
	for (size_t i = 0; i < pending->n; i++)
		if (state_journal_put(state, pending->items[i].key,
				      text_slice(&pending->items[i].verdict),
				      err) < 0)
			return -1;
	return 0;
}

void pending_drop(struct pending *pending)
{
	for (size_t i = 0; i < pending->n; i++)
		text_release(&pending->items[i].verdict);
	pending->n = 0;
}
