/*
 * door - the socket at which the acting process waits (act.socket), and who
 * may come: root, the user it runs as itself, and reader_user.
 */
#ifndef DETECTOR_COMMANDS_DOOR_H
#define DETECTOR_COMMANDS_DOOR_H

#include "base/err.h"

#include <stdbool.h>

/* Mode 0660, in the group of reader_user. A socket that nobody waits at any
 * more is replaced; EXIT_AGAIN while somebody does. */
int door_open(const char *path, int *fd_out, struct err *err);
void door_close(const char *path, int fd);

/* From outside: a connection, which is the caller's to close. EXIT_SERVICE when
 * nobody is there, EXIT_RIGHTS when we may not. */
int door_knock(const char *path, int *fd_out, struct err *err);

/* -1 with *err; the caller closes what it gets. */
int door_accept(int listener, struct err *err);

/* False and *err: who is at the other end may not. */
bool door_may(int fd, struct err *err);

#endif
