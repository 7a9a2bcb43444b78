#include "detector/panel/db.h"

#include "detector/panel/db_bind.h"
#include "detector/panel/db_driver.h"
#include "detector/panel/db_kept.h"
#include "detector/panel/sql_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum transaction { NONE, OPEN, DEAD };

struct db {
	const struct db_driver *driver;
	struct db_settings settings;
	void *link;		/* NULL after it was lost */
	enum transaction transaction;
	enum db_result death;	/* why it is DEAD, and in whose words */
	struct err last_words;
	bool reading;		/* a row callback runs */
	struct db_kept_all kept;	/* of this link */
};

static const struct db_driver *const drivers[] = {
	&db_driver_sqlite, &db_driver_mysql
};

struct slice db_column(const struct db_row *row, const char *name)
{
	/* ASCII letters differ by that bit from their capitals. */
	for (size_t i = 0; i < row->n_columns; i++)
		if (((row->names[i][0] ^ name[0]) & ~0x20) == 0 &&
		    strcasecmp(row->names[i], name) == 0)
			return row->columns[i];
	return (struct slice){ NULL, 0 };
}

/* A copy with a NUL for strtoll() and strtod(). False for what is too long
 * to be a number or begins with the blanks that they would skip. */
static bool number_text(struct slice column, char text_out[64])
{
	return column.len > 0 && slice_copy(column, text_out, 64) &&
	       strchr("+-.0123456789", text_out[0]) != NULL;
}

int64_t db_column_integer(const struct db_row *row, const char *name,
			  int64_t otherwise)
{
	char text[64], *end;
	long long number;

	if (!number_text(db_column(row, name), text))
		return otherwise;
	errno = 0;
	number = strtoll(text, &end, 10);
	return errno || end == text || *end ? otherwise : number;
}

double db_column_real(const struct db_row *row, const char *name,
		      double otherwise)
{
	char text[64], *end;
	double number;

	if (!number_text(db_column(row, name), text))
		return otherwise;
	errno = 0;
	number = strtod(text, &end);
	return errno || end == text || *end ? otherwise : number;
}

int db_note_row(void *context, const struct db_row *row)
{
	(void)row;
	*(bool *)context = true;
	return 1;
}

int db_open(const struct db_settings *settings, struct db **db_out,
	    struct err *err)
{
	const struct db_driver *driver = NULL;
	struct db *db;
	void *link;

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (strcmp(drivers[i]->kind, settings->kind) == 0)
			driver = drivers[i];
	if (!driver)
		return err_set(err, EXIT_CONFIG,
			       "there is no kind of database of that name: "
			       "write sqlite or mysql");
	if (driver->open(settings, &link, err) != DB_OK)
		return -1;
	db = calloc(1, sizeof(*db));
	if (!db)
		abort();
	db->driver = driver;
	db->settings = *settings;
	db->link = link;
	*db_out = db;
	return 0;
}

static void hang_up(struct db *db)
{
	db_kept_forget_all(&db->kept, db->driver);
	if (db->link)
		db->driver->close(db->link);
	db->link = NULL;
}

void db_close(struct db **db)
{
	if (!*db)
		return;
	db_rollback(*db);
	hang_up(*db);
	free(*db);
	*db = NULL;
}

const char *db_kind(const struct db *db)
{
	return db->driver->kind;
}

bool db_in_transaction(const struct db *db)
{
	return db->transaction != NONE;
}

static void die(struct db *db, enum db_result result, const struct err *err)
{
	db->transaction = DEAD;
	db->death = result;
	db->last_words = *err;
}

/* Draw the consequences of a result: a lost link is closed, and a transaction
 * of which nothing is left takes no more statements. */
static enum db_result settle(struct db *db, enum db_result result,
			     const struct err *err)
{
	struct err ignored;

	if ((result == DB_AWAY || result == DB_BUSY) &&
	    db->transaction == OPEN)
		die(db, result, err);
	/* Others wait for our locks, so they go at once. */
	if (result == DB_BUSY && db->transaction == DEAD)
		db->driver->run_plain(db->link, "ROLLBACK", &ignored);
	if (result == DB_AWAY)
		hang_up(db);
	return result;
}

static enum db_result last_words(const struct db *db, struct err *err)
{
	*err = db->last_words;
	err_prefix(err, "nothing of this transaction was kept: ");
	return db->death;
}

