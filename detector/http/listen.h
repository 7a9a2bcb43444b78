/*
 * listen - the socket that the endpoint takes connections on.
 */
#ifndef DETECTOR_HTTP_LISTEN_H
#define DETECTOR_HTTP_LISTEN_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Listen on "127.0.0.1:8025" or "[::1]:8025": numbers only, as a name may
 * resolve to more than the operator meant. Port 0 takes a free one; *port_out
 * is the real one. EXIT_CONFIG when it cannot be read.
 */
int listen_open(const char *address, int *fd_out, int *port_out,
		struct err *err);

/* How many of `most` connections there can be descriptors for. The limit of
 * this process is raised as far as it may do by itself; where that is not
 * enough, the log tells. */
size_t listen_connections(int64_t most);

#endif
