/*
 * db_contract - what db.h promises, tried on whichever database the caller
 * opened: SQLite and MariaDB must not differ in it.
 */
#ifndef TESTS_SUPPORT_DB_CONTRACT_H
#define TESTS_SUPPORT_DB_CONTRACT_H

#include "detector/panel/db.h"
#include "tests/support/test.h"

/* Runs all of it; `settings` open a database that may be written to, with a
 * time-out of one second. Returns the number of failures. */
int db_contract_run(const char *group, const struct db_settings *settings);

/* The first column of the first row, "NULL", or "(no row)"; fails the test
 * when the statement does. */
const char *db_one(struct db *db, const char *sql);

/* Run it and fail the test unless it ends as wanted. */
void db_must(struct db *db, const char *sql, enum db_result want);

#endif
