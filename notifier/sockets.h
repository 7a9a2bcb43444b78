/*
 * sockets - which sockets a library has open for one dialogue. To a name with
 * IPv6 and IPv4 it may connect by both at once; the slower one is closed, and
 * its number soon another's.
 *
 * All zero is none.
 */
#ifndef NOTIFIER_SOCKETS_H
#define NOTIFIER_SOCKETS_H

/* Of more at once the oldest is forgotten. */
enum { SOCKETS_MAX = 4 };

struct sockets {
	int n;
	int fds[SOCKETS_MAX];	/* the newest first */
};

void sockets_add(struct sockets *sockets, int fd);

/* Closes it, and is its close(2)'s answer. `all` is a struct sockets. */
int sockets_end(void *all, int fd);

/* The newest of those that are open, -1 when none is. */
int sockets_newest(const struct sockets *sockets);

/* Nothing more comes or goes by any of them. They stay open. */
void sockets_cut(const struct sockets *sockets);

#endif
