/*
 * events - what every line of a log says: the first thing to try on a log
 * that nobody has seen before.
 */
#include "base/json.h"
#include "base/log.h"
#include "base/stamp.h"
#include "detector/commands/command.h"
#include "detector/commands/fenced.h"
#include "detector/commands/logs.h"
#include "detector/commands/report.h"
#include "detector/reader.h"
#include "detector/sessions.h"
#include "detector/settings.h"
#include "detector/sources/stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct slice or_null(struct slice text)
{
	return text.len ? text : (struct slice){ NULL, 0 };
}

static void add_number(struct json *object, const char *key, uint32_t number)
{
	if (number == MAIL_UNKNOWN)
		json_add_null(object, key);
	else
		json_add_integer(object, key, number);
}

static void print_json(const struct reader *reader,
		       const struct mail_event *event, struct text *out)
{
	struct json *object = json_new_object();
	char stamp[STAMP_TEXT_SIZE], client[ADDRESS_TEXT_SIZE] = "";

	stamp_rfc3339(event->at_ms, stamp);
	if (event->has_client)
		address_text(&event->client, client);
	json_add_string(object, "type", "event");
	json_add_string(object, "file", source_file(reader->source));
	json_add_integer(object, "line",
			 (int64_t)source_line(reader->source));
	json_add_string(object, "time", stamp);
	json_add_text(object, "host", or_null(event->host));
	json_add_string(object, "kind", mail_event_kind_names[event->kind]);
	json_add_text(object, "queue_id", or_null(event->queue_id));
	json_add_text(object, "account", or_null(event->account));
	json_add_text(object, "client", or_null(slice_from(client)));
	add_number(object, "recipients", event->recipients);
	add_number(object, "size", event->size_bytes);
	json_add_text(object, "recipient", or_null(event->recipient));
	json_add_string(object, "status", mail_status_names[event->status]);
	json_add_text(object, "dsn", or_null(event->dsn));
	json_print(object, out);
	json_free(&object);
}

static void add_field(struct text *out, const char *name, struct slice value)
{
	if (value.len == 0)
		return;
	text_addf(out, " %s=", name);
	text_add_value(out, value);
}

static void print_text(const struct mail_event *event, struct text *out)
{
	char stamp[STAMP_TEXT_SIZE], client[ADDRESS_TEXT_SIZE] = "";

	stamp_local(event->at_ms, stamp);
	if (event->has_client)
		address_text(&event->client, client);
	text_addf(out, "%s  %-12s", stamp, mail_event_kind_names[event->kind]);
	add_field(out, "id", event->queue_id);
	add_field(out, "account", event->account);
	add_field(out, "client", slice_from(client));
	if (event->recipients != MAIL_UNKNOWN)
		text_addf(out, " recipients=%u", event->recipients);
	if (event->size_bytes != MAIL_UNKNOWN)
		text_addf(out, " size=%u", event->size_bytes);
	add_field(out, "to", event->recipient);
	add_field(out, "status",
		  slice_from(mail_status_names[event->status]));
	add_field(out, "dsn", event->dsn);
}

/* What mail that came without a login is to whoever reads this: where its line
 * says how large it is or how many it goes to, a message that is queued, as
 * Postfix says in a line of its own. */
static void name_received(struct mail_event *event)
{
	if (event->kind == MAIL_RECEIVED &&
	    (event->size_bytes != MAIL_UNKNOWN ||
	     event->recipients != MAIL_UNKNOWN))
		event->kind = MAIL_QUEUED;
}

/* The rest is inner bookkeeping: who came, whose session it is. */
static bool is_shown(const struct mail_event *event)
{
	return event->kind != MAIL_RECEIVED && event->kind != MAIL_SESSION;
}

/* Between two looks at the clock. */
enum { EVENTS_A_LOOK = 4096 };

static void tell_progress(struct report *report, const struct source *source)
{
	uint64_t done, total;

	source_progress(source, &done, &total);
	report_progress(report, done, total);
}

/* What one log's lines are shown with. */
struct showing {
	const struct invocation *invocation;
	struct sessions *sessions;
	struct report progress;
	struct text line;
	uint64_t events, shown;
};

static int cannot_write(struct err *err)
{
	return err_errno(err, EXIT_FILE, errno, "cannot write");
}

static int show_event(struct showing *showing, const struct reader *reader,
		      const struct mail_event *event, struct err *err)
{
	struct text *line = &showing->line;

	text_clear(line);
	if (showing->invocation->json)
		print_json(reader, event, line);
	else
		print_text(event, line);
	text_add_char(line, '\n');
	showing->shown++;
	if (fwrite(text_string(line), 1, line->len, stdout) == line->len)
		return 0;
	return cannot_write(err);
}

static int show(struct showing *showing, struct reader *reader,
		struct err *err)
{
	struct mail_event event;

	while (reader_next(reader, &event)) {
		if (++showing->events % EVENTS_A_LOOK == 0)
			tell_progress(&showing->progress, reader->source);
		if (event.session.len)
			sessions_join(showing->sessions, &event);
		name_received(&event);
		if (is_shown(&event) &&
		    show_event(showing, reader, &event, err) < 0)
			return -1;
	}
	if (fflush(stdout) != 0)
		return cannot_write(err);
	return 0;
}

