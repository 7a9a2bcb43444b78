/*
 * Sending deliveries: one request at a time for each URL, all URLs at once.
 */
#include "notifier/webhook.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/must.h"
#include "base/stamp.h"
#include "base/text.h"
#include "notifier/transfer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCH = 50,
	BODY_MAX = 256 * 1024,
	HEADER_SIZE = 160,
	/* A URL that is away: others for it wait no longer than this. */
	REST_MAX_MS = 15 * STAMP_MINUTE_MS,
	/* A server may ask for patience, but not for ever. */
	PATIENCE_MAX_MS = STAMP_DAY_MS
};

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

struct delivery {
	int64_t id, about_id, attempts, queued_ms, claimed_ms;
	char event[33];
};

struct target {
	const char *url;
	struct delivery batch[BATCH];
	size_t n, next;
	bool is_last;		/* batch: there was no more */
	bool is_away;		/* in this run */
	struct delivery *in_hand;
};

struct run {
	struct waiting waiting;
	const struct webhook_sender *sender;
	struct webhook_report *report;
	struct transfer_posts *posts;
	struct target *targets;
};

/* What became of one attempt. */
enum fate {
	FATE_SENT,
	FATE_LATER,
	FATE_REFUSED,		/* later, but not often */
	FATE_AWAY,		/* later, and so is all else for this URL */
	FATE_ENDED
};

static enum fate judge(int status)
{
	static const struct {
		int from, to;
		enum fate fate;
	} fates[] = {
		{ 0, 0, FATE_AWAY }, { 200, 299, FATE_SENT },
		{ 408, 408, FATE_LATER }, { 410, 410, FATE_ENDED },
		{ 425, 425, FATE_LATER }, { 429, 429, FATE_AWAY },
		{ 503, 503, FATE_AWAY }, { 500, 599, FATE_LATER },
	};

	for (size_t i = 0; i < N_OF(fates); i++)
		if (status >= fates[i].from && status <= fates[i].to)
			return fates[i].fate;
	return FATE_REFUSED;
}

/* ---- The body, and what stands above it ---- */

/* The same whenever it is made: receivers know a delivery by it. */
static void delivery_id(const struct delivery *delivery, const char *url,
			char out[WEBHOOK_ID_SIZE])
{
	struct text text = TEXT_INIT(1024);
	char hex[CRYPTO_HEX_SIZE];

	text_addf(&text, "%" PRId64 "|%s|%" PRId64 "|%" PRId64 "|%s",
		  delivery->id, delivery->event, delivery->about_id,
		  delivery->queued_ms, url);
	crypto_sha256_hex(text_slice(&text), hex);
	slice_copy(slice_from(hex), out, WEBHOOK_ID_SIZE);
	text_release(&text);
}

/* FATE_SENT when there is a body to send. */
static enum fate make_body(const struct run *run,
			   const struct delivery *delivery, const char *id,
			   struct text *body, struct err *err)
{
	enum webhook_event event;
	struct json *json;
	int described;

	if (!webhook_event_named(slice_from(delivery->event), &event)) {
		err_set(err, EXIT_DATA, "an event that this version does not "
			"know");
		return FATE_ENDED;
	}
	json = json_new_object();
	json_add_string(json, "id", id);
	json_add_string(json, "event", delivery->event);
	json_add_stamp(json, "time", delivery->queued_ms);
	described = run->sender->describe(run->sender->context, event,
					  delivery->about_id, json, err);
	if (described == 0)
		json_print(json, body);
	else if (described > 0)
		err_set(err, EXIT_DATA, "what it is about is gone");
	json_free(&json);
	return described == 0 ? FATE_SENT
	     : described > 0 ? FATE_ENDED : FATE_LATER;
}

