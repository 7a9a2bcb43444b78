/*
 * apart - work on strangers' bytes in a process of its own, inside the fence
 * (base/fence.h) and, where root asks, as reader_user, for a command that will
 * hold passwords and connections. What comes back is text, up to a limit, and
 * is to be read as a stranger's.
 */
#ifndef DETECTOR_COMMANDS_APART_H
#define DETECTOR_COMMANDS_APART_H

#include "base/err.h"
#include "base/text.h"

/* Runs in the other process; 0 or -1 with *err. What it appends to `out`, which
 * is empty, is what comes back. */
typedef int apart_work(void *context, struct text *out, struct err *err);

/* Waits for its end. -1 with the work's *err, or when it died. `out` is the
 * caller's and has his maximum; the work has the same. */
int apart_run(apart_work *work, void *context, struct text *out,
	      struct err *err);

#endif
