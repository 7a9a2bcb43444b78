#include "detector/sources/wake.h"

#include "base/files.h"
#include "base/must.h"
#include "base/slice.h"

#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum {
	/* Its link count tells that an open file was removed. */
	FILE_EVENTS = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF,
	FOLDER_EVENTS = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
			IN_MOVE_SELF | IN_DELETE_SELF,
	/* Several hundred at once; one has up to 272 bytes. */
	EVENTS_SIZE = 1 << 14
};

/* A file or folder that is watched: the kernel's number of it. Two paths may
 * have the same. */
struct place {
	char *path;
	int number;		/* -1: is not there, or cannot be watched */
	bool is_wanted;
};

/* A name that matters in a folder. */
struct name {
	uint16_t folder;	/* which of the folders */
	unsigned what;
	char pattern[NAME_MAX + 1];
};

struct places {
	size_t n, most;
	uint32_t events;
	struct place *all;
};

struct wake {
	int fd;
	bool is_news;		/* watched since wake_begin() */
	unsigned what;		/* to be told */
	const char *trouble;
	struct places files, folders;
	size_t n_names;
	struct name names[WAKE_NAMES_MAX];
};

struct wake *wake_new(void)
{
	struct wake *wake = must(calloc(1, sizeof(*wake)));

	wake->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (wake->fd < 0)
		wake->trouble = strerror(errno);
	wake->files.most = WAKE_FILES_MAX;
	wake->files.events = FILE_EVENTS;
	wake->files.all = must(calloc(WAKE_FILES_MAX, sizeof(struct place)));
	wake->folders.most = WAKE_FOLDERS_MAX;
	wake->folders.events = FOLDER_EVENTS | IN_ONLYDIR;
	wake->folders.all = must(calloc(WAKE_FOLDERS_MAX,
					sizeof(struct place)));
	return wake;
}

static void free_places(struct places *places)
{
	for (size_t i = 0; i < places->n; i++)
		free(places->all[i].path);
	free(places->all);
}

void wake_free(struct wake **wake)
{
	if (!*wake)
		return;
	if ((*wake)->fd >= 0)
		close((*wake)->fd);
	free_places(&(*wake)->files);
	free_places(&(*wake)->folders);
	free(*wake);
	*wake = NULL;
}

int wake_fd(const struct wake *wake)
{
	return wake->fd;
}

const char *wake_trouble(const struct wake *wake)
{
	return wake->trouble;
}

static void unwant(struct places *places)
{
	for (size_t i = 0; i < places->n; i++)
		places->all[i].is_wanted = false;
}

void wake_begin(struct wake *wake)
{
	unwant(&wake->files);
	unwant(&wake->folders);
	wake->n_names = 0;
	wake->is_news = false;
	if (wake->fd >= 0)
		wake->trouble = NULL;
}

static struct place *find_place(struct places *places, const char *path)
{
	for (size_t i = 0; i < places->n; i++)
		if (strcmp(places->all[i].path, path) == 0)
			return &places->all[i];
	if (places->n == places->most)
		return NULL;
	places->all[places->n] = (struct place){
		.path = must(strdup(path)), .number = -1,
	};
	return &places->all[places->n++];
}

static bool is_shared(const struct places *places, int number)
{
	for (size_t i = 0; i < places->n; i++)
		if (places->all[i].is_wanted &&
		    places->all[i].number == number)
			return true;
	return false;
}

static void end_watch(struct wake *wake, const struct places *places,
		      int number)
{
	if (number >= 0 && !is_shared(places, number))
		inotify_rm_watch(wake->fd, number);
}

/* Asked anew each time, as another file may have the name by now: the same one
 * keeps its number. NULL when it is not there. */
static struct place *watch(struct wake *wake, struct places *places,
			   const char *path)
{
	struct place *place = find_place(places, path);
	int number, before;

	if (!place) {
		wake->trouble = "too many logs and folders";
		return NULL;
	}
	number = inotify_add_watch(wake->fd, path, places->events);
	if (number < 0 && errno != ENOENT && errno != ENOTDIR)
		wake->trouble = strerror(errno);
	before = place->number;
	place->number = number;
	place->is_wanted = true;
	if (number != before) {
		wake->is_news |= number >= 0;
		end_watch(wake, places, before);
	}
	return number < 0 ? NULL : place;
}

static void want_in(struct wake *wake, const char *folder, const char *last,
		    unsigned what);

static void want(struct wake *wake, const char *path, unsigned what)
{
	char folder[PATH_MAX];
	const char *last = files_split(path, folder);

	/* The root's own name, and one with a slash at its end, say nothing. */
	if (last && *last && strlen(path) < PATH_MAX)
		want_in(wake, folder, last, what);
}

