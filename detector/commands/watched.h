/*
 * watched - who is watched but not stopped, for the operator's digest.
 */
#ifndef DETECTOR_COMMANDS_WATCHED_H
#define DETECTOR_COMMANDS_WATCHED_H

#include "base/text.h"

/* `watched` of struct describe (describe.h); `context` is a struct state. */
bool watched_list(void *context, struct text *lines_out, int64_t *n_out);

/* The same of the state on the disk, opened for this only: what a reader holds
 * makes the file grow. `context` is not used. */
bool watched_on_disk(void *context, struct text *lines_out, int64_t *n_out);

#endif
