/*
 * What waits, shown to people, and their word on it.
 */
#include "detector/brake_inside.h"

#include <string.h>

struct listing {
	int (*each)(void *context, const struct brake_row *row);
	void *context;
};

static int list_one(void *context, const struct db_row *row)
{
	struct listing *listing = context;
	struct brake_row out = {
		.id = db_column_integer(row, "id", 0),
		.block_id = db_column_integer(row, "block_id", 0),
		.kind = slice_eq(db_column(row, "kind"),
				 slice_from(brake_kind_names[BRAKE_LIFTS]))
			? BRAKE_LIFTS : BRAKE_BLOCKS,
		.decided_ms = db_column_integer(row, "decided_ms", 0),
		.held_ms = db_column_integer(row, "held_ms", 0),
		.probability = db_column_real(row, "probability", 0),
	};

	slice_copy(db_column(row, "account"), out.account,
		   sizeof(out.account));
	slice_copy(db_column(row, "machine"), out.machine,
		   sizeof(out.machine));
	slice_copy(db_column(row, "reason"), out.reason, sizeof(out.reason));
	return listing->each(listing->context, &out);
}

int brake_each(struct blocks *blocks, int64_t after_id, int64_t limit,
	       int (*each)(void *context, const struct brake_row *row),
	       void *context, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("after", db_integer(after_id)),
		BLOCKS_P("limit", db_integer(limit)),
	};
	struct listing listing = { each, context };

	return db_run(blocks->db, "SELECT id, kind, account, block_id,"
		      " machine, decided_ms, held_ms, probability, reason"
		      " FROM comporta_brake WHERE state = 'waiting'"
		      " AND id > :after ORDER BY id LIMIT :limit", parameters,
		      BLOCKS_N(parameters), list_one, &listing, NULL,
		      err) == DB_OK ? 0 : -1;
}

/* One decree on its way into the tables. */
struct ruling {
	struct blocks *blocks;
	const struct brake_decree *decree;
	char account[PANEL_LOGIN_SIZE];	/* "" for all */
	char actor[96], reason[BLOCKS_REASON_SIZE];
	int64_t now_ms;
};

static const char *action_of(const struct ruling *ruling)
{
	bool is_lift = ruling->decree->kind == BRAKE_LIFTS;

	if (ruling->decree->approve)
		return is_lift ? "approve_lift" : "approve";
	return is_lift ? "discard_lift" : "discard";
}

/* Those that are meant, and still wait. `id` 0: not one alone. */
#define MEANT								\
	" WHERE state = 'waiting' AND kind = :kind"			\
	" AND (:id = 0 OR id = :id) AND id <= :up_to"			\
	" AND (:account = '' OR account = :account)"

enum { N_PARAMETERS = 9 };

static void fill(const struct ruling *ruling, int64_t id,
		 struct db_parameter out[N_PARAMETERS])
{
	const struct brake_decree *decree = ruling->decree;
	const struct db_parameter parameters[N_PARAMETERS] = {
		BLOCKS_P("kind", db_string(brake_kind_names[decree->kind])),
		BLOCKS_P("id", db_integer(id)),
		BLOCKS_P("up_to", db_integer(decree->up_to_id)),
		BLOCKS_P("account", db_string(ruling->account)),
		BLOCKS_P("state", db_string(decree->approve ? "approved"
							    : "discarded")),
		BLOCKS_P("now", db_integer(ruling->now_ms)),
		BLOCKS_P("actor", db_string(ruling->actor)),
		BLOCKS_P("action", db_string(action_of(ruling))),
		BLOCKS_P("reason", blocks_or_null(ruling->reason)),
	};

	memcpy(out, parameters, sizeof(parameters));
}

/* Ours are marked first: from then on nobody else can touch them, and the audit
 * trail gets those and no other. */
static enum db_result rule_rows(const struct ruling *ruling, int64_t id,
				int64_t *n_out, struct err *err)
{
	struct db_parameter parameters[N_PARAMETERS];
	enum db_result done;

	fill(ruling, id, parameters);
	done = db_run(ruling->blocks->db, "UPDATE comporta_brake SET"
		      " word_by = :actor, word_ms = :now" MEANT
		      " AND word_ms IS NULL", parameters, N_PARAMETERS, NULL,
		      NULL, n_out, err);
	if (done != DB_OK || *n_out == 0)
		return done;
	done = db_run(ruling->blocks->db, "INSERT INTO comporta_audit (at_ms,"
		      " block_id, account, actor, action, reason, detail)"
		      " SELECT :now, block_id, account, :actor, :action,"
		      " :reason, decision FROM comporta_brake" MEANT
		      " AND word_ms = :now", parameters, N_PARAMETERS, NULL,
		      NULL, NULL, err);
	if (done != DB_OK)
		return done;
	return db_run(ruling->blocks->db, "UPDATE comporta_brake SET"
		      " state = :state" MEANT " AND word_ms = :now",
		      parameters, N_PARAMETERS, NULL, NULL, NULL, err);
}

