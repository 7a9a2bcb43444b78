/*
 * The router: what is refused, and what changes nothing. test_serve.c has the
 * real server.
 */
#include "detector/settings.h"
#include "tests/support/site.h"

#include <stdio.h>
#include <string.h>

/* None of these may change a row. */
static const struct row harmless[] = {
	{ "alive", { "GET", "/healthz", NULL, NULL, NULL }, 200, NULL },
	{ "ready", { "GET", "/readyz", NULL, NULL, NULL }, 200, NULL },
	{ "style", { "GET", "/style.css", NULL, NULL, NULL }, 200, NULL },
	{ "nothing there", { "GET", "/", NULL, NULL, NULL }, 404,
	  "not_found" },
	{ "wrong method", { "POST", "/healthz", NULL, NULL, NULL }, 405,
	  "method_not_allowed" },
	{ "strange method", { "BREW", "/healthz", NULL, NULL, NULL }, 405,
	  "method_not_allowed" },
	{ "deep", { "GET", "/a/b/c/d/e/f/g/h", NULL, NULL, NULL }, 404,
	  "not_found" },
	{ "slash behind", { "GET", "/healthz/", NULL, NULL, NULL }, 404,
	  "not_found" },

	{ "no token", { "GET", API "/blocks", NULL, NULL, NULL }, 401,
	  "unauthorized" },
	{ "empty token", { "GET", API "/blocks", "", NULL, NULL }, 401,
	  "unauthorized" },
	{ "forged token", { "GET", API "/blocks", ZEROES, NULL, NULL }, 401,
	  "unauthorized" },
	{ "a byte too many", { "GET", API "/blocks", "{SUPPORT}A", NULL,
	  NULL }, 401, "unauthorized" },
	{ "expired token", { "GET", API "/blocks", "{OLD}", NULL, NULL }, 401,
	  "unauthorized" },
	{ "the owner's token is none", { "GET", API "/blocks", "{OWNER}",
	  NULL, NULL }, 401, "unauthorized" },
	{ "the panel may not read", { "GET", API "/blocks", "{HOOK}", NULL,
	  NULL }, 403, "forbidden" },
	{ "the panel may not lift", { "POST", API "/blocks/1/lift", "{HOOK}",
	  JSON_TYPE, "{\"force\":true,\"reason\":\"x\"}" }, 403,
	  "forbidden" },
	{ "support has no hook", { "POST",
	  API "/accounts/anna@firma.example/password-changed", "{SUPPORT}",
	  NULL, NULL }, 403, "forbidden" },
	{ "method before token", { "DELETE", API "/blocks", NULL, NULL,
	  NULL }, 405, "method_not_allowed" },

	{ "list", { "GET", API "/blocks", "{SUPPORT}", NULL, NULL }, 200,
	  NULL },
	{ "list head", { "HEAD", API "/blocks", "{SUPPORT}", NULL, NULL }, 200,
	  NULL },
	{ "state", { "GET", API "/blocks?state=open", "{SUPPORT}", NULL,
	  NULL }, 400, "bad_request" },
	{ "since", { "GET", API "/blocks?since=yesterday", "{SUPPORT}", NULL,
	  NULL }, 400, "bad_request" },
	{ "since, well", { "GET",
	  API "/blocks?since=2026-11-15T08%3A00%3A00%2B01%3A00", "{SUPPORT}",
	  NULL, NULL }, 200, NULL },
	{ "limit", { "GET", API "/blocks?limit=201", "{SUPPORT}", NULL,
	  NULL }, 400, "bad_request" },
	{ "limit none", { "GET", API "/blocks?limit=0", "{SUPPORT}", NULL,
	  NULL }, 400, "bad_request" },
	{ "cursor", { "GET", API "/blocks?cursor=-1", "{SUPPORT}", NULL,
	  NULL }, 400, "bad_request" },
	{ "encoding", { "GET", API "/blocks?account=%zz", "{SUPPORT}", NULL,
	  NULL }, 400, "bad_request" },
	{ "nought byte", { "GET", API "/blocks?account=a%00b", "{SUPPORT}",
	  NULL, NULL }, 400, "bad_request" },

	{ "unknown filter", { "GET", API "/blocks?stat=active", "{SUPPORT}",
	  NULL, NULL }, 400, "bad_request" },
	{ "a filter where none is", { "GET", API "/blocks/1?state=active",
	  "{SUPPORT}", NULL, NULL }, 400, "bad_request" },
	{ "an empty parameter", { "GET", API "/blocks?&limit=5&", "{SUPPORT}",
	  NULL, NULL }, 200, NULL },

	{ "one", { "GET", API "/blocks/1", "{SUPPORT}", NULL, NULL }, 200,
	  NULL },
	{ "none", { "GET", API "/blocks/99", "{SUPPORT}", NULL, NULL }, 404,
	  "not_found" },
	{ "no number", { "GET", API "/blocks/1x", "{SUPPORT}", NULL, NULL },
	  404, "not_found" },
	{ "a huge number", { "GET", API "/blocks/99999999999999999999",
	  "{SUPPORT}", NULL, NULL }, 404, "not_found" },
	{ "SQL", { "GET", API "/blocks/1%20OR%201=1", "{SUPPORT}", NULL,
	  NULL }, 404, "not_found" },

	{ "account", { "GET", API "/accounts/Anna@firma.example", "{SUPPORT}",
	  NULL, NULL }, 200, NULL },
	{ "account, encoded", { "GET", API "/accounts/anna%40firma.example",
	  "{HOOK}", NULL, NULL }, 200, NULL },
	{ "nobody", { "GET", API "/accounts/who@firma.example", "{SUPPORT}",
	  NULL, NULL }, 404, "unknown_account" },

	{ "unchanged", { "POST", API "/blocks/1/lift", "{SUPPORT}", JSON_TYPE,
	  "{\"reason\":\"called\",\"force\":false}" }, 409,
	  "password_unchanged" },
	{ "unchanged, no body", { "POST", API "/blocks/1/lift", "{SUPPORT}",
	  NULL, NULL }, 409, "password_unchanged" },
	{ "type with charset", { "POST", API "/blocks/1/lift", "{SUPPORT}",
	  "Application/JSON; charset=utf-8", "{}" }, 409,
	  "password_unchanged" },
	{ "a form", { "POST", API "/blocks/1/lift", "{SUPPORT}", FORM_TYPE,
	  "force=1" }, 415, "unsupported_media_type" },
	{ "no type", { "POST", API "/blocks/1/lift", "{SUPPORT}", NULL,
	  "{}" }, 415, "unsupported_media_type" },
	{ "no JSON", { "POST", API "/blocks/1/lift", "{SUPPORT}", JSON_TYPE,
	  "{\"force\":" }, 400, "bad_request" },
	{ "an array", { "POST", API "/blocks/1/lift", "{SUPPORT}", JSON_TYPE,
	  "[true]" }, 400, "bad_request" },
	{ "null", { "POST", API "/blocks/1/lift", "{SUPPORT}", JSON_TYPE,
	  "null" }, 400, "bad_request" },
	{ "force is a text", { "POST", API "/blocks/1/lift", "{SUPPORT}",
	  JSON_TYPE, "{\"force\":\"true\",\"reason\":\"x\"}" }, 400,
	  "bad_request" },
	{ "reason is a number", { "POST", API "/blocks/1/lift", "{SUPPORT}",
	  JSON_TYPE, "{\"reason\":1}" }, 400, "bad_request" },
	{ "force without reason", { "POST", API "/blocks/1/lift",
	  "{SUPPORT}", JSON_TYPE, "{\"force\":true}" }, 400, "bad_request" },
	{ "unknown field", { "POST", API "/blocks/1/lift", "{SUPPORT}",
	  JSON_TYPE, "{\"reason\":\"x\",\"forced\":true}" }, 400,
	  "bad_request" },
	{ "a field for the hook", { "POST",
	  API "/accounts/anna@firma.example/password-changed", "{HOOK}",
	  JSON_TYPE, "{\"force\":true}" }, 400, "bad_request" },
	{ "no such block", { "POST", API "/blocks/77/lift", "{SUPPORT}",
	  JSON_TYPE, "{}" }, 404, "not_found" },
	{ "GET does not lift", { "GET", API "/blocks/1/lift", "{SUPPORT}",
	  NULL, NULL }, 405, "method_not_allowed" },

	{ "no reason", { "POST", API "/accounts/b@firma.example/suspend",
	  "{SUPPORT}", JSON_TYPE, "{}" }, 400, "bad_request" },
	{ "blocked already", { "POST",
	  API "/accounts/anna@firma.example/suspend", "{SUPPORT}", JSON_TYPE,
	  "{\"reason\":\"x\"}" }, 200, NULL },
	{ "hook, unchanged", { "POST",
	  API "/accounts/anna@firma.example/password-changed", "{HOOK}",
	  JSON_TYPE, "{}" }, 409, "password_unchanged" },
	{ "hook, not blocked", { "POST",
	  API "/accounts/carla@firma.example/password-changed", "{HOOK}",
	  NULL, NULL }, 200, NULL },
	{ "hook, nobody", { "POST",
	  API "/accounts/b@firma.example/password-changed", "{HOOK}", NULL,
	  NULL }, 404, "unknown_account" },
	{ "suspend, nobody", { "POST",
	  API "/accounts/b@firma.example/suspend", "{SUPPORT}", JSON_TYPE,
	  "{\"reason\":\"x\"}" }, 404, "unknown_account" },

	{ "owner page", { "GET", "/b/{OWNER}", NULL, NULL, NULL }, 200,
	  NULL },
	{ "owner page, tracked", { "GET", "/b/{OWNER}?utm=x", NULL, NULL,
	  NULL }, 200, NULL },
	{ "owner page, head", { "HEAD", "/b/{OWNER}", NULL, NULL, NULL }, 200,
	  NULL },
	{ "forged link", { "GET", "/b/" ZEROES, NULL, NULL, NULL }, 404,
	  NULL },
	{ "short link", { "GET", "/b/x", NULL, NULL, NULL }, 404, NULL },
	{ "empty link", { "GET", "/b/", NULL, NULL, NULL }, 404, NULL },
	{ "GET lifts nothing", { "GET", "/b/{OWNER}/lift", NULL, NULL, NULL },
	  405, NULL },
	{ "owner lift, unchanged", { "POST", "/b/{OWNER}/lift", NULL,
	  FORM_TYPE, "" }, 409, NULL },
	{ "owner lift, JSON", { "POST", "/b/{OWNER}/lift", NULL, JSON_TYPE,
	  "{}" }, 415, NULL },
	{ "forged lift", { "POST", "/b/" ZEROES "/lift", NULL, NULL, NULL },
	  404, NULL },

	{ "no slash first", { "GET", "healthz", NULL, NULL, NULL }, 400,
	  "bad_path" },
	{ "a whole URL", { "GET", "http://evil.example/healthz", NULL, NULL,
	  NULL }, 400, "bad_path" },
	{ "upwards", { "GET", "/b/../api", NULL, NULL, NULL }, 400,
	  "bad_path" },
	{ "upwards, encoded", { "GET", "/b/%2e%2E/x", NULL, NULL, NULL }, 400,
	  "bad_path" },
	{ "slash, encoded", { "GET", "/b/a%2fb", NULL, NULL, NULL }, 400,
	  "bad_path" },
	{ "twice encoded", { "GET", "/b/a%252fb", NULL, NULL, NULL }, 404,
	  NULL },
	{ "nought", { "GET", "/healthz%00", NULL, NULL, NULL }, 400,
	  "bad_path" },
	{ "half an escape", { "GET", "/healthz%4", NULL, NULL, NULL }, 400,
	  "bad_path" },
	{ "a bare percent", { "GET", "/healthz%", NULL, NULL, NULL }, 400,
	  "bad_path" },
	{ "no UTF-8", { "GET", "/b/%c0%ae", NULL, NULL, NULL }, 400,
	  "bad_path" },
	{ "line break", { "GET", "/b/a%0d%0aSet-Cookie:x", NULL, NULL, NULL },
	  400, "bad_path" },
	{ "encoded letters are letters", { "GET", "/%68ealthz", NULL, NULL,
	  NULL }, 200, NULL },
};

