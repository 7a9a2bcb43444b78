#include "gen.h"

#include <string.h>

#define PREFIX(country, as_number, kind, a, b, c, d, bits) \
	{ country, as_number, kind, \
	  (UINT32_C(a) << 24) + ((b) << 16) + ((c) << 8) + (d), bits },
static const struct net nets[] = {
#include "prefixes.def"
};
#undef PREFIX

#define NETS (sizeof(nets) / sizeof(nets[0]))

static const struct {
	const char *country;
	int utc_offset;		/* in November */
} places[] = {
	{ "PL", 1 }, { "PT", 0 },
	{ "DE", 1 }, { "ES", 1 }, { "FR", 1 }, { "GB", 0 }, { "NL", 1 },
	{ "IT", 1 }, { "US", -6 }, { "BR", -3 }, { "VN", 7 }, { "IN", 5 },
	{ "ID", 7 }, { "RU", 3 }, { "CN", 8 }, { "TR", 3 }, { "UA", 2 },
	{ "MX", -6 }, { "AR", -3 }, { "TH", 7 }, { "PK", 5 }, { "EG", 2 },
	{ "NG", 1 }, { "ZA", 2 }, { "KR", 9 },
};

#define PLACES (sizeof(places) / sizeof(places[0]))
#define HOME_PLACES 2	/* PL and PT stand first */

size_t net_foreign_count(void)
{
	return PLACES - HOME_PLACES;
}

const char *net_foreign_at(size_t index)
{
	return places[HOME_PLACES + index % net_foreign_count()].country;
}

const char *net_foreign_country(uint64_t hash)
{
	return net_foreign_at(hash % net_foreign_count());
}

int net_utc_offset(const char *country)
{
	for (size_t i = 0; i < PLACES; i++)
		if (!strcmp(places[i].country, country))
			return places[i].utc_offset;
	return 0;
}

static bool net_fits(const struct net *net, const char *country, int kind)
{
	return !strcmp(net->country, country) &&
	       (kind < 0 || net->kind == (enum net_kind)kind);
}

static const struct net *pick(const char *country, int kind, uint64_t hash)
{
	size_t count = 0;
	size_t wanted;

	for (size_t i = 0; i < NETS; i++)
		count += net_fits(&nets[i], country, kind);
	if (!count)
		return NULL;
	wanted = hash % count;
	for (size_t i = 0; i < NETS; i++)
		if (net_fits(&nets[i], country, kind) && !wanted--)
			return &nets[i];
	return NULL;
}

const struct net *net_pick(const char *country, enum net_kind kind,
			   uint64_t hash)
{
	const struct net *net = pick(country, (int)kind, hash);

	return net ? net : pick(country, -1, hash);
}

uint32_t net_address(const struct net *net, uint64_t hash)
{
	uint32_t room = (UINT32_C(1) << (32 - net->bits)) - 2;

	return net->base + 1 + (uint32_t)(hash % room);
}

uint32_t net_carrier_address(const struct net *net, uint64_t hash)
{
	/* 2,000 subscribers and more share an address at such carriers. */
	return net_address(net, hash3(net->base, hash % 500, 0));
}

void net_print(char *out, size_t size, uint32_t address)
{
	snprintf(out, size, "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
		 address >> 8 & 255, address & 255);
}
