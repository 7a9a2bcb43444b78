/*
 * webhook - what programs of the operator are told over HTTP: deliveries
 * waiting in the hosting database, and sending them. docs/WEBHOOKS.md is the
 * contract with the receivers.
 *
 * A delivery is one event for one URL. It is written inside the transaction of
 * what it tells, and lives as notices do (waiting.h): claimed, sent, or tried
 * again. Killed between the receiver's answer and our note of it, it goes
 * again with the same id, by which receivers know it.
 *
 *   answer                     then
 *   2xx                        sent
 *   410                        ended: the receiver wants no more of it
 *   408, 425, 429, 5xx, none   tried again, until WEBHOOK_KEEP_MS have passed
 *                              or the attempts are used up
 *   3xx, other 4xx             the same, WEBHOOK_REFUSALS_MAX attempts at most
 *
 * After no answer, 429 or 503 the URL is left alone for a while, whatever else
 * waits for it. One request at a time goes to a URL, and to all URLs at once,
 * so none waits for another.
 *
 * The body is made when it is sent, by the caller, who knows blocks.
 */
#ifndef NOTIFIER_WEBHOOK_H
#define NOTIFIER_WEBHOOK_H

#include "base/err.h"
#include "base/json.h"
#include "detector/panel/db.h"
#include "detector/panel/db_statement.h"
#include "notifier/waiting.h"

#include <signal.h>

enum {
	WEBHOOK_KEEP_MS = 3 * 24 * 3600 * 1000,
	WEBHOOK_STRANGE_MS = 24 * 3600 * 1000,
	WEBHOOK_REFUSALS_MAX = 5,
	WEBHOOK_URL_MAX = 255,		/* the column's */
	WEBHOOK_KEY_MIN = 16,		/* bytes */
	WEBHOOK_ID_SIZE = 33		/* 32 hexadecimal digits, NUL */
};

enum webhook_event { WEBHOOK_BLOCKED, WEBHOOK_LIFTED, WEBHOOK_ALARM,
		     WEBHOOK_ALARM_OVER, WEBHOOK_EVENTS };

/* "blocked", "lifted", "alarm", "alarm_over". */
extern const char *const webhook_event_names[WEBHOOK_EVENTS];
bool webhook_event_named(struct slice name, enum webhook_event *event_out);

/* https://, or http:// to this machine; no login, no fragment. */
int webhook_check_url(const char *url, struct err *err);

/* "https://host:port" of it: paths are often secrets. */
struct slice webhook_host(struct slice url);

/* Inside the caller's transaction: for one URL, about a block or an alarm. */
#define WEBHOOK_ROWS(db) DB_ROWS_INIT((db),				\
	"INSERT INTO comporta_webhook (event, about_id, target, state,"	\
	" attempts, queued_ms, next_ms) VALUES ")
enum db_result webhook_row(struct db_rows *rows, enum webhook_event event,
			   int64_t about_id, const char *url, int64_t now_ms,
			   struct err *err);

/* Put into `body` what the event is about. -1 with *err when it cannot be read
 * now, 1 when it is gone. */
typedef int (*webhook_describe_fn)(void *context, enum webhook_event event,
				   int64_t about_id, struct json *body,
				   struct err *err);

/* All of it borrowed. */
struct webhook_sender {
	char *const *urls;
	size_t n_urls;		/* what waits for any other URL may be another
				 * machine's: it is ended when it has waited
				 * for WEBHOOK_STRANGE_MS */
	struct slice key;	/* of the signature */
	const char *ca_file;	/* "" for the system's */
	int64_t timeout_ms;	/* of one request; below WAITING_CLAIM_MS */
	int64_t max_attempts;
	int64_t budget_ms;	/* no request is begun after so long; 0: as
				 * long as it takes */
	const volatile sig_atomic_t *stop;	/* nor once it is set; may be
						 * NULL */
	webhook_describe_fn describe;
	void *context;		/* of describe */
};

struct webhook_report {
	int64_t sent, later, failed;
	char last_error[WAITING_WORDS_SIZE];
};

/* Send what is due. -1 only for trouble with the database. */
int webhook_send(struct db *db, const struct webhook_sender *sender,
		 int64_t now_ms, struct webhook_report *report_out,
		 struct err *err);

int webhook_count(struct db *db, struct waiting_counts *out, struct err *err);

/* Has webhook_send() something to do? */
int webhook_is_due(struct db *db, char *const *urls, size_t n_urls,
		   int64_t now_ms, bool *is_due_out, struct err *err);

/* Deliveries that could not be made so far, or failed since then. */
struct webhook_trouble {
	int64_t waiting, failed;
	char last_error[WAITING_WORDS_SIZE];	/* of the newest */
};
int webhook_trouble(struct db *db, int64_t since_ms,
		    struct webhook_trouble *out, struct err *err);

/* What webhook.c and webhook_send.c share. */
extern const struct waiting_table webhook_table;

#endif
