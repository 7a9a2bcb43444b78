#include "base/log.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static enum log_level chosen_level = LOG_NORMAL;

void log_init(enum log_level level)
{
	chosen_level = level;
}

bool log_is_quiet(void)
{
	return chosen_level == LOG_QUIET;
}

/* Counts by format string: one place in the code is one kind. */
static bool is_flood(const char *format)
{
	static struct {
		const char *format;
		int64_t minute;
		unsigned count;
	} kinds[64];
	int64_t minute = clock_monotonic_ms() / 60000;
	size_t slot = ((uintptr_t)format >> 3) % 64;

	if (kinds[slot].format != format || kinds[slot].minute != minute) {
		if (kinds[slot].count > LOG_BURST)
			fprintf(stderr, "comporta: %u more messages of the "
				"kind above were left out\n",
				kinds[slot].count - LOG_BURST);
		kinds[slot].format = format;
		kinds[slot].minute = minute;
		kinds[slot].count = 0;
	}
	return ++kinds[slot].count > LOG_BURST;
}

__attribute__((format(printf, 2, 0)))
static void print(const char *word, const char *format, va_list args)
{
	char raw[2048];
	struct text line = TEXT_INIT(4 * sizeof(raw));

	vsnprintf(raw, sizeof(raw), format, args);
	text_add_visible(&line, slice_from(raw));
	fprintf(stderr, "comporta: %s%s\n", word, text_string(&line));
	text_release(&line);
}

void log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print("", format, args);
	va_end(args);
}

void log_warning(const char *format, ...)
{
	va_list args;

	if (is_flood(format))
		return;
	va_start(args, format);
	print("warning: ", format, args);
	va_end(args);
}

void log_info(const char *format, ...)
{
	va_list args;

	if (chosen_level == LOG_QUIET)
		return;
	va_start(args, format);
	print("", format, args);
	va_end(args);
}

void log_debug(const char *format, ...)
{
	va_list args;

	if (chosen_level != LOG_VERBOSE)
		return;
	va_start(args, format);
	print("", format, args);
	va_end(args);
}
