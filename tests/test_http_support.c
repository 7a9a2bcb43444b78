/*
 * The door of the support page: who gets in and for how long, which forms are
 * our own, and that looking changes nothing.
 */
#include "detector/http/tokens.h"
#include "detector/settings.h"
#include "tests/support/agent.h"

#include <stdio.h>
#include <string.h>

#define MINUTES * INT64_C(60000)

static void sign_in(const char *body, struct http_response *response)
{
	const struct agent nobody = { "" };

	agent_ask(&nobody, "POST", "/support/sign-in", body, response);
}

static void test_who_may_sign_in(void **state)
{
	static const struct {
		const char *why, *token;
		int status;
	} cases[] = {
		{ "support", "{SUPPORT}", 303 },
		{ "reseller", "{RESELLER}", 303 },
		{ "a panel", "{HOOK}", 403 },
		{ "metrics", "{METRICS}", 403 },
		{ "expired", "{OLD}", 403 },
		{ "none", "", 403 },
		{ "nobody's", ZEROES, 403 },
		{ "too long", ZEROES ZEROES ZEROES ZEROES, 403 },
		{ "no UTF-8", "%ff", 403 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct http_response response = HTTP_RESPONSE_INIT;
		const char *token = cases[i].token;
		char body[400];
		bool has_cookie;

		token = strcmp(token, "{SUPPORT}") == 0 ? site.support :
			strcmp(token, "{RESELLER}") == 0 ? site.reseller :
			strcmp(token, "{HOOK}") == 0 ? site.hook :
			strcmp(token, "{METRICS}") == 0 ? site.metrics :
			strcmp(token, "{OLD}") == 0 ? site.old : token;
		snprintf(body, sizeof(body), "token=+%s+&to=/support", token);
		sign_in(body, &response);
		assert_case(cases[i].why, cases[i].status, response.status);
		has_cookie = site_field(&response, "Set-Cookie")[0] != '\0';
		assert_case(cases[i].why, cases[i].status == 303, has_cookie);
		/* What was typed is not sent back. */
		if (token[0] && token[0] != '%') {
			bool is_echoed = slice_find(
				text_slice(&response.body),
				slice_from(token)) >= 0;

			assert_case(cases[i].why, false, is_echoed);
		}
		http_response_release(&response);
	}
}

static void test_the_cookie(void **state)
{
	static char empty[] = "", plain[] = "http://desk.example",
		    secure[] = "https://desk.example",
		    below[] = "https://desk.example/comporta/";
	static const struct {
		char *url;
		bool is_tls;
		const char *begin, *end;
	} cases[] = {
		{ empty, false, "comporta-support=",
		  "; HttpOnly; SameSite=Strict; Path=/support" },
		{ plain, false, "comporta-support=",
		  "; HttpOnly; SameSite=Strict; Path=/support" },
		{ secure, false, "__Host-comporta=",
		  "; HttpOnly; SameSite=Strict; Path=/; Secure" },
		{ empty, true, "__Host-comporta=",
		  "; HttpOnly; SameSite=Strict; Path=/; Secure" },
		{ below, false, "comporta-support=", "; HttpOnly;"
		  " SameSite=Strict; Path=/comporta/support; Secure" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct http_response response = HTTP_RESPONSE_INIT;
		struct slice cookie;
		char body[200];

		settings.serve.public_url = cases[i].url;
		site.is_tls = cases[i].is_tls;
		snprintf(body, sizeof(body), "token=%s", site.support);
		sign_in(body, &response);
		cookie = slice_from(site_field(&response, "Set-Cookie"));
		if (!slice_starts(cookie, slice_from(cases[i].begin)) ||
		    !slice_ends(cookie, slice_from(cases[i].end)))
			fail_msg("%zu: %.*s", i, (int)cookie.len, cookie.ptr);
		http_response_release(&response);
	}
}

/* Nothing but exactly one cookie of the name, with a whole id, is one. */
static void test_bent_cookies(void **state)
{
	static const struct {
		const char *why, *before, *behind;
		bool is_good;
	} cases[] = {
		{ "alone", "", "", true },
		{ "among others", "a=b; comporta=x; ", "; c=\"d;e\"", true },
		{ "blanks", "  ", "  ", true },
		{ "twice", "comporta-support=" ZEROES "; ", "", false },
		{ "twice, empty", "comporta-support; ", "", false },
		{ "longer", "", "A", false },
		{ "in quotes", "\"", "\"", false },
		{ "another name", "x", "", false },
		{ "no end of others", "a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;"
		  "a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;"
		  "a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;", "",
		  false },
	};
	struct agent agent, bent;

	(void)state;
	settings.serve.public_url = (char[]){ "" };
	agent_sign_in(&agent, "{SUPPORT}");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		char cookie[600];
		int got;

		snprintf(cookie, sizeof(cookie), "%s%s%s", cases[i].before,
			 agent.cookie, cases[i].behind);
		slice_copy(slice_from(cookie), bent.cookie,
			   sizeof(bent.cookie));
		assert_true(strlen(cookie) < sizeof(bent.cookie));
		got = agent_status(&bent, "/support");
		assert_case(cases[i].why, cases[i].is_good ? 200 : 303, got);
	}
}

static void test_how_a_session_ends(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct agent agent;

	(void)state;
	agent_sign_in(&agent, "{SUPPORT}");
	site.now_ms = NOW + 29 MINUTES;
	assert_int_equal(agent_status(&agent, "/support"), 200);
	site.now_ms = NOW + 58 MINUTES;
	assert_int_equal(agent_status(&agent, "/support"), 200);
	site.now_ms = NOW + 89 MINUTES;
	assert_int_equal(agent_status(&agent, "/support"), 303);

	/* Signed out, the cookie is good for nothing. */
	site.now_ms = NOW + 1000;
	agent_sign_in(&agent, "{SUPPORT}");
	agent_send(&agent, "/support", "sign-out", "/support/sign-out", "",
		   &response);
	assert_int_equal(response.status, 303);
	assert_non_null(strstr(site_field(&response, "Set-Cookie"),
			       "Max-Age=0"));
	http_response_release(&response);
	assert_int_equal(agent_status(&agent, "/support"), 303);

	/* So it is once the token is no longer. */
	agent_sign_in(&agent, "{SUPPORT}");
	site_run("UPDATE comporta_token SET revoked_ms = 1"
		 " WHERE name = 'support'");
	assert_int_equal(agent_status(&agent, "/support"), 303);
	site_run("UPDATE comporta_token SET revoked_ms = NULL");
	assert_int_equal(agent_status(&agent, "/support"), 303);
	/* Or is one that nobody signs in with. */
	agent_sign_in(&agent, "{SUPPORT}");
	site_run("UPDATE comporta_token SET role = 'metrics'"
		 " WHERE name = 'support'");
	assert_int_equal(agent_status(&agent, "/support"), 303);
	agent_sign_in(&agent, "{RESELLER}");
	site.now_ms = NOW + DAY / 60;
	assert_int_equal(agent_status(&agent, "/support"), 200);
	site_run("UPDATE comporta_token SET expires_ms = 1");
	assert_int_equal(agent_status(&agent, "/support"), 303);
}

static void test_wrong_tokens_are_counted(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct agent agent;

	(void)state;
	for (int i = 0; i < 20; i++) {
		sign_in("token=" ZEROES, &response);
		assert_int_equal(response.status, 403);
		http_response_release(&response);
		response = (struct http_response)HTTP_RESPONSE_INIT;
	}
	sign_in("token=" ZEROES, &response);
	assert_int_equal(response.status, 429);
	assert_true(site_field(&response, "Retry-After")[0]);
	assert_string_equal(site_field(&response, "Set-Cookie"), "");
	http_response_release(&response);
	/* A stranger's attempts keep nobody out who has the right one. */
	agent_sign_in(&agent, "{SUPPORT}");
	response = (struct http_response)HTTP_RESPONSE_INIT;
	site.from = "198.51.100.7";
	sign_in("token=" ZEROES, &response);
	assert_int_equal(response.status, 403);
	http_response_release(&response);
}

/* Where to after signing in: our own pages, nothing else. */
static void test_no_way_out(void **state)
{
	static const struct {
		const char *to, *want;
	} cases[] = {
		{ "/support/blocks/1", "/comporta/support/blocks/1" },
		{ "/support%3Fq%3Dx%26cursor%3D7",
		  "/comporta/support?q=x&cursor=7" },
		{ "https://evil.example/support", "/comporta/support" },
		{ "//evil.example/support", "/comporta/support" },
		{ "/supporting", "/comporta/support" },
		{ "/support%5C%5Cevil.example", "/comporta/support" },
		{ "/support%0d%0aX:y", "/comporta/support" },
		{ "/support/%22%3E", "/comporta/support" },
		{ "/b/x", "/comporta/support" }, { "", "/comporta/support" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct http_response response = HTTP_RESPONSE_INIT;
		char body[300];

		snprintf(body, sizeof(body), "token=%s&to=%s", site.support,
			 cases[i].to);
		sign_in(body, &response);
		assert_int_equal(response.status, 303);
		assert_string_equal(site_field(&response, "Location"),
				    cases[i].want);
		http_response_release(&response);
	}
}

#define BLOCK "/support/blocks/1"
#define ACCOUNT "/support/accounts/carla%40firma.example"

/* Every form of the page, with what it needs. */
static const struct {
	const char *page, *id, *path, *fields;
} forms[] = {
	{ BLOCK, "lift", BLOCK "/lift", "reason=x&force=1&seen=unchanged" },
	{ BLOCK, "trust", BLOCK "/trust",
	  "reason=x&days=9&other_country=VN" },
	{ ACCOUNT, "suspend", ACCOUNT "/suspend", "reason=x" },
	{ ACCOUNT, "trust", ACCOUNT "/trust",
	  "reason=x&days=9&other_country=VN" },
};

static int64_t post(const struct agent *agent, const char *path,
		    const char *form, const char *fields)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	char body[400];
	int status;

	snprintf(body, sizeof(body), "form=%s&%s", form, fields);
	agent_ask(agent, "POST", path, body, &response);
	status = response.status;
	http_response_release(&response);
	return status;
}

/* Without the form's token, or with another's, nothing is done. */
static void test_foreign_forms(void **state)
{
	static const struct {
		const char *why;
		enum http_header header;
		const char *value;
		int status;
	} origins[] = {
		{ "cross-site", HTTP_SEC_FETCH_SITE, "cross-site", 403 },
		{ "same-site", HTTP_SEC_FETCH_SITE, "same-site", 403 },
		{ "odd", HTTP_SEC_FETCH_SITE, "", 403 },
		{ "another", HTTP_ORIGIN, "https://evil.example", 403 },
		{ "hidden", HTTP_ORIGIN, "null", 403 },
		{ "empty", HTTP_ORIGIN, "", 403 },
		{ "nearly", HTTP_ORIGIN, "https://mail.example.evil.example",
		  403 },
	};
	struct agent agent, other;
	int64_t before;

	(void)state;
	agent_sign_in(&agent, "{SUPPORT}");
	agent_sign_in(&other, "{SUPPORT}");
	before = site_rows();
	for (size_t i = 0; i < N_ELEMENTS(forms); i++) {
		const char *path = forms[i].path, *fields = forms[i].fields;
		struct agent nobody = { "" };
		char own[80], foreign[80];
		int64_t got;

		agent_form(&agent, forms[i].page, forms[i].id, own);
		agent_form(&other, forms[i].page, forms[i].id, foreign);
		got = post(&agent, path, "", fields);
		assert_case(path, 403, got);
		got = post(&agent, path, ZEROES, fields);
		assert_case(path, 403, got);
		got = post(&agent, path, foreign, fields);
		assert_case(path, 403, got);
		got = post(&nobody, path, own, fields);
		assert_case(path, 303, got);
		for (size_t j = 0; j < N_ELEMENTS(origins); j++) {
			site.headers[HTTP_HOST] = "desk.example";
			site.headers[origins[j].header] = origins[j].value;
			got = post(&agent, path, own, fields);
			site.headers[origins[j].header] = NULL;
			assert_case(origins[j].why, origins[j].status, got);
		}
		assert_int_equal(site_rows(), before);
	}
}

static void test_our_own_forms(void **state)
{
	static const struct {
		const char *why, *site, *origin, *host;
	} cases[] = {
		{ "an old browser", NULL, "http://desk.example:8025",
		  "desk.example:8025" },
		{ "behind a proxy", NULL, "https://mail.example",
		  "127.0.0.1:8025" },
		{ "a new one", "same-origin", "null", "x" },
		{ "no browser", NULL, NULL, NULL },
	};
	struct agent agent;

	(void)state;
	agent_sign_in(&agent, "{SUPPORT}");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		int64_t before = site_rows(), got;
		char form[80];

		agent_form(&agent, BLOCK, "trust", form);
		site.headers[HTTP_SEC_FETCH_SITE] = cases[i].site;
		site.headers[HTTP_ORIGIN] = cases[i].origin;
		site.headers[HTTP_HOST] = cases[i].host;
		got = post(&agent, BLOCK "/trust", form,
			   "reason=x&days=9&other_country=VN");
		memset(site.headers, 0, sizeof(site.headers));
		assert_case(cases[i].why, 303, got);
		got = site_rows();
		assert_case(cases[i].why, before + 1, got);
	}
}

