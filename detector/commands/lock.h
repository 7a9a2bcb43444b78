/*
 * lock - one scan, watch or learning at a time on a state directory.
 */
#ifndef DETECTOR_COMMANDS_LOCK_H
#define DETECTOR_COMMANDS_LOCK_H

#include "base/err.h"

/* Makes state_dir if need be. *fd_out holds the lock until it is closed;
 * EXIT_AGAIN when somebody else has it. */
int lock_state_dir(int *fd_out, struct err *err);

/* The path as a position's name: the same file named from another folder is
 * the same source. `resolved` has PATH_MAX bytes. */
const char *source_name(const char *path, char *resolved);

#endif
