#include "detector/commands/screen.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 16384 };

void screen_init(struct screen *screen)
{
	const char *no_colour = getenv("NO_COLOR");
	struct winsize size;

	screen->width = SCREEN_WIDTH_MAX;
	screen->has_colour = isatty(STDOUT_FILENO) &&
			     !(no_colour && no_colour[0]);
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
	    size.ws_col < SCREEN_WIDTH_MAX)
		screen->width = size.ws_col < SCREEN_WIDTH_MIN
					? SCREEN_WIDTH_MIN
					: size.ws_col;
}

void screen_title(const struct screen *screen, const char *words)
{
	printf("\n%s%s%s\n", screen->has_colour ? "\033[1m" : "", words,
	       screen->has_colour ? "\033[0m" : "");
}

/* Columns of one character. What may be wide counts as wide: a line that is
 * too short is better than one that breaks. */
static size_t columns_of(size_t bytes)
{
	return bytes >= 3 ? 2 : 1;
}

/* How many bytes fit into `width` columns: up to the last blank, or as many as
 * there is room for when a word is longer than the line. */
static size_t take_line(struct slice words, size_t width)
{
	size_t at = 0, columns = 0, blank = 0;

	while (at < words.len) {
		size_t bytes = utf8_character(slice_after(words, at));

		if (bytes == 0)
			bytes = 1;
		columns += columns_of(bytes);
		if (columns > width)
			return blank ? blank : at;
		if (words.ptr[at] == ' ')
			blank = at;
		at += bytes;
	}
	return at;
}

static size_t width_of(struct slice words)
{
	size_t columns = 0;

	while (words.len > 0) {
		size_t bytes = utf8_character(words);

		columns += columns_of(bytes ? bytes : 1);
		words = slice_after(words, bytes ? bytes : 1);
	}
	return columns;
}

void screen_line(const struct screen *screen, size_t indent,
		 const char *label, const struct text *words)
{
	struct text visible = TEXT_INIT(LINE_MAX_BYTES);
	struct slice rest;
	size_t used;

	text_add_visible(&visible, slice_from(label));
	used = width_of(text_slice(&visible));
	printf("%s", text_string(&visible));
	if (used >= indent && used > 0) {
		putchar('\n');
		used = 0;
	}
	text_clear(&visible);
	text_add_visible(&visible, text_slice(words));
	rest = slice_trim(text_slice(&visible));
	do {
		size_t take = take_line(rest, screen->width - indent);

		printf("%*s%.*s\n", (int)(indent - used), "", (int)take,
		       rest.ptr ? rest.ptr : "");
		rest = slice_trim(slice_after(rest, take));
		used = 0;
	} while (rest.len > 0);
	text_release(&visible);
}

void screen_linef(const struct screen *screen, size_t indent,
		  const char *label, const char *format, ...)
{
	char bytes[2048];
	struct text words = TEXT_INIT(sizeof(bytes));
	va_list list;

	va_start(list, format);
	vsnprintf(bytes, sizeof(bytes), format, list);
	va_end(list);
	text_add_string(&words, bytes);
	screen_line(screen, indent, label, &words);
	text_release(&words);
}

void screen_command(const struct screen *screen, const char *begin,
		    const char *options)
{
	bool fits = 6 + strlen(begin) + 1 + strlen(options) <= screen->width;

	printf("      %s%s%s\n", begin, fits ? " " : " \\\n          ",
	       options);
}

void screen_bar(const struct screen *screen, double value, double most,
		const char *name)
{
	double share = most > 0 ? fabs(value) / most : 0;
	int full = (int)lround((share < 1 ? share : 1) * SCREEN_BAR);
	const char *colour = value > 0 ? "\033[31m" : "\033[32m";
	char bar[SCREEN_BAR + 1];

	/* Little is not nothing. */
	if (full == 0 && fabs(value) >= 0.05)
		full = 1;
	memset(bar, '.', SCREEN_BAR);
	memset(bar, value > 0 ? '#' : '-', (size_t)full);
	bar[SCREEN_BAR] = '\0';
	printf("  %+5.1f  [%s%s%s]  %s\n", value,
	       screen->has_colour ? colour : "", bar,
	       screen->has_colour ? "\033[0m" : "", name);
}
