/*
 * Who goes when there are too many connections, and who is never let in.
 */
#include "detector/http/clients.h"
#include "tests/support/test.h"

#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 4, SLOW_MS = 1000, PAIRS = 2 * CLIENTS_SPARE };

static struct {
	struct clients *clients;
	struct http_stats stats;
	int ends[PAIRS][2];
	int n;
} rig;

static int setup(void **state)
{
	const struct clients_limits limits = { MOST, 2, SLOW_MS, 99 };

	(void)state;
	rig.stats = (struct http_stats){ .connections = 0 };
	rig.clients = clients_new(&limits, &rig.stats);
	rig.n = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	clients_free(&rig.clients);
	while (rig.n-- > 0) {
		close(rig.ends[rig.n][0]);
		close(rig.ends[rig.n][1]);
	}
	return 0;
}

static struct client *come(uint64_t address, int64_t now_ms)
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0,
				    rig.ends[rig.n]), 0);
	rig.n++;
	return clients_add(rig.clients, rig.ends[rig.n - 1][0], address,
			   now_ms);
}

/* Did the far end of the connection that came as number `n` hear its end? */
static bool is_cut(int n)
{
	char byte;

	return recv(rig.ends[n][1], &byte, 1, MSG_DONTWAIT) == 0;
}

static void test_the_longest_idle_goes(void **state)
{
	struct client *all[MOST];

	(void)state;
	for (int i = 0; i < MOST; i++)
		all[i] = come(0, i);
	/* The first has said something since, the second is at it. */
	clients_begin(rig.clients, all[0], 10);
	clients_end(rig.clients, all[0], 11);
	clients_begin(rig.clients, all[1], 12);
	come(0, 20);
	assert_true(is_cut(2));
	come(0, 20);
	assert_true(is_cut(3));
	come(0, 20);
	assert_true(is_cut(0));
	assert_false(is_cut(1));
	assert_false(is_cut(MOST));
	assert_int_equal(rig.stats.cut_for_room, 3);
	assert_int_equal(rig.stats.connections, MOST + 3);
	assert_int_equal(rig.stats.accepted, MOST + 3);
	clients_remove(rig.clients, all[2]);
	assert_int_equal(rig.stats.connections, MOST + 2);
}

static void test_all_are_busy(void **state)
{
	(void)state;
	for (int i = 0; i < MOST; i++)
		clients_begin(rig.clients, come(0, i), i);
	clients_begin(rig.clients, come(0, CLIENTS_GRACE_MS - 1),
		      CLIENTS_GRACE_MS - 1);
	for (int i = 0; i <= MOST; i++)
		assert_false(is_cut(i));
	come(0, CLIENTS_GRACE_MS);
	assert_true(is_cut(0));
	assert_false(is_cut(1));
}

static void test_no_place_is_left(void **state)
{
	(void)state;
	for (int i = 0; i < MOST + CLIENTS_SPARE; i++) {
		struct client *client = come(0, 0);

		assert_non_null(client);
		clients_begin(rig.clients, client, 0);
	}
	assert_null(come(0, 0));
	clients_begin(rig.clients, NULL, 0);
	clients_end(rig.clients, NULL, 0);
	clients_remove(rig.clients, NULL);
	assert_int_equal(rig.stats.connections, MOST + CLIENTS_SPARE);
}

static void test_one_address(void **state)
{
	struct client *first;

	(void)state;
	assert_true(clients_may_come(rig.clients, 7));
	first = come(7, 0);
	assert_true(clients_may_come(rig.clients, 7));
	come(7, 0);
	assert_false(clients_may_come(rig.clients, 7));
	assert_true(clients_may_come(rig.clients, 8));
	clients_remove(rig.clients, first);
	assert_true(clients_may_come(rig.clients, 7));
	for (int i = 0; i < 10; i++) {
		assert_true(clients_may_come(rig.clients, 0));
		come(0, 0);
	}
}

static void test_slow_ones(void **state)
{
	struct client *busy = come(0, 0);

	(void)state;
	come(0, 0);
	clients_begin(rig.clients, busy, 500);
	clients_cut_slow(rig.clients, SLOW_MS - 1);
	assert_false(is_cut(1));
	clients_cut_slow(rig.clients, SLOW_MS);
	assert_true(is_cut(1));
	assert_false(is_cut(0));
	clients_cut_slow(rig.clients, SLOW_MS + 499);
	assert_false(is_cut(0));
	clients_cut_slow(rig.clients, SLOW_MS + 500);
	assert_true(is_cut(0));
	clients_cut_slow(rig.clients, 10 * SLOW_MS);
	assert_int_equal(rig.stats.cut_slow, 2);
	/* Its answer goes nowhere, and it stays cut. */
	clients_end(rig.clients, busy, 10 * SLOW_MS);
	clients_remove(rig.clients, busy);
	assert_int_equal(rig.stats.connections, 1);
}

/* Places come back, however often. */
static void test_coming_and_going(void **state)
{
	struct client *kept[3] = { NULL };

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct client **client = &kept[i % 3];

		if (*client)
			clients_remove(rig.clients, *client);
		*client = clients_add(rig.clients, -1, (uint64_t)i % 5 + 1,
				      i);
		assert_non_null(*client);
		clients_begin(rig.clients, *client, i);
	}
	assert_int_equal(rig.stats.connections, 3);
	for (int i = 0; i < 3; i++)
		clients_remove(rig.clients, kept[i]);
	for (uint64_t address = 1; address <= 5; address++)
		assert_true(clients_may_come(rig.clients, address));
}

int main(void)
{
#define CLIENTS_TEST(test)						\
	cmocka_unit_test_setup_teardown(test, setup, teardown)
	static const struct CMUnitTest tests[] = {
		CLIENTS_TEST(test_the_longest_idle_goes),
		CLIENTS_TEST(test_all_are_busy),
		CLIENTS_TEST(test_no_place_is_left),
		CLIENTS_TEST(test_one_address),
		CLIENTS_TEST(test_slow_ones),
		CLIENTS_TEST(test_coming_and_going),
	};

	return cmocka_run_group_tests_name("clients", tests, NULL, NULL);
}
