/*
 * What the reader makes of the acting process's answers: also of one that lies,
 * as what it says came out of a database, falls silent or ends.
 */
#include "detector/commands/run_inside.h"
#include "detector/settings.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000, N = 3 };

static struct run run;
static char folder[FOLDER_SIZE];
static int peer;
static struct link_room room;
static struct invocation invocation;
static struct err err;

static int setup(void **state)
{
	static const struct conf_list home = { .n = 0 };
	char dir[FOLDER_SIZE + 20];
	const char *const sets[] = { "mode=enforce", dir, "model=none" };
	struct geo *geo = NULL;
	int ends[2];

	(void)state;
	folder_make(folder, "errands");
	snprintf(dir, sizeof(dir), "state_dir=%s", folder);
	run = (struct run){ .invocation = &invocation, .enforce = true };
	if (settings_load(NULL, false, sets, N_ELEMENTS(sets), &err) ||
	    state_open(folder, false, &run.state, &err) ||
	    geo_open(NULL, NULL, settings.geo_max_age_ms, &geo, &err) ||
	    detector_init(&run.detector, geo, &home, NULL, &err) ||
	    link_pair(ends, &err))
		fail_msg("%s", err.text);
	run.errands.is_started = true;
	run.errands.actor.fd = ends[0];
	run.errands.actor.is_greeted = true;
	run.is_watch = true;
	peer = ends[1];
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	errands_end(&run.errands);
	batch_free(&run.asking.batch);
	paper_release(&run.asking.paper);
	hold_clear(&run.asking.hold);
	detector_release(&run.detector);
	state_close(&run.state);
	settings_release();
	close(peer);
	link_forget(&room);
	folder_remove(folder);
	return 0;
}

/* `N` decisions wait: about u0, u1, u2. */
static void decide(const char *odd)
{
	assert_int_equal(state_begin(run.state, &err), 0);
	for (int i = 0; i < N; i++) {
		char key[16], json[120];

		snprintf(key, sizeof(key), "k%d", i);
		snprintf(json, sizeof(json), "{\"account\":\"u%d%s\","
			 "\"probability\":0.99,\"log_odds\":5}", i,
			 i == 1 ? odd : "");
		assert_int_equal(state_journal_put(run.state, key,
						   slice_from(json), &err), 0);
	}
	assert_int_equal(state_commit(run.state, &err), 0);
}

static size_t waiting(void)
{
	return state_journal_count(run.state);
}

/* What is asked up to the question itself; how much came before it. */
static size_t hear(enum link_type want, struct link_message *out)
{
	size_t n = 0;

	for (;;) {
		assert_int_equal(link_receive(peer, &room, PATIENCE_MS, out),
				 LINK_GOT);
		if (out->type == want)
			return n;
		n++;
	}
}

static void say(const struct link_message *message)
{
	assert_int_equal(link_send(peer, message, PATIENCE_MS, &err), 0);
}

static void say_result(int64_t i, int64_t result)
{
	const struct link_message message = { .type = LINK_RESULT,
					      .result = { i, result } };

	say(&message);
}

static void say_acted(bool braked, bool stopped)
{
	const struct link_message message = { .type = LINK_ACTED,
					      .acted = { braked, stopped } };

	say(&message);
}

static void say_done(enum link_type about, int64_t code, const char *words)
{
	struct link_message message = { .type = LINK_DONE, .done = {
		.about = (int64_t)about, .code = code } };

	slice_copy(slice_from(words), message.done.words, LINK_WORDS_SIZE);
	say(&message);
	errands_go_on(&run, 0);
}

static int act_code(void)
{
	return run.patience.steps[PATIENCE_ACT].code;
}

static void want_act(void)
{
	struct link_message message;

	run_act(&run);
	assert_true(run.errands.is_open);
	hear(LINK_ACT, &message);
}

