#include "gen.h"

#include <time.h>

/* Howard Hinnant's days_from_civil; 30 February comes back as March. */
int64_t gen_midnight_us(const char *date)
{
	unsigned year;
	unsigned month;
	unsigned day;
	unsigned civil_month;
	unsigned civil_day;
	int civil_year;
	char rest;
	int64_t days;
	int64_t at_us;

	if (sscanf(date, "%4u-%2u-%2u%c", &year, &month, &day, &rest) != 3 ||
	    year < 1971 || year > 2100 || month < 1 || month > 12 || day < 1 ||
	    day > 31)
		return -1;
	/* The year begins in March here, so that the odd day comes last. */
	year -= month <= 2;
	days = (int64_t)year * 365 + year / 4 - year / 100 + year / 400;
	days += (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	at_us = (days - 719468) * DAY_US;
	gen_civil(at_us, &civil_year, &civil_month, &civil_day);
	return civil_month == month && civil_day == day ? at_us : -1;
}

void gen_civil(int64_t at_us, int *year_out, unsigned *month_out,
	       unsigned *day_out)
{
	time_t at = at_us / SECOND_US;
	struct tm parts;

	gmtime_r(&at, &parts);
	*year_out = parts.tm_year + 1900;
	*month_out = (unsigned)parts.tm_mon + 1;
	*day_out = (unsigned)parts.tm_mday;
}
