/*
 * db - one connection to the hosting database, MariaDB/MySQL or SQLite.
 *
 * Statements are text with named parameters (":account"), always bound,
 * never pasted. The same text serves every database: db.c turns the names
 * into the driver's '?' and hands over the values in order. Only db_mysql.c
 * and db_sqlite.c know their library.
 *
 * What the two would read differently is refused (sql_text.h) or made alike:
 * a backslash in a string is an ordinary byte, "||" joins strings, and a value
 * too long for a MariaDB column is an error, never cut. Three differences
 * stay: write strings in '...' only, write LIKE with its ESCAPE, and let the
 * WHERE of an UPDATE exclude rows that have the new value already, as only
 * SQLite counts those as changed.
 *
 * One connection, one thread. A connection that died while idle is opened
 * again by the next db_begin() or statement outside a transaction. One lost
 * in the middle is reported as DB_AWAY, or as DB_UNCERTAIN when it broke
 * while committing (or during a changing statement outside a transaction,
 * which commits by itself), and opened again by the next db_begin().
 */
#ifndef DETECTOR_PANEL_DB_H
#define DETECTOR_PANEL_DB_H

#include "base/err.h"
#include "base/slice.h"

enum {
	DB_MAX_COLUMNS = 32,
	DB_MAX_PARAMETERS = 8192,	/* marks in one statement; SQLite's own
					 * limit is 32766, MariaDB's 65535 */
	DB_MAX_SQL_BYTES = 65536,	/* of one statement */
	DB_MAX_COLUMN_BYTES = 1048576	/* a longer answer is DB_FAILED */
};

/* How a statement ended, for those who must act differently. */
enum db_result {
	DB_OK = 0,
	DB_FAILED = -1,		/* our statement or the schema is wrong */
	DB_AWAY = -2,		/* nobody answers, or no room; try later */
	DB_DENIED = -3,		/* rights are missing */
	DB_DUPLICATE = -4,	/* a unique key has that value already */
	DB_BUSY = -5,		/* deadlock or lock wait: the transaction was
				 * rolled back and may be tried again */
	DB_UNCERTAIN = -6	/* lost while committing: look, then repeat */
};

enum db_type { DB_NULL, DB_TEXT, DB_INTEGER, DB_REAL };

struct db_value {
	enum db_type type;
	struct slice text;	/* DB_TEXT: borrowed; bytes that are not
				 * UTF-8 go in as U+FFFD */
	int64_t integer;
	double real;
};

struct db_parameter {
	const char *name;	/* without the colon */
	struct db_value value;
};

static inline struct db_value db_text(struct slice text)
{
	return (struct db_value){ .type = text.ptr ? DB_TEXT : DB_NULL,
				  .text = text };
}

static inline struct db_value db_string(const char *text)
{
	return db_text(slice_from(text));
}

static inline struct db_value db_integer(int64_t integer)
{
	return (struct db_value){ .type = DB_INTEGER, .integer = integer };
}

static inline struct db_value db_real(double real)
{
	return (struct db_value){ .type = DB_REAL, .real = real };
}

/* One row of an answer. Every column comes as text (the database's own
 * spelling of numbers) or NULL. Lives until the callback returns. */
struct db_row {
	size_t n_columns;
	struct slice columns[DB_MAX_COLUMNS];	/* ptr NULL means SQL NULL */
	const char *names[DB_MAX_COLUMNS];
};

/* The column of that name; an empty slice with ptr NULL when it is NULL or
 * not there. Numbers: `otherwise` when absent or no number. */
struct slice db_column(const struct db_row *row, const char *name);
int64_t db_column_integer(const struct db_row *row, const char *name,
			  int64_t otherwise);
double db_column_real(const struct db_row *row, const char *name,
		      double otherwise);

/* Return 0 to see the next row, anything else to stop without error. Must not
 * use the connection: what a table shows while it is read and changed at once
 * differs between databases. Collect first, then act. */
typedef int (*db_row_fn)(void *context, const struct db_row *row);

/* Where it is asked only whether there is a row: `context` is a bool, which
 * becomes true. */
int db_note_row(void *context, const struct db_row *row);

struct db;

struct db_settings {
	const char *kind;	/* "sqlite" or "mysql" */
	const char *file;	/* sqlite: path, or ":memory:" */
	const char *host;	/* mysql: name or address; "" or "localhost"
				 * for the socket */
	int64_t port;
	const char *socket;	/* mysql: path of the socket, instead of host
				 * and port; "" for these or the usual one */
	const char *user;
	const char *password;	/* already read from its file */
	const char *name;	/* mysql: default database */
	const char *tls_ca;	/* mysql: CA file; set means TLS is required */
	const char *panel_file;	/* sqlite: a second file, may be NULL or "" */
	int64_t timeout_s;	/* connect, read and write */
};

/*
 * Connects at once. The strings must live as long as the struct db.
 *
 * SQLite: makes the file (mode 0640 less the umask) when it is not there, but
 * no folder. The journal is a WAL whose files stay, so that a mail server
 * that may only read the file is never refused and never waits for a writer.
 * `panel_file` must be there and is only read; its tables are named
 * "panel.TABLE".
 *
 * MySQL: reads no option file of the machine, and never sends it a file.
 */
int db_open(const struct db_settings *settings, struct db **db_out,
	    struct err *err);

/* Closes, frees, and sets the caller's pointer to NULL. */
void db_close(struct db **db);

/* "sqlite" or "mysql": names the folder of our own statements. */
const char *db_kind(const struct db *db);

/*
 * Run one statement. `parameters` may hold names that the statement does not
 * use; a name in the statement that is not among them is DB_FAILED. A colon
 * inside '...', "...", `...` or a comment is not a parameter. `row` may be
 * NULL; *changed_out (rows really changed, as CLIENT_FOUND_ROWS unset) may be
 * NULL. Anything but DB_OK fills in *err.
 */
enum db_result db_run(struct db *db, const char *sql,
		      const struct db_parameter *parameters,
		      size_t n_parameters, db_row_fn row, void *context,
		      int64_t *changed_out, struct err *err);

/* Several statements separated by ';', without parameters: migrations. Stops
 * at the first that fails. Bodies of triggers and procedures, which hold ';'
 * of their own, are not understood. */
enum db_result db_run_script(struct db *db, const char *sql, struct err *err);

/*
 * Transactions do not nest. Rolling back never fails: a lost connection has
 * rolled back as well, and without a transaction it does nothing.
 *
 * After DB_AWAY or DB_BUSY in a transaction nothing of it is left. Until
 * db_rollback() or db_commit(), every statement and db_commit() itself repeat
 * that result, so that no later statement slips in on its own.
 */
enum db_result db_begin(struct db *db, struct err *err);
enum db_result db_commit(struct db *db, struct err *err);
void db_rollback(struct db *db);
bool db_in_transaction(const struct db *db);

/* From now on db_commit() of this transaction rolls back and is DB_FAILED
 * with these words: for a caller who forgets to look at a result. */
void db_refuse_commit(struct db *db, const struct err *why);

/* Key that the last INSERT on this connection made. */
int64_t db_last_id(struct db *db);

#endif
