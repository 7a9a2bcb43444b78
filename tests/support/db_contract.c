#include "tests/support/db_contract.h"

#include "base/text.h"
#include "detector/panel/db_statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct db_settings *settings;
static struct db *db;

static int keep_first(void *context, const struct db_row *row)
{
	char *to = context;

	if (!row->columns[0].ptr)
		snprintf(to, 8192, "NULL");
	else
		slice_copy(row->columns[0], to, 8192);
	return 1;
}

const char *db_one(struct db *on, const char *sql)
{
	static char first[8192];
	struct err err = { 0, "" };

	snprintf(first, sizeof(first), "(no row)");
	if (db_run(on, sql, NULL, 0, keep_first, first, NULL, &err) != DB_OK)
		fail_msg("%s: %s", sql, err.text);
	return first;
}

void db_must(struct db *on, const char *sql, enum db_result want)
{
	struct err err = { 0, "" };
	enum db_result got =
		db_run(on, sql, NULL, 0, NULL, NULL, NULL, &err);

	if (got != want)
		print_error("%s: %s\n", sql, err.text);
	assert_int_equal(got, want);
	assert_int_equal(err.text[0] != '\0', got != DB_OK);
}

static int open_db(void **state)
{
	struct err err;

	(void)state;
	if (db_open(settings, &db, &err) != 0)
		fail_msg("%s", err.text);
	db_must(db, "DROP TABLE IF EXISTS things", DB_OK);
	db_must(db, "CREATE TABLE things (id BIGINT PRIMARY KEY, "
		    "words VARCHAR(6000), number BIGINT, size DOUBLE)",
		DB_OK);
	return 0;
}

static int close_db(void **state)
{
	(void)state;
	db_close(&db);
	assert_null(db);
	return 0;
}

static void put(int64_t id, struct slice words)
{
	const struct db_parameter values[] = {
		{ "id", db_integer(id) }, { "words", db_text(words) }
	};
	int64_t changed = 0;
	struct err err;

	assert_int_equal(db_run(db, "INSERT INTO things (id, words) "
				    "VALUES (:id, :words)",
				values, 2, NULL, NULL, &changed, &err),
			 DB_OK);
	assert_int_equal(changed, 1);
}

struct expected {
	const char *why;
	struct slice words;
};

static int compare_words(void *context, const struct db_row *row)
{
	const struct expected *want = context;
	struct slice got = db_column(row, "words");

	if (!slice_eq(got, want->words) || !got.ptr != !want->words.ptr)
		fail_msg("%s: got %zu bytes", want->why, got.len);
	assert_non_null(row->names[0]);
	return 0;
}

static void test_text_comes_back_as_it_went_in(void **state)
{
	static char long_text[5000];
	const struct expected cases[] = {
		{ "plain", SLICE("anna@firma.example") },
		{ "empty is not NULL", SLICE("") },
		{ "NULL", { NULL, 0 } },
		{ "UTF-8, up to four bytes", SLICE("Żółć \xf0\x9f\x98\x80") },
		{ "quotes", SLICE("' OR 1=1 -- \" ` \\' \\") },
		{ "a NUL", SLICE("a\0b") },
		{ "beyond the first buffer", { long_text, 257 } },
		{ "long", { long_text, sizeof(long_text) } },
	};

	(void)state;
	memset(long_text, 'x', sizeof(long_text));
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct db_parameter id = { "id", db_integer((int)i) };
		struct expected want = cases[i];
		struct err err;

		put((int64_t)i, want.words);
		assert_int_equal(db_run(db, "SELECT words FROM things "
					    "WHERE id = :id",
					&id, 1, compare_words, &want, NULL,
					&err), DB_OK);
	}
}

static void test_bytes_that_are_not_utf8_are_repaired(void **state)
{
	(void)state;
	put(1, S("a\xff" "b\xc3"));
	put(2, S("whole"));
	assert_string_equal(db_one(db, "SELECT words FROM things "
				       "WHERE id = 1"),
			    "a\xef\xbf\xbd" "b\xef\xbf\xbd");
}

