/*
 * Numbers, times and names as the page writes them.
 */
#include "detector/album/page.h"

#include "base/stamp.h"

#include <stdio.h>

void page_escape(struct text *page, const char *words)
{
	text_add_html(page, slice_from(words));
}

void page_number(struct text *page, uint64_t number)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%llu",
			   (unsigned long long)number);

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			text_add_char(page, ',');
		text_add_char(page, digits[i]);
	}
}

void page_count(struct text *page, uint64_t number, const char *one,
		const char *many)
{
	page_number(page, number);
	text_addf(page, " %s", number == 1 ? one : many);
}

void page_chance(struct text *page, double probability)
{
	double percent = probability * 100;

	if (percent > 99 && percent < 100)
		text_add_string(page, "over 99&#160;%");
	else if (percent < 10)
		text_addf(page, "%.1f&#160;%%", percent);
	else
		text_addf(page, "%.0f&#160;%%", percent);
}

void page_time(struct text *page, int64_t at_ms)
{
	char exact[STAMP_TEXT_SIZE], shown[STAMP_TEXT_SIZE];

	stamp_rfc3339(at_ms, exact);
	stamp_short(at_ms, shown);
	text_addf(page, "<time datetime=\"%s\">%s</time>", exact, shown);
}

void page_time_s(struct text *page, uint32_t at_s)
{
	page_time(page, at_s * (int64_t)STAMP_SECOND_MS);
}

void page_then_s(struct text *page, uint32_t at_s, uint32_t other_s)
{
	enum { DATE = sizeof("2026-11-21 ") - 1 };
	int64_t at_ms = at_s * (int64_t)STAMP_SECOND_MS;
	char exact[STAMP_TEXT_SIZE], shown[STAMP_TEXT_SIZE];
	char other[STAMP_TEXT_SIZE];

	stamp_rfc3339(at_ms, exact);
	stamp_short(at_ms, shown);
	stamp_short(other_s * (int64_t)STAMP_SECOND_MS, other);
	text_addf(page, "<time datetime=\"%s\">%s</time>", exact,
		  strncmp(shown, other, DATE) == 0 ? shown + DATE : shown);
}

void page_signal_name(struct text *page, const char *name)
{
	for (; *name; name++)
		text_add_char(page, *name == '_' ? ' ' : *name);
}

void page_country(struct text *page, uint16_t country)
{
	char code[COUNTRY_TEXT_SIZE];

	if (country == COUNTRY_UNKNOWN) {
		text_add_string(page, "country unknown");
	} else if (country == COUNTRY_LOCAL) {
		text_add_string(page, "own network");
	} else {
		country_text(country, code);
		page_escape(page, code);
	}
}
