#include "detector/formats/header.h"

#include <string.h>

/* How far the year of a stamp without one is searched back: 29 February may
 * be eight years away (1896 to 1904, 2096 to 2104). */
enum { YEARS_BACK = 8 };

enum {
	ISO_HOUR_LEN = 14,	/* "2026-05-04T10:" */
	ISO_SECOND_LEN = 19	/* "2026-05-04T10:00:00" */
};

/* The number that two digits are; -1 when they are none. */
static int two_digits(const char *at)
{
	unsigned tens = (unsigned char)at[0] - (unsigned)'0';
	unsigned ones = (unsigned char)at[1] - (unsigned)'0';

	return tens > 9 || ones > 9 ? -1 : (int)(tens * 10 + ones);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* slice_after for a length known to be there; every line takes several. */
static void step_over(struct slice *rest, size_t len)
{
	rest->ptr += len;
	rest->len -= len;
}

/* "HH:MM:SS" into *civil; ranges are checked with the date. */
static bool read_clock(const char *at, struct stamp_civil *civil)
{
	civil->hour = two_digits(at);
	civil->minute = two_digits(at + 3);
	civil->second = two_digits(at + 6);
	return at[2] == ':' && at[5] == ':';
}

/* Six digits at once, as nearly everybody writes a fraction: in each byte the
 * upper half must be a 3, and stay it when 6 is added. */
static inline bool are_six_digits(const char *at)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint32_t first, last;
	uint64_t all;

	memcpy(&first, at, 4);
	memcpy(&last, at + 2, 4);
	all = (uint64_t)first << 32 | last;
	return ((all & each * 0xf0) | ((all + each * 6) & each * 0xf0) >> 4) ==
	       each * 0x33;
}

/* ".123456" or ",123", if it is there, in whole milliseconds. */
static inline int take_fraction(struct slice *rest)
{
	static const int scales[] = { 0, 100, 10, 1 };
	const char *at = rest->ptr;
	size_t len = rest->len, i = 1;
	int ms = 0;

	if (len < 2 || (at[0] != '.' && at[0] != ',') || !is_digit(at[1]))
		return 0;
	if (len > 7 && are_six_digits(at + 1) && !is_digit(at[7])) {
		step_over(rest, 7);
		return (at[1] - '0') * 100 + (at[2] - '0') * 10 + at[3] - '0';
	}
	for (; i < len && is_digit(at[i]); i++)
		if (i < sizeof(scales) / sizeof(scales[0]))
			ms += (at[i] - '0') * scales[i];
	step_over(rest, i);
	return ms;
}

static int month_number(const char *at)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int month = 0; month < 12; month++)
		if (memcmp(at, names + 3 * month, 3) == 0)
			return month + 1;
	return 0;
}

/* "Jun  1 10:00:00" and its paddings, followed by anything. */
static bool take_month_stamp(struct slice *rest, struct stamp_civil *civil)
{
	size_t i = 4;

	if (rest->len < 14 || rest->ptr[3] != ' ')
		return false;
	civil->month = month_number(rest->ptr);
	if (!civil->month)
		return false;
	if (rest->ptr[i] == ' ')
		i++;
	if (!is_digit(rest->ptr[i]))
		return false;
	civil->day = rest->ptr[i++] - '0';
	if (is_digit(rest->ptr[i]))
		civil->day = civil->day * 10 + (rest->ptr[i++] - '0');
	if (rest->ptr[i++] != ' ' || rest->len < i + 8 ||
	    !read_clock(rest->ptr + i, civil))
		return false;
	step_over(rest, i + 8);
	return true;
}

static void find_latest(struct header_reader *reader)
{
	struct stamp_civil civil;
	int64_t reference_ms = reader->reference_ms;

	if (reader->latest_year && reader->latest_for_ms == reference_ms)
		return;
	reader->latest_for_ms = reference_ms;
	reader->latest_ms = reference_ms + STAMP_DAY_MS +
			    stamp_zone_offset_ms(reference_ms);
	stamp_split(reader->latest_ms, &civil);
	reader->latest_year = civil.year;
}

