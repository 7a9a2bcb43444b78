/*
 * panel_rig - one panel's folder with its fixture.sql in a fresh database.
 *
 * In MariaDB our tables are in the database "comporta", the panel's in
 * "hosting", and rig.db is the user `comporta` with the rights of
 * sql/own/mysql/grants.sql and of the folder's grants.sql. In SQLite all of
 * them are in one file in memory.
 *
 * Every function fails the test when something does not work.
 */
#ifndef TESTS_SUPPORT_PANEL_RIG_H
#define TESTS_SUPPORT_PANEL_RIG_H

#include "detector/panel/panel.h"
#include "tests/support/mariadb.h"

enum { RIG_BLOCK_ID = 7, RIG_AT_MS = 1763200862 };

/* What one test works on; rig_done() before the next one. */
extern struct panel_rig {
	struct mariadb server;	/* the caller's to start and to stop */
	struct db *db;
	struct panel *panel;
} rig;

/* Our block table's own folder; its tables are made by sql/own. */
bool rig_is_own(const char *name);
bool rig_has_switch(const char *name);

struct db *rig_connect(const char *user, const char *password,
		       const char *name);

/* Databases and users anew, with the panel's tables; connects nobody. */
void rig_prepare(const char *name);

void rig_use_mariadb(const char *name, enum panel_gate gate);
/* As another user of grants.sql, with his password there (grants.h). */
void rig_use_mariadb_as(const char *user, const char *password,
			const char *name, enum panel_gate gate);

/* False when the panel's tables cannot be made in SQLite. */
bool rig_use_sqlite(const char *name, enum panel_gate gate);
void rig_done(void);

/* Statements of the panel itself or of its administrator, in its database in
 * MariaDB. */
void rig_admin(const char *sql);

/* The first column of its first row; good until the next call. */
const char *rig_look(const char *sql);

struct panel_mailbox rig_find(struct slice account);
struct panel_standing rig_standing(struct slice account);

/* In a transaction of its own, which only ends well with DB_OK. */
enum db_result rig_block(struct slice account, bool *changed_out);
bool rig_unblock(struct slice account, const char *previous, int64_t id);

#endif
