/*
 * fence - what this process can no longer do from here on, whoever has taken
 * it over by then.
 *
 * A process that reads strangers' text first opens what it needs, then becomes
 * a user who owns little (fence_become), then closes the fence behind itself
 * (fence_close). Neither can be undone; what is started afterwards is inside
 * as well. A fence that cannot be had is an error with EXIT_RIGHTS: whoever
 * asked for it must not go on without.
 *
 * The fence has three boards. No new rights: a setuid program gives none, and
 * nobody else may trace the process or make it dump its memory. Landlock, where
 * the kernel has it (5.13, better 6.2): nothing is made, written or removed but
 * below the given folders, no program is run, no TCP spoken (6.7) unless
 * has_network, no signal sent to others (6.12). Reading is left to the files'
 * modes. Seccomp: a list of the system calls that are needed; all others fail
 * with EPERM, they do not kill, so that a new C library's ways harm nobody.
 *
 * Where landlock is missing, seccomp does more: no file is opened for writing
 * any more, none removed. What was open for writing before stays so.
 *
 * Built with AddressSanitizer the list is longer: its search for leaks, at the
 * end, is a thread that traces the process. Such a build is no fence. One that
 * measures coverage writes its counts at the end: FENCE_ALSO_WRITES, defined
 * as the build's folder, lets it.
 */
#ifndef BASE_FENCE_H
#define BASE_FENCE_H

#include "base/err.h"

#include <stdbool.h>

struct fence_rules {
	/* Folders, or single files, where files may still be written; they must
	 * be there. Ends with NULL; NULL for none. */
	const char *const *writable;
	/* Files are opened, made or removed there later on. Without it whatever
	 * is written must be open already. Where landlock is missing, it leaves
	 * writing to what the file's mode allows. */
	bool opens_later;
	/* Makes connections and takes them; and, since a database's client may
	 * load a plug-in for its login, loads libraries. */
	bool has_network;
};

/*
 * Become this user, with its groups, for good: what root may is lost, and it
 * is tried whether it can be had back. "" and whoever we are already change
 * nothing. Only root can become somebody else.
 */
int fence_become(const char *user, struct err *err);

int fence_close(const struct fence_rules *rules, struct err *err);

/* Does this kernel have landlock, switched on? Inside a fence nobody can
 * tell. */
bool fence_has_landlock(void);

#endif
