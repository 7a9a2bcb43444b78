#include "detector/commands/check_log.h"

#include "base/clock.h"
#include "detector/commands/apart.h"
#include "detector/commands/redact.h"
#include "detector/commands/screen.h"
#include "detector/looks.h"
#include "detector/reader.h"
#include "detector/settings.h"

#include <string.h>

enum {
	LOOK_LINES = 200000,
	NAMES = 12,
	NAME_SIZE = 48,
	STRANGE = 3
};

/* How often each of a few names came. */
struct tally {
	size_t n;
	struct {
		char name[NAME_SIZE];
		uint64_t lines, events;
	} rows[NAMES];
};

struct look {
	struct source *source;
	const struct format *only;
	struct header_reader header, again;
	uint64_t lines, events, skipped, strange, logins, submissions;
	int64_t newest_ms;
	const char *looks_like;
	struct tally forms, formats, others;
	size_t n_strange;
	struct text examples[STRANGE];
};

/* A name that has no room is left out: of forms and formats there are fewer,
 * and other programs are examples. */
static void count(struct tally *tally, struct slice name, bool is_event)
{
	char key[NAME_SIZE];
	size_t i = 0;

	slice_copy(name, key, sizeof(key));
	while (i < tally->n && strcmp(tally->rows[i].name, key) != 0)
		i++;
	if (i == NAMES)
		return;
	if (i == tally->n) {
		memcpy(tally->rows[i].name, key, sizeof(key));
		tally->n++;
	}
	tally->rows[i].lines++;
	tally->rows[i].events += is_event;
}

/* Of its daemons a format may know only those that say something about mail:
 * postfix/postfix-script, and Postfix's own "postfix", are a mail server's all
 * the same. */
static bool is_its(const struct format *format, struct slice program)
{
	return format->speaker(program) ||
	       slice_eq(slice_cut(&program, '/'), slice_from(format->name));
}

/* Whose a line is, which format_line() does not tell. */
static void count_owner(struct look *look, struct slice text, bool is_event)
{
	const struct format *format;
	struct log_line line;

	if (!header_read(&look->again, text, &line))
		return;
	count(&look->forms, slice_from(header_form_name(&look->again)), false);
	for (size_t i = 0; (format = format_at(i)); i++) {
		if ((look->only && look->only != format) ||
		    !is_its(format, line.program))
			continue;
		count(&look->formats, slice_from(format->name), is_event);
		return;
	}
	if (line.program.len)
		count(&look->others, line.program, false);
}

static void keep_strange(struct look *look, struct slice line, size_t columns)
{
	struct text *example = &look->examples[look->n_strange];

	look->strange++;
	if (look->n_strange == STRANGE)
		return;
	*example = (struct text)TEXT_INIT(4096);
	redact_line(line, columns, example);
	look->n_strange++;
}

static void look_at(struct look *look, struct slice line, size_t columns)
{
	struct mail_event event;
	enum format_result result =
		format_line(&look->header, look->only, line, &event);

	if (look->lines++ == 0 && !source_is_cut(look->source))
		look->looks_like = looks_like(line);
	if (result == FORMAT_EVENT) {
		look->events++;
		look->submissions += event.kind == MAIL_SUBMISSION;
		look->logins += event.kind == MAIL_LOGIN;
		if (event.at_ms > look->newest_ms)
			look->newest_ms = event.at_ms;
	} else if (result == FORMAT_BAD && slice_trim(line).len) {
		keep_strange(look, line, columns);
	} else {
		look->skipped++;
	}
	count_owner(look, line, result == FORMAT_EVENT);
}

static void add_line(struct text *out)
{
	text_addf(out, "\n%*s", LOG_INDENT, "");
}

static void add_tally(struct text *out, const char *label,
		      const struct tally *tally, bool has_events)
{
	if (tally->n == 0)
		return;
	add_line(out);
	text_add_string(out, label);
	for (size_t i = 0; i < tally->n; i++) {
		text_add_string(out, i ? ", " : " ");
		text_add_visible(out, slice_from(tally->rows[i].name));
		text_addf(out, " (%llu lines",
			  (unsigned long long)tally->rows[i].lines);
		if (has_events)
			text_addf(out, ", %llu understood",
				  (unsigned long long)tally->rows[i].events);
		text_add_char(out, ')');
	}
}

static void describe(const struct look *look, const char *path,
		     struct text *out)
{
	bool is_cut = source_is_cut(look->source);

