#include "detector/commands/fenced.h"

#include "base/files.h"
#include "base/log.h"
#include "detector/settings.h"

#include <errno.h>
#include <pwd.h>
#include <unistd.h>

int fenced_close(const struct fence_rules *rules, struct err *err)
{
	bool has_landlock = fence_has_landlock();

	if (settings.fence == FENCE_OFF) {
		log_warning("fence is off: whoever takes over this process by "
			    "what it reads may do all that its user may");
		return 0;
	}
	if (fence_close(rules, err) < 0) {
		err_prefix(err, "this process must not read without a fence "
			   "(fence = \"off\" lets it): ");
		return -1;
	}
	if (!has_landlock)
		log_debug("this kernel has no landlock; the fence is of "
			  "seccomp alone");
	return 0;
}

/* Below /var/lib nobody but root could. */
static int make_state_dir(const char *user, struct err *err)
{
	const struct passwd *who = getpwnam(user);

	if (!who || geteuid() != 0 || access(settings.state_dir, F_OK) == 0)
		return 0;
	if (files_make_dir(settings.state_dir, err) < 0)
		return -1;
	if (chown(settings.state_dir, who->pw_uid, who->pw_gid) == 0)
		return 0;
	return err_errno(err, EXIT_FILE, errno, "cannot give %s to %s",
			 settings.state_dir, user);
}

int fenced_become_reader(struct err *err)
{
	const char *user = settings.reader_user;

	if (*user && make_state_dir(user, err) < 0)
		return -1;
	if (fence_become(user, err) == 0)
		return 0;
	err_prefix(err, "reader_user: ");
	return -1;
}
