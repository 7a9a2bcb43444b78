/*
 * What the desk sees at a glance.
 */
#include "detector/blocks_inside.h"

#include "base/stamp.h"

enum { DAYS = 30 };

static int take(void *context, const struct db_row *row)
{
	struct blocks_counts *counts = context;

	counts->active = db_column_integer(row, "active", 0);
	counts->waiting = db_column_integer(row, "waiting", 0);
	counts->failed = db_column_integer(row, "failed", 0);
	counts->held = db_column_integer(row, "held", 0);
	return 1;
}

/* An alarm's notice has the alarm's number there, not a block's. */
#define NOTICES								\
	"(SELECT COUNT(*) FROM comporta_notice n WHERE (:seen_by = 0"	\
	" OR n." NOTICE_OF_BLOCK					\
	" AND EXISTS (SELECT 1 FROM comporta_block b"			\
	" JOIN comporta_token_domain d ON d.domain = b.domain"		\
	" WHERE b.id = n.block_id AND d.token_id = :seen_by))"

int blocks_counts(struct blocks *blocks, int64_t seen_by, int64_t now_ms,
		  struct blocks_counts *out, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("seen_by", db_integer(seen_by)),
		BLOCKS_P("since",
			 db_integer(now_ms - DAYS * (int64_t)STAMP_DAY_MS)),
	};
	struct blocks_counts counts = { 0 };

	if (db_run(blocks->db,
		   "SELECT (SELECT COUNT(*) FROM comporta_block c"
		   " WHERE c.state = 'active' AND (:seen_by = 0 OR EXISTS"
		   " (SELECT 1 FROM comporta_token_domain t WHERE"
		   " t.token_id = :seen_by AND t.domain = c.domain)))"
		   " AS active, "
		   NOTICES " AND n.state IN ('queued', 'sending'))"
		   " AS waiting, "
		   NOTICES " AND n.state = 'failed' AND"
		   " n.queued_ms >= :since) AS failed,"
		   " (SELECT COUNT(*) FROM comporta_brake WHERE"
		   " state = 'waiting' AND :seen_by = 0) AS held",
		   parameters, BLOCKS_N(parameters), take, &counts, NULL,
		   err) != DB_OK)
		return -1;
	*out = counts;
	return 0;
}
