#include "detector/origin.h"

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

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
