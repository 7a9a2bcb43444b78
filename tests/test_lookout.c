/*
 * What scan and watch see, and which alarms come of it.
 */
#include "detector/commands/lookout.h"
#include "detector/geo.h"
#include "tests/support/blocks_desk.h"

#include <stdio.h>
#include <string.h>

static struct detector detector;
static struct lookout lookout;
static struct teller teller;
static int64_t free_bytes;

static int setup(void **state)
{
	static char none[] = "", off[] = "off";
	struct err err;

	desk_setup(state);
	settings.notice.alarm_to = none;
	settings.notice.operator_language = none;
	settings.notice.digest = off;
	settings.notice.silent_after_ms = HOUR;
	settings.geo_max_age_ms = 60 * DAY;
	detector = (struct detector){ 0 };
	lookout = (struct lookout){ .read_ms = NOW };
	teller = (struct teller){ 0 };
	free_bytes = -1;
	settings.notice.idle_after_ms = DAY;
	if (geo_open(NULL, NULL, 60 * DAY, &detector.geo, &err))
		fail_msg("%s", err.text);
	return 0;
}

static int teardown(void **state)
{
	geo_close(&detector.geo);
	return desk_teardown(state);
}

/* Monotonic and wall clock run alike here. */
static void tell(int64_t newest_ms, int64_t now_ms)
{
	struct sight sight;
	struct err err;

	lookout_see(&lookout, &detector, newest_ms, free_bytes, now_ms,
		    &sight);
	if (lookout_tell(&teller, &desk.blocks, &sight, now_ms, now_ms, &err))
		fail_msg("%s", err.text);
	lookout_was_told(&lookout);
}

static int64_t lasts(const char *name)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "SELECT COUNT(*) AS n FROM comporta_alarm"
		 " WHERE active_name LIKE '%s%%'", name);
	return desk_number(sql);
}

static void brake_on(void)
{
	const struct err why = { EXIT_AGAIN, "brake: 10 accounts" };

	lookout_braked(&lookout, &why);
}

static void coverage_off(void)
{
	detector.coverage = (struct coverage){ 200, 100, 0, true };
}

static void refuse_notice(void)
{
	int64_t id;

	desk_make("d", "anna@firma.example", NOW, &id);
	desk_run("UPDATE comporta_notice SET state = 'failed', last_error ="
		 " '550 no', next_ms = 1795334400000 WHERE id = 1");
}

static void give_up_action(void)
{
	desk_run("INSERT INTO comporta_action (block_id, moment, name, state,"
		 " attempts, queued_ms, next_ms, ended_ms, said) VALUES (1,"
		 " 'block', 'on_block', 'failed', 20, 1, 1, 1795334400000,"
		 " 'no such file')");
}

static void keep_silent(void)
{
	lookout.read_ms = NOW - HOUR - 1;
}

static void hold_lifts(void)
{
	desk_run("INSERT INTO comporta_brake (decision, kind, account,"
		 " block_id, machine, state, decided_ms, held_ms) VALUES"
		 " ('lift-1', 'lift', 'anna@firma.example', 1, 'mx1',"
		 " 'waiting', 1, 1)");
}

static void break_geo(void)
{
	slice_copy(S("country.mmdb is no usable country file"), lookout.geo,
		   sizeof(lookout.geo));
}

static void be_idle(void)
{
	lookout.submitted_ms = NOW - DAY - 1;
}

static void fill_disk(void)
{
	free_bytes = 3 << 20;
}

static void lose_state(void)
{
	const struct err why = { EXIT_AGAIN, "cannot commit: no space" };

	lookout_unsaved(&lookout, &why);
}

/* Read to the end, again and again, and each time the newest line is as old
 * as that. */
static void come_late(void)
{
	lookout_caught_up(&lookout, 0, NOW - 2 * MINUTE);
	lookout_caught_up(&lookout, NOW - 15 * MINUTE, NOW - MINUTE);
	lookout_caught_up(&lookout, NOW - 14 * MINUTE, NOW);
}

static void nothing(void)
{
}

