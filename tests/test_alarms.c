/*
 * Alarms and the day's digest, as rows and as the operator reads them.
 */
#include "detector/alarms.h"
#include "detector/describe.h"
#include "detector/digest.h"
#include "notifier/letter.h"
#include "tests/support/blocks_desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct languages *languages;
static struct describe describe;

static int group_setup(void **state)
{
	struct err err;

	setenv("TZ", "Europe/Warsaw", 1);
	tzset();
	if (languages_load("templates", &languages, &err))
		fail_msg("%s", err.text);
	return desk_group_setup(state);
}

static int group_teardown(void **state)
{
	languages_free(&languages);
	return desk_group_teardown(state);
}

static int setup(void **state)
{
	static char none[] = "", seven[] = "07:00", pl[] = "pl";

	desk_setup(state);
	settings.notice.alarm_to = none;
	settings.notice.provider_name = none;
	settings.notice.operator_language = pl;
	settings.notice.digest = seven;
	describe = (struct describe){ .blocks = &desk.blocks,
				      .languages = languages };
	return 0;
}

#define ALARM_TEST(test)						\
	cmocka_unit_test_setup_teardown(test, setup, desk_teardown)

static void begin(const char *name, const char *words, int64_t now_ms)
{
	struct err err;

	if (alarms_begin(&desk.blocks, name, words, now_ms, &err))
		fail_msg("%s", err.text);
}

static void end(const char *name, int64_t now_ms)
{
	struct err err;

	if (alarms_end(&desk.blocks, name, now_ms, &err))
		fail_msg("%s", err.text);
}

static int64_t notices(const char *kind)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "SELECT COUNT(*) AS n FROM comporta_notice"
		 " WHERE kind = '%s'", kind);
	return desk_number(sql);
}

static void test_told_once_when_it_begins_and_once_when_it_ends(void **state)
{
	(void)state;
	begin("geo_old", "made long ago", NOW);
	begin("geo_old", "made longer ago", NOW + HOUR);
	assert_int_equal(desk_rows("comporta_alarm"), 1);
	assert_int_equal(notices("alarm"), 1);
	end("geo_old", NOW + 2 * HOUR);
	end("geo_old", NOW + 3 * HOUR);
	assert_int_equal(notices("alarm_over"), 1);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM comporta_alarm"
				     " WHERE active_name IS NULL AND ended_ms"
				     " IS NOT NULL"), 1);
	begin("geo_old", "again", NOW + 4 * HOUR);
	assert_int_equal(desk_rows("comporta_alarm"), 2);
	assert_int_equal(notices("alarm"), 2);
}

/* What comes and goes every minute is one alarm. */
static void test_it_ends_when_nobody_sees_it_for_a_while(void **state)
{
	(void)state;
	for (int64_t at = NOW; at < NOW + HOUR; at += 4 * MINUTE) {
		begin("brake", "x", at);
		end("brake", at + 2 * MINUTE);
	}
	assert_int_equal(desk_rows("comporta_alarm"), 1);
	assert_int_equal(notices("alarm_over"), 0);
	end("brake", NOW + 56 * MINUTE + ALARMS_CALM_MS - 1);
	assert_int_equal(notices("alarm_over"), 0);
	end("brake", NOW + 56 * MINUTE + ALARMS_CALM_MS);
	assert_int_equal(notices("alarm_over"), 1);
}

/* A clock that was a year ahead for a while, and was put right. */
static void test_a_clock_that_is_set_back(void **state)
{
	const int64_t year = 365 * (int64_t)DAY;

	(void)state;
	begin("brake", "x", NOW + year);
	for (int64_t at = NOW; at < NOW + HOUR; at += MINUTE)
		begin("brake", "x", at);
	for (int64_t at = NOW; at < NOW + HOUR; at += MINUTE)
		end("geo_old", at);
	assert_int_equal(notices("alarm"), 1);
	assert_int_equal(notices("alarm_over"), 0);
	end("brake", NOW + HOUR + ALARMS_CALM_MS);
	assert_int_equal(notices("alarm_over"), 1);
	/* Nobody sees it again. */
	begin("geo_old", "x", NOW + year);
	end("geo_old", NOW);
	assert_int_equal(notices("alarm_over"), 1);
	end("geo_old", NOW + ALARMS_CALM_MS);
	assert_int_equal(notices("alarm_over"), 2);
}

/* A machine that was taken away cannot end its own, and the digest would tell
 * of it every day. */
