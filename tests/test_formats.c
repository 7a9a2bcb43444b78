/*
 * Every detector/formats/<name>.cases against the format of that name.
 *
 * Keys of a case, in this order, each only if the event has it:
 *   queue_id account client recipients size recipient status dsn null_sender
 *   requeued_as attempts is_queued from_itself for_sending
 * and only if the case asks for them: host instance time reply.
 */
#include "base/text.h"
#include "detector/formats/format.h"
#include "tests/support/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Lines without a year are of 2026, up to the 22nd of November. */
static const char reference[] = "2026-11-22T12:00:00Z";

struct printer {
	struct text text;
	const char *want;
};

static void print_slice(struct printer *p, const char *key, struct slice value)
{
	if (!value.len)
		return;
	text_addf(&p->text, " %s=", key);
	text_add_visible(&p->text, value);
}

static void print_number(struct printer *p, const char *key, uint32_t number,
			 uint32_t nothing)
{
	if (number != nothing)
		text_addf(&p->text, " %s=%u", key, number);
}

static void print_asked(struct printer *p, const char *key, struct slice value)
{
	char asked[32];

	snprintf(asked, sizeof(asked), " %s=", key);
	if (strstr(p->want, asked))
		print_slice(p, key, value);
}

static void print_event(struct printer *p, const struct mail_event *e)
{
	char client[ADDRESS_TEXT_SIZE] = "", stamp[STAMP_TEXT_SIZE];
	const char *status = mail_status_names[e->status];

	if (e->has_client)
		address_text(&e->client, client);
	stamp_rfc3339(e->at_ms, stamp);
	text_add_string(&p->text, mail_event_kind_names[e->kind]);
	print_slice(p, "queue_id", e->queue_id);
	print_slice(p, "account", e->account);
	print_slice(p, "client", slice_from(client));
	print_number(p, "recipients", e->recipients, MAIL_UNKNOWN);
	print_number(p, "size", e->size_bytes, MAIL_UNKNOWN);
	print_slice(p, "recipient", e->recipient);
	print_slice(p, "status", slice_from(status));
	print_slice(p, "dsn", e->dsn);
	if (e->null_sender)
		print_slice(p, "null_sender", S("yes"));
	print_slice(p, "requeued_as", e->requeued_as);
	print_number(p, "attempts", e->attempts, 0);
	if (e->is_queued)
		print_slice(p, "is_queued", S("yes"));
	if (e->from_itself)
		print_slice(p, "from_itself", S("yes"));
	if (e->for_sending)
		print_slice(p, "for_sending", S("yes"));
	print_asked(p, "host", e->host);
	print_asked(p, "instance", e->instance);
	print_asked(p, "time", slice_from(stamp));
	print_asked(p, "reply", e->reply);
}

static struct header_reader new_reader(void)
{
	struct header_reader reader = { 0 };

	assert_true(stamp_parse(slice_from(reference), &reader.reference_ms));
	return reader;
}

static void test_line(void **state)
{
	const struct text_case *c = *state;
	struct header_reader reader = new_reader();
	struct printer p = { TEXT_INIT(16384), c->want };
	struct slice line = guarded_copy((struct slice){ c->input,
							 c->input_len });
	struct mail_event event, before;

	memset(&event, 0x5a, sizeof(event));
	before = event;
	switch (format_line(&reader, c->subject, line, &event)) {
	case FORMAT_EVENT:
		print_event(&p, &event);
		break;
	case FORMAT_BAD:
		text_add_string(&p.text, "!");
		assert_memory_equal(&event, &before, sizeof(event));
		break;
	case FORMAT_SKIP:
		text_add_string(&p.text, "-");
		assert_memory_equal(&event, &before, sizeof(event));
		break;
	}
	guarded_free(line);
	assert_string_equal(text_string(&p.text), c->want);
	text_release(&p.text);

	/* Cut anywhere, nothing may read on; what comes out is its own
	 * matter. */
	for (size_t len = 0; len < c->input_len; len++) {
		line = guarded_copy((struct slice){ c->input, len });
		format_line(&reader, c->subject, line, &event);
		guarded_free(line);
	}
}

int main(void)
{
	const struct format *format;
	char path[128];

	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; (format = format_at(i)); i++) {
		snprintf(path, sizeof(path), "detector/formats/%s.cases",
			 format->name);
		cases_load(path, format);
	}
	return cases_run("formats", test_line);
}