static void test_each_alarm(void **state)
{
	static const struct {
		const char *why, *alarm, *words;
		void (*make)(void);
		int64_t newest_ms;	/* of the log */
	} cases[] = {
		{ "the brake", "brake@", "10 accounts", brake_on, NOW },
		{ "places are not judged", "geo_off@", "50 ", coverage_off,
		  NOW },
		{ "no line for an hour", "log_silent@", "last line",
		  keep_silent, NOW },
		{ "the log is ahead", "clock_off@", "11 min", nothing,
		  NOW + 11 * MINUTE },
		{ "many lifts at once", "lifts_many", "1 lifts wait",
		  hold_lifts, NOW },
		{ "a broken file", "geo_broken@", "no usable", break_geo,
		  NOW },
		{ "no submission for a day", "no_submissions@", "none since",
		  be_idle, NOW },
		{ "a disk that is nearly full", "disk_full@", "3 MB", fill_disk,
		  NOW },
		{ "a state that cannot be written", "state_unsaved@",
		  "no space", lose_state, NOW },
		{ "the log is behind", "clock_behind@", "13 min", come_late,
		  NOW },
		{ "a notice was refused", "notices_refused",
		  "anna@home.example: 550 no", refuse_notice, NOW },
		{ "an action was given up", "actions_failed", "no such file",
		  give_up_action, NOW },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		char sql[300];

		teardown(state);
		setup(state);
		tell(NOW, NOW);
		assert_case(cases[i].why, 0, desk_rows("comporta_alarm"));
		teller.next_ms = 0;
		cases[i].make();
		tell(cases[i].newest_ms, NOW);
		assert_case(cases[i].why, 1, lasts(cases[i].alarm));
		assert_case(cases[i].why, 1, desk_rows("comporta_alarm"));
		snprintf(sql, sizeof(sql), "SELECT COUNT(*) AS n FROM"
			 " comporta_alarm WHERE words LIKE '%%%s%%'",
			 cases[i].words);
		assert_case(cases[i].why, 1, desk_number(sql));
	}
}

static void test_what_is_no_alarm(void **state)
{
	(void)state;
	/* Nothing was ever read: nobody knows since when. */
	lookout.read_ms = 0;
	/* A refusal of the day before yesterday, a clock that is nearly right,
	 * and unknown clients, but not many. */
	refuse_notice();
	desk_run("UPDATE comporta_notice SET next_ms = 1795334400000 -"
		 " 172800000");
	detector.coverage = (struct coverage){ 200, 20, 0, false };
	tell(NOW + 9 * MINUTE, NOW);
	assert_int_equal(desk_rows("comporta_alarm"), 0);
	settings.notice.silent_after_ms = 0;
	lookout.read_ms = 1;
	teller.next_ms = 0;
	tell(NOW, NOW);
	assert_int_equal(desk_rows("comporta_alarm"), 0);
}

static void test_it_looks_once_a_minute_but_for_the_brake(void **state)
{
	(void)state;
	tell(NOW, NOW);
	keep_silent();
	tell(NOW, NOW + LOOKOUT_EVERY_MS - 1);
	assert_int_equal(lasts("log_silent"), 0);
	brake_on();
	tell(NOW, NOW + LOOKOUT_EVERY_MS - 1);
	assert_int_equal(lasts("brake"), 1);
	assert_int_equal(lasts("log_silent"), 1);
}

static void test_the_brake_is_let_go(void **state)
{
	(void)state;
	brake_on();
	tell(NOW, NOW);
	lookout_braked(&lookout, NULL);
	tell(NOW, NOW + 20 * MINUTE);
	assert_int_equal(lasts("brake"), 0);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM"
				     " comporta_notice WHERE kind ="
				     " 'alarm_over'"), 1);
}

/* Also when another run finds the database back. */
static void test_an_outage_is_told_afterwards(void **state)
{
	(void)state;
	assert_true(lookout_away(&lookout, true, NOW - 5 * MINUTE));
	assert_false(lookout_away(&lookout, true, NOW - 4 * MINUTE));
	teller.next_ms = INT64_MAX;	/* told all the same */
	tell(NOW, NOW);
	assert_true(lookout_is_changed(&lookout));
	assert_false(lookout_is_changed(&lookout));
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM comporta_alarm"
				     " WHERE name LIKE 'database_away@%' AND"
				     " words = 'for 5 min'"), 1);
	tell(NOW, NOW + HOUR);
	assert_int_equal(desk_rows("comporta_alarm"), 1);
	/* A short one is nobody's business. */
	lookout_away(&lookout, true, NOW + HOUR);
	tell(NOW, NOW + HOUR + LOOKOUT_OUTAGE_MS - 1);
	assert_int_equal(desk_rows("comporta_alarm"), 1);
}

