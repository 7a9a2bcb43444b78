/*
 * The process that acts, and a reader that lies: taken over by a line of a log,
 * it may say what it likes. Nothing is done that no reader would have asked
 * for, and nothing is refused without a word.
 */
#include "base/clock.h"
#include "base/stamp.h"
#include "detector/actions/action.h"
#include "detector/brake.h"
#include "detector/commands/act_inside.h"
#include "detector/commands/stop.h"
#include "detector/followup.h"
#include "detector/judge.h"
#include "detector/settings.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ANNA "anna@firma.example"

enum { PATIENCE_MS = 5000 };

static struct acting acting;
static struct desk desk;		/* our own look at the database */
static char folder[FOLDER_SIZE];
static int peer;
static struct link_room room;
static struct err err;

/* What came of the last question. */
static struct {
	struct link_done done;
	struct link_acted acted;
	size_t n_results, n_wanted, n_news;
	int64_t results[BLOCKS_MANY + 1];
	int64_t wanted;
} got;

static int setup(void **state)
{
	char dir[FOLDER_SIZE + 20], mails[FOLDER_SIZE + 30];
	const char *const sets[] = { "mode=enforce", dir, mails, "model=none",
				     "queue.hold=true" };
	int ends[2];

	(void)state;
	folder_make(folder, "act");
	snprintf(dir, sizeof(dir), "state_dir=%s", folder);
	snprintf(mails, sizeof(mails), "smtp.url=file://%s", folder);
	if (settings_load(NULL, false, sets, N_ELEMENTS(sets), &err) ||
	    desk_open(&desk, &err) || link_pair(ends, &err))
		fail_msg("%s", err.text);
	acting = (struct acting){ .reader = ends[1] };
	peer = ends[0];
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	act_release(&acting);
	desk_close(&desk);
	close(peer);
	close(acting.reader);
	link_forget(&room);
	settings_release();
	folder_remove(folder);
	return 0;
}

static void take(const struct link_message *message)
{
	if (message->type == LINK_DONE)
		got.done = message->done;
	else if (message->type == LINK_ACTED)
		got.acted = message->acted;
	else if (message->type == LINK_RESULT && message->result.i >= 0 &&
		 message->result.i <= BLOCKS_MANY)
		got.results[message->result.i] = message->result.result;
	got.n_results += message->type == LINK_RESULT;
	got.n_wanted += message->type == LINK_WANTED;
	got.n_news += message->type == LINK_NEWS;
	if (message->type == LINK_WANTED)
		got.wanted = message->wanted.block_id;
}

/* Through the socket, as the process would hear it. False when it is over with
 * the reader. */
static bool say(const struct link_message *message)
{
	struct link_message heard;
	bool goes_on;

	memset(&got, 0, sizeof(got));
	got.done.code = -1;
	assert_int_equal(link_send(peer, message, PATIENCE_MS, &err), 0);
	assert_int_equal(link_receive(acting.reader, &acting.room, PATIENCE_MS,
				      &heard), LINK_GOT);
	goes_on = act_answer(&acting, &heard);
	while (link_receive(peer, &room, 0, &heard) == LINK_GOT)
		take(&heard);
	return goes_on;
}

static bool ask(enum link_type type)
{
	const struct link_message message = { .type = type };

	return say(&message);
}

static void greet(void)
{
	struct link_message hello = { .type = LINK_HELLO,
				      .hello = { COMPORTA_VERSION } };

	assert_true(say(&hello));
	assert_int_equal(got.done.code, EXIT_FINE);
}

static int take_number(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "n", -1);
	return 0;
}

static int64_t number(const char *sql)
{
	int64_t n = -1;

	assert_int_equal(db_run(desk.blocks.db, sql, NULL, 0, take_number, &n,
				NULL, &err), DB_OK);
	return n;
}

static int64_t blocks(void)
{
	return number("SELECT COUNT(*) AS n FROM comporta_block");
}

