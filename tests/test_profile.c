/*
 * What becomes normal for an account, how soon, and what never does.
 */
#include "base/stamp.h"
#include "detector/profile.h"
#include "detector/volumes.h"
#include "tests/support/test.h"

#include <math.h>
#include <string.h>

enum { DAY_S = 86400, START_S = 1795305600, PL = 'P' << 8 | 'L',
       DE = 'D' << 8 | 'E' };

static struct origin place(uint16_t country, uint32_t network)
{
	return (struct origin){ .country = country, .network = network,
				.client = network };
}

static void see(struct account *account, uint16_t country, uint32_t network,
		uint32_t at_s)
{
	struct origin origin = place(country, network);

	profile_seen(account, &origin, at_s, USE_READ, false, true);
}

static struct visits visits(const struct account *account, uint32_t network,
			    uint16_t country, uint32_t at_s)
{
	struct origin origin = place(country, network);

	return profile_visits(account, &origin, at_s);
}

static bool trusts(const struct account *account, uint32_t network,
		   uint32_t at_s)
{
	const struct account_place *found = profile_network(account, network);

	return found && profile_is_trusted(found, at_s);
}

static void test_trust(void **state)
{
	static const struct {
		const char *why;
		uint32_t seen[4];	/* seconds after the start, +1 */
		uint32_t asked;
		bool trusted;
	} cases[] = {
		{ "never seen", { 0 }, 10 * DAY_S, false },
		{ "on one day only", { 1, 3600 }, 10 * DAY_S, false },
		{ "two days, too young", { 1, DAY_S + 1 }, 2 * DAY_S, false },
		{ "two days, 72 hours", { 1, DAY_S + 1 }, 3 * DAY_S, true },
		{ "a second before", { 1, DAY_S + 1 }, 3 * DAY_S - 1, false },
		{ "the second day is the fourth", { 1, 3 * DAY_S + 5 },
		  3 * DAY_S + 9, true },
		{ "long ago", { 1, DAY_S + 1 }, 40 * DAY_S, false },
		{ "long ago, often",
		  { 1, DAY_S + 1, 2 * DAY_S + 1, 3 * DAY_S + 1 }, 40 * DAY_S, true },
		/* Around midnight, back and forth, is one day. */
		{ "midnight", { DAY_S - 1, DAY_S + 1, DAY_S - 1, DAY_S + 1 },
		  5 * DAY_S, true },
		{ "before midnight", { DAY_S - 5, DAY_S - 3, DAY_S - 4 },
		  5 * DAY_S, false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct account account = { .first_s = START_S };

		for (size_t j = 0; j < 4 && cases[i].seen[j]; j++)
			see(&account, PL, 5617, START_S + cases[i].seen[j] - 1);
		assert_case(cases[i].why, cases[i].trusted,
			    trusts(&account, 5617, START_S + cases[i].asked));
	}
}

static void test_midnight(void **state)
{
	struct account account = { 0 };

	(void)state;
	for (int i = 0; i < 50; i++)
		see(&account, PL, 5617, START_S + DAY_S + (i % 2 ? -1 : 1));
	assert_int_equal(profile_network(&account, 5617)->days, 1);
	assert_int_equal(account.login_days, 1);
	assert_int_equal(account.logins, 50);
	see(&account, PL, 5617, START_S + 2 * DAY_S);
	assert_int_equal(profile_network(&account, 5617)->days, 2);
	assert_int_equal(account.login_days, 2);
}

/* Logging in to send is neither: that it sent first is said when it sends. */
static void test_login_to_send(void **state)
{
	struct account account = { .first_s = START_S };
	struct origin origin = place(PL, 5617);
	struct visits all;

	(void)state;
	profile_seen(&account, &origin, START_S, USE_LOGIN, false, true);
	all = visits(&account, 5617, PL, START_S);
	assert_false(all.reads);
	assert_false(all.address_read_today);
	assert_false(all.address_sent_today);
	assert_non_null(all.network);
	assert_non_null(profile_network(&account, 5617));
	assert_int_equal(account.logins, 1);
}

/* How soon a place is trusted, by what it is like when it is first seen. */
static void test_pace(void **state)
{
	static const struct {
		const char *why;
		uint32_t from_day;	/* of the account's life */
		enum use use;
		bool is_foreign, is_reader;
		uint32_t days;	/* until it is trusted */
	} cases[] = {
		{ "in its first days", 2, USE_READ, false, false, 3 },
		{ "later", 20, USE_READ, false, false, 6 },
		{ "a foreign country", 20, USE_READ, true, false, 14 },
		{ "only sent from, by a reader", 20, USE_SEND, false, true,
		  14 },
		{ "only sent from, by a machine", 20, USE_SEND, false, false,
		  6 },
		{ "only logged in to send, by a reader", 20, USE_LOGIN, false,
		  true, 14 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct account account = { .first_s = START_S };
		struct origin origin = place(PL, 5617);
		uint32_t at_s = START_S + cases[i].from_day * DAY_S;

		if (cases[i].is_reader)
			account.unread_network.seen = 20;
		for (uint32_t day = 0; day < cases[i].days; day++)
			profile_seen(&account, &origin, at_s + day * DAY_S,
				     cases[i].use, cases[i].is_foreign,
				     true);
		at_s += cases[i].days * DAY_S;
		assert_case(cases[i].why, false,
			    trusts(&account, 5617, at_s - 1));
		assert_case(cases[i].why, true, trusts(&account, 5617, at_s));
	}
}

/* At home is where it was before, also when that is seldom. */
static void test_home(void **state)
{
	struct account account = { .first_s = START_S };
	struct origin origin = place(PL, 5617);
	uint32_t late_s = START_S + 20 * DAY_S;

	(void)state;
	assert_false(profile_is_home(&account, 5617, START_S));
	profile_seen(&account, &origin, START_S + 60, USE_READ, false,
		     true);
	assert_true(profile_is_home(&account, 5617, START_S + 120));
	origin = place(PL, 39603);
	profile_seen(&account, &origin, late_s, USE_READ, false, true);
	assert_false(profile_is_home(&account, 39603, late_s + 5 * DAY_S));
	assert_true(profile_is_home(&account, 39603, late_s + 6 * DAY_S));
	origin = place(DE, 3209);
	profile_seen(&account, &origin, late_s, USE_READ, true, true);
	assert_false(profile_is_home(&account, 3209, late_s + 13 * DAY_S));
}

/* While suspicious, only the last three days remember. */
static void test_not_learning(void **state)
{
	struct account account = { 0 };
	struct origin origin = place(DE, 3209);

	(void)state;
	for (uint32_t i = 0; i < 10; i++)
		profile_seen(&account, &origin, START_S + i * DAY_S,
			     USE_READ, false, false);
	assert_null(profile_network(&account, 3209));
	assert_null(profile_country(&account, DE));
	assert_non_null(profile_recent_network(&account, 3209,
					       START_S + 9 * DAY_S));
	origin.is_local = true;
	origin.network = 77;
	profile_seen(&account, &origin, START_S + 9 * DAY_S, USE_READ,
		     false, true);
	assert_null(profile_recent_network(&account, 77, START_S + 9 * DAY_S));
}

/* A home of weeks is not pushed out by thirty hotels. */
static void test_full(void **state)
{
	struct account account = { 0 };
	uint32_t at_s = START_S;

	(void)state;
	for (uint32_t i = 0; i < 20; i++, at_s += DAY_S)
		see(&account, PL, 5617, at_s);
	for (uint32_t i = 0; i < 30; i++, at_s += 3600)
		see(&account, (uint16_t)(DE + i), 100 + i, at_s);
	assert_true(trusts(&account, 5617, at_s));
	assert_non_null(profile_country(&account, PL));
	assert_non_null(profile_network(&account, 129));
	assert_null(profile_network(&account, 101));
}

static void test_recent(void **state)
{
	static const struct {
		const char *why;
		int32_t later_s;
		bool recent;
	} cases[] = {
		{ "now", 0, true },
		{ "a day", DAY_S, true },
		{ "three days less a second", 3 * DAY_S - 1, true },
		{ "three days", 3 * DAY_S, false },
		{ "a line that is late", -5, true },
		{ "a clock that is behind", -7200, true },
	};
	struct account account = { 0 };

	(void)state;
	see(&account, PL, 5617, START_S);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		uint32_t at_s = START_S + (uint32_t)cases[i].later_s;

		assert_case(cases[i].why, cases[i].recent,
			    profile_recent_network(&account, 5617, at_s) !=
				    NULL);
		assert_case(cases[i].why, cases[i].recent,
			    visits(&account, 5617, PL, at_s).country);
		assert_case(cases[i].why, cases[i].recent,
			    visits(&account, 5617, PL, at_s).place != NULL);
		assert_null(visits(&account, 5617, DE, at_s).place);
	}
	/* What is said of the last day is about a day. */
	assert_true(profile_is_recent(&account.recent[0],
				      START_S + DAY_S - 1));
	assert_false(profile_is_recent(&account.recent[0], START_S + DAY_S));
}

/* However often it is seen, the weight fits its two bytes: 1 / (1 - 2^(-1/30))
 * is 43.8. */
static void test_weight(void **state)
{
	struct account account = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 3000; i++)
		see(&account, PL, 5617, START_S + i * DAY_S);
	assert_in_range(account.networks[0].weight, 43 * 256, 44 * 256);
	assert_int_equal(account.networks[0].days, 3000);
	assert_int_equal(account.networks[0].last_day,
			 START_S / DAY_S + 2999);
	assert_true(trusts(&account, 5617, START_S + 3140 * DAY_S));
	assert_false(trusts(&account, 5617, START_S + 3150 * DAY_S));
}

