/*
 * webhooks - who is told of which event (settings.webhook), and what a delivery
 * says: a block as the API shows it, or an alarm. How they are sent is
 * notifier/webhook.h, the contract docs/WEBHOOKS.md.
 */
#ifndef DETECTOR_WEBHOOKS_H
#define DETECTOR_WEBHOOKS_H

#include "detector/blocks.h"
#include "notifier/webhook.h"

/* Inside the transaction of the event: a row for each URL, none where nobody
 * wants to hear of it. `about_id` is the block's or the alarm's. */
enum db_result webhooks_rows(struct db_rows *rows, enum webhook_event event,
			     int64_t about_id, int64_t now_ms,
			     struct err *err);

/* The same at once; what is there already is no error. */
enum db_result webhooks_queue(struct blocks *blocks, enum webhook_event event,
			      int64_t about_id, int64_t now_ms,
			      struct err *err);

/* A webhook_describe_fn: `context` is a struct blocks. */
int webhooks_describe(void *context, enum webhook_event event,
		      int64_t about_id, struct json *body, struct err *err);

/* What the configuration says wrongly. */
int webhooks_check(struct err *err);

/* The key of the signature, from webhook.secret_file. Whatever is wrong with
 * that, it is the operator's to mend: EXIT_CONFIG. */
int webhooks_key(struct text *key_out, struct err *err);

/* Deliveries about one block as JSON objects {event, host, state, attempts,
 * queued, sent, last_error}. Paths of URLs are often secrets, so only
 * "https://host" is shown. */
int webhooks_of_block(struct blocks *blocks, int64_t block_id,
		      struct json *array, struct err *err);

#endif