struct numbers {
	int64_t number;
	double size;
	int seen;
};

static int compare_numbers(void *context, const struct db_row *row)
{
	struct numbers *want = context;

	assert_true(db_column_integer(row, "number", 5) == want->number);
	assert_true(db_column_real(row, "SIZE", 5) == want->size);
	assert_int_equal(db_column_integer(row, "words", 7), 7);
	assert_int_equal(db_column_integer(row, "nothing", 8), 8);
	assert_null(db_column(row, "nothing").ptr);
	want->seen++;
	return 0;
}

static void test_numbers_come_back(void **state)
{
	struct numbers cases[] = {
		{ 0, 0, 0 }, { -1, -1.5, 0 }, { INT64_MAX, 0.1, 0 },
		{ INT64_MIN, 1e300, 0 }, { 1763200862123, 0.997, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct db_parameter values[] = {
			{ "id", db_integer((int64_t)i) },
			{ "number", db_integer(cases[i].number) },
			{ "size", db_real(cases[i].size) },
			{ "unused", db_string("is no mistake") },
		};
		struct err err;

		assert_int_equal(db_run(db, "INSERT INTO things VALUES "
					    "(:id, '12x', :number, :size)",
					values, 4, NULL, NULL, NULL, &err),
				 DB_OK);
		assert_int_equal(db_run(db, "SELECT * FROM things "
					    "WHERE id = :id",
					values, 4, compare_numbers, &cases[i],
					NULL, &err), DB_OK);
		assert_int_equal(cases[i].seen, 1);
	}
}

static void test_colons_that_are_no_parameters(void **state)
{
	static const struct {
		const char *sql, *want;	/* NULL: refused */
	} cases[] = {
		{ "SELECT :a", "one" },
		{ "SELECT :a || :b || :a", "onetwoone" },
		{ "SELECT ':a'", ":a" },
		{ "SELECT 'it''s :a'", "it's :a" },
		{ "SELECT '10:00' || :a", "10:00one" },
		{ "SELECT '\\' || :a", "\\one" },
		{ "SELECT 'x' AS `:a`", "x" },
		{ "SELECT 'x' AS \"it's :a\"", "x" },
		{ "SELECT /* :nobody's */ :a -- :nor this\n", "one" },
		{ "-- what for\nSELECT :a;\n-- the end", "one" },
		{ "SELECT CASE WHEN 'axb' LIKE 'a!_b' ESCAPE '!' THEN 1 "
		  "ELSE 0 END", "0" },
		{ "SELECT :c", NULL },
		{ "SELECT :A", NULL },
		{ "SELECT ?", NULL },
		{ "SELECT 1; SELECT 2", NULL },
		{ "SELECT 'open", NULL },
		{ "SELECT 1 # :a", NULL },
		{ "SELECT 1 --2", NULL },
		{ "SELECT /*! :a */ 1", NULL },
		{ "SELECT 1 /* open", NULL },
		{ "", NULL },
		{ " ; -- nothing\n", NULL },
		{ "SELEKT 1", NULL },
		{ "SELECT nothing FROM things", NULL },
	};
	const struct db_parameter values[] = {
		{ "a", db_string("one") }, { "b", db_string("two") }
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		char got[8192] = "(no row)";
		struct err err = { 0, "" };
		enum db_result result =
			db_run(db, cases[i].sql, values, 2, keep_first, got,
			       NULL, &err);

		assert_case(cases[i].sql, cases[i].want ? DB_OK : DB_FAILED,
			    result);
		if (cases[i].want)
			assert_string_equal(got, cases[i].want);
		else
			assert_true(err.code != 0 && err.text[0] != '\0');
	}
}

static void test_too_many_parameters(void **state)
{
	const struct db_parameter a = { "a", db_integer(1) };
	struct text sql = TEXT_INIT(DB_MAX_SQL_BYTES);
	struct err err;

	(void)state;
	text_add_string(&sql, "SELECT 0 IN (:a");
	for (int i = 1; i < DB_MAX_PARAMETERS; i++)
		text_add_string(&sql, ", :a");
	text_add_string(&sql, ")");
	assert_int_equal(db_run(db, text_string(&sql), &a, 1, NULL, NULL,
				NULL, &err), DB_OK);
	text_add_string(&sql, " + :a");
	assert_int_equal(db_run(db, text_string(&sql), &a, 1, NULL, NULL,
				NULL, &err), DB_FAILED);
	text_release(&sql);
}

/* More than one statement can hold, by number and by bytes, and as they are:
 * strange bytes, nothing, and what looks like SQL. */
static void test_many_rows_in_few_statements(void **state)
{
	static const struct slice words[] = {
		SLICE("a\xff" "b"), SLICE("'); :p0 --"), SLICE(""),
		{ NULL, 0 },
	};
	enum { ROWS = DB_MAX_PARAMETERS / 2 };
	struct db_rows rows = DB_ROWS_INIT(
		db, "INSERT INTO things (id, words, number) VALUES ");
	static char long_words[5000];
	enum db_result done;
	struct err err;

	(void)state;
	memset(long_words, 'y', sizeof(long_words));
	assert_int_equal(db_begin(db, &err), DB_OK);
	done = DB_OK;
	for (int i = 0; i < ROWS && done == DB_OK; i++) {
		const struct db_value values[] = {
			db_integer(i),
			db_text(i < 200 ? (struct slice){ long_words, 5000 }
					: words[i % 4]),
			db_integer(2 * i),
		};

		done = db_rows_add(&rows, values, 3, &err);
	}
	assert_int_equal(db_rows_end(&rows, done, &err), DB_OK);
	assert_int_equal(db_commit(db, &err), DB_OK);
	assert_string_equal(db_one(db, "SELECT COUNT(*) FROM things WHERE"
				   " number = 2 * id"), "4096");
	assert_string_equal(db_one(db, "SELECT words FROM things WHERE"
				   " id = 4092"), "a\xef\xbf\xbd" "b");
	assert_string_equal(db_one(db, "SELECT words FROM things WHERE"
				   " id = 4093"), "'); :p0 --");
	assert_string_equal(db_one(db, "SELECT COUNT(*) FROM things WHERE"
				   " words IS NULL"), "974");
	assert_string_equal(db_one(db, "SELECT COUNT(*) FROM things WHERE"
				   " LENGTH(words) = 5000"), "200");
}

static int count_rows(void *context, const struct db_row *row)
{
	int *left = context;

	assert_int_equal(row->columns[0].len, 5000);
	return --*left == 0;
}

static void test_many_rows_and_stopping_early(void **state)
{
	static char words[5000];
	int left = -1, stop_at = 3;
	struct err err;

	(void)state;
	memset(words, 'y', sizeof(words));
	assert_int_equal(db_begin(db, &err), DB_OK);
	for (int i = 0; i < 2000; i++)
		put(i, (struct slice){ words, sizeof(words) });
	assert_int_equal(db_commit(db, &err), DB_OK);
	assert_int_equal(db_run(db, "SELECT words FROM things", NULL, 0,
				count_rows, &left, NULL, &err), DB_OK);
	assert_int_equal(left, -2001);
	assert_int_equal(db_run(db, "SELECT words FROM things", NULL, 0,
				count_rows, &stop_at, NULL, &err), DB_OK);
	assert_int_equal(stop_at, 0);
	assert_string_equal(db_one(db, "SELECT COUNT(*) FROM things"),
			    "2000");
}

static void test_absurd_answers_are_refused(void **state)
{
	struct text wide = TEXT_INIT(4096);
	static char big[DB_MAX_COLUMN_BYTES + 1];
	struct db_parameter value = {
		"big", db_text((struct slice){ big, sizeof(big) - 1 })
	};
	struct err err;

	(void)state;
	memset(big, 'z', sizeof(big));
	assert_int_equal(db_run(db, "SELECT :big", &value, 1, NULL, NULL,
				NULL, &err), DB_OK);
	value.value.text.len++;
	assert_int_equal(db_run(db, "SELECT :big", &value, 1, NULL, NULL,
				NULL, &err), DB_FAILED);
	text_add_string(&wide, "SELECT 0");
	for (int i = 0; i < DB_MAX_COLUMNS; i++)
		text_addf(&wide, ", %d", i + 1);
	db_must(db, text_string(&wide), DB_FAILED);
	text_release(&wide);
	db_must(db, "SELECT 1", DB_OK);
}

static int64_t changed_by(const char *sql)
{
	int64_t changed = -1;
	struct err err;

	if (db_run(db, sql, NULL, 0, NULL, NULL, &changed, &err) != DB_OK)
		fail_msg("%s: %s", sql, err.text);
	return changed;
}

static void test_changed_rows_are_counted(void **state)
{
	static const struct {
		const char *sql;
		int want;
	} cases[] = {
		{ "INSERT INTO things (id, number) VALUES (1, 1), (2, 1)", 2 },
		{ "SELECT * FROM things", 0 },
		{ "UPDATE things SET number = 2 WHERE id = 1", 1 },
		{ "UPDATE things SET number = 2 WHERE id = 1 "
		  "AND number <> 2", 0 },
		{ "UPDATE things SET number = 3", 2 },
		{ "CREATE TABLE IF NOT EXISTS things (id INT)", 0 },
		{ "DELETE FROM things WHERE id = 9", 0 },
		{ "DELETE FROM things", 2 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		int64_t got = changed_by(cases[i].sql);

		assert_case(cases[i].sql, cases[i].want, got);
	}
}

static void test_duplicates_leave_the_transaction_alive(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(db_begin(db, &err), DB_OK);
	db_must(db, "INSERT INTO things (id) VALUES (1)", DB_OK);
	db_must(db, "INSERT INTO things (id) VALUES (1)", DB_DUPLICATE);
	db_must(db, "INSERT INTO things (id) VALUES (2)", DB_OK);
	assert_int_equal(db_commit(db, &err), DB_OK);
	assert_string_equal(db_one(db, "SELECT COUNT(*) FROM things"), "2");
}

static void test_transactions(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(db_commit(db, &err), DB_FAILED);
	db_rollback(db);
	assert_false(db_in_transaction(db));
	assert_int_equal(db_begin(db, &err), DB_OK);
	assert_int_equal(db_begin(db, &err), DB_FAILED);
	assert_true(db_in_transaction(db));
	db_must(db, "INSERT INTO things (id) VALUES (1)", DB_OK);
	db_rollback(db);
	assert_string_equal(db_one(db, "SELECT COUNT(*) FROM things"), "0");
}

static void test_a_refused_transaction_cannot_commit(void **state)
{
	struct err why, err;

	(void)state;
	err_set(&why, EXIT_DATA, "two rows");
	assert_int_equal(db_begin(db, &err), DB_OK);
	db_must(db, "INSERT INTO things (id) VALUES (1)", DB_OK);
	db_refuse_commit(db, &why);
	db_must(db, "INSERT INTO things (id) VALUES (2)", DB_FAILED);
	assert_int_equal(db_commit(db, &err), DB_FAILED);
	assert_non_null(strstr(err.text, "two rows"));
	assert_false(db_in_transaction(db));
	assert_string_equal(db_one(db, "SELECT COUNT(*) FROM things"), "0");
}

static int run_another(void *context, const struct db_row *row)
{
	struct err err;

	(void)row;
	*(enum db_result *)context =
		db_run(db, "SELECT 2", NULL, 0, NULL, NULL, NULL, &err);
	return 0;
}

static void test_no_statement_runs_inside_another(void **state)
{
	enum db_result inner = DB_OK;
	struct err err;

	(void)state;
	assert_int_equal(db_run(db, "SELECT 1", NULL, 0, run_another, &inner,
				NULL, &err), DB_OK);
	assert_int_equal(inner, DB_FAILED);
	db_must(db, "SELECT 1", DB_OK);
}

static void test_scripts(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(db_run_script(db, "-- one; two\nINSERT INTO things "
					   "(id, words) VALUES (1, 'a;b');;\n"
					   "SELECT 1;\nUPDATE things SET "
					   "number = 1", &err), DB_OK);
	assert_string_equal(db_one(db, "SELECT words FROM things "
				       "WHERE number = 1"), "a;b");
	assert_int_equal(db_run_script(db, "DELETE FROM things;\n\nNONSENSE;",
				       &err), DB_FAILED);
	assert_non_null(strstr(err.text, "line 3"));
	assert_int_equal(db_run_script(db, "", &err), DB_OK);
}

static void test_keys_made_by_the_database(void **state)
{
	const char *key = strcmp(db_kind(db), "mysql") == 0
				  ? "AUTO_INCREMENT PRIMARY KEY"
				  : "PRIMARY KEY";
	char sql[128];

	(void)state;
	db_must(db, "DROP TABLE IF EXISTS keyed", DB_OK);
	snprintf(sql, sizeof(sql), "CREATE TABLE keyed (id INTEGER %s, n INT)",
		 key);
	db_must(db, sql, DB_OK);
	db_must(db, "INSERT INTO keyed (n) VALUES (5)", DB_OK);
	assert_int_equal(db_last_id(db), 1);
	db_must(db, "INSERT INTO keyed (n) VALUES (6)", DB_OK);
	db_must(db, "SELECT * FROM keyed", DB_OK);
	assert_int_equal(db_last_id(db), 2);
}

/* SQLite waits when it begins, MariaDB at the row: either way the answer is
 * DB_BUSY, nothing of it stays, and it works later. */
static void test_a_lock_held_elsewhere_is_busy(void **state)
{
	const char *sql = "UPDATE things SET number = 2 WHERE id = 1";
	enum db_result result;
	struct db *other;
	struct err err;

	(void)state;
	db_must(db, "INSERT INTO things (id, number) VALUES (1, 0)", DB_OK);
	assert_int_equal(db_open(settings, &other, &err), 0);
	assert_int_equal(db_begin(db, &err), DB_OK);
	db_must(db, "UPDATE things SET number = 1 WHERE id = 1", DB_OK);
	result = db_begin(other, &err);
	if (result == DB_OK) {
		result = db_run(other, sql, NULL, 0, NULL, NULL, NULL, &err);
		assert_int_equal(db_commit(other, &err), DB_BUSY);
	}
	assert_int_equal(result, DB_BUSY);
	assert_int_equal(err.code, EXIT_AGAIN);
	assert_int_equal(db_commit(db, &err), DB_OK);
	assert_int_equal(db_begin(other, &err), DB_OK);
	db_must(other, sql, DB_OK);
	assert_int_equal(db_commit(other, &err), DB_OK);
	db_close(&other);
	assert_string_equal(db_one(db, "SELECT number FROM things"), "2");
}

int db_contract_run(const char *group, const struct db_settings *on)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, open_db, close_db)
	static const struct CMUnitTest tests[] = {
		CASE(test_text_comes_back_as_it_went_in),
		CASE(test_bytes_that_are_not_utf8_are_repaired),
		CASE(test_numbers_come_back),
		CASE(test_colons_that_are_no_parameters),
		CASE(test_too_many_parameters),
		CASE(test_many_rows_in_few_statements),
		CASE(test_many_rows_and_stopping_early),
		CASE(test_absurd_answers_are_refused),
		CASE(test_changed_rows_are_counted),
		CASE(test_duplicates_leave_the_transaction_alive),
		CASE(test_transactions),
		CASE(test_a_refused_transaction_cannot_commit),
		CASE(test_no_statement_runs_inside_another),
		CASE(test_scripts),
		CASE(test_keys_made_by_the_database),
		CASE(test_a_lock_held_elsewhere_is_busy),
	};
#undef CASE

	settings = on;
	return _cmocka_run_group_tests(group, tests, N_ELEMENTS(tests), NULL,
				       NULL);
}
