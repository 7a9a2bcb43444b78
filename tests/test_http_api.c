/*
 * What support, panels and owners come for: seeing, lifting, suspending.
 */
#include "detector/http/tokens.h"
#include "detector/settings.h"
#include "tests/support/site.h"

#include <stdio.h>
#include <string.h>

static void test_support_sees_the_incident(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct call call = { "GET", API "/blocks/1", "{SUPPORT}", NULL, NULL };
	struct json *json;
	const struct json *verdict;

	(void)state;
	site_ask(&call, &response);
	json = site_body_of(&response);
	assert_int_equal(json_get_integer(json, "id", 0), 1);
	assert_true(slice_eq(json_get_text(json, "state"), S("active")));
	assert_true(slice_eq(json_get_text(json, "account"),
			     S("anna@firma.example")));
	verdict = json_get(json, "verdict");
	assert_int_equal(json_get_integer(json_get(verdict, "window"),
					  "messages", 0), 3);
	assert_int_equal(json_length(json_get(json, "audit")), 1);
	assert_int_equal(json_length(json_get(json, "notices")), 2);
	/* What could help to guess a password or to lift stays inside. */
	assert_true(slice_find(text_slice(&response.body),
			       S("fingerprint")) < 0);
	assert_true(slice_find(text_slice(&response.body),
			       slice_from(site.owner)) < 0);
	json_free(&json);
	http_response_release(&response);
}

static void test_a_list_in_pages(void **state)
{
	struct call call = { "GET", API "/blocks?limit=2", "{SUPPORT}", NULL,
			     NULL };
	struct block_request request = { .actor = "scan", .reason = "x" };
	char path[60], decision[8];
	int64_t next = -1, seen = 0, id;
	struct err err;

	(void)state;
	request.decision = decision;
	for (int i = 0; i < 4; i++) {
		snprintf(decision, sizeof(decision), "x%d", i);
		request.account = slice_from(decision);
		assert_int_equal(blocks_make(&site.blocks, &request, NOW, &id,
					     &err), BLOCK_MADE);
	}
	for (int page = 0; page < 3; page++) {
		struct http_response response = HTTP_RESPONSE_INIT;
		struct json *json;

		site_ask(&call, &response);
		json = site_body_of(&response);
		seen += (int64_t)json_length(json_get(json, "blocks"));
		next = json_get_integer(json, "next", -1);
		snprintf(path, sizeof(path), API "/blocks?limit=2&cursor=%d",
			 (int)next);
		call.path = path;
		json_free(&json);
		http_response_release(&response);
	}
	assert_int_equal(seen, 5);
	assert_int_equal(next, -1);
}

#define NEW_PASSWORD							\
	"UPDATE comporta_mailbox SET password_hash = '$6$s$new'"
#define NO_PASSWORD							\
	"UPDATE comporta_mailbox SET password_hash = NULL"

/* Each of these opens the gate, and the same again is no error. */
static void test_what_lifts(void **state)
{
	static const struct {
		struct row row;
		const char *change;
	} cases[] = {
		{ { "support", { "POST", API "/blocks/1/lift", "{SUPPORT}",
		    JSON_TYPE, "{\"reason\":\"called\"}" }, 200, NULL },
		  NEW_PASSWORD },
		{ { "support by force", { "POST", API "/blocks/1/lift",
		    "{SUPPORT}", JSON_TYPE,
		    "{\"reason\":\"called\",\"force\":true}" }, 200, NULL },
		  NULL },
		{ { "support by force, nothing known", { "POST",
		    API "/blocks/1/lift", "{SUPPORT}", JSON_TYPE,
		    "{\"reason\":\"called\",\"force\":true}" }, 200, NULL },
		  NO_PASSWORD },
		{ { "hook", { "POST",
		    API "/accounts/ANNA%40firma.example/password-changed",
		    "{HOOK}", JSON_TYPE, "{}" }, 200, NULL },
		  NEW_PASSWORD },
		{ { "owner", { "POST", "/b/{OWNER}/lift", NULL, FORM_TYPE,
		    "" }, 200, NULL }, NEW_PASSWORD },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		if (i > 0) {
			site_teardown(state);
			site_setup(state);
		}
		if (cases[i].change)
			site_run(cases[i].change);
		site_check(&cases[i].row);
		assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
					" comporta_send_block"), 0);
		site_check(&cases[i].row);
		assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
					" comporta_audit WHERE"
					" action = 'lift' AND"
					" address = '192.0.2.7'"), 1);
	}
}

