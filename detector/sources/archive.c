/*
 * archive - decompression. The adapter of libarchive.
 */
#include "detector/sources/stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

static int fail(struct archive *archive, struct err *err)
{
	const char *words = archive_error_string(archive);

	return err_set(err, EXIT_DATA, "cannot decompress: %s",
		       words ? words : "the data is damaged");
}

void *archive_open_fd(int fd, struct err *err)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;

	if (!archive)
		abort();
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_format_raw(archive);
	archive_read_support_format_empty(archive);
	if (archive_read_open_fd(archive, fd, 65536) != ARCHIVE_OK ||
	    (archive_read_next_header(archive, &entry) != ARCHIVE_OK &&
	     archive_errno(archive) != 0)) {
		fail(archive, err);
		archive_read_free(archive);
		return NULL;
	}
	return archive;
}

ssize_t archive_read_bytes(void *archive, void *bytes, size_t size,
			   struct err *err)
{
	la_ssize_t got = archive_read_data(archive, bytes, size);

	/* A file cut in the middle of its compression: what was there is
	 * used, then it ends with an error. */
	return got < 0 ? fail(archive, err) : (ssize_t)got;
}

void archive_close(void *archive)
{
	archive_read_free(archive);
}
