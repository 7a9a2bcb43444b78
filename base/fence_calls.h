/*
 * fence_calls - seccomp: which system calls are left. A board of fence.h and
 * the adapter of libseccomp.
 */
#ifndef BASE_FENCE_CALLS_H
#define BASE_FENCE_CALLS_H

#include "base/fence.h"

/* `may_open_to_write`: somebody else (landlock, or the files' modes) sees to
 * where. */
int fence_calls_close(const struct fence_rules *rules, bool may_open_to_write,
		      struct err *err);

#endif
