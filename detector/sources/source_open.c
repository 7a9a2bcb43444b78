#include "base/log.h"
#include "detector/sources/source_inside.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The first bytes belong to the position; read them when starting later. */
static int read_head(struct source *source, const char *path)
{
	struct stream stream;

	if (stream_open(path, &stream, &source->err) < 0)
		return -1;
	source->head_have = stream_read_full(&stream, source->head,
					     SOURCE_HEAD_SIZE, &source->err);
	stream_close(&stream);
	return 0;
}

void source_begin_file(struct source *source, uint64_t base, uint64_t line)
{
	source->at_end = source->skipping = source->is_torn = false;
	source->hole_end = 0;
	source->base = base;
	source->start = source->end = source->line_start = 0;
	source->line = line;
	source->size_seen = source->stream.size;
}

static int open_file(struct source *source, uint64_t offset, uint64_t line)
{
	const char *path = source->rotation.paths[source->file];
	uint64_t from = offset > SOURCE_TAIL_SIZE ? offset - SOURCE_TAIL_SIZE
						  : 0;

	source->head_have = 0;
	if (offset > 0 && read_head(source, path) < 0)
		return -1;
	if (stream_open(path, &source->stream, &source->err) < 0)
		return -1;
	source_begin_file(source, from, line);
	/* The tail's bytes come in front of the first line. */
	if (offset > 0) {
		if (!stream_skip(&source->stream, from))
			return err_set(&source->err, EXIT_AGAIN,
				       "%s changed while it was opened", path);
		source->end = stream_read_full(&source->stream, source->buffer,
					       (size_t)(offset - from),
					       &source->err);
		source->start = source->line_start = source->end;
	}
	return 0;
}

static void count_total(struct source *source)
{
	for (size_t i = 0; i < source->rotation.n; i++)
		source->total += source->rotation.marks[i].size;
}

/* Where to begin, and open the file; again when it was rotated between the
 * two. */
static int open_first(struct source *source,
		      const struct source_position *position, struct err *err)
{
	for (int tries = 0;; tries++) {
		struct source_position at;
		uint64_t offset;

		if (rotation_plan(source->path, position, &source->rotation,
				  err) < 0)
			return -1;
		offset = position ? source->rotation.first_offset : 0;
		if (open_file(source, offset,
			      offset ? position->line : 0) == 0) {
			source_position(source, true, &at);
			if (!offset || (at.head_hash == position->head_hash &&
					at.tail_hash == position->tail_hash))
				return 0;
			err_set(&source->err, EXIT_AGAIN,
				"%s changed while it was opened",
				source->path);
		}
		if (!offset || tries == 3)
			break;
		stream_close(&source->stream);
		rotation_release(&source->rotation);
	}
	*err = source->err;
	return -1;
}

/* Why reading begins anew though a position was known. While the log is empty
 * the position is kept, since the rest may still turn up beside it: it is told
 * once, when something is read. */
static void tell_lost(const struct source *source,
		      const struct source_position *position)
{
	if (source->stream.size == 0)
		return;
	/* Whether anything was written between that and this, nobody knows. */
	if (source->stream.size < position->offset)
		log_warning("%s was emptied after its first %llu lines were "
			    "read; if there were more, no file beside it has "
			    "them; reading on from its beginning",
			    source->path,
			    (unsigned long long)position->line);
	else
		log_warning("%s was rotated and the rest of the old file is "
			    "not beside it; reading the new one from its "
			    "beginning", source->path);
}

/* On to the last bytes of a long file, and there to the next line. */
static void skip_to_last(struct source *source)
{
	uint64_t from = source->stream.size - SOURCE_LAST_BYTES;
	struct slice torn;

	if (source->mode != SOURCE_LAST || source->stream.archive ||
	    source->stream.size <= SOURCE_LAST_BYTES ||
	    !stream_skip(&source->stream, from))
		return;
	source_begin_file(source, from, 0);
	source_next(source, &torn);
	source->line = 0;
	source->is_cut = true;
}

int source_open(const char *path, enum source_mode mode,
		const struct source_position *position,
		struct source **source_out, struct err *err)
{
	struct source *source = calloc(1, sizeof(*source));
	struct stat info;

	if (!source || !(source->buffer = malloc(BUFFER_SIZE)))
		abort();
	source->mode = mode;
	source->stream.fd = -1;
	slice_copy(slice_from(path), source->path, sizeof(source->path));
	if (journal_is_named(path)) {
		if (journal_open(source->path, position, &source->journal,
				 err) < 0)
			goto failed;
		source->line = position ? position->line : 0;
		if (mode == SOURCE_LAST)
			source->is_cut = journal_skip_to_last(source->journal);
		*source_out = source;
		return 0;
	}
	/* Before it is opened, which would wait for somebody to write. */
	if (mode != SOURCE_ONCE && stat(path, &info) == 0 &&
	    S_ISFIFO(info.st_mode)) {
		err_set(err, EXIT_DATA, "%s is a pipe; a position can be kept "
			"in files only", path);
		goto failed;
	}
	if (open_first(source, mode == SOURCE_FOLLOW ? position : NULL,
		       err) < 0)
		goto failed;
	if (source->rotation.is_lost)
		tell_lost(source, position);
	if (strcmp(path, "-") != 0)
		count_total(source);
	skip_to_last(source);
	*source_out = source;
	return 0;
failed:
	source_close(&source);
	return -1;
}

void source_close(struct source **source)
{
	if (!*source)
		return;
	journal_close(&(*source)->journal);
	stream_close(&(*source)->stream);
	rotation_release(&(*source)->rotation);
	free((*source)->buffer);
	free(*source);
	*source = NULL;
}
