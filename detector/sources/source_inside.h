/*
 * source_inside - the parts of source.c: opening one (source_open.c) and
 * reading it (source.c). Nobody else's.
 */
#ifndef DETECTOR_SOURCES_SOURCE_INSIDE_H
#define DETECTOR_SOURCES_SOURCE_INSIDE_H

#include "detector/sources/journal.h"
#include "detector/sources/rotation.h"
#include "detector/sources/stream.h"

#include <limits.h>

/* Room for one line of the greatest length behind a large read; the bytes in
 * front of the last line are kept for the position's tail. */
enum { READ_SIZE = 1 << 16,
       BUFFER_SIZE = READ_SIZE + SOURCE_LINE_MAX + SOURCE_TAIL_SIZE };

struct source {
	enum source_mode mode;
	char path[PATH_MAX];
	struct rotation rotation;
	size_t file;		/* which of rotation.paths is open */
	struct stream stream;
	bool at_end, failed, is_cut;
	bool is_torn;		/* reading this file failed */
	uint64_t size_seen;	/* of the file, the last time we looked */
	struct err err;

	char *buffer;
	size_t start, end;	/* unread bytes in buffer */
	size_t line_start;	/* of the last line, in buffer */
	uint64_t base;		/* offset in the file of buffer[0] */
	uint64_t line;		/* number of the last line */
	bool skipping;		/* inside an overlong line */
	uint64_t hole_end;	/* zeros up to this offset were left out */
	uint64_t overlong;

	char head[SOURCE_HEAD_SIZE];
	size_t head_have;
	uint64_t done, total;	/* of the files before this one; of all */
	struct source_position before;	/* the end of the file before */

	struct journal *journal;	/* then there is no file at all */
};

/* Is it the file that is written to? */
static inline bool source_is_live(const struct source *source)
{
	return source->mode == SOURCE_FOLLOW &&
	       source->file + 1 == source->rotation.n;
}

/* What was opened as source->stream is read from `base` on. */
void source_begin_file(struct source *source, uint64_t base, uint64_t line);

#endif
