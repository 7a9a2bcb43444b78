/*
 * db_statement - one statement with as many values as there are rows: lists
 * for IN, and an INSERT of many rows.
 *
 * The text is made of fixed words and of the names that the values get here,
 * so a value is bound as everywhere (db.h). Its bytes are copied.
 */
#ifndef DETECTOR_PANEL_DB_STATEMENT_H
#define DETECTOR_PANEL_DB_STATEMENT_H

#include "base/text.h"
#include "detector/panel/db.h"

struct db_statement {
	struct text sql, bytes;
	struct db_value *values;	/* texts point nowhere until it runs */
	size_t n, room;
};

#define DB_STATEMENT_INIT { TEXT_INIT(2 * DB_MAX_SQL_BYTES),		\
			    TEXT_INIT(16 * DB_MAX_COLUMN_BYTES), NULL, 0, 0 }

void db_statement_words(struct db_statement *statement, const char *words);
void db_statement_value(struct db_statement *statement,
			struct db_value value);

/* db_run() with all of it. */
enum db_result db_statement_run(struct db_statement *statement, struct db *db,
				db_row_fn row, void *context,
				struct err *err);
void db_statement_release(struct db_statement *statement);

/*
 * Rows for one table. They go in as few INSERTs as parameters and a server's
 * usual max_allowed_packet allow; inside a transaction, as a part of them may
 * be in when another fails.
 */
struct db_rows {
	struct db *db;
	const char *head;	/* "INSERT INTO t (a, b) VALUES " */
	struct db_statement statement;
};

#define DB_ROWS_INIT(db_, head_) { (db_), (head_), DB_STATEMENT_INIT }

/* One more row, with one value a column. */
enum db_result db_rows_add(struct db_rows *rows,
			   const struct db_value *values, size_t n,
			   struct err *err);
/* What was added and is not in yet; `done` is the result so far, and nothing
 * goes in unless it is DB_OK. Releases them. */
enum db_result db_rows_end(struct db_rows *rows, enum db_result done,
			   struct err *err);

#endif
