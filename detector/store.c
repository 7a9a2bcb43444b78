#include "detector/store.h"

#include "base/log.h"
#include "base/must.h"

#include <errno.h>
#include <limits.h>
#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TABLES_MAX = 16, PART = 100 };

/* LMDB's file grows only as it is used; this is the most it may reach. */
static const size_t MAP_SIZE = (size_t)1 << 35;

struct store {
	MDB_env *env;
	MDB_dbi tables[TABLES_MAX];
	bool is_there[TABLES_MAX];	/* all are, where we may make them */
	MDB_txn *reading, *writing;
	bool read_only;
	bool is_visiting;	/* what is read stays one snapshot */
	bool is_void;		/* LMDB refuses all: open it anew */
	bool is_lost;		/* that could not be done */
	const char *const *names;
	int n_tables;
	char path[PATH_MAX];
};

static int open_file(struct store *store, struct err *err);

/* A page that the disk no longer has, or cannot read, is met as a signal, in
 * any read. */
static struct {
	char words[PATH_MAX + 200];
	size_t len;
} lost;

static void on_lost_page(int number, siginfo_t *info, void *context)
{
	ssize_t ignored;

	(void)number;
	(void)context;
	if (info->si_code != BUS_ADRERR)
		return;		/* met again at once, and the end */
	ignored = write(STDERR_FILENO, lost.words, lost.len);
	(void)ignored;
	_exit(EXIT_DATA);
}

static void expect_lost_pages(const struct store *store)
{
	struct sigaction action = { .sa_sigaction = on_lost_page };

	action.sa_flags = (int)(SA_SIGINFO | SA_RESETHAND);
	snprintf(lost.words, sizeof(lost.words), "comporta: a part of the "
		 "state in %s (or of a GeoIP file) is gone or cannot be read; "
		 "restore it, or move the state away to start anew: who is "
		 "blocked stays so\n", store->path);
	lost.len = strlen(lost.words);
	sigaction(SIGBUS, &action, NULL);
}

static int fail(struct store *store, int status, const char *what,
		struct err *err)
{
	int code = EXIT_FILE;

	if (status == ENOSPC || status == MDB_MAP_FULL)
		code = EXIT_AGAIN;
	if (status == EACCES || status == EPERM)
		code = EXIT_RIGHTS;
	if (status == MDB_INVALID || status == MDB_CORRUPTED ||
	    status == MDB_VERSION_MISMATCH)
		return err_set(err, EXIT_DATA,
			       "the state in %s is damaged (%s); restore it or "
			       "move it away to start anew: who is blocked "
			       "stays so", store->path,
			       mdb_strerror(status));
	return err_set(err, code, "cannot %s the state in %s: %s%s", what,
		       store->path, mdb_strerror(status),
		       code == EXIT_RIGHTS
			       ? "; run it as root, or as who owns the folder"
			       : "");
}

static void end_reading(struct store *store)
{
	mdb_txn_abort(store->reading);	/* NULL is fine */
	store->reading = NULL;
}

static void close_file(struct store *store)
{
	end_reading(store);
	if (store->env)
		mdb_env_close(store->env);
	store->env = NULL;
}

/* After a commit that found no space for its last page LMDB refuses all that
 * comes, for as long as the file is open. */
static bool refuses_all(struct store *store)
{
	MDB_txn *txn;
	int status = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);

	if (status == 0)
		mdb_txn_abort(txn);
	return status == MDB_PANIC;
}

static int open_anew(struct store *store, struct err *err)
{
	if (!store->is_void)
		return 0;
	close_file(store);
	store->is_lost = open_file(store, err) < 0;
	store->is_void = store->is_lost;
	return store->is_lost ? -1 : 0;
}

bool store_is_lost(const struct store *store)
{
	return store->is_lost;
}

/* Ours to read with: the transaction being written, else a snapshot. One that
 * no lock keeps (open_env()) is good until the second commit from now, so it
 * is taken anew each time. */
static MDB_txn *reader(struct store *store)
{
	struct err waste;

	if (store->writing)
		return store->writing;
	if (open_anew(store, &waste) < 0)
		return NULL;
	if (store->read_only && !store->is_visiting)
		end_reading(store);
	if (!store->reading &&
	    mdb_txn_begin(store->env, NULL, MDB_RDONLY, &store->reading) != 0)
		store->reading = NULL;
	return store->reading;
}

/* Readers that were killed: their snapshots would be kept for ever, and the
 * file grow with every commit, until there is no place for a reader left. */
static void forget_dead_readers(struct store *store)
{
	int n;

	mdb_reader_check(store->env, &n);
}

