#include "tests/support/event_text.h"

#include "base/stamp.h"

#include <stdio.h>
#include <string.h>

struct printer {
	struct text *text;
	const char *want;
};

static void print_slice(struct printer *p, const char *key, struct slice value)
{
	if (!value.len)
		return;
	text_addf(p->text, " %s=", key);
	text_add_visible(p->text, value);
}

static void print_number(struct printer *p, const char *key, uint32_t number,
			 uint32_t nothing)
{
	if (number != nothing)
		text_addf(p->text, " %s=%u", key, number);
}

static void print_asked(struct printer *p, const char *key, struct slice value)
{
	char asked[32];

	snprintf(asked, sizeof(asked), " %s=", key);
	if (strstr(p->want, asked))
		print_slice(p, key, value);
}

void event_text(const struct mail_event *e, const char *want,
		struct text *out)
{
	struct printer printer = { out, want }, *p = &printer;
	char client[ADDRESS_TEXT_SIZE] = "", stamp[STAMP_TEXT_SIZE];
	const char *status = mail_status_names[e->status];

	if (e->has_client)
		address_text(&e->client, client);
	stamp_rfc3339(e->at_ms, stamp);
	text_add_string(p->text, mail_event_kind_names[e->kind]);
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
	print_slice(p, "earlier_id", e->earlier_id);
	if (e->is_handed_back)
		print_slice(p, "is_handed_back", S("yes"));
	print_number(p, "attempts", e->attempts, 0);
	if (e->is_queued)
		print_slice(p, "is_queued", S("yes"));
	if (e->from_itself)
		print_slice(p, "from_itself", S("yes"));
	if (e->for_sending)
		print_slice(p, "for_sending", S("yes"));
	print_slice(p, "more_recipients", e->more_recipients);
	print_asked(p, "host", e->host);
	print_asked(p, "instance", e->instance);
	print_asked(p, "time", slice_from(stamp));
	print_asked(p, "reply", e->reply);
	print_asked(p, "session", e->session);
	print_asked(p, "service", e->service);
	print_asked(p, "mechanism", e->mechanism);
}