/* "t=1795334400,v1=...": of the time, a dot and the body. */
static void sign(const struct run *run, struct slice body,
		 char out[HEADER_SIZE])
{
	int64_t at_s = waiting_now_ms(&run->waiting) / STAMP_SECOND_MS;
	struct text text = TEXT_INIT(BODY_MAX + 32);
	char hex[CRYPTO_HEX_SIZE];

	text_addf(&text, "%" PRId64 ".", at_s);
	text_add(&text, body);
	crypto_hmac_hex(run->sender->key, text_slice(&text), hex);
	snprintf(out, HEADER_SIZE, "Comporta-Signature: t=%" PRId64 ",v1=%s",
		 at_s, hex);
	text_release(&text);
}

static int post(struct run *run, struct target *target, const char *id,
		struct slice body, struct err *err)
{
	static const char agent[] = "User-Agent: comporta/" COMPORTA_VERSION;
	char event[HEADER_SIZE], delivery[HEADER_SIZE];
	char signature[HEADER_SIZE];
	const char *const headers[] = {
		"Content-Type: application/json", agent,
		event, delivery, signature,
	};
	const struct transfer_post request = {
		.url = target->url,
		.headers = headers,
		.n_headers = N_OF(headers),
		.body = body,
		.tag = target,
	};

	snprintf(event, sizeof(event), "Comporta-Event: %s",
		 target->in_hand->event);
	snprintf(delivery, sizeof(delivery), "Comporta-Delivery: %s", id);
	sign(run, body, signature);
	return transfer_posts_begin(run->posts, &request, err);
}

/* ---- What becomes of it ---- */

/* A URL that does not answer is not asked again for every one that waits for
 * it; and what is too old by now is given up with this one. */
static enum db_result rest(struct run *run, const struct target *target,
			   int64_t tried_id, int64_t pause_ms, struct err *err)
{
	int64_t now_ms = waiting_now_ms(&run->waiting);
	const struct db_parameter parameters[] = {
		{ "target", db_string(target->url) },
		{ "tried", db_integer(tried_id) },
		{ "next", db_integer(now_ms + pause_ms) },
		{ "now", db_integer(now_ms) },
		{ "old", db_integer(now_ms - WEBHOOK_KEEP_MS) },
		{ "error", db_string(run->report->last_error) },
	};
	enum db_result done;
	int64_t given_up = 0;

	done = waiting_change(run->waiting.db, "UPDATE comporta_webhook SET"
			      " state = 'failed', next_ms = :now,"
			      " last_error = :error WHERE state = 'queued'"
			      " AND target = :target AND queued_ms < :old",
			      parameters, N_OF(parameters), &given_up, err);
	run->report->failed += given_up;
	if (done != DB_OK)
		return done;
	return waiting_change(run->waiting.db, "UPDATE comporta_webhook SET"
			      " next_ms = :next, last_error = :error"
			      " WHERE state = 'queued' AND target = :target"
			      " AND next_ms < :next AND id <> :tried",
			      parameters, N_OF(parameters), NULL, err);
}

static bool is_over(const struct run *run, const struct delivery *delivery,
		    enum fate fate)
{
	int64_t age_ms = waiting_now_ms(&run->waiting) - delivery->queued_ms;
	int64_t attempts = delivery->attempts + 1;

	return fate == FATE_ENDED || age_ms > WEBHOOK_KEEP_MS ||
	       attempts >= run->sender->max_attempts ||
	       (fate == FATE_REFUSED && attempts >= WEBHOOK_REFUSALS_MAX);
}

static int64_t longer(int64_t a_ms, int64_t b_ms)
{
	return a_ms > b_ms ? a_ms : b_ms;
}

static enum db_result settle(struct run *run, struct target *target,
			     enum fate fate, int64_t at_least_ms,
			     const struct err *why, struct err *err)
{
	struct delivery *delivery = target->in_hand;
	int64_t pause_ms = waiting_pause_ms(delivery->attempts);
	int64_t now_ms = waiting_now_ms(&run->waiting);
	enum db_result done;
	bool ends;

	target->in_hand = NULL;
	if (fate == FATE_SENT) {
		run->report->sent++;
		return waiting_sent(&run->waiting, delivery->id,
				    delivery->claimed_ms, err);
	}
	if (at_least_ms > PATIENCE_MAX_MS)
		at_least_ms = PATIENCE_MAX_MS;
	ends = is_over(run, delivery, fate);
	run->report->later += !ends;
	run->report->failed += ends;
	waiting_words(why, run->report->last_error);
	done = waiting_unsent(&run->waiting, delivery->id,
			      delivery->claimed_ms, ends,
			      ends ? now_ms
				   : now_ms + longer(pause_ms, at_least_ms),
			      run->report->last_error, err);
	if (done != DB_OK || fate != FATE_AWAY)
		return done;
	target->is_away = true;
	if (pause_ms > REST_MAX_MS)
		pause_ms = REST_MAX_MS;
	return rest(run, target, delivery->id, longer(pause_ms, at_least_ms),
		    err);
}

