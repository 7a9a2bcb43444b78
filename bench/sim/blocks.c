#include "sim.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS_MAX 32768
#define NETWORKS_MAX 8192
#define CARRIER_ADDRESSES 300	/* of one block, each for many phones */

struct block {
	bool v6;
	uint32_t bits;
	uint64_t first;		/* IPv6: the upper half */
};

static struct block blocks[BLOCKS_MAX];
static uint32_t block_count;

/* In the order of the file: by country and use, the largest first. */
static struct network networks[NETWORKS_MAX];
static uint32_t network_count;

static const char *const use_names[NET_USES] = {
	[USE_ACCESS] = "access", [USE_MOBILE] = "mobile",
	[USE_HOSTING] = "hosting", [USE_VPN] = "vpn", [USE_RELAY] = "relay",
	[USE_BUSINESS] = "business", [USE_SCHOOL] = "school",
	[USE_SATELLITE] = "satellite",
};

static int use_of(const char *name)
{
	for (int i = 0; i < NET_USES; i++)
		if (!strcmp(use_names[i], name))
			return i;
	return -1;
}

static bool read_block(struct block *out, const char *first, uint32_t bits)
{
	struct in_addr four;
	struct in6_addr six;

	*out = (struct block){ .bits = bits };
	if (inet_pton(AF_INET, first, &four) == 1) {
		out->first = ntohl(four.s_addr);
		return bits <= 30;
	}
	if (inet_pton(AF_INET6, first, &six) != 1)
		return false;
	out->v6 = true;
	for (int i = 0; i < 8; i++)
		out->first = out->first << 8 | six.s6_addr[i];
	return bits <= 48;
}

/* The network of the line before, if it is the same one. */
static struct network *network_of(const char *country, uint32_t as_number,
				  int use)
{
	struct network *last = network_count ? &networks[network_count - 1]
					     : NULL;

	if (last && last->as_number == as_number && last->use == (unsigned)use
	    && !strcmp(last->country, country))
		return last;
	if (network_count == NETWORKS_MAX)
		gen_die(65, "too many networks in the file of --prefixes");
	last = &networks[network_count++];
	*last = (struct network){ .as_number = as_number,
		.use = (enum net_use)use, .first = block_count };
	memcpy(last->country, country, 2);
	return last;
}

static void read_line(const char *line)
{
	char country[3];
	char use_name[16];
	char first[ORIGIN_TEXT];
	uint32_t as_number;
	uint32_t bits;
	struct network *net;
	int use;

	if (sscanf(line, "%2s %u %15s %45s %u", country, &as_number, use_name,
		   first, &bits) != 5 || block_count == BLOCKS_MAX)
		gen_die(65, "the file of --prefixes is not what geoip.sh "
			"writes");
	use = use_of(use_name);
	if (use < 0 || !place_find(country))
		return;
	net = network_of(country, as_number, use);
	if (!read_block(&blocks[block_count], first, bits))
		return;
	if (blocks[block_count++].v6)
		net->blocks6++;
	else
		net->blocks++;
}

void blocks_read(const char *file)
{
	FILE *in = fopen(file, "r");
	char line[256];

	if (!in)
		gen_die(66, "there is no file of --prefixes: make geoip");
	while (fgets(line, sizeof(line), in))
		read_line(line);
	fclose(in);
	if (!network_count)
		gen_die(65, "the file of --prefixes is empty");
}

static bool fits(const struct network *net, const char *country, int use,
		 const struct network *other)
{
	return net->blocks && (int)net->use == use && net != other &&
	       net->country[0] == country[0] && net->country[1] == country[1];
}

/* The networks of a country and use are neighbours; the first is largest. */
static const struct network *draw(const char *country, int use,
				  const struct network *other, uint64_t hash)
{
	const struct network *found[32];
	uint32_t count = 0;
	double point = (double)(hash >> 11) / (double)(UINT64_C(1) << 53);

	for (uint32_t i = 0; i < network_count && count < 32; i++)
		if (fits(&networks[i], country, use, other))
			found[count++] = &networks[i];
	/* The square makes the first ones more likely, as markets are. */
	return count ? found[(uint32_t)(point * point * count)] : NULL;
}

const struct network *net_draw_other(const char *country, enum net_use use,
				     const struct network *other,
				     uint64_t hash)
{
	static const enum net_use instead[] = { USE_ACCESS, USE_MOBILE,
		USE_BUSINESS, USE_HOSTING };
	const struct network *net = draw(country, (int)use, other, hash);

	for (size_t i = 0; !net && i < 4; i++)
		net = draw(country, (int)instead[i], other, hash);
	if (!net)
		net = other ? other : &networks[0];
	return net;
}

const struct network *net_draw(const char *country, enum net_use use,
			       uint64_t hash)
{
	return net_draw_other(country, use, NULL, hash);
}

const struct network *net_of_as(uint32_t as_number, uint64_t hash)
{
	uint32_t start = (uint32_t)(hash % network_count);

	for (uint32_t i = 0; i < network_count; i++) {
		const struct network *net =
			&networks[(start + i) % network_count];

		if (net->as_number == as_number && net->blocks)
			return net;
	}
	return NULL;
}

struct origin origin_draw(const struct network *net, uint64_t where,
			  uint64_t host)
{
	const struct block *block = &blocks[net->first + where % net->blocks];
	uint64_t room = (UINT64_C(1) << (32 - block->bits)) - 2;

	return (struct origin){ .net = net,
		.low = block->first + 1 + host % room };
}

struct origin origin_carrier(const struct network *net, uint64_t hash)
{
	uint64_t which = hash % CARRIER_ADDRESSES;

	return origin_draw(net, hash >> 32,
			   hash3(net->as_number, hash >> 32, which));
}

struct origin origin_draw6(const struct network *net, uint64_t subscriber,
			   uint64_t host)
{
	const struct block *block;
	uint64_t room;

	if (!net->blocks6)
		return origin_draw(net, subscriber, subscriber >> 8);
	block = &blocks[net->first + net->blocks + subscriber % net->blocks6];
	room = UINT64_C(1) << (56 - block->bits);
	return (struct origin){ .net = net, .v6 = true,
		.high = block->first | (subscriber >> 8) % room << 8,
		.low = host };
}

struct origin origin_private(uint32_t address)
{
	return (struct origin){ .low = address };
}

void origin_print(char out[ORIGIN_TEXT], const struct origin *origin)
{
	struct in6_addr six;

	if (!origin->v6) {
		net_print(out, 16, (uint32_t)origin->low);
		return;
	}
	for (int i = 0; i < 8; i++) {
		six.s6_addr[i] = (uint8_t)(origin->high >> (56 - 8 * i));
		six.s6_addr[8 + i] = (uint8_t)(origin->low >> (56 - 8 * i));
	}
	inet_ntop(AF_INET6, &six, out, ORIGIN_TEXT);
}

const char *origin_country(const struct origin *origin)
{
	return origin->net ? origin->net->country : "-";
}

uint32_t origin_as(const struct origin *origin)
{
	return origin->net ? origin->net->as_number : 0;
}
