/*
 * A state that another comporta wrote: older, as far as it can be read it goes
 * on; newer, it is left as it is.
 */
#include "detector/state.h"

#include "base/log.h"
#include "detector/state_older.h"
#include "detector/store.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static char folder[FOLDER_SIZE];

static int fresh(void **state)
{
	(void)state;
	folder_make(folder, "older");
	return 0;
}

static int clean(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static void again(void)
{
	folder_remove(folder);
	folder_make(folder, "older");
}

static struct state *must_open(void)
{
	struct state *state = NULL;
	struct err err;

	if (state_open(folder, false, &state, &err) < 0)
		fail_msg("%s", err.text);
	return state;
}

/* A number of the older program, or a row of a size it had. */
static void put_old(struct store *store, int table, const char *key,
		    const void *bytes, size_t size)
{
	struct err err;

	assert_int_equal(store_put(store, table, slice_from(key),
				   (struct slice){ bytes, size }, &err), 0);
}

static void make_old(int64_t version, int64_t account_bytes)
{
	static const char *const names[] = { "meta", "positions", "journal",
					     "accounts", "messages" };
	const struct source_position position = {
		.head_hash = 1, .tail_hash = 2, .offset = 3000, .line = 4,
		.head_len = 1024, .tail_len = 128,
	};
	static const char account[900] = "x";
	char path[FOLDER_SIZE + 20];
	struct store *store = NULL;
	int64_t cursor = 17;
	struct err err;

	snprintf(path, sizeof(path), "%s/state", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(store_open(path, names, 5, false, &store, &err), 0);
	assert_int_equal(store_begin(store, &err), 0);
	put_old(store, 0, "version", &version, 8);
	put_old(store, 0, "account_bytes", &account_bytes, 8);
	put_old(store, 0, "lift_cursor", &cursor, 8);
	put_old(store, 1, "/var/log/mail.log", &position,
		offsetof(struct source_position, cursor));
	put_old(store, 1, "/var/log/new.log", &position, sizeof(position));
	put_old(store, 2, "suspend-1", "{}", 2);
	put_old(store, 3, "12345678", account, sizeof(account));
	put_old(store, 4, "12345678", account, 80);
	assert_int_equal(store_commit(store, &err), 0);
	store_close(&store);
}

/* What an older program left: as far as it can be read it goes on. */
static void test_of_an_older_program(void **unused)
{
	static const struct {
		int64_t version, account_bytes;
	} cases[] = {
		{ 1, 700 },
		{ STATE_LEARNT_SINCE - 1, sizeof(struct account) },
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct source_position position = { .line = 0 };
		struct state *state = NULL;
		struct err err;

		again();
		make_old(cases[i].version, cases[i].account_bytes);
		assert_int_equal(state_open(folder, true, &state, &err), -1);
		assert_int_equal(err.code, EXIT_DATA);
		assert_non_null(strstr(err.text, "takes it over"));
		for (int twice = 0; twice < 2; twice++) {
			state = must_open();
			assert_int_equal(state_number(state, "version", 0),
					 STATE_VERSION);
			assert_true(state_position(state, "/var/log/mail.log",
						   &position));
			assert_int_equal(position.offset, 3000);
			assert_int_equal(position.tail_len, 128);
			assert_string_equal(position.cursor, "");
			assert_true(state_position(state, "/var/log/new.log",
						   &position));
			assert_int_equal(state_journal_count(state), 1);
			assert_int_equal(state_number(state, "lift_cursor", 0),
					 17);
			assert_int_equal(state_account_count(state), 0);
			state_close(&state);
		}
	}
}

/* One that this program cannot know is left as it is. */
static void test_of_a_newer_program(void **unused)
{
	struct state *state = NULL;
	struct err err;

	(void)unused;
	for (int i = 0; i < 2; i++) {
		again();
		make_old(STATE_VERSION + 1 - i,
			 (int64_t)sizeof(struct account) - i);
		for (int twice = 0; twice < 2; twice++) {
			assert_int_equal(state_open(folder, twice, &state,
						    &err), -1);
			assert_int_equal(err.code, EXIT_DATA);
			assert_non_null(strstr(err.text, "update this one"));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_of_an_older_program,
						fresh, clean),
		cmocka_unit_test_setup_teardown(test_of_a_newer_program,
						fresh, clean),
	};

	log_init(LOG_QUIET);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
