#include "detector/event.h"

#include <string.h>

/* In pieces that the compiler clears with a few instructions each: of all of
 * it at once it makes a "rep stos", which takes longer to begin than these to
 * end, and every event passes here. */
static void clear(struct mail_event *event)
{
	enum { PIECE = 64 };
	char *at = (char *)event, *last = at + sizeof(*event) - PIECE;

	for (; at < last; at += PIECE)
		memset(at, 0, PIECE);
	memset(last, 0, PIECE);
}

void mail_event_init(struct mail_event *event, enum mail_event_kind kind,
		     struct slice queue_id)
{
	clear(event);
	event->kind = kind;
	event->queue_id = queue_id;
	event->recipients = MAIL_UNKNOWN;
	event->size_bytes = MAIL_UNKNOWN;
}

/* Up to the first comma that neither a quoted part nor < > holds. What stands
 * behind the last < begins at *start_out; 0 without one. */
static size_t address_length(struct slice list, size_t *start_out)
{
	bool quoted = false, bracketed = false;
	size_t i = 0;

	*start_out = 0;
	for (; i < list.len; i++) {
		char c = list.ptr[i];

		if (c == '\\' && i + 1 < list.len)
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '<' || c == '>'))
			bracketed = c == '<';
		else if (!quoted && !bracketed && c == ',')
			break;
		if (!quoted && c == '<')
			*start_out = i + 1;
	}
	return i;
}

bool mail_event_next_recipient(struct slice *list, struct slice *recipient_out)
{
	size_t start, len = address_length(*list, &start);
	struct slice word = slice_sub(*list, 0, len);

	if (!list->len)
		return false;
	*list = slice_after(*list, len + 1);
	if (start && slice_ends(word, S(">")))
		word = slice_sub(word, start, len - 1);
	*recipient_out = word;
	return true;
}

const char *const mail_event_kind_names[MAIL_EVENT_KINDS] = {
	[MAIL_SUBMISSION] = "submission",
	[MAIL_RECEIVED] = "received",
	[MAIL_QUEUED] = "queued",
	[MAIL_DELIVERY] = "delivery",
	[MAIL_LOGIN] = "login",
	[MAIL_AUTH_FAILURE] = "auth_failure",
	[MAIL_REJECT] = "reject",
	[MAIL_CLOSED] = "closed",
	[MAIL_SESSION] = "session",
};

const char *const mail_status_names[] = {
	[MAIL_STATUS_NONE] = NULL,
	[MAIL_SENT] = "sent",
	[MAIL_DEFERRED] = "deferred",
	[MAIL_BOUNCED] = "bounced",
	[MAIL_EXPIRED] = "expired",
};
