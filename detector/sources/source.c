#include "detector/sources/source.h"

#include "base/hash.h"
#include "detector/sources/source_inside.h"

#include <string.h>
#include <unistd.h>

/* Move the unread bytes to the front, keeping the last line and the tail
 * before it, as the position may be asked for in front of it. */
static void compact(struct source *source)
{
	size_t keep = source->line_start > SOURCE_TAIL_SIZE
			      ? source->line_start - SOURCE_TAIL_SIZE
			      : 0;

	if (keep == 0)
		return;
	memmove(source->buffer, source->buffer + keep, source->end - keep);
	source->base += keep;
	source->start -= keep;
	source->end -= keep;
	source->line_start -= keep;
}

static void keep_head(struct source *source, size_t from, size_t got)
{
	uint64_t at = source->base + from;
	size_t room = SOURCE_HEAD_SIZE - source->head_have;

	if (source->head_have == SOURCE_HEAD_SIZE || at != source->head_have)
		return;
	memcpy(source->head + source->head_have, source->buffer + from,
	       got < room ? got : room);
	source->head_have += got < room ? got : room;
}

/* Of a file that may grow for ever, what was there when it was opened is
 * read; the next run goes on. A rotated one is read to its end, since what
 * comes next is another file. One that is smaller than before was truncated
 * under us: what stood behind our place is in its copy, which the next run
 * finds by the position. */
static size_t wanted(struct source *source, size_t room)
{
	uint64_t at = source->base + source->end, size;

	if (!source->stream.is_regular || source->stream.archive)
		return room;
	size = stream_size_now(&source->stream);
	if (size < source->size_seen)
		return 0;
	source->size_seen = size;
	if (source->file + 1 < source->rotation.n)
		return room;
	if (at >= source->stream.size)
		return 0;
	return source->stream.size - at < room
		       ? (size_t)(source->stream.size - at)
		       : room;
}

static void fill(struct source *source)
{
	size_t room;
	ssize_t got;

	compact(source);
	room = BUFFER_SIZE - source->end;
	if (room > READ_SIZE)
		room = READ_SIZE;
	room = wanted(source, room);
	got = room ? stream_read(&source->stream, source->buffer + source->end,
				 room, &source->err)
		   : 0;
	if (got < 0) {
		err_prefix(&source->err, "%s: ", source_file(source));
		source->failed = source->is_torn = true;
	}
	if (got <= 0) {
		source->at_end = true;
		return;
	}
	keep_head(source, source->end, (size_t)got);
	source->end += (size_t)got;
}

/* Was there nothing but zeros since the last line? */
static bool is_in_hole(const struct source *source)
{
	return source->hole_end &&
	       source->hole_end == source->base + source->start;
}

/* -1 when reading must end here. A compressed file that is damaged is said
 * and must not keep what came after it from being read for ever. */
static int open_next(struct source *source, struct stream *next_out)
{
	for (size_t i = source->file + 1; i < source->rotation.n; i++) {
		struct err err;

		if (stream_open(source->rotation.paths[i], next_out,
				&err) == 0)
			return (int)i;
		if (access(source->rotation.paths[i], F_OK) < 0)
			return -1;
		source->err = err;
		source->failed = true;
		if (err.code != EXIT_DATA)
			return -1;
	}
	return -1;
}

/* On to the next file, if it is still the one that was meant. Otherwise it was
 * rotated meanwhile, and reading ends here; the next run makes a new plan from
 * the position. */
static bool next_file(struct source *source)
{
	struct stream next;
	int file;

	if ((source->skipping || is_in_hole(source)) &&
	    !source_is_live(source)) {
		source->skipping = false;
		source->hole_end = 0;
		source->overlong++;
	}
	if (source->is_torn && !source->stream.archive)
		return false;
	file = open_next(source, &next);
	if (file < 0)
		return false;
	if (!rotation_is_as_planned(&source->rotation, (size_t)file, &next)) {
		stream_close(&next);
		return false;
	}
	source->done += source->stream.size;
	source_position(source, true, &source->before);
	stream_close(&source->stream);
	source->stream = next;
	source->file = (size_t)file;
	source->head_have = 0;
	source_begin_file(source, 0, 0);
	return true;
}

static size_t count_zeros(const char *from, size_t len)
{
	size_t zeros = 0;

	while (zeros < len && from[zeros] == '\0')
		zeros++;
	return zeros;
}

/* Is it the zeros in front that make the last line too long? It begins behind
 * them then. */
static bool without_zeros(struct source *source, struct slice *line)
{
	size_t zeros = count_zeros(line->ptr, line->len);

	if (line->len - zeros > SOURCE_LINE_MAX)
		return false;
	*line = slice_after(*line, zeros);
	source->line_start += zeros;
	return true;
}

/* A line that is too long, or seems to be: apart, to keep the others quick. */
static __attribute__((noinline)) bool take_long(struct source *source,
						struct slice *line_out)
{
	if (!source->skipping && without_zeros(source, line_out))
		return true;
	/* Nobody will ask for the place in front of it; so it need not be
	 * kept, and there is always room for the next line. */
	source->line_start = source->start;
	source->skipping = false;
	source->overlong++;
	return false;
}

static bool take(struct source *source, size_t len, size_t step,
		 struct slice *line_out)
{
	source->line_start = source->start;
	*line_out = (struct slice){ source->buffer + source->start, len };
	source->start += step;
	source->line++;
	if (!source->skipping && len <= SOURCE_LINE_MAX)
		return true;
	return take_long(source, line_out);
}

