/*
 * reader - events of one log: a source, the header form and the formats
 * together.
 */
#ifndef DETECTOR_READER_H
#define DETECTOR_READER_H

#include "detector/formats/format.h"
#include "detector/reference.h"
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
	const char *looks_like;	/* looks.h, of the last file that is no log */
	struct reference reference;
	bool is_moving;		/* the reference does */
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

/* An event and where its line stands. */
struct reader_event {
	struct mail_event event;
	struct source_place place;
};

enum { READER_BATCH = 64 };

/*
 * Up to READER_BATCH events at once, which all live until the next call: what
 * they will touch can be asked for while others are dealt with. How many there
 * are; 0 at the end for now. As many calls as reader_next() would take find
 * the same events.
 */
size_t reader_batch(struct reader *reader,
		    struct reader_event events_out[READER_BATCH]);

/* NULL for "auto"; -1 with *err for a name nobody has. */
int reader_format(const char *name, const struct format **format_out,
		  struct err *err);

#endif
