/*
 * stamp - points in time as text and back.
 *
 * Times are milliseconds since 1970-01-01T00:00:00Z in an int64_t, without
 * leap seconds, from year 1970 to 9999. Nothing here asks a clock.
 */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include "base/slice.h"

enum {
	STAMP_SECOND_MS = 1000,
	STAMP_MINUTE_MS = 60 * STAMP_SECOND_MS,
	STAMP_HOUR_MS = 60 * STAMP_MINUTE_MS,
	STAMP_DAY_MS = 24 * STAMP_HOUR_MS,
	STAMP_TEXT_SIZE = 32	/* "2026-11-15T08:01:02.123Z" and its NUL */
};

struct stamp_civil {
	int year;		/* 1970 ... 9999 */
	int month, day;		/* from 1 */
	int hour, minute, second;
	int ms;
	int weekday;		/* 0 Sunday ... 6; only filled by stamp_split */
};

/* UTC, proleptic Gregorian calendar. */
int64_t stamp_join(const struct stamp_civil *civil);
void stamp_split(int64_t at_ms, struct stamp_civil *civil_out);

/* Does the day exist and are hours, minutes, seconds in range? Second 60 is
 * taken, as a leap second in a log is no reason to lose its line. */
bool stamp_is_valid(const struct stamp_civil *civil);

/* "2026-11-15T08:01:02.123Z" (RFC 3339, UTC), milliseconds always there. */
void stamp_rfc3339(int64_t at_ms, char text_out[STAMP_TEXT_SIZE]);

/* "2026-11-15 08:01" in the machine's time zone; for people. */
void stamp_short(int64_t at_ms, char text_out[STAMP_TEXT_SIZE]);

/* "2026-11-15 08:01:02+01:00", the machine's time zone as well. */
void stamp_local(int64_t at_ms, char text_out[STAMP_TEXT_SIZE]);

/* Reads what stamp_rfc3339 writes, and any RFC 3339 date-time with fraction
 * and offset. False, *at_ms_out untouched, if `text` is not one. */
bool stamp_parse(struct slice text, int64_t *at_ms_out);

/*
 * stamp_zone - local time, for logs that write no zone. The machine's own
 * (TZ, /etc/localtime) as main() found it. Converting is cached by the hour,
 * as libc is slow and log lines come in order; where an hour exists twice in
 * autumn, the first is taken.
 */
struct stamp_zone {
	int64_t hour;		/* local hours since 1970 of the cache */
	int64_t offset_ms;	/* local minus UTC in that hour */
	bool known;
};

/* Local civil time, given as if it were UTC, to UTC. */
int64_t stamp_zone_to_utc(struct stamp_zone *zone, int64_t local_ms);

/* Local minus UTC at this moment. */
int64_t stamp_zone_offset_ms(int64_t at_ms);

#endif
