/*
 * reader - events of one log: a source, the header form and the formats
 * together.
 */
#ifndef DETECTOR_READER_H
#define DETECTOR_READER_H

#include "detector/formats/format.h"
#include "detector/sources/source.h"

struct reader_counters {
	uint64_t lines;
	uint64_t events;
	uint64_t skipped;	/* fine, but nothing we track */
	uint64_t strange;	/* no header, or torn */
};

struct reader {
	struct source *source;
	const struct format *only;	/* NULL: by program */
	struct header_reader header;
	const char *file;	/* that `header` was set up for */
	struct reader_counters counters;
};

/* `format` is "auto" or a format's name. */
int reader_open(const char *path, enum source_mode mode,
		const struct source_position *position, const char *format,
		struct reader *reader_out, struct err *err);
void reader_close(struct reader *reader);

/* True with the next event, which borrows from the line and lives until the
 * next call; false at the end for now. */
bool reader_next(struct reader *reader, struct mail_event *event_out);

/* NULL for "auto"; -1 with *err for a name nobody has. */
int reader_format(const char *name, const struct format **format_out,
		  struct err *err);

#endif
