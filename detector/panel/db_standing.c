#include "detector/panel/db_standing.h"

#include <string.h>

static int take_read_only(void *context, const struct db_row *row)
{
	*(bool *)context = db_column_integer(row, "n", 0) != 0;
	return 1;
}

static int take_running(void *context, const struct db_row *row)
{
	*(bool *)context = slice_eq_nocase(db_column(row, "value"), S("ON"));
	return 1;
}

int db_standing(struct db *db, struct db_standing *out, struct err *err)
{
	struct db_standing standing = { false, false };

	if (strcmp(db_kind(db), "mysql") == 0 &&
	    (db_run(db, "SELECT @@global.read_only AS n", NULL, 0,
		    take_read_only, &standing.is_read_only, NULL,
		    err) != DB_OK ||
	     db_run(db, "SHOW GLOBAL STATUS LIKE 'Slave_running'", NULL, 0,
		    take_running, &standing.is_replica, NULL, err) != DB_OK))
		return -1;
	*out = standing;
	return 0;
}