/* What the panel says now proves nothing any more. */
static enum db_result disbelieve(struct blocks *blocks, int64_t block_id,
				 struct err *err)
{
	struct slice none = { NULL, 0 };
	struct block block = BLOCK_INIT;
	struct blocks_proof proof;
	enum block_find found = blocks_get(blocks, block_id, &block, err);
	enum db_result done = DB_OK;
	bool is_new;

	if (found == BLOCK_FIND_ERROR ||
	    (found == BLOCK_FOUND && block.is_active &&
	     blocks_prove(blocks, &block, none, &proof, err) < 0))
		done = DB_FAILED;
	else if (found == BLOCK_FOUND && block.is_active &&
		 proof.fingerprint[0])
		done = blocks_credentials_same(blocks, block_id,
					       proof.fingerprint, &is_new,
					       err);
	block_release(&block);
	return done;
}

/* With a block's number of 0 nothing has to be looked at. */
static enum db_result rule_once(const struct ruling *ruling, int64_t id,
				int64_t block_id, struct err *err)
{
	enum db_result done = db_begin(ruling->blocks->db, err);
	int64_t n = 0;

	if (done == DB_OK)
		done = rule_rows(ruling, id, &n, err);
	if (done == DB_OK && n > 0 && block_id)
		done = disbelieve(ruling->blocks, block_id, err);
	return brake_conclude(ruling->blocks, done, err);
}

/* How many this very decree reached: also after a COMMIT whose answer was
 * lost. */
static enum db_result count_reached(const struct ruling *ruling,
				    int64_t *n_out, struct err *err)
{
	struct db_parameter parameters[N_PARAMETERS];

	fill(ruling, 0, parameters);
	return brake_number(ruling->blocks, "SELECT COUNT(*) AS n FROM"
			    " comporta_brake WHERE kind = :kind"
			    " AND id <= :up_to AND word_ms = :now"
			    " AND word_by = :actor", parameters, N_PARAMETERS,
			    n_out, err);
}

static int rule(const struct ruling *ruling, int64_t id, int64_t block_id,
		struct err *err)
{
	enum db_result done = DB_BUSY;
	struct err problem;

	for (int i = 0; i < BLOCKS_TRIES &&
	     (done == DB_BUSY || done == DB_UNCERTAIN); i++)
		done = rule_once(ruling, id, block_id, &problem);
	if (done == DB_OK)
		return 0;
	*err = problem;
	return -1;
}

enum { LIFTS_AT_ONCE = 100 };

struct lifts {
	const struct ruling *ruling;
	struct {
		int64_t id, block_id;
	} rows[LIFTS_AT_ONCE];
	size_t n;
	int64_t last_id;
};

static int take_lift(void *context, const struct brake_row *row)
{
	struct lifts *lifts = context;
	const char *account = lifts->ruling->account;

	lifts->last_id = row->id;
	if (row->kind != BRAKE_LIFTS ||
	    (account[0] && strcmp(account, row->account) != 0))
		return 0;
	lifts->rows[lifts->n].id = row->id;
	lifts->rows[lifts->n++].block_id = row->block_id;
	return 0;
}

/* Each for itself, as the panel is asked about each. */
static int discard_lifts(const struct ruling *ruling, struct err *err)
{
	struct lifts lifts = { .ruling = ruling };
	int64_t before;

	do {
		before = lifts.last_id;
		lifts.n = 0;
		if (brake_each(ruling->blocks, before, LIFTS_AT_ONCE,
			       take_lift, &lifts, err) < 0)
			return -1;
		for (size_t i = 0; i < lifts.n; i++)
			if (rule(ruling, lifts.rows[i].id,
				 lifts.rows[i].block_id, err) < 0)
				return -1;
	} while (lifts.last_id > before);
	return 0;
}

int brake_decree(struct blocks *blocks, const struct brake_decree *decree,
		 int64_t now_ms, int64_t *n_out, struct err *err)
{
	struct ruling ruling = { .blocks = blocks, .decree = decree,
				 .now_ms = now_ms };
	int result;

	if (decree->account.len > 0 &&
	    !blocks_account(decree->account, ruling.account))
		return err_set(err, EXIT_DATA, "this is no login");
	blocks_visible(decree->actor, ruling.actor, sizeof(ruling.actor));
	blocks_visible(decree->reason, ruling.reason, sizeof(ruling.reason));
	result = decree->kind == BRAKE_LIFTS && !decree->approve
		? discard_lifts(&ruling, err) : rule(&ruling, 0, 0, err);
	if (result == 0 &&
	    count_reached(&ruling, n_out, err) != DB_OK)
		result = -1;
	return result;
}
