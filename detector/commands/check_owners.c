#include "detector/commands/check_owners.h"

#include "base/files.h"
#include "detector/settings.h"

#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What the reader remembers, which it must be able to write. */
static void check_reader(struct findings *findings)
{
	static const char *const names[] = { "", "/lock", "/state",
					     "/state/data.mdb" };
	const struct passwd *who = *settings.reader_user
					   ? getpwnam(settings.reader_user)
					   : NULL;
	char path[PATH_MAX];
	struct stat info;
	struct err err;

	for (size_t i = 0; who && i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", settings.state_dir,
			 names[i]);
		if (stat(path, &info) < 0 || info.st_uid == who->pw_uid)
			continue;
		err_set(&err, EXIT_RIGHTS, "%.300s is not %.40s's "
			"(reader_user), who must write it; run: chown -R "
			"%.40s %.300s", path, settings.reader_user,
			settings.reader_user, settings.state_dir);
		findings_bad(findings, "owner", &err);
		return;
	}
}

static bool is_kept_out(const struct stat *folder, const struct stat *file)
{
	mode_t wanted = S_IRUSR;

	if (file->st_uid == folder->st_uid)
		return false;
	if (file->st_gid == folder->st_gid)
		wanted |= S_IRGRP;
	return wanted == S_IRUSR || (file->st_mode & wanted) != wanted;
}

/* In a folder that a group shares, whose owner is not root, what is root's
 * keeps him out. */
static void check_shared(struct findings *findings, const char *path)
{
	char folder[PATH_MAX];
	struct stat info, around;
	struct err err;

	if (!strchr(path, '/') || stat(path, &info) < 0 ||
	    !files_split(path, folder) ||
	    stat(folder, &around) < 0 || around.st_uid == 0 ||
	    !(around.st_mode & S_IWGRP) || !is_kept_out(&around, &info))
		return;
	err_set(&err, EXIT_RIGHTS, "%.300s is not the folder's owner's, who "
		"must use it; run: chown --reference=%.300s %.300s", path,
		folder, path);
	findings_bad(findings, "owner", &err);
}

/* Right for cron, where root begins, and wrong for the units. */
static void check_password(const char *option, const char *path)
{
	struct stat info;
	char words[700];

	if (!*settings.reader_user || !*path || stat(path, &info) < 0 ||
	    info.st_uid != 0 || (info.st_gid != 0 && info.st_mode & S_IRGRP))
		return;
	snprintf(words, sizeof(words), "%s: only root may read %.300s; for "
		 "systemd's units give it to their group (comporta): mode 0640",
		 option, path);
	findings_note("owner", words);
}

void check_owners(struct findings *findings)
{
	check_reader(findings);
	check_shared(findings, settings.secret_file);
	if (strcmp(settings_databases[settings.database.kind], "sqlite") == 0)
		check_shared(findings, settings.database.file);
	else
		check_password("database.password_file",
			       settings.database.password_file);
	check_password("smtp.password_file", settings.smtp.password_file);
}
