/*
 * An incident drawn by the server: the day's recipients by hour, stacked by
 * country; and what each signal said. Each drawing has words and a table for
 * who cannot see it.
 *
 * The data is the verdict's JSON as it was stored: it is bounded here, and
 * what cannot be read is left out.
 */
#include "detector/http/support.h"

#include "base/stamp.h"
#include "base/svg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
	HOURS = 24,
	ITEMS_MAX = 24 * 64,
	COUNTRIES_MAX = 48,
	BANDS = 6,		/* countries told apart; the last: the rest */
	REST = BANDS - 1,
	DAY_Y = 24, DAY_HEIGHT = 140, DAY_AXIS = 24,
	TICK_HOURS = 6,
	SIGNALS_MAX = 24, ROW_HEIGHT = 36, BAR_Y = 18, BAR_HEIGHT = 12
};

struct counted {
	char code[4];		/* "" for several or others */
	uint64_t recipients[HOURS], messages[HOURS];
	uint64_t all;		/* recipients */
};

struct day {
	int64_t first_ms;	/* the first hour drawn */
	struct counted countries[COUNTRIES_MAX];
	size_t n;		/* the most first, the rest last */
	uint64_t highest;	/* recipients of an hour */
	uint64_t recipients, messages;
};

static int64_t last_hour(const struct json *list)
{
	int64_t last_ms = 0, at_ms;

	for (size_t i = 0; i < json_length(list) && i < ITEMS_MAX; i++)
		if (stamp_parse(json_get_text(json_at(list, i), "hour"),
				&at_ms) &&
		    at_ms > last_ms)
			last_ms = at_ms;
	return last_ms / STAMP_HOUR_MS * STAMP_HOUR_MS;
}

/* The row of a country; of the rest when there are too many. */
static struct counted *row_of(struct day *day, struct slice code)
{
	for (size_t i = 0; i < day->n; i++)
		if (slice_eq(slice_from(day->countries[i].code), code))
			return &day->countries[i];
	if (day->n == COUNTRIES_MAX || code.len > 2)
		return row_of(day, S(""));
	slice_copy(code, day->countries[day->n].code, 4);
	return &day->countries[day->n++];
}

static uint64_t count_of(const struct json *one, const char *key)
{
	int64_t n = json_get_integer(one, key, 0);

	return n > 0 && n < INT32_MAX ? (uint64_t)n : 0;
}

static void add_one(struct day *day, const struct json *one)
{
	struct counted *row;
	int64_t at_ms, hour;

	if (!stamp_parse(json_get_text(one, "hour"), &at_ms) ||
	    at_ms < day->first_ms)
		return;
	hour = (at_ms - day->first_ms) / STAMP_HOUR_MS;
	if (hour >= HOURS)
		return;
	row = row_of(day, json_get_text(one, "country"));
	row->recipients[hour] += count_of(one, "recipients");
	row->messages[hour] += count_of(one, "messages");
	row->all += count_of(one, "recipients");
	day->recipients += count_of(one, "recipients");
	day->messages += count_of(one, "messages");
}

static bool comes_before(const struct counted *a, const struct counted *b)
{
	if (!a->code[0] || !b->code[0])
		return a->code[0] && !b->code[0];
	return a->all > b->all;
}

static void sort(struct day *day)
{
	for (size_t i = 1; i < day->n; i++) {
		struct counted one = day->countries[i];
		size_t at = i;

		for (; at > 0 && comes_before(&one, &day->countries[at - 1]);
		     at--)
			day->countries[at] = day->countries[at - 1];
		day->countries[at] = one;
	}
}

static void read_day(const struct json *list, struct day *day)
{
	memset(day, 0, sizeof(*day));
	/* The rest has a place in any case. */
	day->n = 1;
	day->first_ms = last_hour(list) - (HOURS - 1) * (int64_t)STAMP_HOUR_MS;
	for (size_t i = 0; i < json_length(list) && i < ITEMS_MAX; i++)
		add_one(day, json_at(list, i));
	sort(day);
	for (size_t hour = 0; hour < HOURS; hour++) {
		uint64_t sum = 0;

		for (size_t i = 0; i < day->n; i++)
			sum += day->countries[i].recipients[hour];
		if (sum > day->highest)
			day->highest = sum;
	}
}

static size_t band_of(const struct day *day, size_t row)
{
	return row >= REST || !day->countries[row].code[0] ? REST : row;
}

static uint64_t band_value(const struct day *day, size_t band, size_t hour)
{
	uint64_t sum = 0;

	for (size_t row = 0; row < day->n; row++)
		if (band_of(day, row) == band)
			sum += day->countries[row].recipients[hour];
	return sum;
}

static uint64_t band_sum(const struct day *day, size_t band)
{
	uint64_t sum = 0;

	for (size_t hour = 0; hour < HOURS; hour++)
		sum += band_value(day, band, hour);
	return sum;
}

