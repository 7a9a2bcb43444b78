#include "detector/brake_inside.h"

#include "base/host.h"
#include "base/stamp.h"
#include "detector/settings.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { KEPT_DAYS = 30 };

const char *const brake_kind_names[] = { "block", "lift" };

void brake_lift_key(int64_t block_id, char out[BRAKE_KEY_SIZE])
{
	snprintf(out, BRAKE_KEY_SIZE, "lift-%" PRId64, block_id);
}

int64_t brake_limit(int64_t least, double share, int64_t of)
{
	/* One more is let through while fewer than the share are there. */
	int64_t part = (int64_t)ceil(share * (double)of);

	return part > least ? part : least;
}

static int take_number(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "n", 0);
	return 1;
}

enum db_result brake_number(struct blocks *blocks, const char *sql,
			    const struct db_parameter *parameters, size_t n,
			    int64_t *out, struct err *err)
{
	*out = 0;
	return db_run(blocks->db, sql, parameters, n, take_number, out, NULL,
		      err);
}

enum db_result brake_conclude(struct blocks *blocks, enum db_result done,
			      struct err *err)
{
	if (done == DB_OK)
		return db_commit(blocks->db, err);
	db_rollback(blocks->db);
	return done;
}

struct asking {
	const struct brake_decision *decisions;
	size_t n;
	enum brake_word *words;
};

static enum brake_word word_of(struct slice state)
{
	static const struct {
		struct slice state;
		enum brake_word word;
	} words[] = {
		{ SLICE("waiting"), BRAKE_WAITING },
		{ SLICE("approved"), BRAKE_APPROVED },
		{ SLICE("gone"), BRAKE_APPROVED },
		{ SLICE("discarded"), BRAKE_DISCARDED },
		{ SLICE("made"), BRAKE_MADE },
	};

	for (size_t i = 0; i < BLOCKS_N(words); i++)
		if (slice_eq(state, words[i].state))
			return words[i].word;
	return BRAKE_UNHEARD;
}

static int take_word(void *context, const struct db_row *row)
{
	struct asking *asking = context;
	struct slice key = db_column(row, "decision");

	for (size_t i = 0; i < asking->n; i++)
		if (asking->words[i] != BRAKE_MADE &&
		    slice_eq(key, slice_from(asking->decisions[i].key)))
			asking->words[i] = word_of(db_column(row, "state"));
	return 0;
}

/* " (:p0, :p1)" */
static void list_keys(struct db_statement *out,
		      const struct brake_decision *decisions, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		db_statement_words(out, i ? ", " : " (");
		db_statement_value(out, db_string(decisions[i].key));
	}
	db_statement_words(out, ")");
}

int brake_words(struct blocks *blocks, const struct brake_decision *decisions,
		size_t n, enum brake_word *words_out, struct err *err)
{
	struct db_statement ask = DB_STATEMENT_INIT;
	struct asking asking = { decisions, n, words_out };
	enum db_result done;

	for (size_t i = 0; i < n; i++)
		words_out[i] = BRAKE_UNHEARD;
	db_statement_words(&ask, "SELECT decision, state FROM comporta_brake"
			   " WHERE decision IN");
	list_keys(&ask, decisions, n);
	db_statement_words(&ask, " UNION ALL SELECT decision, 'made'"
			   " FROM comporta_block WHERE decision IN");
	list_keys(&ask, decisions, n);
	done = db_statement_run(&ask, blocks->db, take_word, &asking, err);
	db_statement_release(&ask);
	return done == DB_OK ? 0 : -1;
}

