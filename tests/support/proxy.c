#include "tests/support/proxy.h"

#include "tests/support/test.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_WIRES = 64, CHUNK = 65536 };

struct proxy_orders {
	_Atomic int action, delay_ms, hits;
	char words[80];		/* written before `action` */
};

struct wire {
	int client, server;	/* -1 when closed */
	bool is_silent, is_cut_at_answer;
};

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons((uint16_t)port),
				     .sin_addr = { htonl(INADDR_LOOPBACK) } };
}

static int listen_anywhere(int *port_out)
{
	struct sockaddr_in address = loopback(0);
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len),
			 0);
	*port_out = ntohs(address.sin_port);
	return fd;
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void cut(struct wire *wire)
{
	shut(&wire->client);
	shut(&wire->server);
	wire->is_silent = wire->is_cut_at_answer = false;
}

static void take_client(struct wire *wires, int listener, int to_port)
{
	struct sockaddr_in address = loopback(to_port);
	int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC), yes = 1;
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t i = 0;

	while (i < MAX_WIRES && (wires[i].client >= 0 || wires[i].server >= 0))
		i++;
	if (client < 0 || server < 0 || i == MAX_WIRES ||
	    connect(server, (struct sockaddr *)&address, sizeof(address))) {
		shut(&client);
		shut(&server);
		return;
	}
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	wires[i] = (struct wire){ .client = client, .server = server };
}

static enum proxy_action ordered(struct proxy_orders *orders,
				 const char *bytes, size_t len)
{
	int action = orders->action;

	if (action == PROXY_PASS ||
	    !memmem(bytes, len, orders->words, strlen(orders->words)))
		return PROXY_PASS;
	orders->action = PROXY_PASS;
	orders->hits++;
	return action;
}

static void pass(int to, const char *bytes, ssize_t len)
{
	while (len > 0) {
		ssize_t done = send(to, bytes, (size_t)len, MSG_NOSIGNAL);

		if (done <= 0)
			return;
		bytes += done;
		len -= done;
	}
}

static void from_client(struct proxy_orders *orders, struct wire *wire)
{
	static char bytes[CHUNK];
	ssize_t len = recv(wire->client, bytes, sizeof(bytes), 0);
	enum proxy_action action;

	if (len <= 0) {
		cut(wire);
		return;
	}
	action = ordered(orders, bytes, (size_t)len);
	if (action == PROXY_CUT_BEFORE) {
		cut(wire);
		return;
	}
	wire->is_silent = action == PROXY_SILENT_BEFORE ||
			  action == PROXY_SILENT_AFTER;
	wire->is_cut_at_answer = action == PROXY_CUT_AFTER;
	if (action != PROXY_SILENT_BEFORE)
		pass(wire->server, bytes, len);
}

static void from_server(struct proxy_orders *orders, struct wire *wire)
{
	static char bytes[CHUNK];
	ssize_t len = recv(wire->server, bytes, sizeof(bytes), 0);
	struct timespec delay = { orders->delay_ms / 1000,
				  orders->delay_ms % 1000 * 1000000 };

	if (len <= 0 || wire->is_cut_at_answer) {
		cut(wire);
		return;
	}
	nanosleep(&delay, NULL);
	pass(wire->client, bytes, len);
}

/* A silent wire is not even read; its ends are let go of as they hang up. */
static void serve_wire(struct proxy_orders *orders, struct wire *wire,
		       const struct pollfd *client,
		       const struct pollfd *server)
{
	if (wire->is_silent) {
		if (client->revents & (POLLHUP | POLLERR))
			shut(&wire->client);
		if (server->revents & (POLLHUP | POLLERR | POLLRDHUP))
			cut(wire);
		return;
	}
	if (client->revents)
		from_client(orders, wire);
	if (wire->server >= 0 && server->revents)
		from_server(orders, wire);
}

static void serve(struct proxy_orders *orders, int listener, int to_port)
{
	static struct wire wires[MAX_WIRES];
	static struct pollfd polls[1 + 2 * MAX_WIRES];

	for (size_t i = 0; i < MAX_WIRES; i++)
		wires[i] = (struct wire){ .client = -1, .server = -1 };
	for (;;) {
		polls[0] = (struct pollfd){ listener, POLLIN, 0 };
		for (size_t i = 0; i < MAX_WIRES; i++) {
			short want = wires[i].is_silent ? 0 : POLLIN;

			polls[1 + 2 * i] = (struct pollfd){
				wires[i].client, want, 0 };
			polls[2 + 2 * i] = (struct pollfd){
				wires[i].server,
				(short)(want | POLLRDHUP), 0 };
		}
		poll(polls, 1 + 2 * MAX_WIRES, -1);
		for (size_t i = 0; i < MAX_WIRES; i++)
			serve_wire(orders, &wires[i], &polls[1 + 2 * i],
				   &polls[2 + 2 * i]);
		if (polls[0].revents)
			take_client(wires, listener, to_port);
	}
}

void proxy_start(struct proxy *proxy, int to_port)
{
	int listener = listen_anywhere(&proxy->port);
	pid_t parent = getpid();

	proxy->orders = mmap(NULL, sizeof(*proxy->orders),
			     PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(proxy->orders != MAP_FAILED);
	proxy->pid = fork();
	assert_true(proxy->pid >= 0);
	if (proxy->pid == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
		    getppid() != parent)
			_exit(126);
		serve(proxy->orders, listener, to_port);
	}
	close(listener);
}

void proxy_stop(struct proxy *proxy)
{
	if (proxy->pid <= 0)
		return;
	kill(proxy->pid, SIGKILL);
	waitpid(proxy->pid, NULL, 0);
	munmap(proxy->orders, sizeof(*proxy->orders));
	proxy->pid = 0;
}

void proxy_when(struct proxy *proxy, const char *words,
		enum proxy_action action)
{
	proxy->orders->action = PROXY_PASS;
	snprintf(proxy->orders->words, sizeof(proxy->orders->words), "%s",
		 words);
	proxy->orders->hits = 0;
	proxy->orders->action = action;
}

void proxy_delay(struct proxy *proxy, int milliseconds)
{
	proxy->orders->delay_ms = milliseconds;
}

int proxy_hits(const struct proxy *proxy)
{
	return proxy->orders->hits;
}
