#include "detector/formats/header_inside.h"

/* Everything before the next blank, which stays. */
static inline struct slice take_word(struct slice *rest)
{
	ptrdiff_t blank = slice_find_char(*rest, ' ');
	size_t len = blank < 0 ? rest->len : (size_t)blank;
	struct slice word = { rest->ptr, len };

	step_over(rest, len);
	return word;
}

static void skip_blanks(struct slice *rest)
{
	while (rest->len && rest->ptr[0] == ' ')
		step_over(rest, 1);
}

/* "prog[pid]:" or "prog:". False for anything else, above all for a word in
 * the middle of a text. */
static inline bool split_tag(struct slice tag, struct log_line *line)
{
	size_t end = tag.len, i;

	if (end < 2 || tag.ptr[end - 1] != ':')
		return false;
	end--;
	if (tag.ptr[end - 1] != ']') {
		line->program = (struct slice){ tag.ptr, end };
		line->pid = (struct slice){ tag.ptr, 0 };
		return true;
	}
	for (i = end - 1; i > 0 && is_digit(tag.ptr[i - 1]); i--)
		;
	if (i == end - 1 || i < 2 || tag.ptr[i - 1] != '[')
		return false;
	line->program = (struct slice){ tag.ptr, i - 1 };
	line->pid = (struct slice){ tag.ptr + i, end - 1 - i };
	return true;
}

/* Dovecot's own files have no host but a program with a user in it, who may
 * be called "x postfix/smtpd[1]: ...": what follows a parenthesis is never a
 * program. */
static bool origin_with_user(struct slice word, struct slice rest,
			     struct log_line *line)
{
	ptrdiff_t at = slice_find_char(word, '(');

	if (at < 1)	/* "(none)" is the host that was given no name */
		return false;
	line->program = slice_sub(word, 0, (size_t)at);
	line->text = (struct slice){ word.ptr + at,
				     word.len - (size_t)at + rest.len };
	return true;
}

/* A relay may put "<mail.notice>" between stamp and host. */
static void skip_facility(struct slice *rest)
{
	struct slice copy = *rest, word;

	if (!copy.len || copy.ptr[0] != '<')
		return;
	word = take_word(&copy);
	if (word.ptr[word.len - 1] != '>')
		return;
	skip_blanks(&copy);
	*rest = copy;
}

/* No tag stands there: "mail.info tag: text", or all of it is text. */
static void read_tagless(struct slice text, struct log_line *line)
{
	struct slice rest = text;

	if (header_is_facility(take_word(&rest))) {
		skip_blanks(&rest);
		if (split_tag(take_word(&rest), line)) {
			line->text = slice_after(rest, 1);
			return;
		}
	}
	line->program = line->pid = (struct slice){ line->host.ptr, 0 };
	line->text = text;
}

/* Behind the host. Every line passes here, and the compiler would make a call
 * of it. */
__attribute__((always_inline))
static inline void read_tag(struct slice rest, struct log_line *line)
{
	struct slice text;

	skip_blanks(&rest);
	text = rest;
	if (split_tag(take_word(&rest), line))
		line->text = slice_after(rest, 1);
	else
		read_tagless(text, line);
}

static bool origin_syslog(struct slice rest, struct log_line *line)
{
	struct slice word;

	if (!rest.len || rest.ptr[0] != ' ')
		return false;
	skip_blanks(&rest);
	skip_facility(&rest);
	word = take_word(&rest);
	line->host = (struct slice){ word.ptr, 0 };
	line->program = line->pid = line->host;
	if (origin_with_user(word, rest, line))
		return true;
	if (!split_tag(word, line)) {
		line->host = word;
		read_tag(rest, line);
		if (line->program.len && header_is_severity(word))
			line->host.len = 0;
		return true;
	}
	line->text = slice_after(rest, 1);
	return true;
}

enum { FILE_NAME_MAX = 255 };

