#include "tests/support/db_contract.h"
#include "tests/support/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static char folder[FOLDER_SIZE];

static const char *in_folder(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static struct db_settings settings_for(const char *file)
{
	return (struct db_settings){ .kind = "sqlite", .file = file,
				     .timeout_s = 1 };
}

static void write_file(const char *path, const char *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	close(fd);
}

static void test_the_file_is_made_and_private(void **state)
{
	struct db_settings settings = settings_for(in_folder("new.db"));
	mode_t before = umask(022);
	struct stat info;
	struct db *db;
	struct err err;

	(void)state;
	assert_int_equal(db_open(&settings, &db, &err), 0);
	umask(before);
	assert_string_equal(db_kind(db), "sqlite");
	db_must(db, "CREATE TABLE t (a INT)", DB_OK);
	assert_int_equal(stat(settings.file, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0640);
	db_close(&db);
	/* What a mail server that only reads needs to be there always. */
	assert_int_equal(stat(in_folder("new.db-shm"), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0640);
	assert_int_equal(stat(in_folder("new.db-wal"), &info), 0);
}

static void damage(const char *path)
{
	struct db_settings settings = settings_for(path);
	char zeros[8192] = "";
	struct db *db;
	struct err err;
	int fd;

	assert_int_equal(db_open(&settings, &db, &err), 0);
	db_must(db, "CREATE TABLE t (a TEXT)", DB_OK);
	db_must(db, "PRAGMA wal_checkpoint(TRUNCATE)", DB_OK);
	db_close(&db);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	memset(zeros, 0xa5, sizeof(zeros));
	assert_int_equal(pwrite(fd, zeros, sizeof(zeros), 100),
			 sizeof(zeros));
	close(fd);
}

static void test_bad_files_are_named_with_a_remedy(void **state)
{
	static const struct {
		const char *file, *words;
		int code;
	} cases[] = {
		{ "no/such/folder/x.db", "its folder is not there",
		  EXIT_CONFIG },
		{ "text", "not an SQLite database", EXIT_DATA },
		{ "folder.db", "cannot be opened", EXIT_CONFIG },
		{ "damaged", "damaged", EXIT_DATA },
	};
	char text[4096];

	(void)state;
	memset(text, 'x', sizeof(text));
	write_file(in_folder("text"), text, sizeof(text));
	assert_int_equal(mkdir(in_folder("folder.db"), 0700), 0);
	damage(in_folder("damaged"));
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct db_settings settings =
			settings_for(in_folder(cases[i].file));
		struct err err = { 0, "" };
		struct db *db = NULL;

		assert_int_equal(db_open(&settings, &db, &err), -1);
		assert_null(db);
		if (!strstr(err.text, cases[i].words) ||
		    !strstr(err.text, cases[i].file))
			fail_msg("%s: %s", cases[i].file, err.text);
		assert_case(cases[i].file, cases[i].code, err.code);
	}
}

/* Run it as somebody else, as root may do everything. The child's exit tells
 * how many checks failed. */
static int as_nobody(int (*check)(void))
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (geteuid() == 0 &&
		    (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
			_exit(99);
		_exit(check());
	}
	assert_true(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

static int open_is_denied(void)
{
	struct db_settings settings = settings_for(in_folder("mine.db"));
	struct err err = { 0, "" };
	struct db *db;

	if (db_open(&settings, &db, &err) == 0)
		return 1;
	return (err.code != EXIT_RIGHTS) + !strstr(err.text, "mine.db") +
	       !strstr(err.text, "give it");
}

static void test_a_file_that_may_only_be_read(void **state)
{
	struct db_settings settings = settings_for(in_folder("mine.db"));
	struct db *db;
	struct err err;

	(void)state;
	assert_int_equal(db_open(&settings, &db, &err), 0);
	db_close(&db);
	assert_int_equal(chmod(in_folder("mine.db"), 0444), 0);
	assert_int_equal(as_nobody(open_is_denied), 0);
}

static void test_strings_in_double_quotes_are_refused(void **state)
{
	struct db_settings settings = settings_for(":memory:");
	struct db *db;
	struct err err;

	(void)state;
	assert_int_equal(db_open(&settings, &db, &err), 0);
	db_must(db, "SELECT \"a string in MariaDB\"", DB_FAILED);
	db_must(db, "SELECT $name", DB_FAILED);
	db_must(db, "SELECT @name", DB_FAILED);
	db_close(&db);
	settings.kind = "oracle";
	assert_int_equal(db_open(&settings, &db, &err), -1);
	assert_int_equal(err.code, EXIT_CONFIG);
}

/* A transaction that SQLite itself gave up, here for want of room. */
static void test_no_room_rolls_back(void **state)
{
	struct db_settings settings = settings_for(in_folder("full.db"));
	struct db *db;
	struct err err;

	(void)state;
	assert_int_equal(db_open(&settings, &db, &err), 0);
	db_must(db, "CREATE TABLE t (a TEXT)", DB_OK);
	db_must(db, "PRAGMA max_page_count = 4", DB_OK);
	assert_int_equal(db_begin(db, &err), DB_OK);
	db_must(db, "INSERT INTO t VALUES (1)", DB_OK);
	db_must(db, "INSERT INTO t VALUES (zeroblob(100000))", DB_AWAY);
	db_must(db, "INSERT INTO t VALUES (2)", DB_AWAY);
	assert_int_equal(db_commit(db, &err), DB_AWAY);
	assert_int_equal(err.code, EXIT_SERVICE);
	assert_string_equal(db_one(db, "SELECT COUNT(*) FROM t"), "0");
	db_close(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_file_is_made_and_private),
		cmocka_unit_test(test_bad_files_are_named_with_a_remedy),
		cmocka_unit_test(test_a_file_that_may_only_be_read),
		cmocka_unit_test(test_strings_in_double_quotes_are_refused),
		cmocka_unit_test(test_no_room_rolls_back),
	};
	struct db_settings settings;
	char file[160];
	int failed;

	folder_make(folder, "sqlite");
	snprintf(file, sizeof(file), "%s/contract.db", folder);
	settings = settings_for(file);
	failed = db_contract_run("db contract, SQLite", &settings);
	failed += cmocka_run_group_tests_name("SQLite", tests, NULL, NULL);
	folder_remove(folder);
	return failed;
}
