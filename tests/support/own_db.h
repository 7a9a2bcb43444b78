/*
 * own_db - comporta's own tables in a private MariaDB, used as an
 * administrator and with the rights of sql/own/mysql/grants.sql.
 *
 * Whatever does not work fails the test. Connections are the caller's, who
 * closes them with db_close().
 */
#ifndef TESTS_SUPPORT_OWN_DB_H
#define TESTS_SUPPORT_OWN_DB_H

#include "detector/panel/db.h"
#include "tests/support/mariadb.h"

/* Starts the server and makes the tables and the user in it;
 * mariadb_stop() ends it. */
void own_db_start(struct mariadb *server);

/* As comporta: the least rights that suffice. */
struct db *own_db_open(const struct mariadb *server);

/* As the administrator, in the same database. */
struct db *own_db_root(const struct mariadb *server);

/* Statements, divided by semicolons. */
void own_db_run(struct db *db, const char *sql);

#endif