/* A person's word holds at once, to its last day, whatever habit says. */
static void test_word(void **state)
{
	const uint16_t today = START_S / DAY_S;
	struct account account = { 0 };

	(void)state;
	profile_trust(&account, 45899, 0, today + 90, START_S);
	assert_true(trusts(&account, 45899, START_S));
	assert_true(trusts(&account, 45899, START_S + 91 * DAY_S - 1));
	assert_false(trusts(&account, 45899, START_S + 91 * DAY_S));
	assert_null(profile_country(&account, PL));
	/* What habit makes of it begins with the first sighting. */
	see(&account, PL, 45899, START_S + 80 * DAY_S);
	assert_int_equal(profile_network(&account, 45899)->first_s,
			 START_S + 80 * DAY_S);
	see(&account, PL, 45899, START_S + 92 * DAY_S);
	assert_true(trusts(&account, 45899, START_S + 92 * DAY_S));
	/* Heard twice it is the same; taken back, habit stays. */
	profile_trust(&account, 45899, PL, today + 99, START_S);
	profile_trust(&account, 45899, PL, today + 99, START_S);
	assert_int_equal(account.networks[1].id, 0);
	assert_int_equal(account.countries[1].id, 0);
	profile_trust(&account, 45899, PL, 0, START_S);
	assert_int_equal(profile_network(&account, 45899)->days, 2);
	assert_true(trusts(&account, 45899, START_S + 92 * DAY_S));
	/* Taken back before it was ever seen, it leaves nothing. */
	profile_trust(&account, 88, 0, today + 5, START_S);
	profile_trust(&account, 99, 0, today + 5, START_S);
	profile_trust(&account, 88, 0, 0, START_S);
	assert_int_equal(account.networks[1].id, 99);
	assert_int_equal(account.networks[2].id, 0);
	profile_trust(&account, 99, 0, 0, START_S);
	/* A word about nothing is no entry. */
	profile_trust(&account, 0, 0, today, START_S);
	profile_trust(&account, 77, DE, 0, START_S);
	assert_int_equal(account.networks[1].id, 0);
	assert_int_equal(account.countries[1].id, 0);
}

