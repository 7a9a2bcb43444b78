/*
 * learn - scan --learn: old logs teach what is normal, in one transaction.
 *
 * Killed anywhere it has done nothing, and done twice it has done nothing the
 * second time (learning.h). What scan reads afterwards is decided by content,
 * like every position (sources/rotation.h):
 *
 * - A log that is a source, or may become one, is followed from where it was
 *   read to, and scan goes on behind what was learnt of it.
 * - A rotated file is read whole. The source it was rotated from, if that was
 *   never read, begins behind the newest such file: what was written after it
 *   is scanned wherever the next rotation puts it.
 * - A rotated file that scan has yet to finish is left to scan, and of a file
 *   and its compressed copy one is read.
 */
#ifndef DETECTOR_COMMANDS_LEARN_H
#define DETECTOR_COMMANDS_LEARN_H

#include "detector/commands/command.h"

/* The logs of the invocation; the exit code. */
int learn_logs(struct invocation *invocation);

#endif