/* One that the judge could have come to, now. */
static struct verdict verdict_of(const char *account)
{
	struct verdict verdict = {
		.action = VERDICT_SUSPEND,
		.at_ms = clock_now_ms(),
		.n_evidence = 2,
		.evidence = { { "origin_novelty", 8.25, "7 countries" },
			      { "volume", 4.5, "900 recipients" } },
	};

	verdict.first_seen_ms = verdict.at_ms;
	slice_copy(slice_from(account), verdict.account,
		   sizeof(verdict.account));
	verdict.log_odds = log(judge_settings.hazard) + 12.75;
	verdict.probability =
		1 / (1 + exp(-(judge_settings.scale * verdict.log_odds +
			       judge_settings.shift)));
	return verdict;
}

/* As pending.c and batch.c bring it: by what was printed. */
static struct link_message decision_of(const struct verdict *verdict,
				       struct text *json)
{
	struct link_message message = { .type = LINK_DECISION };
	struct json *parsed;

	text_clear(json);
	verdict_print_json(verdict, json);
	parsed = json_parse(text_slice(json), &err);
	verdict_key(verdict, message.decision.key);
	slice_copy(slice_from(verdict->account), message.decision.account,
		   sizeof(message.decision.account));
	message.decision.decided_ms = verdict->at_ms;
	message.decision.probability = json_get_real(parsed, "probability", 0);
	message.decision.log_odds = json_get_real(parsed, "log_odds", 0);
	message.decision.verdict = text_slice(json);
	json_free(&parsed);
	return message;
}

static bool act(int64_t active)
{
	const struct link_message message = { .type = LINK_ACT,
					      .act = { active } };

	return say(&message);
}

static struct text json = TEXT_INIT(LINK_VERDICT_MAX);

static void decide(const char *account)
{
	struct verdict verdict = verdict_of(account);
	struct link_message message = decision_of(&verdict, &json);

	assert_true(say(&message));
}

static void test_an_honest_reader(void **state)
{
	(void)state;
	greet();
	decide(ANNA);
	decide("joao@loja.example");
	assert_true(act(1000));
	assert_int_equal(got.done.code, EXIT_FINE);
	assert_int_equal(got.n_results, 2);
	assert_int_equal(got.results[0], ACTION_DONE);
	assert_int_equal(got.results[1], ACTION_DONE);
	assert_false(got.acted.braked || got.acted.stopped);
	assert_int_equal(blocks(), 2);
	/* Nothing is kept of them. */
	assert_true(act(1000));
	assert_int_equal(got.n_results, 0);
	assert_int_equal(blocks(), 2);
}

/* The answer was lost with the process: asked again, it is found done. */
static void test_asked_twice(void **state)
{
	struct verdict verdict = verdict_of(ANNA);
	struct link_message message = decision_of(&verdict, &json);

	(void)state;
	greet();
	for (int i = 0; i < 2; i++) {
		assert_true(say(&message));
		assert_true(act(1000));
		assert_int_equal(got.results[0], ACTION_DONE);
		act_release(&acting);
		greet();
	}
	assert_int_equal(blocks(), 1);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_audit"),
			 1);
}

/* Ways to lie about a decision. */
typedef void lie(struct verdict *verdict);

static void tell_truth(struct verdict *verdict)
{
	(void)verdict;
}

static void be_surer(struct verdict *verdict)
{
	verdict->probability = 0.99999;
}

static void add_nothing_up(struct verdict *verdict)
{
	verdict->evidence[0].nats = 1;
}

static void be_unsure(struct verdict *verdict)
{
	verdict->evidence[0].nats -= 6;
	verdict->log_odds -= 6;
	verdict->probability =
		1 / (1 + exp(-(judge_settings.scale * verdict->log_odds +
			       judge_settings.shift)));
}

static void say_nothing(struct verdict *verdict)
{
	verdict->n_evidence = 0;
}

static void make_up_a_signal(struct verdict *verdict)
{
	verdict->evidence[0].signal = "hearsay";
}

static void say_it_twice(struct verdict *verdict)
{
	verdict->evidence[1].signal = verdict->evidence[0].signal;
}

static void only_watch(struct verdict *verdict)
{
	verdict->action = VERDICT_WATCH;
}

