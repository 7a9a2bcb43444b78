#include "detector/state_older.h"

#include "base/log.h"
#include "base/must.h"
#include "detector/sources/source.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* What a position was before there was a journal to be in: its beginning. */
enum { SHORT_POSITION = offsetof(struct source_position, cursor) };

/* More logs than anybody reads. */
enum { SOURCES_MAX = 4096 };

struct older {
	size_t n;
	struct {
		char name[STORE_KEY_MAX + 1];
		struct source_position position;
	} sources[SOURCES_MAX];
};

static int collect(void *context, struct slice key, struct slice value)
{
	struct older *older = context;

	if (value.len != SHORT_POSITION || older->n == SOURCES_MAX ||
	    !slice_copy(key, older->sources[older->n].name,
			sizeof(older->sources[0].name)))
		return 0;
	memcpy(&older->sources[older->n++].position, value.ptr, value.len);
	return 0;
}

static int lengthen(struct store *store, int table, struct older *older,
		    struct err *err)
{
	if (store_each(store, table, collect, older, err) < 0)
		return -1;
	for (size_t i = 0; i < older->n; i++) {
		struct slice value = {
			(const char *)&older->sources[i].position,
			sizeof(struct source_position)
		};

		if (store_put(store, table, slice_from(older->sources[i].name),
			      value, err) < 0)
			return -1;
	}
	return 0;
}

static int clear(struct store *store, const int *tables, struct err *err)
{
	for (; *tables >= 0; tables++)
		if (store_clear(store, *tables, err) < 0)
			return -1;
	return 0;
}

static int keep_what_can_be(const struct state_older *tables,
			    bool keeps_learnt, struct err *err)
{
	struct older *older = must(calloc(1, sizeof(*older)));
	int result = lengthen(tables->store, tables->positions, older, err);

	free(older);
	if (result == 0)
		result = clear(tables->store, tables->passing, err);
	if (result == 0 && !keeps_learnt)
		result = clear(tables->store, tables->learnt, err);
	return result;
}

static int put_version(struct state *state, struct err *err)
{
	if (state_put_number(state, "version", STATE_VERSION, err) < 0)
		return -1;
	return state_put_number(state, "account_bytes", sizeof(struct account),
				err);
}

static int begin_anew(struct state *state, struct err *err)
{
	if (state_begin(state, err) < 0)
		return -1;
	if (put_version(state, err) == 0)
		return state_commit(state, err);
	state_abort(state);
	return -1;
}

static int take_over(struct state *state, const struct state_older *tables,
		     bool keeps_learnt, struct err *err)
{
	if (state_begin(state, err) < 0)
		return -1;
	if (keep_what_can_be(tables, keeps_learnt, err) == 0 &&
	    put_version(state, err) == 0)
		return state_commit(state, err);
	state_abort(state);
	return -1;
}

static void tell(struct state *state, const char *path, int64_t found,
		 bool keeps_learnt)
{
	log_warning("the state in %s was of version %d, now it is of %d; kept "
		    "are the place in each log, decisions that wait (%zu)%s",
		    path, (int)found, STATE_VERSION,
		    state_journal_count(state), keeps_learnt
			? " and what was learnt"
			: " and who is blocked, but not what was learnt of "
			  "accounts: let old logs teach it again (comporta "
			  "scan --learn LOG...)");
}

static int refuse_to_read(const char *path, int64_t found, struct err *err)
{
	if (found == 0)
		return err_set(err, EXIT_DATA, "the state in %s is empty; run "
			       "`comporta scan` first", path);
	return err_set(err, EXIT_DATA, "the state in %s is of an older "
		       "comporta; the next scan, or watch, takes it over",
		       path);
}

int state_older_check(struct state *state, const struct state_older *tables,
		      struct err *err)
{
	int64_t found = state_number(state, "version", 0);
	int64_t size = state_number(state, "account_bytes", 0);
	bool is_same = size == sizeof(struct account);
	bool keeps_learnt = found >= STATE_LEARNT_SINCE && is_same;

	if (found == STATE_VERSION && is_same)
		return 0;
	if (found >= STATE_VERSION)
		return err_set(err, EXIT_DATA,
			       "the state in %s is of version %d, this program "
			       "knows %d: update this one; or let the newer "
			       "one carry out what waits (`comporta status`), "
			       "and move the state away", tables->path,
			       (int)found, STATE_VERSION);
	if (tables->read_only)
		return refuse_to_read(tables->path, found, err);
	if (found == 0)
		return begin_anew(state, err);
	if (take_over(state, tables, keeps_learnt, err) < 0)
		return -1;
	tell(state, tables->path, found, keeps_learnt);
	return 0;
}
