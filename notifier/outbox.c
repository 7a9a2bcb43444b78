#include "notifier/outbox.h"

#include "base/text.h"
#include "notifier/letter.h"

#include <stdio.h>
#include <string.h>

const char *const notice_kind_names[NOTICE_KINDS] = {
	[NOTICE_BLOCKED] = "blocked",
	[NOTICE_BLOCKED_AGAIN] = "blocked_again",
	[NOTICE_LIFTED] = "lifted",
	[NOTICE_ALARM] = "alarm",
	[NOTICE_ALARM_OVER] = "alarm_over",
	[NOTICE_DIGEST] = "digest",
};

enum {
	BATCH = 50,
	MESSAGE_MAX = 1024 * 1024
};

static const struct waiting_table table = WAITING_TABLE("comporta_notice");

struct notice {
	int64_t id, block_id, attempts, queued_ms;
	char kind[24];
	char recipient[400];
	char language[16];
};

struct batch {
	struct notice notices[BATCH];
	size_t n;
};

struct run {
	struct waiting waiting;
	const struct outbox_sender *sender;
	struct outbox_report *report;
	int64_t claimed_ms;		/* of the notice in hand */
	bool is_away;
};

/* What became of one attempt. */
enum outcome { OUTCOME_SENT, OUTCOME_LATER, OUTCOME_FAILED };

enum db_result outbox_row(struct db_rows *rows, int64_t block_id,
			  enum notice_kind kind, struct slice recipient,
			  struct slice language, int64_t now_ms,
			  struct err *err)
{
	const struct db_value values[] = {
		db_integer(block_id),
		db_string(notice_kind_names[kind]),
		db_text(recipient),
		db_text(language),
		db_string("queued"),
		db_integer(0),
		db_integer(now_ms),
		db_integer(now_ms),
	};

	return db_rows_add(rows, values, sizeof(values) / sizeof(values[0]),
			   err);
}

enum db_result outbox_queue(struct db *db, int64_t block_id,
			    enum notice_kind kind, struct slice recipient,
			    struct slice language, int64_t now_ms,
			    struct err *err)
{
	struct db_rows rows = OUTBOX_ROWS(db);
	struct err duplicate;
	enum db_result result = outbox_row(&rows, block_id, kind, recipient,
					   language, now_ms, &duplicate);

	result = db_rows_end(&rows, result, &duplicate);
	if (result == DB_DUPLICATE)
		return DB_OK;
	if (result != DB_OK)
		*err = duplicate;
	return result;
}

static int collect(void *context, const struct db_row *row)
{
	struct batch *batch = context;
	struct notice *notice = &batch->notices[batch->n];

	if (batch->n == BATCH)
		return 1;
	notice->id = db_column_integer(row, "id", 0);
	notice->block_id = db_column_integer(row, "block_id", 0);
	notice->attempts = db_column_integer(row, "attempts", 0);
	notice->queued_ms = db_column_integer(row, "queued_ms", 0);
	slice_copy(db_column(row, "kind"), notice->kind,
		   sizeof(notice->kind));
	/* One that does not fit is no address and fails later. */
	slice_copy(db_column(row, "recipient"), notice->recipient,
		   sizeof(notice->recipient));
	slice_copy(db_column(row, "language"), notice->language,
		   sizeof(notice->language));
	batch->n++;
	return 0;
}

/* What stays due is ordered by time, so one that fails again and again
 * cannot keep the others waiting. */
static enum db_result find_due(struct run *run, int64_t limit,
			       struct batch *batch, struct err *err)
{
	int64_t now_ms = waiting_now_ms(&run->waiting);
	const struct db_parameter parameters[] = {
		{ "now", db_integer(now_ms) },
		{ "expired", db_integer(now_ms - WAITING_CLAIM_MS) },
		{ "limit", db_integer(limit < BATCH ? limit : BATCH) },
	};

	batch->n = 0;
	return db_run(run->waiting.db, "SELECT id, block_id, kind, recipient,"
		      " language, attempts, queued_ms FROM comporta_notice"
		      " WHERE " WAITING_DUE
		      " ORDER BY CASE kind WHEN 'digest' THEN 1 ELSE 0 END,"
		      " next_ms, id LIMIT :limit", parameters,
		      sizeof(parameters) / sizeof(parameters[0]), collect,
		      batch, NULL, err);
}

static bool kind_named(const char *name, enum notice_kind *kind_out)
{
	for (size_t i = 0; i < NOTICE_KINDS; i++)
		if (strcmp(notice_kind_names[i], name) == 0) {
			*kind_out = (enum notice_kind)i;
			return true;
		}
	return false;
}

static enum outcome make_mail(struct run *run, const struct notice *notice,
			      struct letter *letter, struct text *message,
			      struct err *err)
{
	const struct outbox_sender *sender = run->sender;
	struct letter_head head = { sender->from, sender->from_name,
				    slice_from(notice->recipient) };
	enum notice_kind kind;
	int described;

	if (!kind_named(notice->kind, &kind)) {
		err_set(err, EXIT_DATA, "notice %lld is of a kind this "
			"version does not know", (long long)notice->id);
		return OUTCOME_FAILED;
	}
	described = sender->describe(sender->context, notice->block_id, kind,
				     head.to, letter, err);
	if (described < 0)
		return OUTCOME_LATER;
	if (described > 0) {
		err_set(err, EXIT_DATA, "what this notice (%s, %lld) is about "
			"is gone", notice->kind, (long long)notice->block_id);
		return OUTCOME_FAILED;
	}
	/* Ours, whatever describe() did: a second copy must carry the same
	 * Message-ID. */
	letter->id = notice->id;
	letter->at_ms = notice->queued_ms;
	if (letter_message(sender->languages, letter, notice->kind, &head,
			   message, err) == 0)
		return OUTCOME_SENT;
	/* A sender that is missing can be mended, an address cannot. */
	return err->code == EXIT_CONFIG ? OUTCOME_LATER : OUTCOME_FAILED;
}