static void test_results(void **state)
{
	struct link_message message;

	(void)state;
	decide("");
	run_act(&run);
	assert_int_equal(hear(LINK_ACT, &message), N);
	say_result(0, ACTION_DONE);
	say_result(2, ACTION_NEVER);
	say_acted(false, false);
	say_done(LINK_ACT, EXIT_AGAIN, "u1 waits");
	assert_int_equal(waiting(), 1);
	assert_false(run.errands.is_open);
	assert_int_equal(act_code(), EXIT_AGAIN);
	assert_true(run.is_waiting);
	assert_false(run.meter.is_braked);
}

/* Places and results that there are not. */
static void test_results_of_nothing(void **state)
{
	static const int64_t places[] = { -1, N, INT64_MAX, INT64_MIN };
	static const int64_t results[] = { -1, ACTION_LATER + 1, INT64_MAX };

	(void)state;
	decide("");
	want_act();
	for (size_t i = 0; i < N_ELEMENTS(places); i++)
		say_result(places[i], ACTION_DONE);
	for (size_t i = 0; i < N_ELEMENTS(results); i++)
		say_result(0, results[i]);
	say_acted(false, true);
	say_done(LINK_ACT, EXIT_SERVICE, "away");
	assert_int_equal(waiting(), N);
	assert_int_equal(act_code(), EXIT_SERVICE);
	assert_true(run.errands.actor.fd > 0);
}

static void test_the_brake(void **state)
{
	(void)state;
	decide("");
	want_act();
	say_result(0, ACTION_DONE);
	say_acted(true, false);
	say_done(LINK_ACT, EXIT_AGAIN, "brake: 1 account");
	assert_true(run.meter.is_braked);
	assert_string_equal(run.lookout.brake, "brake: 1 account");
	assert_int_equal(waiting(), N - 1);
}

/* No message takes such a name, and no mailbox has it. */
static void test_what_cannot_be_said(void **state)
{
	struct link_message message;

	(void)state;
	decide("\\t");
	run_act(&run);
	assert_int_equal(hear(LINK_ACT, &message), N - 1);
	say_result(0, ACTION_DONE);
	say_result(1, ACTION_DONE);
	say_acted(false, false);
	say_done(LINK_ACT, EXIT_FINE, "");
	assert_int_equal(waiting(), 0);
	assert_int_equal(act_code(), EXIT_FINE);
}

/* Nothing is forgotten, and the connection is over. */
static void assert_lost(const char *why)
{
	errands_go_on(&run, 0);
	assert_case(why, N, waiting());
	assert_case(why, 0, run.errands.actor.fd);
	assert_case(why, EXIT_SERVICE, act_code());
	assert_case(why, false, run.errands.is_open);
	assert_case(why, true, run_is_cut_off(&run));
}

static void say_garbage(void)
{
	assert_int_equal(send(peer, "what?", 5, 0), 5);
}

static void end(void)
{
	shutdown(peer, SHUT_RDWR);
}

static void answer_another(void)
{
	say_done(LINK_SEND, EXIT_FINE, "");
}

static void ask_back(void)
{
	const struct link_message message = { .type = LINK_TRAIL };

	say(&message);
}

static void be_silent(void)
{
	run.errands.actor.until_ms = 0;
}

static void test_lost(void **state)
{
	static const struct {
		const char *why;
		void (*lose)(void);
	} cases[] = {
		{ "garbage", say_garbage },
		{ "the end", end },
		{ "another answer", answer_another },
		{ "a reader's words", ask_back },
		{ "silence", be_silent },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		teardown(state);
		setup(state);
		decide("");
		want_act();
		say_result(0, ACTION_DONE);
		cases[i].lose();
		assert_lost(cases[i].why);
	}
}

