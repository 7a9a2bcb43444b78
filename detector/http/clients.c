#include "detector/http/clients.h"

#include "base/hash.h"
#include "base/must.h"

#include <sys/socket.h>

/* Every connection is in one list; each but FREE is in order of `since_ms`. */
enum list { FREE, IDLE, BUSY, CUT, LISTS };

struct client {
	struct client *before, *behind;
	enum list list;
	int fd;
	int64_t since_ms;	/* when it came into its list */
	uint32_t *of_address;	/* NULL: without a limit */
};

struct ends {
	struct client *first, *last;
	size_t n;
};

struct clients {
	struct clients_limits limits;
	struct http_stats *stats;
	struct ends lists[LISTS];
	struct client *all;
	uint32_t *counts;	/* by address, a power of two of them */
	size_t n_counts;
};

static void take_out(struct clients *clients, struct client *client)
{
	struct ends *ends = &clients->lists[client->list];

	*(client->before ? &client->before->behind : &ends->first) =
		client->behind;
	*(client->behind ? &client->behind->before : &ends->last) =
		client->before;
	ends->n--;
}

static void put_last(struct clients *clients, struct client *client,
		     enum list list, int64_t now_ms)
{
	struct ends *ends = &clients->lists[list];

	client->list = list;
	client->since_ms = now_ms;
	client->before = ends->last;
	client->behind = NULL;
	*(ends->last ? &ends->last->behind : &ends->first) = client;
	ends->last = client;
	ends->n++;
}

static void move(struct clients *clients, struct client *client,
		 enum list list, int64_t now_ms)
{
	take_out(clients, client);
	put_last(clients, client, list, now_ms);
}

struct clients *clients_new(const struct clients_limits *limits,
			    struct http_stats *stats)
{
	struct clients *clients = must(calloc(1, sizeof(*clients)));
	size_t n = limits->most + CLIENTS_SPARE;

	clients->limits = *limits;
	clients->stats = stats;
	clients->n_counts = 1024;
	while (clients->n_counts < 16 * n)
		clients->n_counts *= 2;
	clients->all = must(calloc(n, sizeof(*clients->all)));
	clients->counts = must(calloc(clients->n_counts,
				      sizeof(*clients->counts)));
	for (size_t i = 0; i < n; i++)
		put_last(clients, &clients->all[i], FREE, 0);
	return clients;
}

void clients_free(struct clients **clients)
{
	if (!*clients)
		return;
	free((*clients)->all);
	free((*clients)->counts);
	free(*clients);
	*clients = NULL;
}

static uint32_t *count_of(const struct clients *clients, uint64_t address)
{
	return &clients->counts[hash_mix(address, clients->limits.seed) &
				(clients->n_counts - 1)];
}

bool clients_may_come(const struct clients *clients, uint64_t address)
{
	return address == 0 ||
	       *count_of(clients, address) < clients->limits.most_each;
}

static void cut(struct clients *clients, struct client *client,
		int64_t now_ms)
{
	shutdown(client->fd, SHUT_RDWR);
	move(clients, client, CUT, now_ms);
}

static void make_room(struct clients *clients, int64_t now_ms)
{
	struct client *idle = clients->lists[IDLE].first;
	struct client *busy = clients->lists[BUSY].first;
	struct client *goes = idle;

	if (clients->lists[IDLE].n + clients->lists[BUSY].n <
	    clients->limits.most)
		return;
	if (!goes && busy && now_ms - busy->since_ms >= CLIENTS_GRACE_MS)
		goes = busy;
	if (!goes)
		return;
	cut(clients, goes, now_ms);
	clients->stats->cut_for_room++;
}

struct client *clients_add(struct clients *clients, int fd, uint64_t address,
			   int64_t now_ms)
{
	struct client *client = clients->lists[FREE].first;

	clients->stats->accepted++;
	clients->stats->connections++;
	make_room(clients, now_ms);
	if (!client)
		return NULL;
	client->fd = fd;
	client->of_address = NULL;
	if (address != 0) {
		client->of_address = count_of(clients, address);
		++*client->of_address;
	}
	move(clients, client, IDLE, now_ms);
	return client;
}

void clients_begin(struct clients *clients, struct client *client,
		   int64_t now_ms)
{
	if (client && client->list == IDLE)
		move(clients, client, BUSY, now_ms);
}

void clients_end(struct clients *clients, struct client *client,
		 int64_t now_ms)
{
	if (client && client->list == BUSY)
		move(clients, client, IDLE, now_ms);
}

void clients_remove(struct clients *clients, struct client *client)
{
	clients->stats->connections--;
	if (!client)
		return;
	if (client->of_address)
		--*client->of_address;
	client->fd = -1;
	move(clients, client, FREE, 0);
}

void clients_cut_slow(struct clients *clients, int64_t now_ms)
{
	static const enum list lists[] = { IDLE, BUSY };

	for (size_t i = 0; i < 2; i++) {
		struct client *client;

		while ((client = clients->lists[lists[i]].first) != NULL &&
		       now_ms - client->since_ms >= clients->limits.slow_ms) {
			cut(clients, client, now_ms);
			clients->stats->cut_slow++;
		}
	}
}
