/*
 * The database goes away: before, in the middle of and after the transaction
 * of a block or a lift, by ending, by dying, by falling silent, and by losing
 * the connection. Nothing is ever half done, nothing is done twice, and what
 * became of a COMMIT without an answer is found out.
 */
#include "tests/support/outage.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* A block that failed is asked for again until it stands, as the rounds of
 * scan do. */
static void make_until_made(const char *why)
{
	enum block_result result = BLOCK_FAILED;
	int64_t start_ms = now_ms();

	while (result == BLOCK_FAILED && now_ms() - start_ms < 30000)
		result = outage_make("d1", "anna");
	if (result != BLOCK_MADE && result != BLOCK_WAS_MADE)
		fail_msg("%s: %s", why, outage.err.text);
	if (strcmp(outage_sum(), SUM_BLOCKED) != 0)
		fail_msg("%s: %s", why, outage_sum());
}

static void lift_until_lifted(const char *why)
{
	enum lift_result result = LIFT_FAILED;
	int64_t start_ms = now_ms();

	while (result == LIFT_FAILED && now_ms() - start_ms < 30000)
		result = outage_lift();
	if (result != LIFT_DONE && result != LIFT_WAS_LIFTED)
		fail_msg("%s: %s", why, outage.err.text);
	if (strcmp(outage_sum(), SUM_LIFTED) != 0)
		fail_msg("%s: %s", why, outage_sum());
}

enum { ENDS, DIES, FREEZES, N_WAYS };
static const char *const ways[N_WAYS] = { "ends", "dies", "freezes" };

static void take_away(int way)
{
	if (way == ENDS)
		mariadb_quit(&outage.server);
	else if (way == DIES)
		mariadb_kill(&outage.server);
	else
		mariadb_freeze(&outage.server);
}

static void bring_back(int way)
{
	if (way == FREEZES)
		mariadb_thaw(&outage.server);
	else
		mariadb_revive(&outage.server);
}

static void test_before(void **state)
{
	(void)state;
	for (int way = 0; way < N_WAYS; way++) {
		int64_t start_ms = now_ms();

		outage_teardown(state);
		outage_setup(state);
		take_away(way);
		assert_case(ways[way], BLOCK_FAILED,
			    outage_make("d1", "anna"));
		outage_said(ways[way], EXIT_SERVICE, "127.0.0.1");
		/* Connect, and be asked once: nobody waits longer. */
		if (now_ms() - start_ms > 20000)
			fail_msg("%s: it took too long", ways[way]);
		bring_back(way);
		make_until_made(ways[way]);
	}
}

static void test_after(void **state)
{
	(void)state;
	for (int way = 0; way < N_WAYS; way++) {
		outage_teardown(state);
		outage_setup(state);
		assert_case(ways[way], BLOCK_MADE, outage_make("d1", "anna"));
		take_away(way);
		assert_case(ways[way], BLOCK_FAILED,
			    outage_make("d1", "anna"));
		bring_back(way);
		assert_case(ways[way], BLOCK_WAS_MADE,
			    outage_make("d1", "anna"));
		make_until_made(ways[way]);
		take_away(way);
		bring_back(way);
		lift_until_lifted(ways[way]);
	}
}

static const struct {
	enum proxy_action action;
	const char *words;
} actions[] = {
	{ PROXY_CUT_BEFORE, "cut before" },
	{ PROXY_CUT_AFTER, "cut after" },
	{ PROXY_SILENT_BEFORE, "silent before" },
	{ PROXY_SILENT_AFTER, "silent after" },
};

/* Statements of a block, in their order. */
static const char *const in_a_block[] = {
	"START TRANSACTION",
	"SELECT id, decision, NULL AS account",
	"SELECT username AS account",
	"INSERT INTO comporta_block",
	"INSERT INTO comporta_credential",
	"INSERT INTO comporta_send_block",
	"UPDATE mailbox",
	"UPDATE comporta_block",
	"INSERT INTO comporta_audit",
	"INSERT INTO comporta_notice",
	"COMMIT",
};

static const char *const in_a_lift[] = {
	"START TRANSACTION",
	"SELECT id, decision",
	"UPDATE comporta_block",
	"UPDATE mailbox",
	"DELETE FROM comporta_send_block",
	"DELETE FROM comporta_credential",
	"INSERT INTO comporta_audit",
	"INSERT INTO comporta_notice",
	"COMMIT",
};

/* Silence takes its time, so it falls where locks are held. */
static bool is_worth_it(const char *words, enum proxy_action action)
{
	return action == PROXY_CUT_BEFORE || action == PROXY_CUT_AFTER ||
	       strcmp(words, "UPDATE mailbox") == 0 ||
	       strcmp(words, "INSERT INTO comporta_send_block") == 0 ||
	       strcmp(words, "COMMIT") == 0;
}

static void cut_block(const char *words, size_t i)
{
	char why[120];
	enum block_result result;

	snprintf(why, sizeof(why), "block, %s: %s", actions[i].words, words);
	proxy_when(&outage.wire, words, actions[i].action);
	result = outage_make("d1", "anna");
	assert_case(why, 1, proxy_hits(&outage.wire));
	/* Nothing was changed before, or one look tells. */
	if (strcmp(words, "COMMIT") == 0 &&
	    actions[i].action != PROXY_SILENT_BEFORE)
		assert_case(why, BLOCK_MADE, result);
	if (result == BLOCK_FAILED && outage.err.code != EXIT_AGAIN)
		outage_said(why, EXIT_SERVICE, "cannot block anna");
	make_until_made(why);
}

static void cut_lift(const char *words, size_t i)
{
	char why[120];
	enum lift_result result;

	snprintf(why, sizeof(why), "lift, %s: %s", actions[i].words, words);
	assert_case(why, BLOCK_MADE, outage_make("d1", "anna"));
	outage_forget_prepared();
	proxy_when(&outage.wire, words, actions[i].action);
	result = outage_lift();
	assert_case(why, 1, proxy_hits(&outage.wire));
	if (strcmp(words, "COMMIT") == 0 &&
	    actions[i].action != PROXY_SILENT_BEFORE)
		assert_case(why, LIFT_DONE, result);
	if (result == LIFT_FAILED && outage.err.code != EXIT_AGAIN)
		outage_said(why, EXIT_SERVICE, "cannot lift block");
	lift_until_lifted(why);
}

static void test_cut_in_a_block(void **state)
{
	for (size_t i = 0; i < N_ELEMENTS(actions); i++)
		for (size_t j = 0; j < N_ELEMENTS(in_a_block); j++) {
			if (!is_worth_it(in_a_block[j],
					 actions[i].action))
				continue;
			outage_teardown(state);
			outage_setup(state);
			cut_block(in_a_block[j], i);
		}
}

static void test_cut_in_a_lift(void **state)
{
	for (size_t i = 0; i < N_ELEMENTS(actions); i++)
		for (size_t j = 0; j < N_ELEMENTS(in_a_lift); j++) {
			if (!is_worth_it(in_a_lift[j],
					 actions[i].action))
				continue;
			outage_teardown(state);
			outage_setup(state);
			cut_lift(in_a_lift[j], i);
		}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		OUTAGE_TEST(test_before),
		OUTAGE_TEST(test_after),
		OUTAGE_TEST(test_cut_in_a_block),
		OUTAGE_TEST(test_cut_in_a_lift),
	};

	return cmocka_run_group_tests_name("failures", tests,
					   outage_group_setup,
					   outage_group_teardown);
}
