/*
 * The last day of the accounts that send: the table alone, and with the store
 * behind it.
 */
#include "base/text.h"
#include "detector/days.h"
#include "detector/state_days.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

enum { HOUR = 3600, ANNA = 7, JAN = 8, TABLE = 0 };

static const uint32_t T0 = 1795305600;	/* 2026-11-22T00:00:00Z */

static uint16_t code(const char *country)
{
	return (uint16_t)(country[0] << 8 | country[1]);
}

static void sent(struct days *days, uint64_t key, const char *country,
		 uint32_t recipients, uint32_t at_s)
{
	days_sent(days, key, country ? code(country) : 0, recipients, 1, at_s);
}

/* "08 VN 12/3, 08 PL 1/1": hours since T0, recipients, messages. */
static const char *day(const struct days *days, uint64_t key, uint32_t at_s)
{
	static struct text out = TEXT_INIT(1 << 16);
	struct days_part parts[DAYS_PARTS_MAX];
	size_t n = days_of(days, key, at_s, parts);

	text_clear(&out);
	for (size_t i = 0; i < n; i++) {
		const struct days_cell *cell = &parts[i].cell;
		char country[3] = { (char)(cell->country >> 8),
				    (char)cell->country, '\0' };

		text_addf(&out, "%s%02d %s %u/%u", i ? ", " : "",
			  (int)(parts[i].hour - T0 / HOUR),
			  !cell->country ? "?"
			  : cell->country == DAYS_OTHER ? "+" : country,
			  cell->recipients, cell->messages);
	}
	return text_string(&out);
}

static void test_hours(void **unused)
{
	struct days *days = days_new(NULL);

	(void)unused;
	assert_string_equal(day(days, ANNA, T0), "");
	sent(days, ANNA, "PL", 1, T0 + 5);
	sent(days, ANNA, "VN", 12, T0 + HOUR - 1);
	sent(days, ANNA, "PL", 2, T0 + HOUR);
	days_sent(days, ANNA, code("PL"), 3, 0, T0 + HOUR + 1);
	sent(days, ANNA, NULL, 1, T0 + HOUR);
	sent(days, JAN, "BR", 100, T0);
	assert_string_equal(day(days, ANNA, T0 + 2 * HOUR),
			    "00 VN 12/1, 00 PL 1/1, 01 PL 5/1, 01 ? 1/1");
	/* The future is not shown, nor what is a day ago. */
	assert_string_equal(day(days, ANNA, T0 + 10),
			    "00 VN 12/1, 00 PL 1/1");
	assert_string_equal(day(days, ANNA, T0 + 24 * HOUR),
			    "01 PL 5/1, 01 ? 1/1");
	assert_string_equal(day(days, ANNA, T0 + 25 * HOUR), "");
	assert_string_equal(day(days, ANNA, 0), "");
	assert_string_equal(day(days, JAN, T0), "00 BR 100/1");
	days_free(&days);
	days_free(&days);
}

static void test_out_of_order(void **unused)
{
	struct days *days = days_new(NULL);

	(void)unused;
	sent(days, ANNA, "PL", 1, T0 + 5 * HOUR);
	sent(days, ANNA, "PL", 2, T0 + 2 * HOUR);
	sent(days, ANNA, "PL", 4, T0 + 5 * HOUR);
	sent(days, ANNA, "PL", 8, T0 - 2 * HOUR);
	assert_string_equal(day(days, ANNA, T0 + 6 * HOUR),
			    "-2 PL 8/1, 02 PL 2/1, 05 PL 5/2");
	days_free(&days);
}

static uint32_t sum(const struct days *days, uint32_t at_s, uint32_t *most_out)
{
	struct days_part parts[DAYS_PARTS_MAX];
	size_t n = days_of(days, ANNA, at_s, parts);
	uint32_t all = 0;

	*most_out = (uint32_t)n;
	for (size_t i = 0; i < n; i++)
		all += parts[i].cell.recipients;
	return all;
}

