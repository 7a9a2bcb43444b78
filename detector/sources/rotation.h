/*
 * rotation - the files a log became: where reading goes on, and what comes
 * after it.
 *
 * The siblings of /var/log/mail.log are mail.log.1, mail.log.2.gz,
 * mail.log-20261115.xz and so on: whatever begins with its name, a '.' or '-'
 * and a digit or "old". Which of them holds a position is found out by
 * content, their order by the time of their last change.
 */
#ifndef DETECTOR_SOURCES_ROTATION_H
#define DETECTOR_SOURCES_ROTATION_H

#include "detector/sources/source.h"

/* More rotated files than this are not looked at: the newest are. */
enum { ROTATION_MAX = 64 };

struct rotation {
	size_t n;		/* at least 1; the last is the live file */
	char *paths[ROTATION_MAX + 1];
	uint64_t first_offset;	/* where to begin in the first; 0 in others */
	bool is_lost;		/* the position was found nowhere */
};

/* Does the file go on from this position? */
bool rotation_holds(const char *path, const struct source_position *position);

/* Is `path` one of the files that `live` became? By name; both resolved. */
bool rotation_is_sibling(const char *path, const char *live);

/* Do both begin with the same bytes, as a file and its compressed copy do? */
bool rotation_same_beginning(const char *path, const char *other);

int rotation_plan(const char *path, const struct source_position *position,
		  struct rotation *rotation_out, struct err *err);
void rotation_release(struct rotation *rotation);

#endif