enum {
	RFC3164,
	RFC3339,
	RFC5424,
	YEAR_FIRST,
	YEAR_BETWEEN,
	EXIM,
	LOCAL_MONTH,
	WEEKDAY,
	UNIX,
	TAI64N,
	N_FORMS
};

static const struct form {
	bool (*stamp)(struct header_reader *reader, struct slice *rest,
		      int64_t *at_ms_out);
	bool (*origin)(struct slice rest, struct log_line *line);
	const char *name;
} forms[N_FORMS] = {
	[RFC3164] = { header_take_rfc3164, origin_syslog, "RFC 3164" },
	[RFC3339] = { header_take_rfc3339, origin_syslog, "RFC 3339" },
	[RFC5424] = { header_take_rfc5424, header_origin_rfc5424, "RFC 5424" },
	[YEAR_FIRST] = { header_take_year_first, origin_syslog, "year first" },
	[YEAR_BETWEEN] = { header_take_year_between, origin_syslog,
			   "year behind the day" },
	[EXIM] = { header_take_exim, header_origin_exim, "Exim's own" },
	[LOCAL_MONTH] = { header_take_local_month, origin_syslog,
			  "local months" },
	[WEEKDAY] = { header_take_weekday, origin_syslog, "weekday first" },
	[UNIX] = { header_take_unix, origin_syslog, "Unix seconds" },
	[TAI64N] = { header_take_tai64n, origin_syslog, "TAI64N" },
};

static bool read_form(struct header_reader *reader, size_t form,
		      struct slice rest, struct log_line *line)
{
	return forms[form].stamp(reader, &rest, &line->at_ms) &&
	       forms[form].origin(rest, line);
}

static bool read_any_form(struct header_reader *reader, struct slice rest,
			  struct log_line *line)
{
	if (read_form(reader, reader->form, rest, line))
		return true;
	for (size_t i = 0; i < N_FORMS; i++) {
		if (i == reader->form)
			continue;
		/* What was remembered belongs to another form. */
		reader->last_stamp_len = 0;
		if (!read_form(reader, i, rest, line))
			continue;
		reader->form = i;
		return true;
	}
	reader->last_stamp_len = 0;
	return false;
}

/* "<22>": a priority of at most three digits (RFC 5424 section 6.2.1). */
static void skip_priority(struct slice *rest)
{
	size_t i = 1;

	if (!rest->len || rest->ptr[0] != '<')
		return;
	while (i < rest->len && i < 4 && is_digit(rest->ptr[i]))
		i++;
	if (i > 1 && i < rest->len && rest->ptr[i] == '>')
		step_over(rest, i + 1);
}

/* ESC "[36m": a colour as terminals have it (ECMA-48 8.3.117, SGR). */
static void skip_colours(struct slice *rest)
{
	while (slice_starts(*rest, S("\033["))) {
		size_t i = 2;

		while (i < rest->len &&
		       (is_digit(rest->ptr[i]) || rest->ptr[i] == ';'))
			i++;
		if (i == rest->len || rest->ptr[i] != 'm')
			return;
		step_over(rest, i + 1);
	}
}

/* "dovecot-mailcow_1    | ", as `docker compose logs` writes it; with a colour
 * before it and the end of it on either side of the bar or the blank. */
static bool skip_service(struct slice *rest)
{
	struct slice copy = *rest, word;

	skip_colours(&copy);
	word = take_word(&copy);
	skip_blanks(&copy);
	skip_colours(&copy);
	/* With a tab it is the second line of a mail's header, of which Exim's
	 * rejectlog is full. */
	if (!word.len || word.ptr[0] == '\t' || !slice_skip(&copy, S("|")))
		return false;
	skip_colours(&copy);
	if (!slice_skip(&copy, S(" ")))
		return false;
	skip_colours(&copy);
	*rest = copy;
	return true;
}

/*
 * Zone and host seldom change from line to line: what stands between the
 * seconds and the tag is remembered as it is, and what was a host once, and
 * not a tag or a program with a user in it, is one again.
 */
