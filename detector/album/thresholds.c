/*
 * What other thresholds would have done: from the highest probability of
 * every account, and the recipients it had reached when it crossed a line for
 * the first time.
 */
#include "detector/album/page.h"
#include "base/svg.h"
#include "detector/judge.h"

#include "base/must.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CURVE_Y = 20, CURVE_HEIGHT = 180, CURVE_COLUMNS = 160 };

/* The curve goes from one percent to 99. */
static const double CURVE_FROM = 0.01, CURVE_TO = 0.99;

static bool is_block_line(double odds)
{
	return judge_settings.block < 1 &&
	       fabs(odds - album_odds(judge_settings.block)) < 1e-9;
}

static void add_row(struct text *page, const struct album *album, size_t line)
{
	const struct suspects *suspects = &album->suspects;
	uint64_t accounts = 0, before = 0, whole = 0;
	bool is_used = is_block_line(album->lines[line]);

	for (size_t i = 0; i < suspects->n_slots; i++) {
		const struct suspect *suspect = suspects->slots[i];

		if (!suspect || !(suspect->crossed & 1U << line))
			continue;
		accounts++;
		before += suspect->before[line];
		whole += suspect->whole[line];
	}
	text_addf(page, "<tr%s><th scope=\"row\">%.4g&#160;%%%s</th>",
		  is_used ? " class=\"used\"" : "",
		  100 * album_probability(album->lines[line]),
		  is_used ? " (in use)" : "");
	text_addf(page, "<td class=\"n\">%s", album->lines[line] <
		  album->suspects.floor ? "at least " : "");
	page_number(page, accounts);
	text_add_string(page, "</td><td class=\"n\">");
	page_number(page, before);
	text_add_string(page, "</td><td class=\"n\">");
	page_number(page, whole - before);
	text_add_string(page, "</td></tr>\n");
}

static void add_table(struct text *page, const struct album *album)
{
	text_add_string(page, "<div class=\"scroll\" tabindex=\"0\" "
		"role=\"region\" aria-label=\"Other thresholds\">\n<table>\n"
		"<caption>Accounts stopped; recipients of these that were "
		"let out before the stop, and of the rest of the incident, "
		"kept from going out.</caption>\n"
		"<thead><tr><th scope=\"col\">Stop from</th>"
		"<th scope=\"col\" class=\"n\">Accounts</th>"
		"<th scope=\"col\" class=\"n\">Let out</th>"
		"<th scope=\"col\" class=\"n\">Kept</th>"
		"</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < album->n_lines; i++)
		add_row(page, album, i);
	text_add_string(page, "</tbody></table></div>\n");
}

static int rising(const void *a, const void *b)
{
	float left = *(const float *)a, right = *(const float *)b;

	return (left > right) - (left < right);
}

/* The highest score of every account, rising. The caller frees. */
static float *heights_of(const struct suspects *suspects, size_t *n_out)
{
	float *heights = must(calloc(suspects->n + 1, sizeof(*heights)));

	*n_out = 0;
	for (size_t i = 0; i < suspects->n_slots; i++)
		if (suspects->slots[i])
			heights[(*n_out)++] = suspects->slots[i]->highest;
	qsort(heights, *n_out, sizeof(*heights), rising);
	return heights;
}

static size_t stopped_at(const float *heights, size_t n, double odds)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (heights[middle] >= odds)
			high = middle;
		else
			low = middle + 1;
	}
	return n - low;
}

static double share_of(double odds)
{
	double from = album_odds(CURVE_FROM), to = album_odds(CURVE_TO);

	return (odds - from) / (to - from);
}

static void add_ticks(struct text *page)
{
	static const double ticks[] = { 0.01, 0.1, 0.5, 0.9, 0.99 };

	for (size_t i = 0; i < sizeof(ticks) / sizeof(*ticks); i++) {
		double share = share_of(album_odds(ticks[i]));

		svg_upright(page, share, CURVE_Y + CURVE_HEIGHT, 4, "tick");
		text_addf(page, "<text class=\"time\" x=\"%.2f%%\" y=\"%d\">"
			  "%.0f&#160;%%</text>\n", share * 100,
			  CURVE_Y + CURVE_HEIGHT + 18, ticks[i] * 100);
	}
}

static void add_path(struct text *page, const struct strip *strip,
		     const float *heights, size_t n)
{
	double from = album_odds(CURVE_FROM), to = album_odds(CURVE_TO);

	svg_shapes_begin(page, strip, CURVE_COLUMNS);
	text_add_string(page, "<path class=\"curve\" d=\"");
	for (int i = 0; i <= CURVE_COLUMNS; i++) {
		double odds = from + (to - from) * i / CURVE_COLUMNS;
		double y = svg_y(strip,
				 (double)stopped_at(heights, n, odds));

		text_addf(page, i ? "H%dV%.1f" : "M%d %.1f", i * 10, y);
	}
	text_add_string(page, "\"/>\n");
	svg_shapes_end(page);
}

static void add_curve(struct text *page, const struct suspects *suspects)
{
	size_t n;
	float *heights = heights_of(suspects, &n);
	struct strip strip = {
		CURVE_Y, CURVE_HEIGHT,
		scale_of((double)stopped_at(heights, n,
					    album_odds(CURVE_FROM)), 5)
	};
	double share = judge_settings.block < 1
			       ? share_of(album_odds(judge_settings.block))
			       : 1;

	text_addf(page, "<svg class=\"drawing\" role=\"img\" height=\"%d\" "
		  "aria-labelledby=\"ct ce\">\n<title id=\"ct\">Accounts "
		  "stopped, by threshold</title>\n<desc id=\"ce\">Falls from "
		  "%zu accounts at one percent to %zu at 99 percent; at the "
		  "threshold in use it is %zu.</desc>\n",
		  CURVE_Y + CURVE_HEIGHT + 40,
		  stopped_at(heights, n, album_odds(CURVE_FROM)),
		  stopped_at(heights, n, album_odds(CURVE_TO)),
		  judge_settings.block < 1
			  ? stopped_at(heights, n,
				       album_odds(judge_settings.block)) : 0);
	text_addf(page, "<text class=\"strip\" y=\"%d\">Accounts stopped"
		  "</text>\n", CURVE_Y - 8);
	svg_grid(page, &strip);
	add_path(page, &strip, heights, n);
	add_ticks(page);
	if (share > 0 && share < 1) {
		svg_upright(page, share, CURVE_Y, CURVE_HEIGHT, "stopped");
		svg_label(page, share, CURVE_Y + 14, "halo", "in use");
	}
	text_addf(page, "<text class=\"time\" x=\"50%%\" y=\"%d\">stop from "
		  "this probability</text>\n</svg>\n",
		  CURVE_Y + CURVE_HEIGHT + 36);
	free(heights);
}

void page_thresholds(struct text *page, const struct album *album)
{
	const struct suspects *suspects = &album->suspects;

	text_add_string(page, "<h2 id=\"thresholds\">What other thresholds "
		"would have done</h2>\n<p>Counted from the highest "
		"probability of every account, and from the recipients of "
		"its incident when it first reached the threshold. A lower "
		"one stops thieves earlier and wrongs more owners.</p>\n");
	add_table(page, album);
	if (suspects->forgotten) {
		text_add_string(page, "<p><strong>There were too many "
				"accounts with an incident to remember: ");
		page_number(page, suspects->forgotten);
		text_add_string(page, " of the least suspicious were "
				"forgotten, so below ");
		page_chance(page, album_probability(suspects->floor));
		text_add_string(page, " there were more than is shown."
				"</strong></p>\n");
	}
	add_curve(page, suspects);
}
