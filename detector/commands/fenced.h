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

/*
 * Before that, and before the state is opened, which is to be that user's:
 * become settings.reader_user, if it is set. As root, state_dir is made for him
 * when it is not there.
 */
int fenced_become_reader(struct err *err);

#endif
