#include "notifier/sockets.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void sockets_add(struct sockets *sockets, int fd)
{
	if (sockets->n < SOCKETS_MAX)
		sockets->n++;
	memmove(sockets->fds + 1, sockets->fds,
		(size_t)(sockets->n - 1) * sizeof(sockets->fds[0]));
	sockets->fds[0] = fd;
}

int sockets_end(void *all, int fd)
{
	struct sockets *sockets = all;
	int kept = 0;

	for (int i = 0; i < sockets->n; i++)
		if (sockets->fds[i] != fd)
			sockets->fds[kept++] = sockets->fds[i];
	sockets->n = kept;
	return close(fd);
}

int sockets_newest(const struct sockets *sockets)
{
	return sockets->n > 0 ? sockets->fds[0] : -1;
}

void sockets_cut(const struct sockets *sockets)
{
	for (int i = 0; i < sockets->n; i++)
		shutdown(sockets->fds[i], SHUT_RDWR);
}