static void test_a_repeat_needs_support(void **state)
{
	static const struct row rows_[] = {
		{ "owner", { "POST", "/b/{OWNER}/lift", NULL, NULL, NULL },
		  409, NULL },
		{ "hook", { "POST",
		  API "/accounts/anna@firma.example/password-changed",
		  "{HOOK}", NULL, NULL }, 409, "needs_support" },
	};

	(void)state;
	site_run("UPDATE comporta_block SET is_repeat = 1");
	site_run(NEW_PASSWORD);
	for (size_t i = 0; i < N_ELEMENTS(rows_); i++)
		site_check(&rows_[i]);
}

/* Support must know what it does, and is told how. */
static void test_an_unknown_password_needs_force(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	static const struct call call = { "POST", API "/blocks/1/lift",
		"{SUPPORT}", JSON_TYPE, "{\"reason\":\"called\"}" };
	static const struct row row = { "unknown", { "POST",
		API "/blocks/1/lift", "{SUPPORT}", JSON_TYPE, "{}" }, 409,
		"password_unknown" };

	(void)state;
	site_run(NO_PASSWORD);
	site_check(&row);
	site_ask(&call, &response);
	assert_true(slice_find(text_slice(&response.body), S("force")) >= 0);
	http_response_release(&response);
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
				" comporta_send_block"), 1);
}

/* A typing error in a field's name is told by its name. */
static void test_what_is_strange_is_named(void **state)
{
	static const struct {
		const char *part;
		struct call call;
	} cases[] = {
		{ "`forse`", { "POST", API "/blocks/1/lift", "{SUPPORT}",
		  JSON_TYPE, "{\"reason\":\"x\",\"forse\":1}" } },
		{ "`acount`", { "GET", API "/blocks?limit=1&acount=x",
		  "{SUPPORT}", NULL, NULL } },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct http_response response = HTTP_RESPONSE_INIT;
		bool is_named;

		site_ask(&cases[i].call, &response);
		is_named = slice_find(text_slice(&response.body),
				      slice_from(cases[i].part)) >= 0;
		assert_case(cases[i].part, 400, response.status);
		assert_case(cases[i].part, true, is_named);
		http_response_release(&response);
	}
}

/* Who holds a dead link hears whom to ask. */
static void test_a_dead_link_says_what_next(void **state)
{
	static char support[] = "help@<host>.example";
	struct http_response response = HTTP_RESPONSE_INIT;
	struct call call = { "GET", "/b/" ZEROES, NULL, NULL, NULL };

	(void)state;
	settings.notice.support_contact = support;
	site_ask(&call, &response);
	assert_int_equal(response.status, 404);
	assert_true(slice_find(text_slice(&response.body),
			       S("newest message")) >= 0);
	assert_true(slice_find(text_slice(&response.body),
			       S("help@&lt;host&gt;.example")) >= 0);
	http_response_release(&response);
}

/* A GET of the button's address leads back; what stood for the token is a
 * stranger's. */
static void test_the_way_back(void **state)
{
	static const struct {
		const char *path, *want;
	} cases[] = {
		{ "/b/x/lift", "<a href=\"/comporta/b/x\">" },
		{ "/b/%22%3E%3Cb%3E/mine", "\"/comporta/b/&quot;&gt;&lt;b&gt;\"" },
		{ "/b/javascript:x()/lift", "/comporta/b/javascript:x()\"" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct http_response response = HTTP_RESPONSE_INIT;
		struct call call = { "GET", cases[i].path, NULL, NULL, NULL };

		site_ask(&call, &response);
		assert_int_equal(response.status, 405);
		if (slice_find(text_slice(&response.body),
			       slice_from(cases[i].want)) < 0)
			fail_msg("%s: %s", cases[i].path,
				 text_string(&response.body));
		http_response_release(&response);
	}
}

static bool page_says(const char *words)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct call call = { "GET", "/b/{OWNER}", NULL, NULL, NULL };
	bool says;

	site_ask(&call, &response);
	assert_int_equal(response.status, 200);
	says = slice_find(text_slice(&response.body),
			  slice_from(words)) >= 0;
	http_response_release(&response);
	return says;
}

/* Opened by force, the page asks for a new password until it sees one. */
static void test_the_page_after_force(void **state)
{
	static const struct row force = { "force", { "POST",
		API "/blocks/1/lift", "{SUPPORT}", JSON_TYPE,
		"{\"reason\":\"called\",\"force\":true}" }, 200, NULL };

	(void)state;
	assert_true(page_says("bez nowego has"));
	site_check(&force);
	assert_false(page_says("bez nowego has"));
	assert_true(page_says("nadal stare"));
	site_run(NEW_PASSWORD);
	assert_false(page_says("nadal stare"));
}

