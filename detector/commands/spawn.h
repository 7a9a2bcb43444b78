/*
 * spawn - another process of this program, with the configuration and options
 * of the one that starts it, and nothing else of it: no descriptor but the
 * standard three and, if wanted, one more as 3.
 */
#ifndef DETECTOR_COMMANDS_SPAWN_H
#define DETECTOR_COMMANDS_SPAWN_H

#include "detector/commands/command.h"

#include <sys/types.h>

/* `option` may be NULL; `fd` is -1 for none. */
int spawn_self(const char *command, const char *option, int fd,
	       const struct invocation *invocation, pid_t *pid_out,
	       struct err *err);

#endif
