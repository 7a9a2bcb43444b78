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

/* Where ".1" to ".999" ends that begins at `from`; 0 when none does. */
static size_t dsn_part_end(struct slice text, size_t from)
{
	size_t at = from + 1;

	if (from >= text.len || text.ptr[from] != '.')
		return 0;
	while (at < text.len && at < from + 5 && is_digit(text.ptr[at]))
		at++;
	return at > from + 1 && at < from + 5 ? at : 0;
}

/* As nearly all are, and every delivery has one. */
static inline bool is_short_dsn(struct slice text)
{
	return text.len >= 5 && text.ptr[1] == '.' && is_digit(text.ptr[2]) &&
	       text.ptr[3] == '.' && is_digit(text.ptr[4]) &&
	       (text.len == 5 || !is_digit(text.ptr[5]));
}

static size_t dsn_end(struct slice text)
{
	size_t end;

	if (is_short_dsn(text))
		return 5;
	end = dsn_part_end(text, 1);
	return end ? dsn_part_end(text, end) : 0;
}

struct slice mail_event_take_dsn(struct slice *text)
{
	char class = text->len ? text->ptr[0] : '\0';
	struct slice dsn = { text->ptr, 0 };

	if (class != '2' && class != '4' && class != '5')
		return dsn;
	dsn.len = dsn_end(*text);
	*text = slice_after(*text, dsn.len);
	return dsn;
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
