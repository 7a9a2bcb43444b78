/*
 * The endpoint without a network: requests into the router, answers out.
 * test_serve.c has the real server.
 */
#include "base/stamp.h"
#include "detector/http/http.h"
#include "detector/http/tokens.h"
#include "detector/panel/schema.h"
#include "detector/settings.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static const int64_t NOW = 1795334400000;	/* 2026-11-22 */
static const int64_t DAY = STAMP_DAY_MS;

struct desk {
	struct db *db;
	struct panel *panel;
	struct languages *languages;
	struct blocks blocks;
	struct http_context context;
	char support[CRYPTO_TOKEN_SIZE], hook[CRYPTO_TOKEN_SIZE];
	char metrics[CRYPTO_TOKEN_SIZE], old[CRYPTO_TOKEN_SIZE];
	char owner[CRYPTO_TOKEN_SIZE];
	int64_t block_id;
};

static struct desk desk;

static int64_t now_ms(void)
{
	return NOW;
}

static void add_token(const char *name, enum token_role role,
		      int64_t expires_ms, char out[CRYPTO_TOKEN_SIZE])
{
	unsigned char random[CRYPTO_DIGEST_SIZE];
	struct err err;

	memset(random, name[0], sizeof(random));
	if (token_add(desk.db, name, role, random, expires_ms, NOW, out, &err))
		fail_msg("%s", err.text);
}

static void block_anna(void)
{
	const struct block_request request = {
		.decision = "d1", .account = SLICE("anna@firma.example"),
		.decided_ms = NOW, .probability = 0.997, .actor = "scan",
		.reason = "7 countries",
		.verdict = SLICE("{\"window\":{\"messages\":3}}"),
	};
	struct block block = BLOCK_INIT;
	struct err err;

	assert_int_equal(blocks_make(&desk.blocks, &request, NOW,
				     &desk.block_id, &err), BLOCK_MADE);
	assert_int_equal(blocks_get(&desk.blocks, desk.block_id, &block,
				    &err), BLOCK_FOUND);
	blocks_token(&desk.blocks, &block, desk.owner);
	block_release(&block);
}

static void set_options(void)
{
	static char en[] = "en", none[] = "",
		    url[] = "https://mail.example/comporta/",
		    name[] = "Example <Host>";

	settings.notice.default_language = en;
	settings.notice.operator_address = none;
	settings.notice.support_contact = none;
	settings.notice.provider_name = name;
	settings.notice.to_contact = settings.notice.to_mailbox = true;
	settings.lift.self_service = true;
	settings.lift.repeat_within_ms = 30 * DAY;
	settings.lift.token_ms = 14 * DAY;
	settings.serve.public_url = url;
	settings.serve.requests_per_minute = 100000;
}

static int group_setup(void **state)
{
	struct err err;

	(void)state;
	set_options();
	if (panel_load("sql", "own", "", &desk.panel, &err) ||
	    languages_load("templates", &desk.languages, &err))
		fail_msg("%s", err.text);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	panel_free(&desk.panel);
	languages_free(&desk.languages);
	return 0;
}

static int setup(void **state)
{
	const struct db_settings how = { .kind = "sqlite",
					 .file = ":memory:", .timeout_s = 5 };
	struct err err;
	int applied;

	(void)state;
	set_options();
	if (db_open(&how, &desk.db, &err) ||
	    schema_migrate(desk.db, "sql", &applied, &err) ||
	    db_run_script(desk.db, "INSERT INTO comporta_mailbox VALUES"
			  " ('anna@firma.example', '$6$s$x', NULL, 'pl',"
			  " 'anna@home.example', '<b>Anna</b>')",
			  &err) != DB_OK)
		fail_msg("%s", err.text);
	desk.blocks = (struct blocks){ desk.db, desk.panel,
				       S("0123456789abcdef0123456789abcdef"),
				       desk.languages };
	desk.context = (struct http_context){
		.blocks = &desk.blocks, .languages = desk.languages,
		.limits = ratelimit_new(1), .now_ms = now_ms,
	};
	add_token("support", TOKEN_SUPPORT, 0, desk.support);
	add_token("hook", TOKEN_PANEL, NOW + DAY, desk.hook);
	add_token("metrics", TOKEN_METRICS, 0, desk.metrics);
	add_token("old", TOKEN_SUPPORT, NOW, desk.old);
	block_anna();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ratelimit_free(&desk.context.limits);
	db_close(&desk.db);
	return 0;
}

