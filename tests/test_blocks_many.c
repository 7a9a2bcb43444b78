/*
 * Many blocks at once give the results and the rows that one after the other
 * give.
 */
#include "base/files.h"
#include "tests/support/blocks_desk.h"
#include "tests/support/carry.h"
#include "tests/support/blocks_dump.h"
#include "tests/support/folder.h"

#include <stdio.h>
#include <string.h>

static const char *dump(void)
{
	return blocks_dump(desk.db);
}

#define REQUEST(decision_, account_, ...) {				\
	.decision = (decision_), .account = SLICE(account_),		\
	.decided_ms = NOW - 1, .probability = 0.9, .log_odds = 2.5,	\
	.actor = "scan", __VA_ARGS__ }

#define MUCH .reason = "much"

static const struct block_request own[] = {
	REQUEST("d1", "Anna@firma.example", .verdict = SLICE("{\"a\":1}"), MUCH),
	REQUEST("d2", "anna@firma.example", MUCH),
	REQUEST("d1", "joao@loja.example", MUCH),
	REQUEST("d3", "joao@loja.example", .reason = "\xff\x1b[1m \xc5\xbb"),
	REQUEST("d4", "nohash@firma.example", .silent = true, MUCH),
	REQUEST("d5", "who@firma.example", .address = "192.0.2.1", MUCH),
	REQUEST("d6", "", MUCH),
	REQUEST("d7", "a\xff@c.example", MUCH),
	REQUEST("d8", "root", .verdict = SLICE("\xff'); --"), MUCH),
	REQUEST("d9", "by-hand@firma.example", MUCH),
	REQUEST("earlier", "fresh@firma.example", MUCH),
	REQUEST("d10", "active@firma.example", MUCH),
	REQUEST("d11", "again@firma.example", MUCH),
	REQUEST("d12", "old@firma.example", MUCH),
};

static const struct block_request shop[] = {
	REQUEST("d1", "ala@firma.example", MUCH),
	REQUEST("d2", "ola@firma.example", MUCH),
	REQUEST("d3", "nobody@firma.example", MUCH),
	REQUEST("d3", "ALA@firma.example", MUCH),
};

static void prepare_own(void)
{
	int64_t id = 0;

	desk_make("earlier", "before@firma.example", NOW - HOUR, &id);
	desk_make("e2", "active@firma.example", NOW - HOUR, &id);
	desk_make("e3", "again@firma.example", NOW - 3 * HOUR, &id);
	assert_int_equal(desk_lift(id, false, true, NOW - 2 * HOUR),
			 LIFT_DONE);
	desk_make("e4", "old@firma.example", NOW - 90 * DAY, &id);
	assert_int_equal(desk_lift(id, false, true, NOW - 80 * DAY),
			 LIFT_DONE);
	desk_run("INSERT INTO comporta_send_block VALUES"
		 " ('by-hand@firma.example', 'mine', 0, 1)");
}

static void prepare_shop(void)
{
	desk.blocks.panel = desk.shop;
	desk_run("INSERT INTO shop_app VALUES ('ala@firma.example', 1,"
		 " '$6$s$x', 'phone')");
}

static void compare(void **state, void (*prepare)(void),
		    const struct block_request *requests, size_t n)
{
	enum block_result one[16], many[16];
	int64_t one_ids[16] = { 0 }, many_ids[16] = { 0 };
	struct text wanted = TEXT_INIT(1 << 20);
	struct err err;

	prepare();
	for (size_t i = 0; i < n; i++)
		one[i] = blocks_make(&desk.blocks, &requests[i], NOW,
				     &one_ids[i], &err);
	text_add_string(&wanted, dump());
	desk_teardown(state);
	desk_setup(state);
	prepare();
	if (blocks_make_many(&desk.blocks, requests, n, NOW, many, many_ids,
			     &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < n; i++) {
		assert_case(requests[i].decision, one[i], many[i]);
		assert_case(requests[i].decision, one_ids[i], many_ids[i]);
	}
	assert_string_equal(text_string(&wanted), dump());
	text_release(&wanted);
}

static char command[] = "doveadm kick {account}", hold[] = "postsuper -h -";

static void test_the_same_as_one_by_one(void **state)
{
	settings.actions.on_block =
		(struct conf_list){ .items = { command }, .n = 1 };
	settings.queue.hold = hold;
	compare(state, prepare_own, own, N_ELEMENTS(own));
	memset(&settings.actions, 0, sizeof(settings.actions));
	settings.queue.hold = NULL;
}

static void test_the_same_by_a_switch(void **state)
{
	compare(state, prepare_shop, shop, N_ELEMENTS(shop));
}

static void on_never(void *context, struct slice account,
		     enum action_result why)
{
	(void)context;
	(void)account;
	(void)why;
}

enum { PENDING = 1000 };

/* A login with a blank at its end cannot be stopped by our table. */
static void fill(struct state *journal, int odd)
{
	struct err err;

	assert_int_equal(state_begin(journal, &err), 0);
	for (int i = 0; i < PENDING; i++) {
		char key[16], json[80];

		snprintf(key, sizeof(key), "k%04d", i);
		snprintf(json, sizeof(json), "{\"account\":\"u%d@firma.example"
			 "%s\"}", i, i == odd ? " " : "");
		assert_int_equal(state_journal_put(journal, key,
						   slice_from(json), &err), 0);
	}
	assert_int_equal(state_commit(journal, &err), 0);
}

static void carry(int64_t per_hour, int odd, int64_t done, int64_t later,
		  bool braked)
{
	const struct action_watcher watcher = { NULL, on_never };
	struct carried report;
	char folder[FOLDER_SIZE];
	struct state *journal;
	struct err err = { 0 };

	folder_make(folder, "many");
	if (state_open(folder, false, &journal, &err))
		fail_msg("%s", err.text);
	fill(journal, odd);
	settings.brake.per_hour = per_hour;
	settings.brake.share = 0;
	assert_int_equal(carry_journal(journal, &desk.blocks, &watcher, 0, NOW,
				       &report, &err),
			 done == PENDING ? 0 : -1);
	assert_int_equal(report.done, done);
	assert_int_equal(report.later, later);
	assert_int_equal(report.braked, braked);
	assert_int_equal(desk_rows("comporta_block"), done);
	assert_int_equal(state_journal_count(journal), PENDING - done);
	state_close(&journal);
	folder_remove(folder);
}

static void test_one_odd_account_stops_nobody_else(void **state)
{
	(void)state;
	carry(PENDING * 2, 500, PENDING - 1, 1, false);
}

static void test_the_brake_holds_exactly(void **state)
{
	static const int64_t limits[] = { 1, 249, 250, 251, 777 };

	for (size_t i = 0; i < N_ELEMENTS(limits); i++) {
		desk_teardown(state);
		desk_setup(state);
		carry(limits[i], -1, limits[i], PENDING - limits[i], true);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DESK_TEST(test_the_same_as_one_by_one),
		DESK_TEST(test_the_same_by_a_switch),
		DESK_TEST(test_one_odd_account_stops_nobody_else),
		DESK_TEST(test_the_brake_holds_exactly),
	};

	return cmocka_run_group_tests_name("many blocks", tests,
					   desk_group_setup,
					   desk_group_teardown);
}