static void test_what_changes_nothing(void **state)
{
	int64_t before = site_rows();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(harmless); i++) {
		int64_t after;

		site_check(&harmless[i]);
		after = site_rows();
		assert_case(harmless[i].why, before, after);
	}
}

static void test_a_very_long_path(void **state)
{
	static char path[10001];
	struct row row = { "10 kB", { "GET", path, NULL, NULL, NULL }, 400,
			   "bad_path" };

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	site_check(&row);
	memset(path + 1, '/', sizeof(path) - 2);
	site_check(&row);
}

static void test_every_answer_stays_one_answer(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;

	(void)state;
	http_response_field(&response, "X-Good", "fine");
	http_response_field(&response, "X-Bad", "a\r\nSet-Cookie: x=1");
	http_response_field(&response, "X-Bad", "a\nb");
	assert_int_equal(response.n_fields, 1);
}

static void test_allow_says_what_goes(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct call call = { "PUT", "/healthz", NULL, NULL, NULL };

	(void)state;
	site_ask(&call, &response);
	assert_string_equal(site_field(&response, "Allow"), "GET, HEAD");
	http_response_release(&response);
	response = (struct http_response)HTTP_RESPONSE_INIT;
	call = (struct call){ "GET", API "/blocks", NULL, NULL, NULL };
	site_ask(&call, &response);
	assert_string_equal(site_field(&response, "WWW-Authenticate"),
			    "Bearer");
	http_response_release(&response);
}

