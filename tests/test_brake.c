/*
 * The brake: what it counts, whom it holds, and what a person's word does. By
 * the action itself, so that what is held, claimed and made belongs together.
 */
#include "detector/actions/braked.h"
#include "detector/brake.h"
#include "tests/support/blocks_desk.h"

#include <stdio.h>
#include <string.h>

enum { MANY = 12 };

static enum action_result results[MANY];
static struct err err;

static int setup(void **state)
{
	desk_setup(state);
	settings.brake.per_hour = 3;
	settings.brake.share = 0;
	settings.brake.undecided = BRAKE_UNDECIDED_WAIT;
	settings.brake.lifts = 3;
	settings.brake.lift_share = 0;
	settings.lift.self_service = true;
	return 0;
}

static int teardown(void **state)
{
	memset(&settings.brake, 0, sizeof(settings.brake));
	return desk_teardown(state);
}

/* Decisions number `from` and the ones behind it, about u0, u1 ... */
static enum braked_end carry(int from, int n, int64_t active, int64_t now_ms)
{
	static char keys[MANY][80], accounts[MANY][40];
	struct action_input inputs[MANY];
	struct braked braked = {
		.blocks = &desk.blocks, .action = action_find("block"),
		.active = active, .now_ms = now_ms,
	};

	for (int i = 0; i < n; i++) {
		snprintf(keys[i], sizeof(keys[i]), "suspend-%d", from + i);
		snprintf(accounts[i], sizeof(accounts[i]), "u%d@firma.example",
			 from + i);
		inputs[i] = (struct action_input){
			.key = keys[i], .account = slice_from(accounts[i]),
			.decided_ms = NOW, .probability = 0.99,
			.verdict = S("{\"evidence\":[{\"text\":\"7 countries\""
				     "}]}"),
			.now_ms = now_ms,
		};
	}
	err = (struct err){ 0, "" };
	return braked_carry_out(&braked, inputs, (size_t)n, results, &err);
}

static int64_t made(void)
{
	return desk_rows("comporta_block");
}

static int64_t in_state(const char *word)
{
	char sql[120];

	snprintf(sql, sizeof(sql), "SELECT COUNT(*) AS n FROM comporta_brake"
		 " WHERE state = '%s'", word);
	return desk_number(sql);
}

static int64_t say(bool approve, enum brake_kind kind, const char *account,
		   int64_t now_ms)
{
	const struct brake_decree decree = {
		.approve = approve, .kind = kind,
		.account = slice_from(account), .up_to_id = 1000,
		.actor = "operator:root", .reason = "looked at",
	};
	int64_t n = -1;

	if (brake_decree(&desk.blocks, &decree, now_ms, &n, &err))
		fail_msg("%s", err.text);
	return n;
}

/* What of earlier blocks counts for the next one. */
static void test_what_counts(void **state)
{
	static const struct {
		const char *why;
		const char *change;	/* of three blocks made just now */
		int64_t active, left;
	} cases[] = {
		{ "three within the hour", NULL, 0, 0 },
		{ "a part of many active accounts", NULL, 1000, 7 },
		{ "of few", NULL, 100, 0 },
		{ "nearly an hour ago", "UPDATE comporta_block SET blocked_ms"
		  " = blocked_ms - 3600000", 0, 0 },
		{ "longer ago", "UPDATE comporta_block SET blocked_ms ="
		  " blocked_ms - 3600001", 0, 3 },
		{ "by a clock that was a year ahead", "UPDATE comporta_block"
		  " SET blocked_ms = blocked_ms + 31536000000", 0, 3 },
		{ "by a machine whose clock is a little ahead", "UPDATE"
		  " comporta_block SET blocked_ms = blocked_ms + 60000", 0, 0 },
		{ "lifted meanwhile", "UPDATE comporta_block SET state ="
		  " 'lifted', active_account = NULL, lifted_ms = blocked_ms",
		  0, 0 },
		{ "by hand on the command line", "UPDATE comporta_block SET"
		  " decision = 'hand-' || id", 0, 3 },
		{ "by hand over HTTP", "UPDATE comporta_block SET"
		  " decision = 'once:' || id WHERE id = 1", 0, 1 },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct brake_room room;

		teardown(state);
		setup(state);
		settings.brake.share = 0.01;
		assert_case(cases[i].why, BRAKED_GOES_ON,
			    carry(0, 3, 0, NOW));
		if (cases[i].change)
			desk_run(cases[i].change);
		assert_int_equal(brake_room(&desk.blocks, cases[i].active, NOW,
					    &room, &err), 0);
		assert_case(cases[i].why, cases[i].left, room.left);
	}
}

