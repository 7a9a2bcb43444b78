#include "detector/alarms.h"

#include "base/host.h"
#include "detector/blocks_inside.h"
#include "detector/settings.h"
#include "detector/webhooks.h"

#include <stdio.h>
#include <string.h>

enum { SEEN_EVERY_MS = 60 * 1000, HOST_MAX = 40 };

enum where { TABLES, MACHINE };

static const struct {
	const char *name;
	enum where where;
} alarms[] = {
#define ALARM(name, where) { #name, where },
#include "detector/alarms.def"
#undef ALARM
};

/* The one that lasts, as the database has it. */
struct lasting {
	int64_t id, seen_ms;
};

/* "brake@mx1": what the row is called. */
static int full_name(const char *name, char out[ALARMS_NAME_SIZE],
		     struct err *err)
{
	char host[HOST_NAME_SIZE];

	for (size_t i = 0; i < BLOCKS_N(alarms); i++) {
		if (strcmp(alarms[i].name, name) != 0)
			continue;
		host_name(host);
		snprintf(out, ALARMS_NAME_SIZE, "%s%s%.*s", name,
			 alarms[i].where == MACHINE ? "@" : "",
			 alarms[i].where == MACHINE ? HOST_MAX : 0, host);
		return 0;
	}
	return err_set(err, EXIT_BUG, "no alarm is called \"%.40s\"", name);
}

static int take_lasting(void *context, const struct db_row *row)
{
	struct lasting *lasting = context;

	lasting->id = db_column_integer(row, "id", 0);
	lasting->seen_ms = db_column_integer(row, "seen_ms", 0);
	return 1;
}

static enum db_result find_lasting(struct blocks *blocks, const char *name,
				   struct lasting *out, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("name", db_string(name)),
	};

	*out = (struct lasting){ 0 };
	return db_run(blocks->db, "SELECT id, seen_ms FROM comporta_alarm"
		      " WHERE active_name = :name", parameters,
		      BLOCKS_N(parameters), take_lasting, out, NULL, err);
}

static enum db_result write_to(struct blocks *blocks, int64_t id,
			       enum notice_kind kind, int64_t now_ms,
			       struct err *err)
{
	const char *to = settings.notice.alarm_to;

	if (!to || !*to)
		to = settings.notice.operator_address;
	if (!to || !blocks_is_address(to))
		return DB_OK;
	return outbox_queue(blocks->db, id, kind, slice_from(to),
			    slice_from(settings_operator_language()), now_ms,
			    err);
}

/* Everybody who hears of it, inside the transaction. */
static enum db_result tell(struct blocks *blocks, int64_t id,
			   enum notice_kind kind, int64_t now_ms,
			   struct err *err)
{
	enum db_result done = write_to(blocks, id, kind, now_ms, err);

	if (done != DB_OK)
		return done;
	return webhooks_queue(blocks, kind == NOTICE_ALARM
					      ? WEBHOOK_ALARM
					      : WEBHOOK_ALARM_OVER,
			      id, now_ms, err);
}

/* With ended_ms 0 it lasts. */
static enum db_result insert(struct blocks *blocks, const char *name,
			     const char *words, int64_t began_ms,
			     int64_t ended_ms, struct err *err)
{
	struct db_value none = { .type = DB_NULL };
	char shown[ALARMS_WORDS_SIZE];

	blocks_visible(words, shown, sizeof(shown));

	const struct db_parameter parameters[] = {
		BLOCKS_P("name", db_string(name)),
		BLOCKS_P("active", ended_ms ? none : db_string(name)),
		BLOCKS_P("began", db_integer(began_ms)),
		BLOCKS_P("ended", ended_ms ? db_integer(ended_ms) : none),
		BLOCKS_P("seen", db_integer(ended_ms ? ended_ms : began_ms)),
		BLOCKS_P("words", db_string(shown)),
	};
	return db_run(blocks->db, "INSERT INTO comporta_alarm (name,"
		      " active_name, began_ms, ended_ms, seen_ms, words)"
		      " VALUES (:name, :active, :began, :ended, :seen,"
		      " :words)", parameters, BLOCKS_N(parameters), NULL, NULL,
		      NULL, err);
}

/* Commit what is done, or leave nothing of it. What another run did at the
 * same time is as good as ours. */
