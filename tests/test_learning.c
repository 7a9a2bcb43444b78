/*
 * Learning: profiles as usual, no verdict, no evidence afterwards; an account
 * that was known before is taught by newer lines only and keeps what spoke
 * against it.
 */
#include "base/stamp.h"
#include "detector/judge.h"
#include "detector/learning.h"
#include "detector/settings.h"
#include "detector/sources/rotation.h"
#include "tests/support/places.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

enum { START_S = 1790812800, DAY_S = 86400, HOUR_S = 3600 };

static const char *const world[] = {
	"14.160.0.1", "177.0.0.1", "117.192.0.1", "36.64.0.1", "78.160.0.1",
	"95.24.0.1", "187.128.0.1", "171.96.0.1", "41.32.0.1",
};

/* What stands in for the state: at most one account. */
static struct account_entry stored;
static char stored_login[ACCOUNT_LOGIN_MAX + 1];
static struct detector detector;
static unsigned n_told;

static int load(void *context, uint64_t key, struct account_entry *entry)
{
	(void)context;
	if (stored.key != key)
		return 0;
	*entry = stored;
	entry->login = stored_login;
	return 1;
}

static const struct accounts_backing backing = { NULL, load };

static void count(void *context, const struct verdict *verdict,
		  struct account_entry *entry)
{
	(void)context;
	(void)verdict;
	(void)entry;
	n_told++;
}

static void open_detector(void)
{
	static char poland[] = "PL";
	static const struct conf_list home = { .items = { poland }, .n = 1 };
	struct geo *geo = NULL;
	struct err err;

	assert_int_equal(geo_open(places_countries(), places_networks(),
				  INT64_C(1) << 50, &geo, &err), 0);
	assert_int_equal(detector_init(&detector, geo, &home, &backing, &err),
			 0);
	detector.on_verdict = count;
}

static int fresh(void **state)
{
	struct err err;

	(void)state;
	memset(&stored, 0, sizeof(stored));
	n_told = 0;
	if (settings_load(NULL, false, MODEL_NONE, &err) < 0)
		return -1;
	open_detector();
	return 0;
}

static int clean(void **state)
{
	(void)state;
	detector_release(&detector);
	settings_release();
	return 0;
}

static void let_in(enum mail_event_kind kind, const char *address,
		   uint32_t at_s)
{
	struct mail_event event = { .kind = kind,
				    .account = S("anna@firma.example"),
				    .at_ms = at_s * INT64_C(1000) };

	event.has_client = address_parse(slice_from(address), &event.client);
	detector_event(&detector, &event);
}

static void login(const char *address, uint32_t at_s)
{
	let_in(MAIL_LOGIN, address, at_s);
}

static struct account *anna(void)
{
	struct account_entry *entry = accounts_get(detector.accounts,
						   S("anna@firma.example"));

	assert_non_null(entry);
	return &entry->account;
}

static void at_home(uint32_t from_day, uint32_t to_day)
{
	for (uint32_t day = from_day; day <= to_day; day++)
		login("83.0.0.1", START_S + day * DAY_S + 8 * HOUR_S);
}

static void burst(uint32_t day)
{
	for (uint32_t i = 0; i < N_ELEMENTS(world); i++)
		let_in(MAIL_SUBMISSION, world[i],
		       START_S + day * DAY_S + 20 * HOUR_S + i * 60);
}

/* The next run: what is in memory is what the state has. */
static void next_run(void)
{
	stored = *accounts_find(detector.accounts,
				account_key(S("anna@firma.example")));
	slice_copy(account_login(&stored), stored_login, sizeof(stored_login));
	detector_release(&detector);
	open_detector();
}

static size_t n_places(const struct account_place *places, size_t n)
{
	size_t used = 0;

	while (used < n && places[used].days > 0)
		used++;
	return used;
}

static double evidence(const struct account *account)
{
	double sum = 0;

	for (size_t i = 0; i < ACCOUNT_GROUPS; i++)
		if (account->groups[i].nats > 0)
			sum += (double)account->groups[i].nats;
	return sum;
}

static void test_fresh(void **state)
{
	(void)state;
	learning_begin(&detector);
	at_home(0, 19);
	burst(19);
	assert_int_equal(n_told, 0);
	assert_int_not_equal(anna()->standing, STANDING_CALM);
	learning_end(&detector, &backing);
	assert_int_equal(n_told, 0);
	assert_int_equal(anna()->standing, STANDING_CALM);
	assert_int_equal(anna()->is_observed, 0);
	assert_true(evidence(anna()) == 0);
	assert_int_equal(anna()->incident.first_s, 0);
	assert_int_equal(detector.counters.suspends, 0);
	/* Home is known, nothing of the intruder's is. */
	assert_int_equal(anna()->login_days, 20);
	assert_int_equal(n_places(anna()->countries, ACCOUNT_COUNTRIES), 1);
	assert_int_equal(n_places(anna()->networks, ACCOUNT_NETWORKS), 1);
	assert_int_equal(anna()->recent[0].last_s, 0);
	/* Afterwards she is judged like anybody. */
	burst(20);
	assert_true(n_told > 0);
}