/* Two clicks, or the page loaded again, do one thing. */
static void test_nothing_twice(void **state)
{
	struct agent agent;

	(void)state;
	agent_sign_in(&agent, "{SUPPORT}");
	for (size_t i = N_ELEMENTS(forms); i-- > 0;) {
		int64_t before = site_rows(), after;
		char form[80];

		agent_form(&agent, forms[i].page, forms[i].id, form);
		assert_int_equal(post(&agent, forms[i].path, form,
				      forms[i].fields), 303);
		after = site_rows();
		assert_true(after != before);
		assert_int_equal(post(&agent, forms[i].path, form,
				      forms[i].fields), 303);
		assert_int_equal(site_rows(), after);
		/* And it is told once. */
		assert_true(agent_sees(&agent, forms[i].page,
				       "role=\"status\""));
		assert_false(agent_sees(&agent, forms[i].page,
					"role=\"status\""));
	}
}

static void test_looking_changes_nothing(void **state)
{
	static const char *const pages[] = {
		"/support", "/support?q=anna&state=active&since=2026-11-01",
		"/support?q=carla@firma.example", BLOCK, ACCOUNT,
		"/support/sign-in", "/support/style.css"
	};
	struct agent agent;
	int64_t before = site_rows();

	(void)state;
	agent_sign_in(&agent, "{SUPPORT}");
	for (size_t i = 0; i < N_ELEMENTS(pages); i++) {
		int got = agent_status(&agent, pages[i]);

		assert_case(pages[i], i == 5 ? 303 : 200, got);
	}
	for (size_t i = 0; i < N_ELEMENTS(forms); i++) {
		int got = agent_status(&agent, forms[i].path);

		assert_case(forms[i].path, 405, got);
	}
	assert_int_equal(site_rows(), before);
}

