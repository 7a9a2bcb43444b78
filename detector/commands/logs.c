#include "detector/commands/logs.h"

#include "base/log.h"
#include "base/must.h"
#include "detector/commands/lock.h"
#include "detector/settings.h"
#include "detector/sources/journal.h"
#include "detector/sources/rotation.h"

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
static bool add_packed(struct logs *logs, struct state *state,
		       const char *path)
{
	char plain[PATH_MAX];

	slice_copy((struct slice){ path, rotation_plain_length(path) }, plain,
		   sizeof(plain));
	if (is_known(state, path) || access(plain, F_OK) == 0 ||
	    !is_known(state, plain))
		return true;
	return add(logs, plain, path);
}

static bool add_match(struct logs *logs, struct state *state,
		      const char *path)
{
	if (!is_file(path) || rotation_has_live(path))
		return true;
	if (path[rotation_plain_length(path)])
		return add_packed(logs, state, path);
	return add(logs, path, NULL);
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

static void add_pattern(struct logs *logs, struct state *state,
			const char *pattern)
{
	glob_t found = { 0 };
	size_t left_out = 0;

	if (glob(pattern, 0, NULL, &found) == 0) {
		if (found.gl_pathc > PIPELINE_MAX)
			qsort(found.gl_pathv, found.gl_pathc,
			      sizeof(*found.gl_pathv), newer_first);
		for (size_t i = 0; i < found.gl_pathc; i++)
			left_out += !add_match(logs, state, found.gl_pathv[i]);
	} else if (logs->n_idle < CONF_LIST_MAX) {
		logs->idle[logs->n_idle++] = pattern;
	}
	globfree(&found);
	if (left_out)
		log_warning("%s: more than %d logs in all; %zu that changed "
			    "longest ago are not read, make the pattern "
			    "narrower", pattern, PIPELINE_MAX, left_out);
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
		return err_set(err, EXIT_DATA, "no log matches %.300s yet",
			       names[0]);
	return 0;
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
		int got = glob(name, is_pattern(name)
					     ? flags
					     : flags | GLOB_NOCHECK |
						       GLOB_NOESCAPE,
			       NULL, &found);

		is_first = false;
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