static void want_in_each(struct wake *wake, const char *folders,
			 const char *last, unsigned what)
{
	glob_t found = { 0 };

	if (glob(folders, GLOB_ONLYDIR | GLOB_NOSORT, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			want_in(wake, found.gl_pathv[i], last, what);
	globfree(&found);
}

static bool is_pattern(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

static void want_in(struct wake *wake, const char *folder, const char *last,
		    unsigned what)
{
	struct place *place = watch(wake, &wake->folders, folder);
	struct name *name = &wake->names[wake->n_names];

	if (!place) {
		if (is_pattern(folder))
			want_in_each(wake, folder, last, what);
		/* Until it is there, or another one that matches. */
		if (strcmp(folder, ".") != 0 && strcmp(folder, "/") != 0)
			want(wake, folder, what);
		return;
	}
	if (wake->n_names == WAKE_NAMES_MAX || strlen(last) > NAME_MAX) {
		wake->trouble = "too many names";
		return;
	}
	name->folder = (uint16_t)(place - wake->folders.all);
	name->what = what;
	slice_copy(slice_from(last), name->pattern, sizeof(name->pattern));
	wake->n_names++;
}

void wake_want_name(struct wake *wake, const char *name, unsigned what)
{
	if (wake->fd >= 0)
		want(wake, name, what);
}

void wake_want_log(struct wake *wake, const char *path)
{
	char real[PATH_MAX];

	if (wake->fd < 0)
		return;
	want(wake, path, WAKE_NAMES);
	if (watch(wake, &wake->files, path) && realpath(path, real) &&
	    strcmp(path, real) != 0)
		want(wake, real, WAKE_NAMES);
}

/* The order of those that stay is kept: names hold their place. */
static void let_go(struct wake *wake, struct places *places,
		   uint16_t moved_to[])
{
	size_t kept = 0;

	for (size_t i = 0; i < places->n; i++) {
		struct place *place = &places->all[i];

		if (moved_to)
			moved_to[i] = (uint16_t)kept;
		if (place->is_wanted) {
			places->all[kept++] = *place;
			continue;
		}
		end_watch(wake, places, place->number);
		free(place->path);
	}
	places->n = kept;
}

bool wake_end(struct wake *wake)
{
	uint16_t moved_to[WAKE_FOLDERS_MAX];

	let_go(wake, &wake->files, NULL);
	let_go(wake, &wake->folders, moved_to);
	for (size_t i = 0; i < wake->n_names; i++)
		wake->names[i].folder = moved_to[wake->names[i].folder];
	return wake->is_news;
}

static unsigned in_folder(const struct wake *wake, int number,
			  const char *entry)
{
	unsigned what = 0;

	for (size_t i = 0; i < wake->n_names; i++) {
		const struct name *name = &wake->names[i];

		if (wake->folders.all[name->folder].number == number &&
		    (!entry || strcmp(name->pattern, entry) == 0 ||
		     fnmatch(name->pattern, entry, FNM_PERIOD) == 0))
			what |= name->what;
	}
	return what;
}

/* The kernel watches it no more. */
static void forget(struct places *places, int number)
{
	for (size_t i = 0; i < places->n; i++)
		if (places->all[i].number == number)
			places->all[i].number = -1;
}

static void take(struct wake *wake, const struct inotify_event *event)
{
	const char *entry = event->len ? event->name : NULL;

	if (event->mask & IN_Q_OVERFLOW)
		wake->what |= WAKE_LINES | WAKE_NAMES | WAKE_DATA;
	else if (event->mask & IN_MODIFY)
		wake->what |= WAKE_LINES;
	else if (is_shared(&wake->files, event->wd))
		wake->what |= WAKE_NAMES;
	else
		wake->what |= in_folder(wake, event->wd, entry);
	if (!(event->mask & IN_IGNORED))
		return;
	forget(&wake->files, event->wd);
	forget(&wake->folders, event->wd);
}

unsigned wake_read(struct wake *wake)
{
	char bytes[EVENTS_SIZE]
		__attribute__((aligned(__alignof__(struct inotify_event))));
	unsigned what;
	ssize_t got;

	while (wake->fd >= 0 &&
	       (got = read(wake->fd, bytes, sizeof(bytes))) > 0)
		for (ssize_t at = 0; at < got;) {
			const struct inotify_event *event =
				(const void *)(bytes + at);

			at += (ssize_t)(sizeof(*event) + event->len);
			take(wake, event);
		}
	what = wake->what;
	wake->what = 0;
	return what;
}
