#include "detector/commands/logs.h"

#include "base/log.h"
#include "base/must.h"
#include "detector/commands/lock.h"
#include "detector/settings.h"
#include "detector/sources/journal.h"
#include "detector/sources/rotation.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_pattern(const char *name)
{
	return !journal_is_named(name) && strpbrk(name, "*?[") &&
	       access(name, F_OK) < 0;
}

static bool is_file(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static bool is_listed(const struct logs *logs, const char *path)
{
	char a[PATH_MAX], b[PATH_MAX];
	const char *name = source_name(path, a);

	for (size_t i = 0; i < logs->n; i++)
		if (strcmp(source_name(logs->logs[i].path, b), name) == 0)
			return true;
	return false;
}

/* False when there is no more room. The same file twice is read once. */
static bool add(struct logs *logs, const char *path, const char *packed)
{
	if (is_listed(logs, path))
		return true;
	if (logs->n == PIPELINE_MAX)
		return false;
	logs->logs[logs->n].path = must(strdup(path));
	logs->logs[logs->n].packed = packed ? must(strdup(packed)) : NULL;
	logs->n++;
	return true;
}

static bool is_known(struct state *state, const char *path)
{
	struct source_position position;
	char name[PATH_MAX];

	return state &&
	       state_position(state, source_name(path, name), &position);
}

/* A compressed file that the pattern matches: the rest of a log that we read
 * and that is gone, unless that was read to its end already. */
static bool is_rest(struct state *state, const char *path,
		    char plain[PATH_MAX])
{
	slice_copy((struct slice){ path, rotation_plain_length(path) }, plain,
		   PATH_MAX);
	return !is_known(state, path) && access(plain, F_OK) < 0 &&
	       is_known(state, plain);
}

enum match { ADDED, NO_ROOM, NO_LOG };

static enum match add_match(struct logs *logs, struct state *state,
			    const char *path, enum idle_why *why)
{
	char plain[PATH_MAX];
	bool is_packed = path[rotation_plain_length(path)] != '\0';

	if (!is_file(path))
		*why = IDLE_NO_FILE;
	else if (rotation_has_live(path))
		*why = IDLE_ROTATED;
	else if (!is_packed)
		return add(logs, path, NULL) ? ADDED : NO_ROOM;
	else if (is_rest(state, path, plain))
		return add(logs, plain, path) ? ADDED : NO_ROOM;
	else
		*why = IDLE_PACKED;
	return NO_LOG;
}

static int newer_first(const void *a, const void *b)
{
	char *const *x = a, *const *y = b;
	struct stat one = { 0 }, other = { 0 };

	stat(*x, &one);
	stat(*y, &other);
	if (one.st_mtim.tv_sec != other.st_mtim.tv_sec)
		return one.st_mtim.tv_sec > other.st_mtim.tv_sec ? -1 : 1;
	return strcmp(*y, *x);
}

static bool is_denied;	/* a folder, to the glob() that goes on */

static int on_folder_error(const char *path, int errnum)
{
	(void)path;
	is_denied |= errnum == EACCES;
	return 0;
}

/* As glob(), which is silent about folders that it may not read. */
static int look_for(const char *pattern, int flags, glob_t *found)
{
	is_denied = false;
	return glob(pattern, flags, on_folder_error, found);
}

static void keep_idle(struct logs *logs, const struct idle *idle)
{
	if (logs->n_idle < CONF_LIST_MAX)
		logs->idle[logs->n_idle++] = *idle;
}

/* How many there was no room for. */
static size_t add_matches(struct logs *logs, struct state *state,
			  const glob_t *found, struct idle *idle)
{
	size_t left_out = 0, n = 0;

	for (size_t i = 0; i < found->gl_pathc; i++) {
		const char *path = found->gl_pathv[i];
		enum match match = add_match(logs, state, path, &idle->why);

		left_out += match == NO_ROOM;
		n += match != NO_LOG;
		if (match == NO_LOG)
			slice_copy(slice_from(path), idle->name,
				   sizeof(idle->name));
	}
	if (n == 0)
		keep_idle(logs, idle);
	return left_out;
}

static void add_pattern(struct logs *logs, struct state *state,
			const char *pattern)
{
	struct idle idle = { .pattern = pattern };
	glob_t found = { 0 };
	size_t left_out = 0;

	if (look_for(pattern, 0, &found) == 0) {
		if (found.gl_pathc > PIPELINE_MAX)
			qsort(found.gl_pathv, found.gl_pathc,
			      sizeof(*found.gl_pathv), newer_first);
		left_out = add_matches(logs, state, &found, &idle);
	} else {
		idle.why = is_denied ? IDLE_DENIED : IDLE_NO_MATCH;
		keep_idle(logs, &idle);
	}
	globfree(&found);
	if (left_out)
		log_warning("%s: more than %d logs in all; %zu that changed "
			    "longest ago are not read, make the pattern "
			    "narrower", pattern, PIPELINE_MAX, left_out);
}

int logs_tell_idle(const struct idle *idle, struct err *err)
{
	static const struct {
		int code;
		const char *before, *after;
	} rows[] = {
		[IDLE_NO_MATCH] = { EXIT_DATA, "", "; mend the pattern, or "
				    "leave it out" },
		[IDLE_DENIED] = { EXIT_RIGHTS, "", "; run as root, or as a "
				  "member of the folder's group (often adm)" },
		[IDLE_ROTATED] = { EXIT_DATA, " but ", ", which a log was "
				   "rotated into and is read as its past; name "
				   "that log" },
		[IDLE_PACKED] = { EXIT_DATA, " but ", ", which is packed, and "
				  "a pattern stands for logs that are written "
				  "to; name that log, or this file in full" },
		[IDLE_NO_FILE] = { EXIT_DATA, " but ", ", which is no file; "
				   "name files" },
	};

	return err_set(err, rows[idle->why].code, "%s %.150s%s%s%s%s",
		       idle->why == IDLE_DENIED
			       ? "permission denied to look for logs that match"
			       : "no log matches",
		       idle->pattern,
		       idle->why == IDLE_NO_MATCH ? " yet" : "",
		       rows[idle->why].before, idle->name,
		       rows[idle->why].after);
}

int logs_judge_idle(const struct logs *logs, struct err *err)
{
	int result = 0;

	for (size_t i = 0; i < logs->n_idle; i++) {
		struct err one;

		logs_tell_idle(&logs->idle[i], &one);
		if (one.code == EXIT_RIGHTS) {
			*err = one;
			result = -1;
		} else {
			log_debug("%s", one.text);
		}
	}
	return result;
}

/* Nobody's message may be counted twice. */
static int check_journals(char *const *names, size_t n, struct err *err)
{
	bool has_all = false, has_unit = false;

	for (size_t i = 0; i < n; i++) {
		if (!journal_is_named(names[i]))
			continue;
		has_all |= strcmp(names[i], "journal:") == 0;
		has_unit |= strcmp(names[i], "journal:") != 0 &&
			    strncmp(names[i], "journal:/", 9) != 0;
	}
	if (!has_all || !has_unit)
		return 0;
	return err_set(err, EXIT_CONFIG, "sources name journal: and a unit's "
		       "journal; journal: holds the mail messages of every "
		       "unit already, so name either it or all the units");
}

int logs_find(struct logs *logs, const struct invocation *invocation,
	      struct state *state, struct err *err)
{
	bool is_named = invocation->n_args > 0;
	char *const *names = is_named ? invocation->args
				      : settings.sources.items;
	size_t n = is_named ? (size_t)invocation->n_args : settings.sources.n;

	if (check_journals(names, n, err) < 0)
		return -1;
	/* First what is named as it is: it must not be crowded out. */
	for (size_t i = 0; i < n; i++)
		if (!is_pattern(names[i]) && !add(logs, names[i], NULL))
			return err_set(err, EXIT_CONFIG, "more than %d logs",
				       PIPELINE_MAX);
	for (size_t i = 0; i < n; i++)
		if (is_pattern(names[i]))
			add_pattern(logs, state, names[i]);
	if (logs->n == 0 && n > 0)
		return logs_tell_idle(&logs->idle[0], err);
	return 0;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool logs_are_same(const struct logs *a, const struct logs *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (!is_same(a->logs[i].path, b->logs[i].path) ||
		    !is_same(a->logs[i].packed, b->logs[i].packed))
			return false;
	return a->n == b->n;
}

void logs_release(struct logs *logs)
{
	for (size_t i = 0; i < logs->n; i++) {
		free(logs->logs[i].path);
		free(logs->logs[i].packed);
	}
	logs->n = logs->n_idle = 0;
}

int logs_expand_arguments(struct invocation *invocation, struct err *err)
{
	static glob_t found;	/* lives as long as the arguments */
	bool is_first = true;

	for (int i = 0; i < invocation->n_args; i++) {
		const char *name = invocation->args[i];
		int flags = is_first ? 0 : GLOB_APPEND;
		int got = look_for(name, is_pattern(name)
						 ? flags
						 : flags | GLOB_NOCHECK |
							   GLOB_NOESCAPE,
				   &found);

		is_first = false;
		if (got == GLOB_NOMATCH && is_denied)
			return logs_tell_idle(
				&(struct idle){ name, IDLE_DENIED, "" }, err);
		if (got == GLOB_NOMATCH)
			return err_set(err, EXIT_DATA, "no log matches %.300s",
				       name);
		if (got != 0)
			return err_set(err, EXIT_FILE, "cannot look for logs "
				       "that match %.300s", name);
	}
	if (invocation->n_args == 0)
		return 0;
	invocation->args = found.gl_pathv;
	invocation->n_args = (int)found.gl_pathc;
	return 0;
}