static void keep_origin(struct header_reader *reader,
			const struct log_line *line)
{
	struct slice origin = { line->host.ptr, line->host.len };
	size_t before = 1;

	reader->last_origin_len = 0;
	if (!origin.len || reader->form > RFC3339)
		return;
	/* With a blank in the stamp the line may be Exim's, and only what
	 * follows the first word tells. */
	if (reader->form == RFC3339 && reader->last_stamp[ISO_DAY_LEN] == ' ')
		return;
	if (reader->form == RFC3339)
		before += reader->last_stamp_len - ISO_HOUR_LEN;
	origin.ptr -= before;
	origin.len += before;
	/* A facility or more blanks than one: not worth a short cut. */
	if (origin.len > sizeof(reader->last_origin) ||
	    origin.ptr[before - 1] != ' ' ||
	    memcmp(origin.ptr, reader->last_stamp + ISO_HOUR_LEN,
		   before - 1) != 0)
		return;
	memcpy(reader->last_origin, origin.ptr, origin.len);
	reader->last_origin_len = origin.len;
	reader->last_host_len = line->host.len;
}

/* Short ones, without a call. */
static inline bool same_bytes(const char *a, const char *b, size_t len)
{
	size_t at = 0;

	if (len >= SCAN_STEP)
		return memcmp(a, b, len) == 0;
	for (; at + 8 <= len; at += 8) {
		uint64_t x, y;

		memcpy(&x, a + at, sizeof(x));
		memcpy(&y, b + at, sizeof(y));
		if (x != y)
			return false;
	}
	for (; at < len; at++)
		if (a[at] != b[at])
			return false;
	return true;
}

static inline void skip_message_id(struct log_line *line)
{
	if (line->text.len && line->text.ptr[0] == '[')
		header_skip_message_id(&line->text);
}

/* A line of the same hour, zone and host as the one before. */
static bool read_as_before(const struct header_reader *reader,
			   struct slice rest, struct log_line *line_out)
{
	size_t len = reader->last_origin_len, hour_len;
	int64_t at_ms;

	if (!len)
		return false;
	hour_len = reader->form == RFC3339 ? same_iso(reader, rest)
					   : same_month(reader, rest);
	if (!take_in_hour(reader, hour_len, &rest, &at_ms) ||
	    rest.len <= len || rest.ptr[len] != ' ' ||
	    !same_bytes(rest.ptr, reader->last_origin, len))
		return false;
	step_over(&rest, len);
	line_out->at_ms = at_ms;
	line_out->host = (struct slice){ rest.ptr - reader->last_host_len,
					 reader->last_host_len };
	read_tag(rest, line_out);
	skip_message_id(line_out);
	return true;
}

static bool is_word(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!is_letter(c) && !is_digit(c) && c != '/' && c != '-' &&
		    c != '_' && c != '.')
			return false;
	}
	return text.len > 0;
}

/* "prog[pid]: text" alone. Only with its pid: the second half of a line that
 * somebody broke in two may begin with any word. */
bool header_read_bare(struct slice rest, int64_t at_ms, struct log_line *line)
{
	struct slice tag = take_word(&rest);

	if (!slice_ends(tag, S("]:")) || !split_tag(tag, line) ||
	    !is_word(line->program) || is_digit(line->program.ptr[0]))
		return false;
	line->at_ms = at_ms;
	line->host = (struct slice){ tag.ptr, 0 };
	line->text = slice_after(rest, 1);
	return true;
}

/* What stands in front of a header now and then. */
static void skip_ornament(struct slice *line)
{
	slice_skip(line, S("\xef\xbb\xbf"));	/* of the file's first line */
	/* What a crash, or a log that was truncated while it was written,
	 * leaves in front of the next line. */
	while (line->len && line->ptr[0] == '\0')
		step_over(line, 1);
	skip_priority(line);
}

