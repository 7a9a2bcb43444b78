#include "base/svg.h"

#include "base/stamp.h"

#include <math.h>
#include <stdio.h>

/* Beyond this share a label ends at its place instead of beginning there. */
static const double TURN = 0.6;

struct scale scale_of(double greatest, int most_steps)
{
	static const double rounds[] = { 1, 2, 5, 10 };
	struct scale scale = { 1, 1 };
	double rough, power;

	if (!(greatest > 0))
		return scale;
	rough = greatest / most_steps;
	power = pow(10, floor(log10(rough)));
	for (size_t i = 0; i < sizeof(rounds) / sizeof(*rounds); i++) {
		scale.step = rounds[i] * power;
		if (scale.step >= rough * (1 - 1e-9))
			break;
	}
	/* Whatever is drawn is counted in whole things or whole nats. */
	if (scale.step < 1)
		scale.step = 1;
	scale.top = ceil(greatest / scale.step - 1e-9) * scale.step;
	return scale;
}

double svg_y(const struct strip *strip, double value)
{
	return strip->height * (1 - value / strip->scale.top);
}

void svg_grid(struct text *page, const struct strip *strip)
{
	double step = strip->scale.step;

	for (int i = 0; i * step <= strip->scale.top + step / 1e6; i++) {
		double y = strip->y + svg_y(strip, i * step);

		text_addf(page, "<line class=\"grid\" x2=\"100%%\" "
			  "y1=\"%.1f\" y2=\"%.1f\"/>"
			  "<text class=\"number\" x=\"-6\" y=\"%.1f\">%.0f"
			  "</text>\n", y, y, y + 4, i * step);
	}
}

void svg_shapes_begin(struct text *page, const struct strip *strip,
		      size_t columns)
{
	text_addf(page, "<svg y=\"%d\" width=\"100%%\" height=\"%d\" "
		  "viewBox=\"0 0 %zu %d\" preserveAspectRatio=\"none\">\n",
		  strip->y, strip->height, columns * 10, strip->height);
}

void svg_shapes_end(struct text *page)
{
	text_add_string(page, "</svg>\n");
}

void svg_label(struct text *page, double share, int y, const char *class,
	       const char *words)
{
	bool turns = share > TURN;

	text_addf(page, "<text class=\"%s%s\" x=\"%.2f%%\" dx=\"%d\" "
		  "y=\"%d\">%s</text>\n", class, turns ? " before" : "",
		  share * 100, turns ? -5 : 5, y, words);
}

void svg_upright(struct text *page, double share, int y, int height,
		 const char *class)
{
	text_addf(page, "<line class=\"%s\" x1=\"%.2f%%\" x2=\"%.2f%%\" "
		  "y1=\"%d\" y2=\"%d\"/>\n", class, share * 100, share * 100,
		  y, y + height);
}

static uint32_t time_step(uint32_t span_s)
{
	static const uint32_t steps[] = {
		15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800,
		21600, 43200, 86400, 172800, 604800, 1209600
	};
	size_t i = 0;

	while (i + 1 < sizeof(steps) / sizeof(*steps) && span_s / steps[i] > 4)
		i++;
	return steps[i];
}

static void tick_text(int64_t local_ms, uint32_t step_s, char *out,
		      size_t size)
{
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
					    "Jun", "Jul", "Aug", "Sep", "Oct",
					    "Nov", "Dec" };
	struct stamp_civil civil;

	stamp_split(local_ms, &civil);
	if (step_s % 86400 == 0 || local_ms % STAMP_DAY_MS == 0)
		snprintf(out, size, "%d %s", civil.day,
			 months[civil.month - 1]);
	else if (step_s < 60)
		snprintf(out, size, "%02d:%02d:%02d", civil.hour,
			 civil.minute, civil.second);
	else
		snprintf(out, size, "%02d:%02d", civil.hour, civil.minute);
}

