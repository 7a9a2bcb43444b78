/*
 * header_inside - what the files of header.h share. Nobody else includes this.
 *
 * The readers of stamps take one from the front of *rest and leave what
 * follows it; false, and *rest in any state, when there is none of their form.
 * What every line passes stands here in full, for the compiler to put into
 * place: it is a third of the time a line takes.
 */
#ifndef DETECTOR_FORMATS_HEADER_INSIDE_H
#define DETECTOR_FORMATS_HEADER_INSIDE_H

#include "detector/formats/header.h"

#include <string.h>

bool header_take_rfc3164(struct header_reader *reader, struct slice *rest,
			 int64_t *at_ms_out);
bool header_take_rfc3339(struct header_reader *reader, struct slice *rest,
			 int64_t *at_ms_out);
bool header_take_rfc5424(struct header_reader *reader, struct slice *rest,
			 int64_t *at_ms_out);
bool header_take_exim(struct header_reader *reader, struct slice *rest,
		      int64_t *at_ms_out);

/* A date with dashes, a clock, a fraction and a zone, whoever wrote them. */
bool header_take_iso(struct header_reader *reader, struct slice *rest,
		     int64_t *at_ms_out);

/* Is a line Exim's whose header_take_iso() went from `stamp` to `rest`? */
bool header_is_exim(const struct header_reader *reader, const char *stamp,
		    struct slice rest);
bool header_origin_exim(struct slice rest, struct log_line *line);
bool header_take_year_first(struct header_reader *reader, struct slice *rest,
			    int64_t *at_ms_out);

enum {
	ISO_DAY_LEN = 10,	/* "2026-05-04" */
	ISO_HOUR_LEN = 14,	/* "2026-05-04T10:" */
	ISO_SECOND_LEN = 19	/* "2026-05-04T10:00:00" */
};

/* The number that two digits are; -1 when they are none. */
static inline int two_digits(const char *at)
{
	unsigned tens = (unsigned char)at[0] - (unsigned)'0';
	unsigned ones = (unsigned char)at[1] - (unsigned)'0';

	return tens > 9 || ones > 9 ? -1 : (int)(tens * 10 + ones);
}

/* slice_after for a length known to be there; every line takes several. */
static inline void step_over(struct slice *rest, size_t len)
{
	rest->ptr += len;
	rest->len -= len;
}

/* Six digits at once, as nearly everybody writes a fraction: in each byte the
 * upper half must be a 3, and stay it when 6 is added. */
static inline bool are_six_digits(const char *at)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint32_t first, last;
	uint64_t all;

	memcpy(&first, at, 4);
	memcpy(&last, at + 2, 4);
	all = (uint64_t)first << 32 | last;
	return ((all & each * 0xf0) | ((all + each * 6) & each * 0xf0) >> 4) ==
	       each * 0x33;
}

/* ".123456" or ",123", if it is there, in whole milliseconds. */
static inline int take_fraction(struct slice *rest)
{
	static const int scales[] = { 0, 100, 10, 1 };
	const char *at = rest->ptr;
	size_t len = rest->len, i = 1;
	int ms = 0;

	if (len < 2 || (at[0] != '.' && at[0] != ',') || !is_digit(at[1]))
		return 0;
	if (len > 7 && are_six_digits(at + 1) && !is_digit(at[7])) {
		step_over(rest, 7);
		return (at[1] - '0') * 100 + (at[2] - '0') * 10 + at[3] - '0';
	}
	for (; i < len && is_digit(at[i]); i++)
		if (i < sizeof(scales) / sizeof(scales[0]))
			ms += (at[i] - '0') * scales[i];
	step_over(rest, i);
	return ms;
}

/* The very stamp of the line before. */
static inline bool is_last_stamp(const struct header_reader *reader,
				 struct slice rest)
{
	size_t len = reader->last_stamp_len;

	return len && rest.len > len && rest.ptr[len] == ' ' &&
	       memcmp(rest.ptr, reader->last_stamp, len) == 0;
}

/* An RFC 3339 stamp of the same hour as the one before, up to its zone:
 * nothing is left to convert but minutes and seconds. False says that the
 * whole stamp must be read. */
static inline bool take_last_hour(const struct header_reader *reader,
				  struct slice *rest, int64_t *at_ms_out)
{
	const char *at = rest->ptr;
	int minute, second;

	if (!reader->last_stamp_len || rest->len < ISO_SECOND_LEN ||
	    memcmp(at, reader->last_stamp, ISO_HOUR_LEN) != 0)
		return false;
	minute = two_digits(at + ISO_HOUR_LEN);
	second = two_digits(at + ISO_SECOND_LEN - 2);
	if (minute < 0 || minute > 59 || second < 0 || second > 60 ||
	    at[ISO_SECOND_LEN - 3] != ':')
		return false;
	step_over(rest, ISO_SECOND_LEN);
	*at_ms_out = reader->last_at_ms + minute * STAMP_MINUTE_MS +
		     second * STAMP_SECOND_MS + take_fraction(rest);
	return true;
}

#endif
