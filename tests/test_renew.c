/*
 * A log that stays open: what was written since is read on, and whatever
 * happened to the file meanwhile that makes this wrong is noticed.
 */
#include "base/log.h"
#include "base/stamp.h"
#include "detector/reader.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[FOLDER_SIZE], path[FOLDER_SIZE + 20],
	rotated[FOLDER_SIZE + 20];
static struct source *source;

static void write_text(const char *name, const char *text, const char *mode)
{
	FILE *file = fopen(name, mode);

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void must_read(const char *want)
{
	struct slice line;

	assert_true(source_next(source, &line));
	assert_true(slice_eq(line, slice_from(want)));
}

static void must_end(void)
{
	struct slice line;

	assert_false(source_next(source, &line));
	assert_null(source_error(source));
}

static void must_open(const struct source_position *position)
{
	struct err err;

	assert_int_equal(source_open(path, SOURCE_FOLLOW, position, &source,
				     &err), 0);
}

/* As watch does when it cannot be read on. */
static void open_anew(void)
{
	struct source_position position;

	source_position(source, true, &position);
	source_close(&source);
	must_open(&position);
}

static int fresh(void **state)
{
	(void)state;
	folder_make(folder, "renew");
	snprintf(path, sizeof(path), "%s/mail.log", folder);
	snprintf(rotated, sizeof(rotated), "%s/mail.log.1", folder);
	write_text(path, "one\n", "w");
	must_open(NULL);
	must_read("one");
	must_end();
	return 0;
}

static int clean(void **state)
{
	(void)state;
	source_close(&source);
	folder_remove(folder);
	return 0;
}

static void test_grows(void **state)
{
	struct source_position position, same;

	(void)state;
	assert_true(source_renew(source));
	must_end();
	write_text(path, "two\nthr", "a");
	must_end();
	assert_true(source_renew(source));
	must_read("two");
	must_end();
	assert_true(source_renew(source));
	must_end();
	write_text(path, "ee\nfour\n", "a");
	assert_true(source_renew(source));
	must_read("three");
	/* In the middle nothing has to be looked for. */
	assert_true(source_renew(source));
	must_read("four");
	must_end();
	/* Its position is that of one that was opened anew. */
	source_position(source, true, &position);
	open_anew();
	must_end();
	source_position(source, true, &same);
	assert_memory_equal(&position, &same, sizeof(same));
}

static void test_many_times(void **state)
{
	char text[40];

	(void)state;
	for (int i = 0; i < 30000; i++) {
		snprintf(text, sizeof(text), "line %d\n", i);
		write_text(path, text, "a");
		if (i % 7)
			continue;
		assert_true(source_renew(source));
		for (int j = i ? i - 6 : 0; j <= i; j++) {
			snprintf(text, sizeof(text), "line %d", j);
			must_read(text);
		}
		must_end();
	}
}

/* Renamed, with nothing in its place: the daemon has it open and writes on. */
static void test_renamed(void **state)
{
	(void)state;
	assert_int_equal(rename(path, rotated), 0);
	write_text(rotated, "two\n", "a");
	assert_true(source_renew(source));
	must_read("two");
	must_end();
	write_text(rotated, "three\n", "a");
	write_text(path, "", "w");
	assert_false(source_renew(source));
	open_anew();
	must_read("three");
	must_end();
	/* The new one is empty, so the old one may get more. */
	write_text(rotated, "four\n", "a");
	assert_false(source_renew(source));
	open_anew();
	must_read("four");
	must_end();
	write_text(path, "five\n", "a");
	assert_false(source_renew(source));
	open_anew();
	must_read("five");
	must_end();
	write_text(path, "six\n", "a");
	assert_true(source_renew(source));
	must_read("six");
	must_end();
}

static void test_emptied(void **state)
{
	(void)state;
	write_text(path, "two\n", "a");
	assert_true(source_renew(source));
	must_read("two");
	must_end();
	write_text(rotated, "one\ntwo\n", "w");
	assert_int_equal(truncate(path, 0), 0);
	assert_false(source_renew(source));
	/* Longer than it was, and another: its size says nothing. */
	write_text(path, "three is longer\nfour\n", "a");
	assert_false(source_renew(source));
	open_anew();
	must_read("three is longer");
	must_read("four");
	must_end();
}

/* Emptied after more had been written than we read. */
static void test_emptied_ahead(void **state)
{
	(void)state;
	write_text(path, "two\n", "a");
	write_text(rotated, "one\ntwo\n", "w");
	assert_int_equal(truncate(path, 0), 0);
	write_text(path, "ten\n", "a");
	assert_false(source_renew(source));
	open_anew();
	must_read("two");
	must_read("ten");
	must_end();
}

/* Beginning and place alike, and still another file. */
static void test_replaced(void **state)
{
	(void)state;
	write_text(rotated, "one\nx\n", "w");
	assert_int_equal(rename(rotated, path), 0);
	assert_false(source_renew(source));
}

static void test_not_followed(void **state)
{
	struct err err;

	(void)state;
	source_close(&source);
	assert_int_equal(source_open(path, SOURCE_ONCE, NULL, &source, &err),
			 0);
	must_read("one");
	must_end();
	assert_false(source_renew(source));
}

static void change(const char *when)
{
	struct timespec times[2] = { { 0 }, { 0 } };
	int64_t at_ms;

	assert_true(stamp_parse(slice_from(when), &at_ms));
	times[0].tv_sec = times[1].tv_sec = at_ms / STAMP_SECOND_MS;
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void must_say(struct reader *reader, const char *time)
{
	char stamp[STAMP_TEXT_SIZE];
	struct mail_event event;

	assert_true(reader_next(reader, &event));
	stamp_rfc3339(event.at_ms, stamp);
	assert_string_equal(stamp, time);
}

#define LOGIN(stamp)							\
	stamp " mx1 dovecot: imap-login: Login: user=<a>, "		\
	      "method=PLAIN, rip=203.0.113.9\n"

/* Open for weeks, over the new year that syslog does not write. */
static void test_year(void **state)
{
	struct reader reader;
	struct mail_event event;
	struct err err;

	(void)state;
	write_text(path, LOGIN("Dec  1 10:00:00"), "w");
	change("2025-12-01T10:00:00Z");
	assert_int_equal(reader_open(path, SOURCE_FOLLOW, NULL, "auto",
				     &reader, &err), 0);
	must_say(&reader, "2025-12-01T10:00:00.000Z");
	assert_false(reader_next(&reader, &event));
	write_text(path, LOGIN("Dec 31 23:59:59"), "a");
	change("2025-12-31T23:59:59Z");
	assert_true(reader_renew(&reader));
	must_say(&reader, "2025-12-31T23:59:59.000Z");
	assert_false(reader_next(&reader, &event));
	write_text(path, LOGIN("Dec 31 23:59:59") LOGIN("Jan  1 00:00:01"),
		   "a");
	change("2026-01-01T00:00:01Z");
	assert_true(reader_renew(&reader));
	must_say(&reader, "2025-12-31T23:59:59.000Z");
	must_say(&reader, "2026-01-01T00:00:01.000Z");
	assert_false(reader_next(&reader, &event));
	/* Much at once: somebody put an old log there. */
	for (int i = 0; i < 1000; i++)
		write_text(path, LOGIN("Dec 30 10:00:00"), "a");
	for (int i = 0; i < 1000; i++)
		write_text(path, LOGIN("Jan  9 10:00:00"), "a");
	change("2026-01-20T10:00:00Z");
	assert_true(reader_renew(&reader));
	for (int i = 0; i < 1000; i++)
		must_say(&reader, "2025-12-30T10:00:00.000Z");
	for (int i = 0; i < 1000; i++)
		must_say(&reader, "2026-01-09T10:00:00.000Z");
	reader_close(&reader);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, fresh, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(test_grows),	FRESH(test_many_times),
		FRESH(test_renamed),	FRESH(test_emptied),
		FRESH(test_emptied_ahead),
		FRESH(test_replaced),	FRESH(test_not_followed),
		FRESH(test_year),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	log_init(LOG_QUIET);
	return cmocka_run_group_tests_name("renew", tests, NULL, NULL);
}
