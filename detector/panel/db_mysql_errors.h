/*
 * db_mysql_errors - what MariaDB's and MySQL's error numbers mean to us, and
 * what the operator can do.
 *
 * Numbers: https://mariadb.com/kb/en/mariadb-error-codes/, MySQL's own (3000
 * and up) in its error reference, those of the client (2000 to 2999) in
 * errmsg.h.
 */
#ifndef DETECTOR_PANEL_DB_MYSQL_ERRORS_H
#define DETECTOR_PANEL_DB_MYSQL_ERRORS_H

#include "detector/panel/db_driver.h"

/* As db_explain(). */
enum db_result db_mysql_explain(const char *place, unsigned int number,
				const char *words, struct err *err);

#endif