static MDB_val val(struct slice bytes)
{
	return (MDB_val){ bytes.len, (void *)(uintptr_t)bytes.ptr };
}

static struct slice slice_of(MDB_val value)
{
	return (struct slice){ value.mv_data, value.mv_size };
}

bool store_get(struct store *store, int table, struct slice key,
	       struct slice *value_out)
{
	MDB_txn *txn = reader(store);
	MDB_val k = val(key), value;

	if (!txn || !store->is_there[table] ||
	    mdb_get(txn, store->tables[table], &k, &value) != 0)
		return false;
	*value_out = slice_of(value);
	return true;
}

int store_put(struct store *store, int table, struct slice key,
	      struct slice value, struct err *err)
{
	MDB_val k = val(key), v = val(value);
	int status = mdb_put(store->writing, store->tables[table], &k, &v, 0);

	return status ? fail(store, status, "write", err) : 0;
}

int store_delete(struct store *store, int table, struct slice key,
		 struct err *err)
{
	MDB_val k = val(key);
	int status = mdb_del(store->writing, store->tables[table], &k, NULL);

	if (status && status != MDB_NOTFOUND)
		return fail(store, status, "write", err);
	return 0;
}

int store_clear(struct store *store, int table, struct err *err)
{
	int status = mdb_drop(store->writing, store->tables[table], 0);

	return status ? fail(store, status, "write", err) : 0;
}

static int open_tables(struct store *store, struct err *err)
{
	unsigned flags = store->read_only ? 0 : MDB_CREATE;
	MDB_txn *txn;
	int status = mdb_txn_begin(store->env, NULL,
				   store->read_only ? MDB_RDONLY : 0, &txn);

	if (status)
		return fail(store, status, "open", err);
	for (int i = 0; i < store->n_tables && !status; i++) {
		status = mdb_dbi_open(txn, store->names[i], flags,
				      &store->tables[i]);
		store->is_there[i] = status == 0;
		/* Written by an older version, which had fewer. */
		if (status == MDB_NOTFOUND && store->read_only)
			status = 0;
	}
	if (status) {
		mdb_txn_abort(txn);
		return fail(store, status, "open", err);
	}
	status = mdb_txn_commit(txn);
	return status ? fail(store, status, "open", err) : 0;
}

/* Whoever writes into it can make its owner do anything (open_env()). An older
 * version left it to the group. Not ours to change when it is another's. */
static void keep_lock(const struct store *store)
{
	char lock[PATH_MAX];

	if ((size_t)snprintf(lock, sizeof(lock), "%s/lock.mdb", store->path) <
	    sizeof(lock) && chmod(lock, 0600) < 0 && errno != EPERM)
		log_debug("%s: %s", lock, strerror(errno));
}

/* The lock file is memory that all who have it open share, with the C
 * library's pointers in it: who writes the state may have been taken over by a
 * line of a log, and would take over whoever reads it beside him, root or the
 * one with the database's password. So they do without. */
static int open_env(struct store *store, struct err *err)
{
	int status = mdb_env_create(&store->env);

	if (!status)
		status = mdb_env_set_mapsize(store->env, MAP_SIZE);
	if (!status)
		status = mdb_env_set_maxdbs(store->env, TABLES_MAX);
	if (!status)
		status = mdb_env_open(store->env, store->path,
				      MDB_NOTLS | (store->read_only
							? MDB_RDONLY |
								  MDB_NOLOCK
							: 0),
				      0640);
	if (status == ENOENT && store->read_only)
		return err_set(err, EXIT_DATA, "there is no state in %s yet; "
			       "run `comporta scan` first", store->path);
	if (status)
		return fail(store, status, "open", err);
	if (!store->read_only)
		keep_lock(store);
	forget_dead_readers(store);
	expect_lost_pages(store);
	return 0;
}

static int open_file(struct store *store, struct err *err)
{
	return open_env(store, err) < 0 ? -1 : open_tables(store, err);
}

int store_open(const char *path, const char *const *names, int n_tables,
	       bool read_only, struct store **store_out, struct err *err)
{
	struct store *store = must(calloc(1, sizeof(*store)));

	if (n_tables > TABLES_MAX)
		abort();
	store->read_only = read_only;
	store->names = names;
	store->n_tables = n_tables;
	slice_copy(slice_from(path), store->path, sizeof(store->path));
	if (open_file(store, err) < 0) {
		store_close(&store);
		return -1;
	}
	*store_out = store;
	return 0;
}

