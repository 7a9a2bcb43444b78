/*
 * clients - the open connections, and whose turn it is to go.
 *
 * When there are more than `most`, somebody goes for whoever comes: the
 * connection that has been without a request for longest, which its owner
 * opens again without noticing; where all of them have one, the request that
 * has been under way for longest, if that is over CLIENTS_GRACE_MS. So ten
 * thousand connections that say nothing keep nobody out.
 *
 * One address may have `most_each` and no more, so that it cannot push out
 * everybody else. Addresses are counted by a hash with a secret seed; two that
 * share a place count together. 0 stands for an address without a limit: a
 * reverse proxy's, behind which everybody is.
 *
 * A request that has not come in and been answered after `slow_ms` ends its
 * connection, and so does a first line that is not whole after as long, which
 * counts as none.
 *
 * Cutting is shutdown(): the owner of the descriptor sees the end and calls
 * clients_remove(). Every call takes constant time (clients_cut_slow() for each
 * one it cuts). Times are of the monotonic clock and never run back.
 */
#ifndef DETECTOR_HTTP_CLIENTS_H
#define DETECTOR_HTTP_CLIENTS_H

#include "detector/http/latency.h"

#include <stdbool.h>

enum {
	CLIENTS_GRACE_MS = 3000,
	/* Taken beyond `most`, while those who were cut are on their way. */
	CLIENTS_SPARE = 64
};

struct clients;
struct client;

struct clients_limits {
	size_t most, most_each;
	int64_t slow_ms;
	uint64_t seed;
};

/* Ends the program when there is no memory. `stats` is counted into. */
struct clients *clients_new(const struct clients_limits *limits,
			    struct http_stats *stats);
void clients_free(struct clients **clients);

/* Has this address less than it may? */
bool clients_may_come(const struct clients *clients, uint64_t address);

/* NULL beyond `most` and CLIENTS_SPARE. */
struct client *clients_add(struct clients *clients, int fd, uint64_t address,
			   int64_t now_ms);
/* A request has begun; it was answered. */
void clients_begin(struct clients *clients, struct client *client,
		   int64_t now_ms);
void clients_end(struct clients *clients, struct client *client,
		 int64_t now_ms);
void clients_remove(struct clients *clients, struct client *client);

void clients_cut_slow(struct clients *clients, int64_t now_ms);

#endif
