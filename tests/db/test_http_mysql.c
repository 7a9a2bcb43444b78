/*
 * The API's own statements in MariaDB, as a user with the rights of
 * sql/own/mysql/grants.sql: a reseller's domains, keys of requests, also when
 * several programs serve.
 */
#include "detector/http/http.h"
#include "detector/http/tokens.h"
#include "detector/settings.h"
#include "tests/support/own_db.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RACERS = 6, LOST = 100 };

static const int64_t NOW = 1795334400000;	/* 2026-11-22 */

static struct mariadb server;
static struct panel *panel;
static struct blocks blocks;
static char reseller[CRYPTO_TOKEN_SIZE], support[CRYPTO_TOKEN_SIZE];

static int64_t now_ms(void)
{
	return NOW;
}

static int take_number(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "n", -1);
	return 1;
}

static int64_t count(const char *table)
{
	char sql[100];
	int64_t n = -1;
	struct err err;

	snprintf(sql, sizeof(sql), "SELECT COUNT(*) AS n FROM %s", table);
	if (db_run(blocks.db, sql, NULL, 0, take_number, &n, NULL, &err))
		fail_msg("%s", err.text);
	return n;
}

static int group_setup(void **state)
{
	static char en[] = "en", none[] = "";
	struct err err;

	(void)state;
	settings.notice.default_language = en;
	settings.notice.operator_address = none;
	settings.queue.release = settings.queue.delete = none;
	settings.serve.requests_per_minute = 100000;
	own_db_start(&server);
	if (panel_load("sql", "own", "", &panel, &err))
		fail_msg("%s", err.text);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	panel_free(&panel);
	mariadb_stop(&server);
	return 0;
}

static void add_token(const char *name, enum token_role role,
		      char out[CRYPTO_TOKEN_SIZE])
{
	unsigned char random[CRYPTO_DIGEST_SIZE];
	struct err err;

	memset(random, name[0], sizeof(random));
	if (token_add(blocks.db, name, role, random, 0, NOW, out, &err))
		fail_msg("%s", err.text);
}

static int setup(void **state)
{
	static const char *const domains[] = { "loja.example",
					       "\xc5\xbc\xc3\xb3.example" };
	struct db *root = own_db_root(&server);
	struct err err;

	(void)state;
	own_db_run(root, "DELETE FROM comporta_send_block;"
		   "DELETE FROM comporta_request;"
		   "DELETE FROM comporta_token_domain;"
		   "DELETE FROM comporta_block; DELETE FROM comporta_token;"
		   "ALTER TABLE comporta_block AUTO_INCREMENT = 1");
	db_close(&root);
	blocks = (struct blocks){
		.db = own_db_open(&server),
		.panel = panel, .secret = S("0123456789abcdef"),
	};
	add_token("support", TOKEN_SUPPORT, support);
	add_token("reseller", TOKEN_RESELLER, reseller);
	for (int i = 0; i < 2; i++)
		if (token_allow(blocks.db, "reseller", domains, 2, &err))
			fail_msg("%s", err.text);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	db_close(&blocks.db);
	return 0;
}

/* A POST with a body, else a GET. The status; the answer into `out`. */
static int ask(const char *token, const char *path, const char *key,
	       const char *body, int64_t at_ms, struct http_response *out)
{
	struct http_context context = { .blocks = &blocks, .now_ms = now_ms };
	struct slice rest = slice_from(path);
	struct http_request request = {
		.method = body ? S("POST") : S("GET"),
		.body = slice_from(body), .now_ms = at_ms,
	};
	char bearer[100];

	request.path = slice_cut(&rest, '?');
	request.query = rest;
	snprintf(bearer, sizeof(bearer), "Bearer %s", token);
	request.headers[HTTP_AUTHORIZATION] = slice_from(bearer);
	request.headers[HTTP_CONTENT_TYPE] = S("application/json");
	request.headers[HTTP_IDEMPOTENCY_KEY] = slice_from(key);
	address_parse(S("192.0.2.7"), &request.client);
	http_answer(&context, &request, out);
	return out->status;
}

static int status(const char *token, const char *path, const char *key,
		  const char *body, int64_t at_ms)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	int got = ask(token, path, key, body, at_ms, &response);

	http_response_release(&response);
	return got;
}

#define A "/api/v1/accounts/"
#define FORCE "{\"reason\":\"x\",\"force\":true}"

/* The collation of a table that ignores accents or case would let one domain's
 * reseller into another's. */
