#include "detector/state.h"

#include "base/files.h"
#include "base/must.h"
#include "detector/state_days.h"
#include "detector/state_older.h"
#include "detector/store.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum table {
	ACCOUNTS, MESSAGES, SESSIONS, NEIGHBOURS, CROWD, CORRESPONDENTS,
	POSITIONS, JOURNAL, META, DAYS, TABLES
};

struct state {
	struct store *store;
	bool read_only;
	char path[PATH_MAX];
};

/* In the accounts table: the struct, then the login. */
struct stored_account {
	struct account account;
	char login[ACCOUNT_LOGIN_MAX + 2];
};

static struct slice bytes(const void *ptr, size_t len)
{
	return (struct slice){ ptr, len };
}

static int check_version(struct state *state, struct err *err)
{
	static const int learnt[] = { ACCOUNTS, NEIGHBOURS, CROWD,
				      CORRESPONDENTS, DAYS, -1 };
	static const int passing[] = { MESSAGES, SESSIONS, -1 };
	const struct state_older tables = {
		.store = state->store,
		.path = state->path,
		.read_only = state->read_only,
		.positions = POSITIONS,
		.learnt = learnt,
		.passing = passing,
	};

	return state_older_check(state, &tables, err);
}

int state_open(const char *state_dir, bool read_only, struct state **state_out,
	       struct err *err)
{
	static const char *const names[TABLES] = {
		[ACCOUNTS] = "accounts",   [MESSAGES] = "messages",
		[SESSIONS] = "sessions",
		[NEIGHBOURS] = "neighbours", [CROWD] = "crowd",
		[CORRESPONDENTS] = "correspondents",
		[POSITIONS] = "positions", [JOURNAL] = "journal",
		[META] = "meta",	   [DAYS] = "days",
	};
	struct state *state = must(calloc(1, sizeof(*state)));

	state->read_only = read_only;
	if ((size_t)snprintf(state->path, sizeof(state->path), "%s/state",
			     state_dir) >= sizeof(state->path)) {
		free(state);
		return err_set(err, EXIT_CONFIG, "state_dir is too long");
	}
	if ((!read_only && files_make_dir(state->path, err) < 0) ||
	    store_open(state->path, names, TABLES, read_only, &state->store,
		       err) < 0 ||
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
	store_close(&(*state)->store);
	free(*state);
	*state = NULL;
}

/* Who looks into a state beside its reader does not trust him: what names are
 * looked up by, and words that must have an end. */
static bool is_sound(const struct account *account)
{
	for (size_t i = 0; i < ACCOUNT_SAMPLES; i++)
		if (!memchr(account->incident.samples[i], '\0',
			    ACCOUNT_SAMPLE_SIZE))
			return false;
	return account->standing <= STANDING_BLOCKED &&
	       account->is_observed <= PAPER_UNKNOWN_TO_PANEL;
}

/* The login stays where it is, in the store. */
static bool unpack(struct slice value, struct account_entry *entry)
{
	struct slice login = slice_after(value, sizeof(struct account));

	if (login.len < 2 || login.len > ACCOUNT_LOGIN_MAX + 1 ||
	    login.ptr[login.len - 1] != '\0')
		return false;
	memcpy(&entry->account, value.ptr, sizeof(entry->account));
	if (!is_sound(&entry->account))
		return false;
	entry->login = login.ptr;
	entry->login_len = (uint8_t)(login.len - 1);
	entry->is_dirty = false;
	return true;
}

static int load_account(void *context, uint64_t key,
			struct account_entry *entry)
{
	struct state *state = context;
	struct slice value;

	return store_get(state->store, ACCOUNTS, bytes(&key, sizeof(key)),
			 &value) &&
	       unpack(value, entry);
}

struct accounts_backing state_backing(struct state *state)
{
	return (struct accounts_backing){ state, load_account };
}

static bool load_days(void *context, uint64_t key, uint32_t hour,
		      struct days_row *row)
{
	struct state *state = context;

