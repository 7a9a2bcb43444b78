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
bool header_origin_rfc5424(struct slice rest, struct log_line *line);

/* Where the line before was Exim's own: of one of the same hour and zone no
 * more is read than it takes. */
bool header_read_exim_again(struct header_reader *reader, struct slice line,
			    struct log_line *line_out);

/* A line about which nothing is known yet. */
bool header_read_other(struct header_reader *reader, struct slice line,
		       struct log_line *line_out);

bool header_take_year_first(struct header_reader *reader, struct slice *rest,
			    int64_t *at_ms_out);
bool header_take_local_month(struct header_reader *reader, struct slice *rest,
			     int64_t *at_ms_out);
bool header_take_tai64n(struct header_reader *reader, struct slice *rest,
			int64_t *at_ms_out);
bool header_is_facility(struct slice word);
bool header_is_severity(struct slice word);
void header_skip_message_id(struct slice *text);
bool header_take_unix(struct header_reader *reader, struct slice *rest,
		      int64_t *at_ms_out);
bool header_take_year_between(struct header_reader *reader,
			      struct slice *rest, int64_t *at_ms_out);
bool header_take_weekday(struct header_reader *reader, struct slice *rest,
			 int64_t *at_ms_out);

/* "Jun"; 0 when it is none. */
int header_month(const char *at);

/* " 1 10:00:00": day and clock behind the name of a month and a blank. */
bool header_take_day(struct slice *rest, struct stamp_civil *civil);

/* "2026-05-04T10:00:00" or with a blank; `at` has ISO_SECOND_LEN bytes. */
bool header_read_second(const char *at, struct stamp_civil *civil);

/* The year of a stamp without one; false for a day that no year has had. */
bool header_infer_year(struct header_reader *reader, struct stamp_civil *civil,
		       int64_t *local_ms_out);

/* Is it the month, day and hour in which the year is another than before, as
 * what is later would be after the reference? */
bool header_is_latest_hour(const struct header_reader *reader,
			   const struct stamp_civil *civil);

/* A line that is one JSON object, which begins with its brace. */
bool header_read_object(struct header_reader *reader, struct slice line,
			struct log_line *line_out);

/* A line of any other form. */
bool header_read_line(struct header_reader *reader, struct slice line,
		      struct log_line *line_out);

/* A line that begins with its tag and has its time from elsewhere. */
bool header_read_bare(struct slice rest, int64_t at_ms, struct log_line *line);

enum {
	ISO_DAY_LEN = 10,	/* "2026-05-04" */
	ISO_HOUR_LEN = 14,	/* "2026-05-04T10:" */
	ISO_SECOND_LEN = 19,	/* "2026-05-04T10:00:00" */
	IN_HOUR_LEN = 5		/* "00:00" */
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

/*
 * How much of `rest` is the day and hour of the line before, whose form it
 * would have; 0 when it is another. RFC 3164: where the reference has moved,
 * the year may have.
 */
static inline size_t same_month(const struct header_reader *reader,
				struct slice rest)
{
	size_t len = reader->last_stamp_len;

	return len && rest.len >= len + IN_HOUR_LEN &&
	       reader->latest_for_ms == reader->reference_ms &&
	       memcmp(rest.ptr, reader->last_stamp, len) == 0 ? len : 0;
}

static inline size_t same_iso(const struct header_reader *reader,
			      struct slice rest)
{
	return reader->last_stamp_len && rest.len >= ISO_SECOND_LEN &&
	       memcmp(rest.ptr, reader->last_stamp, ISO_HOUR_LEN) == 0
		       ? ISO_HOUR_LEN : 0;
}

/* Behind an hour that is the same as before (not 0) nothing is left to convert
 * but "00:00" and a fraction. False says that the whole stamp must be read. */
static inline bool take_in_hour(const struct header_reader *reader,
				size_t hour_len, struct slice *rest,
				int64_t *at_ms_out)
{
	const char *at = rest->ptr + hour_len;
	int minute, second;

	if (!hour_len)
		return false;
	minute = two_digits(at);
	second = two_digits(at + 3);
	if (minute < 0 || minute > 59 || second < 0 || second > 60 ||
	    at[2] != ':')
		return false;
	step_over(rest, hour_len + IN_HOUR_LEN);
	*at_ms_out = reader->last_at_ms + minute * STAMP_MINUTE_MS +
		     second * STAMP_SECOND_MS + take_fraction(rest);
	return true;
}

/* Exim's " +0200", which is not the blank before the host. */
static inline bool is_blank_zone(struct slice rest)
{
	return rest.len > 6 && rest.ptr[0] == ' ' && rest.ptr[6] == ' ' &&
	       (rest.ptr[1] == '+' || rest.ptr[1] == '-');
}

/* The zone of the stamp before, which stands behind its hour. */
static inline bool take_last_zone(const struct header_reader *reader,
			   struct slice *rest)
{
	struct slice zone = { reader->last_stamp + ISO_HOUR_LEN,
			      reader->last_stamp_len - ISO_HOUR_LEN };

	if (rest->len <= zone.len || rest->ptr[zone.len] != ' ' ||
	    !slice_starts(*rest, zone) || (!zone.len && is_blank_zone(*rest)))
		return false;
	step_over(rest, zone.len);
	return true;
}

#endif
