#include "tests/support/loopback.h"

#include "tests/support/test.h"

#include <netinet/in.h>
#include <sys/socket.h>

enum { BACKLOG = 20 };

int loopback_listen(int *port_out)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, BACKLOG), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size),
			 0);
	*port_out = ntohs(address.sin_port);
	return fd;
}
