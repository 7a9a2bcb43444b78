#include "tests/support/places.h"

#include "detector/detector.h"
#include "detector/settings.h"
#include "tests/support/test.h"

#include <stdlib.h>

static const char *file_of(const char *variable, const char *otherwise)
{
	const char *file = getenv(variable);

	return file && *file ? file : otherwise;
}

const char *places_countries(void)
{
	return file_of("COUNTRY_DB", "build/geoip/country.mmdb");
}

const char *places_networks(void)
{
	return file_of("ASN_DB", "build/geoip/asn.mmdb");
}

int places_none(struct detector *detector)
{
	static const struct conf_list nowhere = { .n = 0 };
	struct geo *geo = NULL;
	struct err err;

	if (settings_load(NULL, false, MODEL_NONE, &err) < 0 ||
	    geo_open("", NULL, 0, &geo, &err) < 0 ||
	    detector_init(detector, geo, &nowhere, NULL, &err) < 0)
		return -1;
	return 0;
}
