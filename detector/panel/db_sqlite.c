/*
 * The adapter of SQLite (3.35 or later): the embedded default, a file under
 * state_dir.
 *
 * Scan, serve, notify and the mail server use the file at once, so its
 * journal is a write-ahead log: readers never wait for a writer. A process
 * that may only read the file can read such a journal as long as the files
 * "-wal" and "-shm" are there; SQLITE_FCNTL_PERSIST_WAL keeps them, else the
 * mail server would fail every lookup whenever none of us is running.
 */
#include "base/files.h"
#include "detector/panel/db_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A journal that a long reader let grow is cut back to this. */
#define PRAGMAS \
	"PRAGMA journal_mode = WAL;" \
	"PRAGMA synchronous = FULL;" \
	"PRAGMA journal_size_limit = 16777216;" \
	"PRAGMA trusted_schema = OFF;" \
	"PRAGMA foreign_keys = ON;"

struct link {
	sqlite3 *sqlite;
	const char *file;	/* borrowed from the settings */
	dev_t device;		/* of the file we opened */
	ino_t inode;
};

struct statement {
	struct link *link;
	sqlite3_stmt *stmt;
};

static const struct db_meaning meanings[] = {
	/* Our statements are tried by the tests, so it is the tables. */
	{ SQLITE_ERROR, DB_FAILED, EXIT_CONFIG,
	  "the tables are not those that were expected: was the panel "
	  "updated, or a table changed? Run comporta check" },
	{ SQLITE_BUSY, DB_BUSY, EXIT_AGAIN,
	  "another process writes; it will be tried again" },
	{ SQLITE_LOCKED, DB_BUSY, EXIT_AGAIN,
	  "another process writes; it will be tried again" },
	{ SQLITE_READONLY, DB_DENIED, EXIT_RIGHTS,
	  "give the user comporta runs as write access to the file and to "
	  "its folder" },
	{ SQLITE_PERM, DB_DENIED, EXIT_RIGHTS,
	  "give the user comporta runs as access to the file" },
	{ SQLITE_AUTH, DB_DENIED, EXIT_RIGHTS,
	  "give the user comporta runs as access to the file" },
	{ SQLITE_CANTOPEN, DB_AWAY, EXIT_SERVICE,
	  "check that the file and its folder are there and may be written" },
	{ SQLITE_IOERR, DB_AWAY, EXIT_SERVICE, "check the disk" },
	{ SQLITE_FULL, DB_AWAY, EXIT_SERVICE, "make room on the disk" },
	{ SQLITE_PROTOCOL, DB_BUSY, EXIT_AGAIN, "it will be tried again" },
	{ SQLITE_CORRUPT, DB_FAILED, EXIT_DATA,
	  "the file is damaged: restore it from a backup, or save what can "
	  "be saved with 'sqlite3 FILE .recover'" },
	{ SQLITE_NOTADB, DB_FAILED, EXIT_DATA,
	  "this is not an SQLite database: check the file name in the "
	  "configuration, restore it, or move it away and run `comporta check "
	  "--create-tables` at once: the mail server asks it" },
	{ SQLITE_CONSTRAINT_UNIQUE, DB_DUPLICATE, EXIT_DATA, NULL },
	{ SQLITE_CONSTRAINT_PRIMARYKEY, DB_DUPLICATE, EXIT_DATA, NULL },
	{ SQLITE_TOOBIG, DB_FAILED, EXIT_DATA, "a value is too long" },
};

static enum db_result failed(const struct link *link, struct err *err)
{
	int code = sqlite3_extended_errcode(link->sqlite);
	int number = code;
	char place[300];

	snprintf(place, sizeof(place), "database file %s", link->file);
	/* Only unique keys need the long code: other rules are our mistake. */
	if (code != SQLITE_CONSTRAINT_UNIQUE &&
	    code != SQLITE_CONSTRAINT_PRIMARYKEY)
		number &= 0xff;
	return db_explain(meanings, sizeof(meanings) / sizeof(meanings[0]),
			  place, number, sqlite3_errmsg(link->sqlite), err);
}

/* SQLite makes files readable by all; the outbox is nobody else's business.
 * The journal's files take over the mode of this one. */
static enum db_result make_file(const char *file, struct err *err)
{
	struct stat info;
	struct err told_below;
	int fd, error;

	files_create_shared(file, &told_below);
	fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	error = errno;

	if (fd < 0 && error == ENOENT) {
		err_set(err, EXIT_CONFIG, "database file %s: its folder is "
			"not there; make it, owned by the user comporta runs "
			"as", file);
		return DB_FAILED;
	}
	if (fd < 0) {
		err_errno(err, EXIT_CONFIG, error, "database file %s cannot "
			  "be opened for writing; run this as root, or, where "
			  "root did, give it and its folder to the user "
			  "comporta runs as", file);
		return err->code == EXIT_RIGHTS ? DB_DENIED : DB_FAILED;
	}
	error = fstat(fd, &info) == 0 && !S_ISREG(info.st_mode);
	close(fd);
	if (error) {
		err_set(err, EXIT_CONFIG, "database file %s is no plain file; "
			"name another one", file);
		return DB_FAILED;
	}
	return DB_OK;
}

