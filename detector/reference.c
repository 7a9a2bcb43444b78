#include "detector/reference.h"

#include "detector/formats/header.h"
#include "detector/sources/stream.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	CHUNK = 1 << 16,	/* read at the end */
	PLACE = 1 << 13,	/* and at each place; holds a line or more */
	APART = 1 << 10,	/* and no nearer are the places */
	GZIP_HEADER = 8,
	YEAR_DAYS = 365,
	/* Nothing that a part's lines may be earlier than its end without
	 * their year being in doubt. */
	PART_DAYS = 330,
	/* A compressed log that begins so long before its last change was
	 * copied, or covers as much: only then it is read twice. */
	FRESH_DAYS = 60
};

struct place {
	uint64_t offset;	/* of a line */
	char line[256];		/* its beginning, where the stamp is */
	size_t len;
};

struct search {
	int fd;
	uint64_t from, size;
	size_t n;
	struct place places[REFERENCE_PLACES + 1];	/* the last: the end */
};

/* A stamp as it reads with a reference. */
struct sighting {
	int64_t at_ms;
	bool has_year;		/* in the line itself */
	int month, day;
};

static bool read_place(const struct place *place, int64_t reference_ms,
		       struct sighting *sighting_out)
{
	struct header_reader reader = { .reference_ms = reference_ms };
	struct slice line = { place->line, place->len };
	struct stamp_civil civil;
	struct log_line found;
	bool fits = header_read(&reader, line, &found);

	header_release(&reader);
	if (!fits)
		return false;
	stamp_split(found.at_ms + stamp_zone_offset_ms(found.at_ms), &civil);
	*sighting_out = (struct sighting){
		.at_ms = found.at_ms,
		.has_year = !header_lacks_year(&reader),
		.month = civil.month,
		.day = civil.day,
	};
	return true;
}

static void keep_line(struct place *place, uint64_t offset, struct slice line)
{
	place->offset = offset;
	place->len = line.len < sizeof(place->line) ? line.len
						    : sizeof(place->line);
	memcpy(place->line, line.ptr, place->len);
}

static bool is_day(const struct sighting *seen, int month, int day)
{
	return !seen->has_year && seen->month == month && seen->day == day;
}

/* The candidate is taken if it has a stamp, but not one of 1 January: a machine
 * that has lost its clock begins with 1970, and what it logs until it has the
 * time again would make years of its own. */
static bool try_line(struct search *search, uint64_t offset, struct slice line,
		     int64_t changed_ms, struct sighting *seen_out)
{
	struct place *place = &search->places[search->n];

	keep_line(place, offset, line);
	if (!read_place(place, changed_ms, seen_out))
		return false;
	return !is_day(seen_out, 1, 1);
}

/* From a place on, whole lines only. */
static struct slice read_at(const struct search *search, uint64_t offset,
			    char *bytes, size_t size)
{
	ssize_t got = pread(search->fd, bytes, size, (off_t)offset);
	struct slice read = { bytes, got > 0 ? (size_t)got : 0 };

	if (offset > search->from)
		slice_cut(&read, '\n');
	return read;
}

/* The first line that has a stamp. */
static bool look_in(struct search *search, uint64_t offset, struct slice bytes,
		    int64_t changed_ms, struct sighting *seen_out)
{
	struct slice rest = bytes;

	while (rest.len) {
		uint64_t at = offset + (uint64_t)(rest.ptr - bytes.ptr);

		if (!try_line(search, at, slice_cut(&rest, '\n'), changed_ms,
			      seen_out))
			continue;
		search->n++;
		return true;
	}
	return false;
}

static void look_behind(struct search *search, uint64_t offset,
			int64_t changed_ms)
{
	char bytes[PLACE];
	struct slice rest = read_at(search, offset, bytes, sizeof(bytes));
	struct sighting seen;

	look_in(search, offset + (uint64_t)(rest.ptr - bytes), rest,
		changed_ms, &seen);
}

/* Was it New Year's day, and no lost clock, after a line of that month? */
static bool is_new_year(int64_t new_year_ms, int month_before,
			int64_t changed_ms)
{
	return month_before == 12 || month_before == 0 ||
	       changed_ms - new_year_ms < 2 * (int64_t)STAMP_DAY_MS;
}

