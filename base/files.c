#include "base/files.h"

#include "base/slice.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int read_all(int fd, const char *path, struct text *out,
		    struct err *err)
{
	char part[16384];
	ssize_t got;

	while ((got = read(fd, part, sizeof(part))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(err, EXIT_FILE, errno,
					 "cannot read %s", path);
		text_add(out, (struct slice){ part, (size_t)got });
		if (out->overflowed)
			return err_set(err, EXIT_DATA,
				       "%s is larger than %zu bytes", path,
				       out->max);
	}
	return 0;
}

static int open_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		err_errno(err, EXIT_FILE, errno, "cannot open %s", path);
	return fd;
}

int files_read(const char *path, struct text *out, struct err *err)
{
	int fd = open_file(path, err);
	int result;

	if (fd < 0)
		return -1;
	result = read_all(fd, path, out, err);
	close(fd);
	return result;
}

static int check_mode(int fd, const char *path, struct err *err)
{
	struct stat info;

	if (fstat(fd, &info) < 0)
		return err_errno(err, EXIT_FILE, errno, "cannot look at %s",
				 path);
	if (info.st_mode & (S_IROTH | S_IWOTH | S_IWGRP))
		return err_set(err, EXIT_RIGHTS,
			       "%s holds a secret but others may read or "
			       "write it; run: chmod 0640 %s", path, path);
	return 0;
}

int files_read_secret(const char *path, struct text *out, struct err *err)
{
	int fd = open_file(path, err);
	int result;

	if (fd < 0)
		return -1;
	result = check_mode(fd, path, err);
	if (result == 0)
		result = read_all(fd, path, out, err);
	close(fd);
	while (result == 0 && out->len > 0 &&
	       (out->bytes[out->len - 1] == '\n' ||
		out->bytes[out->len - 1] == '\r'))
		out->bytes[--out->len] = '\0';
	return result;
}

static int write_all(int fd, struct slice bytes)
{
	while (bytes.len > 0) {
		ssize_t put = write(fd, bytes.ptr, bytes.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		bytes = slice_after(bytes, (size_t)put);
	}
	return fsync(fd);
}

/* A name of its own beside `path`: a killed run may have left a draft, and in
 * a container the next one has the same process id. */
static int make_draft(const char *path, char draft[PATH_MAX], struct err *err)
{
	int fd;

	if (snprintf(draft, PATH_MAX, "%s.XXXXXX", path) >= PATH_MAX)
		return err_set(err, EXIT_CONFIG, "the path %s is too long",
			       path);
	fd = mkostemp(draft, O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, EXIT_FILE, errno, "cannot make %s",
				 draft);
	return fd;
}

/* Renamed over, a device or a link would be gone for good. */
static int check_ordinary(const char *path, struct err *err)
{
	struct stat info;

	if (lstat(path, &info) == 0 && !S_ISREG(info.st_mode))
		return err_set(err, EXIT_FILE, "%s is no ordinary file; "
			       "give the name of one", path);
	return 0;
}

int files_replace(const char *path, struct slice bytes, struct err *err)
{
	char draft[PATH_MAX];
	int fd, failed;

	if (check_ordinary(path, err) < 0)
		return -1;
	fd = make_draft(path, draft, err);
	if (fd < 0)
		return -1;
	failed = write_all(fd, bytes) < 0 ? errno : 0;
	if (close(fd) < 0 && !failed)
		failed = errno;
	if (!failed && rename(draft, path) < 0)
		failed = errno;
	if (!failed)
		return 0;
	unlink(draft);
	return err_errno(err, EXIT_FILE, failed, "cannot write %s", path);
}

int files_may_replace(const char *path, struct err *err)
{
	char draft[PATH_MAX];
	int fd;

	if (check_ordinary(path, err) < 0)
		return -1;
	fd = make_draft(path, draft, err);
	if (fd < 0)
		return -1;
	close(fd);
	unlink(draft);
	return 0;
}

const char *files_split(const char *path, char folder_out[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	struct slice folder = !slash ? S(".")
			      : slash == path ? S("/")
			      : (struct slice){ path, (size_t)(slash - path) };

	if (!slice_copy(folder, folder_out, PATH_MAX))
		return NULL;
	return slash ? slash + 1 : path;
}

/* The folder that `path` is in. */
static int look_at_folder(const char *path, struct stat *out)
{
	char folder[PATH_MAX];

	return files_split(path, folder) ? stat(folder, out) : -1;
}

/* `group_may` in a folder that a group shares; one for everybody, such as /tmp,
 * is none. */
static void share_as_folder(int fd, const char *path, mode_t group_may)
{
	struct stat folder, file;

	if (look_at_folder(path, &folder) < 0 || fstat(fd, &file) < 0)
		return;
	if (geteuid() == 0 && !(folder.st_mode & S_IWOTH) &&
	    fchown(fd, folder.st_uid, folder.st_gid) < 0)
		return;
	if ((folder.st_mode & (S_IWGRP | S_IWOTH)) == S_IWGRP)
		fchmod(fd, (file.st_mode & 0777) | group_may);
}

int files_create_shared(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd < 0 && errno == EEXIST)
		return 0;
	if (fd < 0)
		return err_errno(err, EXIT_FILE, errno, "cannot make %s",
				 path);
	share_as_folder(fd, path, S_IRGRP | S_IWGRP);
	close(fd);
	return 0;
}

int files_create_secret(const char *path, struct slice bytes, struct err *err)
{
	char draft[PATH_MAX];
	int fd, failed;

	if (access(path, F_OK) == 0)
		return 0;
	fd = make_draft(path, draft, err);
	if (fd < 0)
		return -1;
	share_as_folder(fd, path, S_IRGRP);
	failed = write_all(fd, bytes) < 0 || link(draft, path) < 0 ? errno : 0;
	close(fd);
	unlink(draft);
	if (failed && failed != EEXIST)
		return err_errno(err, EXIT_FILE, failed, "cannot make %s",
				 path);
	return 0;
}

int files_make_dir(const char *path, struct err *err)
{
	char part[PATH_MAX];

	if (!*path)
		return err_set(err, EXIT_CONFIG, "the path of a folder is "
			       "empty");
	if (!slice_copy(slice_from(path), part, sizeof(part)))
		return err_set(err, EXIT_CONFIG, "the path %s is too long",
			       path);
	for (char *at = part + 1;; at++) {
		char kept = *at;

		if (kept != '/' && kept != '\0')
			continue;
		*at = '\0';
		if (mkdir(part, 0750) < 0 && errno != EEXIST)
			return err_errno(err, EXIT_FILE, errno,
					 "cannot make the folder %s", part);
		*at = kept;
		if (kept == '\0')
			return 0;
	}
}

int64_t files_free_bytes(const char *path)
{
	struct statvfs fs;

	if (statvfs(path, &fs) < 0)
		return -1;
	return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
}

uint64_t files_mark(const char *path)
{
	struct stat now;
	uint64_t mark = 0;

	if (stat(path, &now) < 0)
		return 0;

	const uint64_t parts[] = {
		(uint64_t)now.st_dev, (uint64_t)now.st_ino,
		(uint64_t)now.st_size, (uint64_t)now.st_mode,
		(uint64_t)now.st_mtim.tv_sec, (uint64_t)now.st_mtim.tv_nsec,
	};

	/* Multiplicative hashing (Knuth, TAOCP 6.4) by 2^64 / phi. */
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		mark = (mark ^ parts[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return mark;
}