static void test_countries(void **unused)
{
	static const char *const weak[] = { "AA", "BB", "CC", "DD", "EE" };
	struct days *days = days_new(NULL);
	uint32_t n;

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(weak); i++)
		sent(days, ANNA, weak[i], 3 + (uint32_t)i, T0);
	sent(days, ANNA, "FF", 3, T0);
	sent(days, ANNA, "AA", 1, T0);
	assert_string_equal(day(days, ANNA, T0),
			    "00 EE 7/1, 00 DD 6/1, 00 CC 5/1, 00 AA 4/2, "
			    "00 BB 4/1, 00 + 3/1");
	/* One recipient at a time, and named all the same: 3 + 1 are not more
	 * than what AA has, one more is. */
	for (int i = 0; i < 50; i++)
		sent(days, ANNA, "GG", 1, T0);
	assert_string_equal(day(days, ANNA, T0),
			    "00 GG 49/49, 00 + 8/4, 00 EE 7/1, 00 DD 6/1, "
			    "00 CC 5/1, 00 BB 4/1");
	/* In the next hour there is room again. */
	sent(days, ANNA, "FF", 1, T0 + HOUR);
	assert_non_null(strstr(day(days, ANNA, T0 + HOUR), ", 01 FF 1/1"));
	/* Whatever comes, the sum is right and the list is short. */
	for (uint32_t i = 0; i < 1000; i++) {
		char country[3] = { (char)('A' + i % 26),
				    (char)('A' + i / 26 % 26), '\0' };

		for (uint32_t hour = 2; hour < 26; hour++)
			sent(days, ANNA, country, i % 7, T0 + hour * HOUR);
	}
	assert_int_equal(sum(days, T0 + 25 * HOUR, &n), 24 * (142 * 21 + 15));
	assert_int_equal(n, DAYS_PARTS_MAX);
	days_free(&days);
}

static void test_saturation(void **unused)
{
	static const char *const others[] = { "BB", "CC", "DD", "EE" };
	struct days *days = days_new(NULL);

	(void)unused;
	days_sent(days, ANNA, code("AA"), UINT32_MAX - 1, UINT16_MAX - 1, T0);
	sent(days, ANNA, "AA", 1, T0);
	assert_string_equal(day(days, ANNA, T0), "00 AA 4294967295/65535");
	days_sent(days, ANNA, code("AA"), 5, 5, T0);
	days_sent(days, ANNA, code("AA"), UINT32_MAX, UINT32_MAX, T0);
	assert_string_equal(day(days, ANNA, T0), "00 AA 4294967295/65535");
	for (size_t i = 0; i < N_ELEMENTS(others); i++)
		days_sent(days, ANNA, code(others[i]), 100000, 1, T0);
	/* Claims stop counting, and so never win. */
	for (int i = 0; i < 3; i++)
		days_sent(days, ANNA, code("FF"), UINT32_MAX, 1, T0);
	assert_non_null(strstr(day(days, ANNA, T0), "00 + 4294967295/3"));
	assert_null(strstr(day(days, ANNA, T0), "FF"));
	days_free(&days);
}

static struct json *json_of(const struct days *days, uint64_t key,
			    uint32_t at_s)
{
	struct days_part parts[DAYS_PARTS_MAX];

	return days_json(parts, days_of(days, key, at_s, parts));
}