static void test_a_code_that_is_none(void **state)
{
	static const int64_t codes[] = { -1, 1, 9999, INT64_MIN };

	for (size_t i = 0; i < N_ELEMENTS(codes); i++) {
		teardown(state);
		setup(state);
		decide("");
		want_act();
		say_done(LINK_ACT, codes[i], "?");
		assert_int_equal(act_code(), EXIT_BUG);
		assert_int_equal(waiting(), N);
	}
}

static void say_news(int64_t id, bool is_lift, const char *places)
{
	struct link_message news = { .type = LINK_NEWS, .news = {
		.audit_id = id, .at_ms = 1795334400000,
		.account = "u0", .is_lift = is_lift } };

	slice_copy(slice_from(places), news.news.places,
		   sizeof(news.news.places));
	say(&news);
}

/* The cursor moves by what was understood. */
static void test_news(void **state)
{
	struct link_message message = { .type = LINK_AUDIT,
					.audit = { 40 } };

	(void)state;
	run_hear(&run);
	hear(LINK_TRAIL, &message);
	message = (struct link_message){ .type = LINK_AUDIT, .audit = { 40 } };
	say(&message);
	say_done(LINK_TRAIL, EXIT_FINE, "");
	hear(LINK_HEAR, &message);
	assert_int_equal(message.hear.after_id, -HEAR_AGAIN);
	say_news(38, true, "");
	say_news(39, false, "VN until 2100-01-01");
	say_news(41, false, "no place at all");
	say_done(LINK_HEAR, EXIT_FINE, "");
	assert_int_equal(run.audit_newest, 40);
	assert_int_equal(run.lift_cursor, 39);
	assert_true(run.is_changed);
	assert_int_equal(run.patience.steps[PATIENCE_HEAR].code, EXIT_FINE);
}

/* A commit failed in the middle: what was heard goes with the memory, and must
 * be heard again. */
static void test_news_that_were_not_saved(void **state)
{
	struct link_message message = { .type = LINK_AUDIT,
					.audit = { 400 } };

	(void)state;
	run_hear(&run);
	say(&message);
	say_done(LINK_TRAIL, EXIT_FINE, "");
	say_news(38, true, "");
	errands_go_on(&run, 0);
	run.is_ahead = true;
	run_forget_unsaved(&run);
	assert_true(run.must_reload);
	assert_false(run.errands.is_open);
	assert_true(run.errands.is_wanted[ERRAND_HEAR]);
	/* What is still on its way goes with the connection. */
	assert_int_equal(run_talk_fd(&run), -1);
	assert_int_equal(run.errands.actor.fd, 0);
}

/* One errand at a time, in their order; what came meanwhile is next. */
static void test_in_turn(void **state)
{
	struct link_message message;

	(void)state;
	errands_want(&run, ERRAND_HOOKS);
	errands_go_on(&run, 0);
	hear(LINK_HOOKS, &message);
	decide("");
	errands_want(&run, ERRAND_SEND);
	run_act(&run);
	assert_int_equal(link_receive(peer, &room, 0, &message),
			 LINK_NOTHING);
	say_done(LINK_HOOKS, EXIT_FINE, "");
	assert_int_equal(hear(LINK_ACT, &message), N);
	say_acted(false, true);
	say_done(LINK_ACT, EXIT_AGAIN, "a lock");
	hear(LINK_SEND, &message);
	say_done(LINK_SEND, EXIT_FINE, "");
	assert_false(run.errands.is_open);
}

#define ERRANDS_TEST(test)						\
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ERRANDS_TEST(test_results),
		ERRANDS_TEST(test_results_of_nothing),
		ERRANDS_TEST(test_the_brake),
		ERRANDS_TEST(test_what_cannot_be_said),
		ERRANDS_TEST(test_lost),
		ERRANDS_TEST(test_a_code_that_is_none),
		ERRANDS_TEST(test_news),
		ERRANDS_TEST(test_news_that_were_not_saved),
		ERRANDS_TEST(test_in_turn),
	};

	return cmocka_run_group_tests_name("errands", tests, NULL, NULL);
}