/* An operator's address that refuses: the word that it is over would begin it
 * anew, every day for ever. */
static void test_a_refused_end_begins_nothing(void **state)
{
	char sql[200];

	(void)state;
	settings.notice.idle_after_ms = 0;
	refuse_notice();
	for (int64_t at = NOW; at < NOW + 6 * DAY; at += 20 * MINUTE) {
		tell(at, at);
		snprintf(sql, sizeof(sql), "UPDATE comporta_notice SET"
			 " state = 'failed', next_ms = %lld WHERE"
			 " state = 'queued' AND kind LIKE 'alarm%%'",
			 (long long)at);
		desk_run(sql);
		lookout_read(&lookout, 1, at);
	}
	assert_int_equal(lasts("notices_refused"), 0);
	assert_int_equal(desk_rows("comporta_alarm"), 1);
}

/* Nobody is left to end it but us. */
static void test_of_a_machine_that_is_gone(void **state)
{
	(void)state;
	brake_on();
	tell(NOW, NOW);
	lookout_braked(&lookout, NULL);
	desk_run("UPDATE comporta_alarm SET name = 'brake@gone',"
		 " active_name = 'brake@gone'");
	lookout_read(&lookout, 1, NOW + 2 * DAY);
	tell(NOW, NOW + 2 * DAY);
	assert_int_equal(lasts("brake"), 0);
}

/* Lines that were read while the clock was a year ahead say nothing of when
 * the last one came. */
static void test_silence_after_the_clock_was_set_back(void **state)
{
	(void)state;
	lookout_read(&lookout, 1, NOW + 365 * (int64_t)DAY);
	tell(NOW, NOW);
	assert_true(lookout_is_changed(&lookout));
	tell(NOW, NOW + HOUR);
	assert_int_equal(lasts("log_silent"), 0);
	tell(NOW, NOW + HOUR + LOOKOUT_EVERY_MS);
	assert_int_equal(lasts("log_silent"), 1);
}

/* When it is no clock: after an outage, of a quiet log, of one that was added
 * with what it held. */
static void test_what_is_not_behind(void **state)
{
	static const struct {
		const char *why;
		int64_t newest_ms[3];	/* in minutes before NOW; 0: no line */
		int64_t at_ms[3];	/* when all was read, the same */
		int64_t behind_ms;
	} cases[] = {
		{ "in time", { 20, 10, 1 }, { 20, 10, 1 }, 0 },
		{ "after an outage", { 300, 200, 1 }, { 300, 2, 1 }, 0 },
		{ "a log that was added", { 300, 9000, 1 }, { 300, 2, 1 }, 0 },
		{ "twice within a minute", { 300, 400, 400 }, { 300, 1, 1 },
		  0 },
		{ "again and again", { 300, 400, 390 }, { 300, 5, 1 },
		  385 * MINUTE },
		{ "no line since", { 300, 400, 0 }, { 300, 5, 1 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct lookout seen = { 0 };

		for (size_t j = 0; j < 3; j++) {
			int64_t newest = cases[i].newest_ms[j];

			lookout_caught_up(&seen,
				newest ? NOW - newest * MINUTE : 0,
				NOW - cases[i].at_ms[j] * MINUTE);
		}
		assert_case(cases[i].why, cases[i].behind_ms, seen.behind_ms);
	}
}

#define LOOKOUT_TEST(test)						\
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOOKOUT_TEST(test_each_alarm),
		LOOKOUT_TEST(test_what_is_no_alarm),
		LOOKOUT_TEST(test_what_is_not_behind),
		LOOKOUT_TEST(test_it_looks_once_a_minute_but_for_the_brake),
		LOOKOUT_TEST(test_the_brake_is_let_go),
		LOOKOUT_TEST(test_an_outage_is_told_afterwards),
		LOOKOUT_TEST(test_a_refused_end_begins_nothing),
		LOOKOUT_TEST(test_of_a_machine_that_is_gone),
		LOOKOUT_TEST(test_silence_after_the_clock_was_set_back),
	};

	return cmocka_run_group_tests(tests, desk_group_setup,
				      desk_group_teardown);
}
