/*
 * Plesk: who was refused, as its saslauthd says it beside Postfix.
 *
 *   No such user 'U' in mail authorization database
 *   failed mail authentication attempt for user 'U' (password len=N)
 *
 * Both stand before Postfix's line of the same failure, which has the address
 * and is the event (postfix.c); these name its account (sessions.h).
 *
 * Older ones, spelled "authenticatication", come late, often seconds after
 * Postfix's line: whose name it was cannot be told, and nobody is named.
 *
 * U is the client's and may hold anything: the words around it are fixed.
 */
#include "detector/formats/format.h"

static const struct slice program_name = SLICE("plesk_saslauthd");

static const void *speaker_of(struct slice program)
{
	return slice_eq(program, program_name) ? &program_name : NULL;
}

/* What stands between `before` and the last `after`. */
static bool between(struct slice text, struct slice before, struct slice after,
		    struct slice *name_out)
{
	ptrdiff_t at;

	if (!slice_skip(&text, before))
		return false;
	at = slice_find_last(text, after);
	if (at < 0)
		return false;
	*name_out = slice_sub(text, 0, (size_t)at);
	return true;
}

static bool read_name(struct slice text, struct slice *name_out)
{
	*name_out = slice_sub(text, 0, 0);
	return between(text, S("failed mail authentication attempt for user '"),
		       S("' (password len="), name_out) ||
	       between(text, S("No such user '"),
		       S("' in mail authorization database"), name_out) ||
	       slice_starts(text, S("failed mail authenticatication "));
}

static enum format_result parse(const void *speaker,
				const struct log_line *line,
				struct mail_event *event_out)
{
	struct slice name;

	(void)speaker;
	if (!read_name(line->text, &name))
		return FORMAT_SKIP;
	mail_event_init(event_out, MAIL_SESSION, slice_sub(name, 0, 0));
	event_out->account = name;
	event_out->session = MAIL_SASL_SESSION;
	return FORMAT_EVENT;
}

const struct format format_plesk = {
	.name = "plesk",
	.about = "Plesk's saslauthd: the names of Postfix's refused logins",
	.instance = SLICE("plesk"),
	.speaker = speaker_of,
	.parse = parse,
};
