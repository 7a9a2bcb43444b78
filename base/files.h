/*
 * files - small files read and written whole.
 */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include "base/err.h"
#include "base/text.h"

#include <limits.h>

/* Append the file to `out`, at most out->max bytes; a larger file is an
 * error. */
int files_read(const char *path, struct text *out, struct err *err);

/* As files_read for a file that others must not read: refuses one that group
 * or world can write, or world can read. A newline at its end is dropped. */
int files_read_secret(const char *path, struct text *out, struct err *err);

/* Make `path` with these bytes, mode 0600, unless it is there already. Two
 * processes racing end with one whole file. In a folder that a group shares (it
 * may write there) the group may read it, and what root makes becomes the
 * folder's owner's: a command run once as root must not keep the others out. */
int files_create_secret(const char *path, struct slice bytes,
			struct err *err);

/* An empty file, mode 0640, unless it is there; of the folder's owner as above,
 * and of the group that shares it, which may write it. */
int files_create_shared(const char *path, struct err *err);

/* Write `path` whole or not at all: into a file beside it first, mode 0600,
 * which then takes its name. Only what is no file yet or an ordinary one. */
int files_replace(const char *path, struct slice bytes, struct err *err);

/* Would files_replace() work? Asked before long work whose result it is. */
int files_may_replace(const char *path, struct err *err);

/* Of "a/b" the folder "a" and the name "b"; "." where there is none, "/" for
 * what is in it. NULL for a path that is too long. */
const char *files_split(const char *path, char folder_out[PATH_MAX]);

/* How much more may be written below `path`; -1 when nobody can tell. */
int64_t files_free_bytes(const char *path);

/* Another one when the file was written, replaced or removed since. */
uint64_t files_mark(const char *path);

/* mkdir -p, mode 0750 for what is made. */
int files_make_dir(const char *path, struct err *err);

#endif
