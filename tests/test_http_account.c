/*
 * GET /accounts/ACCOUNT with what the detector knows, and the timeline of an
 * incident.
 */
#include "detector/followup.h"
#include "tests/support/site.h"

#include <stdio.h>
#include <string.h>

#define ANNA API "/accounts/anna@firma.example"

static bool is_readable;

/* A detector that saw anna, and eva, whom the panel does not list. */
static bool known(void *context, struct slice account, struct json *object)
{
	struct json *networks = json_new_array(), *score = json_new_object();

	(void)context;
	if (is_readable && (slice_starts(account, S("anna@")) ||
			    slice_starts(account, S("eva@")))) {
		json_push_text(networks, S("AS5617"));
		json_add_real(score, "log_odds", 1.5, 2);
		json_add(object, "score", &score);
		json_add(object, "networks", &networks);
		json_add_null(object, "countries");
		json_add_null(object, "recent");
		json_add_null(object, "day");
	}
	json_free(&networks);
	json_free(&score);
	return json_get(object, "networks") != NULL;
}

static int with_detector(void **state)
{
	site_setup(state);
	is_readable = true;
	site.context.known = known;
	return 0;
}

#define KNOWN_TEST(test)						\
	cmocka_unit_test_setup_teardown(test, with_detector, site_teardown)

static struct json *get(const char *path, const char *token, int status)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	const struct call call = { "GET", path, token, NULL, NULL };
	struct json *json;

	site_ask(&call, &response);
	assert_int_equal(response.status, status);
	json = site_body_of(&response);
	http_response_release(&response);
	return json;
}

/* The provider's programs are none of a reseller's business. */
static void test_webhooks_of_an_incident(void **state)
{
	static const struct {
		const char *token;
		size_t n;
	} cases[] = { { "{SUPPORT}", 1 }, { "{RESELLER}", 0 } };

	(void)state;
	site_run("INSERT INTO comporta_webhook (event, about_id, target,"
		 " state, attempts, queued_ms, next_ms) VALUES ('blocked', 1,"
		 " 'https://hook.example/secret', 'queued', 0, 1, 1)");
	site_run("INSERT INTO comporta_token_domain SELECT id,"
		 " 'firma.example' FROM comporta_token"
		 " WHERE name = 'reseller'");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct json *json = get(API "/blocks/1", cases[i].token, 200);
		const struct json *hooks = json_get(json, "webhooks");

		assert_int_equal(json_length(hooks), cases[i].n);
		if (cases[i].n)
			assert_true(slice_eq(json_get_text(json_at(hooks, 0),
							   "host"),
					     S("https://hook.example")));
		json_free(&json);
	}
}

/* The hook stands in the source of a web page: no evidence for it. */
static void test_a_hook_suspends_and_sees_the_block(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	const struct call call = { "POST",
		API "/accounts/anna@firma.example/suspend", "{HOOK}",
		JSON_TYPE, "{\"reason\":\"x\"}" };
	struct json *json;

	(void)state;
	site_ask(&call, &response);
	assert_int_equal(response.status, 200);
	json = site_body_of(&response);
	assert_int_equal(json_get_integer(json, "id", 0), 1);
	assert_null(json_get(json, "verdict"));
	assert_null(json_get(json, "audit"));
	json_free(&json);
	http_response_release(&response);
}

static void test_what_is_known(void **state)
{
	struct json *json = get(ANNA, "{SUPPORT}", 200);

	(void)state;
	assert_true(json_get_real(json_get(json, "score"), "log_odds", 0) > 1);
	assert_int_equal(json_length(json_get(json, "networks")), 1);
	assert_int_equal(json_length(json_get(json, "audit")), 1);
	assert_int_equal(json_length(json_get(json, "incidents")), 1);
	assert_true(slice_eq(json_get_text(json_at(json_get(json, "audit"), 0),
					   "action"), S("block")));
	json_free(&json);
}

/* serve may run as a user who cannot read the state: the rest is served. */
static void test_what_nobody_can_read(void **state)
{
	struct json *json;

	(void)state;
	is_readable = false;
	for (int i = 0; i < 2; i++) {
		json = get(ANNA, "{SUPPORT}", 200);
		assert_true(slice_eq(json_get_text(json, "standing"),
				     S("blocked")));
		assert_false(json_is_object(json_get(json, "score")));
		assert_false(json_is_array(json_get(json, "networks")));
		assert_int_equal(json_length(json_get(json, "audit")), 1);
		json_free(&json);
		site.context.known = NULL;
	}
}

/* A hook stands in the source of a web page. */
static void test_a_hook_sees_less(void **state)
{
	struct json *json = get(ANNA, "{HOOK}", 200);

	(void)state;
	assert_true(slice_eq(json_get_text(json, "standing"), S("blocked")));
	assert_false(json_is_object(json_get(json, "score")));
	assert_false(json_is_array(json_get(json, "audit")));
	json_free(&json);
}

/* Whom only a log ever named is an account, and a reseller still sees his own
 * only. */
