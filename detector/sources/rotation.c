#include "detector/sources/rotation.h"

#include "base/hash.h"
#include "detector/sources/stream.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct sibling {
	char *path;
	int64_t changed_ns;
};

static ssize_t read_full(struct stream *stream, char *bytes, size_t size)
{
	struct err err;
	size_t have = 0;

	while (have < size) {
		ssize_t got = stream_read(stream, bytes + have, size - have,
					  &err);

		if (got <= 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

/* Head, then the bytes before the offset, both by one pass so that it works
 * in compressed files. */
static bool content_fits(struct stream *stream,
			 const struct source_position *p)
{
	char head[SOURCE_HEAD_SIZE], tail[SOURCE_TAIL_SIZE];
	uint64_t tail_at = p->offset - p->tail_len;
	size_t overlap;

	if (read_full(stream, head, p->head_len) != (ssize_t)p->head_len ||
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
	if (read_full(stream, tail + overlap, p->tail_len - overlap) !=
	    (ssize_t)(p->tail_len - overlap))
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

/* Rotated files have a number or a date behind the name. Without this rule
 * /var/log/mail would be read on in mail.err and mail.warn, which hold the
 * same lines again. */
static bool is_sibling(const char *name, const char *base)
{
	size_t len = strlen(base);

	return strncmp(name, base, len) == 0 &&
	       (name[len] == '.' || name[len] == '-') &&
	       ((name[len + 1] >= '0' && name[len + 1] <= '9') ||
		strncmp(name + len + 1, "old", 3) == 0);
}

bool rotation_is_sibling(const char *path, const char *live)
{
	const char *slash = strrchr(path, '/'), *other = strrchr(live, '/');
	size_t dir = slash ? (size_t)(slash - path) + 1 : 0;

	return dir == (other ? (size_t)(other - live) + 1 : 0) &&
	       memcmp(path, live, dir) == 0 &&
	       is_sibling(path + dir, live + dir);
}

/* Does its last part hold a date, as dateext and newsyslog write it? */
static bool has_date(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t digits = 0;

	for (const char *c = slash ? slash : path; *c && digits < 8; c++)
		digits = *c >= '0' && *c <= '9' ? digits + 1 : 0;
	return digits == 8;
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

static bool add_sibling(struct sibling *siblings, size_t n, const char *dir,
			const char *name)
{
	struct stat info;
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >=
		    sizeof(path) ||
	    stat(path, &info) < 0 || !S_ISREG(info.st_mode))
		return false;
	siblings[n].changed_ns =
		info.st_mtim.tv_sec * INT64_C(1000000000) +
		info.st_mtim.tv_nsec;
	siblings[n].path = strdup(path);
	if (!siblings[n].path)
		abort();
	return true;
}

/* Newest first. A folder with thousands of files is read whole, but at most
 * 1024 siblings are kept. */
static size_t list_siblings(const char *path, struct sibling *siblings,
			    size_t max)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	char dir[PATH_MAX];
	struct dirent *entry;
	size_t n = 0;
	DIR *folder;

	slice_copy(slash ? (struct slice){ path, (size_t)(slash - path) }
			 : S("."), dir, sizeof(dir));
	folder = opendir(dir[0] ? dir : "/");
	if (!folder)
		return 0;
	while (n < max && (entry = readdir(folder)))
		if (is_sibling(entry->d_name, base) &&
		    add_sibling(siblings, n, dir, entry->d_name))
			n++;
	closedir(folder);
	qsort(siblings, n, sizeof(*siblings), by_age);
	return n;
}

/* A file and its compressed copy stand side by side while gzip works. */
bool rotation_same_beginning(const char *path, const char *other)
{
	char a[SOURCE_HEAD_SIZE], b[SOURCE_HEAD_SIZE];
	struct stream stream;
	struct err err;
	ssize_t in_a, in_b;

	if (stream_open(path, &stream, &err) < 0)
		return false;
	in_a = read_full(&stream, a, sizeof(a));
	stream_close(&stream);
	if (stream_open(other, &stream, &err) < 0)
		return false;
	in_b = read_full(&stream, b, sizeof(b));
	stream_close(&stream);
	return in_a > 0 && in_a == in_b && memcmp(a, b, (size_t)in_a) == 0;
}

static void push(struct rotation *rotation, const char *path)
{
	rotation->paths[rotation->n] = strdup(path);
	if (!rotation->paths[rotation->n])
		abort();
	rotation->n++;
}

/* siblings[found] holds the position; those before it in the list are newer.
 * Oldest first into the plan, each content once. */
static void plan_chain(struct rotation *rotation,
		       const struct sibling *siblings, size_t found)
{
	push(rotation, siblings[found].path);
	for (size_t i = found; i-- > 0;) {
		bool twin = false;

		for (size_t j = 0; j < rotation->n && !twin; j++)
			twin = rotation_same_beginning(rotation->paths[j],
						       siblings[i].path);
		if (!twin)
			push(rotation, siblings[i].path);
	}
}

static void plan_rotated(struct rotation *rotation, const char *path,
			 const struct source_position *position)
{
	static struct sibling siblings[1024];
	size_t n = list_siblings(path, siblings, 1024);
	size_t look = n < ROTATION_MAX ? n : ROTATION_MAX;
	size_t found = look;

	for (size_t i = 0; i < look && found == look; i++)
		if (rotation_holds(siblings[i].path, position))
			found = i;
	if (found < look) {
		rotation->first_offset = position->offset;
		plan_chain(rotation, siblings, found);
	} else {
		rotation->is_lost = true;
	}
	for (size_t i = 0; i < n; i++)
		free(siblings[i].path);
}

int rotation_plan(const char *path, const struct source_position *position,
		  struct rotation *rotation_out, struct err *err)
{
	struct rotation rotation = { 0 };
	char real[PATH_MAX];	/* a link's file is rotated where it is */

	(void)err;
	if (position && position->offset > 0) {
		if (rotation_holds(path, position))
			rotation.first_offset = position->offset;
		else
			plan_rotated(&rotation, realpath(path, real) ? real
								     : path,
				     position);
	}
	push(&rotation, path);
	*rotation_out = rotation;
	return 0;
}

void rotation_release(struct rotation *rotation)
{
	for (size_t i = 0; i < rotation->n; i++)
		free(rotation->paths[i]);
	rotation->n = 0;
}
