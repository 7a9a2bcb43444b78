#include "detector/commands/lock.h"

#include "base/files.h"
#include "detector/settings.h"
#include "detector/sources/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

int lock_state_dir(int *fd_out, struct err *err)
{
	char path[PATH_MAX];

	if (files_make_dir(settings.state_dir, err) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/lock", settings.state_dir);
	*fd_out = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (*fd_out < 0)
		return err_errno(err, EXIT_FILE, errno, "cannot open %s, which "
				 "is to be reader_user's with all in its "
				 "folder (chown -R)", path);
	if (flock(*fd_out, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return err_set(err, EXIT_AGAIN,
		       "another scan or watch is running on %s; this one does "
		       "nothing", settings.state_dir);
}

/* While it is rotated the file may be missing; its folder is not. */
const char *source_name(const char *path, char *resolved)
{
	char dir[PATH_MAX];
	const char *last;
	size_t used;

	if (journal_is_named(path) || strcmp(path, "-") == 0)
		return path;
	if (realpath(path, resolved))
		return resolved;
	last = files_split(path, dir);
	if (!last || !realpath(dir, resolved))
		return path;
	used = strlen(resolved);
	if ((size_t)snprintf(resolved + used, PATH_MAX - used, "%s%s",
			     used > 1 ? "/" : "", last) >=
	    PATH_MAX - used)
		return path;
	return resolved;
}