/* May a statement run at all? Opens the link if it was lost before. */
static enum db_result ready(struct db *db, struct err *err)
{
	if (db->reading) {
		err_set(err, EXIT_BUG, "a statement was run while another's "
			"rows are being read");
		return DB_FAILED;
	}
	if (db->transaction == DEAD)
		return last_words(db, err);
	if (db->link && db->transaction == NONE && db->driver->is_replaced &&
	    db->driver->is_replaced(db->link))
		hang_up(db);
	if (!db->link)
		return db->driver->open(&db->settings, &db->link, err);
	return DB_OK;
}

/* Outside a transaction a link may have died of idleness. Preparing has done
 * nothing yet, so it is simply tried again on a new one. */
static enum db_result prepare(struct db *db, struct slice sql,
			      void **statement_out, struct err *err)
{
	struct err first;
	enum db_result result = db->driver->prepare(db->link, sql,
						    statement_out, &first);

	if (result == DB_OK)
		return DB_OK;
	if (result != DB_AWAY || db->transaction != NONE) {
		*err = first;
		return settle(db, result, err);
	}
	hang_up(db);
	result = ready(db, err);
	if (result != DB_OK)
		return result;
	return settle(db, db->driver->prepare(db->link, sql, statement_out,
					      err), err);
}

/* One statement on its way: kept from before, or made for this once. */
struct running {
	struct db *db;
	void *statement;
	struct db_kept *kept;	/* NULL: `marks` are its own */
	struct db_marks marks;
	const struct db_parameter *parameters;
	size_t n_parameters;
	db_row_fn row;
	void *context;
	size_t n_rows;		/* given to `row` */
	int64_t changed;
};

static int give_row(void *context, const struct db_row *row)
{
	struct running *running = context;

	running->n_rows++;
	return running->row(running->context, row);
}

/* Whether a connection still lives shows when a statement is prepared, before
 * anything has happened. A change that stands alone must not do without that:
 * nobody could say whether it was made. */
static struct db_kept *find_kept(struct db *db, struct slice sql)
{
	struct db_kept *kept = db_kept_find(&db->kept, sql);

	if (kept && db->transaction == NONE &&
	    !db->driver->only_reads(kept->statement))
		return NULL;
	return kept;
}

static enum db_result get_statement(struct running *running, struct slice sql,
				    struct err *err)
{
	struct db *db = running->db;
	enum db_result result = ready(db, err);

	if (result != DB_OK)
		return result;
	running->kept = find_kept(db, sql);
	if (running->kept) {
		running->statement = running->kept->statement;
		return DB_OK;
	}
	if (db_translate(&running->marks, sql, err) != 0)
		return DB_FAILED;
	return prepare(db, text_slice(&running->marks.sql),
		       &running->statement, err);
}

/* What is to be asked again stays prepared; what failed does not. */
static void put_statement(struct running *running, struct slice sql,
			  enum db_result result)
{
	struct db *db = running->db;
	struct db_kept *old;

	if (running->kept && result != DB_OK) {
		db_kept_forget(running->kept, db->driver);
		return;
	}
	if (result == DB_OK)
		db->driver->rest(running->statement);
	if (running->kept)
		return;
	old = result == DB_OK ? db_kept_find(&db->kept, sql) : NULL;
	if (old || result != DB_OK ||
	    !db_kept_add(&db->kept, db->driver, running->statement,
			 &running->marks))
		db->driver->finish(running->statement);
}

static enum db_result execute(struct running *running, struct slice sql,
			      struct err *err)
{
	struct db *db = running->db;
	const struct db_marks *marks = running->kept ? &running->kept->marks
						     : &running->marks;
	struct db_bound bound = DB_BOUND_INIT;
	bool only_reads = db->driver->only_reads(running->statement);
	bool alone = db->transaction == NONE && !only_reads;
	enum db_result result = DB_FAILED;

	if (db_bind(&bound, marks, running->parameters,
		    running->n_parameters, err) == 0) {
		db->reading = true;
		result = db->driver->execute(running->statement, bound.values,
					     bound.n_values,
					     running->row ? give_row : NULL,
					     running, &running->changed, err);
		db->reading = false;
	}
	db_bound_release(&bound);
	put_statement(running, sql, result);
	settle(db, result, err);
	return result == DB_AWAY && alone ? DB_UNCERTAIN : result;
}