/* Calm at the end: what she did last is remembered, as after any day. */
static void test_calm(void **state)
{
	(void)state;
	learning_begin(&detector);
	at_home(0, 19);
	learning_end(&detector, NULL);
	assert_int_not_equal(anna()->recent[0].last_s, 0);
	assert_int_equal(anna()->standing_s, 0);
	assert_true(evidence(anna()) == 0);
}

static void test_known(void **state)
{
	struct account before;
	double was;

	(void)state;
	at_home(0, 9);
	login("178.235.0.1", START_S + 9 * DAY_S + 9 * HOUR_S);
	next_run();
	before = stored.account;
	was = evidence(&before);
	assert_true(was > 0.1);
	/* Older lines, and those of that very second: nothing. */
	learning_begin(&detector);
	at_home(0, 9);
	login("177.0.0.1", START_S + 9 * DAY_S + 9 * HOUR_S);
	assert_int_equal(detector.counters.known, 11);
	assert_memory_equal(anna(), &before, sizeof(before));
	/* Newer ones teach. */
	at_home(10, 14);
	learning_end(&detector, &backing);
	assert_int_equal(anna()->login_days, before.login_days + 5);
	/* What spoke against her still does, as of its time. */
	assert_memory_equal(anna()->groups, before.groups,
			    sizeof(before.groups));
	assert_true(evidence(anna()) == was);
}

/* Under suspicion before: she learns nothing and nothing is forgotten. */
static void test_blocked(void **state)
{
	(void)state;
	detector.enforce = true;
	at_home(0, 9);
	burst(9);
	assert_int_equal(anna()->standing, STANDING_BLOCKED);
	next_run();
	learning_begin(&detector);
	at_home(10, 40);
	learning_end(&detector, &backing);
	assert_memory_equal(anna(), &stored.account, sizeof(stored.account));
}

/* One message with three recipients. */
static void sends(const char *account, uint32_t at_s)
{
	struct mail_event event = { .kind = MAIL_SUBMISSION,
				    .account = slice_from(account),
				    .at_ms = at_s * INT64_C(1000),
				    .queue_id = S("4A"), .host = S("mx1"),
				    .is_queued = true, .recipients = 3 };

	event.has_client = address_parse(S("83.0.0.1"), &event.client);
	detector_event(&detector, &event);
}

static uint32_t sent_by(const char *account, uint32_t at_s)
{
	struct days_part parts[DAYS_PARTS_MAX];
	size_t n = days_of(detector.days, account_key(slice_from(account)),
			   at_s, parts);
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += parts[i].cell.recipients;
	return sum;
}

/* The last day is remembered from old lines as well; of who learns nothing,
 * since then the same lines may come again, nothing is. */
static void test_days(void **state)
{
	const uint32_t at_s = START_S + 10 * DAY_S;

	(void)state;
	detector.enforce = true;
	at_home(0, 9);
	burst(9);
	next_run();
	detector.days = days_new(NULL);
	learning_begin(&detector);
	sends("anna@firma.example", at_s);
	sends("jan@firma.example", at_s);
	sends("jan@firma.example", at_s);
	assert_int_equal(sent_by("anna@firma.example", at_s), 3);
	learning_end(&detector, &backing);
	assert_memory_equal(anna(), &stored.account, sizeof(stored.account));
	assert_int_equal(sent_by("anna@firma.example", at_s), 0);
	assert_int_equal(sent_by("jan@firma.example", at_s), 6);
}

static void test_siblings(void **state)
{
	static const struct {
		const char *path, *live;
		bool is;
	} cases[] = {
		{ "/var/log/mail.log.1", "/var/log/mail.log", true },
		{ "/var/log/mail.log.2.gz", "/var/log/mail.log", true },
		{ "/var/log/mail.log-20261115.xz", "/var/log/mail.log", true },
		{ "/var/log/mail.log.old", "/var/log/mail.log", true },
		{ "mail.log.1", "mail.log", true },
		{ "/var/log/mail.log", "/var/log/mail.log", false },
		{ "/var/log/mail.err", "/var/log/mail", false },
		{ "/var/log/old/mail.log.1", "/var/log/mail.log", false },
		{ "/var/lag/mail.log.1", "/var/log/mail.log", false },
		{ "mail.log.1", "/mail.log", false },
		{ "/var/log/mail.log", "/var/log/mail.log.1", false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_case(cases[i].path, cases[i].is,
			    rotation_is_sibling(cases[i].path,
						cases[i].live));
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, fresh, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(test_fresh),   FRESH(test_calm), FRESH(test_known),
		FRESH(test_blocked),   FRESH(test_days), cmocka_unit_test(test_siblings),
	};

	return cmocka_run_group_tests_name("learning", tests, NULL, NULL);
}
