#include "detector/state.h"

#include "base/files.h"
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum table { ACCOUNTS, MESSAGES, NEIGHBOURS, POSITIONS, JOURNAL, META, TABLES };

/* LMDB's file grows only as it is used; this is the most it may reach. */
static const size_t MAP_SIZE = (size_t)1 << 35;

struct state {
	MDB_env *env;
	MDB_dbi tables[TABLES];
	MDB_txn *reading, *writing;
	bool read_only;
	char path[PATH_MAX];
};

/* In the accounts table: the struct, then the login. */
struct stored_account {
	struct account account;
	char login[ACCOUNT_LOGIN_MAX + 2];
};

static int fail(struct state *state, int status, const char *what,
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
			       "move it away to start anew", state->path,
			       mdb_strerror(status));
	return err_set(err, code, "cannot %s the state in %s: %s", what,
		       state->path, mdb_strerror(status));
}

/* Ours to read with: the transaction being written, else a snapshot. */
static MDB_txn *reader(struct state *state)
{
	if (state->writing)
		return state->writing;
	if (!state->reading &&
	    mdb_txn_begin(state->env, NULL, MDB_RDONLY, &state->reading) != 0)
		state->reading = NULL;
	return state->reading;
}

static void end_reading(struct state *state)
{
	mdb_txn_abort(state->reading);	/* NULL is fine */
	state->reading = NULL;
}

static MDB_val val(const void *bytes, size_t size)
{
	return (MDB_val){ size, (void *)(uintptr_t)bytes };
}

static bool get(struct state *state, enum table table, MDB_val key,
		MDB_val *value_out)
{
	MDB_txn *txn = reader(state);

	return txn &&
	       mdb_get(txn, state->tables[table], &key, value_out) == 0;
}

static int put(struct state *state, enum table table, MDB_val key,
	       MDB_val value, struct err *err)
{
	int status = mdb_put(state->writing, state->tables[table], &key,
			     &value, 0);

	return status ? fail(state, status, "write", err) : 0;
}

static int del(struct state *state, enum table table, MDB_val key,
	       struct err *err)
{
	int status = mdb_del(state->writing, state->tables[table], &key, NULL);

	if (status && status != MDB_NOTFOUND)
		return fail(state, status, "write", err);
	return 0;
}

static int open_tables(struct state *state, struct err *err)
{
	static const char *const names[TABLES] = {
		[ACCOUNTS] = "accounts",   [MESSAGES] = "messages",
		[NEIGHBOURS] = "neighbours", [POSITIONS] = "positions",
		[JOURNAL] = "journal",	   [META] = "meta",
	};
	unsigned flags = state->read_only ? 0 : MDB_CREATE;
	MDB_txn *txn;
	int status = mdb_txn_begin(state->env, NULL,
				   state->read_only ? MDB_RDONLY : 0, &txn);

	if (status)
		return fail(state, status, "open", err);
	for (size_t i = 0; i < TABLES && !status; i++)
		status = mdb_dbi_open(txn, names[i], flags,
				      &state->tables[i]);
	if (status) {
		mdb_txn_abort(txn);
		return fail(state, status, "open", err);
	}
	status = mdb_txn_commit(txn);
	return status ? fail(state, status, "open", err) : 0;
}

static int check_version(struct state *state, struct err *err)
{
	int64_t found = state_number(state, "version", 0);
	int64_t size = state_number(state, "account_bytes", 0);

	if (found == STATE_VERSION && size == sizeof(struct account))
		return 0;
	if (found != 0)
		return err_set(err, EXIT_DATA,
			       "the state in %s is of version %d, this program "
			       "needs %d; move it away and run `comporta scan "
			       "--learn` on all logs to learn anew",
			       state->path, (int)found, STATE_VERSION);
	if (state->read_only)
		return err_set(err, EXIT_DATA, "the state in %s is empty; run "
			       "`comporta scan` first", state->path);
	if (state_begin(state, err) < 0 ||
	    state_put_number(state, "version", STATE_VERSION, err) < 0 ||
	    state_put_number(state, "account_bytes", sizeof(struct account),
			     err) < 0)
		return -1;
	return state_commit(state, err);
}

static int open_env(struct state *state, struct err *err)
{
	int status = mdb_env_create(&state->env);

	if (!status)
		status = mdb_env_set_mapsize(state->env, MAP_SIZE);
	if (!status)
		status = mdb_env_set_maxdbs(state->env, TABLES);
	if (!status)
		status = mdb_env_open(state->env, state->path,
				      MDB_NOTLS | (state->read_only
							   ? MDB_RDONLY
							   : 0),
				      0640);
	if (status == ENOENT && state->read_only)
		return err_set(err, EXIT_DATA, "there is no state in %s yet; "
			       "run `comporta scan` first", state->path);
	return status ? fail(state, status, "open", err) : 0;
}

