/*
 * The store beside readers that were killed: what they had a right to must not
 * stay theirs for ever.
 */
#include "detector/store.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* More than LMDB has places for (126). */
enum { READERS = 150, COMMITS = 200, BIG = 200 * 1024 };

static const char *const names[] = { "things" };
static char folder[FOLDER_SIZE];
static struct store *writer;

static struct store *open_store(bool read_only)
{
	struct store *store = NULL;
	struct err err;

	if (store_open(folder, names, 1, read_only, &store, &err) < 0)
		fail_msg("%s", err.text);
	return store;
}

static void put(struct slice value)
{
	struct err err;

	if (store_begin(writer, &err) < 0 ||
	    store_put(writer, 0, S("key"), value, &err) < 0 ||
	    store_commit(writer, &err) < 0)
		fail_msg("%s", err.text);
}

static int setup(void **state)
{
	(void)state;
	folder_make(folder, "store");
	writer = open_store(false);
	put(S("small"));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_close(&writer);
	folder_remove(folder);
	return 0;
}

/* Another process that looks into it and is killed while it does. */
static void read_and_die(void)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		struct slice value;
		struct err err;
		struct store *store;

		if (store_open(folder, names, 1, true, &store, &err) < 0)
			_exit(1);
		if (!store_get(store, 0, S("key"), &value))
			_exit(2);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSIGNALED(status))
		fail_msg("the reader ended with %d", WEXITSTATUS(status));
}

/* watch runs for months, and holds the list of readers. */
static void test_killed_readers_leave_their_place(void **state)
{
	(void)state;
	for (int i = 0; i < READERS; i++)
		read_and_die();
}

/* What a reader sees is not written over, which makes the file grow. */
static void test_killed_reader_keeps_no_pages(void **state)
{
	char *bytes = calloc(1, BIG);
	char path[FOLDER_SIZE + 16];
	struct stat file;

	(void)state;
	assert_non_null(bytes);
	read_and_die();
	for (int i = 0; i < COMMITS; i++)
		put((struct slice){ bytes, BIG });
	free(bytes);
	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	assert_int_equal(stat(path, &file), 0);
	assert_in_range(file.st_size, BIG, 10 * BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_killed_readers_leave_their_place, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_killed_reader_keeps_no_pages, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