int brake_claim(struct blocks *blocks, const struct brake_decision *decisions,
		size_t n, enum brake_word *words_out, struct err *err)
{
	struct db_statement claim = DB_STATEMENT_INIT;
	enum db_result done;

	db_statement_words(&claim, "UPDATE comporta_brake SET state = 'gone'"
			   " WHERE state IN ('waiting', 'approved')"
			   " AND decision IN");
	list_keys(&claim, decisions, n);
	done = db_statement_run(&claim, blocks->db, NULL, NULL, err);
	db_statement_release(&claim);
	/* The claim may have gone through, its answer lost. */
	if (done != DB_OK && done != DB_UNCERTAIN)
		return -1;
	return brake_words(blocks, decisions, n, words_out, err);
}

void brake_machine(char out[BRAKE_MACHINE_SIZE])
{
	char host[HOST_NAME_SIZE];

	host_name(host);
	slice_copy(slice_from(host), out, BRAKE_MACHINE_SIZE);
}

/* SQLite and MariaDB both take SELECT without a table here; a key that is
 * there already is no error then. */
enum db_result brake_add(struct blocks *blocks, const struct brake_new *row,
			 int64_t now_ms, bool *is_new_out, struct err *err)
{
	char machine[BRAKE_MACHINE_SIZE];
	struct err problem;
	enum db_result done;
	int64_t changed = 0;

	brake_machine(machine);

	const struct db_value none = { .type = DB_NULL };
	const struct db_parameter parameters[] = {
		BLOCKS_P("key", db_string(row->key)),
		BLOCKS_P("kind", db_string(brake_kind_names[row->kind])),
		BLOCKS_P("account", db_string(row->account)),
		BLOCKS_P("block", row->block_id ? db_integer(row->block_id)
						: none),
		BLOCKS_P("machine", db_string(machine)),
		BLOCKS_P("decided", db_integer(row->decided_ms)),
		BLOCKS_P("now", db_integer(now_ms)),
		BLOCKS_P("probability", db_real(row->probability)),
		BLOCKS_P("reason", blocks_or_null(row->reason)),
	};

	done = db_run(blocks->db, "INSERT INTO comporta_brake (decision, kind,"
		      " account, block_id, machine, state, decided_ms,"
		      " held_ms, probability, reason) VALUES (:key, :kind,"
		      " :account, :block, :machine, 'waiting', :decided, :now,"
		      " :probability, :reason)", parameters,
		      BLOCKS_N(parameters), NULL, NULL, &changed, &problem);
	*is_new_out = done == DB_OK && changed == 1;
	if (done == DB_DUPLICATE)
		return DB_OK;
	if (done != DB_OK)
		*err = problem;
	return done;
}

enum db_result brake_sweep(struct blocks *blocks, int64_t now_ms,
			   struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("before", db_integer(
			now_ms - KEPT_DAYS * (int64_t)STAMP_DAY_MS)),
	};

	return db_run(blocks->db, "DELETE FROM comporta_brake WHERE state IN"
		      " ('gone', 'discarded') AND held_ms < :before",
		      parameters, BLOCKS_N(parameters), NULL, NULL, NULL,
		      err);
}

static int take_waiting(void *context, const struct db_row *row)
{
	int64_t *pair = context;

	pair[0] = db_column_integer(row, "n", 0);
	pair[1] = db_column_integer(row, "since", 0);
	return 1;
}

enum db_result brake_count_waiting(struct blocks *blocks,
				   enum brake_kind kind, int64_t *n_out,
				   int64_t *since_ms_out, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("kind", db_string(brake_kind_names[kind])),
	};
	int64_t pair[2] = { 0, 0 };
	enum db_result done = db_run(
		blocks->db, "SELECT COUNT(*) AS n, MIN(held_ms) AS since"
		" FROM comporta_brake WHERE state = 'waiting'"
		" AND kind = :kind", parameters, BLOCKS_N(parameters),
		take_waiting, pair, NULL, err);

	*n_out = pair[0];
	*since_ms_out = pair[1];
	return done;
}

