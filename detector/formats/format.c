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

/* A line without a header that is not even a word is no torn line. */
static enum format_result without_header(struct slice text)
{
	return slice_trim(text).len == 0 ? FORMAT_SKIP : FORMAT_BAD;
}

enum format_result format_line(struct header_reader *reader,
			       const struct format *only, struct slice text,
			       struct mail_event *event_out)
{
	struct log_line line;

	if (!header_read(reader, text, &line))
		return without_header(text);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		const void *speaker;

		if (only && only != formats[i])
			continue;
		speaker = formats[i]->speaker(line.program);
		if (speaker)
			return formats[i]->parse(speaker, &line, event_out);
	}
	return FORMAT_SKIP;
}
