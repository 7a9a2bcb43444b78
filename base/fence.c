#include "base/fence.h"

#include "base/fence_calls.h"
#include "base/fence_paths.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Good until the next one is looked for. */
static const struct passwd *find_user(const char *user, struct err *err)
{
	const struct passwd *found;

	errno = 0;
	found = getpwnam(user);
	if (!found && errno)
		err_errno(err, EXIT_RIGHTS, errno,
			  "cannot look for the user \"%.40s\"", user);
	else if (!found)
		err_set(err, EXIT_RIGHTS, "there is no user \"%.40s\" to "
			"become; make it: useradd --system %.40s", user, user);
	return found;
}

/* Groups first: they are root's to give. */
static int change_to(const char *user, const struct passwd *to,
		     struct err *err)
{
	if (initgroups(user, to->pw_gid) < 0 ||
	    setresgid(to->pw_gid, to->pw_gid, to->pw_gid) < 0 ||
	    setresuid(to->pw_uid, to->pw_uid, to->pw_uid) < 0)
		return err_errno(err, EXIT_RIGHTS, errno,
				 "cannot become the user \"%.40s\"", user);
	return 0;
}

static bool is_for_good(const struct passwd *to)
{
	uid_t real, effective, saved;
	gid_t real_group, effective_group, saved_group;

	if (getresuid(&real, &effective, &saved) < 0 ||
	    getresgid(&real_group, &effective_group, &saved_group) < 0)
		return false;
	return real == to->pw_uid && effective == to->pw_uid &&
	       saved == to->pw_uid && real_group == to->pw_gid &&
	       effective_group == to->pw_gid && saved_group == to->pw_gid &&
	       setuid(0) < 0 && seteuid(0) < 0 && setgroups(0, NULL) < 0;
}

int fence_become(const char *user, struct err *err)
{
	const struct passwd *to;

	if (!*user)
		return 0;
	to = find_user(user, err);
	if (!to)
		return -1;
	if (getuid() == to->pw_uid && geteuid() == to->pw_uid)
		return 0;
	if (geteuid() != 0)
		return err_set(err, EXIT_RIGHTS, "only root can become the "
			       "user \"%.40s\"; start it as root or as that "
			       "user", user);
	if (change_to(user, to, err) < 0)
		return -1;
	if (is_for_good(to))
		return 0;
	return err_set(err, EXIT_RIGHTS, "became the user \"%.40s\", but "
		       "rights of root are left", user);
}

/* What root may by a program's mode it must not get back, and nobody shall
 * look into the memory of one who is inside. */
static int close_rights(struct err *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_errno(err, EXIT_RIGHTS, errno,
				 "cannot give up rights");
	return 0;
}

int fence_close(const struct fence_rules *rules, struct err *err)
{
	int version = fence_paths_version();

	if (close_rights(err) < 0)
		return -1;
	if (version > 0 && fence_paths_close(rules, version, err) < 0)
		return -1;
#ifdef FENCE_ALSO_WRITES
	return fence_calls_close(rules, true, err);
#else
	return fence_calls_close(rules, rules->opens_later, err);
#endif
}

bool fence_has_landlock(void)
{
	return fence_paths_version() > 0;
}