static void test_too_large_and_too_many(void **state)
{
	struct http_request request = {
		.method = SLICE("POST"), .now_ms = NOW,
		.body_too_large = true,
	};
	struct http_response response = HTTP_RESPONSE_INIT;
	char path[80];

	(void)state;
	snprintf(path, sizeof(path), "/b/%s/lift", site.owner);
	request.path = slice_from(path);
	address_parse(S("192.0.2.9"), &request.client);
	settings.serve.requests_per_minute = 3;
	for (int i = 0; i < 6; i++) {
		http_response_release(&response);
		response = (struct http_response)HTTP_RESPONSE_INIT;
		http_answer(&site.context, &request, &response);
		assert_int_equal(response.status, i < 3 ? 413 : 429);
	}
	assert_string_equal(site_field(&response, "Retry-After"), "10");
	http_response_release(&response);
	/* Another address is not concerned, and time heals. */
	response = (struct http_response)HTTP_RESPONSE_INIT;
	address_parse(S("192.0.2.10"), &request.client);
	http_answer(&site.context, &request, &response);
	assert_int_equal(response.status, 413);
	http_response_release(&response);
	response = (struct http_response)HTTP_RESPONSE_INIT;
	address_parse(S("192.0.2.9"), &request.client);
	request.now_ms = NOW + 2 * STAMP_MINUTE_MS;
	http_answer(&site.context, &request, &response);
	assert_int_equal(response.status, 413);
	http_response_release(&response);
}

