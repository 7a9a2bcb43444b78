#include "detector/outcome.h"

/* What receivers without enhanced codes write (Postfix then logs 5.0.0), or
 * with one of their own (5.4.1, Microsoft), about a recipient they do not
 * know; in lower case. */
static const struct slice unknown_words[] = {
	SLICE("user unknown"),	      SLICE("unknown user"),
	SLICE("no such user"),	      SLICE("no such recipient"),
	SLICE("no such mailbox"),     SLICE("unknown recipient"),
	SLICE("recipient unknown"),   SLICE("invalid recipient"),
	SLICE("mailbox unavailable"), SLICE("mailbox not found"),
	SLICE("does not exist"),      SLICE("recipient address rejected"),
	SLICE("no mailbox here"),     SLICE("address unknown"),
};

static bool says_unknown(struct slice reply)
{
	char folded[512];
	struct slice text;

	slice_copy_lower(reply, folded, sizeof(folded));
	text = slice_from(folded);
	if (slice_find(text, S("in reply to rcpt to")) < 0)
		return false;
	for (size_t i = 0;
	     i < sizeof(unknown_words) / sizeof(unknown_words[0]); i++)
		if (slice_find(text, unknown_words[i]) >= 0)
			return true;
	return false;
}

bool outcome_is_dead_recipient(const struct mail_event *event)
{
	if (event->status == MAIL_DEFERRED || event->status == MAIL_SENT)
		return false;
	if (slice_starts(event->dsn, S("5.1.")) ||
	    slice_eq(event->dsn, S("5.4.4")))
		return true;
	return (slice_eq(event->dsn, S("5.0.0")) ||
		slice_eq(event->dsn, S("5.4.1"))) &&
	       says_unknown(event->reply);
}

bool outcome_is_policy(const struct mail_event *event)
{
	if (event->status == MAIL_DEFERRED)
		return slice_find(event->reply, S(" said: 421")) >= 0;
	return event->status == MAIL_BOUNCED &&
	       slice_starts(event->dsn, S("5.7."));
}