/* "/var/log/mail.log:", as grep writes it when it looks into several files. */
static bool skip_file_name(struct slice *rest)
{
	struct slice name = slice_sub(*rest, 0, FILE_NAME_MAX);
	ptrdiff_t colon = slice_find_char(name, ':');

	if (colon < 1)
		return false;
	name.len = (size_t)colon;
	if (slice_find_char(name, ' ') >= 0 || slice_find_char(name, '.') < 0)
		return false;
	step_over(rest, name.len + 1);
	return true;
}

/*
 * Where `outer` has no program, and what should be its host begins another
 * header, its stamp was put in front of a whole line; its time is as good, and
 * has a year and a zone. Kubernetes puts "stdout F" between the two.
 */
static bool read_inner(struct header_reader *reader, struct slice line,
		       const struct log_line *outer, struct log_line *inner)
{
	size_t len = (size_t)(line.ptr + line.len - outer->host.ptr);
	struct slice rest = { outer->host.ptr, len };
	bool is_container = slice_skip(&rest, S("stdout F ")) ||
			    slice_skip(&rest, S("stderr F "));

	if (!read_any_form(reader, rest, inner) &&
	    !(is_container && header_read_bare(rest, outer->at_ms, inner)))
		return false;
	inner->at_ms = outer->at_ms;
	return true;
}

static bool read_whole(struct header_reader *reader, struct slice line,
		       struct log_line *line_out)
{
	struct log_line inner;

	if (!read_any_form(reader, line, line_out))
		return false;
	if (reader->form == RFC3339 && !line_out->program.len &&
	    line_out->host.len && read_inner(reader, line, line_out, &inner)) {
		*line_out = inner;
		reader->last_origin_len = 0;
	} else if (line_out->program.len) {
		keep_origin(reader, line_out);
	}
	return true;
}

bool header_read_line(struct header_reader *reader, struct slice line,
		      struct log_line *line_out)
{
	struct log_line bare;
	struct slice named;

	skip_ornament(&line);
	named = line;
	if (read_whole(reader, line, line_out) ||
	    (skip_service(&line) && read_whole(reader, line, line_out)) ||
	    (skip_file_name(&named) && read_whole(reader, named, line_out)))
		return true;
	reader->last_origin_len = 0;
	if (!header_read_bare(line, reader->before_ms, &bare))
		return false;
	if (!reader->before_ms) {
		reader->lacks_time = true;
		return false;
	}
	*line_out = bare;
	return true;
}

/* Nearly every line is like the one before; these are not. */
bool header_read_other(struct header_reader *reader, struct slice line,
		       struct log_line *line_out)
{
	struct log_line found;
	bool fits;

	reader->is_decoded = line.len && line.ptr[0] == '{';
	fits = reader->is_decoded ? header_read_object(reader, line, &found)
				  : header_read_line(reader, line, &found);
	if (!fits)
		return false;
	skip_message_id(&found);
	*line_out = found;
	reader->before_ms = found.at_ms;
	return true;
}

/* Apart, as Exim's lines need none of what it takes from the stack. */
static __attribute__((noinline)) bool read_again(struct header_reader *reader,
						 struct slice line,
						 struct log_line *line_out)
{
	if (!read_as_before(reader, line, line_out))
		return header_read_other(reader, line, line_out);
	reader->is_decoded = false;
	reader->before_ms = line_out->at_ms;
	return true;
}

bool header_read(struct header_reader *reader, struct slice line,
		 struct log_line *line_out)
{
	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	return reader->form == EXIM
		       ? header_read_exim_again(reader, line, line_out)
		       : read_again(reader, line, line_out);
}

const char *header_form_name(const struct header_reader *reader)
{
	return reader->is_decoded ? "JSON objects" : forms[reader->form].name;
}

bool header_lacks_year(const struct header_reader *reader)
{
	return reader->form == RFC3164 || reader->form == LOCAL_MONTH;
}

void header_release(struct header_reader *reader)
{
	text_release(&reader->decoded);
}
