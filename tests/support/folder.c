#include "tests/support/folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

void folder_make(char path_out[FOLDER_SIZE], const char *name)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(path_out, FOLDER_SIZE, "%s/comporta-%s-XXXXXX",
		 tmp && *tmp ? tmp : "/tmp", name);
	if (mkdtemp(path_out) && chmod(path_out, 0755) == 0)
		return;
	perror(path_out);
	exit(1);
}

const char *folder_at(const char *folder, const char *name)
{
	static char paths[8][FOLDER_SIZE + 300];
	static size_t next;
	char *out = paths[next++ % 8];

	snprintf(out, sizeof(paths[0]), "%s/%s", folder, name);
	return out;
}

static int remove_one(const char *path, const struct stat *info, int type,
		      struct FTW *where)
{
	(void)info;
	(void)type;
	(void)where;
	return remove(path);
}

void folder_remove(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
