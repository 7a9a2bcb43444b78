/*
 * What kind of network an address lies in: the built-in table, the operator's
 * additions, the provider's own ranges; and what is one client.
 */
#include "base/stamp.h"
#include "detector/account.h"
#include "detector/geo.h"
#include "detector/profile.h"
#include "tests/support/places.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct conf_list list_of(const char *const *items, size_t n)
{
	struct conf_list list = { .n = n };

	for (size_t i = 0; i < n; i++)
		list.items[i] = (char *)(uintptr_t)items[i];
	return list;
}

static struct address parsed(const char *text)
{
	struct address address;

	assert_true(address_parse(slice_from(text), &address));
	return address;
}

static void test_table(void **state)
{
	static const struct {
		uint32_t number;
		enum network_kind kind;
	} cases[] = {
		{ 24940, NETWORK_HOSTING },	/* Hetzner Online */
		{ 9009, NETWORK_VPN },		/* M247 */
		{ 13335, NETWORK_VPN },		/* Cloudflare WARP */
		{ 15169, NETWORK_RELAY },	/* Google */
		{ 26211, NETWORK_RELAY },	/* Proofpoint */
		{ 786, NETWORK_BUSINESS },	/* Jisc */
		{ 39603, NETWORK_MOBILE },	/* Play */
		{ 5617, NETWORK_ACCESS },	/* Orange Polska: mixed */
		{ 0, NETWORK_ACCESS },
		{ UINT32_MAX, NETWORK_ACCESS },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_int_equal(network_kind_of(cases[i].number),
				 cases[i].kind);
}

/* Every row has its kind and a name that says something. */
static void test_rows(void **state)
{
	static const struct {
		uint32_t number;
		enum network_kind kind;
		const char *name;
	} rows[] = {
#define NETWORK(number, kind, name) { number, NETWORK_##kind, name },
#include "detector/networks.def"
#undef NETWORK
	};

	(void)state;
	assert_true(N_ELEMENTS(rows) >= 300);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		assert_true(strlen(rows[i].name) >= 2);
		assert_int_equal(network_kind_of(rows[i].number),
				 rows[i].kind);
	}
}

static void test_operator(void **state)
{
	static const char *const kinds[] = {
		"AS64500 vpn Our staff VPN", "64501 Mobile", " as24940\taccess ",
	};
	static const char *const own[] = { "192.0.2.0/24", "2001:db8::/32",
					   " 198.51.100.7 " };
	struct conf_list kind_list = list_of(kinds, N_ELEMENTS(kinds));
	struct conf_list own_list = list_of(own, N_ELEMENTS(own));
	struct networks networks;
	struct err err = { 0 };
	static const struct {
		const char *address;
		bool is_own;
	} cases[] = {
		{ "192.0.2.9", true },	{ "192.0.3.9", false },
		{ "198.51.100.7", true }, { "198.51.100.8", false },
		{ "2001:db8:1::1", true }, { "2001:db9::1", false },
	};

	(void)state;
	assert_int_equal(networks_parse(&kind_list, &own_list, &networks,
					&err), 0);
	assert_int_equal(networks_kind(&networks, 64500), NETWORK_VPN);
	assert_int_equal(networks_kind(&networks, 64501), NETWORK_MOBILE);
	/* Over the table. */
	assert_int_equal(networks_kind(&networks, 24940), NETWORK_ACCESS);
	assert_int_equal(networks_kind(&networks, 9009), NETWORK_VPN);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct address address = parsed(cases[i].address);

		assert_case(cases[i].address, cases[i].is_own,
			    networks_is_own(&networks, &address));
	}
}

static void test_bad_entries(void **state)
{
	static const struct {
		const char *kind, *own;
		const char *words;	/* that the complaint must hold */
	} cases[] = {
		{ "vpn AS64500", NULL, "AS64500 vpn" },
		{ "", NULL, "AS64500 vpn" },
		{ "AS vpn", NULL, "does not begin with an AS number" },
		{ "AS0 vpn", NULL, "does not begin with an AS number" },
		{ "AS64500x vpn", NULL, "does not begin with an AS number" },
		{ "AS4294967295 vpn", NULL, "does not begin" },
		{ "AS99999999999 vpn", NULL, "does not begin" },
		{ "AS64500", NULL, "relay" },
		{ "AS64500 proxy Ours", NULL, "AS64500 proxy Ours" },
		{ "AS64500 vpnvpnvpnvpnvpnvpn", NULL, "allowed are" },
		{ NULL, "192.0.2.1/24", "192.0.2.1/24" },
		{ NULL, "mail.example", "2001:db8::/32" },
		{ NULL, "0.0.0.0/0", "too wide" },
		{ NULL, "0.0.0.0/7", "too wide" },
		{ NULL, "::/0", "too wide" },
		{ NULL, "2000::/15", "too wide" },
		{ NULL, "", "is no prefix" },
	};
	static const char *const twice[] = { "AS64500 vpn", "64500 relay" };
	struct conf_list list = list_of(twice, 2);
	struct networks networks = { .n_own = 77 };
	struct err err;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct conf_list kinds = list_of(&cases[i].kind, 1);
		struct conf_list own = list_of(&cases[i].own, 1);

		assert_int_equal(networks_parse(cases[i].kind ? &kinds : NULL,
						cases[i].own ? &own : NULL,
						&networks, &err), -1);
		assert_int_equal(err.code, EXIT_CONFIG);
		assert_non_null(strstr(err.text, cases[i].words));
		assert_int_equal(networks.n_own, 77);
	}
	assert_int_equal(networks_parse(&list, NULL, &networks, &err), -1);
	assert_non_null(strstr(err.text, "twice"));
}

