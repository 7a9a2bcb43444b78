/*
 * detect - which hosting panel's tables are there?
 *
 * sql/panels/NAME/columns says by what a panel is recognised, one line each:
 *   table.column     must be there; the first line is such a one, and of what
 *                    the folder's grants.sql allows the rarest
 *   !table.column    must not be there
 *   # comment
 * A folder without that file (own, panels without tables) is never found. No C
 * knows a panel by name.
 *
 * Looked at are the databases whose columns the connected user may see, which
 * with MariaDB and MySQL are those he has a right in; with SQLite the file
 * that db_settings.panel_file names. Nothing is read but the catalogue, and
 * our own tables need not be there.
 */
#ifndef DETECTOR_PANEL_DETECT_H
#define DETECTOR_PANEL_DETECT_H

#include "base/text.h"
#include "detector/panel/db.h"

enum {
	DETECT_MAX_MATCHES = 16,
	DETECT_NAME_SIZE = 49,		/* of a panel's folder */
	DETECT_DATABASE_SIZE = 257	/* 64 characters in MariaDB */
};

struct detect_match {
	char panel[DETECT_NAME_SIZE];
	/* "panel" in SQLite. Whoever made it chose the name: visible first. */
	char database[DETECT_DATABASE_SIZE];
	bool has_switch;	/* block.sql: gate "both" makes sense */
	/* False: the user sees some columns of a table only, so one that must
	 * not be there may be hidden. */
	bool is_sure;
};

struct detection {
	struct detect_match matches[DETECT_MAX_MATCHES];
	size_t n;
	bool has_more;		/* than fit */
	/* MariaDB and MySQL: as whom we look, from where, and at how many
	 * databases; `sees_all` is the right to read every one. */
	char user[DETECT_DATABASE_SIZE], host[DETECT_DATABASE_SIZE];
	int64_t n_databases;
	bool sees_all;
};

/* Sorted by panel, then database. -1 with *err when a file is wrong or the
 * database does not answer. */
int detect_panels(struct db *db, const char *sql_dir,
		  struct detection *out, struct err *err);

/* The names of all folders, "a, b, c", appended to `out`. */
int detect_known(const char *sql_dir, struct text *out, struct err *err);

#endif