static int conclude(struct blocks *blocks, enum db_result done,
		    struct err *err)
{
	if (done == DB_OK)
		done = db_commit(blocks->db, err);
	else
		db_rollback(blocks->db);
	return done == DB_OK || done == DB_DUPLICATE ? 0 : -1;
}

/* Seen by a clock that was set back since, or by another machine's: it would
 * last until that time has come. */
static bool is_ahead(const struct lasting *lasting, int64_t now_ms)
{
	return lasting->seen_ms > now_ms + ALARMS_CALM_MS;
}

static int see_again(struct blocks *blocks, const struct lasting *lasting,
		     int64_t now_ms, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(lasting->id)),
		BLOCKS_P("now", db_integer(now_ms)),
		BLOCKS_P("ahead", db_integer(now_ms + ALARMS_CALM_MS)),
	};

	if (now_ms - lasting->seen_ms < SEEN_EVERY_MS &&
	    !is_ahead(lasting, now_ms))
		return 0;
	return db_run(blocks->db, "UPDATE comporta_alarm SET seen_ms = :now"
		      " WHERE id = :id AND active_name IS NOT NULL"
		      " AND (seen_ms < :now OR seen_ms > :ahead)",
		      parameters, BLOCKS_N(parameters), NULL, NULL, NULL,
		      err) == DB_OK ? 0 : -1;
}

int alarms_begin(struct blocks *blocks, const char *name, const char *words,
		 int64_t now_ms, struct err *err)
{
	char full[ALARMS_NAME_SIZE];
	struct lasting lasting;
	enum db_result done;

	if (full_name(name, full, err) < 0 ||
	    find_lasting(blocks, full, &lasting, err) != DB_OK)
		return -1;
	if (lasting.id)
		return see_again(blocks, &lasting, now_ms, err);
	if (db_begin(blocks->db, err) != DB_OK)
		return -1;
	done = insert(blocks, full, words, now_ms, 0, err);
	if (done == DB_OK)
		done = tell(blocks, db_last_id(blocks->db), NOTICE_ALARM,
			    now_ms, err);
	return conclude(blocks, done, err);
}

static enum db_result end_row(struct blocks *blocks, int64_t id,
			      int64_t now_ms, int64_t *changed_out,
			      struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(id)),
		BLOCKS_P("now", db_integer(now_ms)),
		BLOCKS_P("calm", db_integer(now_ms - ALARMS_CALM_MS)),
	};

	return db_run(blocks->db, "UPDATE comporta_alarm SET"
		      " active_name = NULL, ended_ms = :now WHERE id = :id"
		      " AND active_name IS NOT NULL AND seen_ms <= :calm",
		      parameters, BLOCKS_N(parameters), NULL, NULL,
		      changed_out, err);
}

/* Over, and told, if nobody sees it meanwhile. */
static int end_one(struct blocks *blocks, int64_t id, int64_t now_ms,
		   struct err *err)
{
	enum db_result done;
	int64_t changed = 0;

	if (db_begin(blocks->db, err) != DB_OK)
		return -1;
	done = end_row(blocks, id, now_ms, &changed, err);
	if (done == DB_OK && changed == 1)
		done = tell(blocks, id, NOTICE_ALARM_OVER, now_ms, err);
	return conclude(blocks, done, err);
}

int alarms_end(struct blocks *blocks, const char *name, int64_t now_ms,
	       struct err *err)
{
	char full[ALARMS_NAME_SIZE];
	struct lasting lasting;

	if (full_name(name, full, err) < 0 ||
	    find_lasting(blocks, full, &lasting, err) != DB_OK)
		return -1;
	if (is_ahead(&lasting, now_ms))
		return see_again(blocks, &lasting, now_ms, err);
	if (!lasting.id || now_ms - lasting.seen_ms < ALARMS_CALM_MS)
		return 0;
	return end_one(blocks, lasting.id, now_ms, err);
}

enum { LEFT_AT_ONCE = 8 };

struct left {
	size_t n;
	int64_t ids[LEFT_AT_ONCE];
};

static int take_left(void *context, const struct db_row *row)
{
	struct left *left = context;

	left->ids[left->n++] = db_column_integer(row, "id", 0);
	return left->n == LEFT_AT_ONCE;
}

