#include "detector/panel/schema.h"

#include "base/clock.h"
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_MIGRATIONS = 999, MAX_MIGRATION_BYTES = 262144 };

/* The files of one folder, in the order of their numbers. */
struct migrations {
	char folder[4096 - 256];
	struct dirent **entries;
	int n;
};

/* Asking a table that is not there is an error like any other, so the
 * catalogue is asked first. Neither needs more than SELECT. */
static const struct {
	const char *kind, *sql;
} exists[] = {
	{ "sqlite", "SELECT COUNT(*) AS n FROM sqlite_master "
		    "WHERE name = 'comporta_schema'" },
	{ "mysql", "SELECT COUNT(*) AS n FROM information_schema.tables "
		   "WHERE table_schema = DATABASE() "
		   "AND table_name = 'comporta_schema'" },
};

static int is_migration(const struct dirent *entry)
{
	const char *name = entry->d_name;

	return is_digit(name[0]) && is_digit(name[1]) && is_digit(name[2]) &&
	       name[3] == '_' && slice_ends(slice_from(name), S(".sql"));
}

static int number_of(const struct dirent *entry)
{
	uint32_t number = 0;

	slice_number(slice_from(entry->d_name), &number);
	return (int)number;
}

static int in_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void release(struct migrations *migrations)
{
	for (int i = 0; i < migrations->n; i++)
		free(migrations->entries[i]);
	free(migrations->entries);
}

/* 001, 002, 003...: a gap or a pair would mean that two releases disagree
 * about what a version is. */
static int check_numbers(const struct migrations *migrations,
			 struct err *err)
{
	for (int i = 0; i < migrations->n; i++)
		if (number_of(migrations->entries[i]) != i + 1)
			return err_set(err, EXIT_CONFIG, "%s: %s stands where "
				       "number %03d was expected; install the "
				       "program's SQL files anew",
				       migrations->folder,
				       migrations->entries[i]->d_name, i + 1);
	if (migrations->n == 0)
		return err_set(err, EXIT_CONFIG, "%s: there are no migrations "
			       "in it; install the program's SQL files anew",
			       migrations->folder);
	return 0;
}

static int list(struct migrations *migrations, const struct db *db,
		const char *sql_dir, struct err *err)
{
	if ((size_t)snprintf(migrations->folder, sizeof(migrations->folder),
			     "%s/own/%s", sql_dir, db_kind(db)) >=
	    sizeof(migrations->folder))
		return err_set(err, EXIT_CONFIG, "the path of the SQL folder "
			       "is too long");
	migrations->n = scandir(migrations->folder, &migrations->entries,
				is_migration, in_bytes);
	if (migrations->n < 0)
		return err_errno(err, EXIT_CONFIG, errno, "%s: the folder of "
				 "our tables cannot be read",
				 migrations->folder);
	if (check_numbers(migrations, err) == 0)
		return 0;
	release(migrations);
	return -1;
}

static int take_number(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "n", 0);
	return 0;
}

/* 0 when there are no tables yet. */
static int version_of(struct db *db, int64_t *version_out, struct err *err)
{
	const char *sql = NULL;
	int64_t n = 0;

	for (size_t i = 0; i < sizeof(exists) / sizeof(exists[0]); i++)
		if (strcmp(exists[i].kind, db_kind(db)) == 0)
			sql = exists[i].sql;
	if (db_run(db, sql, NULL, 0, take_number, &n, NULL, err) != DB_OK)
		return -1;
	if (n > 0 &&
	    db_run(db, "SELECT MAX(version) AS n FROM comporta_schema", NULL,
		   0, take_number, &n, NULL, err) != DB_OK)
		return -1;
	*version_out = n;
	return 0;
}

static enum db_result apply_in_transaction(struct db *db, const char *sql,
					   int version, struct err *err)
{
	/* Only a note for the operator: nothing decides by it, so the time
	 * does not have to come from outside. */
	const struct db_parameter parameters[] = {
		{ "version", db_integer(version) },
		{ "now_ms", db_integer(clock_now_ms()) },
	};
	enum db_result result = db_begin(db, err);

	if (result != DB_OK)
		return result;
	result = db_run_script(db, sql, err);
	if (result == DB_OK)
		result = db_run(db, "INSERT INTO comporta_schema "
				    "(version, applied_ms) "
				    "VALUES (:version, :now_ms)",
				parameters, 2, NULL, NULL, NULL, err);
	if (result != DB_OK) {
		db_rollback(db);
		return result;
	}
	return db_commit(db, err);
}

static int apply(struct db *db, const struct migrations *migrations, int at,
		 struct err *err)
{
	struct text sql = TEXT_INIT(MAX_MIGRATION_BYTES);
	struct err problem;
	char path[4096];
	enum db_result result;

	snprintf(path, sizeof(path), "%s/%s", migrations->folder,
		 migrations->entries[at]->d_name);
	if (files_read(path, &sql, err) != 0)
		return -1;
	result = apply_in_transaction(db, text_string(&sql), at + 1,
				      &problem);
	text_release(&sql);
	/* Another process was faster: each migration survives being repeated,
	 * and this one is noted. */
	if (result == DB_OK || result == DB_DUPLICATE)
		return 0;
	*err = problem;
	err_prefix(err, "%s: ", migrations->entries[at]->d_name);
	return -1;
}

static int newer(int64_t version, int known, struct err *err)
{
	return err_set(err, EXIT_CONFIG, "our tables are of version %lld and "
		       "this program knows %d: a newer comporta made them, so "
		       "update this one", (long long)version, known);
}

int schema_migrate(struct db *db, const char *sql_dir, int *applied_out,
		   struct err *err)
{
	struct migrations migrations;
	int64_t version = 0;
	int status, applied = 0;

	if (list(&migrations, db, sql_dir, err) != 0)
		return -1;
	status = version_of(db, &version, err);
	if (status == 0 && version > migrations.n)
		status = newer(version, migrations.n, err);
	for (int i = (int)version; status == 0 && i < migrations.n; i++) {
		status = apply(db, &migrations, i, err);
		applied += status == 0;
	}
	release(&migrations);
	if (status == 0)
		*applied_out = applied;
	return status;
}

int schema_check(struct db *db, const char *sql_dir, struct err *err)
{
	struct migrations migrations;
	int64_t version;
	int known;

	if (list(&migrations, db, sql_dir, err) != 0)
		return -1;
	known = migrations.n;
	release(&migrations);
	if (version_of(db, &version, err) != 0)
		return -1;
	if (version == 0)
		return err_set(err, EXIT_CONFIG, "our tables are not there, "
			       "or this user may not see them: run 'comporta "
			       "check --create-tables' as a user that may "
			       "create tables");
	if (version > known)
		return newer(version, known, err);
	if (version < known)
		return err_set(err, EXIT_CONFIG, "our tables are of version "
			       "%lld and this program needs %d: run 'comporta "
			       "check --create-tables'", (long long)version,
			       known);
	return 0;
}