/* Neither habit nor a lift takes a word's place; only another word does. */
static void test_word_stays(void **state)
{
	const uint16_t today = START_S / DAY_S;
	struct account account = { 0 };

	(void)state;
	profile_trust(&account, 45899, 'V' << 8 | 'N', today + 90, START_S);
	for (uint32_t i = 0; i < 40; i++)
		see(&account, (uint16_t)(DE + i), 100 + i, START_S + i);
	profile_forget_untrusted(&account, START_S + 60);
	assert_true(trusts(&account, 45899, START_S));
	assert_int_equal(account.networks[0].id, 45899);
	assert_int_equal(account.networks[1].id, 0);
	for (uint32_t i = 0; i < ACCOUNT_NETWORKS; i++)
		profile_trust(&account, 200 + i, 0, today + 5, START_S);
	see(&account, PL, 5617, START_S);
	assert_null(profile_network(&account, 5617));
	assert_int_equal(account.networks[0].id, 207);
	/* The words have ended: habit finds room. */
	see(&account, PL, 5617, START_S + 6 * DAY_S);
	assert_non_null(profile_network(&account, 5617));
}

/* The last 14 places; the oldest goes. */
static void test_many_recent(void **state)
{
	struct account account = { 0 };

	(void)state;
	for (uint32_t i = 0; i < ACCOUNT_RECENT + 3; i++)
		see(&account, PL, 100 + i, START_S + i);
	assert_null(profile_recent_network(&account, 102, START_S + 60));
	assert_non_null(profile_recent_network(&account, 103, START_S + 60));
	assert_non_null(profile_recent_network(&account, 100 + ACCOUNT_RECENT + 2,
					       START_S + 60));
}

