/*
 * A source that stays open between two looks, so that following a log costs a
 * few system calls and not a new search for its place.
 */
#include "detector/sources/source_inside.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool reads_as(int fd, const char *bytes, size_t len, uint64_t offset)
{
	char now[SOURCE_HEAD_SIZE];

	return pread(fd, now, len, (off_t)offset) == (ssize_t)len &&
	       memcmp(now, bytes, len) == 0;
}

/* By its size alone a log that was emptied and has grown again cannot be told
 * from one that was only written to. */
static bool still_stands(const struct source *source)
{
	size_t tail = source->end < SOURCE_TAIL_SIZE ? source->end
						     : SOURCE_TAIL_SIZE;
	int fd = source->stream.fd;

	return reads_as(fd, source->head, source->head_have, 0) &&
	       reads_as(fd, source->buffer + source->end - tail, tail,
			source->base + source->end - tail);
}

static bool can_go_on(const struct source *source)
{
	return source_is_live(source) && !source->failed &&
	       !source->is_torn && source->stream.is_regular &&
	       !source->stream.archive;
}

static bool is_in_place(const struct source *source, const struct stat *file)
{
	struct stat named;

	if (stat(source->path, &named) < 0)
		return errno == ENOENT;
	return named.st_dev == file->st_dev && named.st_ino == file->st_ino;
}

bool source_renew(struct source *source)
{
	struct stat file;

	if (source->journal)
		return !source->failed && journal_renew(source->journal);
	if (!can_go_on(source))
		return false;
	if (!source->at_end)
		return true;
	/* Until it has a line, the file before it may get more. */
	if (source->file > 0 && source->base + source->start == 0)
		return false;
	if (fstat(source->stream.fd, &file) < 0 ||
	    (uint64_t)file.st_size < source->size_seen ||
	    !is_in_place(source, &file) || !still_stands(source))
		return false;
	source->stream.size = source->size_seen = (uint64_t)file.st_size;
	source->stream.changed_ms = (int64_t)file.st_mtim.tv_sec * 1000 +
				    file.st_mtim.tv_nsec / 1000000;
	source->at_end = source->base + source->end >= source->stream.size;
	return true;
}

bool source_wake(struct source *source, struct pollfd *wake_out)
{
	return source->journal && journal_wake(source->journal, wake_out);
}
