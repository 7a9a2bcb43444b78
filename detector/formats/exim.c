/*
 * Exim 4: mainlog, in its own file or through syslog.
 *
 *   [STAMP ][[PID] ]ID FLAG REST       a message: <= => -> >> ** == Completed
 *   [STAMP ][[PID] ]REST               everything else
 *
 * In a file the stamp is the header's matter (header.c). Through syslog it
 * may stand in the text once more, and a line over 870 bytes comes in parts,
 * "[1/3] ", of which only the first is read.
 *
 * The other files: exim_arrival.c, exim_delivery.c, exim_reject.c; exim_text.c
 * tells words.
 */
#include "detector/formats/exim.h"

enum { FLAG_LEN = 3 };

static const struct flag {
	char mark[FLAG_LEN + 1];
	enum mail_status status;	/* NONE: an arrival */
} flags[] = {
	{ "<= ", MAIL_STATUS_NONE },
	/* Accepted, with a refusal as the answer. */
	{ "(= ", MAIL_STATUS_NONE },
	{ "=> ", MAIL_SENT },
	{ "-> ", MAIL_SENT },
	{ ">> ", MAIL_SENT },
	{ "** ", MAIL_BOUNCED },
	{ "== ", MAIL_DEFERRED },
};

/* "exim", "exim4", and "exim-out" where one host runs two of them
 * (syslog_processname). */
static const void *speaker_of(struct slice program)
{
	if (!slice_skip(&program, S("exim")))
		return NULL;
	slice_skip(&program, S("4"));
	return !program.len || program.ptr[0] == '-' ||
			       program.ptr[0] == '_'
		       ? flags
		       : NULL;
}

/* Step over "[1/3] ", or "[1\3] " where the text had a line feed. Says which
 * part it is; 0 for a whole line. */
static uint32_t skip_part(struct slice *text)
{
	struct slice rest = *text;
	uint32_t part, parts;
	ptrdiff_t at;

	if (!slice_skip(&rest, S("[")) || !slice_number(rest, &part))
		return 0;
	slice_skip_digits(&rest);
	if (!slice_skip(&rest, S("/")) && !slice_skip(&rest, S("\\")))
		return 0;
	at = slice_find(slice_sub(rest, 0, 12), S("] "));
	if (at < 0 || !slice_number(rest, &parts))
		return 0;
	*text = slice_after(rest, (size_t)at + 2);
	return parts > 1 ? part : 0;
}

/* "2026-06-20 10:00:01[.123][ +0200] ", the second stamp of a syslog line,
 * which says no more than the first. */
static void skip_stamp(struct slice *text)
{
	static const char shape[] = "0000-00-00 00:00:00";
	struct slice rest = *text;
	size_t i = 0;

	if (rest.len < sizeof(shape))
		return;
	for (; i < sizeof(shape) - 1; i++)
		if (shape[i] == '0' ? !is_digit(rest.ptr[i])
				    : shape[i] != rest.ptr[i])
			return;
	rest = slice_after(rest, i);
	if (rest.ptr[0] == '.')
		slice_cut(&rest, ' ');
	else if (!slice_skip(&rest, S(" ")))
		return;
	if (slice_starts(rest, S("+")) || slice_starts(rest, S("-")))
		slice_cut(&rest, ' ');
	*text = rest;
}

static enum format_result read_nameless(struct slice text,
					struct mail_event *event)
{
	struct slice rest = text;

	slice_cut(&rest, ' ');
	slice_skip(&rest, S("\t"));	/* seen through rsyslog */
	if (slice_skip(&rest, S("authenticator failed for ")))
		return exim_read_auth_failure(rest, event);
	return exim_read_reject(text, slice_sub(text, 0, 0), event);
}

static enum format_result read_message(struct slice text, struct slice id,
				       bool is_part, struct mail_event *event)
{
	bool has_flag = text.len >= FLAG_LEN && text.ptr[2] == ' ';

	for (size_t i = 0; has_flag && i < sizeof(flags) / sizeof(flags[0]);
	     i++) {
		if (memcmp(text.ptr, flags[i].mark, FLAG_LEN) != 0)
			continue;
		text = slice_after(text, FLAG_LEN);
		if (flags[i].status == MAIL_STATUS_NONE)
			return exim_read_arrival(text, id, is_part, event);
		return exim_read_delivery(text, id, flags[i].status, event);
	}
	if (slice_eq(text, S("Completed")) ||
	    slice_starts(text, S("Completed QT="))) {
		mail_event_init(event, MAIL_CLOSED, id);
		return FORMAT_EVENT;
	}
	return exim_read_reject(text, id, event);
}

/* What may stand before the id. Says which part of a line it is; 0 for a whole
 * one. */
static uint32_t skip_front(struct slice *text)
{
	uint32_t part = skip_part(text);

	skip_stamp(text);
	exim_skip_pid(text);
	return part;
}

static enum format_result read_text(struct slice text,
				    struct mail_event *event)
{
	size_t id_len = exim_id_length(text);
	uint32_t part = 0;

	/* In Exim's own file the id is first, nearly always. */
	if (!id_len) {
		part = skip_front(&text);
		id_len = exim_id_length(text);
	}
	if (part > 1)
		return FORMAT_SKIP;
	if (id_len && id_len < text.len && text.ptr[id_len] == ' ')
		return read_message(slice_after(text, id_len + 1),
				    slice_sub(text, 0, id_len), part == 1,
				    event);
	return read_nameless(text, event);
}

static enum format_result parse(const void *speaker,
				const struct log_line *line,
				struct mail_event *event_out)
{
	(void)speaker;
	return read_text(line->text, event_out);
}

const struct format format_exim = {
	.name = "exim",
	.about = "Exim 4, its mainlog or from syslog",
	.instance = SLICE("exim"),
	.speaker = speaker_of,
	.parse = parse,
};
