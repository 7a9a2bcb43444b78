/*
 * stream - bytes of one file from its beginning, decompressed if need be.
 *
 * What begins like gzip, xz, zstd or bzip2 is read through libarchive
 * (archive.c is its adapter), everything else as it is; a pipe's first bytes
 * are looked at, too. "-" is standard input. Memory does not grow with what
 * comes out: 64 KB here, and the window that the compression asks for, up to
 * 128 MB for zstd and 1 GB for xz (libarchive's limits; usual files ask for
 * 8 MB).
 */
#ifndef DETECTOR_SOURCES_STREAM_H
#define DETECTOR_SOURCES_STREAM_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { STREAM_PEEK = 6 };

struct archive_reader;

struct stream {
	int fd;
	struct archive_reader *archive;	/* NULL for a plain file */
	char peek[STREAM_PEEK];	/* a pipe's first bytes, not yet handed on */
	size_t n_peek;
	bool is_regular;	/* a file, not a pipe */
	uint64_t size;		/* on disk, when opened */
	uint64_t device, inode;
	int64_t changed_ms;	/* of a pipe: when it was last read */
};

/* A directory, device or socket is refused. Waits for who writes into a named
 * pipe. */
int stream_open(const char *path, struct stream *stream_out, struct err *err);
void stream_close(struct stream *stream);

/* What people call it: the path, or "standard input". */
const char *stream_name(const char *path);

/* Up to `size` bytes; 0 at the end, -1 with *err. */
ssize_t stream_read(struct stream *stream, void *bytes, size_t size,
		    struct err *err);

/* The same until `size` bytes are there, or the end, or an error with *err:
 * how many there are. */
size_t stream_read_full(struct stream *stream, void *bytes, size_t size,
			struct err *err);

/* Go to an offset of the uncompressed bytes: at once in a plain file, by
 * reading in a compressed one. False when the file ends before it. */
bool stream_skip(struct stream *stream, uint64_t offset);

/* How far the file on disk was read, for progress. */
uint64_t stream_done(const struct stream *stream);

/* Bytes on disk now; a log grows and may be truncated. 0 for no file. */
uint64_t stream_size_now(const struct stream *stream);

/* The adapter of libarchive. It first takes the `n_first` bytes at `first`,
 * which are copied, then what comes from `fd`. */
struct archive_reader *archive_open(int fd, const char *first, size_t n_first,
				    struct err *err);
ssize_t archive_read_bytes(struct archive_reader *reader, void *bytes,
			   size_t size, struct err *err);
void archive_close(struct archive_reader *reader);

#endif
