#include "detector/http/listen.h"

#include "base/log.h"
#include "base/slice.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BACKLOG = 4096,		/* the kernel has its own limit */
	/* Connections on their way out (clients.h), the database, templates,
	 * the log. */
	FILES_BESIDES = 128
};

static int parse(const char *address, struct addrinfo **out, struct err *err)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
	};
	struct slice host = slice_from(address);
	ptrdiff_t colon = slice_find_last(host, S(":"));
	char name[64], port[8];
	uint32_t number;

	if (colon >= 0) {
		struct slice rest = slice_after(host, (size_t)colon + 1);
		bool fits = slice_copy(rest, port, sizeof(port));

		host = slice_sub(host, 0, (size_t)colon);
		if (slice_starts(host, S("[")) && slice_ends(host, S("]")))
			host = slice_sub(host, 1, host.len - 1);
		else if (slice_find_char(host, ':') >= 0)
			fits = false;
		if (fits && slice_number(rest, &number) && number <= 65535 &&
		    strspn(port, "0123456789") == rest.len && host.len > 0 &&
		    slice_copy(host, name, sizeof(name)) &&
		    getaddrinfo(name, port, &hints, out) == 0)
			return 0;
	}
	return err_set(err, EXIT_CONFIG, "serve.listen: %s is no address and "
		       "port like 127.0.0.1:8025 or [::1]:8025", address);
}

static int port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address = { .v6 = { 0 } };
	socklen_t size = sizeof(address);

	if (getsockname(fd, &address.any, &size))
		return 0;
	return ntohs(address.any.sa_family == AF_INET6
			     ? address.v6.sin6_port
			     : address.v4.sin_port);
}

static int open_socket(const struct addrinfo *info)
{
	int fd = socket(info->ai_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int yes = 1, saved;

	if (fd < 0)
		return -1;
	/* A restart must not wait for the old connections to be forgotten. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int listen_open(const char *address, int *fd_out, int *port_out,
		struct err *err)
{
	struct addrinfo *info = NULL;
	int fd;

	if (parse(address, &info, err))
		return -1;
	fd = open_socket(info);
	freeaddrinfo(info);
	if (fd < 0)
		return err_errno(err, EXIT_SERVICE, errno,
				 "serve.listen: cannot listen on %s",
				 address);
	*fd_out = fd;
	*port_out = port_of(fd);
	return 0;
}

size_t listen_connections(int64_t most)
{
	size_t want = most > 0 ? (size_t)most : 1;
	size_t files = want + FILES_BESIDES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= files)
		return want;
	limit.rlim_cur = limit.rlim_max < files ? limit.rlim_max : files;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= files)
		return want;
	getrlimit(RLIMIT_NOFILE, &limit);
	files = limit.rlim_cur > FILES_BESIDES
		? (size_t)limit.rlim_cur - FILES_BESIDES : 1;
	log_warning("serve.max_connections: %zu at once instead of %zu, as "
		    "this process may open %zu files only; raise LimitNOFILE "
		    "of its service (ulimit -n)", files, want,
		    (size_t)limit.rlim_cur);
	return files;
}
