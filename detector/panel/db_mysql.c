/*
 * The adapter of the MySQL client API of MariaDB's and Oracle's libraries.
 *
 * Every statement is prepared on the server and its values are sent apart
 * from it. Answers are fetched as text. The library never reconnects by
 * itself, as that would lose a transaction silently; db.c does it.
 */
#include "base/must.h"
#include "detector/panel/db_driver.h"
#include "detector/panel/db_mysql_errors.h"

#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* MySQL 8 has bool where MariaDB has a char of its own. */
#ifdef MARIADB_PACKAGE_VERSION
#define sql_bool my_bool
#else
#define sql_bool bool
#endif

/* A column is fetched into this much, and again when it is longer. */
enum { CELL_BYTES = 256 };

struct link {
	MYSQL *mysql;
	char place[200];	/* for error texts */
	int64_t last_id;
};

struct statement {
	struct link *link;
	MYSQL_STMT *stmt;
};

struct cell {
	char small[CELL_BYTES];
	char *big;
	size_t big_bytes;
	unsigned long len;
	sql_bool is_null;
	sql_bool cut;
};

static enum db_result explain(const struct link *link, unsigned int number,
			      const char *words, struct err *err)
{
	return db_mysql_explain(link->place, number, words, err);
}

static enum db_result failed(const struct link *link, struct err *err)
{
	return explain(link, mysql_errno(link->mysql),
		       mysql_error(link->mysql), err);
}

static enum db_result stmt_failed(const struct statement *statement,
				  struct err *err)
{
	return explain(statement->link, mysql_stmt_errno(statement->stmt),
		       mysql_stmt_error(statement->stmt), err);
}

static void close_link(void *opaque)
{
	struct link *link = opaque;

	mysql_close(link->mysql);
	free(link);
}

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static bool uses_socket(const struct db_settings *settings)
{
	return or_null(settings->socket) || !or_null(settings->host) ||
	       strcmp(settings->host, "localhost") == 0;
}

/* For error texts. */
static void name_place(struct link *link, const struct db_settings *settings)
{
	const char *socket = or_null(settings->socket);

	if (uses_socket(settings))
		snprintf(link->place, sizeof(link->place),
			 "database '%s' at %s", settings->name,
			 socket ? socket : "the usual socket");
	else
		snprintf(link->place, sizeof(link->place),
			 "database '%s' at %s:%d", settings->name,
			 settings->host, (int)settings->port);
}

static void set_timeouts(MYSQL *mysql, int64_t timeout_s)
{
	unsigned int seconds = timeout_s > 0 ? (unsigned int)timeout_s : 1;
	unsigned int longer = seconds + 1;

	mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
	/* Longer than the server waits for a lock, so that the server's own
	 * answer arrives and a busy table is not taken for a dead server. */
	mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &longer);
	mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &longer);
}

/*
 * The session speaks the same SQL as SQLite does, see db.h.
 *
 * A server that never hears of the end of a connection, as behind a firewall
 * that forgot it, would keep the locks of its transaction for hours: against
 * the panel, and against our own next try. Nobody of us is idle in a
 * transaction, so it may end soon. MariaDB has a limit for that (read by
 * nobody else, as it stands in a comment of its own), MySQL one for every
 * idle session, and an idle one is opened again without harm.
 */
static void set_session(MYSQL *mysql, int64_t timeout_s)
{
	int wait_s = timeout_s > 1 ? (int)(timeout_s / 2) : 1;
	int idle_s = timeout_s > 0 ? 3 * (int)timeout_s : 3;
	unsigned int off = 0;
	char init[480];

	snprintf(init, sizeof(init),
		 "SET SESSION sql_mode = 'STRICT_ALL_TABLES,"
		 "NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,"
		 "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', "
		 "autocommit = 1, innodb_lock_wait_timeout = %d, "
		 "lock_wait_timeout = %d "
		 "/*M!100300 , idle_transaction_timeout = %d */ "
		 "/*!80000 , wait_timeout = %d */",
		 wait_s, wait_s, idle_s, idle_s);
	mysql_options(mysql, MYSQL_INIT_COMMAND, init);
	mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	/* A server under a stranger's control may ask for files. */
	mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &off);
}

