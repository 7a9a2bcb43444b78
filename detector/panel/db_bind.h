/*
 * db_bind - a statement as a driver wants it: '?' for every name, and the
 * values in their order. For db.c alone.
 */
#ifndef DETECTOR_PANEL_DB_BIND_H
#define DETECTOR_PANEL_DB_BIND_H

#include "base/text.h"
#include "detector/panel/db.h"

struct db_bound {
	struct text sql;
	struct db_value *values;
	size_t n_values, room;
	struct text repaired;	/* copies of values that were not UTF-8 */
};

#define DB_BOUND_INIT {							\
	.sql = TEXT_INIT(DB_MAX_SQL_BYTES),				\
	.repaired = TEXT_INIT(16 * DB_MAX_COLUMN_BYTES) }

/* As db_run() has it. `bound` begins as DB_BOUND_INIT and borrows the values'
 * bytes; it is to be released after a failure as well. */
int db_bind(struct db_bound *bound, const char *sql,
	    const struct db_parameter *parameters, size_t n_parameters,
	    struct err *err);
void db_bound_release(struct db_bound *bound);

#endif
