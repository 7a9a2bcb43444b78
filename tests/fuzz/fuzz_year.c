/*
 * The year that stamps do not write. The first bytes say when the file was
 * changed last and how long ago its lines are; each further byte is one line
 * and how long after the one before it was written.
 *
 * No line may be more than a day later than its reference, nor more than a
 * year (29 February: eight) earlier; a reader that remembers must say what a
 * fresh one says; and a log that is in order must come out in order, all of it
 * moved by the same number of years, however many New Years it has.
 */
#include "detector/formats/header.h"
#include "detector/reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MAX = 1500, LINE_SIZE = 48, YEARS_MAX = 8 };

struct written {
	size_t n;
	int64_t at_ms[LINES_MAX];
	uint64_t offset[LINES_MAX];
	char text[LINES_MAX * LINE_SIZE];
	size_t len;
	bool has_leap_day, has_first_day;
};

static struct written log_written;

static void write_line(struct written *log, int64_t at_ms)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct stamp_civil c;

	stamp_split(at_ms, &c);
	log->has_leap_day |= c.month == 2 && c.day == 29;
	log->has_first_day |= c.month == 1 && c.day == 1;
	log->at_ms[log->n] = at_ms;
	log->offset[log->n++] = log->len;
	log->len += (size_t)snprintf(log->text + log->len, LINE_SIZE,
				     "%.3s %2d %02d:%02d:%02d mx x/y[1]: z\n",
				     months + 3 * c.month - 3, c.day, c.hour,
				     c.minute, c.second);
}

/* Minutes to days, now and then a few seconds back. */
static void write_log(struct written *log, int64_t at_ms, const uint8_t *data,
		      size_t size)
{
	log->n = log->len = 0;
	log->has_leap_day = log->has_first_day = false;
	for (size_t i = 0; i < size && log->n < LINES_MAX; i++) {
		write_line(log, at_ms - (data[i] == 255) * 5000);
		at_ms += data[i] < 128 ? data[i] * 1000
				       : (data[i] - 127) * 40 * 60000;
	}
}

static void find(const struct written *log, int64_t changed_ms,
		 struct reference *reference_out)
{
	int fd = memfd_create("log", MFD_CLOEXEC);
	char path[64];

	if (fd < 0 || write(fd, log->text, log->len) != (ssize_t)log->len)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reference_find(reference_out, path, 0, changed_ms);
	close(fd);
}

static int years_between(int64_t from_ms, int64_t to_ms)
{
	struct stamp_civil from, to;

	stamp_split(from_ms, &from);
	stamp_split(to_ms, &to);
	if (from.month != to.month || from.day != to.day ||
	    from.hour != to.hour || from.second != to.second)
		abort();
	return to.year - from.year;
}

static void must_be_near(int64_t at_ms, int64_t reference_ms)
{
	int64_t days = (reference_ms - at_ms) / STAMP_DAY_MS;

	if (at_ms > reference_ms + STAMP_DAY_MS || days > YEARS_MAX * 366)
		abort();
}

static void check(const struct written *log, int64_t changed_ms)
{
	struct reference reference;
	struct header_reader reader = { 0 };
	int years = 0;

	find(log, changed_ms, &reference);
	for (size_t i = 0; i < log->n; i++) {
		struct header_reader fresh = { 0 };
		struct log_line line, again;
		size_t end = i + 1 < log->n ? log->offset[i + 1] : log->len;
		struct slice text = { log->text + log->offset[i],
				      end - log->offset[i] - 1 };

		reader.reference_ms = fresh.reference_ms =
			reference_at(&reference, log->offset[i]);
		if (!header_read(&reader, text, &line) ||
		    !header_read(&fresh, text, &again) ||
		    line.at_ms != again.at_ms)
			abort();
		must_be_near(line.at_ms, reader.reference_ms);
		if (i == 0)
			years = years_between(log->at_ms[0], line.at_ms);
		/* Where a lost clock is possible, or a leap day that is in no
		 * place looked at, nothing is promised. */
		else if (!log->has_leap_day && !log->has_first_day &&
			 years_between(log->at_ms[i], line.at_ms) != years)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t newest_ms = INT64_C(1795348800000);
	int64_t changed_ms, first_ms;

	if (size < 6)
		return 0;
	changed_ms = newest_ms - data[0] * 3 * (int64_t)STAMP_DAY_MS -
		     data[1] * 7 * (int64_t)STAMP_MINUTE_MS;
	first_ms = changed_ms - data[2] * 14 * (int64_t)STAMP_DAY_MS -
		   data[3] * 80 * (int64_t)STAMP_MINUTE_MS -
		   (data[4] % 8) * 365 * (int64_t)STAMP_DAY_MS;
	write_log(&log_written, first_ms, data + 5, size - 5);
	if (log_written.n)
		check(&log_written, changed_ms);
	return 0;
}
