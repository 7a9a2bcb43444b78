/*
 * db_standing - is this the server to write to?
 *
 * Blocks are looked up on the server that they are written to, so a replica
 * that lags never makes one appear twice. But one that is named by mistake
 * either refuses every write, or takes it and keeps it to itself.
 */
#ifndef DETECTOR_PANEL_DB_STANDING_H
#define DETECTOR_PANEL_DB_STANDING_H

#include "detector/panel/db.h"

struct db_standing {
	bool is_read_only;	/* for all but its administrators */
	bool is_replica;	/* and replicating now; MySQL 8 does not say */
};

/* SQLite is neither. Needs no right. */
int db_standing(struct db *db, struct db_standing *out, struct err *err);

#endif
