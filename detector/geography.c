#include "detector/geography.h"

#include "detector/origin.h"

#include <math.h>
#include <stddef.h>

static const struct town {
	char country[3];
	float latitude, longitude;
} towns[] = {
#define COUNTRY(code, latitude, longitude, town) \
	{ code, (float)(latitude), (float)(longitude) },
#include "detector/countries.def"
#undef COUNTRY
};

enum { N_TOWNS = sizeof(towns) / sizeof(towns[0]) };

static const double EARTH_KM = 6371;
/* Warsaw to Berlin, Prague, Vienna or Vilnius; Lisbon to Madrid; Paris to
 * London, Brussels or Amsterdam. */
static const double NEAR_KM = 600;

static uint16_t code_of(const struct town *town)
{
	return (uint16_t)(town->country[0] << 8 | town->country[1]);
}

static double radians(double degrees)
{
	return degrees * M_PI / 180;
}

/* The haversine formula. */
static double between(const struct town *a, const struct town *b)
{
	double up = sin(radians(b->latitude - a->latitude) / 2);
	double along = sin(radians(b->longitude - a->longitude) / 2);
	double h = up * up + cos(radians(a->latitude)) *
				     cos(radians(b->latitude)) * along * along;

	return 2 * EARTH_KM * asin(sqrt(h > 1 ? 1 : h));
}

static double nearest_km(uint16_t a, uint16_t b)
{
	double nearest = INFINITY;

	for (size_t i = 0; i < N_TOWNS; i++) {
		if (code_of(&towns[i]) != a)
			continue;
		for (size_t j = 0; j < N_TOWNS; j++)
			if (code_of(&towns[j]) == b)
				nearest = fmin(nearest,
					       between(&towns[i], &towns[j]));
	}
	return isinf(nearest) ? 0 : nearest;
}

double geography_distance_km(uint16_t a, uint16_t b)
{
	/* Few pairs are asked for, these again and again. One that falls on
	 * another's place takes it. */
	static struct {
		uint16_t a, b;
		double km;
	} known[1 << 8];
	/* The highest eight bits of Knuth's multiplicative hash. */
	size_t at = ((uint32_t)a << 16 | b) * UINT32_C(2654435769) >> 24;

	if (a == b)
		return 0;
	if (known[at].a != a || known[at].b != b) {
		known[at].a = a;
		known[at].b = b;
		known[at].km = nearest_km(a, b);
	}
	return known[at].km;
}

bool geography_is_near(uint16_t a, uint16_t b)
{
	double km = geography_distance_km(a, b);

	return km > 0 && km <= NEAR_KM;
}
