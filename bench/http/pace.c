/*
 * pace - requests at a fixed rate, whether the answers come or not, so that a
 * server that stands still for a moment cannot hide it: a latency counts from
 * when the request was due. (A client that waits for its answer before it asks
 * again, as wrk, asks a slow server less often.)
 *
 *	pace PORT RATE SECONDS CONNECTIONS <PATHS
 *
 * Paths one a line, taken in turns. One line at the end: asked, answered, with
 * status 200, failed; then latencies in milliseconds: the median, p99, p99.9,
 * the longest.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PATHS_MAX = 10000, BUFFER = 65536, BUCKET_US = 10, BUCKETS = 500000 };

struct client {
	int fd;
	int is_busy;
	int64_t due_us;
	size_t used;
	char in[BUFFER];
};

static char *paths[PATHS_MAX];
static size_t n_paths;
static struct client *clients;
static int n_clients, poll_fd, port;
static long asked, answered, fine, failed;
static unsigned buckets[BUCKETS];
static int64_t longest_us;

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void dial(struct client *client)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port) };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };
	int yes = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	client->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (client->fd < 0 ||
	    connect(client->fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		perror("pace: connect");
		exit(69);
	}
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	epoll_ctl(poll_fd, EPOLL_CTL_ADD, client->fd, &event);
	client->is_busy = 0;
	client->used = 0;
}

static void fail(struct client *client)
{
	failed++;
	close(client->fd);
	dial(client);
}

static void ask(struct client *client, int64_t due_us)
{
	char request[1024];
	int len = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n"
			   "Host: 127.0.0.1\r\nAccept-Language: pl\r\n\r\n",
			   paths[(size_t)asked % n_paths]);

	asked++;
	client->is_busy = 1;
	client->due_us = due_us;
	client->used = 0;
	if (send(client->fd, request, (size_t)len, MSG_NOSIGNAL) != len)
		fail(client);
}

/* Bytes of a whole answer, 0 while it is not there. */
static size_t whole(const struct client *client)
{
	const char *end = memmem(client->in, client->used, "\r\n\r\n", 4);
	const char *length;

	if (!end)
		return 0;
	length = strcasestr(client->in, "\r\nContent-Length:");
	if (!length || length > end)
		return 0;
	return (size_t)(end + 4 - client->in) +
	       strtoul(length + 17, NULL, 10);
}

static void note(int64_t took_us)
{
	int64_t at = took_us / BUCKET_US;

	buckets[at < BUCKETS ? at : BUCKETS - 1]++;
	if (took_us > longest_us)
		longest_us = took_us;
}

static void hear(struct client *client)
{
	ssize_t n = recv(client->fd, client->in + client->used,
			 BUFFER - 1 - client->used, MSG_DONTWAIT);
	size_t want;

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		fail(client);
		return;
	}
	client->used += (size_t)n;
	client->in[client->used] = '\0';
	want = whole(client);
	if (want == 0 || client->used < want)
		return;
	answered++;
	fine += strncmp(client->in, "HTTP/1.1 200", 12) == 0;
	note(now_us() - client->due_us);
	client->is_busy = 0;
}

static struct client *idle_client(void)
{
	static int next;

	for (int i = 0; i < n_clients; i++) {
		struct client *client = &clients[next++ % n_clients];

		if (!client->is_busy)
			return client;
	}
	return NULL;
}

static double at(double share)
{
	long want = (long)(share * (double)answered), seen = 0;

	for (int i = 0; i < BUCKETS; i++) {
		seen += buckets[i];
		if (seen > want)
			return (i + 1) * BUCKET_US / 1000.0;
	}
	return (double)longest_us / 1000.0;
}

static void wait_for_answers(int64_t until_us)
{
	struct epoll_event events[256];
	int64_t left_us = until_us - now_us();
	int n = epoll_wait(poll_fd, events, 256,
			   left_us > 1000 ? (int)(left_us / 1000) : 0);

	for (int i = 0; i < n; i++)
		hear(events[i].data.ptr);
}

static void run(double rate, double seconds)
{
	int64_t start_us = now_us();
	long total = (long)(rate * seconds), due = 0;

	while (due < total || answered + failed < asked) {
		int64_t due_us = start_us +
				 (int64_t)((double)due * 1e6 / rate);
		struct client *client;

		while (due < total && due_us <= now_us() &&
		       (client = idle_client()) != NULL) {
			ask(client, due_us);
			due++;
			due_us = start_us +
				 (int64_t)((double)due * 1e6 / rate);
		}
		if (now_us() - start_us > (int64_t)((seconds + 10) * 1e6))
			break;
		wait_for_answers(due < total ? due_us : now_us() + 2000);
	}
}

int main(int argc, char **argv)
{
	char line[512];

	if (argc != 5)
		return 64;
	while (n_paths < PATHS_MAX && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		paths[n_paths++] = strdup(line);
	}
	port = atoi(argv[1]);
	n_clients = atoi(argv[4]);
	clients = calloc((size_t)n_clients, sizeof(*clients));
	poll_fd = epoll_create1(0);
	if (n_paths == 0 || !clients || poll_fd < 0)
		return 64;
	for (int i = 0; i < n_clients; i++)
		dial(&clients[i]);
	run(atof(argv[2]), atof(argv[3]));
	printf("%ld %ld %ld %ld %.2f %.2f %.2f %.2f\n", asked, answered, fine,
	       failed, at(0.5), at(0.99), at(0.999),
	       (double)longest_us / 1000.0);
	return 0;
}