static void put_band(struct visit *visit, const struct day *day,
		     const struct strip *strip, size_t band)
{
	put(visit, "<path");
	svg_look(visit->out, band);
	put(visit, " d=\"");
	for (size_t hour = 0; hour < HOURS; hour++) {
		uint64_t value = band_value(day, band, hour), below = 0;

		if (!value)
			continue;
		for (size_t other = 0; other < band; other++)
			below += band_value(day, other, hour);
		putf(visit, "M%zu.5 %.1fh9V%.1fh-9z", hour * 10,
		     svg_y(strip, (double)(below + value)),
		     svg_y(strip, (double)below));
	}
	put(visit, "\"/>\n");
}

/* "08:00" here, of a column. */
static void hour_text(const struct day *day, size_t hour, char out[8])
{
	int64_t at_ms = day->first_ms + (int64_t)hour * STAMP_HOUR_MS;
	char stamp[STAMP_TEXT_SIZE];

	stamp_short(at_ms, stamp);
	snprintf(out, 8, "%.5s", stamp + sizeof("2026-11-15 ") - 1);
}

static void put_axis(struct visit *visit, const struct day *day)
{
	for (size_t hour = 0; hour < HOURS; hour++) {
		char words[8];

		hour_text(day, hour, words);
		if (((words[0] - '0') * 10 + words[1] - '0') % TICK_HOURS)
			continue;
		svg_upright(visit->out, (double)hour / HOURS,
			    DAY_Y + DAY_HEIGHT, 5, "tick");
		putf(visit, "<text class=\"time\" x=\"%.2f%%\" y=\"%d\">%s"
		     "</text>\n", 100.0 * (double)hour / HOURS,
		     DAY_Y + DAY_HEIGHT + 18, words);
	}
}

static void put_names(struct visit *visit, const char *id, const char *title,
		      const char *words)
{
	putf(visit, "<title id=\"%s-name\">", id);
	put_word(visit, title);
	putf(visit, "</title>\n<desc id=\"%s-words\">", id);
	put_word(visit, words);
	put(visit, "</desc>\n");
}

static void put_svg(struct visit *visit, const char *id, int height)
{
	putf(visit, "<svg class=\"drawing %s\" role=\"img\" height=\"%d\""
	     " aria-labelledby=\"%s-name %s-words\">\n", id, height, id, id);
}

static void put_band_name(struct visit *visit, const struct day *day,
			  size_t band)
{
	if (band == REST)
		put_word(visit, "day.others");
	else
		put_country(visit, slice_from(day->countries[band].code));
}

static void put_legend(struct visit *visit, const struct day *day)
{
	put(visit, "<ul class=\"legend\">\n");
	for (size_t band = 0; band < BANDS; band++) {
		uint64_t sum = band_sum(day, band);

		if (!sum)
			continue;
		put(visit, "<li>");
		svg_swatch(visit->out, band);
		put_band_name(visit, day, band);
		putf(visit, ": %llu</li>\n", (unsigned long long)sum);
	}
	put(visit, "</ul>\n");
}

static void put_hour(struct visit *visit, const struct day *day, size_t hour)
{
	uint64_t recipients = 0, messages = 0;
	const char *between = "";

	for (size_t row = 0; row < day->n; row++) {
		recipients += day->countries[row].recipients[hour];
		messages += day->countries[row].messages[hour];
	}
	if (!recipients && !messages)
		return;
	put(visit, "<tr><th scope=\"row\">");
	put_time(visit, day->first_ms + (int64_t)hour * STAMP_HOUR_MS);
	put(visit, "</th>");
	put_cell(visit, "column.messages");
	putf(visit, "%llu</td>", (unsigned long long)messages);
	put_cell(visit, "column.recipients");
	putf(visit, "%llu</td>", (unsigned long long)recipients);
	put_cell(visit, "column.countries");
	for (size_t row = 0; row < day->n; row++) {
		const struct counted *country = &day->countries[row];

		if (!country->recipients[hour] && !country->messages[hour])
			continue;
		put(visit, between);
		between = ", ";
		if (country->code[0])
			put_country(visit, slice_from(country->code));
		else
			put_word(visit, "day.others");
		putf(visit, " %llu",
		     (unsigned long long)country->recipients[hour]);
	}
	put(visit, "</td></tr>\n");
}

static void put_hours(struct visit *visit, const struct day *day)
{
	static const char *const columns[] = { "column.hour",
		"column.messages", "column.recipients", "column.countries",
		NULL };

	put(visit, "<details>\n<summary>");
	put_word(visit, "as_table");
	put(visit, "</summary>\n");
	put_table(visit, "day.caption", columns);
	for (size_t hour = 0; hour < HOURS; hour++)
		put_hour(visit, day, hour);
	put_table_end(visit);
	put(visit, "</details>\n");
}