static bool infer_year(struct header_reader *reader, struct stamp_civil *civil,
		       int64_t *local_ms_out)
{
	find_latest(reader);
	for (int back = 0; back <= YEARS_BACK; back++) {
		int64_t local_ms;

		civil->year = reader->latest_year - back;
		if (!stamp_is_valid(civil))
			continue;
		local_ms = stamp_join(civil);
		if (local_ms > reader->latest_ms)
			continue;
		*local_ms_out = local_ms;
		return true;
	}
	return false;
}

static bool is_last_stamp(const struct header_reader *reader, struct slice rest)
{
	size_t len = reader->last_stamp_len;

	return len && rest.len > len && rest.ptr[len] == ' ' &&
	       memcmp(rest.ptr, reader->last_stamp, len) == 0;
}

static bool read_rfc3164(struct header_reader *reader, struct slice *rest,
			 int64_t *at_ms_out)
{
	struct stamp_civil civil = { 0 };
	struct slice stamp = *rest;
	int64_t local_ms;

	if (is_last_stamp(reader, *rest)) {
		step_over(rest, reader->last_stamp_len);
		*at_ms_out = reader->last_at_ms;
		return true;
	}
	if (!take_month_stamp(rest, &civil) || !rest->len ||
	    !infer_year(reader, &civil, &local_ms))
		return false;
	*at_ms_out = stamp_zone_to_utc(&reader->zone, local_ms);
	stamp.len -= rest->len;
	memcpy(reader->last_stamp, stamp.ptr, stamp.len);
	reader->last_stamp_len = stamp.len;
	reader->last_at_ms = *at_ms_out;
	*at_ms_out += take_fraction(rest);
	return true;
}

static bool read_year_first(struct header_reader *reader, struct slice *rest,
			    int64_t *at_ms_out)
{
	struct stamp_civil civil = { 0 };

	if (rest->len < 5 || rest->ptr[4] != ' ' ||
	    two_digits(rest->ptr) < 0 || two_digits(rest->ptr + 2) < 0)
		return false;
	civil.year = two_digits(rest->ptr) * 100 + two_digits(rest->ptr + 2);
	step_over(rest, 5);
	if (!take_month_stamp(rest, &civil) || !stamp_is_valid(&civil))
		return false;
	*at_ms_out = stamp_zone_to_utc(&reader->zone, stamp_join(&civil)) +
		     take_fraction(rest);
	return true;
}

/* "Z", "+02:00", "+0200" or nothing: how long it is, 0 for nothing. */
static size_t zone_length(struct slice rest, int *minutes_out)
{
	size_t colon = rest.len > 3 && rest.ptr[3] == ':';
	int hours, minutes;

	if (rest.len && (rest.ptr[0] == 'Z' || rest.ptr[0] == 'z')) {
		*minutes_out = 0;
		return 1;
	}
	if (rest.len < 5 + colon || (rest.ptr[0] != '+' && rest.ptr[0] != '-'))
		return 0;
	hours = two_digits(rest.ptr + 1);
	minutes = two_digits(rest.ptr + 3 + colon);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return 0;
	*minutes_out = (hours * 60 + minutes) * (rest.ptr[0] == '-' ? -1 : 1);
	return 5 + colon;
}

/* An RFC 3339 stamp of the same hour as the one before, up to its zone:
 * nothing is left to convert but minutes and seconds. False says that the
 * whole stamp must be read. */
static inline bool take_last_hour(const struct header_reader *reader,
				  struct slice *rest, int64_t *at_ms_out)
{
	const char *at = rest->ptr;
	int minute, second;

	if (!reader->last_stamp_len || rest->len < ISO_SECOND_LEN ||
	    memcmp(at, reader->last_stamp, ISO_HOUR_LEN) != 0)
		return false;
	minute = two_digits(at + ISO_HOUR_LEN);
	second = two_digits(at + ISO_SECOND_LEN - 2);
	if (minute < 0 || minute > 59 || second < 0 || second > 60 ||
	    at[ISO_SECOND_LEN - 3] != ':')
		return false;
	step_over(rest, ISO_SECOND_LEN);
	*at_ms_out = reader->last_at_ms + minute * STAMP_MINUTE_MS +
		     second * STAMP_SECOND_MS + take_fraction(rest);
	return true;
}

/* The zone of the stamp before, which stands behind its hour. */
static bool take_last_zone(const struct header_reader *reader,
			   struct slice *rest)
{
	struct slice zone = { reader->last_stamp + ISO_HOUR_LEN,
			      reader->last_stamp_len - ISO_HOUR_LEN };

