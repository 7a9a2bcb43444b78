/*
 * What the kernel tells of logs and their folders: written to, rotated, made
 * later, matched by a pattern; and what it does not concern.
 */
#include "detector/sources/wake.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[FOLDER_SIZE];
static struct wake *wake;

static const char *at(const char *name)
{
	return folder_at(folder, name);
}

static void add(const char *name)
{
	int fd = open(at(name), O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "line\n", 5), 5);
	close(fd);
}

static int fresh(void **state)
{
	(void)state;
	folder_make(folder, "wake");
	wake = wake_new();
	assert_null(wake_trouble(wake));
	return 0;
}

static int clean(void **state)
{
	(void)state;
	wake_free(&wake);
	folder_remove(folder);
	return 0;
}

/* As watch does after each look: the logs there are, and the names. */
static bool look(const char *name, const char *log)
{
	wake_begin(wake);
	if (log)
		wake_want_log(wake, at(log));
	wake_want_name(wake, at(name), WAKE_NAMES);
	return wake_end(wake);
}

static void test_written(void **state)
{
	(void)state;
	add("mail.log");
	assert_true(look("mail.log", "mail.log"));
	assert_int_equal(wake_read(wake), 0);
	add("mail.log");
	assert_int_equal(wake_read(wake), WAKE_LINES);
	assert_int_equal(wake_read(wake), 0);
	/* Nothing new is watched. */
	assert_false(look("mail.log", "mail.log"));
	add("mail.log");
	assert_int_equal(wake_read(wake), WAKE_LINES);
	/* Others in the folder concern nobody. */
	add("auth.log");
	assert_int_equal(wake_read(wake), 0);
	assert_int_equal(unlink(at("auth.log")), 0);
	assert_int_equal(wake_read(wake), 0);
}

static void test_rotated(void **state)
{
	(void)state;
	add("mail.log");
	look("mail.log", "mail.log");
	assert_int_equal(rename(at("mail.log"), at("mail.log.1")), 0);
	assert_int_equal(wake_read(wake), WAKE_NAMES);
	/* The daemon writes on in the old file, which is watched still. */
	add("mail.log.1");
	assert_int_equal(wake_read(wake), WAKE_LINES);
	add("mail.log");
	assert_int_equal(wake_read(wake), WAKE_NAMES);
	assert_true(look("mail.log", "mail.log"));
	add("mail.log.1");
	assert_int_equal(wake_read(wake), 0);
	add("mail.log");
	assert_int_equal(wake_read(wake), WAKE_LINES);
	assert_int_equal(truncate(at("mail.log"), 0), 0);
	assert_int_equal(wake_read(wake), WAKE_LINES);
	/* Removed while somebody has it open. */
	{
		int fd = open(at("mail.log"), O_RDONLY);

		assert_int_equal(unlink(at("mail.log")), 0);
		assert_int_equal(wake_read(wake), WAKE_NAMES);
		close(fd);
	}
	wake_read(wake);
	add("mail.log");
	assert_int_equal(wake_read(wake), WAKE_NAMES);
	assert_true(look("mail.log", "mail.log"));
	add("mail.log");
	assert_int_equal(wake_read(wake), WAKE_LINES);
}

static void test_made_later(void **state)
{
	(void)state;
	assert_true(look("a/b/mail.log", "a/b/mail.log"));
	add("mail.log");
	assert_int_equal(wake_read(wake), 0);
	assert_int_equal(mkdir(at("a"), 0700), 0);
	assert_int_equal(wake_read(wake), WAKE_NAMES);
	assert_true(look("a/b/mail.log", "a/b/mail.log"));
	assert_int_equal(mkdir(at("a/b"), 0700), 0);
	assert_int_equal(wake_read(wake), WAKE_NAMES);
	assert_true(look("a/b/mail.log", "a/b/mail.log"));
	add("a/b/mail.log");
	assert_int_equal(wake_read(wake), WAKE_NAMES);
	assert_true(look("a/b/mail.log", "a/b/mail.log"));
	add("a/b/mail.log");
	assert_int_equal(wake_read(wake), WAKE_LINES);
	/* The whole folder goes. */
	assert_int_equal(rename(at("a"), at("c")), 0);
	assert_int_equal(mkdir(at("a"), 0700), 0);
	look("a/b/mail.log", "a/b/mail.log");
	wake_read(wake);
	assert_int_equal(mkdir(at("a/b"), 0700), 0);
	assert_int_equal(wake_read(wake), WAKE_NAMES);
	add("c/b/mail.log");
	assert_int_equal(wake_read(wake), 0);
}

