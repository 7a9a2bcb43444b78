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

/* Each line of a log once: whose it was (a place in formats.def, FORMATS for
 * nobody's) and what became of it. */
enum line_kind {
	LINE_MEANINGFUL,	/* an event */
	LINE_SKIPPED,		/* fine, but nothing we track */
	LINE_TORN,		/* no header, torn, or longer than a line is */
	LINE_KINDS
};

/* "meaningful", "skipped", "torn" */
extern const char *const line_kind_names[LINE_KINDS];

struct line_tally {
	uint64_t n[FORMATS + 1][LINE_KINDS];
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
	/* Without the first `counted` lines, which an earlier reader counted:
	 * it had read on beyond its position. */
	struct line_tally tally;
	uint64_t counted, overlong_counted;
};

/* `format` is "auto" or a format's name. */
int reader_open(const char *path, enum source_mode mode,
		const struct source_position *position, const char *format,
		struct reader *reader_out, struct err *err);
void reader_close(struct reader *reader);

/* True with the next event, which borrows from the line and lives until the
 * next call; false at the end for now. */
bool reader_next(struct reader *reader, struct mail_event *event_out);

/* source_renew(), with the time of what is new. */
bool reader_renew(struct reader *reader);

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

/* The tally of the lines read so far, overlong ones among nobody's torn ones,
 * is added to *tally. */
void reader_add_tally(const struct reader *reader, struct line_tally *tally);

/* NULL for "auto"; -1 with *err for a name nobody has. */
int reader_format(const char *name, const struct format **format_out,
		  struct err *err);

#endif