	if (rest->len <= zone.len || rest->ptr[zone.len] != ' ' ||
	    !slice_starts(*rest, zone))
		return false;
	step_over(rest, zone.len);
	return true;
}

static bool read_iso_second(const char *at, struct stamp_civil *civil)
{
	int century = two_digits(at), year = two_digits(at + 2);

	civil->year = century * 100 + year;
	civil->month = two_digits(at + 5);
	civil->day = two_digits(at + 8);
	return century >= 0 && year >= 0 && at[7] == '-' &&
	       (at[10] == 'T' || at[10] == 't' || at[10] == ' ') &&
	       read_clock(at + 11, civil) && stamp_is_valid(civil);
}

static void keep_hour(struct header_reader *reader, const char *stamp,
		      struct slice zone, const struct stamp_civil *civil,
		      int64_t at_ms)
{
	memcpy(reader->last_stamp, stamp, ISO_HOUR_LEN);
	memcpy(reader->last_stamp + ISO_HOUR_LEN, zone.ptr, zone.len);
	reader->last_stamp_len = ISO_HOUR_LEN + zone.len;
	reader->last_at_ms = at_ms - civil->minute * STAMP_MINUTE_MS -
			     civil->second * STAMP_SECOND_MS;
}

static bool read_rfc3339(struct header_reader *reader, struct slice *rest,
			 int64_t *at_ms_out)
{
	struct slice again = *rest;
	struct stamp_civil civil = { 0 };
	const char *stamp = rest->ptr;
	int64_t at_ms;
	size_t zone_len;
	int fraction_ms, minutes;

	if (rest->len < ISO_SECOND_LEN || rest->ptr[4] != '-')
		return false;
	if (take_last_hour(reader, &again, at_ms_out) &&
	    take_last_zone(reader, &again)) {
		*rest = again;
		return true;
	}
	if (!read_iso_second(stamp, &civil))
		return false;
	step_over(rest, ISO_SECOND_LEN);
	fraction_ms = take_fraction(rest);
	at_ms = stamp_join(&civil);
	zone_len = zone_length(*rest, &minutes);
	if (zone_len)
		at_ms -= minutes * (int64_t)STAMP_MINUTE_MS;
	else
		at_ms = stamp_zone_to_utc(&reader->zone, at_ms);
	keep_hour(reader, stamp, (struct slice){ rest->ptr, zone_len }, &civil,
		  at_ms);
	step_over(rest, zone_len);
	*at_ms_out = at_ms + fraction_ms;
	return true;
}

static bool read_rfc5424(struct header_reader *reader, struct slice *rest,
			 int64_t *at_ms_out)
{
	return slice_skip(rest, S("1 ")) &&
	       read_rfc3339(reader, rest, at_ms_out);
}

