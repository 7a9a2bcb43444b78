/*
 * Which messages of the tracker are handed to the queue's command: of every
 * active block, however many they are, and of nobody else.
 */
#include "detector/accounts.h"
#include "detector/commands/hold.h"
#include "detector/followup.h"
#include "tests/support/blocks_desk.h"

#include <stdio.h>
#include <string.h>

#define ANNA "anna@firma.example"
#define JOAO "joao@loja.example"

static struct tracker *tracker;
static struct err err;

static int setup(void **state)
{
	static char program[] = "true", nothing[] = "";

	settings.queue.hold = program;
	settings.queue.release = settings.queue.delete = nothing;
	settings.queue.host = nothing;
	settings.actions.timeout_ms = 10000;
	settings.actions.max_attempts = 3;
	tracker = tracker_new();
	return desk_setup(state);
}

static int teardown(void **state)
{
	tracker_free(&tracker);
	memset(&settings.actions, 0, sizeof(settings.actions));
	memset(&settings.queue, 0, sizeof(settings.queue));
	return desk_teardown(state);
}

static void queue(const char *account, const char *prefix, int n)
{
	for (int i = 0; i < n; i++) {
		char id[TRACKER_ID_SIZE];
		struct mail_event event = {
			.kind = MAIL_SUBMISSION,
			.at_ms = NOW,
			.host = S("mx1"),
		};

		snprintf(id, sizeof(id), "%s%06d", prefix, i);
		event.queue_id = slice_from(id);
		tracker_begin(tracker, &event)->account =
			account_key(slice_from(account));
	}
}

static void make(const char *account)
{
	int64_t id = 0;

	assert_int_equal(desk_make(account, account, NOW, &id), BLOCK_MADE);
}

static int want(void *context, int64_t block_id, struct slice account)
{
	hold_want(context, block_id, account_key(account));
	return 0;
}

/* As reader and actor do. */
static void round_at(int64_t now_ms)
{
	static struct hold hold;
	struct text lines = TEXT_INIT(4096);
	struct followup_report report;
	int64_t block_id;

	hold_clear(&hold);
	assert_int_equal(blocks_each_active(&desk.blocks, 0, want, &hold,
					    &err), 0);
	hold_look(&hold, tracker);
	while (hold_next(&hold, &block_id, &lines))
		assert_int_equal(hold_note(&desk.blocks, block_id,
					   text_slice(&lines), now_ms, &err),
				 0);
	if (followup_run(&desk.blocks, now_ms, &report, &err) != 0)
		fail_msg("%s", err.text);
	text_release(&lines);
	hold_clear(&hold);
}

static int64_t held_of(const char *account)
{
	char sql[300];

	snprintf(sql, sizeof(sql), "SELECT COUNT(*) AS n FROM comporta_held h "
		 "JOIN comporta_block b ON b.id = h.block_id WHERE h.state = "
		 "'held' AND b.account = '%s'", account);
	return desk_number(sql);
}

static void test_each_its_own(void **state)
{
	(void)state;
	make(ANNA);
	make(JOAO);
	queue(ANNA, "4Xa", 3);
	queue(JOAO, "4Xj", 2);
	queue("ola@firma.example", "4Xo", 4);
	queue(ANNA, "4Xb", 1);
	round_at(NOW);
	assert_int_equal(held_of(ANNA), 4);
	assert_int_equal(held_of(JOAO), 2);
	assert_int_equal(desk_rows("comporta_held"), 6);
}

/* What is held stays in the queue, and must not hide the others. */
static void test_a_huge_queue(void **state)
{
	(void)state;
	make(ANNA);
	queue(ANNA, "4X", 25000);
	round_at(NOW);
	round_at(NOW + MINUTE);
	assert_int_equal(held_of(ANNA), 25000);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_its_own),
		TEST(test_a_huge_queue),
	};

	return cmocka_run_group_tests_name("hold", tests, desk_group_setup,
					   desk_group_teardown);
}