void svg_time_axis(struct text *page, uint32_t start_s, uint32_t span_s,
		   int y, int height)
{
	int64_t start_ms = start_s * (int64_t)STAMP_SECOND_MS;
	int64_t start = start_s +
			stamp_zone_offset_ms(start_ms) / STAMP_SECOND_MS;
	uint32_t step = time_step(span_s);
	int64_t at = start + (step - start % step) % step;

	for (; at <= start + span_s; at += step) {
		double share = (double)(at - start) / span_s;
		char words[32];

		tick_text(at * STAMP_SECOND_MS, step, words, sizeof(words));
		svg_upright(page, share, y, height, "tick");
		text_addf(page, "<text class=\"time\" x=\"%.2f%%\" "
			  "y=\"%d\">%s</text>\n", share * 100,
			  y + height + 15, words);
	}
}

/* One for each look; six colours, each twice, never with the same marks. */
static const char *const marks[SVG_LOOKS] = {
	"",
	"M0 8L8 0M-2 2L2 -2M6 10L10 6",
	"M2 2h2M6 6h2",
	"M0 0L8 8M-2 6L2 10M6 -2L10 2",
	"M0 4h8",
	"M4 0v8M0 4h8",
	"M4 0v8",
	"M0 2h8M0 6h8",
	"M0 8L8 0M0 0L8 8",
	"M2 0v8M6 0v8",
	"M1 1h2v2h-2z",
	"M0 8L8 0",
};

enum { COLOURS = 6 };

void svg_patterns(struct text *page)
{
	text_add_string(page, "<svg class=\"patterns\" width=\"0\" "
			"height=\"0\" aria-hidden=\"true\"><defs>\n");
	for (size_t i = 0; i < SVG_LOOKS; i++)
		text_addf(page, "<pattern id=\"f%zu\" width=\"8\" "
			  "height=\"8\" patternUnits=\"userSpaceOnUse\">"
			  "<rect width=\"8\" height=\"8\" class=\"c%zu\"/>"
			  "<path class=\"mark\" d=\"%s\"/></pattern>\n", i,
			  i % COLOURS, marks[i]);
	text_add_string(page, "</defs></svg>\n");
}

/* An attribute, since url() in a style sheet of its own could be taken for a
 * part of that file. */
void svg_look(struct text *page, size_t i)
{
	text_addf(page, " class=\"k%zu\" fill=\"url(#f%zu)\"",
		  i % SVG_LOOKS, i % SVG_LOOKS);
}

void svg_swatch(struct text *page, size_t i)
{
	text_add_string(page, "<svg class=\"swatch\" width=\"16\" "
			"height=\"16\" aria-hidden=\"true\"><rect");
	svg_look(page, i);
	text_add_string(page, " width=\"16\" height=\"16\"/></svg>");
}

void svg_style(struct text *css)
{
	text_add_string(css,
		"svg { overflow: visible; }\n"
		"svg.patterns { position: absolute; }\n"
		"svg.drawing { display: block; margin: .75rem 0 0 3.1rem;\n"
		"  width: calc(100% - 3.6rem); font-size: 12px; }\n"
		"svg svg { overflow: hidden; }\n"
		"svg text { fill: var(--ink); }\n"
		"svg text.strip { font-weight: 600; }\n"
		"svg text.number { text-anchor: end; fill: var(--quiet); }\n"
		"svg text.time { text-anchor: middle; fill: var(--quiet); }\n"
		"svg text.before { text-anchor: end; }\n"
		"svg text.halo { font-weight: 600; paint-order: stroke;\n"
		"  stroke: var(--paper); stroke-width: 4px;\n"
		"  stroke-linejoin: round; }\n"
		"line.grid { stroke: var(--rule); }\n"
		"line.tick { stroke: var(--quiet); }\n"
		".swatch { vertical-align: -2px; margin-right: .5rem; }\n"
		".swatch rect { stroke: var(--rule); }\n"
		".mark { stroke: var(--paper); stroke-width: 1.3;\n"
		"  fill: none; }\n");
	for (int i = 0; i < COLOURS; i++)
		text_addf(css, ".c%d { fill: var(--c%d); }\n", i, i);
}
