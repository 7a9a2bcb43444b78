/*
 * Lines for one reader, which remembers the last stamp and form: each must
 * read as it does for a reader that remembers nothing, but that the file is
 * Exim's, its language and when the line before was written.
 */
#include "detector/formats/header.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_inside(struct slice part, struct slice whole)
{
	return part.len == 0 || (part.ptr >= whole.ptr &&
				 part.ptr + part.len <= whole.ptr + whole.len);
}

static void must_be_inside(const struct header_reader *reader,
			   struct slice part, struct slice line)
{
	if (!is_inside(part, line) &&
	    !is_inside(part, text_slice(&reader->decoded)))
		abort();
}

static void must_be_equal(const struct log_line *a, const struct log_line *b)
{
	if (a->at_ms != b->at_ms || !slice_eq(a->host, b->host) ||
	    !slice_eq(a->program, b->program) || !slice_eq(a->pid, b->pid) ||
	    !slice_eq(a->text, b->text))
		abort();
}

static void check_line(struct header_reader *reader, struct slice line)
{
	struct header_reader fresh = { .reference_ms = reader->reference_ms,
				       .is_exim = reader->is_exim,
				       .language = reader->language,
				       .before_ms = reader->before_ms };
	struct log_line found, wanted;
	bool fits = header_read(reader, line, &found);

	if (fits != header_read(&fresh, line, &wanted))
		abort();
	if (fits) {
		must_be_equal(&found, &wanted);
		must_be_inside(reader, found.host, line);
		if (!slice_eq(found.program, S("exim")))
			must_be_inside(reader, found.program, line);
		must_be_inside(reader, found.pid, line);
		must_be_inside(reader, found.text, line);
	}
	header_release(&fresh);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct header_reader reader = { .reference_ms = 1795348800000 };
	struct slice rest = { (const char *)data, size };

	while (rest.len) {
		struct slice line = slice_cut(&rest, '\n');
		/* Its own allocation, for the sanitizer to guard its end. */
		char *copy = malloc(line.len + !line.len);

		memcpy(copy, line.ptr, line.len);
		check_line(&reader, (struct slice){ copy, line.len });
		free(copy);
	}
	header_release(&reader);
	return 0;
}
