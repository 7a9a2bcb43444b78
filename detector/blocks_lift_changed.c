/*
 * What a scan lifts by itself: every block whose password has changed, unless
 * that is said of too many at once (brake.h). So they are all looked for before
 * the first is lifted.
 */
#include "detector/blocks_inside.h"

#include "base/log.h"
#include "base/must.h"
#include "detector/brake.h"
#include "detector/settings.h"

#include <string.h>

/* Ids are read a page at a time; what has changed beyond CHANGED_MAX is for
 * the next scan. */
enum { PAGE = 100, FAILURES_MAX = 20, CHANGED_MAX = 1000 };

struct page {
	int64_t ids[PAGE];
	size_t n;
};

struct search {
	struct blocks *blocks;
	struct brake_lift *changed;
	size_t n;
	int failures;
	struct err *err;	/* of the last failure */
};

static int take_candidate(void *context, const struct db_row *row)
{
	struct page *page = context;

	if (page->n < PAGE)
		page->ids[page->n++] = db_column_integer(row, "id", 0);
	return 0;
}

static int read_page(struct blocks *blocks, int64_t after_id,
		     struct page *out, struct err *err)
{
	const struct db_parameter parameters[] = {
		BLOCKS_P("after", db_integer(after_id)),
		BLOCKS_P("limit", db_integer(PAGE)),
	};

	out->n = 0;
	return db_run(blocks->db,
		      "SELECT id FROM comporta_block WHERE state = 'active'"
		      " AND is_repeat = 0 AND fingerprint IS NOT NULL"
		      " AND id > :after ORDER BY id LIMIT :limit",
		      parameters, BLOCKS_N(parameters), take_candidate, out,
		      NULL, err) == DB_OK ? 0 : -1;
}

static void fail(struct search *search, const struct err *problem)
{
	log_warning("%s", problem->text);
	*search->err = *problem;
	search->failures++;
}

/* Without a transaction: as a rule nothing has changed, and a scan that only
 * looks should lock nothing. */
static void look_at(struct search *search, int64_t id)
{
	struct brake_lift *lift = &search->changed[search->n];
	struct block block = BLOCK_INIT;
	struct err problem;
	enum block_find found = blocks_get(search->blocks, id, &block,
					   &problem);
	enum password_state state = PASSWORD_ERROR;

	if (found == BLOCK_FOUND)
		state = blocks_password(search->blocks, &block, &problem);
	if (found != BLOCK_NOT_FOUND && state == PASSWORD_ERROR)
		fail(search, &problem);
	if (state == PASSWORD_CHANGED) {
		lift->block_id = id;
		lift->decided_ms = block.decided_ms;
		memcpy(lift->account, block.account, sizeof(lift->account));
		search->n++;
	}
	block_release(&block);
}

static bool may_go_on(const struct search *search)
{
	return search->failures < FAILURES_MAX && search->n < CHANGED_MAX;
}

/* One mailbox that cannot be read must not keep the others shut; a database
 * that is away must not be asked for every one of them. */
static int look_at_all(struct search *search, struct err *err)
{
	struct page page = { .n = PAGE };
	int64_t after_id = 0;

	while (page.n == PAGE && may_go_on(search)) {
		if (read_page(search->blocks, after_id, &page, err))
			return -1;
		for (size_t i = 0; i < page.n && may_go_on(search); i++)
			look_at(search, page.ids[i]);
		if (page.n > 0)
			after_id = page.ids[page.n - 1];
	}
	return 0;
}

/* One that waits is refused there (brake_lift_may()). */
static void lift_one(struct search *search, int64_t id, int64_t now_ms,
		     int64_t *lifted)
{
	static const struct lift_request request = {
		.actor = "scan",
		.reason = "the password was changed",
		.by_owner = true,
	};
	struct err problem;
	enum lift_result result = blocks_lift(search->blocks, id, &request,
					      now_ms, &problem);

	*lifted += result == LIFT_DONE;
	if (result == LIFT_FAILED)
		fail(search, &problem);
}

static int lift_changed(struct search *search, int64_t now_ms,
			int64_t *lifted, struct err *err)
{
	bool *waits = must(calloc(search->n + 1, sizeof(*waits)));
	bool is_whole = search->failures == 0 && search->n < CHANGED_MAX;
	int result = brake_lifts_hold(search->blocks, search->changed,
				      search->n, is_whole, now_ms, waits, err);

	for (size_t i = 0; i < search->n && result == 0; i++)
		if (!waits[i] && search->failures < FAILURES_MAX)
			lift_one(search, search->changed[i].block_id, now_ms,
				 lifted);
	free(waits);
	return result;
}

int blocks_lift_changed(struct blocks *blocks, int64_t now_ms,
			int64_t *lifted_out, struct err *err)
{
	struct search search = {
		.blocks = blocks,
		.changed = must(calloc(CHANGED_MAX, sizeof(*search.changed))),
		.err = err,
	};
	int result = 0;

	*lifted_out = 0;
	if (settings.lift.self_service)
		result = look_at_all(&search, err);
	if (settings.lift.self_service && result == 0)
		result = lift_changed(&search, now_ms, lifted_out, err);
	free(search.changed);
	return result < 0 || search.failures ? -1 : 0;
}
