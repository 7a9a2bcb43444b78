/*
 * loopback - a socket that a test's own server takes connections on.
 */
#ifndef TESTS_SUPPORT_LOOPBACK_H
#define TESTS_SUPPORT_LOOPBACK_H

/* Listens on 127.0.0.1, on a free port. The caller closes it. */
int loopback_listen(int *port_out);

#endif
