#include "detector/commands/lock.h"

#include "base/files.h"
#include "detector/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

int lock_state_dir(int *fd_out, struct err *err)
{
	char path[PATH_MAX];

	if (files_make_dir(settings.state_dir, err) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/lock", settings.state_dir);
	*fd_out = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (*fd_out < 0)
		return err_errno(err, EXIT_FILE, errno, "cannot open %s",
				 path);
	if (flock(*fd_out, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return err_set(err, EXIT_AGAIN,
		       "another scan or watch is running on %s; this one does "
		       "nothing", settings.state_dir);
}

const char *source_name(const char *path, char *resolved)
{
	return realpath(path, resolved) ? resolved : path;
}
