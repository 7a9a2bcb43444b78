#include "detector/reader.h"

#include "base/log.h"
#include "detector/looks.h"

#include <string.h>

const char *const line_kind_names[LINE_KINDS] = {
	[LINE_MEANINGFUL] = "meaningful",
	[LINE_SKIPPED] = "skipped",
	[LINE_TORN] = "torn",
};

int reader_format(const char *name, const struct format **format_out,
		  struct err *err)
{
	char known[200] = "auto";
	const struct format *format;

	*format_out = NULL;
	if (strcmp(name, "auto") == 0)
		return 0;
	*format_out = format_find(name);
	if (*format_out)
		return 0;
	for (size_t i = 0; (format = format_at(i)); i++) {
		size_t used = strlen(known);

		snprintf(known + used, sizeof(known) - used, ", %s",
			 format->name);
	}
	return err_set(err, EXIT_USAGE,
		       "there is no log format \"%.40s\"; known are %s", name,
		       known);
}

int reader_open(const char *path, enum source_mode mode,
		const struct source_position *position, const char *format,
		struct reader *reader_out, struct err *err)
{
	struct reader reader = { 0 };

	if (reader_format(format, &reader.only, err) < 0 ||
	    source_open(path, mode, position, &reader.source, err) < 0)
		return -1;
	*reader_out = reader;
	return 0;
}

void reader_close(struct reader *reader)
{
	header_release(&reader->header);
	source_close(&reader->source);
}

static void notice_looks(struct reader *reader, struct slice first_line)
{
	const char *what = looks_like(first_line);

	if (!what)
		return;
	log_warning("%s is %s", source_file(reader->source), what);
	reader->looks_like = what;
}

/* Another file of the same log has its own times and its own form. */
static void begin_file(struct reader *reader, const char *file,
		       struct slice first_line)
{
	struct source *source = reader->source;

	if (source_line(source) == 1)
		notice_looks(reader, first_line);
	header_release(&reader->header);
	memset(&reader->header, 0, sizeof(reader->header));
	reader->file = file;
	reader->is_moving = source_is_pipe(source);
	if (reader->is_moving)
		return;
	reference_find(&reader->reference, file, source_offset(source),
		       source_changed_ms(source));
	reader->is_moving = reader->reference.n > 1;
	reader->header.reference_ms = reference_at(&reader->reference, 0);
}

/* Of a log whose first line never ends, nothing is handed out. */
static void notice_end(struct reader *reader)
{
	if (!reader->file && !reader->looks_like &&
	    source_overlong(reader->source) > 0)
		notice_looks(reader, source_head(reader->source));
}

static void move_reference(struct reader *reader)
{
	reader->header.reference_ms =
		source_is_pipe(reader->source)
			? source_changed_ms(reader->source)
			: reference_at(&reader->reference,
				       source_offset(reader->source));
}

static void notice_file(struct reader *reader, struct slice line)
{
	const char *file = source_file(reader->source);

	if (reader->file != file)
		begin_file(reader, file, line);
}

/* Overlong lines are in front of the line that was read. */
static __attribute__((noinline)) bool was_counted(struct reader *reader)
{
	uint64_t overlong = source_overlong(reader->source) -
			    reader->overlong_counted;

	if (overlong > reader->counted)
		overlong = reader->counted;
	reader->overlong_counted += overlong;
	reader->counted -= overlong;
	if (reader->counted == 0)
		return false;
	reader->counted--;
	return true;
}

static void count(struct reader *reader, enum line_kind kind)
{
	if (reader->counted && was_counted(reader))
		return;
	reader->tally.n[reader->header.said_by][kind]++;
}

static bool read_line(struct reader *reader, struct slice line,
		      struct mail_event *event_out)
{
	reader->counters.lines++;
	if (reader->is_moving)
		move_reference(reader);
	switch (format_line(&reader->header, reader->only, line, event_out)) {
	case FORMAT_EVENT:
		reader->counters.events++;
		count(reader, LINE_MEANINGFUL);
		return true;
	case FORMAT_SKIP:
	case FORMAT_FOREIGN:
		reader->counters.skipped++;
		count(reader, LINE_SKIPPED);
		break;
	case FORMAT_BAD:
		reader->counters.strange += line.len > 0;
		count(reader, line.len > 0 ? LINE_TORN : LINE_SKIPPED);
		break;
	}
	return false;
}

void reader_add_tally(const struct reader *reader, struct line_tally *tally)
{
	uint64_t overlong = source_overlong(reader->source) -
			    reader->overlong_counted;

	for (size_t i = 0; i <= FORMATS; i++)
		for (int kind = 0; kind < LINE_KINDS; kind++)
			tally->n[i][kind] += reader->tally.n[i][kind];
	/* Those behind the lines that were counted may be, too. */
	if (overlong > reader->counted)
		tally->n[FORMATS][LINE_TORN] += overlong - reader->counted;
}

bool reader_next(struct reader *reader, struct mail_event *event_out)
{
	struct slice line;

	while (source_next(reader->source, &line)) {
		notice_file(reader, line);
		if (read_line(reader, line, event_out))
			return true;
	}
	notice_end(reader);
	return false;
}

/* Of a live log's new lines the last change says when they were written; where
 * much came at once somebody may have put an old log there. */
bool reader_renew(struct reader *reader)
{
	enum { MUCH = 1 << 16 };
	struct source *source = reader->source;
	int64_t changed_ms;

	if (!source_renew(source))
		return false;
	if (!reader->file || source_is_pipe(source))
		return true;
	changed_ms = source_changed_ms(source);
	if (source_unread(source) > MUCH)
		reference_find(&reader->reference, reader->file,
			       source_offset(source), changed_ms);
	else
		reader->reference = (struct reference){
			.n = 1, .parts[0] = { UINT64_MAX, changed_ms },
		};
	reader->is_moving = reader->reference.n > 1;
	reader->header.reference_ms = reference_at(&reader->reference, 0);
	return true;
}

size_t reader_batch(struct reader *reader,
		    struct reader_event events_out[READER_BATCH])
{
	struct reader_event *at = events_out;
	struct slice line;

	if (!reader_next(reader, &at->event))
		return 0;
	at->place = source_place(reader->source);
	for (at++; at < events_out + READER_BATCH; at++) {
		do {
			/* What the header decoded lives until the next line. */
			if (reader->header.is_decoded ||
			    !source_next_ready(reader->source, &line))
				return (size_t)(at - events_out);
		} while (!read_line(reader, line, &at->event));
		at->place = source_place(reader->source);
	}
	return READER_BATCH;
}
