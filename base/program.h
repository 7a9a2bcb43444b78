/*
 * program - run another program and wait for it, for a limited time.
 *
 * Never through a shell: the arguments are an array, so nothing that stands in
 * one of them is ever a command. The program gets no descriptor of ours but
 * the three standard ones, default signals, an environment of PATH, LANG=C and
 * HOME, and "/" as its folder. What it says on standard output and standard
 * error is kept in one text, in the order it came, up to a limit.
 *
 * When the time is over, the program and whatever it started (its process
 * group) is killed. One that we may not kill, since sudo made it another
 * user's, is left alone: nobody waits for it. The caller must not have SIGCHLD
 * ignored, else every end is PROGRAM_ERROR.
 */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include "base/err.h"
#include "base/text.h"

#include <stdint.h>

enum {
	PROGRAM_MAX_SAID = 262144,	/* bytes kept, the rest is not */
	PROGRAM_MAX_ARGUMENTS = 512,
	PROGRAM_PATH_SIZE = 4096	/* PATH_MAX, with its NUL */
};

/* Where programs are looked for: as an administrator's shell does, not as
 * cron, which has only /usr/bin and /bin. Our own PATH decides nothing. */
#define PROGRAM_PATH \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct program {
	const char *const *arguments;	/* the program first; NULL ends them */
	struct slice input;		/* for standard input; may be empty */
	int64_t limit_ms;
};

enum program_end {
	PROGRAM_ENDED,		/* *status_out is its exit status */
	PROGRAM_NOT_FOUND,	/* no such program */
	PROGRAM_TIMED_OUT,
	PROGRAM_KILLED,		/* by a signal that was not ours */
	PROGRAM_ERROR		/* it could not be started */
};

/* Which file is run by this name? False when there is none that may be. */
bool program_find(const char *name, char path_out[PROGRAM_PATH_SIZE]);

/*
 * `said` gets what the program said; it is the caller's and may have a maximum
 * of its own. Anything but PROGRAM_ENDED fills in *err, naming the program.
 */
enum program_end program_run(const struct program *program, struct text *said,
			     int *status_out, struct err *err);

#endif