/* What the buffer holds is one line without an end: give it up once it is
 * longer than a line may be, and go on behind its newline. */
static void skip_overlong(struct source *source)
{
	size_t len = source->end - source->start, zeros;

	if (len <= SOURCE_LINE_MAX)
		return;
	/* Megabytes of them stand in front of the first line when copytruncate
	 * cuts the log of a daemon that writes on where it was. */
	zeros = count_zeros(source->buffer + source->start, len);
	if (zeros && !source->skipping) {
		source->start += zeros;
		source->line_start = source->start;
		source->hole_end = source->base + source->start;
		return;
	}
	source->skipping = true;
	source->start = source->end;
	source->line_start = source->end;
}

bool source_next_ready(struct source *source, struct slice *line_out)
{
	size_t len = source->end - source->start;
	const char *from = source->buffer + source->start;
	const char *newline = len ? memchr(from, '\n', len) : NULL;

	while (newline) {
		size_t at = (size_t)(newline - from);

		if (take(source, at, at + 1, line_out))
			return true;
		from = newline + 1;
		len -= at + 1;
		newline = len ? memchr(from, '\n', len) : NULL;
	}
	return false;
}

static bool next_entry(struct source *source, struct slice *line_out)
{
	int got = source->failed ? 0
				 : journal_next(source->journal, line_out,
						&source->overlong,
						&source->err);

	source->failed |= got < 0;
	source->line += got > 0;
	return got > 0;
}

bool source_next(struct source *source, struct slice *line_out)
{
	if (source->journal)
		return next_entry(source, line_out);
	while (!source_next_ready(source, line_out)) {
		size_t len = source->end - source->start;

		if (!source->at_end) {
			skip_overlong(source);
			fill(source);
			continue;
		}
		if (len > 0 && !source_is_live(source) && !source->is_torn) {
			if (take(source, len, len, line_out))
				return true;
			continue;
		}
		if (!next_file(source))
			return false;
	}
	return true;
}

const struct err *source_error(const struct source *source)
{
	return source->failed ? &source->err : NULL;
}

/* Of the byte at buffer[at], in front of which so many lines stand. */
static void position_of(const struct source *source, size_t at, uint64_t line,
			struct source_position *out)
{
	uint64_t offset = source->base + at;
	size_t tail = at < SOURCE_TAIL_SIZE ? at : SOURCE_TAIL_SIZE;
	size_t head = offset < source->head_have ? (size_t)offset
						 : source->head_have;

	/* Nothing of this file was used: an empty beginning says nothing, so
	 * the place is the end of the file before it. */
	if (offset == 0 && source->file > 0) {
		*out = source->before;
		return;
	}
	memset(out, 0, sizeof(*out));
	/* Inside an overlong line there is no place to begin again: its rest
	 * would be taken for a line. The next run skips that rest once more
	 * as a line that means nothing. */
	out->offset = offset;
	out->line = line;
	out->head_len = (uint32_t)head;
	out->head_hash = hash_bytes((struct slice){ source->head, head }, 0);
	out->tail_len = (uint32_t)tail;
	out->tail_hash = hash_bytes(
		(struct slice){ source->buffer + at - tail, tail }, 0);
}

struct source_place source_place(const struct source *source)
{
	return (struct source_place){ source->line_start, source->line };
}

static void entry_position(const struct source *source, bool behind,
			   struct source_position *out)
{
	memset(out, 0, sizeof(*out));
	out->line = behind || source->line == 0 ? source->line
						: source->line - 1;
	journal_position(source->journal, behind, out);
}

void source_position_at(const struct source *source,
			struct source_place place,
			struct source_position *position_out)
{
	/* Its lines are handed out one by one: it is the last. */
	if (source->journal) {
		entry_position(source, false, position_out);
		return;
	}
	position_of(source, place.start, place.line ? place.line - 1 : 0,
		    position_out);
}

void source_position(const struct source *source, bool behind,
		     struct source_position *position_out)
{
	if (source->journal)
		entry_position(source, behind, position_out);
	else if (behind)
		position_of(source, source->start, source->line, position_out);
	else
		source_position_at(source, source_place(source), position_out);
}

const char *source_file(const struct source *source)
{
	return source->journal ? source->path
			       : source->rotation.paths[source->file];
}

uint64_t source_line(const struct source *source)
{
	return source->line;
}

int64_t source_changed_ms(const struct source *source)
{
	return source->stream.changed_ms;
}

bool source_is_pipe(const struct source *source)
{
	return !source->stream.is_regular;
}

struct slice source_head(const struct source *source)
{
	return (struct slice){ source->head, source->head_have };
}

uint64_t source_offset(const struct source *source)
{
	return source->base + source->line_start;
}

void source_progress(const struct source *source, uint64_t *done_out,
		     uint64_t *total_out)
{
	*done_out = 0;
	if (!source->journal && source_is_pipe(source))
		*done_out = source_offset(source);
	else if (!source->journal)
		*done_out = source->done + stream_done(&source->stream);
	*total_out = source->total;
}

uint64_t source_unread(const struct source *source)
{
	uint64_t at = source->base + source->end;

	return source->stream.size > at ? source->stream.size - at : 0;
}

bool source_is_cut(const struct source *source)
{
	return source->is_cut;
}

uint64_t source_overlong(const struct source *source)
{
	return source->overlong;
}
