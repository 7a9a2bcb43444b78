/*
 * Tokens of the API: what each role may, where a reseller's world ends, and
 * that nothing near a token is one.
 */
#include "detector/http/tokens.h"
#include "tests/support/site.h"

#include <stdio.h>
#include <string.h>

#define REASON "{\"reason\":\"x\"}"
#define PLACE "{\"country\":\"VN\",\"reason\":\"x\"}"
#define ANNA API "/accounts/anna@firma.example"
#define JOAO API "/accounts/joao@loja.example"

/* Block 2 is joao's, 3 jan's, who has no domain, 4 anna's namesake below a
 * domain of the reseller. */
static void block_more(void)
{
	static const char *const accounts[] = { "joao@loja.example", "jan",
						"anna@mail.loja.example" };
	struct block_request request = { .decided_ms = NOW, .actor = "scan",
					 .reason = "x" };

	for (size_t i = 0; i < N_ELEMENTS(accounts); i++) {
		struct err err;
		int64_t id = 0;

		request.decision = accounts[i];
		request.account = slice_from(accounts[i]);
		assert_int_equal(blocks_make(&site.blocks, &request, NOW, &id,
					     &err), BLOCK_MADE);
		assert_int_equal(id, 2 + (int64_t)i);
	}
}

/* Every call of the API, and what it answers to each role. */
static void test_roles(void **state)
{
	static const struct {
		struct call call;	/* the token is filled in */
		int support, panel, reseller, metrics;
	} calls[] = {
		{ { "GET", API "/blocks", NULL, NULL, NULL },
		  200, 403, 200, 403 },
		{ { "GET", API "/blocks/2", NULL, NULL, NULL },
		  200, 403, 200, 403 },
		{ { "GET", JOAO, NULL, NULL, NULL }, 200, 200, 200, 403 },
		{ { "POST", JOAO "/suspend", NULL, JSON_TYPE, REASON },
		  200, 200, 200, 403 },
		{ { "POST", JOAO "/trust", NULL, JSON_TYPE, PLACE },
		  200, 403, 200, 403 },
		{ { "POST", JOAO "/password-check", NULL, JSON_TYPE, "{}" },
		  403, 400, 403, 403 },
		{ { "POST", JOAO "/password-changed", NULL, JSON_TYPE, "{}" },
		  403, 409, 403, 403 },
		{ { "POST", API "/blocks/2/lift", NULL, JSON_TYPE, "{}" },
		  409, 403, 409, 403 },
		{ { "POST", API "/blocks/2/lift", NULL, JSON_TYPE,
		  "{\"reason\":\"x\",\"force\":true}" }, 200, 403, 403, 403 },
		{ { "POST", API "/blocks/2/lift", NULL, JSON_TYPE,
		  "{\"queue\":\"keep\"}" }, 200, 403, 200, 403 },
		{ { "POST", API "/blocks/2/lift", NULL, JSON_TYPE,
		  "{\"queue\":\"release\"}" }, 409, 403, 403, 403 },
	};

	(void)state;
	block_more();
	for (size_t i = 0; i < N_ELEMENTS(calls); i++) {
		const struct {
			const char *token;
			int status;
		} roles[] = {
			/* Support last: it lifts. */
			{ "{METRICS}", calls[i].metrics },
			{ "{RESELLER}", calls[i].reseller },
			{ "{HOOK}", calls[i].panel },
			{ "{SUPPORT}", calls[i].support },
			{ NULL, 401 },
			{ "{OLD}", 401 },
		};
		for (size_t j = 0; j < N_ELEMENTS(roles); j++) {
			char why[120];
			struct row row = { why, calls[i].call,
					   roles[j].status, NULL };

			snprintf(why, sizeof(why), "%s %s as %s",
				 row.call.method, row.call.path,
				 roles[j].token ? roles[j].token : "nobody");
			row.call.token = roles[j].token;
			site_check(&row);
		}
	}
}