static void test_json(void **unused)
{
	struct days *days = days_new(NULL);
	struct text out = TEXT_INIT(1 << 16);
	struct json *json;

	(void)unused;
	sent(days, ANNA, "VN", 12, T0 + 8 * HOUR + 61);
	sent(days, ANNA, NULL, 1, T0 + 8 * HOUR);
	for (const char *c = "PQRS"; *c; c++)
		days_sent(days, ANNA, (uint16_t)(*c << 8 | 'L'), 3, 1, T0);
	sent(days, ANNA, "TL", 4, T0);
	sent(days, ANNA, "UL", 2, T0);
	json = json_of(days, ANNA, T0 + 9 * HOUR);
	json_print(json, &out);
	json_free(&json);
	assert_string_equal(text_string(&out),
		"[{\"hour\":\"2026-11-22T00:00:00Z\",\"country\":\"TL\","
		"\"recipients\":4,\"messages\":1},"
		"{\"hour\":\"2026-11-22T00:00:00Z\",\"country\":\"PL\","
		"\"recipients\":3,\"messages\":1},"
		"{\"hour\":\"2026-11-22T00:00:00Z\",\"country\":\"QL\","
		"\"recipients\":3,\"messages\":1},"
		"{\"hour\":\"2026-11-22T00:00:00Z\",\"country\":\"RL\","
		"\"recipients\":3,\"messages\":1},"
		"{\"hour\":\"2026-11-22T00:00:00Z\",\"country\":\"SL\","
		"\"recipients\":3,\"messages\":1},"
		"{\"hour\":\"2026-11-22T00:00:00Z\",\"country\":\"other\","
		"\"recipients\":2,\"messages\":1},"
		"{\"hour\":\"2026-11-22T08:00:00Z\",\"country\":\"VN\","
		"\"recipients\":12,\"messages\":1},"
		"{\"hour\":\"2026-11-22T08:00:00Z\",\"country\":\"ZZ\","
		"\"recipients\":1,\"messages\":1}]");
	text_clear(&out);
	json = json_of(days, JAN, T0);
	json_print(json, &out);
	assert_string_equal(text_string(&out), "[]");
	json_free(&json);
	text_release(&out);
	days_free(&days);
}

/* The longest there can be fits where blocks keep it. */
static void test_json_limit(void **unused)
{
	struct days *days = days_new(NULL);
	struct text out = TEXT_INIT(16384);
	struct json *json;

	(void)unused;
	for (uint32_t hour = 0; hour < 30; hour++)
		for (uint16_t i = 0; i < 9; i++)
			days_sent(days, ANNA, (uint16_t)('A' << 8 | ('A' + i)),
				  UINT32_MAX, UINT16_MAX, T0 + hour * HOUR);
	json = json_of(days, ANNA, T0 + 29 * HOUR);
	assert_int_equal(json_length(json), DAYS_PARTS_MAX);
	json_print(json, &out);
	assert_false(out.overflowed);
	json_free(&json);
	text_release(&out);
	days_free(&days);
}

/* Which hour it is: not by one line from the future, nor from 1970. */
static void test_now(void **unused)
{
	struct days *days = days_new(NULL);
	const uint32_t hour = T0 / HOUR;

	(void)unused;
	sent(days, ANNA, "PL", 1, T0);
	assert_int_equal(days_now(days).hour, hour);
	sent(days, ANNA, "PL", 1, T0 - 20 * HOUR);
	assert_int_equal(days_now(days).hour, hour);
	sent(days, ANNA, "PL", 1, T0 + 24 * HOUR);
	assert_int_equal(days_now(days).hour, hour + 24);
	for (int i = 0; i < 100; i++) {
		sent(days, ANNA, "PL", 1, T0 + 9000 * HOUR);
		sent(days, ANNA, "PL", 1, 5);
		assert_true(days_keep(days, 0));
		sent(days, ANNA, "PL", 1, T0 + 24 * HOUR);
		assert_false(days_keep(days, hour - 3));
		assert_true(days_keep(days, hour - 2));
		assert_true(days_keep(days, hour + 50));
		assert_false(days_keep(days, hour + 51));
	}
	assert_int_equal(days_now(days).hour, hour + 24);
	/* A weekend without mail; and back, as the clock was wrong. */
	for (int i = 0; i < DAYS_STRAYS; i++) {
		assert_int_equal(days_now(days).hour, hour + 24);
		assert_int_equal(days_now(days).strays, i);
		sent(days, ANNA, "PL", 1, T0 + 90 * HOUR);
	}
	assert_int_equal(days_now(days).hour, hour + 90);
	assert_int_equal(days_now(days).strays, 0);
	for (int i = 0; i < DAYS_STRAYS; i++)
		sent(days, ANNA, "PL", 1, T0);
	assert_int_equal(days_now(days).hour, hour);
	days_free(&days);
}

