#include "detector/commands/check_notices.h"

#include "base/stamp.h"
#include "detector/alarms.h"
#include "notifier/letter.h"
#include "notifier/outbox.h"

#include <stdio.h>
#include <string.h>

int check_outbox(struct blocks *blocks, int64_t now_ms, char words[200],
		 struct err *err)
{
	struct outbox_failures failures;
	struct waiting_counts counts;

	if (outbox_count(blocks->db, &counts, err) < 0 ||
	    outbox_failures(blocks->db,
			    now_ms - CHECK_NOTICES_DAYS * STAMP_DAY_MS,
			    &failures, err) < 0)
		return -1;
	if (failures.n > 0)
		return err_set(err, EXIT_SERVICE, "%lld notices were refused "
			       "or given up in %d days, the last to %.200s: "
			       "%.200s; correct the address in the panel, and "
			       "call", (long long)failures.n,
			       CHECK_NOTICES_DAYS, failures.recipient,
			       failures.last_error);
	snprintf(words, 200, "notices waiting %lld, refused %lld",
		 (long long)counts.queued + counts.sending,
		 (long long)counts.failed);
	return 0;
}

struct telling {
	const struct languages *languages;
	void (*tell)(void *context, const struct err *err);
	void *context;
};

static int tell_alarm(void *context, const struct alarm *alarm)
{
	const struct telling *telling = context;
	char key[ALARMS_NAME_SIZE + 20], next[ALARMS_NAME_SIZE + 20];
	char began[STAMP_TEXT_SIZE];
	struct err err;

	if (alarm->ended_ms)
		return 0;
	stamp_short(alarm->began_ms, began);
	snprintf(key, sizeof(key), "alarm.%s", alarm->name);
	snprintf(next, sizeof(next), "alarm.%s.next", alarm->name);
	err_set(&err, EXIT_SERVICE, "since %s%s%.64s: %.100s (%.100s). %.300s",
		began, alarm->machine[0] ? ", " : "", alarm->machine,
		languages_word(telling->languages, "en", key, alarm->name),
		alarm->words,
		languages_word(telling->languages, "en", next, ""));
	telling->tell(telling->context, &err);
	return 0;
}

int check_alarms(struct blocks *blocks, int64_t now_ms,
		 void (*tell)(void *context, const struct err *err),
		 void *context, struct err *err)
{
	struct telling telling = { blocks->languages, tell, context };

	return alarms_each(blocks, now_ms, tell_alarm, &telling, err);
}
