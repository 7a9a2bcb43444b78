#include "detector/sources/rotation.h"

#include "base/files.h"
#include "base/hash.h"
#include "base/must.h"
#include "detector/sources/stream.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Head, then the bytes before the offset, both by one pass so that it works
 * in compressed files. */
static bool content_fits(struct stream *stream,
			 const struct source_position *p)
{
	char head[SOURCE_HEAD_SIZE], tail[SOURCE_TAIL_SIZE];
	uint64_t tail_at = p->offset - p->tail_len;
	struct err err;
	size_t overlap;

	if (stream_read_full(stream, head, p->head_len, &err) != p->head_len ||
	    hash_bytes((struct slice){ head, p->head_len }, 0) != p->head_hash)
		return false;
	/* A short file: the tail lies in what was read already. */
	overlap = tail_at < p->head_len ? (size_t)(p->head_len - tail_at) : 0;
	if (overlap > p->tail_len)
		overlap = p->tail_len;
	memcpy(tail, head + p->head_len - overlap, overlap);
	if (!overlap && !(stream->archive
				  ? stream_skip(stream, tail_at - p->head_len)
				  : stream_skip(stream, tail_at)))
		return false;
	if (stream_read_full(stream, tail + overlap, p->tail_len - overlap,
			     &err) != p->tail_len - overlap)
		return false;
	return hash_bytes((struct slice){ tail, p->tail_len }, 0) ==
	       p->tail_hash;
}

bool rotation_holds(const char *path, const struct source_position *position)
{
	struct stream stream;
	struct err err;
	bool fits;

	if (position->head_len > SOURCE_HEAD_SIZE ||
	    position->tail_len > SOURCE_TAIL_SIZE ||
	    position->tail_len > position->offset ||
	    stream_open(path, &stream, &err) < 0)
		return false;
	fits = stream.is_regular && content_fits(&stream, position);
	stream_close(&stream);
	return fits;
}

/* How a rotated file got its name. Only files of one form follow each other:
 * mail-2.log may be another server's. */
enum form { NO_SIBLING, BEHIND, WITHIN };

static const char *const compressions[] = { ".gz", ".xz", ".bz2", ".zst" };

size_t rotation_plain_length(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(compressions) / sizeof(compressions[0]);
	     i++) {
		size_t end = strlen(compressions[i]);

		if (len >= end &&
		    strcmp(name + len - end, compressions[i]) == 0)
			return len - end;
	}
	return len;
}

/* A date as logrotate's dateformat may write it has six digits or more,
 * whatever stands between them. */
static size_t digits_in(const char *text, size_t len)
{
	size_t digits = 0;

	for (size_t i = 0; i < len; i++)
		digits += is_digit(text[i]);
	return digits;
}

/* "mail.log" and ".1", "-20261115", "_2026-11-15.xz", "20261115", ".old",
 * ".gz". Without this rule /var/log/mail would be read on in mail.err and
 * mail.warn, which hold the same lines again. */
static bool is_behind(const char *rest)
{
	if (strchr(".-_", *rest) && (is_digit(rest[1]) ||
				     strncmp(rest + 1, "old", 3) == 0))
		return true;
	return rotation_plain_length(rest) == 0 ||
	       strspn(rest, "0123456789") >= 6;
}

/* logrotate's "extension .log": mail.1.log, mail-20261115.log.gz. */
static bool is_within(const char *name, const char *base)
{
	const char *dot = strrchr(base, '.');
	size_t stem = dot ? (size_t)(dot - base) : 0;
	size_t len = rotation_plain_length(name), end = dot ? strlen(dot) : 0;
	const char *middle = name + stem;
	size_t n;

	if (stem == 0 || len <= stem + end + 1 ||
	    strncmp(name, base, stem) != 0 ||
	    strncmp(name + len - end, dot, end) != 0)
		return false;
	n = len - end - stem;
	for (size_t i = 0; i < n; i++)
		if (!is_digit(middle[i]) && !strchr(".-_T", middle[i]))
			return false;
	return strchr(".-_", middle[0]) && is_digit(middle[1]) &&
	       (middle[0] == '.' || digits_in(middle, n) >= 6);
}

static enum form form_of(const char *name, const char *base)
{
	size_t len = strlen(base);

	if (strncmp(name, base, len) == 0 && name[len] && is_behind(name + len))
		return BEHIND;
	return is_within(name, base) ? WITHIN : NO_SIBLING;
}

struct sibling {
	char *path;
	int64_t changed_ns;
	enum form form;
};

enum { SIBLINGS_MAX = 1024, FOLDERS_MAX = 64 };

