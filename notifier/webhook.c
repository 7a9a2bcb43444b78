#include "notifier/webhook.h"

#include "notifier/transfer.h"

#include <string.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

const struct waiting_table webhook_table = WAITING_TABLE("comporta_webhook");

const char *const webhook_event_names[WEBHOOK_EVENTS] = {
	[WEBHOOK_BLOCKED] = "blocked",
	[WEBHOOK_LIFTED] = "lifted",
	[WEBHOOK_ALARM] = "alarm",
	[WEBHOOK_ALARM_OVER] = "alarm_over",
};

bool webhook_event_named(struct slice name, enum webhook_event *event_out)
{
	for (enum webhook_event i = 0; i < WEBHOOK_EVENTS; i++)
		if (slice_eq(name, slice_from(webhook_event_names[i]))) {
			*event_out = i;
			return true;
		}
	return false;
}

static bool is_url_text(const char *url)
{
	for (; *url; url++)
		if (*url <= ' ' || *url > '~' || strchr("\"<>\\^`{|}#", *url))
			return false;
	return true;
}

struct slice webhook_host(struct slice url)
{
	ptrdiff_t scheme = slice_find(url, S("://"));
	size_t end = scheme < 0 ? 0 : (size_t)scheme + 3;

	while (end < url.len && url.ptr[end] != '/' && url.ptr[end] != '?')
		end++;
	return slice_sub(url, 0, end);
}

int webhook_check_url(const char *url, struct err *err)
{
	struct slice rest = webhook_host(slice_from(url));
	bool is_plain = slice_skip(&rest, S("http://"));

	if (!is_url_text(url) || strlen(url) > WEBHOOK_URL_MAX)
		return err_set(err, EXIT_CONFIG, "a URL is of at most %d "
			       "printable characters, without \"#\"",
			       WEBHOOK_URL_MAX);
	if ((!is_plain && !slice_skip(&rest, S("https://"))) ||
	    rest.len == 0 || rest.ptr[0] == ':')
		return err_set(err, EXIT_CONFIG,
			       "write https://host/path or, on this machine, "
			       "http://127.0.0.1:port/path");
	if (slice_find_char(rest, '@') >= 0)
		return err_set(err, EXIT_CONFIG, "a login has no place there: "
			       "the signature says who writes");
	if (is_plain && !transfer_is_here(rest))
		return err_set(err, EXIT_CONFIG, "http:// would show "
			       "customers' addresses on the way: only "
			       "https:// leaves this machine");
	return 0;
}

enum db_result webhook_row(struct db_rows *rows, enum webhook_event event,
			   int64_t about_id, const char *url, int64_t now_ms,
			   struct err *err)
{
	const struct db_value values[] = {
		db_string(webhook_event_names[event]),
		db_integer(about_id),
		db_string(url),
		db_string("queued"),
		db_integer(0),
		db_integer(now_ms),
		db_integer(now_ms),
	};

	return db_rows_add(rows, values, N_OF(values), err);
}

int webhook_count(struct db *db, struct waiting_counts *out, struct err *err)
{
	return waiting_count(db, &webhook_table, out, err);
}

#define DUE "SELECT id FROM comporta_webhook WHERE " WAITING_DUE

int webhook_is_due(struct db *db, char *const *urls, size_t n_urls,
		   int64_t now_ms, bool *is_due_out, struct err *err)
{
	struct db_parameter parameters[] = {
		{ "now", db_integer(now_ms) },
		{ "expired", db_integer(now_ms - WAITING_CLAIM_MS) },
		{ "old", db_integer(now_ms - WEBHOOK_STRANGE_MS) },
		{ "target", db_string("") },
	};
	bool is_due = false;

	/* Of any URL: one that is not ours is ended. */
	if (db_run(db, DUE " AND queued_ms < :old LIMIT 1", parameters,
		   N_OF(parameters), db_note_row, &is_due, NULL, err) != DB_OK)
		return -1;
	for (size_t i = 0; i < n_urls && !is_due; i++) {
		parameters[3].value = db_string(urls[i]);
		if (db_run(db, DUE " AND target = :target LIMIT 1", parameters,
			   N_OF(parameters), db_note_row, &is_due, NULL,
			   err) != DB_OK)
			return -1;
	}
	*is_due_out = is_due;
	return 0;
}

static int take_trouble(void *context, const struct db_row *row)
{
	struct webhook_trouble *trouble = context;
	bool is_failed = slice_eq(db_column(row, "state"), S("failed"));

	trouble->waiting += !is_failed;
	trouble->failed += is_failed;
	if (trouble->last_error[0])
		return 0;
	slice_copy(db_column(row, "last_error"), trouble->last_error,
		   sizeof(trouble->last_error));
	return 0;
}

int webhook_trouble(struct db *db, int64_t since_ms,
		    struct webhook_trouble *out, struct err *err)
{
	const struct db_parameter since = { "since", db_integer(since_ms) };
	struct webhook_trouble trouble = { .waiting = 0 };

	if (db_run(db, "SELECT state, last_error FROM comporta_webhook"
		   " WHERE state IN ('queued', 'failed') AND next_ms > :since"
		   " AND last_error IS NOT NULL"
		   " ORDER BY next_ms DESC, id DESC LIMIT 1000", &since, 1,
		   take_trouble, &trouble, NULL, err) != DB_OK)
		return -1;
	*out = trouble;
	return 0;
}
