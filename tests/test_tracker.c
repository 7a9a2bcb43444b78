/*
 * Open messages: found by id, ended, aged, stored, and never too many.
 */
#include "detector/tracker.h"
#include "detector/writers.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, START_S = 1795300000 };

static struct mail_event event_of(const char *id, uint32_t at_s)
{
	return (struct mail_event){
		.host = S("mx1"),
		.instance = S("postfix"),
		.queue_id = slice_from(id),
		.at_ms = at_s * INT64_C(1000),
	};
}

static void test_life(void **state)
{
	struct tracker *tracker = tracker_new();
	struct mail_event event = event_of("A1", START_S);
	struct message *message;

	(void)state;
	assert_null(tracker_find(tracker, &event));
	message = tracker_begin(tracker, &event);
	message->account = 5;
	message->failed_domains = 3;
	assert_ptr_equal(tracker_find(tracker, &event), message);
	/* The same id elsewhere is another message. */
	event.host = S("mx2");
	assert_null(tracker_find(tracker, &event));
	event.host = S("mx1");
	event.instance = S("postfix-out");
	assert_null(tracker_find(tracker, &event));
	event.instance = S("postfix");
	/* Ids are letters with a case. */
	assert_null(tracker_find_id(tracker, &event, S("a1")));
	assert_null(tracker_find_id(tracker, &event, S("")));
	/* Used again: nothing of the old one is left. */
	message = tracker_begin(tracker, &event);
	assert_int_equal(message->account, 0);
	assert_int_equal(message->failed_domains, 0);
	assert_int_equal(tracker_count(tracker), 1);
	tracker_end(tracker, &event);
	tracker_end(tracker, &event);
	assert_null(tracker_find(tracker, &event));
	assert_int_equal(tracker_count(tracker), 0);
	tracker_free(&tracker);
	tracker_free(&tracker);
}

static int take(void *context, const struct message *message)
{
	*(struct message *)context = *message;
	return 0;
}

/* What a queue is told by: the id as it was written, and whose it is. */
static void test_ids_are_kept(void **state)
{
	struct tracker *tracker = tracker_new();
	struct mail_event event = event_of("4XyZ1", START_S);
	struct message seen = { 0 };

	(void)state;
	tracker_begin(tracker, &event);
	tracker_each(tracker, take, &seen);
	assert_string_equal(seen.queue_id, "4XyZ1");
	assert_int_equal(seen.host, writers_machine(S("MX1.example.net")));
	assert_int_not_equal(seen.host, writers_machine(S("mx2")));
	assert_int_equal(writers_machine(S("")), 0);
	tracker_end(tracker, &event);
	/* Half an id would be another message. */
	event = event_of("1234567890123456789012345678", START_S);
	tracker_begin(tracker, &event);
	tracker_each(tracker, take, &seen);
	assert_string_equal(seen.queue_id, "");
	tracker_free(&tracker);
}

/* A name without a queue manager works for one that has. */
static void test_names(void **state)
{
	struct tracker *tracker = tracker_new();
	struct mail_event service = event_of("A1", START_S), queue = service;
	char host[16];

	(void)state;
	service.instance = S("smtps");
	queue.kind = MAIL_QUEUED;
	tracker_begin(tracker, &service)->account = 5;
	assert_int_equal(tracker_find(tracker, &queue)->account, 5);
	assert_int_equal(tracker_find(tracker, &service)->account, 5);
	assert_int_equal(tracker_count(tracker), 1);
	/* With a queue of its own it is a stranger. */
	service.kind = MAIL_QUEUED;
	assert_null(tracker_find(tracker, &service));
	assert_int_equal(tracker_find_near(tracker, &service, S("A1"))->account,
			 5);
	tracker_end(tracker, &service);
	assert_int_equal(tracker_count(tracker), 1);
	/* Names beyond the limit are kept apart. */
	for (int i = 0; i < 300; i++) {
		snprintf(host, sizeof(host), "h%d", i);
		queue.host = slice_from(host);
		assert_null(tracker_find(tracker, &queue));
	}
	queue.kind = MAIL_DELIVERY;
	queue.host = S("last");
	assert_null(tracker_find_near(tracker, &queue, S("A1")));
	tracker_begin(tracker, &queue);
	assert_non_null(tracker_find(tracker, &queue));
	tracker_free(&tracker);
}