static enum db_result run(struct running *running, struct slice sql,
			  struct err *err)
{
	enum db_result result = get_statement(running, sql, err);

	if (result == DB_OK)
		result = execute(running, sql, err);
	db_marks_release(&running->marks);
	return result;
}

enum db_result db_run(struct db *db, const char *sql,
		      const struct db_parameter *parameters,
		      size_t n_parameters, db_row_fn row, void *context,
		      int64_t *changed_out, struct err *err)
{
	struct running running = {
		.db = db, .marks = DB_MARKS_INIT, .parameters = parameters,
		.n_parameters = n_parameters, .row = row, .context = context,
	};
	struct slice text = slice_from(sql);
	enum db_result result = run(&running, text, err);

	/* The connection died while idle, or the server no longer knows what
	 * was prepared on it. Nothing was changed or told yet, so it is asked
	 * once more, and prepared for that. */
	if (running.kept && running.n_rows == 0 &&
	    db->transaction == NONE &&
	    (result == DB_AWAY || result == DB_FAILED))
		result = run(&running, text, err);
	if (result == DB_OK && changed_out)
		*changed_out = running.changed;
	return result;
}

/* As db_run(), for what has no parameters or cannot be prepared. */
static enum db_result run_plain(struct db *db, const char *sql,
				struct err *err)
{
	enum db_result result = ready(db, err);

	if (result != DB_OK)
		return result;
	return settle(db, db->driver->run_plain(db->link, sql, err), err);
}

enum db_result db_run_script(struct db *db, const char *sql, struct err *err)
{
	struct slice whole = slice_from(sql), rest = whole, one;
	enum sql_found found;

	db_kept_forget_all(&db->kept, db->driver);
	while ((found = sql_statement(&rest, &one, err)) == SQL_FOUND) {
		char *copy = strndup(one.ptr, one.len);
		enum db_result result;

		if (!copy)
			abort();
		result = run_plain(db, copy, err);
		free(copy);
		if (result == DB_OK)
			continue;
		err_prefix(err, "statement that ends on line %d: ",
			   sql_line(whole, one.ptr + one.len));
		return result;
	}
	return found == SQL_BAD ? DB_FAILED : DB_OK;
}

enum db_result db_begin(struct db *db, struct err *err)
{
	enum db_result result;
	struct err first;

	if (db->transaction != NONE) {
		err_set(err, EXIT_BUG, "a transaction is open already");
		return DB_FAILED;
	}
	result = run_plain(db, db->driver->begin, &first);
	if (result == DB_AWAY)
		result = run_plain(db, db->driver->begin, err);
	else if (result != DB_OK)
		*err = first;
	if (result == DB_OK)
		db->transaction = OPEN;
	return result;
}

static enum db_result commit_open(struct db *db, struct err *err)
{
	struct err ignored;
	enum db_result result =
		db->driver->run_plain(db->link, "COMMIT", err);

	db->transaction = NONE;
	if (result == DB_AWAY) {
		hang_up(db);
		return DB_UNCERTAIN;
	}
	if (result != DB_OK)
		db->driver->run_plain(db->link, "ROLLBACK", &ignored);
	return result;
}

enum db_result db_commit(struct db *db, struct err *err)
{
	enum db_result result;

	if (db->transaction == NONE) {
		err_set(err, EXIT_BUG, "there is no transaction to commit");
		return DB_FAILED;
	}
	if (db->transaction == OPEN)
		return commit_open(db, err);
	result = last_words(db, err);
	db_rollback(db);
	return result;
}

void db_rollback(struct db *db)
{
	struct err ignored;

	/* A link that cannot even roll back must not be used again: closing
	 * it rolls back for certain. */
	if (db->transaction != NONE && db->link &&
	    db->driver->run_plain(db->link, "ROLLBACK", &ignored) != DB_OK)
		hang_up(db);
	db->transaction = NONE;
}

void db_refuse_commit(struct db *db, const struct err *why)
{
	if (db->transaction == OPEN)
		die(db, DB_FAILED, why);
}

int64_t db_last_id(struct db *db)
{
	return db->link ? db->driver->last_id(db->link) : 0;
}