static void test_suspend_by_hand(void **state)
{
	static const struct row made = {
		"suspend", { "POST", API "/accounts/Bob@firma.example/suspend",
		"{HOOK}", JSON_TYPE,
		"{\"reason\":\"sends spam\",\"force\":true}" }, 201,
		NULL };
	static const struct row again = {
		"again", { "POST", API "/accounts/bob@firma.example/suspend",
		"{SUPPORT}", JSON_TYPE, "{\"reason\":\"sends spam\"}" }, 200,
		NULL };

	(void)state;
	site_check(&made);
	site_check(&again);
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
				" comporta_send_block WHERE account ="
				" 'bob@firma.example'"), 1);
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM comporta_audit"
				" WHERE actor = 'token:hook' AND"
				" reason = 'sends spam'"), 1);
}

static void says_mine(const char *path, bool want)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct call call = { "GET", path, "{SUPPORT}", NULL, NULL };
	struct json *json;

	site_ask(&call, &response);
	json = site_body_of(&response);
	assert_non_null(json_get(json, "owner_says_mine"));
	assert_int_equal(json_get_flag(json, "owner_says_mine", !want), want);
	json_free(&json);
	http_response_release(&response);
}

static void test_it_was_me(void **state)
{
	static const struct row mine = {
		"mine", { "POST", "/b/{OWNER}/mine", NULL, FORM_TYPE, "" },
		200, NULL };

	(void)state;
	says_mine(API "/blocks/1", false);
	for (int i = 0; i < 3; i++)
		site_check(&mine);
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM comporta_audit"
				" WHERE action = 'mine'"), 1);
	says_mine(API "/blocks/1", true);
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
				" comporta_send_block"), 1);
}

/* After the lift the same button makes the places the owner's. */
static void test_it_was_me_after_the_lift(void **state)
{
	static const struct row mine = {
		"mine", { "POST", "/b/{OWNER}/mine", NULL, FORM_TYPE, "" },
		200, NULL };
	static const struct row lift = {
		"lift", { "POST", "/b/{OWNER}/lift", NULL, FORM_TYPE, "" },
		200, NULL };
	static const char trusts[] = "SELECT COUNT(*) AS n FROM comporta_audit"
				     " WHERE action = 'trust' AND actor ="
				     " 'owner' AND address = '192.0.2.7' AND"
				     " detail LIKE 'AS45899 VN until%'";

	(void)state;
	site_run("UPDATE comporta_block SET verdict = '{\"window\":"
		 "{\"networks\":[\"AS45899\"],\"countries\":[\"VN\"]}}'");
	assert_true(page_says("/mine\""));
	assert_false(page_says("20 lutego 2027"));
	site_run(NEW_PASSWORD);
	site_check(&lift);
	assert_int_equal(site_number(trusts), 0);
	/* Looking changes nothing. */
	assert_true(page_says("/mine\""));
	assert_true(page_says("20 lutego 2027"));
	assert_int_equal(site_number(trusts), 0);
	site_check(&mine);
	site_check(&mine);
	assert_int_equal(site_number(trusts), 1);
	assert_false(page_says("/mine\""));
	assert_true(page_says("teraz uznawane za znane"));
}

/* Who stands with the old password, or again, has to ask support. */
static void test_whose_word_is_not_enough(void **state)
{
	static const struct row mine = {
		"mine", { "POST", "/b/{OWNER}/mine", NULL, FORM_TYPE, "" },
		200, NULL };
	static const struct row force = {
		"force", { "POST", API "/blocks/1/lift", "{SUPPORT}",
		JSON_TYPE, "{\"force\":true,\"reason\":\"called\"}" }, 200,
		NULL };
	static const char trusts[] = "SELECT COUNT(*) AS n FROM comporta_audit"
				     " WHERE action = 'trust'";

	(void)state;
	site_run("UPDATE comporta_block SET verdict = '{\"window\":"
		 "{\"networks\":[\"AS45899\"],\"countries\":[\"VN\"]}}'");
	site_check(&force);
	assert_false(page_says("/mine\""));
	site_check(&mine);
	assert_int_equal(site_number(trusts), 0);
	site_run(NEW_PASSWORD);
	assert_true(page_says("/mine\""));
	site_run("UPDATE comporta_block SET is_repeat = 1");
	assert_false(page_says("/mine\""));
	site_check(&mine);
	assert_int_equal(site_number(trusts), 0);
}

