/*
 * postman - another process of this program that sends what is due in the
 * outbox, and the webhooks (`comporta notify`), so that a server that takes its
 * time, or ten thousand notices, keep watch from nothing. Claims see to it that
 * nothing goes twice.
 *
 * One is out at a time. After one that could not send everything the next
 * waits half a minute. When watch ends, the postman finishes its round.
 *
 * All zero is the state in which none is out.
 */
#ifndef DETECTOR_COMMANDS_POSTMAN_H
#define DETECTOR_COMMANDS_POSTMAN_H

#include "detector/commands/command.h"

#include <stdint.h>
#include <sys/types.h>

struct postman {
	pid_t pid;		/* 0 when none is out */
	int64_t next_ms;	/* monotonic */
};

/* Must the next one wait? */
bool postman_is_out(struct postman *postman, int64_t now_ms);

/* With the configuration and options of `invocation`. */
int postman_send(struct postman *postman, const struct invocation *invocation,
		 struct err *err);

#endif
