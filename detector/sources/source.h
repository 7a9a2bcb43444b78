/*
 * source - one log, line by line, across rotations; or journald's (journal.h).
 *
 * A position says which file was read how far by content, not by name or
 * inode: a hash of the file's first bytes and of the bytes before the offset.
 * However the log was rotated meanwhile (renamed, copied and truncated,
 * compressed, twice), the file that begins and goes on like that is the one to
 * read on in; then whatever was rotated after it, oldest first; then the live
 * file. Nothing is read twice and nothing skipped, as long as the rotated
 * file is still there; if it is not, a warning says so.
 *
 * A last line without its newline is left for the next run in the live file,
 * and taken as it is in a rotated one. A line longer than SOURCE_LINE_MAX is
 * skipped and counted.
 */
#ifndef DETECTOR_SOURCES_SOURCE_H
#define DETECTOR_SOURCES_SOURCE_H

#include "base/err.h"
#include "base/slice.h"

#include <poll.h>

enum {
	SOURCE_LINE_MAX = 65536,
	SOURCE_HEAD_SIZE = 1024,
	SOURCE_TAIL_SIZE = 128,
	SOURCE_CURSOR_SIZE = 216
};

struct source_position {
	uint64_t head_hash, tail_hash;
	uint64_t offset;	/* in the uncompressed file; 0: nothing read */
	uint64_t line;		/* lines before it in that file */
	uint32_t head_len, tail_len;
	/* Of the journal, which has none of the above but lines; "" in files.
	 * systemd's are up to 160 bytes. */
	char cursor[SOURCE_CURSOR_SIZE];
};

struct source;

enum source_mode {
	SOURCE_FOLLOW,		/* from the position, across rotations; an
				 * unfinished last line waits */
	SOURCE_ONCE,		/* just this file, to its very end; also "-" for
				 * standard input, pipes, compressed files */
	SOURCE_LAST		/* the same, but no pipe of the file system, and
				 * of a plain file only the last
				 * SOURCE_LAST_BYTES, of a journal the last
				 * SOURCE_LAST_ENTRIES */
};

enum { SOURCE_LAST_BYTES = 8000000, SOURCE_LAST_ENTRIES = 50000 };

/* `position` may be NULL. Fails when the file cannot be opened. */
int source_open(const char *path, enum source_mode mode,
		const struct source_position *position,
		struct source **source_out, struct err *err);
void source_close(struct source **source);

/* True with the next line, without its newline, valid until the next call;
 * false at the end for now. A read error ends the source and is reported by
 * source_error(). */
bool source_next(struct source *source, struct slice *line_out);

/* The same, if it can be had without reading on: the lines handed out since the
 * last source_next() stay as they are. False when it cannot. */
bool source_next_ready(struct source *source, struct slice *line_out);

/* Where a line begins: of the last one; good until source_next() is called
 * again. */
struct source_place {
	size_t start;
	uint64_t line;
};

struct source_place source_place(const struct source *source);

/*
 * At the end for now, and later: look again. True when source_next() may go on
 * from here; false when the log must be opened anew from its position, since
 * it was rotated, emptied or written over, or cannot be followed. Rotated away
 * with nothing in its place yet, it goes on in the old file: daemons write on
 * there until they are told.
 */
bool source_renew(struct source *source);

/* What to poll for new lines where the kernel's word on files does not tell:
 * the journal's. False for files. */
bool source_wake(struct source *source, struct pollfd *wake_out);

/* NULL while all is well. */
const struct err *source_error(const struct source *source);

/* Behind the last line (true) or in front of it (false). */
void source_position(const struct source *source, bool behind,
		     struct source_position *position_out);

/* In front of that line. */
void source_position_at(const struct source *source,
			struct source_place place,
			struct source_position *position_out);

/* The file the last line came from, its number in it and where it begins. */
const char *source_file(const struct source *source);
uint64_t source_line(const struct source *source);
uint64_t source_offset(const struct source *source);

/* The first bytes of that file, up to SOURCE_HEAD_SIZE, as far as read. */
struct slice source_head(const struct source *source);

/* That file's last change, for the year that syslog does not write. A pipe's
 * moves on: it is when the last bytes were read. */
int64_t source_changed_ms(const struct source *source);
bool source_is_pipe(const struct source *source);

/* How many bytes of that file are behind what was read, as far as looked. */
uint64_t source_unread(const struct source *source);

/* For progress: bytes read of this source and in it all; 0 when unknown. */
void source_progress(const struct source *source, uint64_t *done_out,
		     uint64_t *total_out);

/* Was something in front left out by SOURCE_LAST? */
bool source_is_cut(const struct source *source);

uint64_t source_overlong(const struct source *source);

#endif