static void be_old(struct verdict *verdict)
{
	verdict->at_ms -= 401 * (int64_t)STAMP_DAY_MS;
}

static void be_ahead(struct verdict *verdict)
{
	verdict->at_ms += 401 * (int64_t)STAMP_DAY_MS;
}

static void be_a_year_ahead(struct verdict *verdict)
{
	verdict->at_ms += 366 * (int64_t)STAMP_DAY_MS;
}

static const struct {
	const char *why;
	lie *lie;
	bool is_done;
	/* After that, in the message; NULL: as it is. */
	const char *key, *account, *verdict;
	double log_odds;
} lies[] = {
	{ "the truth", tell_truth, true, NULL, NULL, NULL, 0 },
	{ "a clock that was set a year wrong", be_a_year_ahead, true, NULL,
	  NULL, NULL, 0 },
	{ "surer than its evidence", be_surer, false, NULL, NULL, NULL, 0 },
	{ "evidence that does not add up", add_nothing_up, false, NULL, NULL,
	  NULL, 0 },
	{ "not enough", be_unsure, false, NULL, NULL, NULL, 0 },
	{ "without evidence", say_nothing, false, NULL, NULL, NULL, 0 },
	{ "no such signal", make_up_a_signal, false, NULL, NULL, NULL, 0 },
	{ "one signal twice", say_it_twice, false, NULL, NULL, NULL, 0 },
	{ "only watched", only_watch, false, NULL, NULL, NULL, 0 },
	{ "of more than a year ago", be_old, false, NULL, NULL, NULL, 0 },
	{ "of years to come", be_ahead, false, NULL, NULL, NULL, 0 },
	{ "an operator's key", tell_truth, false, "operator-root-1", NULL,
	  NULL, 0 },
	{ "a key of another time", tell_truth, false,
	  "suspend-2026-01-01T00:00:00.000Z-0123456789abcdef", NULL, NULL, 0 },
	{ "a key of somebody else, who may have been approved", tell_truth,
	  false, "of joao", NULL, NULL, 0 },
	{ "no key", tell_truth, false, "", NULL, NULL, 0 },
	{ "about somebody else", tell_truth, false, NULL, "joao@loja.example",
	  NULL, 0 },
	{ "about nobody", tell_truth, false, NULL, "", NULL, 0 },
	{ "no JSON", tell_truth, false, NULL, NULL, "anna", 0 },
	{ "a list", tell_truth, false, NULL, NULL, "[]", 0 },
	{ "an empty verdict", tell_truth, false, NULL, NULL, "{}", 0 },
	{ "another number beside it", tell_truth, false, NULL, NULL, NULL, 3 },
};

static void key_of(const char *account, int64_t at_ms, char key_out[80])
{
	struct verdict verdict = verdict_of(account);

	verdict.at_ms = at_ms;
	verdict_key(&verdict, key_out);
}

static void test_lies_about_a_decision(void **state)
{
	for (size_t i = 0; i < N_ELEMENTS(lies); i++) {
		struct verdict verdict;
		struct link_message message;
		bool is_done = lies[i].is_done;

		teardown(state);
		setup(state);
		verdict = verdict_of(ANNA);
		lies[i].lie(&verdict);
		message = decision_of(&verdict, &json);
		if (lies[i].key && strcmp(lies[i].key, "of joao") == 0)
			key_of("joao@loja.example", verdict.at_ms,
			       message.decision.key);
		else if (lies[i].key)
			slice_copy(slice_from(lies[i].key),
				   message.decision.key, LINK_KEY_SIZE);
		if (lies[i].account)
			slice_copy(slice_from(lies[i].account),
				   message.decision.account,
				   LINK_ACCOUNT_SIZE);
		if (lies[i].verdict)
			message.decision.verdict =
				slice_from(lies[i].verdict);
		if (lies[i].log_odds != 0)
			message.decision.log_odds = lies[i].log_odds;
		greet();
		assert_true(say(&message));
		decide("joao@loja.example");
		assert_true(act(1000));
		/* The others are stopped all the same. */
		assert_case(lies[i].why, is_done ? 2 : 1, blocks());
		assert_case(lies[i].why, is_done ? ACTION_DONE : ACTION_REFUSED,
			    got.results[0]);
		assert_case(lies[i].why, ACTION_DONE, got.results[1]);
		assert_case(lies[i].why, is_done ? EXIT_FINE : EXIT_DATA,
			    got.done.code);
		if (!is_done && !strstr(got.done.words, "refused"))
			fail_msg("%s: %s", lies[i].why, got.done.words);
	}
}

