/*
 * Whole files whose stamps have no year: the lines must come out in the order
 * in which they stand, and the last of them where the file's last change says.
 */
#include "detector/formats/header.h"
#include "detector/reference.h"
#include "tests/support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int64_t at(const char *stamp)
{
	int64_t at_ms = 0;

	assert_true(stamp_parse(slice_from(stamp), &at_ms));
	return at_ms;
}

/* A log in memory, which a path leads to. */
struct log {
	int fd;
	char path[64];
};

static struct log new_log(void)
{
	struct log log = { .fd = memfd_create("log", MFD_CLOEXEC) };

	assert_true(log.fd >= 0);
	snprintf(log.path, sizeof(log.path), "/proc/self/fd/%d", log.fd);
	return log;
}

static void add_line(const struct log *log, int64_t at_ms)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct stamp_civil c;

	stamp_split(at_ms, &c);
	dprintf(log->fd, "%.3s %2d %02d:%02d:%02d mx postfix/smtpd[81]: "
		"connect from unknown[192.0.2.1]\n", months + 3 * c.month - 3,
		c.day, c.hour, c.minute, c.second);
}

struct span {
	const char *first, *last;	/* in truth */
	int64_t step_ms;
};

static void write_log(const struct log *log, const struct span *span)
{
	for (int64_t t = at(span->first); t < at(span->last);
	     t += span->step_ms)
		add_line(log, t);
	add_line(log, at(span->last));
}

/* Every line must be its true time less so many years, as found from an
 * offset on. */
static void assert_log(const struct log *log, const struct span *span,
		       const char *changed, int years)
{
	struct header_reader reader = { 0 };
	struct reference reference;
	struct stat info;
	char *bytes, got[STAMP_TEXT_SIZE], want[STAMP_TEXT_SIZE];
	struct slice rest;
	int64_t t = at(span->first);

	reference_find(&reference, log->path, 0, at(changed));
	assert_int_equal(fstat(log->fd, &info), 0);
	bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE,
		     log->fd, 0);
	assert_true(bytes != MAP_FAILED);
	rest = (struct slice){ bytes, (size_t)info.st_size };
	while (rest.len) {
		struct log_line line;
		struct stamp_civil civil;

		reader.reference_ms = reference_at(
			&reference, (uint64_t)(rest.ptr - bytes));
		assert_true(header_read(&reader, slice_cut(&rest, '\n'),
					&line));
		stamp_split(t < at(span->last) ? t : at(span->last), &civil);
		civil.year += years;
		stamp_rfc3339(stamp_join(&civil), want);
		stamp_rfc3339(line.at_ms, got);
		if (strcmp(got, want) != 0)
			print_error("case: %s to %s, changed %s\n",
				    span->first, span->last, changed);
		assert_string_equal(got, want);
		t += span->step_ms;
	}
	munmap(bytes, (size_t)info.st_size);
}

#define HOURS(n) ((n) * (int64_t)STAMP_HOUR_MS)

