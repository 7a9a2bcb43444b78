/*
 * A stream of lines, of whatever servers, through header, formats, sessions
 * and tracker, as the detector would take them.
 *
 * Beside what the sanitizers see: what an event says must be a part of its
 * line, of what a line of JSON was decoded to, or of the table of sessions; a
 * joined message must be somebody's or nobody's; and there cannot be more
 * messages than lines.
 */
#include "detector/formats/format.h"
#include "detector/sessions.h"
#include "detector/tracker.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct header_reader reader;
	struct sessions *sessions;
	struct tracker *tracker;
	size_t lines;
};

static bool is_inside(struct slice part, const void *whole, size_t len)
{
	const char *from = whole;

	return part.len == 0 ||
	       (len && part.ptr >= from && part.ptr + part.len <= from + len);
}

static void must_be_known(const struct run *run, struct slice part,
			  struct slice line)
{
	struct slice decoded = text_slice(&run->reader.decoded);

	if (!is_inside(part, line.ptr, line.len) &&
	    !is_inside(part, decoded.ptr, decoded.len) &&
	    !is_inside(part, run->sessions, sizeof(*run->sessions)))
		abort();
}

static void check_event(const struct run *run, const struct mail_event *event,
			struct slice line)
{
	struct slice rest = event->more_recipients, recipient;

	if (event->kind >= MAIL_EVENT_KINDS || event->status > MAIL_EXPIRED ||
	    event->account.len > line.len + ACCOUNT_LOGIN_MAX)
		abort();
	must_be_known(run, event->queue_id, line);
	must_be_known(run, event->account, line);
	must_be_known(run, event->mechanism, line);
	must_be_known(run, event->recipient, line);
	must_be_known(run, event->reply, line);
	must_be_known(run, event->more_recipients, line);
	while (mail_event_next_recipient(&rest, &recipient))
		must_be_known(run, recipient, line);
}

/* A message of a session is somebody's, or it is known that he logged in. */
static void check_joined(const struct mail_event *event)
{
	if (event->session.len && event->kind == MAIL_SUBMISSION &&
	    !event->account.len && !event->mechanism.len)
		abort();
}

static void track(struct run *run, const struct mail_event *event)
{
	switch (event->kind) {
	case MAIL_SUBMISSION:
	case MAIL_RECEIVED:
		if (event->queue_id.len)
			tracker_begin(run->tracker, event)->account = 1;
		break;
	case MAIL_DELIVERY:
		if (tracker_find(run->tracker, event) &&
		    event->requeued_as.len)
			tracker_begin_id(run->tracker, event,
					 event->requeued_as);
		break;
	case MAIL_CLOSED:
		tracker_end(run->tracker, event);
		break;
	default:
		tracker_find(run->tracker, event);
		break;
	}
	if (tracker_count(run->tracker) > run->lines)
		abort();
}

static void take_line(struct run *run, struct slice line)
{
	struct mail_event event;

	run->lines++;
	if (format_line(&run->reader, NULL, line, &event) != FORMAT_EVENT)
		return;
	check_event(run, &event, line);
	if (event.session.len)
		sessions_join(run->sessions, &event);
	check_event(run, &event, line);
	check_joined(&event);
	track(run, &event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run run = {
		.reader = { .reference_ms = 1795348800000 },
		.sessions = sessions_new(),
		.tracker = tracker_new(),
	};
	struct slice rest = { (const char *)data, size };

	while (rest.len) {
		struct slice line = slice_cut(&rest, '\n');
		/* Its own allocation, for the sanitizer to guard its end. */
		char *copy = malloc(line.len + !line.len);

		memcpy(copy, line.ptr, line.len);
		take_line(&run, (struct slice){ copy, line.len });
		free(copy);
	}
	header_release(&run.reader);
	tracker_free(&run.tracker);
	sessions_free(&run.sessions);
	return 0;
}