static enum db_result take_answer(struct run *run,
				  const struct transfer_answer *answer,
				  struct err *err)
{
	struct target *target = answer->tag;
	struct slice host = webhook_host(slice_from(target->url));
	struct err why = { 0 };

	if (answer->status)
		err_set(&why, EXIT_SERVICE, "%.*s answered %d", (int)host.len,
			host.ptr, answer->status);
	else
		err_set(&why, EXIT_SERVICE, "%.*s: %s", (int)host.len,
			host.ptr, answer->problem);
	return settle(run, target, judge(answer->status),
		      answer->retry_after_ms, &why, err);
}

/* ---- One after the other ---- */

static int collect(void *context, const struct db_row *row)
{
	struct target *target = context;
	struct delivery *delivery = &target->batch[target->n];

	if (target->n == BATCH)
		return 1;
	*delivery = (struct delivery){
		.id = db_column_integer(row, "id", 0),
		.about_id = db_column_integer(row, "about_id", 0),
		.attempts = db_column_integer(row, "attempts", 0),
		.queued_ms = db_column_integer(row, "queued_ms", 0),
	};
	slice_copy(db_column(row, "event"), delivery->event,
		   sizeof(delivery->event));
	target->n++;
	return 0;
}

/* What was tried least goes first: one that fails again and again, or makes
 * the receiver hang up, cannot keep the others waiting. */
static enum db_result refill(struct run *run, struct target *target,
			     struct err *err)
{
	int64_t now_ms = waiting_now_ms(&run->waiting);
	const struct db_parameter parameters[] = {
		{ "target", db_string(target->url) },
		{ "now", db_integer(now_ms) },
		{ "expired", db_integer(now_ms - WAITING_CLAIM_MS) },
		{ "limit", db_integer(BATCH) },
	};
	enum db_result done;

	target->n = target->next = 0;
	done = db_run(run->waiting.db, "SELECT id, event, about_id, attempts,"
		      " queued_ms FROM comporta_webhook WHERE"
		      " target = :target AND " WAITING_DUE
		      " ORDER BY attempts, next_ms, id LIMIT :limit",
		      parameters, N_OF(parameters), collect, target, NULL,
		      err);
	target->is_last = target->n < BATCH;
	return done;
}

static enum db_result begin(struct run *run, struct target *target,
			    struct err *err)
{
	struct text body = TEXT_INIT(BODY_MAX);
	char id[WEBHOOK_ID_SIZE];
	enum db_result done = DB_OK;
	struct err why = { 0 };
	enum fate fate;

	delivery_id(target->in_hand, target->url, id);
	if (target->in_hand->attempts >= run->sender->max_attempts) {
		/* Claims that ended without a word: it may have killed us. */
		err_set(&why, EXIT_SERVICE, "given up after %" PRId64
			" attempts", target->in_hand->attempts);
		fate = FATE_ENDED;
	} else {
		fate = make_body(run, target->in_hand, id, &body, &why);
	}
	if (fate == FATE_SENT &&
	    post(run, target, id, text_slice(&body), &why) < 0)
		fate = FATE_LATER;
	if (fate != FATE_SENT)
		done = settle(run, target, fate, 0, &why, err);
	text_release(&body);
	return done;
}

