/*
 * svg - drawing in a strip that is as wide as the page lets it be, with text
 * that keeps its size.
 *
 * Horizontally everything is a share of the width: shapes stand in an inner
 * <svg> that is stretched, words and lines are placed in percent. Vertically
 * all is in pixels. So a drawing of 300 pixels and one of 900 are equally
 * readable, without a script.
 *
 * How it looks is svg_style(), in the variables that each page sets for day
 * and night: --ink --quiet --paper --rule, and --c0 to --c5 for the series. No
 * attribute `style` is written, so that a strict Content-Security-Policy can
 * forbid them.
 */
#ifndef BASE_SVG_H
#define BASE_SVG_H

#include "base/text.h"

#include <stdint.h>

/* A scale from 0 with round steps. */
struct scale {
	double step;
	double top;		/* end of the strip, >= the greatest value */
};

struct scale scale_of(double greatest, int most_steps);

/* One strip: where it stands and how values become pixels. */
struct strip {
	int y, height;		/* pixels */
	struct scale scale;
};

/* Lines across with their numbers at the left. */
void svg_grid(struct text *page, const struct strip *strip);

/* The inner <svg> for shapes, `columns` times 10 units wide. */
void svg_shapes_begin(struct text *page, const struct strip *strip,
		      size_t columns);
void svg_shapes_end(struct text *page);

/* Pixels below the strip's upper edge. */
double svg_y(const struct strip *strip, double value);

/* Words at `share` (0 to 1) of the width; they turn to the left where they
 * would leave the strip. Only our own words. */
void svg_label(struct text *page, double share, int y, const char *class,
	       const char *words);

/* An upright line from y to y + height. */
void svg_upright(struct text *page, double share, int y, int height,
		 const char *class);

/* Ticks and times under the strips, from `start_s` for `span_s`. Local time
 * of the machine, at most 5. */
void svg_time_axis(struct text *page, uint32_t start_s, uint32_t span_s,
		   int y, int height);

/* Series with a look of their own, a colour and a pattern; others repeat
 * them. */
enum { SVG_LOOKS = 12 };

/* The patterns, once a page. */
void svg_patterns(struct text *page);

/* The attributes that fill a shape like series `i`, with a blank in front. */
void svg_look(struct text *page, size_t i);

/* A small square filled like series `i`, for legends. */
void svg_swatch(struct text *page, size_t i);

/* Rules of CSS for all of these. */
void svg_style(struct text *css);

#endif
