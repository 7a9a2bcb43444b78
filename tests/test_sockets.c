/*
 * Only what the library still has open is waited for and cut.
 */
#include "notifier/sockets.h"
#include "tests/support/test.h"

#include <sys/socket.h>
#include <unistd.h>

static int make_pair(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

static bool is_cut(int other_end)
{
	char byte;

	return recv(other_end, &byte, 1, MSG_DONTWAIT) == 0;
}

/* The second was slower, and its number is a database's by now. */
static void test_the_slower_one(void **state)
{
	struct sockets sockets = { 0 };
	int first[2], second[2], database[2];

	(void)state;
	assert_int_equal(sockets_newest(&sockets), -1);
	assert_int_equal(make_pair(first), 0);
	assert_int_equal(make_pair(second), 0);
	sockets_add(&sockets, first[0]);
	sockets_add(&sockets, second[0]);
	assert_int_equal(sockets_end(&sockets, second[0]), 0);
	assert_int_equal(make_pair(database), 0);
	assert_int_equal(database[0], second[0]);
	assert_int_equal(sockets_newest(&sockets), first[0]);
	sockets_cut(&sockets);
	assert_true(is_cut(first[1]));
	assert_false(is_cut(database[1]));
	assert_int_equal(sockets_end(&sockets, first[0]), 0);
	assert_int_equal(sockets_newest(&sockets), -1);
	close(first[1]);
	close(second[1]);
	close(database[0]);
	close(database[1]);
}

static void test_more_than_are_noted(void **state)
{
	struct sockets sockets = { 0 };

	(void)state;
	for (int i = 0; i < SOCKETS_MAX + 2; i++)
		sockets_add(&sockets, 1000 + i);
	for (int i = SOCKETS_MAX + 1; i >= 0; i--) {
		assert_int_equal(sockets_newest(&sockets),
				 i < 2 ? -1 : 1000 + i);
		/* No such descriptor. */
		assert_int_equal(sockets_end(&sockets, 1000 + i), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_slower_one),
		cmocka_unit_test(test_more_than_are_noted),
	};

	return cmocka_run_group_tests_name("sockets", tests, NULL, NULL);
}