static void test_whom_only_the_log_knows(void **state)
{
	struct json *json = get(API "/accounts/eva@firma.example",
				"{SUPPORT}", 200);
	static const struct row rows[] = {
		{ "elsewhere", { "GET", API "/accounts/eva@firma.example",
		  "{RESELLER}", NULL, NULL }, 404, "unknown_account" },
		{ "his", { "GET", API "/accounts/eva@loja.example",
		  "{RESELLER}", NULL, NULL }, 200, NULL },
		{ "nobody", { "GET", API "/accounts/bob@firma.example",
		  "{SUPPORT}", NULL, NULL }, 404, "unknown_account" },
		{ "suspend", { "POST", API "/accounts/eva@loja.example/suspend",
		  "{RESELLER}", JSON_TYPE, "{\"reason\":\"x\"}" }, 201, NULL },
	};

	(void)state;
	assert_true(slice_eq(json_get_text(json, "standing"), S("open")));
	json_free(&json);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		site_check(&rows[i]);
}

static void expect_line(const struct json *timeline, size_t i,
			const char *what, const char *who, const char *text)
{
	const struct json *line = json_at(timeline, i);
	struct slice said = json_get_text(line, "text");

	assert_case(what, true, slice_eq(json_get_text(line, "what"),
					 slice_from(what)));
	assert_case(what, true, slice_eq(json_get_text(line, "who"),
					 slice_from(who)));
	assert_case(what, true, slice_eq(said, slice_from(text)));
}

static void test_timeline(void **state)
{
	struct json *json;
	const struct json *lines;

	(void)state;
	site_run("UPDATE comporta_block SET decided_ms = decided_ms - 60000;"
		 "UPDATE comporta_notice SET state = 'sent', sent_ms = 1 +"
		 " queued_ms WHERE recipient = 'anna@home.example';"
		 "UPDATE comporta_notice SET state = 'failed', claimed_ms = 2 +"
		 " queued_ms, last_error = '550 no <b>' WHERE recipient ="
		 " 'anna@firma.example';"
		 "INSERT INTO comporta_action (block_id, moment, name, state,"
		 " attempts, queued_ms, next_ms, ended_ms, said) VALUES"
		 " (1, 'block', 'kick', 'done', 1, 1795334400000, 0,"
		 " 1795334400003, NULL),"
		 " (1, 'block', 'hold', 'failed', 1, 1795334400000, 0,"
		 " 1795334400004, 'no such queue'),"
		 " (1, 'lift', 'late', 'waiting', 1, 1795334400005, 0, NULL,"
		 " NULL),"
		 /* Of another block. */
		 " (2, 'block', 'other', 'done', 1, 1795334400000, 0,"
		 " 1795334400003, NULL);"
		 "INSERT INTO comporta_audit (at_ms, block_id, account, actor,"
		 " action, reason) VALUES"
		 " (1795334400006, 1, 'a', 'owner', 'mine', NULL),"
		 " (1795334400007, 1, 'a', 'owner', 'new-word', NULL),"
		 " (1795334400006, 1, 'a', 'token:x', 'lift', 'called')");
	json = get(API "/blocks/1", "{SUPPORT}", 200);
	lines = json_get(json, "timeline");
	assert_int_equal(json_length(lines), 10);
	expect_line(lines, 0, "decided", NULL, NULL);
	expect_line(lines, 1, "blocked", "scan", "7 countries");
	expect_line(lines, 2, "notice_sent", "anna@home.example", "blocked");
	expect_line(lines, 3, "notice_refused", "anna@firma.example",
		    "blocked: 550 no <b>");
	expect_line(lines, 4, "action_done", NULL, "kick");
	expect_line(lines, 5, "action_failed", NULL, "hold: no such queue");
	expect_line(lines, 6, "action_waiting", NULL, "late");
	expect_line(lines, 7, "said_mine", "owner", NULL);
	expect_line(lines, 8, "lifted", "token:x", "called");
	expect_line(lines, 9, "new-word", "owner", NULL);
	json_free(&json);
}

/* As much as there can be: bounded, and still in order. */
static void test_a_long_timeline(void **state)
{
	struct json *json;
	const struct json *lines;
	struct slice last = S("");

	(void)state;
	site_run("INSERT INTO comporta_audit (at_ms, block_id, account, actor,"
		 " action) WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT"
		 " n + 1 FROM i WHERE n < 900) SELECT 1795334400000 +"
		 " (n * 7919) % 997, 1, 'a', 'b', 'mine' FROM i;"
		 "INSERT INTO comporta_action (block_id, moment, name, state,"
		 " attempts, queued_ms, next_ms) WITH RECURSIVE i (n) AS"
		 " (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 900)"
		 " SELECT 1, 'block', n, 'waiting', 0, 1795334400000 +"
		 " (n * 7919) % 997, 0 FROM i");
	json = get(API "/blocks/1", "{SUPPORT}", 200);
	lines = json_get(json, "timeline");
	assert_int_equal(json_length(lines), 302);
	for (size_t i = 0; i < json_length(lines); i++) {
		struct slice at = json_get_text(json_at(lines, i), "at");

		assert_true(at.len == last.len || last.len == 0);
		assert_true(memcmp(at.ptr, last.ptr, last.len) >= 0);
		last = at;
	}
	json_free(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KNOWN_TEST(test_webhooks_of_an_incident),
		KNOWN_TEST(test_a_hook_suspends_and_sees_the_block),
		KNOWN_TEST(test_what_is_known),
		KNOWN_TEST(test_what_nobody_can_read),
		KNOWN_TEST(test_a_hook_sees_less),
		KNOWN_TEST(test_whom_only_the_log_knows),
		SITE_TEST(test_timeline),
		SITE_TEST(test_a_long_timeline),
	};

	return cmocka_run_group_tests(tests, site_group_setup,
				      site_group_teardown);
}
