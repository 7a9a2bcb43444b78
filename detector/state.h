/*
 * state - what the detector remembers between runs, in a store (store.h).
 *
 * One environment under state_dir/state. Positions in the logs and everything
 * learnt up to them are written in one transaction, so a run killed anywhere
 * leaves the state of its last commit, and the next run reads on from there:
 * nothing is lost, nothing counted twice.
 *
 * Tables: accounts, messages, neighbours, crowd, correspondents (by 64-bit
 * key, plain structs), sessions (by their place in memory), days (by hour and
 * account: state_days.h),
 * positions (by source), journal (decisions not yet carried out, by their
 * key, oldest first), meta (numbers by name).
 *
 * STATE_VERSION changes with any stored struct. A file of an older version is
 * taken over as far as it can be read (state_older.h), one of a newer version
 * refused with what to do; nothing is guessed at. A table that an older program
 * did not have begins empty.
 */
#ifndef DETECTOR_STATE_H
#define DETECTOR_STATE_H

#include "base/err.h"
#include "base/text.h"
#include "detector/accounts.h"
#include "detector/detector.h"
#include "detector/sources/source.h"

enum { STATE_VERSION = 13 };

struct state;

/* `read_only` for status and explain: a missing state is then an error that
 * says that nothing was scanned yet. */
int state_open(const char *state_dir, bool read_only, struct state **state_out,
	       struct err *err);
void state_close(struct state **state);

/* For detector_init(): accounts come from here. The state must outlive the
 * detector. */
struct accounts_backing state_backing(struct state *state);

/* For days_new(), if the detector is to have them. */
struct days_backing state_days_backing(struct state *state);

/* Open messages and neighbours into the detector. */
int state_load(struct state *state, struct detector *detector,
	       struct err *err);

/* All writing happens between these two. Out of space is EXIT_AGAIN. */
int state_begin(struct state *state, struct err *err);
int state_commit(struct state *state, struct err *err);
void state_abort(struct state *state);

/* As store_is_lost(): this process can no longer use it. */
bool state_is_lost(const struct state *state);

/* Everything in the detector that changed. After the commit call
 * state_saved(). */
int state_save(struct state *state, struct detector *detector,
	       struct err *err);
void state_saved(struct detector *detector);

/* False when the source was never read. */
bool state_position(struct state *state, const char *source,
		    struct source_position *position_out);
int state_put_position(struct state *state, const char *source,
		       const struct source_position *position,
		       struct err *err);

int64_t state_number(struct state *state, const char *name, int64_t otherwise);
int state_put_number(struct state *state, const char *name, int64_t number,
		     struct err *err);

/* The journal. `value` is the caller's. */
int state_journal_put(struct state *state, const char *key,
		      struct slice value, struct err *err);
int state_journal_delete(struct state *state, const char *key,
			 struct err *err);
/* The first entry whose key is after `after` ("" for the first of all).
 * False at the end. */
bool state_journal_next(struct state *state, const char *after,
			char key_out[80], struct text *bytes_out);
size_t state_journal_count(struct state *state);

/* Every account there is, for status; return nonzero to stop. */
int state_each_account(struct state *state,
		       int (*each)(void *context,
				   const struct account_entry *entry),
		       void *context, struct err *err);

size_t state_account_count(struct state *state);

#endif