/* Everything before the next blank, which stays. */
static inline struct slice take_word(struct slice *rest)
{
	const char *blank = rest->len ? memchr(rest->ptr, ' ', rest->len)
				      : NULL;
	size_t len = blank ? (size_t)(blank - rest->ptr) : rest->len;
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
static inline bool split_tag(struct slice tag, struct slice *program_out)
{
	size_t end = tag.len, i;

	if (end < 2 || tag.ptr[end - 1] != ':')
		return false;
	end--;
	if (tag.ptr[end - 1] != ']') {
		*program_out = (struct slice){ tag.ptr, end };
		return true;
	}
	for (i = end - 1; i > 0 && is_digit(tag.ptr[i - 1]); i--)
		;
	if (i == end - 1 || i < 2 || tag.ptr[i - 1] != '[')
		return false;
	*program_out = (struct slice){ tag.ptr, i - 1 };
	return true;
}

/* Dovecot's own files have no host but a program with a user in it, who may
 * be called "x postfix/smtpd[1]: ...": what follows a parenthesis is never a
 * program. */
static bool origin_with_user(struct slice word, struct slice rest,
			     struct log_line *line)
{
	ptrdiff_t at = slice_find_char(word, '(');

	if (at < 0)
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

/* Behind the host. Without a tag all of it is text. */
static inline bool read_tag(struct slice rest, struct log_line *line)
{
	struct slice text;

	skip_blanks(&rest);
	text = rest;
	if (split_tag(take_word(&rest), &line->program))
		text = rest.len ? slice_after(rest, 1) : rest;
	else
		line->program = (struct slice){ line->host.ptr, 0 };
	line->text = text;
	return true;
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
	line->program = line->host;
	if (origin_with_user(word, rest, line))
		return true;
	if (!split_tag(word, &line->program)) {
		line->host = word;
		return read_tag(rest, line);
	}
	line->text = rest.len ? slice_after(rest, 1) : rest;
	return true;
}

/* `[id name="value" ...]` once or more, or "-". In a value, '"', '\' and ']'
 * come with a backslash. */
static bool skip_structured_data(struct slice *rest)
{
	bool quoted = false;
	size_t depth = 0, i = 0;

	if (slice_skip(rest, S("-")))
		return true;
	for (; i < rest->len; i++) {
		char c = rest->ptr[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (c == '[' && !quoted)
			depth++;
		else if (c == ']' && !quoted)
			depth--;
		else if (c == ' ' && depth == 0)
			break;
	}
	if (i == 0 || depth != 0 || quoted)
		return false;
	step_over(rest, i);
	return true;
}

static struct slice take_field(struct slice *rest)
{
	struct slice word = slice_cut(rest, ' ');

	return slice_eq(word, S("-")) ? (struct slice){ word.ptr, 0 } : word;
}

static bool origin_rfc5424(struct slice rest, struct log_line *line)
{
	if (!slice_skip(&rest, S(" ")))
		return false;
	line->host = take_field(&rest);
	line->program = take_field(&rest);
	take_field(&rest);	/* process id */
	take_field(&rest);	/* message id */
	if (!skip_structured_data(&rest))
		return false;
	slice_skip(&rest, S(" "));
	slice_skip(&rest, S("\xef\xbb\xbf"));
	line->text = rest;
	return true;
}

enum { RFC3164, RFC3339, RFC5424, YEAR_FIRST, N_FORMS };

static const struct form {
	bool (*stamp)(struct header_reader *reader, struct slice *rest,
		      int64_t *at_ms_out);
	bool (*origin)(struct slice rest, struct log_line *line);
} forms[N_FORMS] = {
	[RFC3164] = { read_rfc3164, origin_syslog },
	[RFC3339] = { read_rfc3339, origin_syslog },
	[RFC5424] = { read_rfc5424, origin_rfc5424 },
	[YEAR_FIRST] = { read_year_first, origin_syslog },
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

/* "dovecot-mailcow_1    | ", as `docker compose logs` writes it. */
static bool skip_service(struct slice *rest)
{
	struct slice copy = *rest, word = take_word(&copy);

	skip_blanks(&copy);
	if (!word.len || !slice_skip(&copy, S("| ")))
		return false;
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

static inline bool take_last_stamp(const struct header_reader *reader,
				   struct slice *rest, int64_t *at_ms_out)
{
	if (reader->form == RFC3339)
		return take_last_hour(reader, rest, at_ms_out);
	if (!is_last_stamp(reader, *rest))
		return false;
	step_over(rest, reader->last_stamp_len);
	*at_ms_out = reader->last_at_ms;
	return true;
}

/* A line of the same hour (or second), zone and host as the one before. */
static bool read_as_before(const struct header_reader *reader,
			   struct slice rest, struct log_line *line_out)
{
	size_t len = reader->last_origin_len;
	struct log_line line;

	if (!len || !take_last_stamp(reader, &rest, &line.at_ms) ||
	    rest.len <= len || rest.ptr[len] != ' ' ||
	    memcmp(rest.ptr, reader->last_origin, len) != 0)
		return false;
	step_over(&rest, len);
	line.host = (struct slice){ rest.ptr - reader->last_host_len,
				    reader->last_host_len };
	read_tag(rest, &line);
	*line_out = line;
	return true;
}

bool header_read(struct header_reader *reader, struct slice line,
		 struct log_line *line_out)
{
	struct log_line found;

	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (read_as_before(reader, line, line_out))
		return true;
	skip_priority(&line);
	if (!read_any_form(reader, line, &found) &&
	    !(skip_service(&line) && read_any_form(reader, line, &found))) {
		reader->last_origin_len = 0;
		return false;
	}
	keep_origin(reader, &found);
	*line_out = found;
	return true;
}
