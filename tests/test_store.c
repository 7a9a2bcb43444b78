/*
 * The store beside readers that were killed: what they had a right to must not
 * stay theirs for ever. And on a disk that is full for a while.
 */
#include "detector/store.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* More than LMDB has places for (126). */
enum { READERS = 150, COMMITS = 200, BIG = 200 * 1024 };

static const char *const names[] = { "things" };
static char folder[FOLDER_SIZE];
static struct store *writer;

static int full_from, n_writes;	/* the so-manieth write and all behind it */

/* In the place of the C library's, for LMDB as well. */
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	if (full_from > 0 && ++n_writes >= full_from) {
		errno = ENOSPC;
		return -1;
	}
	return syscall(SYS_pwrite64, fd, bytes, n, at);
}

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

		if (store_open(folder, names, 1, false, &store, &err) < 0)
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

static int count(void *context, struct slice key, struct slice value)
{
	(void)key;
	(void)value;
	++*(int *)context;
	return 0;
}

/* Whichever of a commit's writes finds no space, the last of which makes it
 * true: what was before is there, and goes on when there is space again. */
static void test_full_disk_is_over_some_time(void **state)
{
	int failed = 0;

	(void)state;
	for (int i = 1; i < 6; i++) {
		struct slice value;
		struct err err;
		int n = 0;

		full_from = i;
		n_writes = 0;
		assert_int_equal(store_begin(writer, &err), 0);
		assert_int_equal(store_put(writer, 0, S("key"), S("full"),
					   &err), 0);
		if (store_commit(writer, &err) < 0) {
			assert_int_equal(err.code, EXIT_AGAIN);
			failed++;
			assert_true(store_get(writer, 0, S("key"), &value));
			assert_true(slice_eq(value, S("small")));
		}
		full_from = 0;
		assert_int_equal(store_each(writer, 0, count, &n, &err), 0);
		assert_int_equal(n, 1);
		put(S("small"));
	}
	assert_true(failed >= 2);
}

/* Whoever is of its group may read beside us, and write nothing. */
static void test_modes(void **state)
{
	char path[FOLDER_SIZE + 16];
	struct stat info;

	(void)state;
	snprintf(path, sizeof(path), "%s/lock.mdb", folder);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0027, 0);
}

/* Who writes may have been taken over: the lock file is his, and who reads
 * beside him leaves it alone. Here it became a link to what root could write,
 * LMDB would write its head there; the pointers of its mutexes are worse. */
static void test_reading_leaves_the_lock_alone(void **state)
{
	char lock[FOLDER_SIZE + 16], other[FOLDER_SIZE + 16];
	struct slice value;
	struct store *store;
	struct stat info;

	(void)state;
	snprintf(lock, sizeof(lock), "%s/lock.mdb", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	assert_int_equal(unlink(lock), 0);
	assert_int_equal(symlink(other, lock), 0);
	store = open_store(true);
	assert_true(store_get(store, 0, S("key"), &value));
	assert_true(slice_eq(value, S("small")));
	store_close(&store);
	assert_int_equal(stat(other, &info), -1);
}

enum { MANY = 1000 };

static void put_many(size_t size)
{
	static char bytes[4000];
	struct err err;

	assert_int_equal(store_begin(writer, &err), 0);
	for (int i = 0; i < MANY; i++) {
		char key[16];

		snprintf(key, sizeof(key), "%04d", i);
		assert_int_equal(store_put(writer, 0, slice_from(key),
					   (struct slice){ bytes, size },
					   &err), 0);
	}
	assert_int_equal(store_delete(writer, 0, S("key"), &err), 0);
	assert_int_equal(store_commit(writer, &err), 0);
}

/* All of it is written anew while it is walked through, several times. */
static int write_now_and_then(void *context, struct slice key,
			      struct slice value)
{
	int *n = context;
	char wanted[16];

	snprintf(wanted, sizeof(wanted), "%04d", *n);
	assert_true(slice_eq(key, slice_from(wanted)));
	assert_in_range(value.len, 10, 4000);
	if (++*n % 100 == 0)
		for (size_t i = 0; i < 4; i++)
			put_many(10 + (size_t)*n * i);
	return 0;
}

static void test_walk_beside_a_writer(void **state)
{
	struct store *store;
	struct err err;
	int n = 0;

	(void)state;
	put_many(10);
	store = open_store(true);
	assert_int_equal(store_each(store, 0, write_now_and_then, &n, &err),
			 0);
	assert_int_equal(n, MANY);
	store_close(&store);
}

/* LMDB's page: its flags at 10, where its nodes are from 16 on; the first six
 * bytes of a branch's node are the number of the page below. */
static void close_the_circle(void)
{
	static unsigned char page[4096];
	char path[FOLDER_SIZE + 16];
	FILE *file;

	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	file = fopen(path, "r+");
	assert_non_null(file);
	for (long at = 0; fread(page, sizeof(page), 1, file) == 1;
	     at += (long)sizeof(page)) {
		size_t first = page[16] | (size_t)page[17] << 8;
		size_t second = page[18] | (size_t)page[19] << 8;

		if (page[10] != 1 || page[11] || first > 4088 ||
		    second > 4088)
			continue;
		memcpy(page + second, page + first, 6);
		fseek(file, at, SEEK_SET);
		fwrite(page, sizeof(page), 1, file);
		fseek(file, at + (long)sizeof(page), SEEK_SET);
	}
	assert_int_equal(fclose(file), 0);
}

static void test_pages_in_a_circle(void **state)
{
	struct store *store;
	struct err err;
	int n = 0;

	(void)state;
	put_many(100);
	store_close(&writer);
	close_the_circle();
	store = open_store(true);
	assert_int_equal(store_each(store, 0, count, &n, &err), -1);
	assert_int_equal(err.code, EXIT_DATA);
	assert_in_range(n, 1, MANY);
	store_close(&store);
}

/* What the disk no longer has, or cannot read, is met in memory. */
static int walk_cut_file(void)
{
	struct store *store;
	char path[FOLDER_SIZE + 16];
	struct err err;
	int n = 0;

	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	if (truncate(path, BIG) < 0 ||
	    store_open(folder, names, 1, false, &store, &err) < 0)
		return 1;
	store_each(store, 0, count, &n, &err);
	return 2;
}

static void test_cut_file_ends_in_words(void **state)
{
	static char bytes[2000];
	int status;
	struct err err;
	pid_t pid;

	(void)state;
	assert_int_equal(store_begin(writer, &err), 0);
	for (int i = 0; i < 1000; i++) {
		char key[16];

		snprintf(key, sizeof(key), "key%d", i);
		assert_int_equal(store_put(writer, 0, slice_from(key),
				 (struct slice){ bytes, sizeof(bytes) },
				 &err), 0);
	}
	assert_int_equal(store_commit(writer, &err), 0);
	store_close(&writer);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(walk_cut_file());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_DATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_modes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_killed_readers_leave_their_place, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_killed_reader_keeps_no_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_reading_leaves_the_lock_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_walk_beside_a_writer,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_pages_in_a_circle, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			test_full_disk_is_over_some_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut_file_ends_in_words,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
