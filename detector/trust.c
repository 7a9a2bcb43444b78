#include "detector/trust.h"

#include "base/stamp.h"
#include "detector/origin.h"

#include <stdio.h>
#include <string.h>

static const struct slice taken_back = SLICE("taken back");

bool trust_network(struct trust *trust, struct slice text)
{
	uint32_t network = network_parse(text);

	for (size_t i = 0; i < trust->n_networks; i++)
		if (trust->networks[i] == network)
			return true;
	if (!network || trust->n_networks == TRUST_NETWORKS)
		return false;
	trust->networks[trust->n_networks++] = network;
	return true;
}

bool trust_country(struct trust *trust, struct slice text)
{
	uint16_t country = country_code(text);

	for (size_t i = 0; i < trust->n_countries; i++)
		if (trust->countries[i] == country)
			return true;
	if (!country || trust->n_countries == TRUST_COUNTRIES)
		return false;
	trust->countries[trust->n_countries++] = country;
	return true;
}

void trust_for(struct trust *trust, int64_t now_ms, uint32_t days)
{
	int64_t last = now_ms / STAMP_DAY_MS + days;

	trust->until_day = 0;
	if (days)
		trust->until_day = last < UINT16_MAX ? (uint16_t)last
						     : UINT16_MAX;
}

void trust_until(const struct trust *trust, char out[16])
{
	char stamp[STAMP_TEXT_SIZE];

	out[0] = '\0';
	if (!trust->until_day)
		return;
	stamp_rfc3339(trust->until_day * (int64_t)STAMP_DAY_MS, stamp);
	snprintf(out, 16, "%.10s", stamp);
}

void trust_print(const struct trust *trust, char out[TRUST_TEXT_SIZE])
{
	struct text text = TEXT_INIT(TRUST_TEXT_SIZE - 1);
	char until[16];

	for (size_t i = 0; i < trust->n_networks; i++) {
		char network[NETWORK_TEXT_SIZE];

		network_text(trust->networks[i], network);
		text_addf(&text, "%s ", network);
	}
	for (size_t i = 0; i < trust->n_countries; i++) {
		char country[COUNTRY_TEXT_SIZE];

		country_text(trust->countries[i], country);
		text_addf(&text, "%s ", country);
	}
	trust_until(trust, until);
	if (until[0])
		text_addf(&text, "until %s", until);
	else
		text_add(&text, taken_back);
	slice_copy(text_slice(&text), out, TRUST_TEXT_SIZE);
	text_release(&text);
}

void trust_add_json(const struct trust *trust, struct json *object)
{
	struct json *networks = json_new_array();
	struct json *countries = json_new_array();
	char until[16];

	for (size_t i = 0; i < trust->n_networks; i++) {
		char text[NETWORK_TEXT_SIZE];

		network_text(trust->networks[i], text);
		json_push_text(networks, slice_from(text));
	}
	for (size_t i = 0; i < trust->n_countries; i++) {
		char text[COUNTRY_TEXT_SIZE];

		country_text(trust->countries[i], text);
		json_push_text(countries, slice_from(text));
	}
	json_add(object, "networks", &networks);
	json_add(object, "countries", &countries);
	trust_until(trust, until);
	if (until[0])
		json_add_string(object, "until", until);
	else
		json_add_null(object, "until");
}

static bool parse_end(struct slice text, struct trust *out)
{
	char stamp[STAMP_TEXT_SIZE];
	int64_t at_ms;

	if (slice_eq(text, taken_back))
		return true;
	if (!slice_skip(&text, S("until ")) || text.len != 10)
		return false;
	snprintf(stamp, sizeof(stamp), "%.10sT00:00:00Z", text.ptr);
	if (!stamp_parse(slice_from(stamp), &at_ms) || at_ms <= 0 ||
	    at_ms / STAMP_DAY_MS > UINT16_MAX)
		return false;
	out->until_day = (uint16_t)(at_ms / STAMP_DAY_MS);
	return true;
}

bool trust_parse(struct slice text, struct trust *out)
{
	struct trust trust = { .until_day = 0 };
	struct slice rest = text;

	while (!slice_starts(rest, S("until ")) &&
	       !slice_eq(rest, taken_back)) {
		struct slice word = slice_cut(&rest, ' ');

		if (!trust_country(&trust, word) &&
		    !trust_network(&trust, word))
			return false;
	}
	if (!parse_end(rest, &trust) ||
	    trust.n_networks + trust.n_countries == 0)
		return false;
	*out = trust;
	return true;
}