static void answer_of(const struct call *call, struct text *out)
{
	struct http_response response = HTTP_RESPONSE_INIT;

	site_ask(call, &response);
	text_clear(out);
	text_addf(out, "%d ", response.status);
	text_add(out, text_slice(&response.body));
	http_response_release(&response);
}

/* To a reseller others' accounts and blocks answer, byte by byte, as those
 * that are not there, whatever is asked of them; and nothing is changed. */
static void test_what_is_not_his_is_not_there(void **state)
{
	static const char *const paths[][2] = {
		{ API "/blocks/1", API "/blocks/99" },
		{ API "/blocks/3", API "/blocks/99" },
		{ API "/blocks/4", API "/blocks/99" },
		{ API "/blocks/1/lift", API "/blocks/99/lift" },
		{ API "/blocks/3/lift", API "/blocks/99/lift" },
		{ ANNA, API "/accounts/nobody@loja.example" },
		{ API "/accounts/jan", API "/accounts/nobody@loja.example" },
		{ API "/accounts/carla@firma.example",
		  API "/accounts/nobody@loja.example" },
		{ ANNA "/suspend",
		  API "/accounts/nobody@loja.example/suspend" },
		{ ANNA "/trust", API "/accounts/nobody@loja.example/trust" },
		{ API "/accounts/anna@firma.example%40loja.example",
		  API "/accounts/nobody@loja.example" },
		{ API "/accounts/x@loja.example@firma.example",
		  API "/accounts/nobody@loja.example" },
	};
	static const char *const bodies[] = {
		NULL, REASON, PLACE, "{\"force\":true}",
		"{\"queue\":\"keep\"}", "{\"queue\":\"release\"}", "[",
	};
	struct text his = TEXT_INIT(1 << 16), other = TEXT_INIT(1 << 16);
	int64_t before;

	(void)state;
	block_more();
	before = site_rows();
	for (size_t i = 0; i < N_ELEMENTS(paths); i++) {
		for (size_t j = 0; j < N_ELEMENTS(bodies); j++) {
			struct call call = { bodies[j] ? "POST" : "GET",
					     paths[i][0], "{RESELLER}",
					     bodies[j] ? JSON_TYPE : NULL,
					     bodies[j] };

			answer_of(&call, &other);
			call.path = paths[i][1];
			answer_of(&call, &his);
			assert_string_equal(text_string(&other),
					    text_string(&his));
			assert_case(paths[i][0], false,
				    slice_starts(text_slice(&other), S("2")));
		}
	}
	assert_int_equal(site_rows(), before);
	text_release(&his);
	text_release(&other);
}

/* Even a login that only the mail server knows is not stopped elsewhere. */
static void test_force_ends_at_the_domain(void **state)
{
#define FORCE "{\"reason\":\"x\",\"force\":true}"
	static const struct row rows[] = {
		{ "elsewhere", { "POST",
		  API "/accounts/new@firma.example/suspend", "{RESELLER}",
		  JSON_TYPE, FORCE }, 404, "unknown_account" },
		{ "no domain", { "POST", API "/accounts/jan/suspend",
		  "{RESELLER}", JSON_TYPE, FORCE }, 404, "unknown_account" },
		{ "subdomain", { "POST",
		  API "/accounts/new@a.loja.example/suspend", "{RESELLER}",
		  JSON_TYPE, FORCE }, 404, "unknown_account" },
		{ "ending", { "POST",
		  API "/accounts/new@xloja.example/suspend", "{RESELLER}",
		  JSON_TYPE, FORCE }, 404, "unknown_account" },
		{ "his", { "POST", API "/accounts/New@PRAIA.example/suspend",
		  "{RESELLER}", JSON_TYPE, FORCE }, 201, NULL },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		site_check(&rows[i]);
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
				     " comporta_send_block"), 2);
}

struct page {
	int64_t n, next;
	bool is_all_his;
};

