/*
 * Country data that does not know the clients: when places stop being judged,
 * when they are again, and that this outlives a run.
 */
#include "base/log.h"
#include "base/stamp.h"
#include "detector/settings.h"
#include "detector/state.h"
#include "tests/support/folder.h"
#include "tests/support/places.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

enum { START_S = 1790812800, DAY_S = 86400, HOUR_S = 3600 };

static char folder[FOLDER_SIZE];

static int fresh(void **unused)
{
	(void)unused;
	log_init(LOG_QUIET);
	folder_make(folder, "coverage");
	return 0;
}

static int clean(void **unused)
{
	(void)unused;
	folder_remove(folder);
	return 0;
}

static void count(struct coverage *coverage, unsigned known, unsigned unknown,
		  uint32_t at_s)
{
	while (known-- > 0)
		coverage_count(coverage, true, at_s);
	while (unknown-- > 0)
		coverage_count(coverage, false, at_s);
}

static void test_share(void **unused)
{
	static const struct {
		const char *why;
		unsigned known, unknown;	/* counted first */
		uint32_t later_s;
		unsigned then_known, then_unknown;
		bool off;
	} cases[] = {
		{ "nothing", 0, 0, 0, 0, 0, false },
		{ "all known", 1000, 0, 0, 0, 0, false },
		{ "few, all unknown", 0, 99, 0, 0, 0, false },
		{ "enough", 0, 100, 0, 0, 0, true },
		{ "a fifth is borne", 80, 20, 0, 0, 0, false },
		{ "more than a fifth", 79, 21, 0, 0, 0, true },
		{ "it gets better", 0, 100, 0, 570, 0, false },
		{ "not yet better", 0, 100, 0, 560, 0, true },
		/* Two days on, the old ones count half. */
		{ "old ones fade", 400, 0, 2 * DAY_S, 0, 55, true },
		{ "not so soon", 400, 0, DAY_S, 0, 55, false },
		{ "long ago is nothing", 0, 100, 60 * DAY_S, 20, 0, false },
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct coverage coverage = { 0 };

		count(&coverage, cases[i].known, cases[i].unknown, START_S);
		count(&coverage, cases[i].then_known, cases[i].then_unknown,
		      START_S + cases[i].later_s);
		assert_case(cases[i].why, cases[i].off, coverage.is_off);
	}
}

static void open_detector(struct detector *detector, struct state *state)
{
	static char poland[] = "PL";
	static const struct conf_list home = { .items = { poland }, .n = 1 };
	struct accounts_backing backing = state_backing(state);
	struct geo *geo = NULL;
	struct err err;

	assert_int_equal(geo_open(places_countries(), places_networks(),
				  INT64_C(1) << 50, &geo, &err), 0);
	assert_int_equal(detector_init(detector, geo, &home, &backing, &err),
			 0);
	assert_int_equal(state_load(state, detector, &err), 0);
}

static void login(struct detector *detector, unsigned person,
		  const char *address, uint32_t at_s)
{
	char name[40];
	struct mail_event event = { .kind = MAIL_LOGIN,
				    .at_ms = at_s * INT64_C(1000) };

	snprintf(name, sizeof(name), "user%u@firma.example", person);
	event.account = slice_from(name);
	event.has_client = address_parse(slice_from(address), &event.client);
	assert_true(event.has_client);
	detector_event(detector, &event);
}

static double evidence(struct detector *detector, unsigned person)
{
	struct account_entry *entry;
	char name[40];
	double sum = 0;

	snprintf(name, sizeof(name), "user%u@firma.example", person);
	entry = accounts_find(detector->accounts,
			      account_key(slice_from(name)));
	assert_non_null(entry);
	for (size_t i = 0; i < ACCOUNT_GROUPS; i++)
		if (entry->account.groups[i].nats > 0)
			sum += (double)entry->account.groups[i].nats;
	return sum;
}

static void save(struct state *state, struct detector *detector)
{
	struct err err;

	assert_int_equal(state_begin(state, &err), 0);
	assert_int_equal(state_save(state, detector, &err), 0);
	assert_int_equal(state_commit(state, &err), 0);
	state_saved(detector);
}

/* So many of ten people come from where the file knows nothing. Each asks for
 * mail every minute, which counts once a day. */
