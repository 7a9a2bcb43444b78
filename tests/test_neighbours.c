/*
 * Which countries are normal around an account.
 */
#include "detector/neighbours.h"

#include "detector/account.h"
#include "tests/support/test.h"

#include <stdio.h>

enum { NOW_S = 1795300000, DAY_S = 86400, PL = 'P' << 8 | 'L',
       DE = 'D' << 8 | 'E' };

/* Accounts whose bits differ. */
static uint64_t domain_of(const char *login)
{
	return account_domain(slice_from(login));
}

static uint64_t account(unsigned i)
{
	return (uint64_t)i << 7;
}

static bool known(struct sightings *n, const char *login, uint16_t country,
		  uint32_t now_s)
{
	return neighbours_know(n, domain_of(login), account(60), country,
			       now_s);
}

static void test_domain(void **state)
{
	struct sightings *n = neighbours_new();

	(void)state;
	assert_false(known(n, "me@x.example", DE, NOW_S));
	for (unsigned i = 1; i <= 3; i++) {
		assert_false(known(n, "me@x.example", DE, NOW_S));
		neighbours_seen(n, domain_of("you@x.example"), account(i), DE, NOW_S,
				true);
		neighbours_seen(n, domain_of("you@x.example"), account(i), DE, NOW_S,
				false);
	}
	assert_true(known(n, "me@x.example", DE, NOW_S));
	assert_false(known(n, "me@x.example", PL, NOW_S));
	assert_false(known(n, "me@y.example", DE, NOW_S));
	/* One of the three itself has only two others. */
	assert_false(neighbours_know(n, domain_of("you@x.example"), account(1), DE,
				     NOW_S));
	/* A line that is a little behind, and seven days. */
	assert_true(known(n, "me@x.example", DE, NOW_S - 1));
	assert_true(known(n, "me@x.example", DE, NOW_S + 7 * DAY_S - 1));
	assert_false(known(n, "me@x.example", DE, NOW_S + 7 * DAY_S));
	/* Back after a long time alone: the others of then do not count. */
	neighbours_seen(n, domain_of("me@x.example"), account(60), DE,
			NOW_S + 100 * DAY_S, false);
	assert_false(known(n, "me@x.example", DE, NOW_S + 100 * DAY_S));
	sightings_free(&n);
	sightings_free(&n);
}

/* A line from the past does not make the entry older. */
static void test_backwards(void **state)
{
	struct sightings *n = neighbours_new();

	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		neighbours_seen(n, domain_of("you@x.example"), account(i), DE, NOW_S,
				true);
	for (unsigned i = 1; i <= 3; i++)
		neighbours_seen(n, domain_of("you@x.example"), account(i), DE,
				NOW_S - 6 * DAY_S, false);
	assert_true(known(n, "me@x.example", DE, NOW_S + 5 * DAY_S));
	sightings_free(&n);
}

static void test_host(void **state)
{
	struct sightings *n = neighbours_new();
	char login[40];

	(void)state;
	/* 18 at home, 2 in Germany, each in a domain of its own. */
	for (unsigned i = 0; i < 20; i++) {
		snprintf(login, sizeof(login), "a@%u.example", i);
		assert_false(known(n, "me@y.example", DE, NOW_S));
		neighbours_seen(n, domain_of(login), account(i),
				i < 18 ? PL : DE, NOW_S, true);
	}
	assert_true(known(n, "me@y.example", PL, NOW_S));
	assert_true(known(n, "me@y.example", DE, NOW_S));
	neighbours_seen(n, domain_of("b@z.example"), account(30), PL, NOW_S, true);
	assert_false(known(n, "me@y.example", DE, NOW_S));
	sightings_free(&n);
}

/* Logins without a domain are neighbours of each other, and do not disturb
 * the counting of the host. */
static void test_no_domain(void **state)
{
	struct sightings *n = neighbours_new();

	(void)state;
	for (unsigned i = 0; i < 2; i++)
		neighbours_seen(n, domain_of("jan"), account(50 + i), DE, NOW_S, true);
	assert_false(known(n, "ola", DE, NOW_S));
	assert_false(known(n, "me@y.example", DE, NOW_S));
	neighbours_seen(n, domain_of("jan"), account(55), DE, NOW_S, true);
	assert_true(known(n, "ola", DE, NOW_S));
	for (unsigned i = 0; i < 40; i++)
		neighbours_seen(n, domain_of("a@x.example"), account(i), PL, NOW_S,
				true);
	assert_false(known(n, "me@y.example", DE, NOW_S));
	sightings_free(&n);
}

static int put_into(void *context, const struct sighting *sighting)
{
	sightings_restore(context, sighting);
	return 0;
}

static int count_one(void *context, const struct sighting *sighting)
{
	(void)sighting;
	++*(int *)context;
	return 0;
}

static void test_stored(void **state)
{
	struct sightings *n = neighbours_new(), *again = neighbours_new();
	char login[40];
	int dirty = 0;

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(login, sizeof(login), "a@%u.example", i / 3);
		neighbours_seen(n, domain_of(login), account(i % 64),
				DE, NOW_S + i, i % 3 == 0);
	}
	assert_int_equal(sightings_each_dirty(n, put_into, again), 0);
	sightings_clean(n);
	sightings_each_dirty(n, count_one, &dirty);
	sightings_each_dirty(again, count_one, &dirty);
	assert_int_equal(dirty, 0);
	for (unsigned i = 0; i < 5000; i += 3) {
		snprintf(login, sizeof(login), "b@%u.example", i / 3);
		assert_int_equal(known(n, login, DE, NOW_S + 5000),
				 known(again, login, DE, NOW_S + 5000));
	}
	/* Seen again at once is no change worth writing. */
	neighbours_seen(n, domain_of("a@0.example"), account(0), DE, NOW_S + 10,
			false);
	sightings_each_dirty(n, count_one, &dirty);
	assert_int_equal(dirty, 0);
	neighbours_seen(n, domain_of("a@0.example"), account(0), DE, NOW_S + 4000,
			false);
	sightings_each_dirty(n, count_one, &dirty);
	assert_int_equal(dirty, 1);
	sightings_free(&n);
	sightings_free(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_domain),
		cmocka_unit_test(test_backwards),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_no_domain),
		cmocka_unit_test(test_stored),
	};

	return cmocka_run_group_tests_name("neighbours", tests, NULL, NULL);
}