static void test_age(void **state)
{
	struct tracker *tracker = tracker_new();
	struct mail_event event = event_of("A1", START_S);

	(void)state;
	tracker_begin(tracker, &event)->account = 5;
	/* Every line keeps it alive. */
	for (int i = 0; i < 10; i++) {
		event.at_ms += 5 * INT64_C(86400000);
		assert_non_null(tracker_find(tracker, &event));
	}
	event.at_ms += TRACKER_MAX_AGE_S * INT64_C(1000) + 1000;
	assert_null(tracker_find(tracker, &event));
	/* A line from before does not make it younger. */
	event.at_ms = START_S * INT64_C(1000);
	assert_non_null(tracker_find(tracker, &event));
	tracker_free(&tracker);
}

/* Long hosts and many of them; the cache of the last one must not lie. */
static void test_hosts(void **state)
{
	struct tracker *tracker = tracker_new();
	char hosts[3][100];
	struct mail_event event;

	(void)state;
	for (int i = 0; i < 3; i++) {
		memset(hosts[i], 'a' + i, sizeof(hosts[i]));
		hosts[i][i == 2 ? 3 : 99] = '\0';
	}
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 3; i++) {
			event = event_of("A1", START_S);
			event.host = slice_from(hosts[i]);
			if (round == 0)
				tracker_begin(tracker, &event)->account =
					(uint64_t)i + 1;
			assert_int_equal(tracker_find(tracker, &event)->account,
					 i + 1);
		}
	assert_int_equal(tracker_count(tracker), 3);
	tracker_free(&tracker);
}

/* Against a plain array: begin and end in a disorderly manner. */
static void test_disorder(void **state)
{
	enum { IDS = 5000, STEPS = 200000 };
	static uint64_t want[IDS];
	struct tracker *tracker = tracker_new();
	size_t n = 0;
	uint32_t dice = 7;

	(void)state;
	for (int step = 0; step < STEPS; step++) {
		struct mail_event event;
		struct message *message;
		size_t which;
		char id[16];

		dice = dice * 1664525 + 1013904223;
		which = (dice >> 8) % IDS;
		snprintf(id, sizeof(id), "%zX", which * 977);
		event = event_of(id, START_S);
		message = tracker_find(tracker, &event);
		if ((message ? message->account : 0) != want[which])
			fail_msg("step %d, id %s", step, id);
		if (dice >> 30 == 0 && want[which]) {
			tracker_end(tracker, &event);
			want[which] = 0;
			n--;
		} else if (dice >> 30 == 1) {
			n += want[which] == 0;
			want[which] = (uint64_t)step + 1;
			tracker_begin(tracker, &event)->account = want[which];
		}
		assert_int_equal(tracker_count(tracker), n);
	}
	tracker_free(&tracker);
}

static size_t n_put, n_gone;

static int count_change(void *context, const struct message *message,
			bool gone)
{
	(void)context;
	assert_true(message->key != 0);
	n_put += !gone;
	n_gone += gone;
	return 0;
}

static void count_changes(struct tracker *tracker)
{
	n_put = n_gone = 0;
	assert_int_equal(tracker_each_dirty(tracker, count_change, NULL), 0);
}

