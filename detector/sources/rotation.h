/*
 * rotation - the files a log became: where reading goes on, and what comes
 * after it.
 *
 * The siblings of /var/log/mail.log are mail.log.1, mail.log.2.gz,
 * mail.log-20261115.xz, mail.log.old and so on, or, with logrotate's
 * "extension", mail.1.log and mail-20261115.log.gz; in its folder, or in a
 * folder of that (olddir). Which of them holds a position is found out by
 * content, their order by the time of their last change.
 *
 * Rotation may go on while a plan is made and read. So a plan remembers which
 * files it means; where another stands in that place later, reading ends, and
 * the next plan, from the position reached, goes on. A compressed copy beside
 * the file that it is made of, and a copy beside the live file that is not
 * yet truncated, are left out.
 */
#ifndef DETECTOR_SOURCES_ROTATION_H
#define DETECTOR_SOURCES_ROTATION_H

#include "detector/sources/source.h"
#include "detector/sources/stream.h"

/* More rotated files than this are not looked at: the newest are. Three weeks
 * of a log that is rotated by the hour. */
enum { ROTATION_MAX = 512 };

struct rotation_mark {
	uint64_t device, inode;	/* 0: nothing was there */
	uint64_t size;
};

struct rotation {
	size_t n;		/* at least 1; the last is the live file */
	char *paths[ROTATION_MAX + 1];
	struct rotation_mark marks[ROTATION_MAX + 1];
	uint64_t first_offset;	/* where to begin in the first; 0 in others */
	bool is_lost;		/* the position was found nowhere */
};

/* Does the file go on from this position? */
bool rotation_holds(const char *path, const struct source_position *position);

/* Is `path` one of the files that `live` became? By name; both resolved. */
bool rotation_is_sibling(const char *path, const char *live);

/* Does the log stand beside it that it was rotated from, by its name? */
bool rotation_has_live(const char *path);

/* Length of the name without .gz, .xz, .bz2 or .zst; all of it for others. */
size_t rotation_plain_length(const char *name);

/* Do both begin with the same bytes, as a file and its compressed copy do? */
bool rotation_same_beginning(const char *path, const char *other);

int rotation_plan(const char *path, const struct source_position *position,
		  struct rotation *rotation_out, struct err *err);

/* Is what was opened in place of paths[i] the file that the plan means? */
bool rotation_is_as_planned(const struct rotation *rotation, size_t i,
			    const struct stream *stream);

void rotation_release(struct rotation *rotation);

#endif