int state_open(const char *state_dir, bool read_only, struct state **state_out,
	       struct err *err)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state)
		abort();
	state->read_only = read_only;
	if ((size_t)snprintf(state->path, sizeof(state->path), "%s/state",
			     state_dir) >= sizeof(state->path)) {
		free(state);
		return err_set(err, EXIT_CONFIG, "state_dir is too long");
	}
	if ((!read_only && files_make_dir(state->path, err) < 0) ||
	    open_env(state, err) < 0 || open_tables(state, err) < 0 ||
	    check_version(state, err) < 0) {
		state_close(&state);
		return -1;
	}
	*state_out = state;
	return 0;
}

void state_close(struct state **state)
{
	if (!*state)
		return;
	state_abort(*state);
	end_reading(*state);
	mdb_env_close((*state)->env);
	free(*state);
	*state = NULL;
}

static bool unpack(MDB_val value, struct account_entry *entry)
{
	struct stored_account stored = { 0 };

	if (value.mv_size <= sizeof(stored.account) ||
	    value.mv_size >= sizeof(stored))
		return false;
	memcpy(&stored, value.mv_data, value.mv_size);
	entry->account = stored.account;
	memcpy(entry->login, stored.login, sizeof(entry->login));
	entry->is_dirty = false;
	return true;
}

static int load_account(void *context, uint64_t key,
			struct account_entry *entry)
{
	MDB_val value;

	return get(context, ACCOUNTS, val(&key, sizeof(key)), &value) &&
	       unpack(value, entry);
}

struct accounts_backing state_backing(struct state *state)
{
	return (struct accounts_backing){ state, load_account };
}

/* Visit every pair of a table. */
static int each(struct state *state, enum table table,
		int (*visit)(void *context, MDB_val key, MDB_val value),
		void *context, struct err *err)
{
	MDB_cursor *cursor;
	MDB_val key, value;
	MDB_txn *txn = reader(state);
	int status, result = 0;

	if (!txn)
		return fail(state, EAGAIN, "read", err);
	status = mdb_cursor_open(txn, state->tables[table], &cursor);
	if (status)
		return fail(state, status, "read", err);
	while (!result &&
	       mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0)
		result = visit(context, key, value);
	mdb_cursor_close(cursor);
	return result;
}

static int restore_message(void *context, MDB_val key, MDB_val value)
{
	struct message message;

	(void)key;
	if (value.mv_size == sizeof(message)) {
		memcpy(&message, value.mv_data, sizeof(message));
		tracker_restore(context, &message);
	}
	return 0;
}

static int restore_neighbour(void *context, MDB_val key, MDB_val value)
{
	struct neighbour neighbour;

	(void)key;
	if (value.mv_size == sizeof(neighbour)) {
		memcpy(&neighbour, value.mv_data, sizeof(neighbour));
		neighbours_restore(context, &neighbour);
	}
	return 0;
}

int state_load(struct state *state, struct detector *detector,
	       struct err *err)
{
	if (each(state, MESSAGES, restore_message, detector->tracker,
		 err) < 0 ||
	    each(state, NEIGHBOURS, restore_neighbour, detector->neighbours,
		 err) < 0)
		return -1;
	tracker_forget_aged(detector->tracker);
	coverage_load(&detector->coverage, state);
	return 0;
}

int state_begin(struct state *state, struct err *err)
{
	int status;

	end_reading(state);
	status = mdb_txn_begin(state->env, NULL, 0, &state->writing);
	if (status) {
		state->writing = NULL;
		return fail(state, status, "write", err);
	}
	return 0;
}

int state_commit(struct state *state, struct err *err)
{
	int status = mdb_txn_commit(state->writing);

	state->writing = NULL;
	return status ? fail(state, status, "commit", err) : 0;
}

void state_abort(struct state *state)
{
	if (state->writing)
		mdb_txn_abort(state->writing);
	state->writing = NULL;
}

struct saving {
	struct state *state;
	struct err *err;
};

static int save_account(void *context, struct account_entry *entry)
{
	struct saving *saving = context;
	struct stored_account stored = { .account = entry->account };
	size_t login = strlen(entry->login);

	memcpy(stored.login, entry->login, login);
	return put(saving->state, ACCOUNTS, val(&entry->key, 8),
		   val(&stored, sizeof(stored.account) + login + 1),
		   saving->err);
}

static int save_message(void *context, const struct message *message,
			bool gone)
{
	struct saving *saving = context;
	MDB_val key = val(&message->key, sizeof(message->key));

	if (gone)
		return del(saving->state, MESSAGES, key, saving->err);
	return put(saving->state, MESSAGES, key,
		   val(message, sizeof(*message)), saving->err);
}