/* TLS means the server proves who it is; anything less only looks safe. */
static int set_tls(MYSQL *mysql, const char *ca, struct err *err)
{
	if (!or_null(ca))
		return 0;
	if (access(ca, R_OK) != 0)
		return err_set(err, EXIT_CONFIG, "tls_ca: the file %s cannot "
			       "be read; name the certificate of the authority "
			       "that signed the database server's", ca);
#ifdef MARIADB_PACKAGE_VERSION
	sql_bool yes = 1;

	mysql_options(mysql, MYSQL_OPT_SSL_CA, ca);
	mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &yes);
	mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
#else
	unsigned int mode = SSL_MODE_VERIFY_IDENTITY;

	mysql_options(mysql, MYSQL_OPT_SSL_CA, ca);
	mysql_options(mysql, MYSQL_OPT_SSL_MODE, &mode);
#endif
	return 0;
}

static enum db_result connect_link(struct link *link,
				   const struct db_settings *settings,
				   struct err *err)
{
	bool by_socket = uses_socket(settings);

	if (set_tls(link->mysql, settings->tls_ca, err) != 0)
		return DB_FAILED;
	set_timeouts(link->mysql, settings->timeout_s);
	set_session(link->mysql, settings->timeout_s);
	if (!mysql_real_connect(link->mysql,
				by_socket ? NULL : settings->host,
				settings->user, settings->password,
				or_null(settings->name),
				(unsigned int)settings->port,
				by_socket ? or_null(settings->socket) : NULL,
				0))
		return failed(link, err);
	return DB_OK;
}

static enum db_result open_link(const struct db_settings *settings,
				void **link_out, struct err *err)
{
	struct link *link = calloc(1, sizeof(*link));
	enum db_result result;

	if (!link || !(link->mysql = mysql_init(NULL)))
		abort();
	name_place(link, settings);
	result = connect_link(link, settings, err);
	if (result != DB_OK)
		close_link(link);
	else
		*link_out = link;
	return result;
}

/* answer() has given the answer back already. */
static void rest(void *opaque)
{
	(void)opaque;
}

static void finish(void *opaque)
{
	struct statement *statement = opaque;

	mysql_stmt_close(statement->stmt);
	free(statement);
}

static enum db_result prepare(void *opaque, struct slice sql,
			      void **statement_out, struct err *err)
{
	struct link *link = opaque;
	struct statement *statement = calloc(1, sizeof(*statement));
	enum db_result result;

	if (!statement || !(statement->stmt = mysql_stmt_init(link->mysql)))
		abort();
	statement->link = link;
	if (mysql_stmt_prepare(statement->stmt, sql.ptr, sql.len) != 0) {
		result = stmt_failed(statement, err);
		finish(statement);
		return result;
	}
	*statement_out = statement;
	return DB_OK;
}

static bool only_reads(void *opaque)
{
	struct statement *statement = opaque;

	return mysql_stmt_field_count(statement->stmt) > 0;
}

static void bind_value(MYSQL_BIND *bind, const struct db_value *value,
		       unsigned long *len)
{
	switch (value->type) {
	case DB_TEXT:
		*len = value->text.len;
		bind->buffer_type = MYSQL_TYPE_STRING;
		bind->buffer = (void *)(uintptr_t)value->text.ptr;
		bind->buffer_length = *len;
		bind->length = len;
		break;
	case DB_INTEGER:
		bind->buffer_type = MYSQL_TYPE_LONGLONG;
		bind->buffer = (void *)(uintptr_t)&value->integer;
		break;
	case DB_REAL:
		bind->buffer_type = MYSQL_TYPE_DOUBLE;
		bind->buffer = (void *)(uintptr_t)&value->real;
		break;
	default:
		bind->buffer_type = MYSQL_TYPE_NULL;
	}
}

