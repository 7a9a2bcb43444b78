/*
 * fence_paths - landlock: where a process may still write. A board of fence.h.
 */
#ifndef BASE_FENCE_PATHS_H
#define BASE_FENCE_PATHS_H

#include "base/fence.h"

/* The version of landlock that the kernel offers; 0 when it has none or has
 * it switched off. */
int fence_paths_version(void);

/* `version` as fence_paths_version() says. No new rights must be off already
 * (prctl(2)). */
int fence_paths_close(const struct fence_rules *rules, int version,
		      struct err *err);

#endif
