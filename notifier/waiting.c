#include "notifier/waiting.h"

#include "base/clock.h"
#include "base/stamp.h"
#include "base/text.h"

enum { TRIES = 3 };

static const int64_t pause_minutes[] = { 1, 5, 15, 60, 120, 240, 480 };

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

void waiting_begin(struct waiting *waiting, struct db *db,
		   const struct waiting_table *table, int64_t now_ms)
{
	*waiting = (struct waiting){ .db = db, .table = table,
				     .start_ms = now_ms,
				     .started_ms = clock_monotonic_ms() };
}

int64_t waiting_now_ms(const struct waiting *waiting)
{
	return waiting->start_ms + clock_monotonic_ms() - waiting->started_ms;
}

enum db_result waiting_change(struct db *db, const char *sql,
			      const struct db_parameter *parameters,
			      size_t n_parameters, int64_t *changed_out,
			      struct err *err)
{
	enum db_result result = DB_BUSY;

	for (int i = 0; i < TRIES && result == DB_BUSY; i++)
		result = db_run(db, sql, parameters, n_parameters, NULL, NULL,
				changed_out, err);
	return result;
}

enum db_result waiting_claim(const struct waiting *waiting, int64_t id,
			     int64_t attempts, bool *is_ours_out,
			     int64_t *claimed_ms_out, struct err *err)
{
	int64_t now_ms = waiting_now_ms(waiting);
	const struct db_parameter parameters[] = {
		{ "id", db_integer(id) },
		{ "now", db_integer(now_ms) },
		{ "expired", db_integer(now_ms - WAITING_CLAIM_MS) },
		{ "attempts", db_integer(attempts) },
	};
	int64_t changed = 0;
	enum db_result result = waiting_change(waiting->db,
					       waiting->table->claim,
					       parameters, N_OF(parameters),
					       &changed, err);

	*is_ours_out = changed == 1;
	*claimed_ms_out = now_ms;
	return result;
}

enum db_result waiting_sent(const struct waiting *waiting, int64_t id,
			    int64_t claimed_ms, struct err *err)
{
	const struct db_parameter parameters[] = {
		{ "id", db_integer(id) },
		{ "now", db_integer(waiting_now_ms(waiting)) },
		{ "claimed", db_integer(claimed_ms) },
	};

	return waiting_change(waiting->db, waiting->table->sent, parameters,
			      N_OF(parameters), NULL, err);
}

enum db_result waiting_unsent(const struct waiting *waiting, int64_t id,
			      int64_t claimed_ms, bool ends, int64_t next_ms,
			      const char *words, struct err *err)
{
	const struct db_parameter parameters[] = {
		{ "id", db_integer(id) },
		{ "state", db_string(ends ? "failed" : "queued") },
		{ "next", db_integer(next_ms) },
		{ "error", db_string(words) },
		{ "claimed", db_integer(claimed_ms) },
	};

	return waiting_change(waiting->db, waiting->table->unsent, parameters,
			      N_OF(parameters), NULL, err);
}

int64_t waiting_pause_ms(int64_t attempts)
{
	int64_t last = N_OF(pause_minutes) - 1;

	return pause_minutes[attempts < last ? attempts : last] *
	       STAMP_MINUTE_MS;
}

void waiting_words(const struct err *err, char out[WAITING_WORDS_SIZE])
{
	struct text shown = TEXT_INIT(4096);
	struct slice text;
	size_t end = WAITING_WORDS_SIZE - 1;

	text_add_visible(&shown, slice_from(err->text));
	text = text_slice(&shown);
	while (end < text.len && end > 0 &&
	       ((unsigned char)text.ptr[end] & 0xc0) == 0x80)
		end--;
	slice_copy(slice_sub(text, 0, end), out, WAITING_WORDS_SIZE);
	text_release(&shown);
}

static int count_row(void *context, const struct db_row *row)
{
	struct waiting_counts *counts = context;
	const struct {
		struct slice state;
		int64_t *count;
	} states[] = {
		{ SLICE("queued"), &counts->queued },
		{ SLICE("sending"), &counts->sending },
		{ SLICE("sent"), &counts->sent },
		{ SLICE("failed"), &counts->failed },
	};

	for (size_t i = 0; i < N_OF(states); i++)
		if (slice_eq(db_column(row, "state"), states[i].state))
			*states[i].count = db_column_integer(row, "n", 0);
	return 0;
}

int waiting_count(struct db *db, const struct waiting_table *table,
		  struct waiting_counts *out, struct err *err)
{
	struct waiting_counts counts = { 0 };

	if (db_run(db, table->count, NULL, 0, count_row, &counts, NULL,
		   err) != DB_OK)
		return -1;
	*out = counts;
	return 0;
}

int waiting_is_due(struct db *db, const struct waiting_table *table,
		   int64_t now_ms, bool *is_due_out, struct err *err)
{
	const struct db_parameter parameters[] = {
		{ "now", db_integer(now_ms) },
		{ "expired", db_integer(now_ms - WAITING_CLAIM_MS) },
	};
	bool is_due = false;

	if (db_run(db, table->due, parameters, N_OF(parameters), db_note_row,
		   &is_due, NULL, err) != DB_OK)
		return -1;
	*is_due_out = is_due;
	return 0;
}
