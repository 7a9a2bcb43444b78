/*
 * db_kept - statements that stay prepared on one connection, so that what is
 * asked again and again is not read, translated and planned anew. For db.c
 * alone.
 *
 * A statement is known by its text, as db_run() is given it. At most DB_KEPT
 * of them; the one that was used longest ago makes room. Long ones and those
 * of many parameters, which are lists and differ every time, are not kept.
 *
 * They belong to the link: forget all of them before it is closed, and when
 * tables are made or changed by us (others' changes both libraries notice).
 * What fails is not kept on.
 */
#ifndef DETECTOR_PANEL_DB_KEPT_H
#define DETECTOR_PANEL_DB_KEPT_H

#include "detector/panel/db_bind.h"
#include "detector/panel/db_driver.h"

enum { DB_KEPT = 40, DB_KEPT_BYTES = 4096, DB_KEPT_PARAMETERS = 32 };

struct db_kept {
	void *statement;	/* the driver's; NULL: free place */
	uint64_t hash;		/* of `marks.source` */
	uint64_t used;		/* db_kept_all.clock at that time */
	struct db_marks marks;	/* its names, into its own source */
};

struct db_kept_all {
	struct db_kept list[DB_KEPT];
	uint64_t clock;
};

/* NULL when it is not there. */
struct db_kept *db_kept_find(struct db_kept_all *all, struct slice source);

/* Take statement and marks over; false, and both stay the caller's, when it is
 * none that is kept. `marks` is empty afterwards. */
bool db_kept_add(struct db_kept_all *all, const struct db_driver *driver,
		 void *statement, struct db_marks *marks);

void db_kept_forget(struct db_kept *kept, const struct db_driver *driver);
void db_kept_forget_all(struct db_kept_all *all,
			const struct db_driver *driver);

#endif
