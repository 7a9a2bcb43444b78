/*
 * geo - what is remembered of an address must be what the files say of it,
 * whoever was asked about before.
 */
#include "detector/geo.h"

#include "tests/support/places.h"
#include "tests/support/test.h"

#include <string.h>

enum { ROUNDS = 60000 };

static uint64_t random_state = 20261127;

/* Numbers that are the same in every run (Marsaglia's xorshift, 2003). */
static uint32_t draw(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 32);
}

static struct geo *open_files(void)
{
	struct geo *geo;
	struct err err;

	if (geo_open(places_countries(), places_networks(), 0, &geo, &err) < 0)
		fail_msg("%s", err.text);
	return geo;
}

/* Few /24 and /64, many addresses in each, so that places in the cache are
 * asked about again and again, by neighbours and by strangers. */
static struct address draw_address(void)
{
	static const unsigned char v4[12] = { [10] = 0xff, [11] = 0xff };
	struct address address = { .bytes = { 0 } };
	uint32_t number = (draw() % 4096 * 2654435761u & 0xffffff00u) |
			  draw() % 256;

	if (draw() % 4 == 0) {
		address.bytes[0] = 0x2a;
		address.bytes[1] = (unsigned char)(draw() % 32);
		address.bytes[3] = (unsigned char)(draw() % 64);
		address.bytes[15] = (unsigned char)draw();
		return address;
	}
	memcpy(address.bytes, v4, sizeof(v4));
	for (int i = 0; i < 4; i++)
		address.bytes[12 + i] = (unsigned char)(number >> (24 - 8 * i));
	return address;
}

static void same_as_never_asked(const struct networks *networks)
{
	struct geo *warm = open_files(), *cold = open_files();
	size_t n_known = 0;

	geo_set_networks(warm, networks);
	for (size_t i = 0; i < ROUNDS; i++) {
		struct address address = draw_address();
		struct origin one, other;

		if (i % 3 == 0)
			geo_foresee(warm, &address);
		geo_lookup(warm, &address, 0, &one);
		if (i % 8)
			continue;
		/* Forgets everything. */
		geo_set_networks(cold, networks);
		geo_lookup(cold, &address, 0, &other);
		assert_memory_equal(&one, &other, sizeof(one));
		n_known += one.country != 0;
	}
	assert_true(n_known > 1000);
	geo_close(&warm);
	geo_close(&cold);
}

static void test_remembered(void **state)
{
	const struct networks none = { .n_own = 0 };

	(void)state;
	same_as_never_asked(&none);
}

/* An own range may be smaller than what is remembered together. */
static void test_own_range(void **state)
{
	struct networks networks = { .n_own = 1 };

	(void)state;
	assert_true(address_block_parse(S("10.1.2.0/28"), &networks.own[0]));
	networks.own[0].first.bytes[12] = 155;
	same_as_never_asked(&networks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remembered),
		cmocka_unit_test(test_own_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
