/*
 * wake - when to look at the logs again, as the kernel tells it (inotify(7)): a
 * log was written to, or a name came, went or moved where one stands or may
 * come to stand.
 *
 * The kernel forgets what it cannot deliver, knows nothing of writers on the
 * other side of a network file system, and limits how much may be watched. So
 * this only says when to look earlier: who uses it looks by itself now and
 * then, and what there is to read is told by positions, never by an event.
 *
 * A folder that is not there yet is waited for in the nearest one above it. A
 * link's file is watched where it is.
 */
#ifndef DETECTOR_SOURCES_WAKE_H
#define DETECTOR_SOURCES_WAKE_H

#include <stdbool.h>

/* Beyond these the rest is left to the look now and then. A source is two
 * names and, as a pattern, may stand for logs in several folders. */
enum { WAKE_FILES_MAX = 128, WAKE_FOLDERS_MAX = 256, WAKE_NAMES_MAX = 512 };

/* What happened; whoever wants a name says which of the others it means. */
enum wake_what {
	WAKE_LINES = 1,		/* a log was written to */
	WAKE_NAMES = 2,		/* logs may have come, gone or moved */
	WAKE_DATA = 4		/* another file that is used was replaced */
};

struct wake;

/* Never NULL: where the kernel gives none, nothing ever happens. */
struct wake *wake_new(void);
void wake_free(struct wake **wake);

/*
 * Say what is wanted, all of it between these two and as often as it may have
 * changed; what is not named any more is let go. wake_end() is true when
 * something is watched that was not before: it may have changed already, so
 * look once more.
 */
void wake_begin(struct wake *wake);
void wake_want_log(struct wake *wake, const char *path);
/* A path, or a pattern of glob(7), also in its folders. `what` happens when
 * such a name comes, goes, or is another file than before. */
void wake_want_name(struct wake *wake, const char *name, unsigned what);
bool wake_end(struct wake *wake);

/* To poll for reading; -1 when there is none. */
int wake_fd(const struct wake *wake);

/* What happened since it was last asked; does not wait. */
unsigned wake_read(struct wake *wake);

/* Something that was wanted cannot be watched: why, for people; NULL when all
 * is. */
const char *wake_trouble(const struct wake *wake);

#endif