int alarms_end_left(struct blocks *blocks, int64_t now_ms, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("before", db_integer(now_ms - ALARMS_LEFT_MS)),
	};
	struct left left = { .n = 0 };

	if (db_run(blocks->db, "SELECT id FROM comporta_alarm WHERE"
		   " active_name IS NOT NULL AND seen_ms < :before"
		   " ORDER BY id", parameters, BLOCKS_N(parameters), take_left,
		   &left, NULL, err) != DB_OK)
		return -1;
	for (size_t i = 0; i < left.n; i++)
		if (end_one(blocks, left.ids[i], now_ms, err) < 0)
			return -1;
	return 0;
}

static int take_number(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "n", 0);
	return 1;
}

/* The same, or one that overlaps it: whoever saw it may be wrong about when it
 * began, or lie. What ends later than now is of a clock that was ahead. */
static enum db_result count_past(struct blocks *blocks, const char *name,
				 int64_t began_ms, int64_t now_ms,
				 int64_t *n_out, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("name", db_string(name)),
		BLOCKS_P("began", db_integer(began_ms)),
		BLOCKS_P("now", db_integer(now_ms)),
	};

	*n_out = 0;
	return db_run(blocks->db, "SELECT COUNT(*) AS n FROM comporta_alarm"
		      " WHERE name = :name AND (began_ms = :began OR"
		      " (ended_ms > :began AND ended_ms <= :now))",
		      parameters, BLOCKS_N(parameters), take_number, n_out,
		      NULL, err);
}

int alarms_past(struct blocks *blocks, const char *name, const char *words,
		int64_t began_ms, int64_t now_ms, struct err *err)
{
	char full[ALARMS_NAME_SIZE];
	enum db_result done;
	int64_t n;

	if (full_name(name, full, err) < 0 ||
	    count_past(blocks, full, began_ms, now_ms, &n, err) != DB_OK)
		return -1;
	if (n > 0)
		return 0;
	if (db_begin(blocks->db, err) != DB_OK)
		return -1;
	done = insert(blocks, full, words, began_ms, now_ms, err);
	if (done == DB_OK)
		done = tell(blocks, db_last_id(blocks->db), NOTICE_ALARM_OVER,
			    now_ms, err);
	return conclude(blocks, done, err);
}

static void read_alarm(const struct db_row *row, struct alarm *out)
{
	struct slice name = db_column(row, "name");
	struct slice words = db_column(row, "words");

	*out = (struct alarm){ .id = db_column_integer(row, "id", 0) };
	slice_copy(slice_cut(&name, '@'), out->name, sizeof(out->name));
	slice_copy(name, out->machine, sizeof(out->machine));
	out->began_ms = db_column_integer(row, "began_ms", 0);
	out->ended_ms = db_column_integer(row, "ended_ms", 0);
	slice_copy(words, out->words, sizeof(out->words));
}

static int take_alarm(void *context, const struct db_row *row)
{
	read_alarm(row, context);
	return 1;
}

enum block_find alarms_get(struct blocks *blocks, int64_t id,
			   struct alarm *out, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("id", db_integer(id)),
	};

	*out = (struct alarm){ 0 };
	if (db_run(blocks->db, "SELECT id, name, began_ms, ended_ms, words"
		   " FROM comporta_alarm WHERE id = :id", parameters,
		   BLOCKS_N(parameters), take_alarm, out, NULL, err) != DB_OK)
		return BLOCK_FIND_ERROR;
	return out->id ? BLOCK_FOUND : BLOCK_NOT_FOUND;
}

struct listing {
	int (*each)(void *context, const struct alarm *alarm);
	void *context;
};

static int list_one(void *context, const struct db_row *row)
{
	struct listing *listing = context;
	struct alarm alarm;

	read_alarm(row, &alarm);
	return listing->each(listing->context, &alarm);
}

int alarms_each(struct blocks *blocks, int64_t since_ms,
		int (*each)(void *context, const struct alarm *alarm),
		void *context, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("since", db_integer(since_ms)),
	};
	struct listing listing = { each, context };

	return db_run(blocks->db, "SELECT id, name, began_ms, ended_ms, words"
		      " FROM comporta_alarm WHERE active_name IS NOT NULL OR"
		      " began_ms >= :since OR ended_ms >= :since"
		      " ORDER BY began_ms DESC, id DESC LIMIT 200", parameters,
		      BLOCKS_N(parameters), list_one, &listing, NULL,
		      err) == DB_OK ? 0 : -1;
}
