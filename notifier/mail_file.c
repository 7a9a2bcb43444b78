#include "notifier/mail_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool mail_folder_init(const char *url, struct mail_folder *folder_out)
{
	static const char scheme[] = "file://";

	if (strncmp(url, scheme, sizeof(scheme) - 1) != 0)
		return false;
	*folder_out = (struct mail_folder){ url + sizeof(scheme) - 1, 1 };
	return true;
}

static int write_whole(const char *path, struct slice message)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	ssize_t put;

	if (fd < 0)
		return -1;
	put = write(fd, message.ptr, message.len);
	if (put != (ssize_t)message.len || fsync(fd) < 0) {
		close(fd);
		return -1;
	}
	return close(fd);
}

static enum mail_result send_to_folder(void *context, struct slice recipient,
				       struct slice message, struct err *err)
{
	struct mail_folder *folder = context;
	char draft[PATH_MAX], path[PATH_MAX];

	(void)recipient;
	snprintf(draft, sizeof(draft), "%s/.draft", folder->path);
	do
		snprintf(path, sizeof(path), "%s/%u.eml", folder->path,
			 folder->next++);
	while (access(path, F_OK) == 0);
	if (write_whole(draft, message) == 0 && rename(draft, path) == 0)
		return MAIL_ACCEPTED;
	err_errno(err, EXIT_FILE, errno, "cannot write %s", path);
	return MAIL_LATER;
}

struct mail_route mail_folder_route(struct mail_folder *folder)
{
	return (struct mail_route){ folder, send_to_folder };
}