static void test_what_is_too_much_waits(void **state)
{
	(void)state;
	assert_int_equal(carry(0, 5, 0, NOW), BRAKED_HOLDS);
	assert_int_equal(err.code, EXIT_AGAIN);
	assert_non_null(strstr(err.text, "brake: 3 accounts"));
	assert_int_equal(made(), 3);
	assert_int_equal(in_state("waiting"), 2);
	assert_int_equal(results[2], ACTION_DONE);
	assert_int_equal(results[3], ACTION_LATER);
	/* In every round. */
	assert_int_equal(carry(3, 2, 0, NOW + MINUTE), BRAKED_HOLDS);
	assert_int_equal(desk_rows("comporta_brake"), 2);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM comporta_brake"
				     " WHERE account = 'u4@firma.example' AND"
				     " reason = '7 countries'"), 1);
	/* Nothing goes on by waiting. */
	assert_int_equal(carry(3, 3, 0, NOW + 5 * HOUR), BRAKED_HOLDS);
	assert_int_equal(made(), 3);
	/* A higher limit is a word as well. */
	settings.brake.per_hour = 4;
	assert_int_equal(carry(3, 3, 0, NOW + 5 * HOUR), BRAKED_HOLDS);
	assert_int_equal(made(), 4);
	assert_int_equal(in_state("gone"), 1);
	assert_int_equal(in_state("waiting"), 2);
}

/* The answer was lost: what is asked again is done already, and leaves room
 * for others. */
static void test_asked_again(void **state)
{
	(void)state;
	assert_int_equal(carry(0, 2, 0, NOW), BRAKED_GOES_ON);
	assert_int_equal(carry(0, 3, 0, NOW), BRAKED_GOES_ON);
	for (int i = 0; i < 3; i++)
		assert_int_equal(results[i], ACTION_DONE);
	assert_int_equal(made(), 3);
	assert_int_equal(desk_rows("comporta_brake"), 0);
	assert_int_equal(carry(2, 2, 0, NOW), BRAKED_HOLDS);
	assert_int_equal(results[0], ACTION_DONE);
	assert_int_equal(results[1], ACTION_LATER);
}

static void test_hourly(void **state)
{
	(void)state;
	settings.brake.undecided = BRAKE_UNDECIDED_HOURLY;
	assert_int_equal(carry(0, 5, 0, NOW), BRAKED_HOLDS);
	assert_int_equal(carry(3, 2, 0, NOW + HOUR), BRAKED_HOLDS);
	assert_int_equal(carry(3, 2, 0, NOW + HOUR + 1), BRAKED_GOES_ON);
	assert_int_equal(made(), 5);
}

static void test_approved(void **state)
{
	(void)state;
	carry(0, 6, 0, NOW);
	assert_int_equal(say(true, BRAKE_BLOCKS, "U4@firma.example", NOW), 1);
	/* Also behind those that wait on. */
	assert_int_equal(carry(3, 3, 0, NOW + 1), BRAKED_HOLDS);
	assert_int_equal(results[0], ACTION_LATER);
	assert_int_equal(results[1], ACTION_DONE);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM comporta_audit"
				     " WHERE action = 'approve' AND account ="
				     " 'u4@firma.example' AND reason ="
				     " 'looked at' AND detail = 'suspend-4'"),
			 1);
	assert_int_equal(say(true, BRAKE_BLOCKS, "", NOW + 2), 2);
	assert_int_equal(say(true, BRAKE_BLOCKS, "", NOW + 3), 0);
	/* Not those that come later, and they do not count. */
	assert_int_equal(carry(3, 4, 0, NOW + 4), BRAKED_HOLDS);
	assert_int_equal(made(), 6);
	assert_int_equal(results[3], ACTION_LATER);
	say(false, BRAKE_BLOCKS, "", NOW + 5);
	assert_int_equal(carry(7, 3, 0, NOW + HOUR + 1), BRAKED_GOES_ON);
	assert_int_equal(made(), 9);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM comporta_audit"
				     " WHERE action = 'approve'"), 3);
}

static int count_lift(void *context, const struct blocks_news *news)
{
	*(int *)context += news->is_lift && news->at_ms == NOW + 1 &&
			   slice_starts(news->account, S("u"));
	return 0;
}

static void test_discarded(void **state)
{
	int heard = 0;

	(void)state;
	carry(0, 5, 0, NOW);
	assert_int_equal(say(false, BRAKE_BLOCKS, "", NOW + 1), 2);
	assert_int_equal(carry(3, 2, 0, NOW + 2), BRAKED_GOES_ON);
	assert_int_equal(results[0], ACTION_DISCARDED);
	assert_int_equal(results[1], ACTION_DISCARDED);
	assert_int_equal(made(), 3);
	/* Also when the journal was not told, and with room. */
	settings.brake.per_hour = 100;
	carry(3, 2, 0, NOW + 3);
	assert_int_equal(made(), 3);
	/* The detector hears that they start anew. */
	assert_int_equal(blocks_news_since(&desk.blocks, 0, count_lift, &heard,
					   &err), 0);
	assert_int_equal(heard, 2);
}

