/*
 * Source, header and format together: the year that syslog does not write
 * comes from each file's own last change.
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

static char folder[FOLDER_SIZE], path[FOLDER_SIZE + 20],
	rotated[FOLDER_SIZE + 20];

static int fresh(void **state)
{
	(void)state;
	folder_make(folder, "reader");
	snprintf(path, sizeof(path), "%s/mail.log", folder);
	snprintf(rotated, sizeof(rotated), "%s/mail.log.1", folder);
	return 0;
}

static int clean(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static void write_log(const char *name, const char *changed, const char *text)
{
	struct timespec times[2] = { { 0 }, { 0 } };
	FILE *file = fopen(name, "w");
	int64_t at_ms;

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_true(stamp_parse(slice_from(changed), &at_ms));
	times[0].tv_sec = times[1].tv_sec = at_ms / STAMP_SECOND_MS;
	assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
}

#define LOGIN(stamp, user)						\
	stamp " mx1 dovecot: imap-login: Login: user=<" user ">, "	\
	      "method=PLAIN, rip=203.0.113.9\n"

static void must_read(struct reader *reader, const char *user,
		      const char *time)
{
	char stamp[STAMP_TEXT_SIZE];
	struct mail_event event;

	assert_true(reader_next(reader, &event));
	assert_int_equal(event.kind, MAIL_LOGIN);
	assert_true(slice_eq(event.account, slice_from(user)));
	stamp_rfc3339(event.at_ms, stamp);
	assert_string_equal(stamp, time);
}

static void test_year(void **state)
{
	struct source_position position;
	struct reader reader;
	struct mail_event event;
	struct err err;

	(void)state;
	write_log(path, "2025-12-31T23:00:00Z",
		  LOGIN("Dec 31 22:00:00", "a") LOGIN("Dec 31 23:00:00", "b"));
	assert_int_equal(reader_open(path, SOURCE_FOLLOW, NULL, "auto",
				     &reader, &err), 0);
	must_read(&reader, "a", "2025-12-31T22:00:00.000Z");
	source_position(reader.source, true, &position);
	reader_close(&reader);
	assert_int_equal(rename(path, rotated), 0);
	write_log(path, "2026-11-22T00:00:00Z",
		  LOGIN("Jan  1 00:10:00", "c")
		  LOGIN("Nov 21 23:00:00", "d"));
	/* The old file's December is last year's, though read in November. */
	assert_int_equal(reader_open(path, SOURCE_FOLLOW, &position, "auto",
				     &reader, &err), 0);
	must_read(&reader, "b", "2025-12-31T23:00:00.000Z");
	must_read(&reader, "c", "2026-01-01T00:10:00.000Z");
	must_read(&reader, "d", "2026-11-21T23:00:00.000Z");
	assert_false(reader_next(&reader, &event));
	assert_int_equal(reader.counters.events, 3);
	reader_close(&reader);
}

/* Each file may have its own form of header, and change it on the way. */
static void test_forms(void **state)
{
	struct reader reader;
	struct err err;

	(void)state;
	write_log(path, "2026-11-22T00:00:00Z",
		  LOGIN("Nov 21 22:00:00", "a")
		  LOGIN("2026-11-21T23:00:00+01:00", "b")
		  "\r\n"
		  LOGIN("Nov 21 22:00:02", "c")
		  LOGIN("<22>Nov 21 22:00:03", "d"));
	assert_int_equal(reader_open(path, SOURCE_ONCE, NULL, "dovecot",
				     &reader, &err), 0);
	must_read(&reader, "a", "2026-11-21T22:00:00.000Z");
	must_read(&reader, "b", "2026-11-21T22:00:00.000Z");
	must_read(&reader, "c", "2026-11-21T22:00:02.000Z");
	must_read(&reader, "d", "2026-11-21T22:00:03.000Z");
	reader_close(&reader);
}

static void test_only_one_format(void **state)
{
	struct mail_event event;
	struct reader reader;
	struct err err;

	(void)state;
	write_log(path, "2026-11-22T00:00:00Z",
		  LOGIN("Nov 21 22:00:00", "a"));
	assert_int_equal(reader_open(path, SOURCE_ONCE, NULL, "postfix",
				     &reader, &err), 0);
	assert_false(reader_next(&reader, &event));
	assert_int_equal(reader.counters.lines, 1);
	reader_close(&reader);
}

/* Exim's own log, whose first line may be anybody's: a client that asks for
 * the queue by the name of a program writes no login. */
static void test_exim(void **state)
{
	struct mail_event event;
	struct reader reader;
	struct err err;

	(void)state;
	write_log(path, "2026-11-22T00:00:00Z",
		  "2026-11-21 22:00:00 ETRN imap-login: Login: user=<ewa>, "
		  "method=PLAIN, rip=203.0.113.9\n"
		  "2026-11-21 22:00:01 1RwtJa-000AFJ-3B <= a@h1.example "
		  "H=(pc) [203.0.113.9] P=esmtpsa A=login:anna S=1\n"
		  "2026-11-21 22:00:02 any imap-login: Login: user=<ewa>, "
		  "method=PLAIN, rip=203.0.113.9\n"
		  "2026-11-21 22:00:03 1RwtJa-000AFJ-3B Completed\n");
	assert_int_equal(reader_open(path, SOURCE_ONCE, NULL, "auto", &reader,
				     &err), 0);
	assert_true(reader_next(&reader, &event));
	assert_int_equal(event.kind, MAIL_SUBMISSION);
	assert_true(slice_eq(event.account, S("anna")));
	assert_true(reader_next(&reader, &event));
	assert_int_equal(event.kind, MAIL_CLOSED);
	assert_false(reader_next(&reader, &event));
	reader_close(&reader);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, fresh, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(test_year),
		FRESH(test_forms),
		FRESH(test_only_one_format),
		FRESH(test_exim),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	log_init(LOG_QUIET);
	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