/* A word more than a verdict has would go into the database with it. */
static void test_a_verdict_with_more_in_it(void **state)
{
	struct verdict verdict = verdict_of(ANNA);
	struct link_message message = decision_of(&verdict, &json);
	struct json *parsed = json_parse(text_slice(&json), &err);
	struct text more = TEXT_INIT(LINK_VERDICT_MAX);

	(void)state;
	json_add_string(parsed, "more", "<script>");
	json_print(parsed, &more);
	message.decision.verdict = text_slice(&more);
	greet();
	assert_true(say(&message));
	assert_true(act(1000));
	assert_int_equal(got.results[0], ACTION_REFUSED);
	assert_int_equal(blocks(), 0);
	json_free(&parsed);
	text_release(&more);
}

static void test_in_mode_observe(void **state)
{
	(void)state;
	greet();
	settings.mode = MODE_OBSERVE;
	decide(ANNA);
	assert_true(act(1000));
	assert_int_equal(got.done.code, EXIT_CONFIG);
	assert_int_equal(got.n_results, 0);	/* so they wait */
	assert_int_equal(blocks(), 0);
}

/* Decisions about `n` accounts that nobody has met. */
static void decide_many(const char *prefix, int n)
{
	char account[60];

	for (int i = 0; i < n; i++) {
		snprintf(account, sizeof(account), "%s%d@firma.example",
			 prefix, i);
		decide(account);
	}
}

/* Held here, whatever number of accounts he claims. */
static void test_the_brake(void **state)
{
	static const int64_t claims[] = { -5, 0, INT64_MIN };

	(void)state;
	settings.brake.per_hour = 2;
	greet();
	for (size_t i = 0; i < N_ELEMENTS(claims); i++) {
		char prefix[20];

		snprintf(prefix, sizeof(prefix), "u%zu-", i);
		decide_many(prefix, 3);
		assert_true(act(claims[i]));
		assert_true(got.acted.braked);
		assert_int_equal(got.done.code, EXIT_AGAIN);
		assert_int_equal(blocks(), 2);
	}
	settings.brake.share = 0;
	decide("v@firma.example");
	assert_true(act(INT64_MAX));
	assert_int_equal(got.results[0], ACTION_LATER);
	assert_int_equal(blocks(), 2);
}

/* A host does not have a hundred times as many accounts at once. */
static void test_millions_of_accounts(void **state)
{
	(void)state;
	settings.brake.per_hour = 2;
	settings.brake.share = 0.001;
	greet();
	decide_many("a", 1);
	assert_true(act(4000));		/* four may be */
	assert_int_equal(blocks(), 1);
	decide_many("b", 20);
	assert_true(act(4000 * 1000));	/* eight may be */
	assert_true(got.acted.braked);
	assert_int_equal(blocks(), 8);
	/* Nor to an acting process that was started anew, as each scan and
	 * whoever breaks the connection can have it. */
	act_release(&acting);
	acting = (struct acting){ .reader = acting.reader };
	greet();
	decide_many("c", 20);
	assert_true(act(4000 * 1000));
	assert_true(got.acted.braked);
	assert_int_equal(blocks(), 8);
}

static void test_too_many_at_once(void **state)
{
	struct verdict verdict = verdict_of(ANNA);
	struct link_message message = decision_of(&verdict, &json);

	(void)state;
	greet();
	for (int i = 0; i < BLOCKS_MANY; i++)
		assert_true(say(&message));
	assert_false(say(&message));
	act_forget(&acting);
	assert_int_equal(blocks(), 0);
}

