/*
 * Compressed and plain files of any bytes, through stream and source: every
 * line inside its limit, an end, no byte of memory too far, and the same lines
 * whether they are read at once or with a stop in the middle.
 */
#include "base/log.h"
#include "detector/sources/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A bomb may go on for long; what matters is over after this. */
enum { LINES_MAX = 20000 };

static struct source *open_or_null(const char *path, enum source_mode mode,
				   const struct source_position *position)
{
	struct source *source = NULL;
	struct err err = { 0 };

	if (source_open(path, mode, position, &source, &err) == 0)
		return source;
	if (err.code == 0 || !err.text[0])
		abort();
	return NULL;
}

/* Lines until the end or the limit. */
static size_t read_lines(struct source *source, size_t max)
{
	struct slice line;
	size_t n = 0;

	while (n < max && source_next(source, &line)) {
		if (line.len > SOURCE_LINE_MAX ||
		    (line.len && memchr(line.ptr, '\n', line.len)))
			abort();
		n++;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool is_ready;
	struct source_position position;
	struct source *source;
	char path[64];
	size_t all, before = 0, after = 0;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (!is_ready)
		log_init(LOG_QUIET);
	is_ready = true;
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	source = open_or_null(path, SOURCE_ONCE, NULL);
	if (source) {
		read_lines(source, LINES_MAX);
		source_close(&source);
	}
	source = open_or_null(path, SOURCE_FOLLOW, NULL);
	if (source) {
		all = read_lines(source, LINES_MAX);
		source_close(&source);
		source = open_or_null(path, SOURCE_FOLLOW, NULL);
		before = read_lines(source, all / 2);
		source_position(source, true, &position);
		source_close(&source);
		if (position.offset > 0) {
			source = open_or_null(path, SOURCE_FOLLOW, &position);
			after = source ? read_lines(source, all - before) : 0;
			if (source && before + after != all)
				abort();
			source_close(&source);
		}
	}
	close(fd);
	return 0;
}