/* Whichever is first, a word or the way. */
static void test_a_claim_and_a_word(void **state)
{
	struct brake_decision decision = {
		.key = "suspend-3", .account = S("u3@firma.example"),
		.decided_ms = NOW, .verdict = S("{}"),
	};
	enum brake_word word;

	(void)state;
	carry(0, 5, 0, NOW);
	assert_int_equal(brake_claim(&desk.blocks, &decision, 1, &word, &err),
			 0);
	assert_int_equal(word, BRAKE_APPROVED);
	assert_int_equal(say(false, BRAKE_BLOCKS, "", NOW), 1);
	decision.key = "suspend-4";
	assert_int_equal(brake_claim(&desk.blocks, &decision, 1, &word, &err),
			 0);
	assert_int_equal(word, BRAKE_DISCARDED);
	/* Killed behind the claim, it goes. */
	assert_int_equal(carry(3, 2, 0, NOW + 1), BRAKED_GOES_ON);
	assert_int_equal(results[0], ACTION_DONE);
	assert_int_equal(results[1], ACTION_DISCARDED);
}

static void test_rows_go_after_a_month(void **state)
{
	(void)state;
	carry(0, 5, 0, NOW);
	say(false, BRAKE_BLOCKS, "u3@firma.example", NOW);
	carry(5, 1, 0, NOW + 31 * DAY);
	assert_int_equal(in_state("discarded"), 0);
	assert_int_equal(in_state("waiting"), 2);
}

/* `n` mailboxes that are stopped. */
static void stop(int n)
{
	settings.brake.per_hour = 100;
	for (int i = 0; i < n; i++) {
		char sql[200];

		snprintf(sql, sizeof(sql), "INSERT INTO comporta_mailbox"
			 " VALUES ('u%d@firma.example', '$6$s$x%d', NULL,"
			 " NULL, NULL, NULL)", i, i);
		desk_run(sql);
	}
	carry(0, n, 0, NOW);
	assert_int_equal(made(), n);
}

static int64_t scan(int64_t now_ms)
{
	int64_t lifted = -1;

	if (blocks_lift_changed(&desk.blocks, now_ms, &lifted, &err))
		fail_msg("%s", err.text);
	return lifted;
}

#define CHANGE(hash) "UPDATE comporta_mailbox SET password_hash = " hash
#define CHANGE_ALL CHANGE("password_hash || 'y'")

static void test_as_many_lifts_as_may_be(void **state)
{
	(void)state;
	stop(5);
	desk_run(CHANGE_ALL " WHERE account < 'u3'");
	assert_int_equal(scan(NOW + 1), 3);
	/* They count for ten minutes. */
	desk_run(CHANGE_ALL);
	assert_int_equal(scan(NOW + MINUTE), 0);
	assert_int_equal(in_state("waiting"), 2);
}

static void test_a_share_of_what_is_stopped(void **state)
{
	(void)state;
	stop(10);
	settings.brake.lift_share = 0.5;
	desk_run(CHANGE_ALL " WHERE account < 'u5'");
	assert_int_equal(scan(NOW + 1), 5);
}

static void test_everybody_changed(void **state)
{
	(void)state;
	stop(6);
	desk_run(CHANGE_ALL);
	assert_int_equal(scan(NOW + 1), 0);
	assert_int_equal(in_state("waiting"), 6);
	/* An owner proves no more than the panel; support is a person. */
	assert_int_equal(desk_lift(1, true, false, NOW + 2),
			 LIFT_NEEDS_SUPPORT);
	assert_int_equal(desk_lift(2, false, false, NOW + 2), LIFT_DONE);
	assert_int_equal(in_state("waiting"), 5);
	/* Time proves nothing, and nothing is written again. */
	assert_int_equal(scan(NOW + DAY), 0);
	assert_int_equal(desk_rows("comporta_brake"), 6);
	/* The backup is put right. */
	desk_run("UPDATE comporta_mailbox SET password_hash ="
		 " rtrim(password_hash, 'y')");
	assert_int_equal(scan(NOW + DAY + 1), 0);
	assert_int_equal(in_state("waiting"), 0);
	/* And one owner really changes it. */
	desk_run(CHANGE("'$6$s$new'") " WHERE account = 'u0@firma.example'");
	assert_int_equal(scan(NOW + DAY + 2), 1);
}