/* The last line that has a stamp. */
static void look_at_end_of(struct search *search, uint64_t offset,
			   struct slice bytes, int64_t changed_ms)
{
	struct slice rest = bytes;
	struct place last = { 0 };
	struct sighting seen = { 0 }, last_seen = { 0 };
	bool found = false, is_real;

	while (rest.len && !found) {
		const char *newline = memrchr(rest.ptr, '\n', rest.len - 1);
		const char *line = newline ? newline + 1 : rest.ptr;
		size_t before = (size_t)(line - rest.ptr);

		found = try_line(search, offset + (uint64_t)(line - bytes.ptr),
				 slice_after(rest, before), changed_ms, &seen);
		rest.len = before;
		if (found || !is_day(&seen, 1, 1) || last.len)
			continue;
		last = search->places[search->n];
		last_seen = seen;
	}
	is_real = last.len && is_new_year(last_seen.at_ms,
					  found ? seen.month : 0, changed_ms);
	if (is_real)
		search->places[search->n] = last;
	search->n += found || is_real;
}

static void look_at_end(struct search *search, uint64_t offset,
			int64_t changed_ms)
{
	char bytes[CHUNK];
	struct slice rest = read_at(search, offset, bytes, sizeof(bytes));

	look_at_end_of(search, offset + (uint64_t)(rest.ptr - bytes), rest,
		       changed_ms);
}

static void look_around(struct search *search, int64_t changed_ms)
{
	uint64_t size = search->size - search->from;
	uint64_t n = size / APART;

	if (n > REFERENCE_PLACES)
		n = REFERENCE_PLACES;
	for (uint64_t i = 0; i < n; i++)
		look_behind(search, search->from + size / n * i, changed_ms);
	look_at_end(search, search->size - (size < CHUNK ? size : CHUNK),
		    changed_ms);
}

/* Every second place is left out, for as many more. */
static void thin_out(struct search *search, uint64_t *stride)
{
	if (search->n < REFERENCE_PLACES)
		return;
	for (size_t i = 0; i < REFERENCE_PLACES / 2; i++)
		search->places[i] = search->places[2 * i];
	search->n = REFERENCE_PLACES / 2;
	*stride *= 2;
}

/* Is it worth while to read a compressed log for its year alone? */
static bool is_doubtful(const struct sighting *first, int64_t changed_ms)
{
	return !first->has_year && changed_ms - first->at_ms >
					   FRESH_DAYS * (int64_t)STAMP_DAY_MS;
}

/* The same of what can only be read from its beginning. */
static void look_along(struct search *search, struct stream *stream,
		       int64_t changed_ms)
{
	char bytes[2 * CHUNK];
	size_t have = 0;
	uint64_t base = 0, stride = CHUNK, next = 0;
	struct err err;

	for (;;) {
		size_t old = have > CHUNK ? have - CHUNK : 0;
		struct sighting seen = { 0 };
		struct slice got;
		bool found;
		ssize_t n;

		memmove(bytes, bytes + old, have - old);
		base += old;
		have -= old;
		n = stream_read(stream, bytes + have, CHUNK, &err);
		if (n <= 0)
			break;
		got = (struct slice){ bytes + have, (size_t)n };
		have += got.len;
		if (base + have - got.len < next)
			continue;
		thin_out(search, &stride);
		if (next > 0)
			slice_cut(&got, '\n');
		found = look_in(search, base + (uint64_t)(got.ptr - bytes),
				got, changed_ms, &seen);
		if (next == 0 && !(found && is_doubtful(&seen, changed_ms))) {
			search->n = 0;
			return;
		}
		next = base + have + stride;
	}
	look_at_end_of(search, base, (struct slice){ bytes, have },
		       changed_ms);
}

/* Is it 29 February, more than a year before what came after it? Then that,
 * and all of the file, is so many years too late. */
static int years_too_late(const struct sighting *seen, int64_t after_ms)
{
	if (!is_day(seen, 2, 29))
		return 0;
	return (int)((after_ms - seen->at_ms) / STAMP_DAY_MS / YEAR_DAYS);
}