/* Placeholders in a test's paths and tokens. */
static void fill_in(const char *pattern, char *out, size_t size)
{
	static const struct {
		const char *name;
		const char *value;
	} values[] = {
		{ "{OWNER}", desk.owner }, { "{SUPPORT}", desk.support },
		{ "{HOOK}", desk.hook }, { "{METRICS}", desk.metrics },
		{ "{OLD}", desk.old },
	};
	struct text text = TEXT_INIT(20000);
	struct slice rest = slice_from(pattern);

	while (rest.len > 0) {
		size_t i = 0;

		while (i < N_ELEMENTS(values) &&
		       !slice_skip(&rest, slice_from(values[i].name)))
			i++;
		if (i < N_ELEMENTS(values)) {
			text_add_string(&text, values[i].value);
		} else {
			text_add_char(&text, rest.ptr[0]);
			rest = slice_after(rest, 1);
		}
	}
	assert_true(slice_copy(text_slice(&text), out, size));
	text_release(&text);
}

struct call {
	const char *method, *path;
	const char *token;	/* as in the header behind "Bearer ", or NULL */
	const char *type, *body;
};

static void ask(const struct call *call, struct http_response *response)
{
	char path[16384], authorization[200], token[100] = "";
	struct http_request request = { .now_ms = NOW + 1000 };
	struct slice rest;

	fill_in(call->path, path, sizeof(path));
	rest = slice_from(path);
	request.path = slice_cut(&rest, '?');
	request.query = rest;
	request.method = slice_from(call->method);
	request.body = slice_from(call->body);
	request.headers[HTTP_CONTENT_TYPE] = slice_from(call->type);
	address_parse(S("192.0.2.7"), &request.client);
	if (call->token) {
		fill_in(call->token, token, sizeof(token));
		snprintf(authorization, sizeof(authorization), "Bearer %s",
			 token);
		request.headers[HTTP_AUTHORIZATION] =
			slice_from(authorization);
	}
	http_answer(&desk.context, &request, response);
}

static const char *field(const struct http_response *response,
			 const char *name)
{
	for (size_t i = 0; i < response->n_fields; i++)
		if (strcmp(response->fields[i].name, name) == 0)
			return response->fields[i].value;
	return "";
}

static struct json *body_of(const struct http_response *response)
{
	struct err err;
	struct json *json = json_parse(
		slice_trim(text_slice(&response->body)), &err);

	assert_non_null(json);
	return json;
}

static int64_t number(const char *sql);

/* Everything that a request could have changed. */
static int64_t rows(void)
{
	return number("SELECT (SELECT COUNT(*) FROM comporta_audit) +"
		      " 100 * (SELECT COUNT(*) FROM comporta_notice) +"
		      " 10000 * (SELECT COUNT(*) FROM comporta_send_block) +"
		      " 1000000 * (SELECT COUNT(*) FROM comporta_block) AS n");
}

static int take_number(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "n", -1);
	return 1;
}

static int64_t number(const char *sql)
{
	int64_t n = -1;
	struct err err;

	assert_int_equal(db_run(desk.db, sql, NULL, 0, take_number, &n, NULL,
				&err), DB_OK);
	return n;
}

static void run(const char *sql)
{
	struct err err;

	assert_int_equal(db_run_script(desk.db, sql, &err), DB_OK);
}

#define API "/api/v1"
#define JSON_TYPE "application/json"
#define FORM_TYPE "application/x-www-form-urlencoded"
#define ZEROES "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

struct row {
	const char *why;
	struct call call;
	int status;
	const char *code;	/* of the JSON error, or NULL */
};

