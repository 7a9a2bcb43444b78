/*
 * store - numbered tables of keys and values in one file. The adapter of LMDB.
 *
 * All writing happens between store_begin() and store_commit(), in one
 * transaction: after a kill the file holds what the last commit left. Reading
 * sees a snapshot, or, while writing, what is being written.
 *
 * What is given out borrows from the file: good until the next write, begin,
 * commit or abort, and of a store that is `read_only` until the next call.
 * Values have no alignment; copy them out.
 *
 * `read_only` is for those who do not trust who writes: they share no memory
 * with him but the data, which they cannot write, and he does not know of
 * them. What they read is of one commit for one call, and for a part of a
 * store_each().
 */
#ifndef DETECTOR_STORE_H
#define DETECTOR_STORE_H

#include "base/err.h"
#include "base/slice.h"

#include <stddef.h>

struct store;

enum { STORE_KEY_MAX = 500 };	/* LMDB's end at 511 bytes */

/* `names` are the tables', by number; they must outlive it. A missing file
 * is made, or, with `read_only`, EXIT_DATA; a missing table, too, is made, or
 * taken as an empty one. */
int store_open(const char *path, const char *const *names, int n_tables,
	       bool read_only, struct store **store_out, struct err *err);
void store_close(struct store **store);

int store_begin(struct store *store, struct err *err);
int store_commit(struct store *store, struct err *err);	/* out of space:
							 * EXIT_AGAIN */
void store_abort(struct store *store);

/* After a commit that failed: the file has to be opened anew, and a fence or
 * a full disk is against it. All that is asked fails. A disk changes, a fence
 * does not: end, and be started again. */
bool store_is_lost(const struct store *store);

bool store_get(struct store *store, int table, struct slice key,
	       struct slice *value_out);
int store_put(struct store *store, int table, struct slice key,
	      struct slice value, struct err *err);

/* What is not there is gone already. */
int store_delete(struct store *store, int table, struct slice key,
		 struct err *err);

/* Everything in the table. */
int store_clear(struct store *store, int table, struct err *err);

/* Every pair, by key; stops at the first visit that returns nonzero and hands
 * that on. */
int store_each(struct store *store, int table,
	       int (*visit)(void *context, struct slice key,
			    struct slice value),
	       void *context, struct err *err);

/* The first pair whose key is after `after` (the first of all when that is
 * empty). False at the end. */
bool store_next(struct store *store, int table, struct slice after,
		struct slice *key_out, struct slice *value_out);

size_t store_count(struct store *store, int table);

#endif