static enum db_result send_values(struct statement *statement,
				  const struct db_value *values,
				  size_t n_values, struct err *err)
{
	MYSQL_BIND *binds = must(calloc(n_values + 1, sizeof(*binds)));
	unsigned long *lens = must(calloc(n_values + 1, sizeof(*lens)));
	enum db_result result = DB_OK;

	for (size_t i = 0; i < n_values; i++)
		bind_value(&binds[i], &values[i], &lens[i]);
	if ((n_values > 0 &&
	     mysql_stmt_bind_param(statement->stmt, binds) != 0) ||
	    mysql_stmt_execute(statement->stmt) != 0)
		result = stmt_failed(statement, err);
	free(binds);
	free(lens);
	return result;
}

/* Send the values and let the server work. */
static enum db_result start(struct statement *statement,
			    const struct db_value *values, size_t n_values,
			    struct err *err)
{
	if (mysql_stmt_param_count(statement->stmt) == n_values)
		return send_values(statement, values, n_values, err);
	err_set(err, EXIT_BUG, "the statement holds a parameter that is not "
		"written :name");
	return DB_FAILED;
}

/* A long column has not come whole: take it again. */
static enum db_result fetch_long(struct statement *statement,
				 struct cell *cell, unsigned int at,
				 const char *name, struct err *err)
{
	unsigned long len = cell->len;
	MYSQL_BIND bind = { .buffer_type = MYSQL_TYPE_STRING,
			    .length = &cell->len, .is_null = &cell->is_null,
			    .error = &cell->cut };

	if (len > DB_MAX_COLUMN_BYTES) {
		err_set(err, EXIT_DATA, "column %s holds more than %d bytes",
			name, DB_MAX_COLUMN_BYTES);
		return DB_FAILED;
	}
	if (len > cell->big_bytes) {
		free(cell->big);
		cell->big_bytes = len;
		cell->big = malloc(len);
		if (!cell->big)
			abort();
	}
	bind.buffer = cell->big;
	bind.buffer_length = len;
	if (mysql_stmt_fetch_column(statement->stmt, &bind, at, 0) != 0)
		return stmt_failed(statement, err);
	return DB_OK;
}

static enum db_result read_row(struct statement *statement,
			       struct cell *cells, struct db_row *row,
			       struct err *err)
{
	for (size_t i = 0; i < row->n_columns; i++) {
		struct cell *cell = &cells[i];
		/* NOLINTNEXTLINE(clang-analyzer-core.*): as many as bound. */
		bool is_long = !cell->is_null && cell->len > CELL_BYTES;
		enum db_result result = DB_OK;

		if (is_long)
			result = fetch_long(statement, cell, (unsigned int)i,
					    row->names[i], err);
		if (result != DB_OK)
			return result;
		row->columns[i] = (struct slice){
			is_long ? cell->big : cell->small, cell->len
		};
		if (cell->is_null)
			row->columns[i] = (struct slice){ NULL, 0 };
	}
	return DB_OK;
}

static enum db_result fetch_rows(struct statement *statement,
				 struct cell *cells, struct db_row *row,
				 db_row_fn row_fn, void *context,
				 struct err *err)
{
	for (;;) {
		int code = mysql_stmt_fetch(statement->stmt);
		enum db_result result;

		if (code == MYSQL_NO_DATA)
			return DB_OK;
		if (code != 0 && code != MYSQL_DATA_TRUNCATED)
			return stmt_failed(statement, err);
		result = read_row(statement, cells, row, err);
		if (result != DB_OK)
			return result;
		if (row_fn && row_fn(context, row) != 0)
			return DB_OK;
	}
}

static enum db_result bind_cells(struct statement *statement,
				 struct cell *cells, size_t n,
				 struct err *err)
{
	MYSQL_BIND binds[DB_MAX_COLUMNS];