static void test_lifts_approved(void **state)
{
	(void)state;
	stop(6);
	desk_run(CHANGE_ALL);
	scan(NOW + 1);
	assert_int_equal(say(true, BRAKE_LIFTS, "u1@firma.example", NOW + 2),
			 1);
	assert_int_equal(scan(NOW + 3), 1);
	assert_int_equal(say(true, BRAKE_LIFTS, "", NOW + 4), 5);
	assert_int_equal(scan(NOW + 5), 5);
	assert_int_equal(in_state("gone"), 6);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM comporta_audit"
				     " WHERE action = 'approve_lift' AND"
				     " block_id > 0"), 6);
}

static void test_lifts_discarded(void **state)
{
	(void)state;
	stop(6);
	desk_run(CHANGE_ALL);
	scan(NOW + 1);
	assert_int_equal(say(false, BRAKE_LIFTS, "", NOW + 2), 6);
	assert_int_equal(say(false, BRAKE_LIFTS, "", NOW + 3), 0);
	assert_int_equal(in_state("waiting"), 0);
	/* What was not believed opens nothing later either. */
	assert_int_equal(scan(NOW + HOUR), 0);
	assert_int_equal(desk_lift(1, true, false, NOW + HOUR),
			 LIFT_SAME_PASSWORD);
	/* The next change does, but not of all at once. */
	desk_run(CHANGE("'$6$s$new'") " WHERE account = 'u0@firma.example'");
	assert_int_equal(scan(NOW + HOUR + 1), 1);
	desk_run(CHANGE("password_hash || 'z'"));
	assert_int_equal(scan(NOW + HOUR + 2), 0);
	assert_int_equal(in_state("waiting"), 5);
}

/* On the page and through the hook, one after the other, without a scan. */
static void test_one_by_one(void **state)
{
	(void)state;
	stop(5);
	desk_run(CHANGE_ALL);
	for (int64_t id = 1; id <= 3; id++)
		assert_int_equal(desk_lift(id, true, false, NOW + id),
				 LIFT_DONE);
	assert_int_equal(desk_lift(4, true, false, NOW + 5),
			 LIFT_NEEDS_SUPPORT);
	assert_int_equal(in_state("waiting"), 1);
	settings.brake.lifts = 0;
	assert_int_equal(desk_lift(5, true, false, NOW + 6), LIFT_DONE);
}

/* "old" and "new" by MD5-crypt; made with perl. */
#define OLD "$1$aaaa$.VH3ZBSQ3A9Iym5o/zXkC."
#define NEW "$1$dddd$TR8GO7dgQU.LQwVnCVhS//"

/* A hook that shows the new password proves more than a hash. */
static void test_a_password_that_is_shown(void **state)
{
	const struct lift_request request = {
		.actor = "token:hook", .reason = "changed", .by_owner = true,
		.password = S("new"),
	};

	(void)state;
	desk_run("INSERT INTO comporta_mailbox VALUES ('u9@firma.example', '"
		 OLD "', NULL, NULL, NULL, NULL)");
	settings.brake.per_hour = 100;
	carry(9, 1, 0, NOW);
	for (int i = 0; i < 4; i++) {
		char sql[200];

		snprintf(sql, sizeof(sql), "INSERT INTO comporta_mailbox"
			 " VALUES ('u%d@firma.example', '$6$s$x%d', NULL,"
			 " NULL, NULL, NULL)", i, i);
		desk_run(sql);
	}
	carry(0, 4, 0, NOW);
	desk_run(CHANGE_ALL);
	desk_run("UPDATE comporta_mailbox SET password_hash = '" NEW "'"
		 " WHERE account = 'u9@firma.example'");
	assert_int_equal(scan(NOW + 1), 0);
	assert_int_equal(in_state("waiting"), 5);
	assert_int_equal(desk_lift(1, true, false, NOW + 2),
			 LIFT_NEEDS_SUPPORT);
	assert_int_equal(blocks_lift(&desk.blocks, 1, &request, NOW + 3, &err),
			 LIFT_DONE);
	assert_int_equal(in_state("waiting"), 4);
}

#define BRAKE_TEST(test)						\
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		BRAKE_TEST(test_what_counts),
		BRAKE_TEST(test_asked_again),
		BRAKE_TEST(test_what_is_too_much_waits),
		BRAKE_TEST(test_hourly),
		BRAKE_TEST(test_approved),
		BRAKE_TEST(test_discarded),
		BRAKE_TEST(test_a_claim_and_a_word),
		BRAKE_TEST(test_rows_go_after_a_month),
		BRAKE_TEST(test_as_many_lifts_as_may_be),
		BRAKE_TEST(test_a_share_of_what_is_stopped),
		BRAKE_TEST(test_everybody_changed),
		BRAKE_TEST(test_lifts_approved),
		BRAKE_TEST(test_lifts_discarded),
		BRAKE_TEST(test_one_by_one),
		BRAKE_TEST(test_a_password_that_is_shown),
	};

	return cmocka_run_group_tests_name("brake", tests, desk_group_setup,
					   desk_group_teardown);
}