/* However much is sent, a day raises the mean by a quarter at most. */
static void test_warm_up(void **state)
{
	struct account account = { 0 };
	double before, grown;

	(void)state;
	for (uint32_t i = 0; i < 14; i++)
		volumes_sent(&account, 10, 1, START_S + i * DAY_S, true);
	before = expm1(volumes_mean(&account, RECIPIENTS_DAY));
	assert_true(before > 9 && before < 11);
	for (uint32_t i = 14; i < 21; i++)
		volumes_sent(&account, 1000000, 1, START_S + i * DAY_S, true);
	grown = (expm1(volumes_mean(&account, RECIPIENTS_DAY)) + 1) / (before + 1);
	assert_true(grown > 1.5 && grown < 1.26 * 1.26 * 1.26);
	/* A day of suspicion is no history, nor are those that wait with it. */
	before = volumes_mean(&account, RECIPIENTS_DAY);
	volumes_sent(&account, 5, 1, START_S + 21 * DAY_S, false);
	volumes_sent(&account, 5, 1, START_S + 21 * DAY_S + 60, true);
	volumes_sent(&account, 5, 1, START_S + 22 * DAY_S, true);
	assert_true(volumes_mean(&account, RECIPIENTS_DAY) < before + 0.23f);
	assert_int_equal(account.counted[RECIPIENTS_DAY], 5);
}

/* A line from next year does not stop the counting. */
static void test_future(void **state)
{
	struct account account = { 0 };

	(void)state;
	volumes_sent(&account, 5, 1, START_S + 365 * DAY_S, true);
	volumes_sent(&account, 7, 1, START_S, true);
	assert_int_equal(volumes_counted(&account, RECIPIENTS_HOUR, START_S),
			 7);
	assert_int_equal(volumes_counted(&account, RECIPIENTS_DAY, START_S),
			 7);
}

