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

static uint32_t travel_of(const struct place *place)
{
	return place->travel;
}

static uint32_t bots_of(const struct place *place)
{
	return place->bots;
}

/* One of all, the more often the greater its weight. */
static const char *draw(uint32_t (*weight_of)(const struct place *place),
			uint64_t hash)
{
	uint32_t total = 0, point;
	size_t i;

	for (i = 0; i < PLACES; i++)
		total += weight_of(&places[i]);
	point = (uint32_t)(hash % total);
	for (i = 0; point >= weight_of(&places[i]); i++)
		point -= weight_of(&places[i]);
	return places[i].country;
}

const char *place_for_travel(uint64_t hash)
{
	return draw(travel_of, hash);
}

const char *place_of_bots(uint64_t hash)
{
	return draw(bots_of, hash);
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