static int save_neighbour(void *context, const struct neighbour *neighbour)
{
	struct saving *saving = context;

	return put(saving->state, NEIGHBOURS, val(&neighbour->key, 8),
		   val(neighbour, sizeof(*neighbour)), saving->err);
}

int state_save(struct state *state, struct detector *detector,
	       struct err *err)
{
	struct saving saving = { state, err };

	if (accounts_each_dirty(detector->accounts, save_account, &saving) ||
	    tracker_each_dirty(detector->tracker, save_message, &saving) ||
	    neighbours_each_dirty(detector->neighbours, save_neighbour,
				  &saving))
		return -1;
	return coverage_save(&detector->coverage, state, err);
}

/* In memory at once: 100,000 accounts are about 130 MB. */
enum { KEEP_ACCOUNTS = 100000 };

void state_saved(struct detector *detector)
{
	accounts_forget_clean(detector->accounts, KEEP_ACCOUNTS);
	tracker_clean(detector->tracker);
	neighbours_clean(detector->neighbours);
}

/* A value of exactly this size, by a name. */
static bool get_fixed(struct state *state, enum table table, const char *name,
		      void *out, size_t size)
{
	MDB_val value;

	if (!get(state, table, val(name, strlen(name)), &value) ||
	    value.mv_size != size)
		return false;
	memcpy(out, value.mv_data, size);
	return true;
}

bool state_position(struct state *state, const char *source,
		    struct source_position *out)
{
	return get_fixed(state, POSITIONS, source, out, sizeof(*out));
}

int state_put_position(struct state *state, const char *source,
		       const struct source_position *position,
		       struct err *err)
{
	/* LMDB's keys end at 511 bytes. */
	if (strlen(source) > 500)
		return err_set(err, EXIT_CONFIG,
			       "the path of a source is longer than 500 "
			       "bytes: %.80s...", source);
	return put(state, POSITIONS, val(source, strlen(source)),
		   val(position, sizeof(*position)), err);
}

int64_t state_number(struct state *state, const char *name, int64_t otherwise)
{
	int64_t number = otherwise;

	get_fixed(state, META, name, &number, sizeof(number));
	return number;
}

int state_put_number(struct state *state, const char *name, int64_t number,
		     struct err *err)
{
	return put(state, META, val(name, strlen(name)),
		   val(&number, sizeof(number)), err);
}

int state_journal_put(struct state *state, const char *key,
		      struct slice bytes, struct err *err)
{
	return put(state, JOURNAL, val(key, strlen(key)),
		   val(bytes.ptr, bytes.len), err);
}

int state_journal_delete(struct state *state, const char *key,
			 struct err *err)
{
	return del(state, JOURNAL, val(key, strlen(key)), err);
}

bool state_journal_next(struct state *state, const char *after,
			char key_out[80], struct text *bytes_out)
{
	MDB_txn *txn = reader(state);
	MDB_val key = val(after, strlen(after)), value;
	MDB_cursor *cursor;
	bool found = false;
	int status;

	if (!txn || mdb_cursor_open(txn, state->tables[JOURNAL], &cursor))
		return false;
	status = mdb_cursor_get(cursor, &key, &value,
				key.mv_size ? MDB_SET_RANGE : MDB_FIRST);
	if (status == 0 && key.mv_size == strlen(after) &&
	    memcmp(key.mv_data, after, key.mv_size) == 0)
		status = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	if (status == 0 && key.mv_size < 80) {
		slice_copy((struct slice){ key.mv_data, key.mv_size }, key_out,
			   80);
		text_add(bytes_out,
			 (struct slice){ value.mv_data, value.mv_size });
		found = true;
	}
	mdb_cursor_close(cursor);
	return found;
}

struct walking {
	int (*each)(void *context, const struct account_entry *entry);
	void *context;
};

static int walk_account(void *context, MDB_val key, MDB_val value)
{
	struct walking *walking = context;
	struct account_entry entry = { 0 };

	memcpy(&entry.key, key.mv_data, sizeof(entry.key));
	if (!unpack(value, &entry))
		return 0;
	return walking->each(walking->context, &entry);
}

int state_each_account(struct state *state,
		       int (*visit)(void *context,
				    const struct account_entry *entry),
		       void *context, struct err *err)
{
	return each(state, ACCOUNTS, walk_account,
		    &(struct walking){ visit, context }, err);
}

size_t state_account_count(struct state *state)
{
	MDB_stat stat = { 0 };
	MDB_txn *txn = reader(state);

	if (txn)
		mdb_stat(txn, state->tables[ACCOUNTS], &stat);
	return stat.ms_entries;
}
