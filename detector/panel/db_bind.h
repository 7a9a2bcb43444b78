/*
 * db_bind - a statement as a driver wants it: '?' for every name, and the
 * values in their order. For db.c alone.
 */
#ifndef DETECTOR_PANEL_DB_BIND_H
#define DETECTOR_PANEL_DB_BIND_H

#include "base/text.h"
#include "detector/panel/db.h"

/* A statement translated once. The names point into `source`, a copy. */
struct db_marks {
	struct text source, sql;
	struct slice *names;	/* one for each '?', in their order */
	size_t n, room;
};

#define DB_MARKS_INIT {							\
	.source = TEXT_INIT(2 * DB_MAX_SQL_BYTES),			\
	.sql = TEXT_INIT(DB_MAX_SQL_BYTES) }

/* `marks` begins as DB_MARKS_INIT, and is to be released after a failure as
 * well. */
int db_translate(struct db_marks *marks, struct slice sql, struct err *err);
void db_marks_release(struct db_marks *marks);

struct db_bound {
	struct db_value *values;
	size_t n_values;
	struct text repaired;	/* copies of values that were not UTF-8 */
};

#define DB_BOUND_INIT {							\
	.repaired = TEXT_INIT(16 * DB_MAX_COLUMN_BYTES) }

/* The values in the order of the marks, as db_run() has it. `bound` begins as
 * DB_BOUND_INIT and borrows the values'
 * bytes; it is to be released after a failure as well. */
int db_bind(struct db_bound *bound, const struct db_marks *marks,
	    const struct db_parameter *parameters, size_t n_parameters,
	    struct err *err);
void db_bound_release(struct db_bound *bound);

#endif
