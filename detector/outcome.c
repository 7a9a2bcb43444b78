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

/* What Exim says by itself, before it asks anybody: no router takes the
 * address, or none of its domain's servers exists. The last three are usual
 * in routers' data, cPanel's among them. In lower case. */
static const struct slice unroutable_words[] = {
	SLICE("unrouteable address"),
	SLICE("all relevant mx records point to non-existent hosts"),
	SLICE("an mx or srv record indicated no smtp service"),
	SLICE("no such user here"),
	SLICE("unknown user"),
	SLICE("user unknown"),
};

/* "SMTP error from remote mail server after RCPT TO:<..>: 550 ..": how Exim
 * begins, before 4.88 with "mailer". */
static bool is_exims(struct slice reply)
{
	return slice_starts(reply, S("SMTP error from remote mail")) ||
	       slice_starts(reply, S("LMTP error"));
}

static bool is_about_recipient(struct slice folded)
{
	return slice_find(folded, S("in reply to rcpt to")) >= 0 ||
	       slice_find(folded, S("mail server after rcpt to:<")) >= 0 ||
	       slice_find(folded, S("mailer after rcpt to:<")) >= 0 ||
	       slice_find(folded, S("error after rcpt to:<")) >= 0;
}

static bool says_unknown(struct slice reply)
{
	char folded[512];
	struct slice text;

	slice_copy_lower(reply, folded, sizeof(folded));
	text = slice_from(folded);
	if (!is_about_recipient(text))
		return false;
	for (size_t i = 0;
	     i < sizeof(unknown_words) / sizeof(unknown_words[0]); i++)
		if (slice_find(text, unknown_words[i]) >= 0)
			return true;
	return false;
}

static bool says_unroutable(struct slice reply)
{
	char folded[80];
	size_t n = sizeof(unroutable_words) / sizeof(unroutable_words[0]);

	slice_copy_lower(reply, folded, sizeof(folded));
	for (size_t i = 0; i < n; i++)
		if (slice_starts(slice_from(folded), unroutable_words[i]))
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
	if (event->dsn.len == 0 && event->status == MAIL_BOUNCED)
		return is_exims(event->reply) ? says_unknown(event->reply)
					      : says_unroutable(event->reply);
	return (slice_eq(event->dsn, S("5.0.0")) ||
		slice_eq(event->dsn, S("5.4.1"))) &&
	       says_unknown(event->reply);
}

/* Exim gives no code where the receiver did not: then what was refused after
 * its content was seen. */
static bool is_content_refused(struct slice reply)
{
	return is_exims(reply) &&
	       slice_find(reply, S(" end of data: ")) >= 0 &&
	       (slice_find(reply, S(": 554")) >= 0 ||
		slice_find(reply, S(": 550")) >= 0);
}

bool outcome_is_policy(const struct mail_event *event)
{
	if (event->status == MAIL_DEFERRED)
		return slice_find(event->reply, S(" said: 421")) >= 0 ||
		       (is_exims(event->reply) &&
			slice_find(event->reply, S(": 421")) >= 0);
	return event->status == MAIL_BOUNCED &&
	       (slice_starts(event->dsn, S("5.7.")) ||
		(event->dsn.len == 0 && is_content_refused(event->reply)));
}
