/*
 * Exim's own log: "2026-06-20 10:00:01[.123][ +0200] [[PID] ]TEXT", without
 * host or program, so what would be those is already text, and some of it a
 * stranger's: "ETRN imap-login: Login: user=<victim>" is one line of SMTP. So
 * lines with such a stamp are told by how they begin, and after the first one
 * all of the file are Exim's.
 */
#include "detector/formats/exim.h"
#include "detector/formats/header_inside.h"

/* How lines begin that are about no message. None is a host's name or a
 * program with its colon. */
static const struct slice beginnings[] = {
	SLICE("H="),
	SLICE(" DSH="),
	SLICE("U="),
	SLICE("F="),
	SLICE("cwd="),
	SLICE("no "),
	SLICE("ETRN "),
	SLICE("VRFY "),
	SLICE("EXPN "),
	SLICE("SMTP "),
	SLICE("TLS "),
	SLICE("LMTP "),
	SLICE("DNS "),
	SLICE("DKIM: "),
	SLICE("exim 4."),
	SLICE("End queue run"),
	SLICE("Start queue run"),
	SLICE("Connection from "),
	SLICE("Connection refused"),
	SLICE("Sender identification"),
	SLICE("ident connection"),
	SLICE("refused connection"),
	SLICE("rejected "),
	SLICE("temporarily rejected "),
	SLICE("too many "),
	SLICE("unexpected "),
	SLICE("unqualified "),
};

/* A host may be called "server-mail01-pl", which is the form of an id; then a
 * program with its pid follows. */
static bool has_id(struct slice text)
{
	size_t len = exim_id_length(text);
	struct slice rest = slice_after(text, len);

	return len && slice_skip(&rest, S(" ")) &&
	       !slice_ends(slice_cut(&rest, ' '), S("]:"));
}

static bool begins_as_exim(struct slice text)
{
	struct slice rest = text;

	if (has_id(text))
		return true;
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (slice_starts(text, beginnings[i]))
			return true;
	slice_cut(&rest, ' ');
	return slice_starts(rest, S("authenticator failed for ")) ||
	       exim_skip_pid(&text);
}

bool header_is_exim(const struct header_reader *reader, const char *stamp,
		    struct slice rest)
{
	size_t len = (size_t)(rest.ptr - stamp);

	/* No other log has a blank between stamp and zone. */
	if (stamp[ISO_DAY_LEN] != ' ' || !slice_skip(&rest, S(" ")))
		return false;
	return reader->is_exim || stamp[len - 6] == ' ' ||
	       begins_as_exim(rest);
}

bool header_take_exim(struct header_reader *reader, struct slice *rest,
		      int64_t *at_ms_out)
{
	const char *stamp = rest->ptr;

	if (!header_take_iso(reader, rest, at_ms_out) ||
	    !header_is_exim(reader, stamp, *rest))
		return false;
	reader->is_exim = true;
	return true;
}

bool header_origin_exim(struct slice rest, struct log_line *line)
{
	line->host = slice_sub(rest, 0, 0);
	line->program = S("exim");
	line->pid = line->host;
	line->text = slice_after(rest, 1);
	return true;
}

bool header_read_exim_again(struct header_reader *reader, struct slice line,
			    struct log_line *line_out)
{
	struct slice rest = line;
	int64_t at_ms;

	if (!take_in_hour(reader, same_iso(reader, rest), &rest, &at_ms) ||
	    reader->last_stamp[ISO_DAY_LEN] != ' ' ||
	    !take_last_zone(reader, &rest))
		return header_read_other(reader, line, line_out);
	reader->is_decoded = false;
	reader->before_ms = line_out->at_ms = at_ms;
	return header_origin_exim(rest, line_out);
}