static enum outcome attempt(struct run *run, const struct notice *notice,
			    struct err *err)
{
	struct text message = TEXT_INIT(MESSAGE_MAX);
	enum outcome outcome;
	struct letter letter;
	const struct mail_route *route = run->sender->route;

	letter_init(&letter);
	slice_copy(slice_from(notice->language), letter.language,
		   sizeof(letter.language));
	outcome = make_mail(run, notice, &letter, &message, err);
	if (outcome == OUTCOME_SENT) {
		enum mail_result result =
			route->send(route->context,
				    slice_from(notice->recipient),
				    text_slice(&message), err);

		run->is_away = result == MAIL_AWAY ||
			       result == MAIL_UNCERTAIN;
		outcome = result == MAIL_ACCEPTED ? OUTCOME_SENT
			: result == MAIL_REFUSED ? OUTCOME_FAILED
			: OUTCOME_LATER;
	}
	text_release(&message);
	letter_release(&letter);
	return outcome;
}

static enum db_result settle(struct run *run, const struct notice *notice,
			     enum outcome outcome, const struct err *why,
			     struct err *err)
{
	int64_t next_ms = waiting_now_ms(&run->waiting);

	if (outcome == OUTCOME_LATER &&
	    notice->attempts + 1 >= run->sender->max_attempts)
		outcome = OUTCOME_FAILED;
	run->report->sent += outcome == OUTCOME_SENT;
	run->report->later += outcome == OUTCOME_LATER;
	run->report->failed += outcome == OUTCOME_FAILED;
	if (outcome == OUTCOME_SENT)
		return waiting_sent(&run->waiting, notice->id, run->claimed_ms,
				    err);
	waiting_words(why, run->report->last_error);
	/* One that ends has the time of its end there. */
	if (outcome == OUTCOME_LATER)
		next_ms += waiting_pause_ms(notice->attempts);
	return waiting_unsent(&run->waiting, notice->id, run->claimed_ms,
			      outcome == OUTCOME_FAILED, next_ms,
			      run->report->last_error, err);
}

static enum db_result send_one(struct run *run, const struct notice *notice,
			       struct err *err)
{
	struct err why = { 0 };
	enum db_result result;
	bool is_ours;

	result = waiting_claim(&run->waiting, notice->id, notice->attempts,
			       &is_ours, &run->claimed_ms, err);
	if (result != DB_OK || !is_ours)
		return result;
	/* Claims that ended without a word: it may have killed us. */
	if (notice->attempts >= run->sender->max_attempts) {
		err_set(&why, EXIT_SERVICE, "given up after %lld attempts",
			(long long)run->sender->max_attempts);
		return settle(run, notice, OUTCOME_FAILED, &why, err);
	}
	return settle(run, notice, attempt(run, notice, &why), &why, err);
}

/* Whoever called has other things to do as well. */
static bool must_end(const struct run *run)
{
	const struct outbox_report *report = run->report;
	/* One goes however slow everything is, so that all go in the end. */
	bool is_tried = report->sent + report->later + report->failed > 0;
	int64_t budget_ms = run->sender->budget_ms;
	const volatile sig_atomic_t *stop = run->sender->stop;

	return run->is_away || (stop && *stop) ||
	       (is_tried && budget_ms > 0 && waiting_now_ms(&run->waiting) -
			       run->waiting.start_ms >= budget_ms);
}

int outbox_send(struct db *db, const struct outbox_sender *sender,
		int64_t now_ms, int64_t limit,
		struct outbox_report *report_out, struct err *err)
{
	struct run run = { .sender = sender, .report = report_out };
	struct batch batch;

	waiting_begin(&run.waiting, db, &table, now_ms);
	*report_out = (struct outbox_report){ .last_error = "" };
	while (limit > 0 && !must_end(&run)) {
		if (find_due(&run, limit, &batch, err) != DB_OK)
			return -1;
		for (size_t i = 0; i < batch.n && !must_end(&run); i++)
			if (send_one(&run, &batch.notices[i], err) != DB_OK)
				return -1;
		limit -= (int64_t)batch.n;
		if (batch.n < BATCH)
			break;
	}
	return 0;
}

int outbox_count(struct db *db, struct waiting_counts *out, struct err *err)
{
	return waiting_count(db, &table, out, err);
}

int outbox_is_due(struct db *db, int64_t now_ms, bool *is_due_out,
		  struct err *err)
{
	return waiting_is_due(db, &table, now_ms, is_due_out, err);
}

static int take_failure(void *context, const struct db_row *row)
{
	struct outbox_failures *failures = context;

	if (failures->n++ > 0)
		return 0;
	slice_copy(db_column(row, "recipient"), failures->recipient,
		   sizeof(failures->recipient));
	slice_copy(db_column(row, "last_error"), failures->last_error,
		   sizeof(failures->last_error));
	return 0;
}

int outbox_failures(struct db *db, int64_t since_ms,
		    struct outbox_failures *out, struct err *err)
{
	const struct db_parameter since = { "since", db_integer(since_ms) };
	struct outbox_failures failures = { .n = 0 };

	if (db_run(db, "SELECT recipient, last_error FROM comporta_notice "
		   "WHERE state = 'failed' AND next_ms > :since "
		   "AND kind <> 'alarm_over' "
		   "ORDER BY next_ms DESC, id DESC LIMIT 1000", &since, 1,
		   take_failure, &failures, NULL, err) != DB_OK)
		return -1;
	*out = failures;
	return 0;
}