static void check(const struct row *row)
{
	struct http_response response = HTTP_RESPONSE_INIT;

	ask(&row->call, &response);
	if (response.status != row->status)
		print_error("%s\n", text_string(&response.body));
	assert_case(row->why, row->status, response.status);
	assert_case(row->why, 0, strcmp(field(&response, "Cache-Control"),
					"no-store"));
	assert_case(row->why, 0, strcmp(field(&response,
					      "X-Content-Type-Options"),
					"nosniff"));
	assert_case(row->why, true,
		    strlen(field(&response, "Content-Security-Policy")) > 50);
	if (row->code) {
		struct json *json = body_of(&response);
		struct slice code = json_get_text(json, "error");

		assert_case(row->why, true,
			    slice_eq(code, slice_from(row->code)));
		assert_case(row->why, true,
			    json_get_text(json, "message").len > 0);
		assert_case(row->why, true,
			    json_is_object(json_get(json, "detail")));
		json_free(&json);
	}
	http_response_release(&response);
}

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
	{ "metrics may not read", { "GET", API "/blocks", "{METRICS}", NULL,
	  NULL }, 403, "forbidden" },
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
	  NULL, NULL }, 404, "not_found" },

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
	  API "/accounts/b@firma.example/password-changed", "{HOOK}", NULL,
	  NULL }, 200, NULL },

	{ "owner page", { "GET", "/b/{OWNER}", NULL, NULL, NULL }, 200,
	  NULL },
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
	int64_t before = rows();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(harmless); i++) {
		int64_t after;

		check(&harmless[i]);
		after = rows();
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
	check(&row);
	memset(path + 1, '/', sizeof(path) - 2);
	check(&row);
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
	ask(&call, &response);
	assert_string_equal(field(&response, "Allow"), "GET, HEAD");
	http_response_release(&response);
	response = (struct http_response)HTTP_RESPONSE_INIT;
	call = (struct call){ "GET", API "/blocks", NULL, NULL, NULL };
	ask(&call, &response);
	assert_string_equal(field(&response, "WWW-Authenticate"), "Bearer");
	http_response_release(&response);
}

static void test_support_sees_the_incident(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct call call = { "GET", API "/blocks/1", "{SUPPORT}", NULL, NULL };
	struct json *json;
	const struct json *verdict;

	(void)state;
	ask(&call, &response);
	json = body_of(&response);
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
			       slice_from(desk.owner)) < 0);
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
		assert_int_equal(blocks_make(&desk.blocks, &request, NOW, &id,
					     &err), BLOCK_MADE);
	}
	for (int page = 0; page < 3; page++) {
		struct http_response response = HTTP_RESPONSE_INIT;
		struct json *json;

		ask(&call, &response);
		json = body_of(&response);
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
		{ { "hook", { "POST",
		    API "/accounts/ANNA%40firma.example/password-changed",
		    "{HOOK}", JSON_TYPE, "{}" }, 200, NULL },
		  NEW_PASSWORD },
		{ { "owner", { "POST", "/b/{OWNER}/lift", NULL, FORM_TYPE,
		    "" }, 200, NULL }, NEW_PASSWORD },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		if (i > 0) {
			teardown(state);
			setup(state);
		}
		if (cases[i].change)
			run(cases[i].change);
		check(&cases[i].row);
		assert_int_equal(number("SELECT COUNT(*) AS n FROM"
					" comporta_send_block"), 0);
		check(&cases[i].row);
		assert_int_equal(number("SELECT COUNT(*) AS n FROM"
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
	run("UPDATE comporta_block SET is_repeat = 1");
	run(NEW_PASSWORD);
	for (size_t i = 0; i < N_ELEMENTS(rows_); i++)
		check(&rows_[i]);
}

static void test_suspend_by_hand(void **state)
{
	static const struct row made = {
		"suspend", { "POST", API "/accounts/Bob@firma.example/suspend",
		"{HOOK}", JSON_TYPE, "{\"reason\":\"sends spam\"}" }, 201,
		NULL };
	static const struct row again = {
		"again", { "POST", API "/accounts/bob@firma.example/suspend",
		"{SUPPORT}", JSON_TYPE, "{\"reason\":\"sends spam\"}" }, 200,
		NULL };

	(void)state;
	check(&made);
	check(&again);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM"
				" comporta_send_block WHERE account ="
				" 'bob@firma.example'"), 1);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_audit"
				" WHERE actor = 'token:hook' AND"
				" reason = 'sends spam'"), 1);
}

static void test_it_was_me(void **state)
{
	static const struct row mine = {
		"mine", { "POST", "/b/{OWNER}/mine", NULL, FORM_TYPE, "" },
		200, NULL };

	(void)state;
	for (int i = 0; i < 3; i++)
		check(&mine);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM comporta_audit"
				" WHERE action = 'mine'"), 1);
	assert_int_equal(number("SELECT COUNT(*) AS n FROM"
				" comporta_send_block"), 1);
}

