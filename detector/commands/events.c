/*
 * events - what every line of a log says: the first thing to try on a log
 * that nobody has seen before.
 */
#include "base/json.h"
#include "base/log.h"
#include "base/stamp.h"
#include "detector/commands/command.h"
#include "detector/commands/logs.h"
#include "detector/reader.h"
#include "detector/sessions.h"
#include "detector/settings.h"

#include <stdio.h>
#include <string.h>

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

	stamp_short(event->at_ms, stamp);
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

static int show(struct reader *reader, struct sessions *sessions,
		const struct invocation *invocation)
{
	struct text line = TEXT_INIT(1 << 20);
	struct mail_event event;

	while (reader_next(reader, &event)) {
		if (event.session.len)
			sessions_join(sessions, &event);
		name_received(&event);
		if (!is_shown(&event))
			continue;
		if (invocation->json)
			print_json(reader, &event, &line);
		else
			print_text(&event, &line);
		text_add_char(&line, '\n');
		if (fwrite(text_string(&line), 1, line.len, stdout) !=
		    line.len)
			break;
		text_clear(&line);
	}
	text_release(&line);
	return ferror(stdout) ? -1 : 0;
}

/* What is no log at all is an error; a log of which no line is known may still
 * be one. */
static int judge_log(const struct reader *reader, const char *path,
		     struct err *err)
{
	const struct reader_counters *n = &reader->counters;
	uint64_t overlong = source_overlong(reader->source);

	if (n->events > 0 || n->strange + overlong == 0)
		return 0;
	if (reader->looks_like || n->lines == 0)
		return err_set(err, EXIT_DATA, "%s is no log: no line was "
			       "understood", path);
	if (n->strange > n->skipped)
		log_warning("%s: no line was understood: is this a mail log?",
			    path);
	return 0;
}

static int show_log(const struct invocation *invocation, const char *path,
		    struct sessions *sessions, struct err *err)
{
	struct reader reader;
	const struct err *read_error;
	int result;

	if (reader_open(path, SOURCE_ONCE, NULL, settings.format, &reader,
			err) < 0)
		return -1;
	result = show(&reader, sessions, invocation);
	if (result < 0)
		err_set(err, EXIT_FILE, "cannot write");
	read_error = source_error(reader.source);
	if (result == 0 && read_error) {
		*err = *read_error;
		result = -1;
	}
	if (result == 0)
		result = judge_log(&reader, path, err);
	log_info("%s: %llu lines, %llu understood, %llu mean nothing here, "
		 "%llu unreadable", path,
		 (unsigned long long)reader.counters.lines,
		 (unsigned long long)reader.counters.events,
		 (unsigned long long)reader.counters.skipped,
		 (unsigned long long)(reader.counters.strange +
				      source_overlong(reader.source)));
	reader_close(&reader);
	return result;
}

static int run(struct invocation *invocation)
{
	struct sessions *sessions = sessions_new();
	struct err err;
	int code = EXIT_FINE;

	if (logs_expand_arguments(invocation, &err) < 0)
		return command_fail(&err);
	for (int i = 0; i < invocation->n_args; i++)
		if (show_log(invocation, invocation->args[i], sessions,
			     &err) < 0)
			code = command_fail(&err);
	sessions_free(&sessions);
	if (fflush(stdout) != 0 && code == EXIT_FINE)
		code = EXIT_FILE;
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
		"other journal files.",
	.takes = TAKES_JSON | TAKES_FORMAT | TAKES_LOGS,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
