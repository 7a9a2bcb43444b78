/*
 * fenced - the fence (base/fence.h) around a command, as the operator wants it.
 */
#ifndef DETECTOR_COMMANDS_FENCED_H
#define DETECTOR_COMMANDS_FENCED_H

#include "base/fence.h"

/*
 * Once what needs rights is open. Closes the fence, or, with fence = "off",
 * warns that there is none. Where the kernel has no landlock it says so with
 * -v and does with the rest.
 */
int fenced_close(const struct fence_rules *rules, struct err *err);

#endif
