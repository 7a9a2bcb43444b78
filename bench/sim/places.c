#include "sim.h"

#include <string.h>

#define PLACE(country, region, minutes, travel, bots) \
	{ country, region, minutes, travel, bots },
static const struct place places[] = {
#include "places.def"
};
#undef PLACE

#define PLACES (sizeof(places) / sizeof(places[0]))

const struct place *place_find(const char *country)
{
	for (size_t i = 0; i < PLACES; i++)
		if (!strcmp(places[i].country, country))
			return &places[i];
	return NULL;
}

const char *place_for_travel(uint64_t hash)
{
	uint32_t total = 0;
	uint32_t point;
	size_t i;

	for (i = 0; i < PLACES; i++)
		total += places[i].travel;
	point = (uint32_t)(hash % total);
	for (i = 0; point >= places[i].travel; i++)
		point -= places[i].travel;
	return places[i].country;
}

const char *place_of_bots(uint64_t hash)
{
	uint32_t total = 0;
	uint32_t point;
	size_t i;

	for (i = 0; i < PLACES; i++)
		total += places[i].bots;
	point = (uint32_t)(hash % total);
	for (i = 0; point >= places[i].bots; i++)
		point -= places[i].bots;
	return places[i].country;
}

const char *place_near(const char *country, uint64_t hash)
{
	const struct place *here = place_find(country);
	size_t start = hash % PLACES;

	for (size_t i = 0; i < PLACES; i++) {
		const struct place *there = &places[(start + i) % PLACES];

		if (there != here && !strcmp(there->region, here->region))
			return there->country;
	}
	return place_for_travel(hash);
}