static void test_sent(void **state)
{
	struct account account = { 0 };

	(void)state;
	volumes_sent(&account, 3, 1, START_S, true);
	volumes_sent(&account, 4, 1, START_S + 3599, true);
	assert_int_equal(account.counted[RECIPIENTS_HOUR], 7);
	volumes_sent(&account, 5, 1, START_S + 3600, true);
	assert_int_equal(account.counted[RECIPIENTS_HOUR], 5);
	/* A late line counts where we are. */
	volumes_sent(&account, 1, 1, START_S + 3599, true);
	assert_int_equal(account.counted[RECIPIENTS_HOUR], 6);
	assert_int_equal(account.counted[RECIPIENTS_DAY], 13);
	assert_int_equal(account.peak_recipients, 7);
	volumes_sent(&account, UINT32_MAX, 1, START_S + 3600, true);
	volumes_sent(&account, UINT32_MAX, 1, START_S + 3600, true);
	assert_int_equal(account.counted[RECIPIENTS_DAY], UINT32_MAX);
}

static void test_outcomes(void **state)
{
	struct account account = { 0 };

	(void)state;
	profile_outcome(&account, true, START_S, true);
	profile_outcome(&account, false, START_S, true);
	profile_outcome(&account, true, START_S, false);
	assert_true(fabs(account.failures - 1) < 1e-6);
	assert_true(fabs(account.outcomes - 2) < 1e-6);
	profile_outcome(&account, false, START_S + 30 * DAY_S, true);
	assert_true(fabs(account.failures - 0.5) < 1e-6);
	assert_true(fabs(account.outcomes - 2) < 1e-6);
}

static void test_warmth(void **state)
{
	static const struct {
		const char *why;
		uint32_t age_days, logins, login_days;
		int32_t silent_days;
		double low, high;
	} cases[] = {
		{ "first day", 0, 1, 1, 0, 0.34, 0.36 },
		{ "a week", 7, 50, 7, 0, 0.49, 0.51 },
		{ "a fortnight", 14, 50, 14, 0, 1, 1 },
		{ "a year", 365, 500, 300, 0, 1, 1 },
		{ "a year, three logins", 365, 3, 3, 0, 0.5, 0.5 },
		{ "silent for a quarter", 365, 500, 300, 91, 0.5, 0.5 },
		{ "not yet", 365, 500, 300, 89, 1, 1 },
		{ "a late line", 365, 500, 300, -1, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		uint32_t now_s = START_S + 400 * DAY_S;
		struct account account = {
			.first_s = now_s - cases[i].age_days * DAY_S,
			.last_s = now_s -
				  (uint32_t)(cases[i].silent_days * DAY_S),
			.logins = cases[i].logins,
			.login_days = (uint16_t)cases[i].login_days,
		};
		double warmth;

		profile_woken(&account, now_s);
		/* It holds beyond the first event. */
		account.last_s = now_s;
		warmth = profile_warmth(&account, now_s);
		if (warmth < cases[i].low || warmth > cases[i].high)
			fail_msg("case %s: %.3f", cases[i].why, warmth);
	}
}

static int set_up(void **state)
{
	static const struct conf_section section = { "profile",
						     profile_options,
						     &profile_settings };

	(void)state;
	conf_presets(&section);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trust),
		cmocka_unit_test(test_login_to_send),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_home),
		cmocka_unit_test(test_midnight),
		cmocka_unit_test(test_not_learning),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_weight),
		cmocka_unit_test(test_word),
		cmocka_unit_test(test_word_stays),
		cmocka_unit_test(test_recent),
		cmocka_unit_test(test_many_recent),
		cmocka_unit_test(test_warm_up),
		cmocka_unit_test(test_future),
		cmocka_unit_test(test_sent),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_warmth),
	};

	return cmocka_run_group_tests_name("profile", tests, set_up, NULL);
}