static struct page list(const char *token, const char *query, int64_t cursor)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	char path[120];
	struct call call = { "GET", path, token, NULL, NULL };
	struct page page = { .is_all_his = true };
	struct json *json;
	const struct json *blocks;

	snprintf(path, sizeof(path), API "/blocks?%s%s%.0lld", query,
		 cursor ? "&cursor=" : "", (long long)cursor);
	site_ask(&call, &response);
	assert_int_equal(response.status, 200);
	json = site_body_of(&response);
	blocks = json_get(json, "blocks");
	page.n = (int64_t)json_length(blocks);
	page.next = json_get_integer(json, "next", 0);
	for (size_t i = 0; i < json_length(blocks); i++)
		if (!slice_eq(slice_domain(json_get_text(json_at(blocks, i),
							 "account")),
			      S("loja.example")))
			page.is_all_his = false;
	json_free(&json);
	http_response_release(&response);
	return page;
}

/* Every page is full but the last, whatever stands between. */
static void test_his_list(void **state)
{
	char decision[20], account[40];
	int64_t cursor = 0, seen = 0, pages = 0;

	(void)state;
	for (int i = 0; i < 30; i++) {
		struct block_request request = {
			.decision = decision, .decided_ms = NOW,
			.actor = "scan", .reason = "x",
		};
		struct err err;
		int64_t id;

		snprintf(decision, sizeof(decision), "many-%d", i);
		snprintf(account, sizeof(account), "u%d@%s", i,
			 i % 3 == 0 ? "loja.example" : "firma.example");
		request.account = slice_from(account);
		if (blocks_make(&site.blocks, &request, NOW, &id, &err) !=
		    BLOCK_MADE)
			fail_msg("%s", decision);
	}
	do {
		struct page page = list("{RESELLER}", "limit=4", cursor);

		assert_true(page.is_all_his);
		assert_true(page.n == 4 || page.next == 0);
		seen += page.n;
		cursor = page.next;
		pages++;
	} while (cursor);
	assert_int_equal(seen, 10);
	assert_int_equal(pages, 3);
	/* The last page may be full: then there is no empty one behind. */
	assert_int_equal(list("{RESELLER}", "limit=10", 0).next, 0);
	assert_true(list("{RESELLER}", "limit=9", 0).next > 0);
	assert_int_equal(list("{RESELLER}", "domain=firma.example", 0).n, 0);
	assert_int_equal(list("{RESELLER}", "account=anna@firma.example",
			      0).n, 0);
	assert_int_equal(list("{RESELLER}", "domain=loja.example", 0).n, 10);
	assert_int_equal(list("{SUPPORT}", "limit=200", 0).n, 31);
}

/* He gains and loses a domain at once, and without any he sees nothing. */
static void test_domains_come_and_go(void **state)
{
	static const char *const firma[] = { "Firma.Example" };
	static const char *const both[] = { "loja.example", "praia.example",
					    "firma.example" };
	struct err err;

	(void)state;
	block_more();
	assert_int_equal(list("{RESELLER}", "limit=9", 0).n, 1);
	for (int i = 0; i < 2; i++)
		assert_int_equal(token_allow(site.db, "reseller", firma, 1,
					     &err), 0);
	assert_int_equal(list("{RESELLER}", "limit=9", 0).n, 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(token_disallow(site.db, "reseller", both, 3,
						&err), 0);
	assert_int_equal(list("{RESELLER}", "limit=9", 0).n, 0);
}

static void test_what_is_no_domain(void **state)
{
	static const char *const domains[] = {
		"", "@loja.example", "a@b", "*.loja.example", "a b", "a,b",
		"a\nb", "a/b", "\xff.example", "'", "<b>", "a\x7f",
	};
	static const char *const good[] = { "za\xc5\xbc\xc3\xb3\xc5\x82.pl",
					    "xn--za-ska.pl", "localhost",
					    "a_b.example" };
	struct err err;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(domains); i++) {
		int got = token_allow(site.db, "reseller", &domains[i], 1,
				      &err);

		assert_case(domains[i], -1, got);
	}
	assert_int_equal(token_allow(site.db, "reseller", good,
				     N_ELEMENTS(good), &err), 0);
	assert_int_equal(token_allow(site.db, "support", good, 1, &err), -1);
	assert_int_equal(token_allow(site.db, "nobody", good, 1, &err), -1);
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
				     " comporta_token_domain"), 6);
}

