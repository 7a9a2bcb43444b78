/*
 * The SQLite file under us: locked by another process, removed, replaced by
 * an older one, with other tables. Nothing is half done, and what was decided
 * is carried out, once, when it can be.
 */
#include "detector/panel/schema.h"
#include "tests/support/db_contract.h"
#include "tests/support/folder.h"
#include "tests/support/blocks_desk.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[FOLDER_SIZE];
static struct err last;

static const char *in_folder(const char *name)
{
	static char path[2][FOLDER_SIZE + 40];
	static int at;

	at = !at;
	snprintf(path[at], sizeof(path[at]), "%s/%s", folder, name);
	return path[at];
}

static struct db *opened(const char *name)
{
	static char files[2][FOLDER_SIZE + 40];	/* one for each name */
	char *file = files[strcmp(name, "c.db") == 0];
	struct db_settings how = { .kind = "sqlite", .file = file,
				   .timeout_s = 1 };
	struct db *db;

	snprintf(file, sizeof(files[0]), "%s", in_folder(name));
	if (db_open(&how, &db, &last) ||
	    schema_migrate(db, "sql", &(int){ 0 }, &last))
		fail_msg("%s", last.text);
	return db;
}

static int setup(void **state)
{
	desk_setup(state);
	db_close(&desk.db);
	folder_make(folder, "sqlite");
	desk.blocks.db = desk.db = opened("c.db");
	desk.blocks.panel = desk.own;
	return 0;
}

static int teardown(void **state)
{
	db_close(&desk.db);
	folder_remove(folder);
	return desk_teardown(state);
}

static enum block_result make(const char *decision, const char *account)
{
	const struct block_request request = {
		.decision = decision, .account = slice_from(account),
		.decided_ms = NOW, .actor = "scan", .reason = "x",
	};
	int64_t id;

	enum block_result result =
		blocks_make(&desk.blocks, &request, NOW, &id, &last);

	if (result == BLOCK_FAILED)
		print_message("%s\n", last.text);
	return result;
}

static const char *sum(void)
{
	return db_one(desk.db, "SELECT (SELECT COUNT(*) FROM comporta_block)"
		      " || ' ' || (SELECT COUNT(*) FROM comporta_send_block)"
		      " || ' ' || (SELECT COUNT(*) FROM comporta_audit)"
		      " || ' ' || (SELECT COUNT(*) FROM comporta_notice)");
}

static void said(int code, const char *words)
{
	assert_int_equal(last.code, code);
	if (!strstr(last.text, words))
		fail_msg("no \"%s\" in: %s", words, last.text);
}

/* Another process, as a lock within one would be another thing. */
static void test_locked(void **state)
{
	int ready[2], done[2];
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ready) | pipe(done), 0);
	pid = fork();
	if (pid == 0) {
		struct db *db = opened("c.db");

		if (db_begin(db, &last) != DB_OK ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		_exit(read(done[0], &byte, 1) != 1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(make("d1", "anna@firma.example"), BLOCK_FAILED);
	said(EXIT_AGAIN, "another process writes");
	assert_string_equal(sum(), "0 0 0 0");
	assert_int_equal(write(done[1], "x", 1), 1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(make("d1", "anna@firma.example"), BLOCK_MADE);
	assert_int_equal(make("d1", "anna@firma.example"), BLOCK_WAS_MADE);
	assert_string_equal(sum(), "1 1 1 2");
}

static void test_removed(void **state)
{
	(void)state;
	assert_int_equal(make("d0", "bob@firma.example"), BLOCK_MADE);
	unlink(in_folder("c.db"));
	unlink(in_folder("c.db-wal"));
	unlink(in_folder("c.db-shm"));
	assert_int_equal(make("d1", "anna@firma.example"), BLOCK_FAILED);
	said(EXIT_CONFIG, "no such table");
	assert_int_equal(schema_migrate(desk.db, "sql", &(int){ 0 }, &last),
			 0);
	assert_int_equal(make("d1", "anna@firma.example"), BLOCK_MADE);
	assert_string_equal(sum(), "1 1 1 2");
}

static void test_replaced(void **state)
{
	struct db *older = opened("older.db");

	(void)state;
	db_close(&older);
	assert_int_equal(make("d1", "anna@firma.example"), BLOCK_MADE);
	unlink(in_folder("c.db-wal"));
	unlink(in_folder("c.db-shm"));
	unlink(in_folder("older.db-wal"));
	unlink(in_folder("older.db-shm"));
	assert_int_equal(rename(in_folder("older.db"), in_folder("c.db")), 0);
	assert_int_equal(make("d1", "anna@firma.example"), BLOCK_MADE);
	assert_string_equal(sum(), "1 1 1 2");
}

static void test_changed(void **state)
{
	static const struct {
		const char *change, *back;
	} cases[] = {
		{ "ALTER TABLE comporta_block RENAME COLUMN scheme TO other",
		  "ALTER TABLE comporta_block RENAME COLUMN other TO scheme" },
		{ "ALTER TABLE comporta_notice RENAME TO elsewhere",
		  "ALTER TABLE elsewhere RENAME TO comporta_notice" },
		{ "ALTER TABLE comporta_audit RENAME COLUMN actor TO who",
		  "ALTER TABLE comporta_audit RENAME COLUMN who TO actor" },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct db *somebody;

		teardown(state);
		setup(state);
		somebody = opened("c.db");
		db_must(somebody, cases[i].change, DB_OK);
		assert_case(cases[i].change, BLOCK_FAILED,
			    make("d1", "anna@firma.example"));
		said(EXIT_CONFIG, "comporta check");
		db_must(somebody, cases[i].back, DB_OK);
		assert_string_equal(sum(), "0 0 0 0");
		assert_case(cases[i].change, BLOCK_MADE,
			    make("d1", "anna@firma.example"));
		assert_string_equal(sum(), "1 1 1 2");
		db_close(&somebody);
	}
}

#define FILE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		FILE_TEST(test_locked),
		FILE_TEST(test_removed),
		FILE_TEST(test_replaced),
		FILE_TEST(test_changed),
	};

	return cmocka_run_group_tests_name("failures, SQLite", tests,
					   desk_group_setup,
					   desk_group_teardown);
}
