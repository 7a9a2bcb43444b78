/*
 * Lines that are one JSON object each.
 *
 *   journalctl -o json   {"__REALTIME_TIMESTAMP":"1777888800123456",
 *                        "_HOSTNAME":"mx","SYSLOG_IDENTIFIER":"postfix/smtpd",
 *                        "MESSAGE":"text",...}; systemd, "Journal JSON
 *                        Format": a field is a string, an array of byte
 *                        numbers when it is no text, an array of values when
 *                        it was given more than once, null when it is too
 *                        large (4096 bytes, without --all)
 *   docker, json-file    {"log":"any line of ours\n","stream":"stdout",
 *                        "time":"2026-05-04T10:00:00.123456789Z"}
 *
 * An object must be taken apart in memory, which no other line costs; what it
 * said is kept in the reader until the next one. Only the fields' own values
 * give host and program, whatever the message looks like.
 */
#include "base/json.h"
#include "detector/formats/header_inside.h"

enum {
	DECODED_MAX = 1 << 16,	/* no field is longer than its line */
	MICROSECONDS_DIGITS = 16
};

/* Where a field stands in the reader's text. */
struct part {
	size_t at, len;
};

static bool add_bytes(struct text *text, const struct json *array)
{
	for (size_t i = 0; i < json_length(array); i++) {
		int64_t byte = json_integer(json_at(array, i), -1);

		if (byte < 0 || byte > 255)
			return false;
		text_add_char(text, (char)byte);
	}
	return true;
}

/* False when it is none of what a field can be. */
static bool add_value(struct text *text, const struct json *value)
{
	const struct json *first = json_at(value, 0);

	if (!value)
		return true;
	if (json_text(value).ptr) {
		text_add(text, json_text(value));
		return true;
	}
	if (!json_is_array(value))
		return false;
	/* The first of several values, which may be bytes themselves. */
	if (json_text(first).ptr) {
		text_add(text, json_text(first));
		return true;
	}
	return add_bytes(text, json_is_array(first) ? first : value);
}

static bool keep(struct header_reader *reader, const struct json *object,
		 const char *key, struct part *part_out)
{
	part_out->at = reader->decoded.len;
	if (!add_value(&reader->decoded, json_get(object, key)))
		return false;
	part_out->len = reader->decoded.len - part_out->at;
	return !reader->decoded.overflowed;
}

static struct slice kept(const struct header_reader *reader, struct part part)
{
	return slice_sub(text_slice(&reader->decoded), part.at,
			 part.at + part.len);
}

/* A line feed at the end is no part of a line. */
static struct slice without_newline(struct slice text)
{
	while (text.len && (text.ptr[text.len - 1] == '\n' ||
			    text.ptr[text.len - 1] == '\r'))
		text.len--;
	return text;
}

static bool read_microseconds(struct slice digits, int64_t *at_ms_out)
{
	int64_t number = 0;

	/* 16 digits are the years 2001 to 2286. */
	if (digits.len != MICROSECONDS_DIGITS)
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		if (!is_digit(digits.ptr[i]))
			return false;
		number = number * 10 + (digits.ptr[i] - '0');
	}
	*at_ms_out = number / 1000;
	return true;
}

static bool read_journal(struct header_reader *reader,
			 const struct json *object, struct log_line *line)
{
	struct part host, program, pid, text;

	if (!read_microseconds(json_get_text(object, "__REALTIME_TIMESTAMP"),
			       &line->at_ms) ||
	    !keep(reader, object, "_HOSTNAME", &host) ||
	    !keep(reader, object, "SYSLOG_IDENTIFIER", &program) ||
	    (!program.len && !keep(reader, object, "_COMM", &program)) ||
	    !keep(reader, object, "_PID", &pid) ||
	    !keep(reader, object, "MESSAGE", &text))
		return false;
	line->host = kept(reader, host);
	line->program = kept(reader, program);
	line->pid = kept(reader, pid);
	line->text = without_newline(kept(reader, text));
	return true;
}

/* The line in it has a stamp of its own, which is what it would be without
 * docker, or begins with its tag. */
static bool read_docker(struct header_reader *reader,
			const struct json *object, struct log_line *line)
{
	struct part part;
	struct slice inner;
	int64_t at_ms;

	if (!stamp_parse(json_get_text(object, "time"), &at_ms) ||
	    !keep(reader, object, "log", &part))
		return false;
	inner = without_newline(kept(reader, part));
	reader->before_ms = at_ms;
	return header_read_line(reader, inner, line);
}

bool header_read_object(struct header_reader *reader, struct slice line,
			struct log_line *line_out)
{
	struct err err;
	struct json *object = json_parse(line, &err);
	bool fits;

	text_clear(&reader->decoded);
	reader->decoded.max = DECODED_MAX;
	fits = json_is_object(object) &&
	       (read_journal(reader, object, line_out) ||
		read_docker(reader, object, line_out));
	json_free(&object);
	return fits;
}