static void days(struct detector *detector, uint32_t from_day,
		 uint32_t to_day, unsigned unknown_of_ten)
{
	char address[40];

	for (uint32_t day = from_day; day <= to_day; day++)
		for (unsigned i = 1; i <= 100; i++)
			for (uint32_t minute = 0; minute < 3; minute++) {
				bool strange = i % 10 < unknown_of_ten;

				snprintf(address, sizeof(address),
					 strange ? "240.0.0.%u"
						 : "83.0.0.%u", i);
				login(detector, i, address, START_S +
				      day * DAY_S + i * 60 + minute * 5);
			}
}

static void test_switch(void **unused)
{
	struct detector detector;
	struct state *state = NULL;
	struct err err;

	(void)unused;
	assert_int_equal(settings_load(NULL, false, MODEL_NONE, &err), 0);
	assert_int_equal(state_open(folder, false, &state, &err), 0);
	open_detector(&detector, state);
	days(&detector, 0, 9, 1);
	assert_false(detector.coverage.is_off);
	assert_true(detector.coverage.clients < 400);
	/* Judged: a new country is evidence. */
	login(&detector, 55, "14.160.0.1", START_S + 9 * DAY_S + 20 * HOUR_S);
	assert_true(evidence(&detector, 55) > 1);
	days(&detector, 10, 14, 4);
	assert_true(detector.coverage.is_off);
	login(&detector, 56, "14.160.0.1", START_S + 14 * DAY_S + 20 * HOUR_S);
	assert_true(evidence(&detector, 56) == 0);
	save(state, &detector);
	detector_release(&detector);
	/* Another run knows it. */
	open_detector(&detector, state);
	assert_true(detector.coverage.is_off);
	assert_true(detector.coverage.clients > 100);
	login(&detector, 57, "14.160.0.1", START_S + 14 * DAY_S + 21 * HOUR_S);
	assert_true(evidence(&detector, 57) == 0);
	/* A better file: places are judged again. */
	days(&detector, 15, 24, 1);
	assert_false(detector.coverage.is_off);
	login(&detector, 58, "14.160.0.1", START_S + 24 * DAY_S + 20 * HOUR_S);
	assert_true(evidence(&detector, 58) > 1);
	detector_release(&detector);
	state_close(&state);
	settings_release();
}

/* Whose customers are at home nowhere; end() ends it. `geo` becomes the
 * detector's. */
static void begin(struct detector *detector, struct geo *geo)
{
	static const struct conf_list nowhere = { .n = 0 };
	struct err err;

	assert_int_equal(settings_load(NULL, false, MODEL_NONE, &err), 0);
	assert_int_equal(detector_init(detector, geo, &nowhere, NULL, &err),
			 0);
}

static void end(struct detector *detector)
{
	detector_release(detector);
	settings_release();
}

static struct geo *open_files(const char *country, const char *asn)
{
	struct geo *geo = NULL;
	struct err err;

	assert_int_equal(geo_open(country, asn, INT64_C(1) << 50, &geo, &err),
			 0);
	return geo;
}

/* Without any country file there is nothing to count. */
static void test_no_file(void **unused)
{
	struct detector detector;

	(void)unused;
	begin(&detector, open_files("", ""));
	days(&detector, 0, 5, 5);
	assert_true(detector.coverage.clients == 0);
	assert_false(detector.coverage.is_off);
	end(&detector);
}

/* One country file under two names: each network would be a new one to
 * accounts that were known by their AS numbers. */
static void test_another_file_for_networks(void **unused)
{
	struct detector detector;

	(void)unused;
	begin(&detector, open_files(places_countries(), places_countries()));
	days(&detector, 0, 1, 0);
	assert_true(detector.coverage.is_off);
	end(&detector);
}

/* A file that should be there and is none: nothing is judged by places, and
 * nothing learnt of them. */
static void test_blind(void **unused)
{
	struct detector detector;
	struct account_entry *entry;

	(void)unused;
	begin(&detector, geo_blind());
	days(&detector, 0, 5, 5);
	login(&detector, 55, "14.160.0.1", START_S + 9 * DAY_S);
	assert_true(evidence(&detector, 55) == 0);
	entry = accounts_find(detector.accounts,
			      account_key(S("user55@firma.example")));
	assert_true(entry->account.networks[0].id == 0);
	assert_false(detector.coverage.is_off);
	end(&detector);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_share),
		cmocka_unit_test_setup_teardown(test_switch, fresh, clean),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_another_file_for_networks),
		cmocka_unit_test(test_blind),
	};

	return cmocka_run_group_tests_name("coverage", tests, NULL, NULL);
}
