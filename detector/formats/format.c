#include "detector/formats/format.h"

#include <string.h>

#define FORMAT(id) extern const struct format format_##id;
#include "detector/formats/formats.def"
#undef FORMAT

static const struct format *const formats[] = {
#define FORMAT(id) &format_##id,
#include "detector/formats/formats.def"
#undef FORMAT
};

const struct format *format_at(size_t i)
{
	return i < sizeof(formats) / sizeof(formats[0]) ? formats[i] : NULL;
}

const struct format *format_find(const char *name)
{
	const struct format *format;

	for (size_t i = 0; (format = format_at(i)); i++)
		if (!strcmp(format->name, name))
			return format;
	return NULL;
}

const struct format *format_of_program(struct slice program)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i]->is_ours(program))
			return formats[i];
	return NULL;
}

enum format_result format_line(struct header_reader *reader,
			       const struct format *only, struct slice text,
			       struct mail_event *event_out)
{
	const struct format *format = only;
	struct log_line line;

	if (slice_trim(text).len == 0)
		return FORMAT_SKIP;
	if (!header_read(reader, text, &line))
		return FORMAT_BAD;
	if (!only)
		format = format_of_program(line.program);
	else if (!only->is_ours(line.program))
		return FORMAT_SKIP;
	return format ? format->parse(&line, event_out) : FORMAT_SKIP;
}
