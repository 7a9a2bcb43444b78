#include "base/stamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Days since 1970-01-01; H. Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms", days_from_civil. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
	int64_t era, doy, yoe;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	yoe = year - era * 400;
	doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* The same source, civil_from_days. */
static void civil_from_days(int64_t days, struct stamp_civil *civil)
{
	int64_t era, doe, yoe, doy, mp;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	civil->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	civil->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	civil->year = (int)(yoe + era * 400 + (civil->month <= 2));
}

int64_t stamp_join(const struct stamp_civil *c)
{
	int64_t days = days_from_civil(c->year, c->month, c->day);

	return ((days * 24 + c->hour) * 60 + c->minute) * STAMP_MINUTE_MS +
	       c->second * (int64_t)STAMP_SECOND_MS + c->ms;
}

void stamp_split(int64_t at_ms, struct stamp_civil *out)
{
	int64_t days = at_ms / STAMP_DAY_MS;
	int64_t rest = at_ms % STAMP_DAY_MS;

	if (rest < 0) {
		rest += STAMP_DAY_MS;
		days--;
	}
	civil_from_days(days, out);
	out->hour = (int)(rest / STAMP_HOUR_MS);
	out->minute = (int)(rest / STAMP_MINUTE_MS % 60);
	out->second = (int)(rest / STAMP_SECOND_MS % 60);
	out->ms = (int)(rest % STAMP_SECOND_MS);
	out->weekday = (int)(((days + 4) % 7 + 7) % 7);
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

bool stamp_is_valid(const struct stamp_civil *c)
{
	return c->year >= 1970 && c->year <= 9999 && c->month >= 1 &&
	       c->month <= 12 && c->day >= 1 &&
	       c->day <= days_in_month(c->year, c->month) && c->hour >= 0 &&
	       c->hour <= 23 && c->minute >= 0 && c->minute <= 59 &&
	       c->second >= 0 && c->second <= 60;
}

void stamp_rfc3339(int64_t at_ms, char text_out[STAMP_TEXT_SIZE])
{
	struct stamp_civil c;

	stamp_split(at_ms, &c);
	snprintf(text_out, STAMP_TEXT_SIZE,
		 "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year % 10000,
		 c.month, c.day, c.hour, c.minute, c.second, c.ms);
}

void stamp_short(int64_t at_ms, char text_out[STAMP_TEXT_SIZE])
{
	struct stamp_civil c;

	stamp_split(at_ms + stamp_zone_offset_ms(at_ms), &c);
	snprintf(text_out, STAMP_TEXT_SIZE, "%04d-%02d-%02d %02d:%02d",
		 c.year % 10000, c.month, c.day, c.hour, c.minute);
}

void stamp_local(int64_t at_ms, char text_out[STAMP_TEXT_SIZE])
{
	int64_t offset_ms = stamp_zone_offset_ms(at_ms);
	int minutes = (int)(offset_ms / STAMP_MINUTE_MS) % (24 * 60);
	struct stamp_civil c;

	stamp_split(at_ms + offset_ms, &c);
	snprintf(text_out, STAMP_TEXT_SIZE,
		 "%04d-%02d-%02d %02d:%02d:%02d%c%02d:%02d", c.year % 10000,
		 c.month, c.day, c.hour, c.minute, c.second,
		 minutes < 0 ? '-' : '+', abs(minutes) / 60,
		 abs(minutes) % 60);
}

/* `count` digits at the start of *rest. */
static bool digits(struct slice *rest, size_t count, int *out)
{
	int number = 0;

	if (rest->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		char c = rest->ptr[i];

		if (c < '0' || c > '9')
			return false;
		number = number * 10 + (c - '0');
	}
	*rest = slice_after(*rest, count);
	*out = number;
	return true;
}

static bool fraction(struct slice *rest, int *ms_out)
{
	int ms = 0, scale = 100, digit;

	if (!slice_skip(rest, S(".")))
		return true;
	if (!digits(rest, 1, &digit))
		return false;
	do {
		ms += digit * scale;
		scale /= 10;
	} while (digits(rest, 1, &digit));
	*ms_out = ms;
	return true;
}

static bool offset(struct slice *rest, int64_t *offset_ms_out)
{
	int hours, minutes, sign;

	if (slice_skip(rest, S("Z")) || slice_skip(rest, S("z"))) {
		*offset_ms_out = 0;
		return true;
	}
	sign = slice_skip(rest, S("+")) ? 1 : slice_skip(rest, S("-")) ? -1 : 0;
	if (!sign || !digits(rest, 2, &hours) || !slice_skip(rest, S(":")) ||
	    !digits(rest, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*offset_ms_out = sign * (hours * (int64_t)STAMP_HOUR_MS +
				 minutes * (int64_t)STAMP_MINUTE_MS);
	return true;
}

bool stamp_parse(struct slice text, int64_t *at_ms_out)
{
	struct stamp_civil c = { 0 };
	int64_t offset_ms = 0;

	if (!digits(&text, 4, &c.year) || !slice_skip(&text, S("-")) ||
	    !digits(&text, 2, &c.month) || !slice_skip(&text, S("-")) ||
	    !digits(&text, 2, &c.day) ||
	    !(slice_skip(&text, S("T")) || slice_skip(&text, S("t")) ||
	      slice_skip(&text, S(" "))) ||
	    !digits(&text, 2, &c.hour) || !slice_skip(&text, S(":")) ||
	    !digits(&text, 2, &c.minute) || !slice_skip(&text, S(":")) ||
	    !digits(&text, 2, &c.second) || !fraction(&text, &c.ms) ||
	    !offset(&text, &offset_ms) || text.len > 0 || !stamp_is_valid(&c))
		return false;
	*at_ms_out = stamp_join(&c) - offset_ms;
	return true;
}

int64_t stamp_zone_offset_ms(int64_t at_ms)
{
	time_t seconds = (time_t)(at_ms / STAMP_SECOND_MS);
	struct tm local;

	if (!localtime_r(&seconds, &local))
		return 0;
	return local.tm_gmtoff * (int64_t)STAMP_SECOND_MS;
}

int64_t stamp_zone_to_utc(struct stamp_zone *zone, int64_t local_ms)
{
	int64_t hour = local_ms / STAMP_HOUR_MS;
	int64_t offset_ms;

	if (zone->known && zone->hour == hour)
		return local_ms - zone->offset_ms;
	/* The offset of the day before wins if it holds at that moment, which
	 * chooses the first of a doubled hour. */
	offset_ms = stamp_zone_offset_ms(local_ms - STAMP_DAY_MS);
	offset_ms = stamp_zone_offset_ms(local_ms - offset_ms);
	zone->hour = hour;
	zone->offset_ms = offset_ms;
	zone->known = true;
	return local_ms - offset_ms;
}