/* One reference after the other, from the end to the beginning. */
static int walk_back(const struct search *search, int64_t changed_ms,
		     struct reference *reference)
{
	struct reference_part part = { UINT64_MAX, changed_ms };
	struct reference_part after = { UINT64_MAX, changed_ms };
	int too_late = 0;

	reference->n = 0;
	for (size_t i = search->n; i-- > 0 && !too_late;) {
		const struct place *place = &search->places[i];
		struct sighting seen;

		if (!read_place(place, after.at_ms, &seen))
			continue;
		if (after.until == UINT64_MAX) {
			part.at_ms = seen.at_ms;
		} else if (part.at_ms - seen.at_ms >
			   PART_DAYS * (int64_t)STAMP_DAY_MS) {
			too_late = years_too_late(&seen, after.at_ms);
			reference->parts[reference->n++] = part;
			part = after;
		}
		after = (struct reference_part){ place->offset, seen.at_ms };
	}
	reference->parts[reference->n++] = part;
	return too_late;
}

static void turn_round(struct reference *reference)
{
	for (size_t i = 0, j = reference->n - 1; i < j; i++, j--) {
		struct reference_part part = reference->parts[i];

		reference->parts[i] = reference->parts[j];
		reference->parts[j] = part;
	}
}

static int64_t years_before(int64_t at_ms, int years)
{
	struct stamp_civil civil;

	stamp_split(at_ms, &civil);
	civil.year -= years;
	if (!stamp_is_valid(&civil))
		civil.day--;
	return stamp_join(&civil);
}

static void find_parts(struct search *search, int64_t changed_ms,
		       struct reference *reference)
{
	int too_late, tries = 0;

	/* Leap years are four apart, or eight. */
	while ((too_late = walk_back(search, changed_ms, reference)) > 0 &&
	       tries++ < 4)
		changed_ms = years_before(changed_ms, too_late);
	turn_round(reference);
}

/* What was compressed with a time, and not by a program that has none. */
static int64_t gzip_changed_ms(const unsigned char *head, int64_t changed_ms)
{
	uint32_t seconds = head[4] | (uint32_t)head[5] << 8 |
			   (uint32_t)head[6] << 16 | (uint32_t)head[7] << 24;
	int64_t at_ms = seconds * (int64_t)STAMP_SECOND_MS;

	return seconds && at_ms < changed_ms ? at_ms : changed_ms;
}

static void find_compressed(struct search *search, const char *path,
			    int64_t changed_ms)
{
	struct stream stream;
	struct err err;

	/* Standard input can be read once. */
	if (strcmp(path, "-") == 0 || stream_open(path, &stream, &err) < 0)
		return;
	if (stream.archive)
		look_along(search, &stream, changed_ms);
	stream_close(&stream);
}

static bool is_regular(struct search *search)
{
	struct stat info;

	if (search->fd < 0 || fstat(search->fd, &info) < 0 ||
	    !S_ISREG(info.st_mode))
		return false;
	search->size = (uint64_t)info.st_size;
	return true;
}

/* Places in what is plain, or is none of the compressed that we know. */
static void find_places(struct search *search, const char *path,
			int64_t *changed_ms)
{
	unsigned char head[GZIP_HEADER] = { 0 };

	if (!is_regular(search) ||
	    pread(search->fd, head, sizeof(head), 0) != sizeof(head))
		return;
	if (head[0] == 0x1f && head[1] == 0x8b)
		*changed_ms = gzip_changed_ms(head, *changed_ms);
	if (search->size > search->from)
		look_around(search, *changed_ms);
	if (search->n == 0 && search->from == 0)
		find_compressed(search, path, *changed_ms);
}

void reference_find(struct reference *reference_out, const char *path,
		    uint64_t from, int64_t changed_ms)
{
	struct search search = { .from = from };

	search.fd = open(strcmp(path, "-") == 0 ? "/dev/stdin" : path,
			 O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	reference_out->i = 0;
	find_places(&search, path, &changed_ms);
	find_parts(&search, changed_ms, reference_out);
	if (search.fd >= 0)
		close(search.fd);
}