static void look(struct geo *geo, const char *text, struct origin *out)
{
	struct address address = parsed(text);

	geo_lookup(geo, &address, INT64_C(1790812800000), out);
}

/* The same through the look-up and its cache, twice. */
static void test_lookup(void **state)
{
	static const char *const kinds[] = { "AS24940 mobile Not really" };
	static const char *const own[] = { "83.0.0.0/16", "2a01:4f8::/29" };
	struct conf_list kind_list = list_of(kinds, 1);
	struct conf_list own_list = list_of(own, 2);
	struct networks networks;
	struct geo *geo = NULL;
	struct origin origin;
	struct err err;

	(void)state;
	assert_int_equal(geo_open(places_countries(), places_networks(),
				  STAMP_DAY_MS, &geo, &err), 0);
	look(geo, "88.198.0.1", &origin);
	assert_int_equal(origin.network, 24940);
	assert_int_equal(origin.kind, NETWORK_HOSTING);
	look(geo, "83.0.0.1", &origin);
	assert_false(origin.is_local);
	assert_int_equal(origin.country, 'P' << 8 | 'L');
	assert_int_equal(networks_parse(&kind_list, &own_list, &networks,
					&err), 0);
	geo_set_networks(geo, &networks);
	for (int i = 0; i < 2; i++) {
		look(geo, "88.198.0.1", &origin);
		assert_int_equal(origin.kind, NETWORK_MOBILE);
		assert_false(origin.is_local);
		look(geo, "83.0.0.1", &origin);
		assert_true(origin.is_local);
		assert_int_equal(origin.country, 0);
		assert_int_equal(origin.network, 0);
		look(geo, "83.1.0.1", &origin);
		assert_false(origin.is_local);
		look(geo, "2a01:4f8::1", &origin);
		assert_true(origin.is_local);
	}
	geo_close(&geo);
}

/* Full up to max_age, half at twice that age, a straight line between. */
static void test_certainty(void **state)
{
	static const struct {
		int64_t age_days;
		double certainty;
	} cases[] = {
		{ -5, 1 }, { 0, 1 }, { 60, 1 }, { 75, 0.875 }, { 90, 0.75 },
		{ 120, 0.5 }, { 121, 0.5 }, { 3000, 0.5 },
	};
	struct address address = parsed("83.0.0.1");
	struct geo *geo = NULL;
	struct origin origin;
	struct err err;

	(void)state;
	assert_int_equal(geo_open(places_countries(),
				  "", 60 * (int64_t)STAMP_DAY_MS, &geo, &err),
			 0);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		geo_lookup(geo, &address, geo_built_ms(geo) +
			   cases[i].age_days * STAMP_DAY_MS, &origin);
		assert_true(fabs(origin.certainty - cases[i].certainty) <
			    1e-9);
	}
	geo_close(&geo);
	/* Without files there is nothing old. */
	assert_int_equal(geo_open("", "", 0, &geo, &err), 0);
	geo_lookup(geo, &address, INT64_MAX / 2, &origin);
	assert_true(origin.certainty == 1);
	geo_close(&geo);
}

/* A household's /64 is one client, at one place, however often its telephones
 * change the rest. */
static void test_one_client(void **state)
{
	struct account account = { 0 };
	struct geo *geo = NULL;
	struct origin first, origin;
	char text[64];
	struct err err;
	size_t n = 0;

	(void)state;
	assert_int_equal(geo_open("", "", STAMP_DAY_MS, &geo, &err), 0);
	look(geo, "2001:db8:7:9::1", &first);
	for (unsigned i = 0; i < 50; i++) {
		snprintf(text, sizeof(text), "2001:db8:7:9:%x:%x:%x:%x",
			 i * 977, i, i * 31, i + 1);
		look(geo, text, &origin);
		assert_true(origin.client == first.client);
		assert_int_equal(origin.network, first.network);
		profile_seen(&account, &origin, 1790812800 + i,
			     USE_READ, false, true);
	}
	while (n < ACCOUNT_RECENT && account.recent[n].last_s)
		n++;
	assert_int_equal(n, 1);
	look(geo, "2001:db8:7:a::1", &origin);
	assert_true(origin.client != first.client);
	geo_close(&geo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_operator),
		cmocka_unit_test(test_bad_entries),
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_certainty),
		cmocka_unit_test(test_one_client),
	};

	return cmocka_run_group_tests_name("networks", tests, NULL, NULL);
}