static void test_changes(void **state)
{
	struct tracker *tracker = tracker_new();
	struct mail_event a = event_of("A", START_S);
	struct mail_event b = event_of("B", START_S);

	(void)state;
	tracker_begin(tracker, &a);
	tracker_begin(tracker, &b);
	count_changes(tracker);
	assert_int_equal(n_put, 2);
	tracker_clean(tracker);
	count_changes(tracker);
	assert_int_equal(n_put + n_gone, 0);
	tracker_find(tracker, &a);
	count_changes(tracker);
	assert_int_equal(n_put + n_gone, 0);
	a.at_ms += 1000;
	tracker_find(tracker, &a);
	tracker_end(tracker, &b);
	count_changes(tracker);
	assert_int_equal(n_put, 1);
	assert_int_equal(n_gone, 1);
	/* Ended and begun again between two commits: it must end up there. */
	tracker_begin(tracker, &b);
	count_changes(tracker);
	assert_int_equal(n_put, 2);
	tracker_free(&tracker);
}

/* What is too old when it comes back is deleted with the next commit. */
static void test_restore(void **state)
{
	static const char *const ids[] = { "A", "B", "C" };
	struct tracker *tracker = tracker_new();
	struct message young = { .key = 3, .at_s = START_S, .account = 9 };
	struct message old = { .key = 5,
			       .at_s = START_S - TRACKER_MAX_AGE_S - 1 };
	struct message ahead = { .at_s = START_S + 400 * DAY_S };

	(void)state;
	young.is_dirty = 1;
	/* Lines of a clock that ran ahead make nothing else old: neither now
	 * nor in any later run that finds them in the state. */
	for (ahead.key = 7; ahead.key < 27; ahead.key += 2) {
		tracker_restore(tracker, &ahead);
		ahead.at_s++;
	}
	tracker_restore(tracker, &young);
	tracker_restore(tracker, &old);
	tracker_forget_aged(tracker);
	assert_int_equal(tracker_count(tracker), 12);
	for (size_t i = 0; i < N_ELEMENTS(ids); i++) {
		struct mail_event event = event_of(ids[i],
						   START_S + (uint32_t)i);

		tracker_begin(tracker, &event);
	}
	tracker_forget_aged(tracker);
	assert_int_equal(tracker_count(tracker), 14);
	count_changes(tracker);
	assert_int_equal(n_put, 3);
	assert_int_equal(n_gone, 1);
	tracker_free(&tracker);
}

/* A full table gives up the old ones and says how many. */
static void test_full(void **state)
{
	enum { MORE = TRACKER_MAX + TRACKER_MAX / 2 };
	struct tracker *tracker = tracker_new();
	char id[16];

	(void)state;
	for (unsigned i = 0; i < MORE; i++) {
		struct mail_event event;

		snprintf(id, sizeof(id), "%X", i);
		event = event_of(id, START_S + i / 10);
		tracker_begin(tracker, &event);
	}
	assert_true(tracker_count(tracker) <= TRACKER_MAX);
	assert_true(tracker_count(tracker) > 30000);
	assert_int_equal(tracker_count(tracker) + tracker_lost(tracker), MORE);
	tracker_free(&tracker);
}

/* A clock that ran ahead for a while, then came back: the table must not
 * wait for ever for those messages to be old. */
static void test_full_of_future(void **state)
{
	struct tracker *tracker = tracker_new();
	char id[16];

	(void)state;
	for (unsigned i = 0; i < TRACKER_MAX - 2; i++) {
		struct mail_event event;

		snprintf(id, sizeof(id), "%X", i);
		event = event_of(id, START_S);
		tracker_begin(tracker, &event);
		event.at_ms += INT64_C(1000) * 3 * DAY_S;
		tracker_find(tracker, &event);
	}
	for (unsigned i = 0; i < 100; i++) {
		struct mail_event event;

		snprintf(id, sizeof(id), "N%X", i);
		event = event_of(id, START_S + 60);
		tracker_begin(tracker, &event)->account = 7;
		assert_int_equal(tracker_find(tracker, &event)->account, 7);
	}
	assert_true(tracker_count(tracker) <= TRACKER_MAX);
	tracker_free(&tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_ids_are_kept),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_disorder),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_restore),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_full_of_future),
	};

	return cmocka_run_group_tests_name("tracker", tests, NULL, NULL);
}