static void test_of_a_machine_that_is_gone(void **state)
{
	struct err err;

	(void)state;
	begin("brake", "x", NOW);
	begin("notices_refused", "x", NOW);
	desk_run("UPDATE comporta_alarm SET name = 'brake@old.example',"
		 " active_name = 'brake@old.example' WHERE id = 1");
	assert_int_equal(alarms_end_left(&desk.blocks,
					 NOW + ALARMS_LEFT_MS - 1, &err), 0);
	assert_int_equal(notices("alarm_over"), 0);
	begin("notices_refused", "x", NOW + ALARMS_LEFT_MS);
	for (int i = 0; i < 2; i++)
		assert_int_equal(alarms_end_left(&desk.blocks,
						 NOW + ALARMS_LEFT_MS + 1,
						 &err), 0);
	assert_int_equal(notices("alarm_over"), 1);
	assert_int_equal(desk_number("SELECT id AS n FROM comporta_alarm"
				     " WHERE active_name IS NULL"), 1);
}

static void test_whom_it_is_told(void **state)
{
	static const struct {
		const char *why, *alarm_to, *operator;
		int64_t boss, pager;
	} cases[] = {
		{ "the operator", "", "boss@p.example", 1, 0 },
		{ "an address of its own", "pager@p.example",
		  "boss@p.example", 0, 1 },
		{ "nobody", "", "", 0, 0 },
		{ "no address", "0700", "boss@p.example", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		settings.notice.alarm_to = (char *)cases[i].alarm_to;
		settings.notice.operator_address = (char *)cases[i].operator;
		desk_run("DELETE FROM comporta_alarm");
		desk_run("DELETE FROM comporta_notice");
		begin("brake", "x", NOW);
		assert_int_equal(desk_rows("comporta_alarm"), 1);
		assert_case(cases[i].why, cases[i].boss, desk_number(
			"SELECT COUNT(*) AS n FROM comporta_notice WHERE"
			" recipient = 'boss@p.example'"));
		assert_case(cases[i].why, cases[i].pager, desk_number(
			"SELECT COUNT(*) AS n FROM comporta_notice WHERE"
			" recipient = 'pager@p.example'"));
	}
}

/* Alarms have ids of their own: notice 1 of an alarm is none of block 1. */
static void test_a_blocks_notices_are_its_own(void **state)
{
	struct json *list = json_new_array();
	int64_t id = 0;
	struct err err;

	(void)state;
	begin("brake", "x", NOW);
	desk_make("d", "anna@firma.example", NOW, &id);
	assert_int_equal(id, 1);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM"
				     " comporta_notice WHERE block_id = 1"),
			 4);
	assert_int_equal(blocks_notices_of(&desk.blocks, 1, list, &err), 0);
	assert_int_equal(json_length(list), 3);
	json_free(&list);
}

static void test_an_unknown_name_is_refused(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(alarms_begin(&desk.blocks, "fire", "x", NOW, &err),
			 -1);
	assert_int_equal(err.code, EXIT_BUG);
}

/* Nothing of an alarm stands without its notice. */
static void test_all_or_nothing(void **state)
{
	struct err err;

	(void)state;
	desk_run("ALTER TABLE comporta_notice RENAME TO hidden");
	assert_int_equal(alarms_begin(&desk.blocks, "brake", "x", NOW, &err),
			 -1);
	desk_run("ALTER TABLE hidden RENAME TO comporta_notice");
	assert_int_equal(desk_rows("comporta_alarm"), 0);
	begin("brake", "x", NOW);
	assert_int_equal(notices("alarm"), 1);
}

static void test_what_is_over_is_told_once(void **state)
{
	struct err err;

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(alarms_past(&desk.blocks, "database_away",
					     "for 5 min", NOW - 5 * MINUTE,
					     NOW + i, &err), 0);
	assert_int_equal(desk_rows("comporta_alarm"), 1);
	assert_int_equal(notices("alarm_over"), 1);
	assert_int_equal(notices("alarm"), 0);
}

static const char *value(const struct letter *letter, enum letter_field field)
{
	return text_string(&letter->values[field]);
}

static void holds(const struct letter *letter, enum letter_field field,
		  const char *part)
{
	if (!strstr(value(letter, field), part))
		fail_msg("no \"%s\" in \"%s\"", part, value(letter, field));
}

static void describe_it(enum notice_kind kind, int64_t id,
			struct letter *letter)
{
	struct err err;

	letter_init(letter);
	slice_copy(S("pl"), letter->language, sizeof(letter->language));
	if (describe_notice(&describe, id, kind, S("boss@p.example"), letter,
			    &err) != 0)
		fail_msg("%s", err.text);
}