static void test_support_trusts_a_place(void **state)
{
#define TRUST API "/accounts/Anna@firma.example/trust"
	static const struct row rows[] = {
		{ "nothing", { "POST", TRUST, "{SUPPORT}", JSON_TYPE, "{}" },
		  400, "bad_request" },
		{ "no body", { "POST", TRUST, "{SUPPORT}", NULL, NULL }, 400,
		  "bad_request" },
		{ "no place", { "POST", TRUST, "{SUPPORT}", JSON_TYPE,
		  "{\"reason\":\"x\"}" }, 400, "bad_request" },
		{ "no reason", { "POST", TRUST, "{SUPPORT}", JSON_TYPE,
		  "{\"country\":\"VN\"}" }, 400, "bad_request" },
		{ "no AS", { "POST", TRUST, "{SUPPORT}", JSON_TYPE,
		  "{\"network\":\"VNPT\",\"reason\":\"x\"}" }, 400,
		  "bad_request" },
		{ "a long network", { "POST", TRUST, "{SUPPORT}", JSON_TYPE,
		  "{\"network\":\"AS00000000000000045899\",\"reason\":"
		  "\"x\"}" }, 400, "bad_request" },
		{ "a number", { "POST", TRUST, "{SUPPORT}", JSON_TYPE,
		  "{\"network\":45899,\"reason\":\"x\"}" }, 400,
		  "bad_request" },
		{ "no country", { "POST", TRUST, "{SUPPORT}", JSON_TYPE,
		  "{\"country\":\"V1\",\"reason\":\"x\"}" }, 400,
		  "bad_request" },
		{ "too long", { "POST", TRUST, "{SUPPORT}", JSON_TYPE,
		  "{\"country\":\"VN\",\"days\":3651,\"reason\":\"x\"}" },
		  400, "bad_request" },
		{ "days below nought", { "POST", TRUST, "{SUPPORT}", JSON_TYPE,
		  "{\"country\":\"VN\",\"days\":-1,\"reason\":\"x\"}" },
		  400, "bad_request" },
		{ "days as text", { "POST", TRUST, "{SUPPORT}", JSON_TYPE,
		  "{\"country\":\"VN\",\"days\":\"9\",\"reason\":\"x\"}" },
		  400, "bad_request" },
		{ "a field too many", { "POST", TRUST, "{SUPPORT}", JSON_TYPE,
		  "{\"country\":\"VN\",\"force\":true,\"reason\":\"x\"}" },
		  400, "bad_request" },
		{ "whom?", { "POST", API "/accounts/nobody@x.example/trust",
		  "{SUPPORT}", JSON_TYPE,
		  "{\"country\":\"VN\",\"reason\":\"x\"}" }, 404,
		  "unknown_account" },
		{ "the hook", { "POST", TRUST, "{HOOK}", JSON_TYPE,
		  "{\"country\":\"VN\",\"reason\":\"x\"}" }, 403,
		  "forbidden" },
		{ "nobody", { "POST", TRUST, NULL, JSON_TYPE,
		  "{\"country\":\"VN\",\"reason\":\"x\"}" }, 401,
		  "unauthorized" },
		{ "GET", { "GET", TRUST, "{SUPPORT}", NULL, NULL }, 405,
		  "method_not_allowed" },
	};
	static const struct row good = {
		"good", { "POST", TRUST, "{SUPPORT}", JSON_TYPE,
		"{\"network\":\"as45899\",\"country\":\"vn\",\"days\":30,"
		"\"reason\":\"she called\"}" }, 200, NULL };
	static const struct row back = {
		"back", { "POST", TRUST, "{SUPPORT}", JSON_TYPE,
		"{\"country\":\"VN\",\"days\":0,\"reason\":\"mistake\"}" },
		200, NULL };
	int64_t before = site_rows();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		int64_t after;

		site_check(&rows[i]);
		after = site_rows();
		assert_case(rows[i].why, before, after);
	}
	site_check(&good);
	site_check(&back);
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM comporta_audit"
				" WHERE action = 'trust' AND actor ="
				" 'token:support' AND account ="
				" 'anna@firma.example' AND ((detail = 'AS45899"
				" VN until 2026-12-22' AND reason ="
				" 'she called') OR detail = 'VN taken back')"),
			 2);
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
				" comporta_send_block"), 1);
}