/* How many events a format finds at the end of a log. */
static uint64_t count_as(const struct format *format, const char *path)
{
	struct mail_event event;
	struct reader reader;
	struct err ignored;
	uint64_t n = 0;

	if (reader_open(path, SOURCE_LAST, NULL, format->name, &reader,
			&ignored) < 0)
		return 0;
	while (reader_next(&reader, &event))
		n++;
	reader_close(&reader);
	return n;
}

/* The format was named, not found by looking, and understands nothing. */
static void doubt_format(const struct reader *reader, const char *path)
{
	const struct format *format, *best = NULL;
	uint64_t most = 0;

	for (size_t i = 0;
	     !source_is_pipe(reader->source) && (format = format_at(i)); i++) {
		uint64_t n = count_as(format, path);

		if (n <= most)
			continue;
		most = n;
		best = format;
	}
	if (best)
		log_warning("%s: no line was understood as %s, the format that "
			    "was asked for; it looks like %s: leave --format "
			    "out", stream_name(path), reader->only->name,
			    best->name);
	else
		log_warning("%s: no line was understood as %s, the format that "
			    "was asked for; without --format every line's is "
			    "found by looking", stream_name(path),
			    reader->only->name);
}

/* What is no log at all is an error; a log of which no line is known may still
 * be one. */
static int judge_log(const struct reader *reader, const char *path,
		     struct err *err)
{
	const struct reader_counters *n = &reader->counters;
	uint64_t strange = n->strange + source_overlong(reader->source);
	bool lacks_time = reader->header.lacks_time &&
			  !reader->header.before_ms;

	if (lacks_time)
		log_warning("%s: no time in its lines; `docker compose logs "
			    "--timestamps` (or docker logs) writes one",
			    stream_name(path));
	if (n->events > 0)
		return 0;
	if (strange && (reader->looks_like || n->lines == 0))
		return err_set(err, EXIT_DATA, "%s is no log: no line was "
			       "understood", stream_name(path));
	if (reader->only && n->lines > 0)
		doubt_format(reader, path);
	else if (n->strange > n->skipped && !lacks_time)
		log_warning("%s: no line was understood: is this a mail log?",
			    stream_name(path));
	return 0;
}

static void sum_up(const struct showing *showing, const struct reader *reader,
		   const char *path)
{
	const struct reader_counters *n = &reader->counters;
	uint64_t joined = showing->events - showing->shown;
	char parts[80] = "";

	/* What is not shown only helps to understand others. */
	if (joined)
		snprintf(parts, sizeof(parts), " (%llu shown, %llu only tell "
			 "who or where of others)",
			 (unsigned long long)showing->shown,
			 (unsigned long long)joined);
	log_info("%s: %llu line%s, %llu understood%s, %llu not needed, %llu "
		 "unreadable", stream_name(path), (unsigned long long)n->lines,
		 n->lines == 1 ? "" : "s", (unsigned long long)n->events,
		 parts, (unsigned long long)n->skipped,
		 (unsigned long long)n->strange +
			 source_overlong(reader->source));
}

/* Where the lines themselves go by on the terminal, nobody waits. */
static void begin(struct showing *showing)
{
	const struct invocation *invocation = showing->invocation;

	report_init(&showing->progress, false, invocation->progress);
	if (!invocation->progress && isatty(STDOUT_FILENO))
		showing->progress.has_progress = false;
	showing->line = (struct text)TEXT_INIT(1 << 20);
}

static int show_log(const struct invocation *invocation, const char *path,
		    struct sessions *sessions, struct err *err)
{
	struct showing showing = { invocation, sessions, .events = 0 };
	struct reader reader;
	const struct err *read_error;
	int result;

	if (reader_open(path, SOURCE_ONCE, NULL, settings.format, &reader,
			err) < 0)
		return -1;
	begin(&showing);
	result = show(&showing, &reader, err);
	report_progress_end(&showing.progress);
	report_release(&showing.progress);
	text_release(&showing.line);
	read_error = source_error(reader.source);
	if (result == 0 && read_error) {
		*err = *read_error;
		result = -1;
	}
	if (result == 0)
		result = judge_log(&reader, path, err);
	sum_up(&showing, &reader, path);
	reader_close(&reader);
	return result;
}

static int run(struct invocation *invocation)
{
	const struct fence_rules only_read = { .writable = NULL };
	struct sessions *sessions = sessions_new();
	struct err err;
	int code = EXIT_FINE;

	if (logs_expand_arguments(invocation, &err) < 0 ||
	    fenced_close(&only_read, &err) < 0) {
		sessions_free(&sessions);
		return command_fail(&err);
	}
	for (int i = 0; i < invocation->n_args && !ferror(stdout); i++)
		if (show_log(invocation, invocation->args[i], sessions,
			     &err) < 0)
			code = command_fail(&err);
	sessions_free(&sessions);
	return code;
}

const struct command command_events = {
	.name = "events",
	.usage = "LOG...",
	.about = "show what is understood of a log, line by line",
	.help = "Prints one line for every line of the logs that means "
		"something: the first thing\nto try on a log that comporta has "
		"not seen before. - is standard input,\n'mail*.log' in quotes "
		"every such file, journal: what journald has of facility\n"
		"mail, journal:UNIT,UNIT what these units say, journal:/DIR "
		"other journal files.\nTimes are the machine's own, with their "
		"zone; --json has them in UTC. Lines that\nonly tell who or "
		"where of others are counted, not shown.",
	.takes = TAKES_JSON | TAKES_FORMAT | TAKES_LOGS,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