static void test_an_alarm_in_words(void **state)
{
	struct letter letter;
	struct err err;

	(void)state;
	begin("brake", "12 accounts\r\nBcc: x", NOW);
	describe_it(NOTICE_ALARM, 1, &letter);
	holds(&letter, LETTER_TITLE, "hamulec");
	holds(&letter, LETTER_NEXT, "comporta brake status");
	holds(&letter, LETTER_DETAIL, "12 accounts\\x0d\\x0a");
	holds(&letter, LETTER_SINCE, "22 listopada 2026");
	assert_string_not_equal(value(&letter, LETTER_MACHINE), "");
	assert_string_equal(value(&letter, LETTER_UNTIL), "");
	letter_release(&letter);
	begin("notices_refused", "", NOW);
	describe_it(NOTICE_ALARM, 2, &letter);
	assert_string_equal(value(&letter, LETTER_MACHINE), "");
	assert_int_equal(describe_notice(&describe, 99, NOTICE_ALARM,
					 S("x"), &letter, &err), 1);
	letter_release(&letter);
}

static void queue_digest(int64_t now_ms)
{
	struct err err;

	if (digest_queue(&desk.blocks, now_ms, &err))
		fail_msg("%s", err.text);
}

/* Midnight at the beginning of 23 November in Warsaw, a Monday. */
#define MONDAY (NOW + 15 * (int64_t)HOUR)
#define DAY_NUMBER (NOW / DAY)	/* of the 22nd */