/* One bit of one character another: each refused, and as any other. */
static void test_nearly_a_token(void **state)
{
	static const struct call right = { "GET", API "/blocks", "{SUPPORT}",
					   NULL, NULL };
	char near[CRYPTO_TOKEN_SIZE + 2];
	struct call call = { "GET", API "/blocks", near, NULL, NULL };
	struct text want = TEXT_INIT(4096), got = TEXT_INIT(1 << 16);

	(void)state;
	call.token = "nonsense";
	answer_of(&call, &want);
	call.token = near;
	for (size_t at = 0; at < CRYPTO_TOKEN_SIZE - 1; at++) {
		for (int bit = 0; bit < 7; bit++) {
			memcpy(near, site.support, CRYPTO_TOKEN_SIZE);
			near[at] = (char)(near[at] ^ (1 << bit));
			answer_of(&call, &got);
			assert_string_equal(text_string(&got),
					    text_string(&want));
		}
	}
	snprintf(near, sizeof(near), "%.42s", site.support);
	answer_of(&call, &got);
	assert_string_equal(text_string(&got), text_string(&want));
	snprintf(near, sizeof(near), "%sA", site.support);
	answer_of(&call, &got);
	assert_string_equal(text_string(&got), text_string(&want));
	answer_of(&right, &got);
	assert_true(slice_starts(text_slice(&got), S("200 ")));
	text_release(&want);
	text_release(&got);
}

/* What is looked up is the hash: a token's own bytes are in no statement and
 * no table, and the hash is no token. */
static void test_the_hash_is_no_token(void **state)
{
	char hash[CRYPTO_HEX_SIZE];
	const struct row rows[] = {
		{ "hash", { "GET", API "/blocks", hash, NULL, NULL }, 401,
		  "unauthorized" },
		{ "start of it", { "GET", API "/blocks", hash + 21, NULL,
		  NULL }, 401, "unauthorized" },
	};

	(void)state;
	crypto_sha256_hex(slice_from(site.support), hash);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		site_check(&rows[i]);
}

struct counted {
	int rows, domains;
};

static int count(void *context, const struct token *token, struct slice domain)
{
	struct counted *counted = context;

	counted->rows++;
	if (domain.len > 0) {
		assert_int_equal(token->role, TOKEN_RESELLER);
		counted->domains++;
	}
	return 0;
}

static void test_list_and_sessions(void **state)
{
	struct counted counted = { 0 };
	struct token token, again;
	struct err err;

	(void)state;
	assert_int_equal(token_list(site.db, count, &counted, &err), 0);
	assert_int_equal(counted.rows, 6);
	assert_int_equal(counted.domains, 2);
	assert_int_equal(token_find(site.db, slice_from(site.reseller), NOW,
				    &token, &err), TOKEN_VALID);
	assert_int_equal(token_by_id(site.db, token.id, NOW, &again, &err),
			 TOKEN_VALID);
	assert_string_equal(again.name, "reseller");
	assert_int_equal(token_by_id(site.db, token.id, NOW + DAY, &again,
				     &err), TOKEN_INVALID);
	assert_int_equal(token_by_id(site.db, 999, NOW, &again, &err),
			 TOKEN_INVALID);
	assert_int_equal(token_revoke(site.db, "reseller", NOW, &err), 0);
	assert_int_equal(token_by_id(site.db, token.id, NOW, &again, &err),
			 TOKEN_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(test_roles),
		SITE_TEST(test_what_is_not_his_is_not_there),
		SITE_TEST(test_force_ends_at_the_domain),
		SITE_TEST(test_his_list),
		SITE_TEST(test_domains_come_and_go),
		SITE_TEST(test_what_is_no_domain),
		SITE_TEST(test_nearly_a_token),
		SITE_TEST(test_the_hash_is_no_token),
		SITE_TEST(test_list_and_sessions),
	};

	return cmocka_run_group_tests(tests, site_group_setup,
				      site_group_teardown);
}
