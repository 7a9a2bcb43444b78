/*
 * panel_file - one file of a panel's folder, read and checked before any of
 * it runs.
 *
 * The folder is the administrator's and is trusted to mean well, not to be
 * free of slips: an UPDATE without WHERE, a statement that does not ask for
 * the account, or one that leaves open how many rows may change, is refused
 * when it is loaded and not when the first account is to be blocked.
 */
#ifndef DETECTOR_PANEL_PANEL_FILE_H
#define DETECTOR_PANEL_PANEL_FILE_H

#include "base/err.h"
#include "base/slice.h"

enum {
	PANEL_MAX_STATEMENTS = 8,
	PANEL_MAX_ROWS = 100	/* of one account, in one statement */
};

struct panel_statement {
	char *sql;
	int line;		/* where it begins in its file */
	int rows_min, rows_max;	/* that must change; both 0 for a SELECT */
};

struct panel_file {
	char name[24];		/* "block.sql" */
	struct panel_statement statements[PANEL_MAX_STATEMENTS];
	size_t n_statements;
};

/*
 * `kind` says what the file may hold: one SELECT, or INSERT, UPDATE and
 * DELETE. `prefix` replaces "{panel}". On failure *file holds nothing that
 * needs releasing.
 */
enum panel_file_kind { PANEL_FILE_READS, PANEL_FILE_CHANGES };

int panel_file_load(struct panel_file *file, const char *folder,
		    const char *name, enum panel_file_kind kind,
		    const char *prefix, struct err *err);
void panel_file_release(struct panel_file *file);

#endif