/* From a ticket system, without the cookie: one more look, not a sign-in. */
static void test_followed_from_elsewhere(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	const struct agent nobody = { "" };

	(void)state;
	site.headers[HTTP_SEC_FETCH_SITE] = "cross-site";
	agent_ask(&nobody, "GET", BLOCK "?x=%22%3E", NULL, &response);
	assert_int_equal(response.status, 200);
	assert_true(slice_find(text_slice(&response.body),
			       S("http-equiv=\"refresh\" content=\"0; url="
				 "/comporta/support/blocks/1?x=%22%3E\"")) >= 0);
	http_response_release(&response);
	site.headers[HTTP_SEC_FETCH_SITE] = "same-origin";
	assert_int_equal(agent_status(&nobody, BLOCK), 303);
}

static void test_errors_are_pages(void **state)
{
	static const struct row rows[] = {
		{ "nothing", { "GET", "/support/x", NULL, NULL, NULL }, 404,
		  NULL },
		{ "a method", { "POST", BLOCK, NULL, FORM_TYPE, "x=y" }, 405,
		  NULL },
		{ "JSON", { "POST", "/support/sign-in", NULL, JSON_TYPE,
		  "{}" }, 415, NULL },
		{ "no number", { "GET", "/support/blocks/x", NULL, NULL,
		  NULL }, 404, NULL },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct http_response response = HTTP_RESPONSE_INIT;

		site_check(&rows[i]);
		site_ask(&rows[i].call, &response);
		assert_string_equal(response.content_type,
				    "text/html; charset=utf-8");
		http_response_release(&response);
	}
}