	return state_days_load(state->store, DAYS, key, hour, row);
}

struct days_backing state_days_backing(struct state *state)
{
	return (struct days_backing){ state, load_days };
}

static int restore_message(void *context, struct slice key, struct slice value)
{
	struct message message;

	(void)key;
	if (value.len == sizeof(message)) {
		memcpy(&message, value.ptr, sizeof(message));
		tracker_restore(context, &message);
	}
	return 0;
}

static int restore_session(void *context, struct slice key, struct slice value)
{
	struct session session;
	uint32_t slot;

	if (value.len == sizeof(session) && key.len == sizeof(slot)) {
		memcpy(&slot, key.ptr, sizeof(slot));
		memcpy(&session, value.ptr, sizeof(session));
		sessions_restore(context, slot, &session);
	}
	return 0;
}

static int restore_sighting(void *context, struct slice key, struct slice value)
{
	struct sighting sighting;

	(void)key;
	if (value.len == sizeof(sighting)) {
		memcpy(&sighting, value.ptr, sizeof(sighting));
		sightings_restore(context, &sighting);
	}
	return 0;
}

/* The detector's tables of sightings, and where each is kept. */
enum { SIGHTING_TABLES = 3 };

static struct sightings *table_of(const struct detector *detector, int i,
				  enum table *table_out)
{
	static const enum table tables[SIGHTING_TABLES] = {
		NEIGHBOURS, CROWD, CORRESPONDENTS
	};
	struct sightings *const sightings[SIGHTING_TABLES] = {
		detector->neighbours, detector->crowd,
		detector->correspondents
	};

	*table_out = tables[i];
	return sightings[i];
}

int state_load(struct state *state, struct detector *detector,
	       struct err *err)
{
	if (store_each(state->store, MESSAGES, restore_message,
		       detector->tracker, err) < 0 ||
	    store_each(state->store, SESSIONS, restore_session,
		       detector->sessions, err) < 0)
		return -1;
	for (int i = 0; i < SIGHTING_TABLES; i++) {
		enum table table;
		struct sightings *sightings = table_of(detector, i, &table);

		if (store_each(state->store, (int)table, restore_sighting,
			       sightings, err) < 0)
			return -1;
	}
	coverage_load(&detector->coverage, state);
	activity_load(&detector->activity, state);
	if (detector->days)
		days_set_now(detector->days, (struct days_now){
			(uint32_t)state_number(state, "days_hour", 0),
			(uint32_t)state_number(state, "days_strays", 0) });
	return 0;
}

int state_begin(struct state *state, struct err *err)
{
	return store_begin(state->store, err);
}

int state_commit(struct state *state, struct err *err)
{
	return store_commit(state->store, err);
}

void state_abort(struct state *state)
{
	store_abort(state->store);
}

bool state_is_lost(const struct state *state)
{
	return store_is_lost(state->store);
}

struct saving {
	struct state *state;
	struct err *err;
};

static int save_account(void *context, struct account_entry *entry)
{
	struct saving *saving = context;
	struct stored_account stored = { .account = entry->account };

	memcpy(stored.login, entry->login, entry->login_len);
	return store_put(saving->state->store, ACCOUNTS, bytes(&entry->key, 8),
		   bytes(&stored, sizeof(stored.account) +
				  entry->login_len + 1),
		   saving->err);
}

static int save_message(void *context, const struct message *message,
			bool gone)
{
	struct saving *saving = context;
	struct slice key = bytes(&message->key, sizeof(message->key));

	if (gone)
		return store_delete(saving->state->store, MESSAGES, key,
				    saving->err);
	return store_put(saving->state->store, MESSAGES, key,
		   bytes(message, sizeof(*message)), saving->err);
}

/* By place, so that the table on the disk is as bounded as that in memory. */
static int save_session(void *context, uint32_t slot,
			const struct session *session)
{
	struct saving *saving = context;

	return store_put(saving->state->store, SESSIONS,
			 bytes(&slot, sizeof(slot)),
			 bytes(session, sizeof(*session)), saving->err);
}

struct saving_sightings {
	struct saving saving;
	enum table table;
};

static int save_sighting(void *context, const struct sighting *sighting)
{
	struct saving_sightings *to = context;

	return store_put(to->saving.state->store, (int)to->table,
			 bytes(&sighting->key, 8),
			 bytes(sighting, sizeof(*sighting)), to->saving.err);
}

/* What memory has forgotten must not stay on the disk for ever: when most of
 * a table is that, it is written anew. */
static int sweep(struct state *state, enum table table,
		 struct sightings *sightings, struct err *err)
{
	enum { ALWAYS_FINE = 10000 };

