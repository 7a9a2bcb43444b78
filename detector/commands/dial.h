/*
 * dial - a small process that makes connections to the acting process for the
 * one that reads logs, which gives up its rights before it reads: it may then
 * start no program, open no socket and read no secret.
 *
 * It is forked before that, keeps the rights that the command was started with,
 * never sees a log, and takes one word: "again". To that it answers with a
 * descriptor: of act.socket, or of an acting process (`comporta act`) that it
 * starts with the same configuration. One of these lives at a time: one that is
 * still there when the next is asked for hangs, and is killed.
 *
 * It ends when its reader does. All zero is the state before dial_start().
 */
#ifndef DETECTOR_COMMANDS_DIAL_H
#define DETECTOR_COMMANDS_DIAL_H

#include "detector/commands/command.h"

#include <sys/types.h>

struct dial {
	int fd;			/* 0 when there is none */
	pid_t pid;
};

int dial_start(struct dial *dial, const struct invocation *invocation,
	       struct err *err);

/* A new connection, which is the caller's to close. EXIT_SERVICE when nobody
 * is there, EXIT_RIGHTS when we may not. */
int dial_again(struct dial *dial, int *fd_out, struct err *err);

/* Of a `dial` that is gone no new connections come. */
bool dial_is_there(const struct dial *dial);

/* After the connection was closed: waits a few seconds for the acting process
 * to finish what it has in hand. */
void dial_end(struct dial *dial);

#endif
