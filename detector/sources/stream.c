#include "detector/sources/stream.h"

#include "base/stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_compressed(int fd)
{
	static const struct {
		const char *bytes;
		size_t len;
	} magic[] = {
		{ "\x1f\x8b", 2 },		/* RFC 1952 */
		{ "\xfd" "7zXZ\0", 6 },
		{ "\x28\xb5\x2f\xfd", 4 },	/* RFC 8878 */
		{ "BZh", 3 },
	};
	char head[6];
	ssize_t got = pread(fd, head, sizeof(head), 0);

	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if (got >= (ssize_t)magic[i].len &&
		    memcmp(head, magic[i].bytes, magic[i].len) == 0)
			return true;
	return false;
}

static int look_at(struct stream *stream, const char *path, struct err *err)
{
	struct stat info;

	if (fstat(stream->fd, &info) < 0)
		return err_errno(err, EXIT_FILE, errno, "cannot look at %s",
				 path);
	if (!S_ISREG(info.st_mode) && !S_ISFIFO(info.st_mode) &&
	    !S_ISSOCK(info.st_mode) && strcmp(path, "-") != 0)
		return err_set(err, EXIT_DATA, "%s is %s, not a log file",
			       path, S_ISDIR(info.st_mode) ? "a folder"
							   : "a device");
	stream->is_regular = S_ISREG(info.st_mode);
	stream->size = stream->is_regular ? (uint64_t)info.st_size : 0;
	stream->changed_ms = info.st_mtim.tv_sec * (int64_t)STAMP_SECOND_MS;
	return 0;
}

int stream_open(const char *path, struct stream *stream_out, struct err *err)
{
	struct stream stream = { .fd = -1 };
	bool is_stdin = strcmp(path, "-") == 0;

	stream.fd = is_stdin ? dup(STDIN_FILENO)
			     : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (stream.fd < 0)
		return err_errno(err, EXIT_DATA, errno,
				 "cannot read the log %s", path);
	if (look_at(&stream, path, err) < 0) {
		close(stream.fd);
		return -1;
	}
	if (stream.is_regular && is_compressed(stream.fd)) {
		stream.archive = archive_open_fd(stream.fd, err);
		if (!stream.archive) {
			err_prefix(err, "%s: ", path);
			close(stream.fd);
			return -1;
		}
	} else if (stream.is_regular) {
		posix_fadvise(stream.fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	*stream_out = stream;
	return 0;
}

void stream_close(struct stream *stream)
{
	if (stream->archive)
		archive_close(stream->archive);
	if (stream->fd >= 0)
		close(stream->fd);
	stream->archive = NULL;
	stream->fd = -1;
}

ssize_t stream_read(struct stream *stream, void *bytes, size_t size,
		    struct err *err)
{
	ssize_t got;

	if (stream->archive)
		return archive_read_bytes(stream->archive, bytes, size, err);
	do
		got = read(stream->fd, bytes, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		err_errno(err, EXIT_FILE, errno, "cannot read");
	return got;
}

bool stream_skip(struct stream *stream, uint64_t offset)
{
	char waste[65536];
	struct err err;

	if (!stream->archive && stream->is_regular)
		return offset <= stream->size &&
		       lseek(stream->fd, (off_t)offset, SEEK_SET) >= 0;
	while (offset > 0) {
		size_t part = offset < sizeof(waste) ? (size_t)offset
						     : sizeof(waste);
		ssize_t got = stream_read(stream, waste, part, &err);

		if (got <= 0)
			return false;
		offset -= (uint64_t)got;
	}
	return true;
}

uint64_t stream_done(const struct stream *stream)
{
	off_t at = stream->is_regular ? lseek(stream->fd, 0, SEEK_CUR) : 0;

	return at > 0 ? (uint64_t)at : 0;
}