static void test_who_does_not_greet(void **state)
{
	struct link_message hello = { .type = LINK_HELLO,
				      .hello = { "0.0.1" } };

	(void)state;
	assert_false(ask(LINK_TRAIL));
	assert_false(act(1));
	assert_true(say(&hello));
	assert_int_equal(got.done.code, EXIT_CONFIG);
	assert_false(ask(LINK_TRAIL));
}

/* Its own words said to it. */
static void test_what_no_reader_says(void **state)
{
	(void)state;
	greet();
	for (int type = LINK_DONE; type < LINK_TYPES; type++)
		if (strcmp(link_type_name((enum link_type)type), "?") != 0)
			assert_false(ask((enum link_type)type));
	assert_false(ask(LINK_WATCHED));
}

static bool found(int64_t block_id, const char *ids)
{
	const struct link_message message = {
		.type = LINK_FOUND,
		.found = { block_id, slice_from(ids) },
	};

	return say(&message);
}

static bool look(void)
{
	const struct link_message message = { .type = LINK_LOOK,
					      .look = { true } };

	return say(&message);
}

/* Queue ids become arguments of a program. */
static void test_queue_ids(void **state)
{
	static const char *const wrong[] = {
		"-rf\n", "4Xb1\n\n4Xb2\n", "a b\n", "4Xb1;reboot\n",
		"../../etc\n", "4Xb1\n--all", "\xc3\xa9\n",
		"0123456789012345678901234567\n", "ALL\n", "all\n",
	};

	(void)state;
	greet();
	decide(ANNA);
	assert_true(act(1000));
	/* Nobody asked yet. */
	assert_true(found(1, "4Xb1\n"));
	assert_int_equal(got.done.code, EXIT_DATA);
	assert_true(look());
	assert_int_equal(got.n_wanted, 1);
	assert_true(found(got.wanted + 1, "4Xb1\n"));
	assert_int_equal(got.done.code, EXIT_DATA);
	for (size_t i = 0; i < N_ELEMENTS(wrong); i++) {
		assert_true(look());
		assert_true(found(got.wanted, wrong[i]));
		assert_case(wrong[i], EXIT_DATA, got.done.code);
	}
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_held"), 0);
	assert_true(look());
	assert_true(found(got.wanted, "4Xb1\n1AAAAA-000AFJ-3B\n"));
	assert_int_equal(got.done.code, EXIT_FINE);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_held"), 2);
	assert_true(ask(LINK_FOLLOW));
	assert_true(found(1, "4Xb3\n"));
	assert_int_equal(got.done.code, EXIT_DATA);
}

/* They fill no database: rows of one block have an end. */
static void test_queue_ids_without_end(void **state)
{
	struct text ids = TEXT_INIT(LINK_IDS_MAX);
	int64_t n = 0, before = -1;
	int said = 0;

	(void)state;
	greet();
	decide(ANNA);
	assert_true(act(1000));
	for (int id = 0; n != before; said++) {
		before = n;
		text_clear(&ids);
		while (ids.max - ids.len > 12)
			text_addf(&ids, "4X%07d\n", id++);
		assert_true(look());
		assert_true(found(got.wanted, text_string(&ids)));
		assert_int_equal(got.done.code, EXIT_FINE);
		n = number("SELECT COUNT(*) AS n FROM comporta_held");
		assert_in_range(said, 0, 100);
	}
	text_release(&ids);
	assert_int_equal(n, FOLLOWUP_HELD_MAX);
}

/* One outage is told once, whatever beginnings he makes up for it. */
static void test_outages_without_end(void **state)
{
	struct link_message message = { .type = LINK_SEND };
	int64_t now_ms = clock_now_ms();

	(void)state;
	greet();
	for (int i = 0; i < 20; i++) {
		message.send.sight.away_ms = now_ms - STAMP_DAY_MS + i;
		assert_true(say(&message));
		assert_int_equal(got.done.code, EXIT_FINE);
	}
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_alarm"
				" WHERE name LIKE 'database_away%'"), 1);
}

