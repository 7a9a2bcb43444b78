/*
 * grants - the files of SQL that an administrator runs, with their placeholders
 * filled in as their heads' sed does: our tables are in "comporta", users come
 * from 127.0.0.1, comporta's password is "secret", comporta_ro's "secret2" and
 * comporta_serve's "secret3".
 */
#ifndef TESTS_SUPPORT_GRANTS_H
#define TESTS_SUPPORT_GRANTS_H

#include "detector/panel/db.h"

/* Run `path` on a connection that may grant; the panel's tables are in
 * `panel_database`. Fails the test when something does not work. */
void grants_run(struct db *db, const char *path, const char *panel_database);

#endif