static void test_the_page_is_html_and_safe(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct call call = { "GET", "/b/{OWNER}", NULL, NULL, NULL };
	struct slice page;

	(void)state;
	ask(&call, &response);
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

static void test_too_large_and_too_many(void **state)
{
	struct http_request request = {
		.method = SLICE("POST"), .now_ms = NOW,
		.body_too_large = true,
	};
	struct http_response response = HTTP_RESPONSE_INIT;
	char path[80];

	(void)state;
	snprintf(path, sizeof(path), "/b/%s/lift", desk.owner);
	request.path = slice_from(path);
	address_parse(S("192.0.2.9"), &request.client);
	settings.serve.requests_per_minute = 3;
	for (int i = 0; i < 6; i++) {
		http_response_release(&response);
		response = (struct http_response)HTTP_RESPONSE_INIT;
		http_answer(&desk.context, &request, &response);
		assert_int_equal(response.status, i < 3 ? 413 : 429);
	}
	assert_string_equal(field(&response, "Retry-After"), "10");
	http_response_release(&response);
	/* Another address is not concerned, and time heals. */
	response = (struct http_response)HTTP_RESPONSE_INIT;
	address_parse(S("192.0.2.10"), &request.client);
	http_answer(&desk.context, &request, &response);
	assert_int_equal(response.status, 413);
	http_response_release(&response);
	response = (struct http_response)HTTP_RESPONSE_INIT;
	address_parse(S("192.0.2.9"), &request.client);
	request.now_ms = NOW + 2 * STAMP_MINUTE_MS;
	http_answer(&desk.context, &request, &response);
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

	desk.context.proxies = &proxies;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct http_response response = HTTP_RESPONSE_INIT;
		struct http_request request = { .method = SLICE("POST"),
						.now_ms = NOW };
		char path[80], sql[160];
		int64_t n;

		if (i > 0) {
			teardown(state);
			setup(state);
			desk.context.proxies = &proxies;
		}
		snprintf(path, sizeof(path), "/b/%s/mine", desk.owner);
		request.path = slice_from(path);
		request.headers[HTTP_FORWARDED_FOR] =
			slice_from(cases[i].forwarded);
		address_parse(slice_from(cases[i].from), &request.client);
		http_answer(&desk.context, &request, &response);
		http_response_release(&response);
		snprintf(sql, sizeof(sql), "SELECT COUNT(*) AS n FROM"
			 " comporta_audit WHERE address = '%s'",
			 cases[i].want);
		n = number(sql);
		assert_case(cases[i].why, 1, n);
	}
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
	run("ALTER TABLE comporta_block RENAME TO gone");
	for (size_t i = 0; i < N_ELEMENTS(rows_); i++)
		check(&rows_[i]);
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
		int got = token_add(desk.db, names[i].name, TOKEN_SUPPORT,
				    random, 0, NOW, token, &err);

		assert_case(names[i].why, names[i].want, got);
	}
	assert_int_equal(token_revoke(desk.db, "nobody", NOW, &err), -1);
	assert_int_equal(token_revoke(desk.db, "support", NOW, &err), 0);
	assert_int_equal(token_revoke(desk.db, "support", NOW + 1, &err), 0);
	assert_int_equal(number("SELECT revoked_ms AS n FROM comporta_token"
				" WHERE name = 'support'"), NOW);
	check(&revoked);
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DESK_TEST(test_what_changes_nothing),
		DESK_TEST(test_a_very_long_path),
		DESK_TEST(test_every_answer_stays_one_answer),
		DESK_TEST(test_allow_says_what_goes),
		DESK_TEST(test_support_sees_the_incident),
		DESK_TEST(test_a_list_in_pages),
		DESK_TEST(test_what_lifts),
		DESK_TEST(test_a_repeat_needs_support),
		DESK_TEST(test_suspend_by_hand),
		DESK_TEST(test_it_was_me),
		DESK_TEST(test_the_page_is_html_and_safe),
		DESK_TEST(test_too_large_and_too_many),
		DESK_TEST(test_forwarded_addresses),
		DESK_TEST(test_a_database_that_is_away),
		DESK_TEST(test_tokens),
	};

	return cmocka_run_group_tests_name("http", tests, group_setup,
					   group_teardown);
}
