/*
 * The short cut for accounts above suspicion (is_above_suspicion in
 * detector.c) changes nothing: the same events through a detector that takes
 * it and one that never does leave the same accounts and the same verdicts.
 */
#include "base/stamp.h"
#include "detector/detector.h"
#include "detector/settings.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ACCOUNTS = 40, EVENTS = 60000, SHORT = 0, PLAIN = 1 };

static const int64_t START_MS = INT64_C(1795305600000);

static struct detector detectors[2];

struct tally {
	unsigned told, short_cuts, weighed;
	double sum;	/* of probabilities */
};

static struct tally tallies[2];

static void on_verdict(void *context, const struct verdict *verdict,
		       struct account_entry *entry)
{
	struct tally *tally = context;

	(void)entry;
	tally->told++;
	tally->sum += verdict->probability;
}

static void on_weighed(void *context, const struct signal_input *input,
		       const struct account_entry *entry)
{
	struct tally *tally = context;

	tally->weighed++;
	tally->short_cuts += judge_has_less(&entry->account, input->now_s,
					    &detectors[SHORT].weights,
					    detectors[SHORT].calm_below);
}

static int set_up(void **state)
{
	static const struct conf_list nowhere = { .n = 0 };
	struct err err;

	(void)state;
	if (settings_load(NULL, false, NULL, 0, &err) < 0)
		return -1;
	for (int i = SHORT; i <= PLAIN; i++) {
		struct geo *geo = NULL;

		if (geo_open("", NULL, 0, &geo, &err) < 0 ||
		    detector_init(&detectors[i], geo, &nowhere, NULL,
				  &err) < 0)
			return -1;
		detectors[i].on_verdict = on_verdict;
		detectors[i].on_weighed = on_weighed;
		detectors[i].context = &tallies[i];
	}
	detectors[PLAIN].calm_below = -INFINITY;
	detectors[PLAIN].quiet_below = -INFINITY;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (int i = SHORT; i <= PLAIN; i++)
		detector_release(&detectors[i]);
	settings_release();
	return 0;
}

static uint32_t draw(uint32_t below)
{
	static uint64_t state = 7;

	state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(state >> 33) % below;
}

static void feed(const struct mail_event *event)
{
	for (int i = SHORT; i <= PLAIN; i++)
		detector_event(&detectors[i], event);
}

/* From the third week on every fourth account is somebody else's: many
 * recipients, many of them dead, from many networks. */
static void message(struct mail_event event, uint32_t who, bool is_stolen)
{
	char id[16], recipient[40];
	uint32_t n = is_stolen ? 20 : 1 + draw(3);

	snprintf(id, sizeof(id), "%07X", draw(1 << 28));
	event.kind = MAIL_SUBMISSION;
	event.queue_id = slice_from(id);
	event.mechanism = is_stolen ? S("LOGIN") : S("PLAIN");
	feed(&event);
	event.kind = MAIL_QUEUED;
	event.recipients = n;
	feed(&event);
	event.kind = MAIL_DELIVERY;
	for (uint32_t i = 0; i < n; i++) {
		bool is_dead = draw(100) < (is_stolen ? 30 : 2);

		snprintf(recipient, sizeof(recipient), "x@d%u.example",
			 is_stolen ? draw(100000) : who * 10 + draw(8));
		event.recipient = slice_from(recipient);
		event.status = is_dead ? MAIL_BOUNCED : MAIL_SENT;
		event.dsn = is_dead ? S("5.1.1") : S("2.0.0");
		feed(&event);
	}
}

static void happen(uint32_t i)
{
	uint32_t who = draw(ACCOUNTS);
	bool is_stolen = i > EVENTS / 2 && who % 4 == 0 && draw(3) == 0;
	char login[32], client[32];
	struct mail_event event = {
		.at_ms = START_MS + i * INT64_C(60000),
		.host = S("mx1"),
		.instance = S("postfix"),
		.recipients = MAIL_UNKNOWN,
		.size_bytes = MAIL_UNKNOWN,
	};

	snprintf(login, sizeof(login), "u%u@x%u.example", who, who % 7);
	snprintf(client, sizeof(client), "%u.%u.9.9",
		 is_stolen ? 1 + draw(200) : 5, is_stolen ? 7 : who);
	event.account = slice_from(login);
	event.has_client = address_parse(slice_from(client), &event.client);
	if (is_stolen || draw(4) == 0) {
		message(event, who, is_stolen);
	} else {
		event.kind = MAIL_LOGIN;
		feed(&event);
	}
}

static int is_same(void *context, struct account_entry *entry)
{
	struct account_entry *other =
		accounts_find(detectors[PLAIN].accounts, entry->key);

	(void)context;
	assert_non_null(other);
	assert_memory_equal(&entry->account, &other->account,
			    sizeof(entry->account));
	return 0;
}

static void test_same(void **state)
{
	const struct tally *taken = &tallies[SHORT], *plain = &tallies[PLAIN];

	(void)state;
	for (uint32_t i = 0; i < EVENTS; i++) {
		happen(i);
		if (i % 500 == 0)
			accounts_each(detectors[SHORT].accounts, is_same,
				      NULL);
	}
	accounts_each(detectors[SHORT].accounts, is_same, NULL);
	assert_int_equal(accounts_count(detectors[SHORT].accounts), ACCOUNTS);
	assert_int_equal(taken->told, plain->told);
	assert_true(taken->sum == plain->sum);
	/* Both ways were gone, and somebody was told of. */
	assert_true(taken->told >= ACCOUNTS / 4);
	assert_true(taken->short_cuts > taken->weighed / 10);
	assert_true(taken->short_cuts < taken->weighed * 9 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("short_cut", tests, NULL, NULL);
}
