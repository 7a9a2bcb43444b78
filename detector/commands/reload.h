/*
 * reload - SIGHUP: the configuration is read anew, wholly or not at all. A
 * broken one is told with its place, and the old one goes on.
 */
#ifndef DETECTOR_COMMANDS_RELOAD_H
#define DETECTOR_COMMANDS_RELOAD_H

#include "detector/commands/command.h"

struct reload {
	const char *who;	/* "watch" */
	/* Full names of options that need a new start; ends with NULL. */
	const char *const *fixed;
	/* Can what the new settings name be used? They are in place. */
	int (*check)(void *context, struct err *err);
	/* From here on nobody may look at an old value. */
	void (*let_go)(void *context);
	void *context;
};

/* False when the old configuration goes on. Tells the service manager of the
 * beginning; service_ready() is the caller's, in both cases. */
bool reload(const struct invocation *invocation, const struct reload *how);

#endif
