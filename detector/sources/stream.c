#include "detector/sources/stream.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATIENCE_MS = 2000 };

static bool is_compressed(const char *head, size_t len)
{
	static const struct {
		const char *bytes;
		size_t len;
	} magic[] = {
		{ "\x1f\x8b", 2 },		/* RFC 1952 */
		{ "\xfd" "7zXZ\0", STREAM_PEEK },
		{ "\x28\xb5\x2f\xfd", 4 },	/* RFC 8878 */
	};

	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if (len >= magic[i].len &&
		    memcmp(head, magic[i].bytes, magic[i].len) == 0)
			return true;
	return len >= 4 && memcmp(head, "BZh", 3) == 0 && head[3] >= '1' &&
	       head[3] <= '9';	/* bzip2 and its level */
}

/* Looked at before it is opened, since opening a device may act on it, and
 * opening a socket only fails with strange words. */
static int refuse(const struct stat *info, const char *path, struct err *err)
{
	if (S_ISREG(info->st_mode) || S_ISFIFO(info->st_mode))
		return 0;
	if (S_ISDIR(info->st_mode))
		return err_set(err, EXIT_DATA, "%.150s is a folder, not a log "
			       "file; name a file, or '%.150s%s*.log' in "
			       "quotes", path, path,
			       path[strlen(path) - 1] == '/' ? "" : "/");
	return err_set(err, EXIT_DATA, "%s is %s, not a log file", path,
		       S_ISSOCK(info->st_mode) ? "a socket" : "a device");
}

static int cannot_read(const char *path, int errnum, struct err *err)
{
	static const struct {
		int errnum, code;
		const char *remedy;
	} rows[] = {
		{ EACCES, EXIT_RIGHTS, "; run as root, or as a member of the "
				       "log's group (often adm)" },
		{ ENOENT, EXIT_DATA, "; is this the name that your mail server "
				     "writes to?" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].errnum == errnum)
			return err_set(err, rows[i].code, "cannot read the log "
				       "%.300s: %s%s", path, strerror(errnum),
				       rows[i].remedy);
	return err_errno(err, EXIT_DATA, errnum, "cannot read the log %s",
			 path);
}

static int look_at(struct stream *stream, const char *path, struct err *err)
{
	struct stat info;

	if (fstat(stream->fd, &info) < 0)
		return err_errno(err, EXIT_FILE, errno, "cannot look at %s",
				 path);
	stream->is_regular = S_ISREG(info.st_mode);
	stream->size = stream->is_regular ? (uint64_t)info.st_size : 0;
	stream->device = info.st_dev;
	stream->inode = info.st_ino;
	stream->changed_ms = info.st_mtim.tv_sec * (int64_t)STAMP_SECOND_MS;
	/* Standard input may also be a terminal or a socket. */
	return strcmp(path, "-") == 0 ? 0 : refuse(&info, path, err);
}

const char *stream_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* Whoever writes to it may take long, or never come: at a terminal nobody
 * shall think that we hang. */
static void wait_for_bytes(const char *path, int fd)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };

	if (poll(&waiting, 1, PATIENCE_MS) != 0)
		return;
	if (isatty(STDERR_FILENO))
		log_info("waiting for bytes from %s", stream_name(path));
	else
		log_debug("waiting for bytes from %s", stream_name(path));
	poll(&waiting, 1, -1);
}

/* Opened without waiting for a writer, so that there is time for words. */
static int open_pipe(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -1;
	wait_for_bytes(path, fd);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

static int open_path(const char *path, struct err *err)
{
	struct stat info = { 0 };
	int fd = -1;

	if (strcmp(path, "-") == 0)
		fd = dup(STDIN_FILENO);
	else if (stat(path, &info) == 0 && refuse(&info, path, err) < 0)
		return -1;
	else if (S_ISFIFO(info.st_mode))
		fd = open_pipe(path);
	else
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return fd >= 0 ? fd : cannot_read(path, errno, err);
}

static ssize_t read_fd(int fd, void *bytes, size_t size)
{
	ssize_t got;

	do
		got = read(fd, bytes, size);
	while (got < 0 && errno == EINTR);
	return got;
}

/* How it begins. From a file that is left where it stands, from a pipe the
 * bytes are taken and kept. */
static size_t look_ahead(struct stream *stream, char head[STREAM_PEEK])
{
	ssize_t got;

	if (stream->is_regular) {
		got = pread(stream->fd, head, STREAM_PEEK, 0);
		return got > 0 ? (size_t)got : 0;
	}
	while (stream->n_peek < STREAM_PEEK) {
		got = read_fd(stream->fd, stream->peek + stream->n_peek,
			      STREAM_PEEK - stream->n_peek);
		if (got <= 0)
			break;
		stream->n_peek += (size_t)got;
	}
	memcpy(head, stream->peek, stream->n_peek);
	return stream->n_peek;
}

static int start(struct stream *stream, const char *path, struct err *err)
{
	char head[STREAM_PEEK];

	if (look_at(stream, path, err) < 0)
		return -1;
	if (strcmp(path, "-") == 0 && !stream->is_regular)
		wait_for_bytes(path, stream->fd);
	if (!is_compressed(head, look_ahead(stream, head))) {
		if (stream->is_regular)
			posix_fadvise(stream->fd, 0, 0,
				      POSIX_FADV_SEQUENTIAL);
		return 0;
	}
	stream->archive = archive_open(stream->fd, stream->peek,
				       stream->n_peek, err);
	if (!stream->archive) {
		err_prefix(err, "%s: ", path);
		return -1;
	}
	return 0;
}

int stream_open(const char *path, struct stream *stream_out, struct err *err)
{
	struct stream stream = { .fd = open_path(path, err) };

	if (stream.fd < 0)
		return -1;
	if (start(&stream, path, err) < 0) {
		close(stream.fd);
		return -1;
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

static size_t take_peek(struct stream *stream, char *bytes, size_t size)
{
	size_t n = size < stream->n_peek ? size : stream->n_peek;

	memcpy(bytes, stream->peek, n);
	stream->n_peek -= n;
	memmove(stream->peek, stream->peek + n, stream->n_peek);
	return n;
}

ssize_t stream_read(struct stream *stream, void *bytes, size_t size,
		    struct err *err)
{
	ssize_t got;

	if (!stream->is_regular)
		stream->changed_ms = clock_now_ms();
	if (stream->archive)
		return archive_read_bytes(stream->archive, bytes, size, err);
	if (stream->n_peek)
		return (ssize_t)take_peek(stream, bytes, size);
	got = read_fd(stream->fd, bytes, size);
	if (got < 0)
		err_errno(err, EXIT_FILE, errno, "cannot read");
	return got;
}

size_t stream_read_full(struct stream *stream, void *bytes, size_t size,
			struct err *err)
{
	size_t have = 0;

	while (have < size) {
		ssize_t got = stream_read(stream, (char *)bytes + have,
					  size - have, err);

		if (got <= 0)
			break;
		have += (size_t)got;
	}
	return have;
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

uint64_t stream_size_now(const struct stream *stream)
{
	struct stat info;

	if (!stream->is_regular || fstat(stream->fd, &info) < 0)
		return 0;
	return (uint64_t)info.st_size;
}
