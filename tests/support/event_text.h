/*
 * event_text - an event as the .cases write it: its kind, and then, in this
 * order and each only if the event has it,
 *   queue_id account client recipients size recipient status dsn null_sender
 *   requeued_as earlier_id is_handed_back attempts is_queued from_itself
 *   for_sending more_recipients
 * and only if the case asks for them: host instance time reply session service
 * mechanism.
 */
#ifndef TESTS_SUPPORT_EVENT_TEXT_H
#define TESTS_SUPPORT_EVENT_TEXT_H

#include "base/text.h"
#include "detector/event.h"

/* `want` is what the case wants. */
void event_text(const struct mail_event *event, const char *want,
		struct text *out);

#endif