	text_addf(out, "%.300s%s: lines %llu, understood %llu, submissions "
		  "%llu, logins %llu, mean nothing %llu, unreadable %llu",
		  path, is_cut ? ", its last 8 MB" : "",
		  (unsigned long long)look->lines,
		  (unsigned long long)look->events,
		  (unsigned long long)look->submissions,
		  (unsigned long long)look->logins,
		  (unsigned long long)look->skipped,
		  (unsigned long long)look->strange +
			  source_overlong(look->source));
	if (look->lines == LOOK_LINES)
		text_addf(out, "; not read further");
	add_tally(out, "form:", &look->forms, false);
	add_tally(out, "written by:", &look->formats, true);
	add_tally(out, "other programs, not needed:", &look->others, false);
	for (size_t i = 0; i < look->n_strange; i++) {
		if (i == 0) {
			add_line(out);
			text_add_string(out, "unreadable, for instance "
					     "(secrets left out):");
		}
		add_line(out);
		text_add(out, text_slice(&look->examples[i]));
	}
}

/* What is known of the log, and behind it the words. */
struct sent {
	uint64_t lines, submissions;
	int64_t newest_ms;
	bool is_strange;
	char looks_like[sizeof(((struct log_report *)0)->looks_like)];
};

enum { WORDS_MAX = 1 << 16 };

static void send(const struct look *look, const char *path, struct text *out)
{
	const char *looks_like = look->events ? NULL : look->looks_like;
	struct sent sent;

	/* Its padding goes over to the other process as well. */
	memset(&sent, 0, sizeof(sent));
	sent.lines = look->lines;
	sent.submissions = look->submissions;
	sent.newest_ms = look->newest_ms;
	sent.is_strange = looks_like ||
			  (look->lines > 0 && look->events == 0 &&
			   (look->formats.n == 0 ||
			    look->strange > look->skipped));
	slice_copy(slice_from(looks_like), sent.looks_like,
		   sizeof(sent.looks_like));
	text_add(out, (struct slice){ (const char *)&sent, sizeof(sent) });
	describe(look, path, out);
}

static int look_apart(void *context, struct text *out, struct err *err)
{
	const char *path = context;
	struct look look = { 0 };
	struct screen screen;
	struct slice line;

	screen_init(&screen);
	if (reader_format(settings.format, &look.only, err) < 0 ||
	    source_open(path, SOURCE_LAST, NULL, &look.source, err) < 0)
		return -1;
	look.header.reference_ms = source_is_pipe(look.source)
					   ? clock_now_ms()
					   : source_changed_ms(look.source);
	look.again.reference_ms = look.header.reference_ms;
	while (look.lines < LOOK_LINES && source_next(look.source, &line))
		look_at(&look, line, screen.width - LOG_INDENT);
	if (source_error(look.source)) {
		*err = *source_error(look.source);
		return -1;
	}
	send(&look, path, out);
	return 0;
}

/* Control characters, those of eight bits included, which UTF-8 begins with
 * C2. */
static bool is_control(const unsigned char *at, size_t len)
{
	return (*at < ' ' && *at != '\n') || *at == 0x7f ||
	       (*at == 0xc2 && len > 1 && at[1] < 0xa0);
}

/* What a process says that strangers may have taken over. */
static void make_harmless(char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (is_control((unsigned char *)bytes + i, len - i))
			bytes[i] = '?';
}

static int take(const struct text *answer, struct log_report *report_out,
		struct err *err)
{
	struct text words = TEXT_INIT(WORDS_MAX);
	struct sent sent;

	if (answer->len < sizeof(sent) || answer->overflowed)
		return err_set(err, EXIT_BUG, "the process that looked at the "
			       "log gave no whole answer");
	memcpy(&sent, answer->bytes, sizeof(sent));
	sent.looks_like[sizeof(sent.looks_like) - 1] = '\0';
	make_harmless(sent.looks_like, strlen(sent.looks_like));
	text_add(&words, slice_after(text_slice(answer), sizeof(sent)));
	make_harmless(words.bytes, words.len);
	*report_out = (struct log_report){
		.words = words,
		.lines = sent.lines,
		.submissions = sent.submissions,
		.newest_ms = sent.newest_ms,
		.is_strange = sent.is_strange,
	};
	memcpy(report_out->looks_like, sent.looks_like,
	       sizeof(sent.looks_like));
	return 0;
}

int check_log_look(const char *path, struct log_report *report_out,
		   struct err *err)
{
	struct text answer = TEXT_INIT(sizeof(struct sent) + WORDS_MAX);
	int result = apart_run(look_apart, (void *)(uintptr_t)path, &answer,
			       err);

	if (result == 0)
		result = take(&answer, report_out, err);
	text_release(&answer);
	return result;
}
