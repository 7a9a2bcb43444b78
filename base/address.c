#include "base/address.h"

#include "base/hash.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const unsigned char v4_prefix[12] = { [10] = 0xff, [11] = 0xff };

/* One to three digits, at most 255. What they end at; NULL if they do not. */
static const char *parse_part(const char *at, const char *end,
			      unsigned char *out)
{
	unsigned number = 0, digit;
	const char *limit = end - at > 3 ? at + 3 : end, *first = at;

	for (; at < limit; at++) {
		digit = (unsigned char)*at - (unsigned)'0';
		if (digit > 9)
			break;
		number = number * 10 + digit;
	}
	*out = (unsigned char)number;
	return at > first && number <= 255 ? at : NULL;
}

/* Dotted quad by hand: most lines have one, and inet_pton wants a NUL. */
static bool parse_v4(struct slice text, unsigned char out[4])
{
	const char *at = text.ptr, *end = at + text.len;

	if (text.len < 7 || text.len > 15)
		return false;
	for (int part = 0; part < 4; part++) {
		if (part && (at == end || *at++ != '.'))
			return false;
		at = parse_part(at, end, &out[part]);
		if (!at)
			return false;
	}
	return at == end;
}

bool address_parse(struct slice text, struct address *out)
{
	char copy[ADDRESS_TEXT_SIZE];
	unsigned char v4[4], v6[16];

	if (parse_v4(text, v4)) {
		memcpy(out->bytes, v4_prefix, sizeof(v4_prefix));
		memcpy(out->bytes + 12, v4, 4);
		return true;
	}
	slice_skip(&text, S("IPv6:"));
	text = slice_cut(&text, '%');
	if (text.len < 2 || !slice_copy(text, copy, sizeof(copy)) ||
	    strlen(copy) != text.len || inet_pton(AF_INET6, copy, v6) != 1)
		return false;
	memcpy(out->bytes, v6, sizeof(v6));
	return true;
}

bool address_is_v4(const struct address *address)
{
	return memcmp(address->bytes, v4_prefix, sizeof(v4_prefix)) == 0;
}

bool address_block_holds(const struct address_block *block,
			 const struct address *address)
{
	const unsigned char *first = block->first.bytes;
	unsigned whole = block->bits / 8, rest = block->bits % 8;
	unsigned char mask = (unsigned char)(0xff00 >> rest);

	if (memcmp(address->bytes, first, whole) != 0)
		return false;
	return rest == 0 ||
	       ((address->bytes[whole] ^ first[whole]) & mask) == 0;
}

static bool has_bits_behind(const struct address_block *block)
{
	for (unsigned i = block->bits; i < 128; i++)
		if (block->first.bytes[i / 8] & (0x80 >> i % 8))
			return true;
	return false;
}

/* Digits alone, up to `most`. */
static bool read_bits(struct slice text, uint32_t most, uint32_t *bits_out)
{
	if (text.len == 0 || text.len > 3)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return slice_number(text, bits_out) && *bits_out <= most;
}

bool address_block_parse(struct slice text, struct address_block *out)
{
	struct address_block block;
	bool has_prefix = slice_find(text, S("/")) >= 0;
	struct slice address = slice_cut(&text, '/');
	/* "::ffff:192.0.2.0/120" counts all 128 bits. */
	bool is_dotted = slice_find(address, S(":")) < 0;
	unsigned most = is_dotted ? 32 : 128;
	uint32_t bits = most;

	if (!address_parse(address, &block.first) ||
	    (has_prefix && !read_bits(text, most, &bits)))
		return false;
	block.bits = is_dotted ? bits + 96 : bits;
	if (has_bits_behind(&block))
		return false;
	*out = block;
	return true;
}

/* IPv4 addresses are looked at as numbers: nearly all clients have one. */
struct block_v4 {
	uint32_t net, mask;
};

#define V4(a, b, bits)							\
	{ (uint32_t)(a) << 24 | (uint32_t)(b) << 16,			\
	  UINT32_MAX << (32 - (bits)) }

static uint32_t v4_number(const struct address *address)
{
	const unsigned char *b = address->bytes + 12;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

bool address_is_loopback(const struct address *address)
{
	static const struct address_block v6 = { { { [15] = 1 } }, 128 };

	if (address_is_v4(address))
		return address->bytes[12] == 127;
	return address_block_holds(&v6, address);
}

bool address_is_local(const struct address *address)
{
	static const struct block_v4 v4[] = {
		V4(127, 0, 8), V4(10, 0, 8), V4(172, 16, 12),
		V4(192, 168, 16), V4(169, 254, 16), V4(100, 64, 10),
		V4(0, 0, 8),
	};
	static const struct address_block v6[] = {
		{ { { [15] = 1 } }, 128 },
		{ { { 0xfc } }, 7 },
		{ { { 0xfe, 0x80 } }, 10 },
		{ { { 0 } }, 128 },
	};

	if (address_is_v4(address)) {
		uint32_t number = v4_number(address);

		for (size_t i = 0; i < sizeof(v4) / sizeof(v4[0]); i++)
			if ((number & v4[i].mask) == v4[i].net)
				return true;
		return false;
	}
	for (size_t i = 0; i < sizeof(v6) / sizeof(v6[0]); i++)
		if (address_block_holds(&v6[i], address))
			return true;
	return false;
}

uint64_t address_client_hash(const struct address *address)
{
	struct slice bytes = { (const char *)address->bytes, 16 };

	if (!address_is_v4(address))
		bytes.len = 8;
	return hash_bytes(bytes, 0);
}

void address_text(const struct address *address, char out[ADDRESS_TEXT_SIZE])
{
	bool v4 = address_is_v4(address);

	inet_ntop(v4 ? AF_INET : AF_INET6, address->bytes + (v4 ? 12 : 0), out,
		  ADDRESS_TEXT_SIZE);
}

uint32_t address_prefix(const struct address *address)
{
	const unsigned char *b = address->bytes;

	if (address_is_v4(address))
		return (uint32_t)b[12] << 8 | b[13];
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

void address_masked(uint32_t prefix, bool is_v6, char out[ADDRESS_TEXT_SIZE])
{
	if (is_v6)
		snprintf(out, ADDRESS_TEXT_SIZE, "%x:%x:x", prefix >> 16,
			 prefix & 0xffff);
	else
		snprintf(out, ADDRESS_TEXT_SIZE, "%u.%u.x.x",
			 prefix >> 8 & 0xff, prefix & 0xff);
}
