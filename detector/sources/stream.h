/*
 * stream - bytes of one file from its beginning, decompressed if need be.
 *
 * A file that begins like gzip, xz, zstd or bzip2 is read through libarchive
 * (archive.c is its adapter), everything else as it is. "-" is standard input.
 */
#ifndef DETECTOR_SOURCES_STREAM_H
#define DETECTOR_SOURCES_STREAM_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct stream {
	int fd;
	void *archive;		/* NULL for a plain file */
	bool is_regular;	/* a file, not a pipe */
	uint64_t size;		/* on disk, when opened */
	int64_t changed_ms;
};

/* A directory or device is refused. */
int stream_open(const char *path, struct stream *stream_out, struct err *err);
void stream_close(struct stream *stream);

/* Up to `size` bytes; 0 at the end, -1 with *err. */
ssize_t stream_read(struct stream *stream, void *bytes, size_t size,
		    struct err *err);

/* Go to an offset of the uncompressed bytes: at once in a plain file, by
 * reading in a compressed one. False when the file ends before it. */
bool stream_skip(struct stream *stream, uint64_t offset);

/* How far the file on disk was read, for progress. */
uint64_t stream_done(const struct stream *stream);

/* The adapter of libarchive. */
void *archive_open_fd(int fd, struct err *err);
ssize_t archive_read_bytes(void *archive, void *bytes, size_t size,
			   struct err *err);
void archive_close(void *archive);

#endif
