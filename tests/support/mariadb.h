/*
 * mariadb - a private MariaDB server for one test program.
 *
 * It lives in a new folder under TMPDIR (or /tmp), listens on a socket there
 * and on a free port of 127.0.0.1, and has one user: root without a password.
 * It dies with the test program, however that ends; mariadb_stop() also
 * removes the folder. As root it runs as the user mysql.
 *
 * A missing server fails the test: what was not tested is not known to work.
 */
#ifndef TESTS_SUPPORT_MARIADB_H
#define TESTS_SUPPORT_MARIADB_H

#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <sys/types.h>

struct mariadb {
	char folder[FOLDER_SIZE];
	char socket[160];
	int port;
	pid_t pid;		/* 0 while it does not run */
	const char *const *extra;	/* more arguments, ends with NULL */
};

/* Makes the tables of the server itself (a second or two) and starts it. */
void mariadb_start(struct mariadb *server);

/* The same with arguments of its own, which win over the usual ones. */
void mariadb_start_with(struct mariadb *server, const char *const *extra);

/* As a power cut would. The data stays; mariadb_revive() starts it again on
 * the same socket and port. */
void mariadb_kill(struct mariadb *server);
void mariadb_revive(struct mariadb *server);

/* As an operator would: SIGTERM, and wait for the end. */
void mariadb_quit(struct mariadb *server);

/* It answers nobody, and its connections stand, until mariadb_thaw(). */
void mariadb_freeze(struct mariadb *server);
void mariadb_thaw(struct mariadb *server);

/* Ends it and removes its folder. */
void mariadb_stop(struct mariadb *server);

#endif