void draw_day(struct visit *visit, const struct json *submissions)
{
	static struct day day;	/* 20 kB; one thread */
	struct strip strip = { .y = DAY_Y, .height = DAY_HEIGHT };

	read_day(submissions, &day);
	if (!day.highest) {
		put(visit, "<p class=\"aside\">");
		put_word(visit, "day.none");
		put(visit, "</p>\n");
		return;
	}
	strip.scale = scale_of((double)day.highest, 4);
	svg_patterns(visit->out);
	put_svg(visit, "day", DAY_Y + DAY_HEIGHT + DAY_AXIS);
	put_names(visit, "day", "day.name", "day.words");
	put(visit, "<text class=\"strip\" y=\"12\">");
	put_word(visit, "column.recipients");
	put(visit, "</text>\n");
	svg_grid(visit->out, &strip);
	svg_shapes_begin(visit->out, &strip, HOURS);
	for (size_t band = 0; band < BANDS; band++)
		if (band_sum(&day, band))
			put_band(visit, &day, &strip, band);
	svg_shapes_end(visit->out);
	put_axis(visit, &day);
	put(visit, "</svg>\n");
	put_legend(visit, &day);
	put_hours(visit, &day);
}

/* --- evidence by signal --- */

struct spoken {
	struct slice signal, text;
	double nats;
};

struct speech {
	struct spoken all[SIGNALS_MAX];
	size_t n;
	double least, most;	/* of the nats; least is 0 or below */
};

static void hear(const struct json *evidence, struct speech *out)
{
	memset(out, 0, sizeof(*out));
	out->most = 1;
	for (size_t i = 0; i < json_length(evidence) && out->n < SIGNALS_MAX;
	     i++) {
		const struct json *one = json_at(evidence, i);
		double nats = json_get_real(one, "nats", NAN);
		struct slice signal = json_get_text(one, "signal");

		if (signal.len == 0 || signal.len > 40 || !isfinite(nats) ||
		    fabs(nats) > 1e6)
			continue;
		out->all[out->n++] = (struct spoken){
			signal, json_get_text(one, "text"), nats
		};
		out->least = fmin(out->least, nats);
		out->most = fmax(out->most, nats);
	}
}

/* "support.signal.volume", "reason.volume"; what has no word keeps its name. */
static const char *word_of(const struct visit *visit, const char *list,
			   struct slice signal, char room[80])
{
	const struct languages *languages =
		visit->exchange->context->languages;
	size_t used = strlen(list);

	snprintf(room, 80, "%s%.*s", list, (int)signal.len, signal.ptr);
	return languages_word(languages, visit->language, room,
			      languages_word(languages, "en", room,
					     room + used));
}

static void put_bar(struct visit *visit, const struct speech *speech,
		    size_t row)
{
	const struct spoken *one = &speech->all[row];
	double width = speech->most - speech->least;
	double from = (fmin(one->nats, 0) - speech->least) / width;
	int y = (int)row * ROW_HEIGHT;
	char room[80];

	putf(visit, "<text y=\"%d\"><tspan class=\"amount\">%+.1f</tspan> ",
	     y + 12, one->nats);
	put_string(visit, word_of(visit, "support.signal.", one->signal,
				  room));
	putf(visit, "</text>\n<rect class=\"%s\" x=\"%.2f%%\" y=\"%d\""
	     " width=\"%.2f%%\" height=\"%d\"/>\n",
	     one->nats > 0 ? "against" : "in-favour", from * 100, y + BAR_Y,
	     fabs(one->nats) / width * 100, BAR_HEIGHT);
	svg_upright(visit->out, -speech->least / width, y + BAR_Y - 2,
		    BAR_HEIGHT + 4, "tick");
}

static void put_signals(struct visit *visit, const struct speech *speech)
{
	static const char *const columns[] = { "column.evidence",
		"column.detail", "column.nats", NULL };

	put_table(visit, "evidence.caption", columns);
	for (size_t i = 0; i < speech->n; i++) {
		const struct spoken *one = &speech->all[i];
		char room[80];

		put(visit, "<tr><th scope=\"row\">");
		put_string(visit, word_of(visit, "reason.", one->signal,
					  room));
		put(visit, "</th>");
		put_cell(visit, "column.detail");
		put_strange(visit, one->text);
		put(visit, "</td>");
		put_cell(visit, "column.nats");
		putf(visit, "%+.1f</td></tr>\n", one->nats);
	}
	put_table_end(visit);
}

void draw_evidence(struct visit *visit, const struct json *evidence)
{
	struct speech speech;

	hear(evidence, &speech);
	if (speech.n == 0) {
		put(visit, "<p class=\"aside\">");
		put_word(visit, "evidence.none");
		put(visit, "</p>\n");
		return;
	}
	put_svg(visit, "evidence", (int)speech.n * ROW_HEIGHT);
	put_names(visit, "evidence", "evidence.name", "evidence.words");
	for (size_t i = 0; i < speech.n; i++)
		put_bar(visit, &speech, i);
	put(visit, "</svg>\n");
	put_signals(visit, &speech);
}
