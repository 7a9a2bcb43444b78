#include "detector/origin.h"

#include <stdio.h>

uint16_t country_code(struct slice text)
{
	if (text.len != 2 || !is_letter(text.ptr[0]) || !is_letter(text.ptr[1]))
		return 0;
	return (uint16_t)((text.ptr[0] & 0xdf) << 8 | (text.ptr[1] & 0xdf));
}

void country_text(uint16_t country, char out[COUNTRY_TEXT_SIZE])
{
	out[0] = country ? (char)(country >> 8) : '?';
	out[1] = country ? (char)(country & 0xff) : '?';
	out[2] = '\0';
}

/* The highest bit tells a stand-in from an AS number. */
static const uint32_t STAND_IN = 0x80000000;

uint32_t network_parse(struct slice text)
{
	bool is_stand_in = slice_skip(&text, S("#"));
	uint32_t number;

	if (!is_stand_in && text.len > 2 &&
	    slice_eq_nocase(slice_sub(text, 0, 2), S("AS")))
		text = slice_after(text, 2);
	/* "AS561T" would be taken for AS561. */
	for (size_t i = 0; i < text.len; i++)
		if (!is_digit(text.ptr[i]))
			return 0;
	if (!slice_number(text, &number) ||
	    is_stand_in != !!(number & STAND_IN))
		return 0;
	return number;
}

void network_text(uint32_t network, char out[NETWORK_TEXT_SIZE])
{
	snprintf(out, NETWORK_TEXT_SIZE, "%s%u",
		 network & STAND_IN ? "#" : "AS", network);
}

const char *const network_kind_names[NETWORK_KINDS] = {
	[NETWORK_ACCESS] = "access", [NETWORK_BUSINESS] = "business",
	[NETWORK_HOSTING] = "hosting", [NETWORK_VPN] = "vpn",
	[NETWORK_RELAY] = "relay", [NETWORK_MOBILE] = "mobile",
};

enum network_kind network_kind_of(uint32_t as_number)
{
	switch (as_number) {
#define NETWORK(number, kind, name) case number: return NETWORK_##kind;
#include "detector/networks.def"
#undef NETWORK
	default: return NETWORK_ACCESS;
	}
}

const char *network_name_of(uint32_t as_number)
{
	switch (as_number) {
#define NETWORK(number, kind, name) case number: return name;
#include "detector/networks.def"
#undef NETWORK
	default: return NULL;
	}
}
