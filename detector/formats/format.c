#include "detector/formats/format.h"

#include <string.h>

#define FORMAT(id) extern const struct format format_##id;
#include "detector/formats/formats.def"
#undef FORMAT

static const struct format *const formats[] = {
#define FORMAT(id) &format_##id,
#include "detector/formats/formats.def"
#undef FORMAT
};

const struct format *format_at(size_t i)
{
	return i < FORMATS ? formats[i] : NULL;
}

const struct format *format_find(const char *name)
{
	const struct format *format;

	for (size_t i = 0; (format = format_at(i)); i++)
		if (!strcmp(format->name, name))
			return format;
	return NULL;
}

enum { REPEATED_MAX = 1 << 20 };

/* A line without a header that is not even a word is no torn line. Nor is one
 * of Exim's rejectlog, which has the header lines of a message beneath what
 * was refused. */
static enum format_result without_header(const struct header_reader *reader,
					 struct slice text)
{
	bool is_fine = reader->is_exim || slice_trim(text).len == 0;

	return is_fine ? FORMAT_SKIP : FORMAT_BAD;
}

/* Whose is it? NULL format: nobody's. */
static void ask_all(struct slice program, const struct format *only,
		    struct speaker_memo *memo)
{
	memo->format = NULL;
	memo->said_by = FORMATS;
	for (size_t i = 0; i < FORMATS; i++) {
		if (only && only != formats[i])
			continue;
		memo->speaker = formats[i]->speaker(program);
		if (!memo->speaker)
			continue;
		memo->format = formats[i];
		memo->said_by = (uint8_t)i;
		return;
	}
}

/* The daemons of a mail server are a dozen; two that share a place take turns
 * in it. They differ in their last letters, and in their length. */
static size_t place_of(struct slice program)
{
	size_t len = program.len;
	unsigned last = (unsigned char)program.ptr[len - 1];
	size_t at = len > 3 ? len - 4 : len - 1;
	unsigned before = (unsigned char)program.ptr[at];

	return (len * 13 + last * 5 + before) % SPEAKERS;
}

/* Every line asks, and nearly every one has been answered before. */
static const struct speaker_memo *speaker_of(struct header_reader *reader,
					     const struct format *only,
					     struct slice program,
					     struct speaker_memo *unkept)
{
	struct speaker_memo *memo;

	if (program.len == 0 || program.len > SPEAKER_NAME_MAX) {
		ask_all(program, only, unkept);
		return unkept;
	}
	memo = &reader->speakers[place_of(program)];
	if (memo->len == program.len && memo->only == only &&
	    memcmp(memo->name, program.ptr, program.len) == 0)
		return memo;
	ask_all(program, only, memo);
	memo->only = only;
	memo->len = program.len;
	memcpy(memo->name, program.ptr, program.len);
	return memo;
}

/* The text is the format's matter, what stands before it is not. */
static enum format_result parse_as(const struct format *format,
				   const void *speaker,
				   const struct log_line *line,
				   struct mail_event *event_out)
{
	enum format_result result = format->parse(speaker, line, event_out);

	if (result != FORMAT_EVENT)
		return result;
	event_out->at_ms = line->at_ms;
	event_out->host = line->host;
	if (format->instance.len)
		event_out->instance = format->instance;
	return FORMAT_EVENT;
}

/* Two servers may have a program of one name (imapd). */
static enum format_result ask_behind(struct header_reader *reader,
				     const struct format *first,
				     const struct log_line *line,
				     struct mail_event *event_out)
{
	bool is_behind = false;

	for (size_t i = 0; i < FORMATS; i++) {
		enum format_result result = FORMAT_FOREIGN;
		const void *speaker = NULL;

		if (is_behind)
			speaker = formats[i]->speaker(line->program);
		if (speaker)
			result = parse_as(formats[i], speaker, line,
					  event_out);
		if (result != FORMAT_FOREIGN) {
			reader->said_by = (uint8_t)i;
			return result;
		}
		is_behind |= formats[i] == first;
	}
	return FORMAT_SKIP;
}

static enum format_result ask(struct header_reader *reader,
			      const struct speaker_memo *memo,
			      const struct format *only,
			      const struct log_line *line,
			      struct mail_event *event_out)
{
	enum format_result result =
		parse_as(memo->format, memo->speaker, line, event_out);

	if (result != FORMAT_FOREIGN)
		return result;
	return only ? FORMAT_SKIP
		    : ask_behind(reader, memo->format, line, event_out);
}

/*
 * "message repeated 3 times: [ TEXT]" stands for so many lines that rsyslog did
 * not write ($RepeatedMsgReduction, on in Ubuntu). The words are at the
 * beginning of the text, where no stranger's are.
 */
static bool unfold(struct slice *text, uint32_t *times_out)
{
	struct slice rest = *text;

	if (!slice_skip(&rest, S("message repeated ")) ||
	    !slice_number(rest, times_out))
		return false;
	slice_cut(&rest, ' ');
	if (!slice_skip(&rest, S("times: [ ")) || !slice_ends(rest, S("]")))
		return false;
	rest.len--;
	*text = rest;
	return true;
}

static void count_repeated(struct mail_event *event, uint32_t times)
{
	if (event->kind == MAIL_AUTH_FAILURE && times < REPEATED_MAX)
		event->attempts = times * (event->attempts ? event->attempts
							   : 1);
}

enum format_result format_line(struct header_reader *reader,
			       const struct format *only, struct slice text,
			       struct mail_event *event_out)
{
	const struct speaker_memo *memo;
	struct speaker_memo unkept;
	enum format_result result;
	struct log_line line;
	uint32_t times;

	reader->said_by = FORMATS;
	if (!header_read(reader, text, &line))
		return without_header(reader, text);
	memo = speaker_of(reader, only, line.program, &unkept);
	reader->said_by = memo->said_by;
	if (!memo->format)
		return FORMAT_SKIP;
	result = ask(reader, memo, only, &line, event_out);
	if (result != FORMAT_SKIP || !unfold(&line.text, &times))
		return result;
	result = ask(reader, memo, only, &line, event_out);
	if (result == FORMAT_EVENT)
		count_repeated(event_out, times);
	return result;
}
