/*
 * screen - paragraphs for people at a terminal: broken at its width (80 at
 * most), bold and colours only where a terminal shows them (and NO_COLOR is
 * not set). What comes in may be a stranger's: it is made visible here.
 */
#ifndef DETECTOR_COMMANDS_SCREEN_H
#define DETECTOR_COMMANDS_SCREEN_H

#include "base/text.h"

enum { SCREEN_WIDTH_MAX = 80, SCREEN_WIDTH_MIN = 40, SCREEN_BAR = 10 };

struct screen {
	size_t width;
	bool has_colour;
};

void screen_init(struct screen *screen);

/* A line of its own, bold; an empty line before it. */
void screen_title(const struct screen *screen, const char *words);

/* `words` behind `label`, the lines after the first below the first word. A
 * label as wide as `indent` or wider stands on a line of its own. */
void screen_line(const struct screen *screen, size_t indent,
		 const char *label, const struct text *words);
void screen_linef(const struct screen *screen, size_t indent,
		  const char *label, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* A command line to copy: on one line, or on two with a backslash between. */
void screen_command(const struct screen *screen, const char *begin,
		    const char *options);

/* "  +6.5  [######....]  name": how much of what is possible. */
void screen_bar(const struct screen *screen, double value, double most,
		const char *name);

#endif