static int count_dirty(void *context, const struct days_row *row)
{
	assert_int_equal(row->is_dirty, 1);
	++*(size_t *)context;
	return 0;
}

static int stop_at_three(void *context, const struct days_row *row)
{
	(void)row;
	return ++*(int *)context == 3 ? 42 : 0;
}

static size_t n_dirty(const struct days *days)
{
	size_t n = 0;

	assert_int_equal(days_each_dirty(days, count_dirty, &n), 0);
	return n;
}

/* A log of weeks takes no more room than one of a day. */
static void test_old_hours_make_room(void **unused)
{
	struct days *days = days_new(NULL);
	uint32_t hour = 0;
	int n = 0;

	(void)unused;
	for (; hour < 24 * 60; hour++)
		for (uint64_t key = 1; key <= 100; key++)
			sent(days, key, "PL", (uint32_t)key,
			     T0 + hour * HOUR);
	assert_true(n_dirty(days) < 100 * 120);
	for (uint64_t key = 1; key <= 100; key++) {
		uint32_t parts, at_s = T0 + (hour - 1) * HOUR;

		if (key == ANNA)
			assert_int_equal(sum(days, at_s, &parts), 24 * ANNA);
		assert_true(strlen(day(days, key, at_s)) > 24 * 9);
	}
	assert_int_equal(days_each_dirty(days, stop_at_three, &n), 42);
	days_clean(days);
	assert_int_equal(n_dirty(days), 0);
	days_free(&days);
}

/* More accounts in one hour than there is room for. */
static void test_full(void **unused)
{
	struct days *days = days_new(NULL);
	uint64_t key = 1;

	(void)unused;
	for (; key <= DAYS_ROWS_MAX / 4 * 3; key++) {
		assert_false(days_want_commit(days));
		sent(days, key, "PL", 1, T0);
	}
	assert_true(days_want_commit(days));
	for (; key <= DAYS_ROWS_MAX + 1000; key++)
		sent(days, key, "PL", 1, T0);
	assert_int_equal(n_dirty(days), DAYS_ROWS_MAX);
	assert_string_equal(day(days, 1, T0), "00 PL 1/1");
	assert_string_equal(day(days, DAYS_ROWS_MAX, T0), "00 PL 1/1");
	assert_string_equal(day(days, DAYS_ROWS_MAX + 1, T0), "");
	/* Who has a row goes on being counted; the next day has room. */
	sent(days, 1, "PL", 1, T0);
	assert_string_equal(day(days, 1, T0), "00 PL 2/2");
	sent(days, 1, "PL", 1, T0 + 23 * HOUR);
	sent(days, 2, "PL", 1, T0 + 46 * HOUR);
	sent(days, 3, "PL", 1, T0 + 46 * HOUR);
	assert_string_equal(day(days, 3, T0 + 46 * HOUR), "46 PL 1/1");
	days_free(&days);
}

/* With the store behind it. */
static char folder[FOLDER_SIZE];
static struct store *store;

static int open_store(void **unused)
{
	static const char *const names[] = { "days" };
	struct err err;

	(void)unused;
	if (!folder[0])
		folder_make(folder, "days");
	return store_open(folder, names, 1, false, &store, &err);
}

static int close_store(void **unused)
{
	(void)unused;
	store_close(&store);
	folder_remove(folder);
	folder[0] = '\0';
	return 0;
}