	for (size_t i = 0; i < n; i++) {
		binds[i] = (MYSQL_BIND){
			.buffer_type = MYSQL_TYPE_STRING,
			.buffer = cells[i].small,
			.buffer_length = CELL_BYTES,
			.length = &cells[i].len,
			.is_null = &cells[i].is_null,
			.error = &cells[i].cut,
		};
	}
	if (mysql_stmt_bind_result(statement->stmt, binds) != 0 ||
	    mysql_stmt_store_result(statement->stmt) != 0)
		return stmt_failed(statement, err);
	return DB_OK;
}

static int name_columns(struct db_row *row, MYSQL_RES *meta, struct err *err)
{
	MYSQL_FIELD *fields = mysql_fetch_fields(meta);

	row->n_columns = mysql_num_fields(meta);
	if (row->n_columns > DB_MAX_COLUMNS)
		return err_set(err, EXIT_BUG, "the answer has more than %d "
			       "columns", DB_MAX_COLUMNS);
	for (size_t i = 0; i < row->n_columns; i++)
		row->names[i] = fields[i].name;
	return 0;
}

/* Their room need not be clean: what is not filled in is not looked at. */
static struct cell *make_cells(size_t n)
{
	struct cell *cells = must(malloc((n + 1) * sizeof(*cells)));

	for (size_t i = 0; i < n; i++) {
		cells[i].big = NULL;
		cells[i].big_bytes = 0;
	}
	return cells;
}

static enum db_result answer(struct statement *statement, db_row_fn row_fn,
			     void *context, struct err *err)
{
	MYSQL_RES *meta = must(mysql_stmt_result_metadata(statement->stmt));
	struct cell *cells = NULL;
	struct db_row row;
	enum db_result result = DB_FAILED;

	if (name_columns(&row, meta, err) == 0) {
		cells = make_cells(row.n_columns);
		result = bind_cells(statement, cells, row.n_columns, err);
	}
	if (result == DB_OK)
		result = fetch_rows(statement, cells, &row, row_fn, context,
				    err);
	for (size_t i = 0; cells && i < row.n_columns; i++)
		/* NOLINTNEXTLINE(clang-analyzer-core.*): as many as made. */
		free(cells[i].big);
	free(cells);
	mysql_free_result(meta);
	mysql_stmt_free_result(statement->stmt);
	return result;
}

static enum db_result execute(void *opaque, const struct db_value *values,
			      size_t n_values, db_row_fn row, void *context,
			      int64_t *changed_out, struct err *err)
{
	struct statement *statement = opaque;
	enum db_result result = start(statement, values, n_values, err);

	if (result != DB_OK)
		return result;
	if (only_reads(statement))
		return answer(statement, row, context, err);
	*changed_out = (int64_t)mysql_stmt_affected_rows(statement->stmt);
	if (mysql_stmt_insert_id(statement->stmt) > 0)
		statement->link->last_id =
			(int64_t)mysql_stmt_insert_id(statement->stmt);
	return DB_OK;
}

static enum db_result run_plain(void *opaque, const char *sql,
				struct err *err)
{
	struct link *link = opaque;
	MYSQL_RES *nobody_wants;

	if (mysql_real_query(link->mysql, sql, strlen(sql)) != 0)
		return failed(link, err);
	nobody_wants = mysql_store_result(link->mysql);
	if (nobody_wants)
		mysql_free_result(nobody_wants);
	else if (mysql_errno(link->mysql) != 0)
		return failed(link, err);
	return DB_OK;
}

static int64_t last_id(void *opaque)
{
	struct link *link = opaque;

	return link->last_id;
}

const struct db_driver db_driver_mysql = {
	.kind = "mysql",
	.begin = "START TRANSACTION",
	.open = open_link,
	.close = close_link,
	.prepare = prepare,
	.execute = execute,
	.only_reads = only_reads,
	.rest = rest,
	.finish = finish,
	.run_plain = run_plain,
	.last_id = last_id,
};