static void test_a_database_that_is_away(void **state)
{
	struct agent agent;

	(void)state;
	agent_sign_in(&agent, "{SUPPORT}");
	site_run("ALTER TABLE comporta_block RENAME TO gone");
	assert_int_equal(agent_status(&agent, "/support"), 503);
	assert_int_equal(agent_status(&agent, BLOCK), 503);
	site_run("ALTER TABLE comporta_token RENAME TO away");
	assert_int_equal(agent_status(&agent, "/support"), 503);
	/* Nobody is signed out by that. */
	site_run("ALTER TABLE away RENAME TO comporta_token");
	site_run("ALTER TABLE gone RENAME TO comporta_block");
	assert_int_equal(agent_status(&agent, "/support"), 200);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SITE_TEST(test_who_may_sign_in),
		SITE_TEST(test_the_cookie),
		SITE_TEST(test_bent_cookies),
		SITE_TEST(test_how_a_session_ends),
		SITE_TEST(test_wrong_tokens_are_counted),
		SITE_TEST(test_no_way_out),
		SITE_TEST(test_foreign_forms),
		SITE_TEST(test_our_own_forms),
		SITE_TEST(test_nothing_twice),
		SITE_TEST(test_looking_changes_nothing),
		SITE_TEST(test_followed_from_elsewhere),
		SITE_TEST(test_errors_are_pages),
		SITE_TEST(test_a_database_that_is_away),
	};

	return cmocka_run_group_tests_name("http_support", tests,
					   site_group_setup,
					   site_group_teardown);
}
