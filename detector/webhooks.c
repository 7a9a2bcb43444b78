#include "detector/webhooks.h"

#include "base/files.h"
#include "detector/alarms.h"
#include "detector/blocks_inside.h"
#include "detector/blocks_json.h"
#include "detector/settings.h"

#include <string.h>

static bool is_wanted(enum webhook_event event)
{
	const struct conf_list *events = &settings.webhook.events;
	enum webhook_event named;

	for (size_t i = 0; i < events->n; i++)
		if (webhook_event_named(slice_from(events->items[i]),
					&named) && named == event)
			return true;
	return false;
}

/* Named twice, it is told once. */
static bool is_first(size_t at)
{
	const struct conf_list *urls = &settings.webhook.urls;

	for (size_t i = 0; i < at; i++)
		if (strcmp(urls->items[i], urls->items[at]) == 0)
			return false;
	return true;
}

/* Who wants to hear of it, one after the other, *at from 0 on; NULL behind the
 * last. */
static const char *next_url(enum webhook_event event, size_t *at)
{
	const struct conf_list *urls = &settings.webhook.urls;

	if (!is_wanted(event))
		return NULL;
	while (*at < urls->n && !is_first(*at))
		++*at;
	return *at < urls->n ? urls->items[(*at)++] : NULL;
}

enum db_result webhooks_rows(struct db_rows *rows, enum webhook_event event,
			     int64_t about_id, int64_t now_ms, struct err *err)
{
	enum db_result done = DB_OK;
	const char *url;
	size_t at = 0;

	while (done == DB_OK && (url = next_url(event, &at)))
		done = webhook_row(rows, event, about_id, url, now_ms, err);
	return done;
}

static enum db_result queue_one(struct blocks *blocks,
				enum webhook_event event, int64_t about_id,
				const char *url, int64_t now_ms,
				struct err *err)
{
	struct db_rows rows = WEBHOOK_ROWS(blocks->db);
	struct err problem;
	enum db_result done = webhook_row(&rows, event, about_id, url, now_ms,
					  &problem);

	done = db_rows_end(&rows, done, &problem);
	if (done == DB_DUPLICATE)
		return DB_OK;
	if (done != DB_OK)
		*err = problem;
	return done;
}

enum db_result webhooks_queue(struct blocks *blocks, enum webhook_event event,
			      int64_t about_id, int64_t now_ms,
			      struct err *err)
{
	enum db_result done = DB_OK;
	const char *url;
	size_t at = 0;

	while (done == DB_OK && (url = next_url(event, &at)))
		done = queue_one(blocks, event, about_id, url, now_ms, err);
	return done;
}

static int describe_block(struct blocks *blocks, int64_t id, struct json *body,
			  struct err *err)
{
	struct block block = BLOCK_INIT;
	enum block_find found = blocks_get(blocks, id, &block, err);

	if (found == BLOCK_FOUND) {
		struct json *json = blocks_json(&block);

		json_add(body, "block", &json);
	}
	block_release(&block);
	return found == BLOCK_FOUND ? 0 : found == BLOCK_NOT_FOUND ? 1 : -1;
}

static int describe_alarm(struct blocks *blocks, int64_t id, struct json *body,
			  struct err *err)
{
	struct alarm alarm;
	enum block_find found = alarms_get(blocks, id, &alarm, err);
	struct json *json;

	if (found != BLOCK_FOUND)
		return found == BLOCK_NOT_FOUND ? 1 : -1;
	json = json_new_object();
	json_add_integer(json, "id", alarm.id);
	json_add_string(json, "name", alarm.name);
	if (alarm.machine[0])
		json_add_string(json, "machine", alarm.machine);
	else
		json_add_null(json, "machine");
	json_add_stamp(json, "began", alarm.began_ms);
	json_add_stamp(json, "ended", alarm.ended_ms);
	json_add_string(json, "words", alarm.words);
	json_add(body, "alarm", &json);
	return 0;
}

int webhooks_describe(void *context, enum webhook_event event,
		      int64_t about_id, struct json *body, struct err *err)
{
	bool is_alarm = event == WEBHOOK_ALARM || event == WEBHOOK_ALARM_OVER;

	return is_alarm ? describe_alarm(context, about_id, body, err)
			: describe_block(context, about_id, body, err);
}

/* In front of what is wrong with it. Behind its host there may be a secret;
 * with an '@' in it, anywhere. */
static void name_url(const char *url, size_t number, struct err *err)
{
	struct slice host = webhook_host(slice_from(url));

	if (strchr(url, '@'))
		err_prefix(err, "webhook.urls, number %zu: ", number);
	else
		err_prefix(err, "webhook.urls, \"%.*s\": ",
			   host.len < 100 ? (int)host.len : 100, host.ptr);
}

int webhooks_check(struct err *err)
{
	const struct conf_list *urls = &settings.webhook.urls;
	const struct conf_list *events = &settings.webhook.events;
	enum webhook_event event;

	for (size_t i = 0; i < events->n; i++)
		if (!webhook_event_named(slice_from(events->items[i]), &event))
			return err_set(err, EXIT_CONFIG, "webhook.events: "
				       "there is no \"%.40s\", but blocked, "
				       "lifted, alarm and alarm_over",
				       events->items[i]);
	for (size_t i = 0; i < urls->n; i++)
		if (webhook_check_url(urls->items[i], err) < 0) {
			name_url(urls->items[i], i + 1, err);
			return -1;
		}
	if (urls->n && !*settings.webhook.secret_file)
		return err_set(err, EXIT_CONFIG, "webhook.secret_file is "
			       "empty: by its signature a receiver knows that "
			       "it is you who writes (docs/WEBHOOKS.md)");
	return 0;
}

int webhooks_key(struct text *key_out, struct err *err)
{
	if (files_read_secret(settings.webhook.secret_file, key_out, err) < 0) {
		err_prefix(err, "webhook.secret_file: ");
		err->code = EXIT_CONFIG;
		return -1;
	}
	if (key_out->len < WEBHOOK_KEY_MIN)
		return err_set(err, EXIT_CONFIG, "webhook.secret_file: fewer "
			       "than %d bytes can be guessed", WEBHOOK_KEY_MIN);
	return 0;
}

static int add_delivery(void *context, const struct db_row *row)
{
	struct json *delivery = json_new_object();

	json_add_text(delivery, "event", db_column(row, "event"));
	json_add_text(delivery, "host",
		      webhook_host(db_column(row, "target")));
	json_add_text(delivery, "state", db_column(row, "state"));
	json_add_integer(delivery, "attempts",
			 db_column_integer(row, "attempts", 0));
	json_add_stamp(delivery, "queued",
		       db_column_integer(row, "queued_ms", 0));
	json_add_stamp(delivery, "sent", db_column_integer(row, "sent_ms", 0));
	json_add_text(delivery, "last_error", db_column(row, "last_error"));
	json_push(context, &delivery);
	return 0;
}

int webhooks_of_block(struct blocks *blocks, int64_t block_id,
		      struct json *array, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(block_id)),
	};

	return db_run(blocks->db, "SELECT event, target, state, attempts,"
		      " queued_ms, sent_ms, last_error FROM comporta_webhook"
		      " WHERE about_id = :id AND event IN ('blocked',"
		      " 'lifted') ORDER BY id LIMIT 100", parameters,
		      BLOCKS_N(parameters), add_delivery, array, NULL,
		      err) == DB_OK ? 0 : -1;
}