bool rotation_is_sibling(const char *path, const char *live)
{
	const char *slash = strrchr(path, '/'), *other = strrchr(live, '/');
	size_t dir = slash ? (size_t)(slash - path) + 1 : 0;

	return dir == (other ? (size_t)(other - live) + 1 : 0) &&
	       memcmp(path, live, dir) == 0 &&
	       form_of(path + dir, live + dir) != NO_SIBLING;
}

/* Wherever the name could have been cut in two or a part been put in. */
bool rotation_has_live(const char *path)
{
	size_t len = strlen(path), from = len, to;
	char live[PATH_MAX];

	if (len >= sizeof(live))
		return false;
	while (from > 1 && path[from - 1] != '/')
		from--;
	for (size_t at = from + 1; at < len; at++) {
		slice_copy((struct slice){ path, at }, live, sizeof(live));
		if (rotation_is_sibling(path, live) && access(live, F_OK) == 0)
			return true;
		if (!strchr(".-_", path[at]))
			continue;
		/* mail.1.log: without what stands up to the next dot. */
		to = at + 1 + strcspn(path + at + 1, ".");
		slice_copy((struct slice){ path + to,
					   rotation_plain_length(path + to) },
			   live + at, sizeof(live) - at);
		if (rotation_is_sibling(path, live) && access(live, F_OK) == 0)
			return true;
	}
	return false;
}

/* Does its last part hold a date, as dateext and newsyslog write it? */
static bool has_date(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return digits_in(name, rotation_plain_length(name)) >= 6;
}

static int by_age(const void *a, const void *b)
{
	const struct sibling *x = a, *y = b;

	if (x->changed_ns != y->changed_ns)
		return x->changed_ns > y->changed_ns ? -1 : 1;
	/* Copied without their times: .9 is newer than .10, but the later
	 * date is newer. The plain .1 comes before its own .1.gz. */
	if (has_date(x->path) && has_date(y->path))
		return -strverscmp(x->path, y->path);
	return strverscmp(x->path, y->path);
}

static bool add_sibling(struct sibling *sibling, const char *dir,
			const char *name, enum form form)
{
	struct stat info;
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >=
		    sizeof(path) ||
	    stat(path, &info) < 0 || !S_ISREG(info.st_mode))
		return false;
	sibling->changed_ns = info.st_mtim.tv_sec * INT64_C(1000000000) +
			      info.st_mtim.tv_nsec;
	sibling->form = form;
	sibling->path = must(strdup(path));
	return true;
}

/* The newer half stays. */
static size_t make_room(struct sibling *siblings, size_t n)
{
	qsort(siblings, n, sizeof(*siblings), by_age);
	while (n > SIBLINGS_MAX / 2)
		free(siblings[--n].path);
	return n;
}

/* Newest first. However many there are, the newest are among them. */
static size_t list_siblings(const char *dir, const char *base,
			    struct sibling *siblings)
{
	struct dirent *entry;
	size_t n = 0;
	DIR *folder = opendir(dir);

	if (!folder)
		return 0;
	while ((entry = readdir(folder))) {
		enum form form = form_of(entry->d_name, base);

		if (form == NO_SIBLING)
			continue;
		if (n == SIBLINGS_MAX)
			n = make_room(siblings, n);
		n += add_sibling(&siblings[n], dir, entry->d_name, form);
	}
	closedir(folder);
	qsort(siblings, n, sizeof(*siblings), by_age);
	return n;
}

/* Its first bytes, 0 when it cannot be read. */
static size_t read_head(const char *path, char head[SOURCE_HEAD_SIZE])
{
	struct stream stream;
	struct err err;
	size_t got;

	if (stream_open(path, &stream, &err) < 0)
		return 0;
	got = stream_read_full(&stream, head, SOURCE_HEAD_SIZE, &err);
	stream_close(&stream);
	return got;
}

bool rotation_same_beginning(const char *path, const char *other)
{
	char a[SOURCE_HEAD_SIZE], b[SOURCE_HEAD_SIZE];
	size_t in_a = read_head(path, a), in_b = read_head(other, b);

	return in_a > 0 && in_a == in_b && memcmp(a, b, in_a) == 0;
}

/* While copytruncate copies, the copy is as long as it is. */
static bool is_copy_of(const char *path, const char *live)
{
	char a[SOURCE_HEAD_SIZE], b[SOURCE_HEAD_SIZE];
	size_t in_a = read_head(path, a), in_b = read_head(live, b);

	return in_a > 0 && in_a <= in_b && memcmp(a, b, in_a) == 0;
}

static void push(struct rotation *rotation, const char *path)
{
	size_t i = rotation->n++;
	struct stat info;

	rotation->paths[i] = must(strdup(path));
	if (stat(path, &info) < 0)
		return;
	rotation->marks[i] = (struct rotation_mark){
		.device = info.st_dev,
		.inode = info.st_ino,
		.size = (uint64_t)info.st_size,
	};
}