static void test_the_page_is_html_and_safe(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct call call = { "GET", "/b/{OWNER}", NULL, NULL, NULL };
	struct slice page;

	(void)state;
	site_ask(&call, &response);
	page = text_slice(&response.body);
	assert_string_equal(response.content_type,
			    "text/html; charset=utf-8");
	assert_true(slice_find(page, S("<b>Anna")) < 0);
	assert_true(slice_find(page, S("<Host>")) < 0);
	assert_true(slice_find(page, S("anna@firma.example")) >= 0);
	assert_true(slice_find(page, S("/comporta/b/")) >= 0);
	assert_true(slice_find(page, S("https://mail.example/comporta/b/"))
		    < 0);
	assert_true(slice_find(page, S("{{")) < 0);
	http_response_release(&response);
}

static void test_a_database_that_is_away(void **state)
{
	static const struct row rows_[] = {
		{ "ready", { "GET", "/readyz", NULL, NULL, NULL }, 503,
		  "unavailable" },
		{ "alive all the same", { "GET", "/healthz", NULL, NULL,
		  NULL }, 200, NULL },
		{ "owner", { "GET", "/b/{OWNER}", NULL, NULL, NULL }, 503,
		  NULL },
		{ "list", { "GET", API "/blocks", "{SUPPORT}", NULL, NULL },
		  503, "unavailable" },
	};

	(void)state;
	site_run("ALTER TABLE comporta_block RENAME TO gone");
	for (size_t i = 0; i < N_ELEMENTS(rows_); i++)
		site_check(&rows_[i]);
	site_run("ALTER TABLE gone RENAME TO comporta_block");
}

static void test_tokens(void **state)
{
	static const struct {
		const char *why, *name;
		int want;
	} names[] = {
		{ "fine", "desk-1.a_B", 0 },
		{ "there already", "support", -1 },
		{ "empty", "", -1 },
		{ "blank", "a b", -1 },
		{ "line break", "a\nb", -1 },
		{ "long", ZEROES ZEROES, -1 },
	};
	static const struct row revoked = {
		"revoked", { "GET", API "/blocks", "{SUPPORT}", NULL, NULL },
		401, "unauthorized" };
	unsigned char random[CRYPTO_DIGEST_SIZE] = { 0 };
	char token[CRYPTO_TOKEN_SIZE];
	struct err err;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		int got = token_add(site.db, names[i].name, TOKEN_SUPPORT,
				    random, 0, NOW, token, &err);

		assert_case(names[i].why, names[i].want, got);
	}
	assert_int_equal(token_revoke(site.db, "nobody", NOW, &err), -1);
	assert_int_equal(token_revoke(site.db, "support", NOW, &err), 0);
	assert_int_equal(token_revoke(site.db, "support", NOW + 1, &err), 0);
	assert_int_equal(site_number("SELECT revoked_ms AS n"
				     " FROM comporta_token WHERE name = 'support'"), NOW);
	site_check(&revoked);
}

/* A key that no language.conf has would be shown as it is. */
static void test_buttons_answer_in_words(void **state)
{
	static const char *const paths[] = { "/b/{OWNER}/lift",
					     "/b/{OWNER}/mine", "/b/x" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(paths); i++) {
		struct http_response response = HTTP_RESPONSE_INIT;
		struct call call = { "POST", paths[i], NULL, NULL, NULL };
		bool is_raw;

		site_ask(&call, &response);
		is_raw = slice_find(text_slice(&response.body),
				    S("message.")) >= 0;
		assert_case(paths[i], false, is_raw);
		http_response_release(&response);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SITE_TEST(test_support_sees_the_incident),
		SITE_TEST(test_a_list_in_pages),
		SITE_TEST(test_what_lifts),
		SITE_TEST(test_a_repeat_needs_support),
		SITE_TEST(test_an_unknown_password_needs_force),
		SITE_TEST(test_what_is_strange_is_named),
		SITE_TEST(test_a_dead_link_says_what_next),
		SITE_TEST(test_the_way_back),
		SITE_TEST(test_the_page_after_force),
		SITE_TEST(test_suspend_by_hand),
		SITE_TEST(test_it_was_me),
		SITE_TEST(test_it_was_me_after_the_lift),
		SITE_TEST(test_whose_word_is_not_enough),
		SITE_TEST(test_support_trusts_a_place),
		SITE_TEST(test_the_page_is_html_and_safe),
		SITE_TEST(test_a_database_that_is_away),
		SITE_TEST(test_tokens),
		SITE_TEST(test_buttons_answer_in_words),
	};

	return cmocka_run_group_tests_name("http_api", tests,
					   site_group_setup,
					   site_group_teardown);
}