void store_close(struct store **store)
{
	if (!*store)
		return;
	store_abort(*store);
	close_file(*store);
	free(*store);
	*store = NULL;
}

/* Where a walk is: behind this key; none at the beginning. */
struct walk {
	char after[STORE_KEY_MAX + 12];
	size_t len;
	bool is_over, is_damaged;
};

static int step(MDB_cursor *cursor, struct walk *walk, MDB_val *key,
		MDB_val *value, bool is_first)
{
	struct slice after = { walk->after, walk->len };
	int status;

	if (!is_first || !walk->len)
		return mdb_cursor_get(cursor, key, value, MDB_NEXT);
	*key = val(after);
	status = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
	if (status == 0 && slice_eq(slice_of(*key), after))
		status = mdb_cursor_get(cursor, key, value, MDB_NEXT);
	return status;
}

static int by_bytes(struct slice a, struct slice b)
{
	int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* In a damaged file pages may follow each other in a circle. */
static bool goes_on(struct walk *walk, struct slice key)
{
	struct slice after = { walk->after, walk->len };

	if (key.len == 0 || key.len > sizeof(walk->after) ||
	    (walk->len && by_bytes(key, after) <= 0))
		return false;
	memcpy(walk->after, key.ptr, key.len);
	walk->len = key.len;
	return true;
}

static int visit_some(MDB_cursor *cursor, struct walk *walk, size_t most,
		      int (*visit)(void *context, struct slice key,
				   struct slice value),
		      void *context)
{
	MDB_val key, value;
	int result = 0;

	for (size_t i = 0; i < most && !result; i++) {
		walk->is_over = step(cursor, walk, &key, &value, i == 0) != 0;
		if (walk->is_over)
			break;
		walk->is_damaged = !goes_on(walk, slice_of(key));
		if (walk->is_damaged)
			break;
		result = visit(context, slice_of(key), slice_of(value));
	}
	return result;
}

/* In parts, where no lock keeps what is read. */
int store_each(struct store *store, int table,
	       int (*visit)(void *context, struct slice key,
			    struct slice value),
	       void *context, struct err *err)
{
	struct walk walk = { .len = 0 };
	int result = 0;

	while (!walk.is_over && !result) {
		MDB_cursor *cursor;
		MDB_txn *txn = reader(store);
		int status;

		if (!txn)
			return fail(store, EAGAIN, "read", err);
		if (!store->is_there[table])
			return 0;
		status = mdb_cursor_open(txn, store->tables[table], &cursor);
		if (status)
			return fail(store, status, "read", err);
		store->is_visiting = true;
		result = visit_some(cursor, &walk,
				    store->read_only ? PART : SIZE_MAX, visit,
				    context);
		store->is_visiting = false;
		mdb_cursor_close(cursor);
		if (walk.is_damaged)
			return fail(store, MDB_CORRUPTED, "read", err);
	}
	return result;
}

int store_begin(struct store *store, struct err *err)
{
	int status;

	if (open_anew(store, err) < 0)
		return -1;
	end_reading(store);
	forget_dead_readers(store);
	status = mdb_txn_begin(store->env, NULL, 0, &store->writing);
	if (status) {
		store->writing = NULL;
		return fail(store, status, "write", err);
	}
	return 0;
}

int store_commit(struct store *store, struct err *err)
{
	int status = mdb_txn_commit(store->writing);

	store->writing = NULL;
	store->is_void = status != 0 && refuses_all(store);
	return status ? fail(store, status, "commit", err) : 0;
}

void store_abort(struct store *store)
{
	if (store->writing)
		mdb_txn_abort(store->writing);
	store->writing = NULL;
}

bool store_next(struct store *store, int table, struct slice after,
		struct slice *key_out, struct slice *value_out)
{
	MDB_txn *txn = reader(store);
	MDB_val key = val(after), value;
	MDB_cursor *cursor;
	int status;

	if (!txn || !store->is_there[table] ||
	    mdb_cursor_open(txn, store->tables[table], &cursor))
		return false;
	status = mdb_cursor_get(cursor, &key, &value,
				after.len ? MDB_SET_RANGE : MDB_FIRST);
	if (status == 0 && after.len && slice_eq(slice_of(key), after))
		status = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	if (status == 0) {
		*key_out = slice_of(key);
		*value_out = slice_of(value);
	}
	mdb_cursor_close(cursor);
	return status == 0;
}

size_t store_count(struct store *store, int table)
{
	MDB_stat stat = { 0 };
	MDB_txn *txn = reader(store);

	if (txn && store->is_there[table])
		mdb_stat(txn, store->tables[table], &stat);
	return stat.ms_entries;
}
