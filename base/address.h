/*
 * address - IP addresses of clients, checked before anything trusts them.
 *
 * Kept as 16 bytes, IPv4 as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2), so an
 * IPv4-mapped address in a log is the IPv4 address it stands for.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include "base/slice.h"

enum { ADDRESS_TEXT_SIZE = 46 };	/* INET6_ADDRSTRLEN */

struct address {
	unsigned char bytes[16];
};

/* "203.0.113.9", "2001:db8::1", "::ffff:203.0.113.9", with "IPv6:" in front
 * or a "%zone" behind. False, *out untouched, for anything else. */
bool address_parse(struct slice text, struct address *out);

bool address_is_v4(const struct address *address);

/* Loopback, private (RFC 1918), link local, unique local (RFC 4193), carrier
 * NAT (RFC 6598): no GeoIP file knows where these are. */
bool address_is_local(const struct address *address);

bool address_is_loopback(const struct address *address);

/* What counts as one client: an IPv4 address, or the /64 of an IPv6 one, as
 * a household or server gets at least that (RFC 6177). */
uint64_t address_client_hash(const struct address *address);

void address_text(const struct address *address,
		  char out[ADDRESS_TEXT_SIZE]);

/* The first 16 bits of an IPv4 address, the first 32 of an IPv6 one. */
uint32_t address_prefix(const struct address *address);

/* "183.88.x.x" or "2001:db8:x": enough for the owner to recognise a network,
 * too little to point at a person. */
void address_masked(uint32_t prefix, bool is_v6,
		    char out[ADDRESS_TEXT_SIZE]);

/* The addresses whose first `bits` bits are these; IPv4 from bit 96 on. */
struct address_block {
	struct address first;
	unsigned bits;
};

/* "192.0.2.0/24", "2001:db8::/32", or an address alone. False, *out
 * untouched, for anything else, also when bits behind the prefix are set:
 * then one of the two is a slip of the pen. */
bool address_block_parse(struct slice text, struct address_block *out);

bool address_block_holds(const struct address_block *block,
			 const struct address *address);

#endif