static bool load(void *context, uint64_t key, uint32_t hour,
		 struct days_row *row)
{
	(void)context;
	return state_days_load(store, TABLE, key, hour, row);
}

static struct days *new_backed(void)
{
	static const struct days_backing backing = { .load = load };

	return days_new(&backing);
}

static void save_most(struct days *days, size_t most)
{
	struct err err;

	assert_int_equal(store_begin(store, &err), 0);
	assert_int_equal(state_days_save(store, TABLE, days, most, &err), 0);
	assert_int_equal(store_commit(store, &err), 0);
	days_clean(days);
}

static void save(struct days *days)
{
	save_most(days, DAYS_STORED_MAX);
}

/* As the next run would. */
static void reopen(struct days **days)
{
	struct days_now now = days_now(*days);

	days_free(days);
	store_close(&store);
	assert_int_equal(open_store(NULL), 0);
	*days = new_backed();
	days_set_now(*days, now);
}

/* Also what is not shown: who claims a place goes on claiming. */
static void test_round_trip(void **unused)
{
	static const char *const all[] = { "AA", "BB", "CC", "DD", "EE", "FF" };
	struct days *once = days_new(NULL), *often = new_backed();

	(void)unused;
	for (uint32_t i = 0; i < 200; i++) {
		const char *country = all[i * i % N_ELEMENTS(all)];
		uint32_t at_s = T0 + i % 5 * HOUR;

		if (i == 100)
			country = NULL;
		sent(once, ANNA, country, i % 4, at_s);
		sent(often, ANNA, country, i % 4, at_s);
		sent(often, JAN, country, 1, at_s);
		save(often);
		if (i % 3 == 0)
			reopen(&often);
	}
	assert_int_equal(store_count(store, TABLE), 10);
	assert_true(strlen(day(once, ANNA, T0 + 5 * HOUR)) > 100);
	{
		char *want = strdup(day(once, ANNA, T0 + 5 * HOUR));

		assert_string_equal(day(often, ANNA, T0 + 5 * HOUR), want);
		free(want);
	}
	/* Looking makes nothing to be written. */
	assert_int_equal(n_dirty(often), 0);
	days_free(&once);
	days_free(&often);
}

/* What was not committed is not there, and the next run counts it. */
static void test_killed(void **unused)
{
	struct days *days = new_backed();
	struct err err;

	(void)unused;
	sent(days, ANNA, "PL", 1, T0);
	save(days);
	sent(days, ANNA, "PL", 2, T0);
	assert_int_equal(store_begin(store, &err), 0);
	assert_int_equal(state_days_save(store, TABLE, days, 100, &err), 0);
	store_abort(store);
	reopen(&days);
	assert_string_equal(day(days, ANNA, T0), "00 PL 1/1");
	sent(days, ANNA, "PL", 2, T0);
	assert_string_equal(day(days, ANNA, T0), "00 PL 3/2");
	days_free(&days);
}

