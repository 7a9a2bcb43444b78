#include "base/fence_paths.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of newer kernels than the headers may be: linux/landlock.h. */
#define FS_REFER	(UINT64_C(1) << 13)	/* version 2 */
#define FS_TRUNCATE	(UINT64_C(1) << 14)	/* version 3 */
#define NET_BIND_TCP	(UINT64_C(1) << 0)	/* version 4 */
#define NET_CONNECT_TCP	(UINT64_C(1) << 1)
#define FS_IOCTL_DEV	(UINT64_C(1) << 15)	/* version 5 */
#define SCOPE_ABSTRACT_SOCKET (UINT64_C(1) << 0)	/* version 6 */
#define SCOPE_SIGNAL	(UINT64_C(1) << 1)

/* struct landlock_ruleset_attr as of version 6. An older kernel takes a
 * longer one whose end is zero. */
struct ruleset {
	uint64_t files, network, scoped;
};

/* What is forbidden wherever no rule allows it. */
static const struct {
	int version;		/* of landlock that knows it */
	struct ruleset bans;
} bans[] = {
	{ 1, { .files = LANDLOCK_ACCESS_FS_EXECUTE |
			LANDLOCK_ACCESS_FS_WRITE_FILE |
			LANDLOCK_ACCESS_FS_REMOVE_DIR |
			LANDLOCK_ACCESS_FS_REMOVE_FILE |
			LANDLOCK_ACCESS_FS_MAKE_CHAR |
			LANDLOCK_ACCESS_FS_MAKE_DIR |
			LANDLOCK_ACCESS_FS_MAKE_REG |
			LANDLOCK_ACCESS_FS_MAKE_SOCK |
			LANDLOCK_ACCESS_FS_MAKE_FIFO |
			LANDLOCK_ACCESS_FS_MAKE_BLOCK |
			LANDLOCK_ACCESS_FS_MAKE_SYM } },
	{ 2, { .files = FS_REFER } },
	{ 3, { .files = FS_TRUNCATE } },
	{ 4, { .network = NET_BIND_TCP | NET_CONNECT_TCP } },
	{ 5, { .files = FS_IOCTL_DEV } },
	{ 6, { .scoped = SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL } },
};

/* What is allowed below a writable folder, and for a single file. Renaming and
 * linking within one folder needs no FS_REFER. */
static const uint64_t in_folder = LANDLOCK_ACCESS_FS_WRITE_FILE |
				  FS_TRUNCATE |
				  LANDLOCK_ACCESS_FS_MAKE_REG |
				  LANDLOCK_ACCESS_FS_MAKE_DIR |
				  LANDLOCK_ACCESS_FS_REMOVE_FILE |
				  LANDLOCK_ACCESS_FS_REMOVE_DIR;
static const uint64_t of_file = LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE;

int fence_paths_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
			       LANDLOCK_CREATE_RULESET_VERSION);

	return version > 0 ? (int)version : 0;
}

static struct ruleset ruleset_of(const struct fence_rules *rules, int version)
{
	struct ruleset set = { 0 };

	for (size_t i = 0; i < sizeof(bans) / sizeof(bans[0]); i++) {
		if (version < bans[i].version)
			break;
		set.files |= bans[i].bans.files;
		set.network |= bans[i].bans.network;
		set.scoped |= bans[i].bans.scoped;
	}
	/* What it connects to is for the database's settings to say. */
	if (rules->has_network) {
		set.network = 0;
		set.scoped &= ~SCOPE_ABSTRACT_SOCKET;
	}
	return set;
}

static int fail(const char *path, struct err *err)
{
	return err_errno(err, EXIT_RIGHTS, errno,
			 "cannot allow itself to write to %s", path);
}

static int allow(int ruleset, const char *path, uint64_t known,
		 struct err *err)
{
	struct landlock_path_beneath_attr rule = { 0 };
	int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat info;
	int result = 0;

	if (fd < 0)
		return fail(path, err);
	rule.parent_fd = fd;
	if (fstat(fd, &info) == 0)
		rule.allowed_access = known & (S_ISDIR(info.st_mode)
						       ? in_folder : of_file);
	if (syscall(SYS_landlock_add_rule, ruleset,
		    LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		result = fail(path, err);
	close(fd);
	return result;
}

static int allow_all(int ruleset, const struct fence_rules *rules,
		     uint64_t known, struct err *err)
{
#ifdef FENCE_ALSO_WRITES
	if (allow(ruleset, FENCE_ALSO_WRITES, known, err) < 0)
		return -1;
#endif
	for (size_t i = 0; rules->writable && rules->writable[i]; i++)
		if (allow(ruleset, rules->writable[i], known, err) < 0)
			return -1;
	return 0;
}

int fence_paths_close(const struct fence_rules *rules, int version,
		      struct err *err)
{
	const struct ruleset set = ruleset_of(rules, version);
	int fd = (int)syscall(SYS_landlock_create_ruleset, &set, sizeof(set),
			      0);
	int result = 0;

	if (fd < 0)
		return err_errno(err, EXIT_RIGHTS, errno, "cannot close the "
				 "fence around files (landlock)");
	if (allow_all(fd, rules, set.files, err) < 0)
		result = -1;
	else if (syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		result = err_errno(err, EXIT_RIGHTS, errno, "cannot close the "
				   "fence around files (landlock)");
	close(fd);
	return result;
}