/* Whoever called has other things to do as well. */
static bool must_end(const struct run *run)
{
	const struct webhook_sender *sender = run->sender;

	return (sender->stop && *sender->stop) ||
	       (sender->budget_ms > 0 &&
		clock_monotonic_ms() - run->waiting.started_ms >=
			sender->budget_ms);
}

/* Until a request is under way, or nothing is left to be asked for. */
static enum db_result keep_busy(struct run *run, struct target *target,
				struct err *err)
{
	enum db_result done = DB_OK;

	while (done == DB_OK && !target->in_hand && !target->is_away &&
	       !must_end(run)) {
		struct delivery *next;
		bool is_ours;

		if (target->next == target->n) {
			if (target->is_last)
				break;
			done = refill(run, target, err);
			continue;
		}
		next = &target->batch[target->next++];
		done = waiting_claim(&run->waiting, next->id, next->attempts,
				     &is_ours, &next->claimed_ms, err);
		if (done != DB_OK || !is_ours)
			continue;
		target->in_hand = next;
		done = begin(run, target, err);
	}
	return done;
}

static enum db_result send_all(struct run *run, struct err *err)
{
	enum db_result done = DB_OK;

	for (;;) {
		struct transfer_answer answer;

		for (size_t i = 0; i < run->sender->n_urls && done == DB_OK;
		     i++)
			done = keep_busy(run, &run->targets[i], err);
		if (done != DB_OK || !transfer_posts_under_way(run->posts))
			return done;
		/* The library's own time limit ends each. */
		if (transfer_posts_next(run->posts, STAMP_SECOND_MS, &answer))
			done = take_answer(run, &answer, err);
	}
}

/* For a URL that is not configured here, nor, as it seems, anywhere. */
static enum db_result drop_strange(struct run *run, struct err *err)
{
	struct db_statement drop = DB_STATEMENT_INIT;
	int64_t now_ms = waiting_now_ms(&run->waiting);
	const char *before = " AND target NOT IN (", *after = "";
	enum db_result done;

	db_statement_words(&drop, "UPDATE comporta_webhook SET"
			   " state = 'failed', last_error ="
			   " 'no longer in webhook.urls', next_ms = ");
	db_statement_value(&drop, db_integer(now_ms));
	db_statement_words(&drop, " WHERE (state = 'queued' OR"
			   " state = 'sending' AND claimed_ms <= ");
	db_statement_value(&drop, db_integer(now_ms - WAITING_CLAIM_MS));
	db_statement_words(&drop, ") AND queued_ms < ");
	db_statement_value(&drop, db_integer(now_ms - WEBHOOK_STRANGE_MS));
	for (size_t i = 0; i < run->sender->n_urls; i++) {
		db_statement_words(&drop, before);
		db_statement_value(&drop, db_string(run->sender->urls[i]));
		before = ", ";
		after = ")";
	}
	db_statement_words(&drop, after);
	done = db_statement_run(&drop, run->waiting.db, NULL, NULL, err);
	db_statement_release(&drop);
	return done;
}

int webhook_send(struct db *db, const struct webhook_sender *sender,
		 int64_t now_ms, struct webhook_report *report_out,
		 struct err *err)
{
	struct run run = { .sender = sender, .report = report_out };
	const struct transfer_settings how = {
		.verify = true,
		.ca_file = sender->ca_file,
		.timeout_ms = sender->timeout_ms,
	};
	enum db_result done;
	bool is_due;

	*report_out = (struct webhook_report){ .last_error = "" };
	if (webhook_is_due(db, sender->urls, sender->n_urls, now_ms, &is_due,
			   err) < 0)
		return -1;
	if (!is_due)
		return 0;
	waiting_begin(&run.waiting, db, &webhook_table, now_ms);
	transfer_posts_open(&how, &run.posts);
	run.targets = must(calloc(sender->n_urls + 1, sizeof(*run.targets)));
	for (size_t i = 0; i < sender->n_urls; i++)
		run.targets[i].url = sender->urls[i];
	done = drop_strange(&run, err);
	if (done == DB_OK)
		done = send_all(&run, err);
	free(run.targets);
	transfer_posts_close(&run.posts);
	return done == DB_OK ? 0 : -1;
}
