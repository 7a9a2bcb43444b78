/*
 * db_driver - what a database library must be able to do for db.c.
 *
 * One struct per library, in its adapter. db.c keeps the transaction's state,
 * opens a lost link again and turns names into '?', so a driver only speaks
 * to its library and translates its errors. A driver's `link` is gone after
 * close(); a result of DB_AWAY makes db.c close it.
 */
#ifndef DETECTOR_PANEL_DB_DRIVER_H
#define DETECTOR_PANEL_DB_DRIVER_H

#include "detector/panel/db.h"

struct db_driver {
	const char *kind;
	const char *begin;	/* the statement that takes the write lock */

	enum db_result (*open)(const struct db_settings *settings,
			       void **link_out, struct err *err);
	void (*close)(void *link);
	/* Is the database another one by now (a file that was replaced)? May
	 * be NULL for never. Asked outside transactions. */
	bool (*is_replaced)(const void *link);

	/* Nothing has happened in the database when this fails. */
	enum db_result (*prepare)(void *link, struct slice sql,
				  void **statement_out, struct err *err);
	/* `values` stand for the '?' in order, one each: else DB_FAILED. */
	enum db_result (*execute)(void *statement,
				  const struct db_value *values,
				  size_t n_values, db_row_fn row,
				  void *context, int64_t *changed_out,
				  struct err *err);
	bool (*only_reads)(void *statement);
	/* It ran and may run again, with other values. Until then it holds
	 * nothing: no lock, no answer, no value. */
	void (*rest)(void *statement);
	void (*finish)(void *statement);

	/* One statement without parameters whose answer nobody wants; some
	 * cannot be prepared. `sql` ends in a NUL. */
	enum db_result (*run_plain)(void *link, const char *sql,
				    struct err *err);
	int64_t (*last_id)(void *link);
};

/* What one of a library's error numbers means to us, and to the operator. */
struct db_meaning {
	int number;
	enum db_result result;
	int exit_code;
	const char *remedy;	/* or NULL */
};

/* Fill in *err from the library's number and words; numbers that are not in
 * the table are our own mistake. Returns the result that goes with it. */
enum db_result db_explain(const struct db_meaning *meanings, size_t n,
			  const char *place, int number, const char *words,
			  struct err *err);

extern const struct db_driver db_driver_sqlite;
extern const struct db_driver db_driver_mysql;

#endif
