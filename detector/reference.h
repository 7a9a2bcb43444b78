/*
 * reference - when the parts of a log were written, which is what the year of
 * a stamp without one is told by (formats/header.h).
 *
 * A file's last change says it only while nobody copies the file: then a log
 * of June to January, copied in November, would have its January before its
 * June. So a plain file is looked into, at its end and at some places before
 * it: no line is later than the last one, and nothing is later than what comes
 * after it. A file of many years is cut into parts that way. A gzip file's
 * header keeps the time of what was compressed (RFC 1952, MTIME). What else is
 * compressed has nothing but its last change, and a stream the present: if
 * such a log is older than a year, its lines up to this day of the year come
 * out a year too late.
 *
 * A stamp of 29 February puts all of a file into a leap year.
 */
#ifndef DETECTOR_REFERENCE_H
#define DETECTOR_REFERENCE_H

#include <stdint.h>
#include <stddef.h>

/* Places looked at before the end; a log should have two a year. */
enum { REFERENCE_PLACES = 64 };

/* Nothing before `until` is later than `at_ms`, and nothing more than a year
 * earlier; the last one's `until` is UINT64_MAX. */
struct reference_part {
	uint64_t until;
	int64_t at_ms;
};

struct reference {
	size_t n;	/* at least 1 */
	size_t i;	/* the part we are in */
	struct reference_part parts[REFERENCE_PLACES + 1];
};

/* Of a file that is read from an offset on, whose last change is known. "-" is
 * standard input. Whatever cannot be opened has its last change. */
void reference_find(struct reference *reference_out, const char *path,
		    uint64_t from, int64_t changed_ms);

/* The reference of the line at this offset, which only grows. */
static inline int64_t reference_at(struct reference *reference,
				   uint64_t offset)
{
	while (offset >= reference->parts[reference->i].until)
		reference->i++;
	return reference->parts[reference->i].at_ms;
}

#endif