/* A compressed copy beside the file it is made of: torn while gzip works. */
static bool is_compressed_copy(const char *path)
{
	char a[SOURCE_HEAD_SIZE], b[SOURCE_HEAD_SIZE], plain[PATH_MAX];
	size_t len = rotation_plain_length(path), in_a, in_b;

	if (!path[len] ||
	    !slice_copy((struct slice){ path, len }, plain, sizeof(plain)) ||
	    access(plain, F_OK) < 0)
		return false;
	in_a = read_head(path, a);
	in_b = read_head(plain, b);
	return in_a <= in_b && memcmp(a, b, in_a) == 0;
}

/* 0 for a file of which there is nothing. */
static uint64_t hash_of_head(const char *path)
{
	char head[SOURCE_HEAD_SIZE];
	size_t len = read_head(path, head);

	return len ? hash_bytes((struct slice){ head, len }, len) : 0;
}

static bool is_among(const uint64_t *hashes, size_t n, uint64_t hash)
{
	for (size_t i = 0; hash && i < n; i++)
		if (hashes[i] == hash)
			return true;
	return false;
}

/* siblings[found] holds the position; those before it in the list are newer.
 * Oldest first into the plan, each content once. */
static void plan_chain(struct rotation *rotation, const char *live,
		       const struct sibling *siblings, size_t found)
{
	uint64_t hashes[ROTATION_MAX];

	hashes[0] = hash_of_head(siblings[found].path);
	push(rotation, siblings[found].path);
	for (size_t i = found; i-- > 0 && rotation->n < ROTATION_MAX;) {
		const char *path = siblings[i].path;
		uint64_t hash = hash_of_head(path);

		if (siblings[i].form != siblings[found].form ||
		    is_compressed_copy(path) || is_copy_of(path, live) ||
		    is_among(hashes, rotation->n, hash))
			continue;
		hashes[rotation->n] = hash;
		push(rotation, path);
	}
}

static bool plan_in(struct rotation *rotation, const char *live,
		    const char *dir, const struct source_position *position)
{
	static struct sibling siblings[SIBLINGS_MAX];
	const char *slash = strrchr(live, '/');
	size_t n = list_siblings(dir, slash ? slash + 1 : live, siblings);
	bool is_found = false;

	for (size_t i = 0; i < n && i < ROTATION_MAX && !is_found; i++) {
		is_found = !is_compressed_copy(siblings[i].path) &&
			   rotation_holds(siblings[i].path, position);
		if (is_found)
			plan_chain(rotation, live, siblings, i);
	}
	for (size_t i = 0; i < n; i++)
		free(siblings[i].path);
	return is_found;
}

/* logrotate's olddir, when it lies in the log's own folder. */
static bool plan_below(struct rotation *rotation, const char *live,
		       const char *dir, const struct source_position *position)
{
	struct dirent *entry;
	bool is_found = false;
	DIR *folder = opendir(dir);

	for (int n = 0; folder && !is_found && n < FOLDERS_MAX &&
			(entry = readdir(folder));) {
		char below[PATH_MAX];

		if (entry->d_name[0] == '.' ||
		    (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN) ||
		    (size_t)snprintf(below, sizeof(below), "%s/%s", dir,
				     entry->d_name) >= sizeof(below))
			continue;
		n++;
		is_found = plan_in(rotation, live, below, position);
	}
	if (folder)
		closedir(folder);
	return is_found;
}

static void plan_rotated(struct rotation *rotation, const char *path,
			 const struct source_position *position)
{
	char dir[PATH_MAX];

	if (files_split(path, dir) &&
	    (plan_in(rotation, path, dir, position) ||
	     plan_below(rotation, path, dir, position)))
		rotation->first_offset = position->offset;
	else
		rotation->is_lost = true;
}

int rotation_plan(const char *path, const struct source_position *position,
		  struct rotation *rotation_out, struct err *err)
{
	char real[PATH_MAX];	/* a link's file is rotated where it is */

	(void)err;
	memset(rotation_out, 0, sizeof(*rotation_out));
	if (position && position->offset > 0) {
		if (rotation_holds(path, position))
			rotation_out->first_offset = position->offset;
		else
			plan_rotated(rotation_out, realpath(path, real) ? real
									: path,
				     position);
	}
	push(rotation_out, path);
	return 0;
}

bool rotation_is_as_planned(const struct rotation *rotation, size_t i,
			    const struct stream *stream)
{
	const struct rotation_mark *mark = &rotation->marks[i];

	return stream->device == mark->device &&
	       stream->inode == mark->inode && stream->size >= mark->size;
}

void rotation_release(struct rotation *rotation)
{
	for (size_t i = 0; i < rotation->n; i++)
		free(rotation->paths[i]);
	rotation->n = 0;
}
