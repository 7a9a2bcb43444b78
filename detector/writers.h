/*
 * writers - under which names the lines of mail servers are written.
 *
 * A queue id is unique within a queue, and not every name has one: a service of
 * Postfix may log under a syslog_name of its own ("smtps/smtpd",
 * "postfix-slow/smtp") and still work for the queue of "postfix". Only a name
 * under which a queue manager wrote has a queue of its own.
 *
 * Limit: WRITERS_MAX names. Those that come later are not known here, and then
 * every name is taken for one with a queue.
 */
#ifndef DETECTOR_WRITERS_H
#define DETECTOR_WRITERS_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum { WRITERS_MAX = 256 };

struct writer {
	uint64_t seed;		/* hash of host and instance */
	uint64_t host;		/* hash of the host */
	uint32_t n_others;	/* names on the same host */
	bool has_queue;		/* a queue manager wrote under it */
};

/* Zeroed it is ready. */
struct writers {
	struct writer all[WRITERS_MAX];
	uint32_t n;
};

/* The place of this one in `all`, from 1 on, which it keeps; 0 when there is
 * no room for it. */
uint32_t writers_place(struct writers *writers, uint64_t seed, uint64_t host);

/* A number for a machine's name, "mx1" as good as "MX1.example.net". 0 for no
 * name: some logs have none in their lines. */
uint32_t writers_machine(struct slice name);

#endif