static void test_pattern(void **state)
{
	(void)state;
	look("*/mail*.log", NULL);
	assert_int_equal(mkdir(at("one"), 0700), 0);
	assert_int_equal(wake_read(wake), WAKE_NAMES);
	assert_true(look("*/mail*.log", NULL));
	add("one/auth.log");
	assert_int_equal(wake_read(wake), 0);
	add("one/mail-out.log");
	assert_int_equal(wake_read(wake), WAKE_NAMES);
	assert_true(look("*/mail*.log", "one/mail-out.log"));
	add("one/mail-out.log");
	assert_int_equal(wake_read(wake), WAKE_LINES);
	/* A name with a dot in front is none of the pattern's. */
	look("one/*", NULL);
	add("one/.mail.swp");
	assert_int_equal(wake_read(wake), 0);
}

/* A link's file is watched, and rotated, where it is. */
static void test_link(void **state)
{
	(void)state;
	assert_int_equal(mkdir(at("disk"), 0700), 0);
	add("disk/mail.log");
	assert_int_equal(symlink(at("disk/mail.log"), at("mail.log")), 0);
	look("mail.log", "mail.log");
	add("disk/mail.log");
	assert_int_equal(wake_read(wake), WAKE_LINES);
	assert_int_equal(rename(at("disk/mail.log"), at("disk/old")), 0);
	assert_int_equal(wake_read(wake), WAKE_NAMES);
	add("disk/mail.log");
	assert_int_equal(wake_read(wake), WAKE_NAMES);
}

static void test_two_names(void **state)
{
	(void)state;
	add("mail.log");
	assert_int_equal(link(at("mail.log"), at("same.log")), 0);
	wake_begin(wake);
	wake_want_log(wake, at("mail.log"));
	wake_want_log(wake, at("same.log"));
	wake_want_name(wake, at("country.mmdb"), WAKE_DATA);
	assert_true(wake_end(wake));
	/* One of them is let go; the file is watched on. */
	look("same.log", "same.log");
	add("mail.log");
	assert_int_equal(wake_read(wake), WAKE_LINES);
	wake_begin(wake);
	wake_want_name(wake, at("country.mmdb"), WAKE_DATA);
	wake_end(wake);
	add("mail.log");
	add("new");
	assert_int_equal(wake_read(wake), 0);
	assert_int_equal(rename(at("new"), at("country.mmdb")), 0);
	assert_int_equal(wake_read(wake), WAKE_DATA);
}

/* More than the kernel keeps: then anything may have happened. */
static void test_overflow(void **state)
{
	FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
	char text[32] = "";
	long most;

	(void)state;
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	most = strtol(text, NULL, 10);
	add("one.log");
	add("two.log");
	wake_begin(wake);
	wake_want_log(wake, at("one.log"));
	wake_want_log(wake, at("two.log"));
	wake_end(wake);
	/* By turns, as the same twice is kept once. */
	for (long i = 0; i <= most / 2; i++) {
		assert_int_equal(truncate(at("one.log"), i % 7), 0);
		assert_int_equal(truncate(at("two.log"), i % 7), 0);
	}
	assert_int_equal(wake_read(wake),
			 WAKE_LINES | WAKE_NAMES | WAKE_DATA);
	add("one.log");
	assert_int_equal(wake_read(wake), WAKE_LINES);
}

/* What there is no room for is left to the look now and then. */
static void test_too_many(void **state)
{
	char name[300];

	(void)state;
	wake_begin(wake);
	for (int i = 0; i < 2 * WAKE_FILES_MAX; i++) {
		snprintf(name, sizeof(name), "mail%d.log", i);
		add(name);
		wake_want_log(wake, at(name));
	}
	assert_non_null(wake_trouble(wake));
	for (int i = 0; i < 2 * WAKE_NAMES_MAX; i++) {
		snprintf(name, sizeof(name), "other%d", i);
		wake_want_name(wake, at(name), WAKE_NAMES);
	}
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	wake_want_name(wake, at(name), WAKE_NAMES);
	assert_true(wake_end(wake));
	wake_read(wake);
	add("mail0.log");
	assert_int_equal(wake_read(wake), WAKE_LINES);
	look("mail1.log", "mail1.log");
	assert_null(wake_trouble(wake));
	add("mail0.log");
	assert_int_equal(wake_read(wake), 0);
	add("mail1.log");
	assert_int_equal(wake_read(wake), WAKE_LINES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_written, fresh, clean),
		cmocka_unit_test_setup_teardown(test_rotated, fresh, clean),
		cmocka_unit_test_setup_teardown(test_made_later, fresh, clean),
		cmocka_unit_test_setup_teardown(test_pattern, fresh, clean),
		cmocka_unit_test_setup_teardown(test_link, fresh, clean),
		cmocka_unit_test_setup_teardown(test_two_names, fresh, clean),
		cmocka_unit_test_setup_teardown(test_overflow, fresh, clean),
		cmocka_unit_test_setup_teardown(test_too_many, fresh, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
