/*
 * origin - where a client address lies: country and network.
 *
 * Unknown is not foreign: what the data does not know has country 0 and gives
 * no evidence. The network is the AS number, since half of all changes of a
 * dynamic address leave its prefix while the AS stays (detection notes in
 * docs/DETECTION.md); where the AS is unknown, the /16 of an IPv4 or the /32
 * of an IPv6 address stands in for it, with the highest bit set.
 */
#ifndef DETECTOR_ORIGIN_H
#define DETECTOR_ORIGIN_H

#include "base/address.h"

/* What runs in that network; decides what a new one is worth. */
enum network_kind {
	NETWORK_ACCESS,		/* homes; also when unknown */
	NETWORK_BUSINESS,
	NETWORK_HOSTING,
	NETWORK_VPN,		/* VPN and proxy providers */
	NETWORK_RELAY,		/* webmail and mail relays of large services */
	NETWORK_MOBILE,		/* telephones, and little else */
	NETWORK_KINDS		/* kept in the state file: new ones go above */
};

struct origin {
	uint16_t country;	/* 'P' << 8 | 'L'; 0 unknown */
	uint32_t network;	/* AS number or stand-in; 0 unknown */
	enum network_kind kind;
	uint64_t client;	/* address_client_hash() */
	uint32_t prefix;	/* first 16 bits of IPv4, 32 of IPv6 */
	bool is_v6;
	bool is_local;		/* private ranges and the provider's own: no
				 * evidence */
	double certainty;	/* 1, down to 0.5 for old data: what evidence
				 * against the owner is multiplied with */
};

/* Set in a network that stands in for an AS number. */
#define NETWORK_STAND_IN UINT32_C(0x80000000)

enum { COUNTRY_TEXT_SIZE = 3 };

/* "PL" to 'P' << 8 | 'L', 0 unless two ASCII letters; and back. */
uint16_t country_code(struct slice text);
void country_text(uint16_t country, char out[COUNTRY_TEXT_SIZE]);

/* "AS5617", "#2163081216" for a stand-in; back also from "5617". 0 for what is
 * none. */
enum { NETWORK_TEXT_SIZE = 16 };
uint32_t network_parse(struct slice text);
void network_text(uint32_t network, char out[NETWORK_TEXT_SIZE]);

/* "access", "business", "hosting", "vpn", "relay", "mobile": by enum. */
extern const char *const network_kind_names[NETWORK_KINDS];

/* From networks.def; networks.h asks the operator first. */
enum network_kind network_kind_of(uint32_t as_number);
/* NULL when it is not in there. */
const char *network_name_of(uint32_t as_number);

#endif