static void test_domains(void **state)
{
	static const struct {
		const char *path;
		int status;
	} cases[] = {
		{ A "x@loja.example/suspend", 201 },
		{ A "x@LOJA.example/suspend", 200 },
		{ A "x@l\xc3\xb3ja.example/suspend", 404 },
		{ A "x@zo.example/suspend", 404 },
		{ A "x@\xc5\xbc\xc3\xb3.example/suspend", 201 },
		{ A "jan/suspend", 404 },
		{ A "x@firma.example/suspend", 404 },
	};
	struct http_response response = HTTP_RESPONSE_INIT;
	struct json *json;
	struct err err;

	(void)state;
	assert_int_equal(status(support, A "x@firma.example/suspend", NULL,
				FORCE, NOW), 201);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		int got = status(reseller, cases[i].path, NULL, FORCE, NOW);

		assert_case(cases[i].path, cases[i].status, got);
	}
	assert_int_equal(ask(reseller, "/api/v1/blocks?limit=2", NULL, NULL,
			     NOW, &response), 200);
	json = json_parse(slice_trim(text_slice(&response.body)), &err);
	assert_int_equal(json_length(json_get(json, "blocks")), 2);
	assert_int_equal(json_get_integer(json, "next", 0), 0);
	json_free(&json);
	http_response_release(&response);
	assert_int_equal(status(reseller, "/api/v1/blocks/1", NULL, NULL,
				NOW), 404);
	assert_int_equal(status(reseller, "/api/v1/blocks/2", NULL, NULL,
				NOW), 200);
}

static void test_keys(void **state)
{
	char longest[129];

	(void)state;
	memset(longest, 'k', 128);
	longest[128] = '\0';
	assert_int_equal(status(support, A "x@firma.example/suspend", longest,
				FORCE, NOW), 201);
	assert_int_equal(status(support, A "x@firma.example/suspend", longest,
				FORCE, NOW + 1), 201);
	assert_int_equal(status(support, A "y@firma.example/suspend", longest,
				FORCE, NOW + 1), 422);
	/* Case counts in a key. */
	longest[0] = 'K';
	assert_int_equal(status(support, A "x@firma.example/suspend", longest,
				FORCE, NOW), 200);
	own_db_run(blocks.db, "UPDATE comporta_request SET status = NULL,"
		   " answer = NULL");
	assert_int_equal(status(support, A "x@firma.example/suspend", longest,
				FORCE, NOW + 2), 409);
	assert_int_equal(status(support, A "x@firma.example/suspend", longest,
				FORCE, NOW + 60001), 200);
	assert_int_equal(count("comporta_block"), 1);
	own_db_run(blocks.db, "UPDATE comporta_request SET at_ms = 5");
	assert_int_equal(status(support, A "x@firma.example/suspend", "z",
				FORCE, NOW), 200);
	assert_int_equal(count("comporta_request"), 1);
}

/* One of several that ask at once: 1 when the answer was its own work, 2 when
 * it is the kept one, 3 when it has to come again. */
static int race(void)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	int got, result = LOST;

	blocks.db = own_db_open(&server);
	got = ask(support, A "x@firma.example/suspend", "k", FORCE, NOW,
		  &response);
	if (got == 201 || got == 409)
		result = got == 409 ? 3 : 1;
	for (size_t i = 0; got == 201 && i < response.n_fields; i++)
		if (strcmp(response.fields[i].name,
			   "Idempotency-Replayed") == 0)
			result = 2;
	http_response_release(&response);
	db_close(&blocks.db);
	return result;
}

static void test_several_at_once(void **state)
{
	pid_t children[RACERS];
	int results[LOST + 1] = { 0 };

	(void)state;
	for (int i = 0; i < RACERS; i++) {
		children[i] = fork();
		if (children[i] == 0)
			_exit(race());
	}
	for (int i = 0; i < RACERS; i++) {
		int ended = 0;

		waitpid(children[i], &ended, 0);
		assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) <= LOST);
		results[WEXITSTATUS(ended)]++;
	}
	assert_int_equal(results[1], 1);
	assert_int_equal(results[1] + results[2] + results[3], RACERS);
	assert_int_equal(count("comporta_block"), 1);
	assert_int_equal(status(support, A "x@firma.example/suspend", "k",
				FORCE, NOW), 201);
	assert_int_equal(count("comporta_block"), 1);
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_domains),
		DESK_TEST(test_keys),
		DESK_TEST(test_several_at_once),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
