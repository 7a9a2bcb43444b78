/*
 * Client addresses: what is one, what is local, what counts as one client.
 */
#include "base/address.h"
#include "tests/support/test.h"

#include <string.h>

static void test_parse(void **state)
{
	static const struct {
		const char *text, *canonical;	/* NULL: refused */
	} cases[] = {
		{ "203.0.113.9", "203.0.113.9" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "2001:db8::1", "2001:db8::1" },
		{ "2001:DB8:0:0::1", "2001:db8::1" },
		{ "IPv6:2001:db8::1", "2001:db8::1" },
		{ "fe80::1%eth0", "fe80::1" },
		{ "::ffff:203.0.113.9", "203.0.113.9" },
		{ "::ffff:cb00:7109", "203.0.113.9" },
		{ "::", "::" },
		{ "", NULL },
		{ "1", NULL },
		{ "1.2.3", NULL },
		{ "1.2.3.4.", NULL },
		{ "1.2.3.4.5", NULL },
		{ "1.2.3.256", NULL },
		{ "1.2.3.1000", NULL },
		{ "1..2.3", NULL },
		{ ".1.2.3", NULL },
		{ " 1.2.3.4", NULL },
		{ "1.2.3.4 ", NULL },
		{ "-1.2.3.4", NULL },
		{ "0x1.2.3.4", NULL },
		{ "unknown", NULL },
		{ "IPv6:", NULL },
		{ "IPv6:1.2.3.4", NULL },
		{ "2001:db8:::1", NULL },
		{ "2001:db8::g", NULL },
		{ "1:2:3:4:5:6:7:8:9", NULL },
		{ "%eth0", NULL },
		{ "2001:0db8:0000:0000:0000:0000:0000:0000000000000001",
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice text = guarded_copy(slice_from(cases[i].text));
		struct address address;
		char out[ADDRESS_TEXT_SIZE];

		memset(&address, 0x5a, sizeof(address));
		assert_case(cases[i].text, cases[i].canonical != NULL,
			    address_parse(text, &address));
		if (cases[i].canonical) {
			address_text(&address, out);
			assert_string_equal(out, cases[i].canonical);
		} else {
			assert_int_equal(address.bytes[0], 0x5a);
			assert_int_equal(address.bytes[15], 0x5a);
		}
		guarded_free(text);
	}
}

static struct address parsed(const char *text)
{
	struct address address;

	assert_true(address_parse(slice_from(text), &address));
	return address;
}

static void test_local(void **state)
{
	static const struct {
		const char *text;
		bool local, loopback;
	} cases[] = {
		{ "127.0.0.1", true, true },	{ "127.255.0.1", true, true },
		{ "128.0.0.1", false, false },	{ "10.1.2.3", true, false },
		{ "11.0.0.1", false, false },	{ "172.15.0.1", false, false },
		{ "172.16.0.1", true, false },	{ "172.31.9.9", true, false },
		{ "172.32.0.1", false, false }, { "192.168.1.1", true, false },
		{ "192.169.1.1", false, false },
		{ "169.254.1.1", true, false }, { "100.63.1.1", false, false },
		{ "100.64.0.1", true, false },	{ "100.127.1.1", true, false },
		{ "100.128.1.1", false, false }, { "0.0.0.0", true, false },
		{ "8.8.8.8", false, false },	{ "::1", true, true },
		{ "::", true, false },		{ "::2", false, false },
		{ "fe80::1", true, false },	{ "febf::1", true, false },
		{ "fec0::1", false, false },	{ "fc00::1", true, false },
		{ "fdff::1", true, false },	{ "fe00::1", false, false },
		{ "2001:db8::1", false, false },
		{ "::ffff:10.0.0.1", true, false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct address address = parsed(cases[i].text);

		assert_case(cases[i].text, cases[i].local,
			    address_is_local(&address));
		assert_case(cases[i].text, cases[i].loopback,
			    address_is_loopback(&address));
	}
}

static void test_client(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "203.0.113.9", "203.0.113.9", true },
		{ "203.0.113.9", "::ffff:203.0.113.9", true },
		{ "203.0.113.9", "203.0.113.10", false },
		/* A household has a /64. */
		{ "2001:db8::1", "2001:db8::ffff:1", true },
		{ "2001:db8::1", "2001:db8:0:1::1", false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct address a = parsed(cases[i].a), b = parsed(cases[i].b);

		assert_case(cases[i].b, cases[i].same,
			    address_client_hash(&a) ==
				    address_client_hash(&b));
	}
}

static void test_block(void **state)
{
	static const struct {
		const char *block, *address;
		bool parses, holds;
	} cases[] = {
		{ "192.0.2.0/24", "192.0.2.255", true, true },
		{ "192.0.2.0/24", "192.0.3.0", true, false },
		{ "192.0.2.0/24", "::ffff:192.0.2.9", true, true },
		{ "192.0.2.0/23", "192.0.3.1", true, true },
		{ "192.0.2.128/25", "192.0.2.127", true, false },
		{ "192.0.2.7", "192.0.2.7", true, true },
		{ "192.0.2.7", "192.0.2.6", true, false },
		{ "0.0.0.0/0", "203.0.113.1", true, true },
		{ "0.0.0.0/0", "2001:db8::1", true, false },
		{ "2001:db8::/32", "2001:db8:ffff::1", true, true },
		{ "2001:db8::/32", "2001:db9::1", true, false },
		{ "2001:db8:0:8000::/49", "2001:db8:0:8001::1", true, true },
		{ "2001:db8:0:8000::/49", "2001:db8:0:7fff::1", true, false },
		{ "2001:db8::1", "2001:db8::1", true, true },
		{ "2001:db8::1", "2001:db8::2", true, false },
		{ "::ffff:192.0.2.0/120", "192.0.2.1", true, true },
		{ "192.0.2.1/24", NULL, false, false },
		{ "2001:db8::1/64", NULL, false, false },
		{ "192.0.2.0/33", NULL, false, false },
		{ "2001:db8::/129", NULL, false, false },
		{ "192.0.2.0/", NULL, false, false },
		{ "192.0.2.0/ 24", NULL, false, false },
		{ "192.0.2.0/24x", NULL, false, false },
		{ "192.0.2.0/-1", NULL, false, false },
		{ "192.0.2.0/24/24", NULL, false, false },
		{ "192.0.2.0/4294967320", NULL, false, false },
		{ "192.0.2/24", NULL, false, false },
		{ "/24", NULL, false, false },
		{ "", NULL, false, false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice text = guarded_copy(slice_from(cases[i].block));
		struct address_block block = { .bits = 999 };
		struct address address;

		assert_case(cases[i].block, cases[i].parses,
			    address_block_parse(text, &block));
		guarded_free(text);
		if (!cases[i].parses) {
			assert_int_equal(block.bits, 999);
			continue;
		}
		address = parsed(cases[i].address);
		assert_case(cases[i].address, cases[i].holds,
			    address_block_holds(&block, &address));
	}
}

static void test_masked(void **state)
{
	static const char *const cases[][2] = {
		{ "183.88.1.2", "183.88.x.x" },
		{ "8.8.8.8", "8.8.x.x" },
		{ "2001:db8:1::1", "2001:db8:x" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct address address = parsed(cases[i][0]);
		char out[ADDRESS_TEXT_SIZE];

		address_masked(address_prefix(&address),
			       !address_is_v4(&address), out);
		assert_string_equal(out, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_client),
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_masked),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