static void close_link(void *opaque)
{
	struct link *link = opaque;

	sqlite3_close_v2(link->sqlite);
	free(link);
}

/* Text in double quotes is a name, never a string: MariaDB says the
 * opposite, so neither should get away with it. */
static int configure(struct link *link, int64_t timeout_s)
{
	sqlite3 *sqlite = link->sqlite;
	int yes = 1;

	sqlite3_extended_result_codes(sqlite, 1);
	sqlite3_busy_timeout(sqlite, (int)(timeout_s * 1000));
	sqlite3_db_config(sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(sqlite, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(sqlite, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_limit(sqlite, SQLITE_LIMIT_LENGTH, 16 * DB_MAX_COLUMN_BYTES);
	sqlite3_file_control(sqlite, "main", SQLITE_FCNTL_PERSIST_WAL, &yes);
	return sqlite3_exec(sqlite, PRAGMAS, NULL, NULL, NULL);
}

/* Only to be read, and never made: an empty panel would know nobody. */
static enum db_result attach_panel(struct link *link, const char *file,
				   struct err *err)
{
	char uri[4096 * 3 + 20];
	sqlite3_stmt *stmt = NULL;
	size_t n = (size_t)snprintf(uri, sizeof(uri), "file:");
	int code;

	if (!file || !*file)
		return DB_OK;
	for (; *file && n < sizeof(uri) - 12; file++)
		n += (size_t)snprintf(uri + n, sizeof(uri) - n,
				      strchr("%?#", *file) ? "%%%02X" : "%c",
				      (unsigned char)*file);
	snprintf(uri + n, sizeof(uri) - n, "?mode=ro");
	code = sqlite3_prepare_v2(link->sqlite, "ATTACH DATABASE ? AS panel",
				  -1, &stmt, NULL);
	if (code == SQLITE_OK)
		sqlite3_bind_text(stmt, 1, uri, -1, SQLITE_STATIC);
	if (code == SQLITE_OK && sqlite3_step(stmt) == SQLITE_DONE) {
		sqlite3_finalize(stmt);
		return DB_OK;
	}
	sqlite3_finalize(stmt);
	failed(link, err);
	err_prefix(err, "panel.file: ");
	return DB_FAILED;
}

static void remember_file(struct link *link)
{
	struct stat info;

	if (stat(link->file, &info) < 0)
		return;
	link->device = info.st_dev;
	link->inode = info.st_ino;
}

/* Restored from a backup or removed: what is written into the old file is
 * seen by nobody. */
static bool is_replaced(const void *opaque)
{
	const struct link *link = opaque;
	struct stat info;

	if (!link->inode)
		return false;
	return stat(link->file, &info) < 0 || info.st_ino != link->inode ||
	       info.st_dev != link->device;
}

static enum db_result open_link(const struct db_settings *settings,
				void **link_out, struct err *err)
{
	bool in_memory = strcmp(settings->file, ":memory:") == 0;
	enum db_result result =
		in_memory ? DB_OK : make_file(settings->file, err);
	struct link *link;

	if (result != DB_OK)
		return result;
	link = calloc(1, sizeof(*link));
	if (!link)
		abort();
	link->file = settings->file;
	if (sqlite3_open_v2(settings->file, &link->sqlite,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
			    SQLITE_OPEN_URI,
			    NULL) != SQLITE_OK ||
	    configure(link, settings->timeout_s) != SQLITE_OK) {
		result = failed(link, err);
		close_link(link);
		return result;
	}
	result = attach_panel(link, settings->panel_file, err);
	if (result != DB_OK) {
		close_link(link);
		return result;
	}
	remember_file(link);
	*link_out = link;
	return DB_OK;
}

static enum db_result prepare(void *opaque, struct slice sql,
			      void **statement_out, struct err *err)
{
	struct link *link = opaque;
	struct statement *statement;
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(link->sqlite, sql.ptr, (int)sql.len, &stmt,
			       NULL) != SQLITE_OK)
		return failed(link, err);
	statement = calloc(1, sizeof(*statement));
	if (!statement)
		abort();
	statement->link = link;
	statement->stmt = stmt;
	*statement_out = statement;
	return DB_OK;
}

/* A statement in the middle of its rows would keep the journal from being
 * carried over into the file. */
static void rest(void *opaque)
{
	struct statement *statement = opaque;

	sqlite3_reset(statement->stmt);
	sqlite3_clear_bindings(statement->stmt);
}

static void finish(void *opaque)
{
	struct statement *statement = opaque;

	sqlite3_finalize(statement->stmt);
	free(statement);
}

static bool only_reads(void *opaque)
{
	struct statement *statement = opaque;

	return sqlite3_stmt_readonly(statement->stmt) != 0;
}

/* The bytes live until the statement is done with them (SQLITE_STATIC). */
static int bind_value(sqlite3_stmt *stmt, int at, const struct db_value *value)
{
	switch (value->type) {
	case DB_TEXT:
		return sqlite3_bind_text64(stmt, at, value->text.ptr,
					   value->text.len, SQLITE_STATIC,
					   SQLITE_UTF8);
	case DB_INTEGER:
		return sqlite3_bind_int64(stmt, at, value->integer);
	case DB_REAL:
		return sqlite3_bind_double(stmt, at, value->real);
	default:
		return sqlite3_bind_null(stmt, at);
	}
}

static enum db_result bind_values(struct statement *statement,
				  const struct db_value *values,
				  size_t n_values, struct err *err)
{
	sqlite3_stmt *stmt = statement->stmt;

	/* SQLite knows more marks than '?', and would take NULL for them. */
	if (sqlite3_bind_parameter_count(stmt) != (int)n_values) {
		err_set(err, EXIT_BUG, "the statement holds a parameter that "
			"is not written :name");
		return DB_FAILED;
	}
	for (size_t i = 0; i < n_values; i++)
		if (bind_value(stmt, (int)i + 1, &values[i]) != SQLITE_OK)
			return failed(statement->link, err);
	return DB_OK;
}

static enum db_result read_row(sqlite3_stmt *stmt, struct db_row *row,
			       struct err *err)
{
	for (size_t i = 0; i < row->n_columns; i++) {
		const char *text =
			(const char *)sqlite3_column_text(stmt, (int)i);
		int len = sqlite3_column_bytes(stmt, (int)i);

		row->columns[i] = (struct slice){ text, (size_t)len };
		if (len <= DB_MAX_COLUMN_BYTES)
			continue;
		err_set(err, EXIT_DATA, "column %s holds more than %d bytes",
			row->names[i], DB_MAX_COLUMN_BYTES);
		return DB_FAILED;
	}
	return DB_OK;
}

/* After the first step: where a table was changed, that step has planned the
 * statement anew. */
static void name_columns(sqlite3_stmt *stmt, struct db_row *row)
{
	row->n_columns = (size_t)sqlite3_column_count(stmt);
	if (row->n_columns > DB_MAX_COLUMNS)
		row->n_columns = DB_MAX_COLUMNS;
	for (size_t i = 0; i < row->n_columns; i++)
		row->names[i] = sqlite3_column_name(stmt, (int)i);
}

static enum db_result step_through(struct statement *statement,
				   db_row_fn row_fn, void *context,
				   struct err *err)
{
	sqlite3_stmt *stmt = statement->stmt;
	struct db_row row = { .n_columns = 0 };
	bool is_first = true;
	int code;

	if (sqlite3_column_count(stmt) > DB_MAX_COLUMNS) {
		err_set(err, EXIT_BUG, "the answer has more than %d columns",
			DB_MAX_COLUMNS);
		return DB_FAILED;
	}
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
		enum db_result result;

		if (is_first)
			name_columns(stmt, &row);
		is_first = false;
		result = read_row(stmt, &row, err);
		if (result != DB_OK)
			return result;
		if (row_fn && row_fn(context, &row) != 0)
			return DB_OK;
	}
	return code == SQLITE_DONE ? DB_OK : failed(statement->link, err);
}

static enum db_result execute(void *opaque, const struct db_value *values,
			      size_t n_values, db_row_fn row, void *context,
			      int64_t *changed_out, struct err *err)
{
	struct statement *statement = opaque;
	sqlite3 *sqlite = statement->link->sqlite;
	int before = sqlite3_total_changes(sqlite);
	enum db_result result =
		bind_values(statement, values, n_values, err);

	if (result == DB_OK)
		result = step_through(statement, row, context, err);
	/* sqlite3_changes() still has the number of the statement before when
	 * this one changed nothing. */
	if (result == DB_OK && sqlite3_total_changes(sqlite) != before)
		*changed_out = sqlite3_changes(sqlite);
	return result;
}

static enum db_result run_plain(void *opaque, const char *sql,
				struct err *err)
{
	struct link *link = opaque;

	/* A full disk and the like roll back by themselves. */
	if (strcmp(sql, "ROLLBACK") == 0 &&
	    sqlite3_get_autocommit(link->sqlite))
		return DB_OK;
	if (sqlite3_exec(link->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK)
		return DB_OK;
	return failed(link, err);
}

static int64_t last_id(void *opaque)
{
	struct link *link = opaque;

	return sqlite3_last_insert_rowid(link->sqlite);
}

const struct db_driver db_driver_sqlite = {
	.kind = "sqlite",
	.begin = "BEGIN IMMEDIATE",
	.open = open_link,
	.close = close_link,
	.is_replaced = is_replaced,
	.prepare = prepare,
	.execute = execute,
	.only_reads = only_reads,
	.rest = rest,
	.finish = finish,
	.run_plain = run_plain,
	.last_id = last_id,
};
