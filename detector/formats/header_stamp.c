/* Stamps of log lines: the reading that the short cuts of header_inside.h could
 * not spare. */
#include "detector/formats/header_inside.h"

/* "HH:MM:SS" into *civil; ranges are checked with the date. */
static bool read_clock(const char *at, struct stamp_civil *civil)
{
	civil->hour = two_digits(at);
	civil->minute = two_digits(at + 3);
	civil->second = two_digits(at + 6);
	return at[2] == ':' && at[5] == ':';
}

int header_month(const char *at)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int month = 0; month < 12; month++)
		if (memcmp(at, names + 3 * month, 3) == 0)
			return month + 1;
	return 0;
}

/* " 1 10:00:00" and its paddings, followed by anything. */
bool header_take_day(struct slice *rest, struct stamp_civil *civil)
{
	size_t i = 0;

	if (rest->len < 10)
		return false;
	if (rest->ptr[i] == ' ')
		i++;
	if (!is_digit(rest->ptr[i]))
		return false;
	civil->day = rest->ptr[i++] - '0';
	if (is_digit(rest->ptr[i]))
		civil->day = civil->day * 10 + (rest->ptr[i++] - '0');
	if (rest->ptr[i++] != ' ' || rest->len < i + 8 ||
	    !read_clock(rest->ptr + i, civil))
		return false;
	step_over(rest, i + 8);
	return true;
}

static bool take_month_stamp(struct slice *rest, struct stamp_civil *civil)
{
	if (rest->len < 14 || rest->ptr[3] != ' ')
		return false;
	civil->month = header_month(rest->ptr);
	if (!civil->month)
		return false;
	step_over(rest, 4);
	return header_take_day(rest, civil);
}

static void keep_month(struct header_reader *reader, struct slice stamp,
		       const struct stamp_civil *civil, int64_t at_ms)
{
	reader->last_stamp_len = 0;
	/* The year may change within this hour. */
	if (header_is_latest_hour(reader, civil))
		return;
	stamp.len -= IN_HOUR_LEN;
	memcpy(reader->last_stamp, stamp.ptr, stamp.len);
	reader->last_stamp_len = stamp.len;
	reader->last_at_ms = at_ms - civil->minute * STAMP_MINUTE_MS -
			     civil->second * STAMP_SECOND_MS;
}

bool header_take_rfc3164(struct header_reader *reader, struct slice *rest,
			 int64_t *at_ms_out)
{
	struct stamp_civil civil = { 0 };
	struct slice stamp = *rest, again = *rest;
	int64_t local_ms;

	if (take_in_hour(reader, same_month(reader, again), &again,
			 at_ms_out)) {
		*rest = again;
		return true;
	}
	if (!take_month_stamp(rest, &civil) ||
	    !header_infer_year(reader, &civil, &local_ms))
		return false;
	*at_ms_out = stamp_zone_to_utc(&reader->zone, local_ms);
	stamp.len -= rest->len;
	keep_month(reader, stamp, &civil, *at_ms_out);
	*at_ms_out += take_fraction(rest);
	return true;
}

bool header_take_year_first(struct header_reader *reader, struct slice *rest,
			    int64_t *at_ms_out)
{
	struct stamp_civil civil = { 0 };

	if (rest->len < 5 || rest->ptr[4] != ' ' ||
	    two_digits(rest->ptr) < 0 || two_digits(rest->ptr + 2) < 0)
		return false;
	civil.year = two_digits(rest->ptr) * 100 + two_digits(rest->ptr + 2);
	step_over(rest, 5);
	if (!take_month_stamp(rest, &civil) || !stamp_is_valid(&civil))
		return false;
	*at_ms_out = stamp_zone_to_utc(&reader->zone, stamp_join(&civil)) +
		     take_fraction(rest);
	return true;
}

/* "Z", "+02:00", "+0200", " +0200" or nothing: how long it is, 0 for
 * nothing. */
static size_t zone_length(struct slice rest, int *minutes_out)
{
	size_t blank = is_blank_zone(rest), colon;
	int hours, minutes;

	rest = slice_after(rest, blank);
	colon = !blank && rest.len > 3 && rest.ptr[3] == ':';

	if (rest.len && (rest.ptr[0] == 'Z' || rest.ptr[0] == 'z')) {
		*minutes_out = 0;
		return 1;
	}
	if (rest.len < 5 + colon || (rest.ptr[0] != '+' && rest.ptr[0] != '-'))
		return 0;
	hours = two_digits(rest.ptr + 1);
	minutes = two_digits(rest.ptr + 3 + colon);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return 0;
	*minutes_out = (hours * 60 + minutes) * (rest.ptr[0] == '-' ? -1 : 1);
	return blank + 5 + colon;
}

bool header_read_second(const char *at, struct stamp_civil *civil)
{
	int century = two_digits(at), year = two_digits(at + 2);

	civil->year = century * 100 + year;
	civil->month = two_digits(at + 5);
	civil->day = two_digits(at + 8);
	return century >= 0 && year >= 0 && at[7] == '-' &&
	       (at[10] == 'T' || at[10] == 't' || at[10] == ' ') &&
	       read_clock(at + 11, civil) && stamp_is_valid(civil);
}

static void keep_hour(struct header_reader *reader, const char *stamp,
		      struct slice zone, const struct stamp_civil *civil,
		      int64_t at_ms)
{
	memcpy(reader->last_stamp, stamp, ISO_HOUR_LEN);
	memcpy(reader->last_stamp + ISO_HOUR_LEN, zone.ptr, zone.len);
	reader->last_stamp_len = ISO_HOUR_LEN + zone.len;
	reader->last_at_ms = at_ms - civil->minute * STAMP_MINUTE_MS -
			     civil->second * STAMP_SECOND_MS;
}

bool header_take_iso(struct header_reader *reader, struct slice *rest,
		     int64_t *at_ms_out)
{
	struct slice again = *rest;
	struct stamp_civil civil = { 0 };
	const char *stamp = rest->ptr;
	int64_t at_ms;
	size_t zone_len;
	int fraction_ms, minutes;

	if (rest->len < ISO_SECOND_LEN || rest->ptr[4] != '-')
		return false;
	if (take_in_hour(reader, same_iso(reader, again), &again, at_ms_out) &&
	    take_last_zone(reader, &again)) {
		*rest = again;
		return true;
	}
	if (!header_read_second(stamp, &civil))
		return false;
	step_over(rest, ISO_SECOND_LEN);
	fraction_ms = take_fraction(rest);
	at_ms = stamp_join(&civil);
	zone_len = zone_length(*rest, &minutes);
	if (zone_len)
		at_ms -= minutes * (int64_t)STAMP_MINUTE_MS;
	else
		at_ms = stamp_zone_to_utc(&reader->zone, at_ms);
	keep_hour(reader, stamp, (struct slice){ rest->ptr, zone_len }, &civil,
		  at_ms);
	step_over(rest, zone_len);
	*at_ms_out = at_ms + fraction_ms;
	return true;
}

bool header_take_rfc3339(struct header_reader *reader, struct slice *rest,
			 int64_t *at_ms_out)
{
	const char *stamp = rest->ptr;

	return header_take_iso(reader, rest, at_ms_out) &&
	       !header_is_exim(reader, stamp, *rest);
}

bool header_take_rfc5424(struct header_reader *reader, struct slice *rest,
			 int64_t *at_ms_out)
{
	return slice_skip(rest, S("1 ")) &&
	       header_take_rfc3339(reader, rest, at_ms_out);
}