/* Decisions that are held fill no database either. */
static void test_held_without_end(void **state)
{
	int64_t n = 0, before = -1;

	(void)state;
	settings.brake.per_hour = 0;
	settings.brake.share = 0;
	greet();
	for (int i = 0; n != before; i++) {
		char prefix[20];

		before = n;
		snprintf(prefix, sizeof(prefix), "u%d-", i);
		decide_many(prefix, BLOCKS_MANY);
		assert_true(act(1000));
		assert_true(got.acted.braked);
		n = number("SELECT COUNT(*) AS n FROM comporta_brake"
			   " WHERE state = 'waiting'");
		assert_in_range(i, 0, 1000);
	}
	assert_int_equal(n, BRAKE_WAITING_MAX);
}

static void test_a_sight_beyond_sense(void **state)
{
	static const struct {
		const char *why;
		struct sight sight;
		int code;
	} cases[] = {
		{ "nothing", { .brake = "" }, EXIT_FINE },
		{ "the end of time", { .newest_ms = INT64_MAX }, EXIT_DATA },
		{ "before all time", { .read_ms = INT64_MIN }, EXIT_DATA },
		{ "away since never", { .away_ms = -1 }, EXIT_DATA },
		{ "data of the year 10000",
		  { .geo_built_ms = INT64_C(253402300800000) }, EXIT_DATA },
		{ "more than all", { .geo_unknown_share = 1.5 }, EXIT_DATA },
		{ "less than none", { .geo_unknown_share = -1e308 },
		  EXIT_DATA },
	};

	(void)state;
	greet();
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct link_message message = { .type = LINK_SEND };

		message.send.sight = cases[i].sight;
		assert_true(say(&message));
		assert_case(cases[i].why, cases[i].code, got.done.code);
	}
}

static void say_trust(const char *account)
{
	struct trust trust = { .n_networks = 0 };
	struct trust_request request = {
		.account = slice_from(account), .trust = &trust,
		.actor = "operator:root", .reason = "she called",
	};

	assert_true(trust_country(&trust, S("VN")));
	trust_for(&trust, clock_now_ms(), 10);
	assert_int_equal(blocks_trust(&desk.blocks, &request, clock_now_ms(),
				      &err), 0);
}

/* What no message takes keeps nothing else from being heard. */
static void test_news(void **state)
{
	const struct link_message message = { .type = LINK_HEAR,
					      .hear = { -100 } };

	(void)state;
	say_trust(ANNA);
	say_trust("odd@firma.example");
	say_trust("joao@loja.example");
	assert_int_equal(db_run(desk.blocks.db, "UPDATE comporta_audit SET"
				" account = 'o' || char(10, 27) || '[1m' WHERE"
				" account LIKE 'odd%'", NULL, 0, NULL, NULL,
				NULL, &err), DB_OK);
	greet();
	assert_true(say(&message));
	assert_int_equal(got.done.code, EXIT_FINE);
	assert_int_equal(got.n_news, 2);
}

static void test_reload_is_done_between_questions(void **state)
{
	(void)state;
	greet();
	assert_true(ask(LINK_RELOAD));
	assert_int_equal(got.done.code, EXIT_FINE);
	assert_int_equal(reload_asked, 1);
	reload_asked = 0;
}

static int release(void **state)
{
	(void)state;
	text_release(&json);
	return 0;
}

#define ACT_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ACT_TEST(test_an_honest_reader),
		ACT_TEST(test_asked_twice),
		ACT_TEST(test_lies_about_a_decision),
		ACT_TEST(test_a_verdict_with_more_in_it),
		ACT_TEST(test_in_mode_observe),
		ACT_TEST(test_the_brake),
		ACT_TEST(test_millions_of_accounts),
		ACT_TEST(test_too_many_at_once),
		ACT_TEST(test_who_does_not_greet),
		ACT_TEST(test_what_no_reader_says),
		ACT_TEST(test_queue_ids),
		ACT_TEST(test_queue_ids_without_end),
		ACT_TEST(test_outages_without_end),
		ACT_TEST(test_held_without_end),
		ACT_TEST(test_a_sight_beyond_sense),
		ACT_TEST(test_news),
		ACT_TEST(test_reload_is_done_between_questions),
	};

	return cmocka_run_group_tests_name("act", tests, NULL, release);
}