static void test_files(void **state)
{
	static const struct {
		struct span span;
		const char *changed;
		int years;	/* how much later than in truth */
	} cases[] = {
		/* As it is where it was written. */
		{ { "2026-06-01T00:00:00Z", "2026-11-20T08:00:00Z", HOURS(5) },
		  "2026-11-20T08:00:00Z", 0 },
		{ { "2025-12-20T00:00:00Z", "2026-01-05T08:00:00Z", HOURS(1) },
		  "2026-01-05T08:00:00Z", 0 },
		{ { "2025-12-31T20:00:00Z", "2026-01-01T08:00:00Z", 1000 },
		  "2026-01-01T08:00:00Z", 0 },
		/* Copied in autumn, from June to January. */
		{ { "2013-06-01T00:00:00Z", "2014-01-20T08:00:00Z", HOURS(5) },
		  "2026-11-27T12:00:00Z", 12 },
		/* One day, copied a year later and the day before it. */
		{ { "2025-11-28T00:00:00Z", "2025-11-28T23:00:00Z", 60000 },
		  "2026-11-27T12:00:00Z", 0 },
		{ { "2025-11-28T00:00:00Z", "2025-12-01T23:00:00Z", 60000 },
		  "2026-11-27T12:00:00Z", 0 },
		/* New Year's day may be the first in days, or all there is. */
		{ { "2025-12-28T12:00:00Z", "2026-01-01T12:00:00Z", HOURS(96) },
		  "2026-01-01T12:00:00Z", 0 },
		{ { "2025-10-28T12:00:00Z", "2026-01-01T12:00:00Z",
		    HOURS(65 * 24) }, "2026-01-01T12:00:00Z", 0 },
		{ { "2013-12-28T12:00:00Z", "2014-01-01T12:00:00Z", HOURS(96) },
		  "2026-11-27T12:00:00Z", 12 },
		{ { "2014-01-01T08:00:00Z", "2014-01-01T12:00:00Z", 1000 },
		  "2026-11-27T12:00:00Z", 12 },
		/* Years in one file, of few lines and of many. */
		{ { "2013-03-01T00:00:00Z", "2015-12-20T08:00:00Z",
		    HOURS(200) }, "2025-12-27T12:00:00Z", 10 },
		{ { "2009-03-01T00:00:00Z", "2011-12-20T08:00:00Z", HOURS(1) },
		  "2011-12-21T12:00:00Z", 0 },
		{ { "2009-03-01T00:00:00Z", "2011-12-20T08:00:00Z", HOURS(1) },
		  "2026-12-21T12:00:00Z", 15 },
		/* A leap day makes all of it older. */
		{ { "2012-01-20T00:00:00Z", "2012-04-05T08:00:00Z", HOURS(5) },
		  "2026-11-27T12:00:00Z", 12 },
		{ { "2011-11-20T00:00:00Z", "2012-04-05T08:00:00Z", HOURS(5) },
		  "2026-01-27T12:00:00Z", 12 },
		{ { "2024-02-20T00:00:00Z", "2024-03-05T08:00:00Z", HOURS(5) },
		  "2024-03-05T08:00:00Z", 0 },
		{ { "2024-02-28T00:00:00Z", "2024-02-29T08:00:00Z", 60000 },
		  "2026-03-05T08:00:00Z", 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct log log = new_log();

		write_log(&log, &cases[i].span);
		assert_log(&log, &cases[i].span, cases[i].changed,
			   cases[i].years);
		close(log.fd);
	}
}

static int64_t only_reference(const struct log *log, uint64_t from,
			      const char *changed)
{
	struct reference reference;

	reference_find(&reference, log->path, from, at(changed));
	assert_int_equal(reference.n, 1);
	return reference_at(&reference, 0);
}

/* What is no plain log without years has its last change. */
static void test_other_files(void **state)
{
	static const char gzip[] = "\x1f\x8b\x08\x00\x00\x5e\xd2\x63 and so on",
			  untold[] = "\x1f\x8b\x08\x00\0\0\0\0 and so on";
	struct log log = new_log();

	(void)state;
	assert_int_equal(only_reference(&log, 0, "2026-11-27T12:00:00Z"),
			 at("2026-11-27T12:00:00Z"));
	dprintf(log.fd, "no stamp\nnor here\n");
	assert_int_equal(only_reference(&log, 0, "2026-11-27T12:00:00Z"),
			 at("2026-11-27T12:00:00Z"));
	assert_int_equal(pwrite(log.fd, gzip, sizeof(gzip), 0), sizeof(gzip));
	assert_int_equal(only_reference(&log, 0, "2026-11-27T12:00:00Z"),
			 INT64_C(0x63d25e00) * STAMP_SECOND_MS);
	assert_int_equal(pwrite(log.fd, untold, sizeof(untold), 0),
			 sizeof(untold));
	assert_int_equal(only_reference(&log, 0, "2026-11-27T12:00:00Z"),
			 at("2026-11-27T12:00:00Z"));
	close(log.fd);
	assert_int_equal(only_reference(&(struct log){ -1, "/nowhere" }, 0,
					"2026-11-27T12:00:00Z"),
			 at("2026-11-27T12:00:00Z"));
}

/* The machine began without a clock, in the middle and at the end. */
static void test_a_lost_clock(void **state)
{
	struct log log = new_log();
	int64_t day = at("2026-05-01T00:00:00Z");

	(void)state;
	for (int i = 0; i < 4000; i++) {
		add_line(&log, day + i * 60000);
		if (i > 1000)
			add_line(&log, at("1970-01-01T00:00:20Z") + i * 10);
	}
	assert_int_equal(only_reference(&log, 0, "2026-05-04T00:00:00Z"),
			 day + 3999 * 60000);
	close(log.fd);
}

/* Read on from where the last run was: only what is new counts. */
static void test_from_an_offset(void **state)
{
	struct log log = new_log();
	off_t from;

	(void)state;
	add_line(&log, at("2026-12-31T23:00:00Z"));
	from = lseek(log.fd, 0, SEEK_CUR);
	assert_int_equal(only_reference(&log, (uint64_t)from,
					"2027-01-01T12:00:00Z"),
			 at("2027-01-01T12:00:00Z"));
	add_line(&log, at("2027-01-02T01:00:00Z"));
	assert_int_equal(only_reference(&log, (uint64_t)from,
					"2027-01-02T01:00:00Z"),
			 at("2027-01-02T01:00:00Z"));
	close(log.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_other_files),
		cmocka_unit_test(test_a_lost_clock),
		cmocka_unit_test(test_from_an_offset),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
