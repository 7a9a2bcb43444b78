/*
 * db_rights - may we write into our tables all that we have to?
 *
 * Tried, not read from what the server says of grants, since rights come in
 * many ways (roles, patterns, whole databases): statements that meet no row, in
 * a transaction that is rolled back. Which rights on which tables, says
 * sql/own/mysql/grants.sql; in SQLite there is one for all, that of the file.
 */
#ifndef DETECTOR_PANEL_DB_RIGHTS_H
#define DETECTOR_PANEL_DB_RIGHTS_H

#include "detector/panel/db.h"

/* Whose rights grants.sql names: who acts, and serve. */
#define DB_RIGHTS_ACTING "comporta"
#define DB_RIGHTS_SERVING "comporta_serve"

/* Of the one of these two, whatever the user is called in truth. 0 when
 * nothing is missing, and when others write and nobody can tell. Else -1, and
 * *err names what is missing, up to a few, and the remedy. */
int db_rights(struct db *db, const char *sql_dir, const char *whose,
	      struct err *err);

#endif