/* The strongest evidence, in words. Strangers' words may be in it. */
static void first_reason(struct slice verdict, char out[BRAKE_REASON_SIZE])
{
	struct err waste;
	struct json *json = json_parse(verdict, &waste);
	const struct json *first =
		json_at(json_get(json, "evidence"), 0);
	struct text words = TEXT_INIT(1000);

	text_add(&words, json_get_text(first, "text"));
	blocks_visible(text_string(&words), out, BRAKE_REASON_SIZE);
	text_release(&words);
	json_free(&json);
}

static enum db_result hold_one(struct blocks *blocks,
			       const struct brake_decision *decision,
			       int64_t now_ms, struct err *err)
{
	char account[PANEL_LOGIN_SIZE], reason[BRAKE_REASON_SIZE];
	struct brake_new row = {
		.key = decision->key, .kind = BRAKE_BLOCKS,
		.account = account, .decided_ms = decision->decided_ms,
		.probability = decision->probability, .reason = reason,
	};
	bool is_new;

	/* What no table would take is nobody who could be stopped either. */
	if (!blocks_account(decision->account, account))
		return DB_OK;
	first_reason(decision->verdict, reason);
	return brake_add(blocks, &row, now_ms, &is_new, err);
}

int brake_hold(struct blocks *blocks, const struct brake_decision *decisions,
	       size_t n, int64_t now_ms, struct err *err)
{
	enum db_result done = db_begin(blocks->db, err);
	int64_t waiting = 0, since_ms;

	if (done != DB_OK)
		return -1;
	done = brake_sweep(blocks, now_ms, err);
	if (done == DB_OK)
		done = brake_count_waiting(blocks, BRAKE_BLOCKS, &waiting,
					   &since_ms, err);
	for (size_t i = 0; i < n && done == DB_OK &&
	     waiting + (int64_t)i < BRAKE_WAITING_MAX; i++)
		done = hold_one(blocks, &decisions[i], now_ms, err);
	return brake_conclude(blocks, done, err) == DB_OK ? 0 : -1;
}

/* Whoever approved it, or decided by hand (as blocks_is_by_hand() tells), has
 * looked at it. What a clock made that was far ahead says nothing of this
 * hour. */
#define COUNT_MADE							\
	"SELECT COUNT(*) AS n FROM comporta_block b"			\
	" WHERE b.blocked_ms >= :since AND b.blocked_ms <= :until"	\
	" AND b.decision NOT LIKE 'hand-%' ESCAPE '!'"			\
	" AND b.decision NOT LIKE 'hand:%' ESCAPE '!'"			\
	" AND b.decision NOT LIKE 'once:%' ESCAPE '!'"			\
	" AND NOT EXISTS (SELECT 1 FROM comporta_brake w"		\
	" WHERE w.decision = b.decision AND w.word_ms IS NOT NULL)"

static int64_t from_ms(const struct brake_room *room, int64_t now_ms)
{
	bool is_stopped = room->waiting > 0 && room->since_ms < now_ms &&
			  settings.brake.undecided == BRAKE_UNDECIDED_WAIT;

	return (is_stopped ? room->since_ms : now_ms) - STAMP_HOUR_MS;
}

int brake_room(struct blocks *blocks, int64_t active, int64_t now_ms,
	       struct brake_room *out, struct err *err)
{
	struct brake_room room = {
		.limit = brake_limit(settings.brake.per_hour,
				     settings.brake.share, active),
	};

	if (brake_count_waiting(blocks, BRAKE_BLOCKS, &room.waiting,
				&room.since_ms, err) != DB_OK)
		return -1;

	const struct db_parameter parameters[] = {
		BLOCKS_P("since", db_integer(from_ms(&room, now_ms))),
		BLOCKS_P("until", db_integer(now_ms + STAMP_HOUR_MS)),
	};

	if (brake_number(blocks, COUNT_MADE, parameters, BLOCKS_N(parameters),
			 &room.made, err) != DB_OK)
		return -1;
	room.left = room.made < room.limit ? room.limit - room.made : 0;
	*out = room;
	return 0;
}