	if (store_count(state->store, (int)table) <=
	    2 * sightings_rows(sightings) + ALWAYS_FINE)
		return 0;
	sightings_touch(sightings);
	return store_clear(state->store, (int)table, err);
}

static int save_sightings(struct state *state, struct detector *detector,
			  struct err *err)
{
	for (int i = 0; i < SIGHTING_TABLES; i++) {
		struct saving_sightings to = { .saving = { state, err } };
		struct sightings *sightings = table_of(detector, i,
						       &to.table);

		if (sweep(state, to.table, sightings, err) < 0 ||
		    sightings_each_dirty(sightings, save_sighting, &to))
			return -1;
	}
	return 0;
}

static int save_days(struct state *state, const struct days *days,
		     struct err *err)
{
	struct days_now now;

	if (!days)
		return 0;
	now = days_now(days);
	if (state_put_number(state, "days_hour", now.hour, err) < 0 ||
	    state_put_number(state, "days_strays", now.strays, err) < 0)
		return -1;
	return state_days_save(state->store, DAYS, days, DAYS_STORED_MAX, err);
}

int state_save(struct state *state, struct detector *detector,
	       struct err *err)
{
	struct saving saving = { state, err };

	tracker_forget_aged(detector->tracker);
	if (accounts_each_dirty(detector->accounts, save_account, &saving) ||
	    tracker_each_dirty(detector->tracker, save_message, &saving) ||
	    sessions_each_dirty(detector->sessions, save_session, &saving))
		return -1;
	if (save_sightings(state, detector, err) < 0 ||
	    save_days(state, detector->days, err) < 0 ||
	    activity_save(&detector->activity, state, err) < 0)
		return -1;
	return coverage_save(&detector->coverage, state, err);
}

/* In memory at once: 100,000 accounts are about 130 MB. */
enum { KEEP_ACCOUNTS = 100000 };

void state_saved(struct detector *detector)
{
	accounts_forget_clean(detector->accounts, KEEP_ACCOUNTS);
	tracker_clean(detector->tracker);
	sessions_clean(detector->sessions);
	if (detector->days)
		days_clean(detector->days);
	for (int i = 0; i < SIGHTING_TABLES; i++) {
		enum table table;

		sightings_clean(table_of(detector, i, &table));
	}
}

/* A value of exactly this size, by a name. */
static bool get_fixed(struct state *state, enum table table, const char *name,
		      void *out, size_t size)
{
	struct slice value;

	if (!store_get(state->store, (int)table, bytes(name, strlen(name)),
		       &value) ||
	    value.len != size)
		return false;
	memcpy(out, value.ptr, size);
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
	if (strlen(source) > STORE_KEY_MAX)
		return err_set(err, EXIT_CONFIG,
			       "the path of a source is longer than %d "
			       "bytes: %.80s...", STORE_KEY_MAX, source);
	return store_put(state->store, POSITIONS, bytes(source, strlen(source)),
		   bytes(position, sizeof(*position)), err);
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
	return store_put(state->store, META, bytes(name, strlen(name)),
		   bytes(&number, sizeof(number)), err);
}

int state_journal_put(struct state *state, const char *key,
		      struct slice value, struct err *err)
{
	return store_put(state->store, JOURNAL, bytes(key, strlen(key)),
		   value, err);
}

int state_journal_delete(struct state *state, const char *key,
			 struct err *err)
{
	return store_delete(state->store, JOURNAL, bytes(key, strlen(key)),
			    err);
}

bool state_journal_next(struct state *state, const char *after,
			char key_out[80], struct text *bytes_out)
{
	struct slice key, value;

	if (!store_next(state->store, JOURNAL, slice_from(after), &key,
			&value) ||
	    !slice_copy(key, key_out, 80))
		return false;
	text_add(bytes_out, value);
	return true;
}

struct walking {
	int (*each)(void *context, const struct account_entry *entry);
	void *context;
};

static int walk_account(void *context, struct slice key, struct slice value)
{
	struct walking *walking = context;
	struct account_entry entry = { 0 };

	if (key.len != sizeof(entry.key))
		return 0;
	memcpy(&entry.key, key.ptr, sizeof(entry.key));
	if (!unpack(value, &entry))
		return 0;
	return walking->each(walking->context, &entry);
}

int state_each_account(struct state *state,
		       int (*each)(void *context,
				   const struct account_entry *entry),
		       void *context, struct err *err)
{
	return store_each(state->store, ACCOUNTS, walk_account,
		    &(struct walking){ each, context }, err);
}

size_t state_account_count(struct state *state)
{
	return store_count(state->store, ACCOUNTS);
}

size_t state_journal_count(struct state *state)
{
	return store_count(state->store, JOURNAL);
}