static void test_when_a_digest_is_made(void **state)
{
	static const struct {
		const char *why, *digest, *operator;
		int64_t now_ms;
		bool blocked;
		int64_t made;
	} cases[] = {
		{ "before seven", "07:00", "boss@p.example",
		  MONDAY + 7 * HOUR - 1, true, 0 },
		{ "seven", "07:00", "boss@p.example", MONDAY + 7 * HOUR, true,
		  1 },
		{ "in the evening", "07:00", "boss@p.example",
		  MONDAY + DAY - 1, true, 1 },
		{ "off", "off", "boss@p.example", MONDAY + 8 * HOUR, true, 0 },
		{ "to nobody", "07:00", "", MONDAY + 8 * HOUR, true, 0 },
		{ "a quiet Monday", "07:00", "boss@p.example",
		  MONDAY + 8 * HOUR, false, 1 },
		{ "a quiet Tuesday", "07:00", "boss@p.example",
		  MONDAY + DAY + 8 * HOUR, false, 0 },
		{ "midnight", "00:00", "boss@p.example", MONDAY, true, 1 },
		{ "cron comes every two minutes", "23:59", "boss@p.example",
		  MONDAY, true, 1 },
		{ "the machine was off at seven", "07:00", "boss@p.example",
		  MONDAY + DAY + HOUR, true, 1 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		int64_t id;

		desk_run("DELETE FROM comporta_notice");
		desk_run("DELETE FROM comporta_block");
		settings.notice.digest = (char *)cases[i].digest;
		settings.notice.operator_address = (char *)cases[i].operator;
		if (cases[i].blocked)
			desk_make("d", "anna@firma.example", NOW + HOUR * 12,
				  &id);
		for (int k = 0; k < 3; k++)
			queue_digest(cases[i].now_ms);
		assert_case(cases[i].why, cases[i].made, notices("digest"));
	}
}

static bool watched(void *context, struct text *lines, int64_t *n)
{
	(void)context;
	text_add_string(lines, "ola@firma.example");
	*n = 1;
	return true;
}

/* 25 blocks in the day, one lifted, one notice refused, an alarm that lasts;
 * and a block the day before. */
static void make_a_day(void)
{
	int64_t id = 0;

	desk_make("before", "joao@loja.example", NOW - 20 * HOUR, &id);
	for (int i = 0; i < 25; i++) {
		char account[40], decision[20];

		snprintf(account, sizeof(account), "u%02d@firma.example", i);
		snprintf(decision, sizeof(decision), "d%d", i);
		desk_make(decision, account, NOW + i * MINUTE, &id);
	}
	desk_run("UPDATE comporta_block SET verdict ="
		 " '{\"window\":{\"recipients\":12345}}' WHERE decision"
		 " = 'd0'");
	assert_int_equal(desk_lift(id, false, true, NOW + 2 * HOUR),
			 LIFT_DONE);
	desk_run("UPDATE comporta_notice SET state = 'failed', next_ms ="
		 " 1795338000000, last_error = '550 no such user' WHERE"
		 " recipient = 'u03@firma.example'");
	begin("brake", "x", NOW + 3 * HOUR);
}

static void test_a_digest_in_words(void **state)
{
	struct letter letter;

	(void)state;
	make_a_day();
	describe.watched = watched;
	describe_it(NOTICE_DIGEST, DAY_NUMBER + 1, &letter);
	assert_string_equal(value(&letter, LETTER_MADE), "25");
	assert_string_equal(value(&letter, LETTER_OPENED), "1");
	assert_string_equal(value(&letter, LETTER_STANDING), "25");
	assert_string_equal(value(&letter, LETTER_WATCHED), "1");
	assert_string_equal(value(&letter, LETTER_QUIET), "");
	holds(&letter, LETTER_MADE_LIST, "u00@firma.example (#2), "
	      "22 listopada 2026, ");
	holds(&letter, LETTER_MADE_LIST, "odbiorcy: 12\u00a0345\n");
	holds(&letter, LETTER_MADE_LIST, "u19@");
	holds(&letter, LETTER_MADE_LIST, "\noraz inne (5)");
	assert_null(strstr(value(&letter, LETTER_MADE_LIST), "u20@"));
	/* Those of the day stand above. */
	holds(&letter, LETTER_STANDING_LIST, "joao@loja.example");
	assert_null(strchr(value(&letter, LETTER_STANDING_LIST), '\n'));
	holds(&letter, LETTER_REFUSED_LIST, "u03@firma.example (#5): 550");
	holds(&letter, LETTER_ALARM_LIST, "hamulec");
	holds(&letter, LETTER_ALARM_LIST, "nadal trwa; czeka na decyzję: "
	      "„comporta brake status”");
	holds(&letter, LETTER_WATCHED_LIST, "ola@firma.example");
	assert_string_equal(value(&letter, LETTER_FAILED_LIST), "");
	letter_release(&letter);
}

static void test_a_quiet_day_in_words(void **state)
{
	struct letter letter;

	(void)state;
	make_a_day();
	desk_run("UPDATE comporta_alarm SET active_name = NULL, ended_ms = 1");
	describe_it(NOTICE_DIGEST, DAY_NUMBER + 3, &letter);
	assert_string_equal(value(&letter, LETTER_QUIET), "1");
	assert_string_equal(value(&letter, LETTER_MADE), "0");
	assert_string_equal(value(&letter, LETTER_STANDING), "25");
	assert_string_equal(value(&letter, LETTER_WATCHED), "");
	assert_string_equal(value(&letter, LETTER_ALARM_LIST), "");
	letter_release(&letter);
}

/* Clocks are moved twice a year: what happens is in one day and in no other
 * all the same. */
static void test_the_period(void **state)
{
	static const struct {
		int64_t day, to_ms, hours;
	} cases[] = {
		/* 2026-11-23 07:00+01:00, 2026-07-01 07:00+02:00, and the days
		 * of the change, 2026-10-25 07:00+01:00 and 2026-03-29
		 * 07:00+02:00. */
		{ 20780, 1795413600000, 24 },
		{ 20635, 1782882000000, 24 },
		{ 20751, 1792908000000, 25 },
		{ 20541, 1774760400000, 23 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct digest digest, before;

		digest_period(cases[i].day, &digest);
		digest_period(cases[i].day - 1, &before);
		assert_int_equal(digest.to_ms, cases[i].to_ms);
		assert_int_equal(digest.from_ms,
				 cases[i].to_ms - cases[i].hours * HOUR);
		assert_int_equal(digest.from_ms, before.to_ms);
	}
}

/* 02:30 is not there on one day and twice on another. */
static void test_a_time_that_the_clock_leaves_out(void **state)
{
	static char half_past_two[] = "02:30", boss[] = "boss@p.example";
	static const int64_t days[] = { 20541, 20751 };

	(void)state;
	settings.notice.digest = half_past_two;
	settings.notice.operator_address = boss;
	for (size_t i = 0; i < N_ELEMENTS(days); i++) {
		struct digest digest;
		int64_t id;

		desk_run("DELETE FROM comporta_notice");
		desk_run("DELETE FROM comporta_block");
		digest_period(days[i], &digest);
		desk_make("d", "anna@firma.example", digest.to_ms - 1, &id);
		for (int k = -120; k < 0; k++)
			queue_digest(digest.to_ms + k * MINUTE);
		assert_int_equal(notices("digest"), 0);
		for (int k = 0; k < 1440; k++)
			queue_digest(digest.to_ms + k * MINUTE);
		assert_int_equal(notices("digest"), 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALARM_TEST(test_told_once_when_it_begins_and_once_when_it_ends),
		ALARM_TEST(test_it_ends_when_nobody_sees_it_for_a_while),
		ALARM_TEST(test_a_clock_that_is_set_back),
		ALARM_TEST(test_of_a_machine_that_is_gone),
		ALARM_TEST(test_whom_it_is_told),
		ALARM_TEST(test_a_blocks_notices_are_its_own),
		ALARM_TEST(test_an_unknown_name_is_refused),
		ALARM_TEST(test_all_or_nothing),
		ALARM_TEST(test_what_is_over_is_told_once),
		ALARM_TEST(test_an_alarm_in_words),
		ALARM_TEST(test_when_a_digest_is_made),
		ALARM_TEST(test_a_digest_in_words),
		ALARM_TEST(test_a_quiet_day_in_words),
		ALARM_TEST(test_the_period),
		ALARM_TEST(test_a_time_that_the_clock_leaves_out),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