/* Whose address the audit trail names. */
static void test_forwarded_addresses(void **state)
{
	static char proxy[] = "127.0.0.1", inner[] = "10.0.0.2";
	static const struct conf_list proxies = { { proxy, inner }, 2 };
	static const struct {
		const char *why, *from, *forwarded, *want;
	} cases[] = {
		{ "no proxy", "192.0.2.1", "198.51.100.1", "192.0.2.1" },
		{ "a proxy", "127.0.0.1", "198.51.100.1", "198.51.100.1" },
		{ "two proxies", "127.0.0.1", "198.51.100.1, 10.0.0.2",
		  "198.51.100.1" },
		{ "invented", "127.0.0.1", "1.1.1.1, 198.51.100.1",
		  "198.51.100.1" },
		{ "nonsense", "127.0.0.1", "<script>", "127.0.0.1" },
		{ "nothing", "127.0.0.1", "", "127.0.0.1" },
	};

	site.context.proxies = &proxies;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct http_response response = HTTP_RESPONSE_INIT;
		struct http_request request = { .method = SLICE("POST"),
						.now_ms = NOW };
		char path[80], sql[160];
		int64_t n;

		if (i > 0) {
			site_teardown(state);
			site_setup(state);
			site.context.proxies = &proxies;
		}
		snprintf(path, sizeof(path), "/b/%s/mine", site.owner);
		request.path = slice_from(path);
		request.headers[HTTP_FORWARDED_FOR] =
			slice_from(cases[i].forwarded);
		address_parse(slice_from(cases[i].from), &request.client);
		http_answer(&site.context, &request, &response);
		http_response_release(&response);
		snprintf(sql, sizeof(sql), "SELECT COUNT(*) AS n FROM"
			 " comporta_audit WHERE address = '%s'",
			 cases[i].want);
		n = site_number(sql);
		assert_case(cases[i].why, 1, n);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SITE_TEST(test_what_changes_nothing),
		SITE_TEST(test_a_very_long_path),
		SITE_TEST(test_every_answer_stays_one_answer),
		SITE_TEST(test_allow_says_what_goes),
		SITE_TEST(test_too_large_and_too_many),
		SITE_TEST(test_forwarded_addresses),
	};

	return cmocka_run_group_tests_name("http", tests,
					   site_group_setup,
					   site_group_teardown);
}