/* Only what changed is written, and only what is old goes. */
static void test_old_ones_go(void **unused)
{
	struct days *days = new_backed();

	(void)unused;
	for (uint32_t hour = 0; hour < 72; hour++) {
		sent(days, ANNA, "PL", hour, T0 + hour * HOUR);
		sent(days, ANNA, "VN", 1, T0 + hour * HOUR);
		save(days);
		assert_true(store_count(store, TABLE) <= DAYS_KEPT_HOURS + 1);
	}
	assert_int_equal(store_count(store, TABLE), DAYS_KEPT_HOURS + 1);
	reopen(&days);
	assert_non_null(strstr(day(days, ANNA, T0 + 71 * HOUR), "71 PL 71/1"));
	assert_non_null(strstr(day(days, ANNA, T0 + 71 * HOUR), "48 PL 48/1"));
	assert_null(strstr(day(days, ANNA, T0 + 71 * HOUR), "47 PL"));
	/* A line from the future takes nothing away, and goes. */
	sent(days, JAN, "PL", 1, T0 + 9000 * HOUR);
	save(days);
	assert_int_equal(store_count(store, TABLE), DAYS_KEPT_HOURS + 2);
	sent(days, JAN, "PL", 1, T0 + 71 * HOUR);
	save(days);
	assert_int_equal(store_count(store, TABLE), DAYS_KEPT_HOURS + 2);
	assert_string_equal(day(days, JAN, T0 + 9000 * HOUR),
			    "9000 PL 1/1");	/* in memory */
	reopen(&days);
	assert_string_equal(day(days, JAN, T0 + 9000 * HOUR), "");
	/* After a silent week the first messages are remembered, run by run,
	 * and the old ones go when it is sure. */
	for (int i = 1; i <= DAYS_STRAYS; i++) {
		sent(days, JAN, "PL", 1, T0 + 250 * HOUR);
		save(days);
		reopen(&days);
	}
	assert_string_equal(day(days, JAN, T0 + 250 * HOUR), "250 PL 16/16");
	assert_int_equal(store_count(store, TABLE), 1);
	days_free(&days);
}

/* Too many: what was sent longest ago goes first. */
static void test_most(void **unused)
{
	struct days *days = new_backed();

	(void)unused;
	for (uint32_t hour = 0; hour < 10; hour++)
		for (uint64_t key = 1; key <= 10; key++)
			sent(days, key, "PL", 1, T0 + hour * HOUR);
	save_most(days, 45);
	assert_int_equal(store_count(store, TABLE), 45);
	reopen(&days);
	for (uint64_t key = 1; key <= 10; key++) {
		const char *is = day(days, key, T0 + 9 * HOUR);

		assert_null(strstr(is, "04 PL"));
		assert_non_null(strstr(is, "06 PL 1/1, 07 PL 1/1, 08 PL 1/1, "
				       "09 PL 1/1"));
	}
	days_free(&days);
}

/* Rows that are none are taken as new ones. */
static void test_damaged(void **unused)
{
	static const struct slice values[] = {
		SLICE(""), SLICE("\1\0\1"), SLICE("\0\0\1\0"),
		SLICE("\0\0\6\0" "12345678" "12345678" "12345678" "12345678"
		      "12345678" "12345678"),
		SLICE("\0\0\1\0" "1234567"),
		SLICE("\0\0\1\0" "12345678" "12345678" "12345678"),
		SLICE("\0\0\xff\0" "12345678"),
	};
	uint64_t account = ANNA;
	uint8_t key[12] = { 0, 0, 0, 1 };
	struct err err;

	(void)unused;
	memcpy(key + 4, &account, sizeof(account));
	for (size_t i = 0; i < N_ELEMENTS(values); i++) {
		struct days_row row = { .n = 0 };
		struct days *days = new_backed();

		assert_int_equal(store_begin(store, &err), 0);
		assert_int_equal(store_put(store, TABLE,
					   (struct slice){ (char *)key, 12 },
					   values[i], &err), 0);
		assert_int_equal(store_commit(store, &err), 0);
		assert_false(state_days_load(store, TABLE, ANNA, 1, &row));
		assert_int_equal(row.n, 0);
		sent(days, ANNA, "PL", 1, HOUR);
		assert_int_equal(n_dirty(days), 1);
		days_free(&days);
	}
}

#define STORED(test) cmocka_unit_test_setup_teardown(test, open_store, \
						     close_store)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_out_of_order),
		cmocka_unit_test(test_countries),
		cmocka_unit_test(test_saturation),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_limit),
		cmocka_unit_test(test_now),
		cmocka_unit_test(test_old_hours_make_room),
		cmocka_unit_test(test_full),
		STORED(test_round_trip),
		STORED(test_killed),
		STORED(test_old_ones_go),
		STORED(test_most),
		STORED(test_damaged),
	};

	return cmocka_run_group_tests_name("days", tests, NULL, NULL);
}
