#include "detector/brake_inside.h"

#include "base/log.h"
#include "base/stamp.h"
#include "detector/accounts.h"

#include <inttypes.h>
#include <stdio.h>

/* What was believed, in a row of comporta_brake of its own: `block_id` holds
 * the number, `held_ms` since when. It is no decision, and waits for nobody. */
struct belief {
	char key[BRAKE_KEY_SIZE];
	bool is_there;
	int64_t active, at_ms;
};

static int take_belief(void *context, const struct db_row *row)
{
	struct belief *belief = context;

	belief->is_there = true;
	belief->active = db_column_integer(row, "block_id", 0);
	belief->at_ms = db_column_integer(row, "held_ms", 0);
	return 1;
}

static enum db_result load(struct blocks *blocks, struct belief *out,
			   struct err *err)
{
	char machine[BRAKE_MACHINE_SIZE];

	brake_machine(machine);
	*out = (struct belief){ .is_there = false };
	snprintf(out->key, sizeof(out->key), "active@%s", machine);

	const struct db_parameter parameters[] = {
		BLOCKS_P("key", db_string(out->key)),
	};

	return db_run(blocks->db, "SELECT block_id, held_ms FROM"
		      " comporta_brake WHERE decision = :key", parameters,
		      BLOCKS_N(parameters), take_belief, out, NULL, err);
}

static enum db_result keep(struct blocks *blocks, const struct belief *belief,
			   struct err *err)
{
	char machine[BRAKE_MACHINE_SIZE];

	brake_machine(machine);

	const struct db_parameter parameters[] = {
		BLOCKS_P("key", db_string(belief->key)),
		BLOCKS_P("active", db_integer(belief->active)),
		BLOCKS_P("at", db_integer(belief->at_ms)),
		BLOCKS_P("machine", db_string(machine)),
	};
	const char *sql = belief->is_there
		? "UPDATE comporta_brake SET block_id = :active,"
		  " held_ms = :at, machine = :machine WHERE decision = :key"
		: "INSERT INTO comporta_brake (decision, kind, account,"
		  " block_id, machine, state, decided_ms, held_ms) VALUES"
		  " (:key, 'active', '', :active, :machine, 'kept', :at, :at)";
	enum db_result done = db_run(blocks->db, sql, parameters,
				     BLOCKS_N(parameters), NULL, NULL, NULL,
				     err);

	/* Another was quicker. */
	return done == DB_DUPLICATE ? DB_OK : done;
}

static int64_t within(int64_t number, int64_t least, int64_t most)
{
	if (number < least)
		return least;
	return number > most ? most : number;
}

/* Of a clock that was ahead: from now on. */
static bool is_old(const struct belief *belief, int64_t now_ms)
{
	return !belief->is_there || belief->at_ms > now_ms ||
	       now_ms - belief->at_ms >= STAMP_HOUR_MS;
}

int brake_believe(struct blocks *blocks, int64_t claimed, int64_t now_ms,
		  int64_t *active_out, struct err *err)
{
	int64_t active = within(claimed, 0, ACCOUNTS_MAX), most;
	struct belief belief;

	if (load(blocks, &belief, err) != DB_OK)
		return -1;
	most = within(2 * belief.active, BRAKE_ACTIVE_FREE, ACCOUNTS_MAX);
	if (belief.is_there && active > most) {
		log_warning("%" PRId64 " accounts became %" PRId64 ": for the "
			    "brake %" PRId64 " count", belief.active, active,
			    most);
		active = most;
	}
	if (is_old(&belief, now_ms)) {
		belief.active = active;
		belief.at_ms = now_ms;
		if (keep(blocks, &belief, err) != DB_OK)
			return -1;
	}
	*active_out = active;
	return 0;
}
