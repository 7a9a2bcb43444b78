/*
 * archive - decompression. The adapter of libarchive.
 *
 * Several compressed pieces behind each other (gzip -c a b) are read as one.
 * What stands behind the last of them and is none is left alone, as gzip does.
 */
#include "base/must.h"
#include "detector/sources/stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { INPUT_SIZE = 1 << 16 };

struct archive_reader {
	struct archive *archive;
	int fd;
	bool is_empty;		/* there is nothing more */
	const char *block;	/* libarchive's, not yet handed on */
	size_t in_block;
	size_t n_first;		/* bytes that stand in input already */
	char input[INPUT_SIZE];
};

static int fail(struct archive *archive, struct err *err)
{
	const char *words = archive_error_string(archive);

	return err_set(err, EXIT_DATA, "cannot decompress: %s; it was "
		       "used up to there; fetch the file again or make a whole "
		       "one of it", words ? words : "the data is damaged");
}

static la_ssize_t give(struct archive *archive, void *context,
		       const void **bytes_out)
{
	struct archive_reader *reader = context;
	ssize_t got = (ssize_t)reader->n_first;

	*bytes_out = reader->input;
	reader->n_first = 0;
	if (got > 0)
		return got;
	do
		got = read(reader->fd, reader->input, INPUT_SIZE);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		archive_set_error(archive, errno, "cannot read");
	return got;
}

struct archive_reader *archive_open(int fd, const char *first, size_t n_first,
				    struct err *err)
{
	struct archive_reader *reader = must(malloc(sizeof(*reader)));
	struct archive *archive = must(archive_read_new());
	struct archive_entry *entry;

	reader->archive = archive;
	reader->fd = fd;
	reader->block = reader->input;
	reader->in_block = 0;
	reader->n_first = n_first;
	memcpy(reader->input, first, n_first);
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_format_raw(archive);
	archive_read_support_format_empty(archive);
	if (archive_read_open(archive, reader, NULL, give, NULL) ==
	    ARCHIVE_OK) {
		int got = archive_read_next_header(archive, &entry);

		/* As after the rotation of a log that nobody wrote to. */
		reader->is_empty = got == ARCHIVE_EOF;
		/* One of nine bytes would be taken for a plain file. */
		if (archive_filter_count(archive) < 2)
			archive_set_error(archive, EINVAL,
					  "it is cut in its first bytes");
		else if (got == ARCHIVE_OK || got == ARCHIVE_EOF)
			return reader;
	}
	fail(archive, err);
	archive_close(reader);
	return NULL;
}

/* Block by block, as archive_read_data() forgets what it has copied already
 * when the block after that is damaged. A file cut in the middle of its
 * compression: what was there is used, then it ends with an error. Of the last
 * 64 KB before the cut libarchive gives nothing. */
static int next_block(struct archive_reader *reader, struct err *err)
{
	const void *block;
	la_int64_t offset;
	int got = archive_read_data_block(reader->archive, &block,
					  &reader->in_block, &offset);

	if (got == ARCHIVE_EOF) {
		reader->in_block = 0;
		reader->is_empty = true;
		return 0;
	}
	if (got < ARCHIVE_OK) {
		reader->in_block = 0;
		return fail(reader->archive, err);
	}
	reader->block = block;
	return 0;
}

ssize_t archive_read_bytes(struct archive_reader *reader, void *bytes,
			   size_t size, struct err *err)
{
	size_t take;

	while (reader->in_block == 0 && !reader->is_empty)
		if (next_block(reader, err) < 0)
			return -1;
	take = size < reader->in_block ? size : reader->in_block;
	if (take)
		memcpy(bytes, reader->block, take);
	reader->block += take;
	reader->in_block -= take;
	return (ssize_t)take;
}

void archive_close(struct archive_reader *reader)
{
	archive_read_free(reader->archive);
	free(reader);
}
