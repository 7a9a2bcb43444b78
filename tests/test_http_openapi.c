/*
 * /openapi.json beside the routing table: every call is described, with what
 * it takes and whom it wants, and nothing else is.
 */
#include "detector/http/route.h"
#include "tests/support/site.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static struct json *document(void)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	static const struct call call = { "GET", "/openapi.json", NULL, NULL,
					  NULL };
	struct json *json;

	site_ask(&call, &response);
	assert_int_equal(response.status, 200);
	assert_string_equal(response.content_type, "application/json");
	json = site_body_of(&response);
	http_response_release(&response);
	return json;
}

/* Pages for people who signed in are no API. */
static bool is_described(const struct http_route *route)
{
	return !slice_starts(slice_from(route->pattern), S("support"));
}

static const struct json *operation(const struct json *json,
				    const struct http_route *route)
{
	char path[120], method[8] = "";

	snprintf(path, sizeof(path), "/%s", route->pattern);
	for (size_t i = 0; route->method[i] && i < sizeof(method) - 1; i++)
		method[i] = (char)tolower(route->method[i]);
	return json_get(json_get(json_get(json, "paths"), path), method);
}

static void test_every_route_is_described(void **state)
{
	struct json *json = document();
	struct http_route route;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; http_route_at(i, &route); i++) {
		const struct json *found = operation(json, &route);

		if (!is_described(&route))
			continue;
		assert_case(route.pattern, true, found != NULL);
		assert_case(route.pattern, true,
			    json_get_text(found, "summary").len > 0);
		assert_case(route.pattern, true,
			    json_get_text(found, "operationId").len > 0);
		n++;
	}
	assert_true(n >= 15);
	json_free(&json);
}

/* A path or a method that the table does not have. */
static void test_nothing_else_is_described(void **state)
{
	static const char *const not_methods[] = { "parameters" };
	struct json *json = document();
	const struct json *paths = json_get(json, "paths");
	const char *known[64];
	char room[64][120];
	struct http_route route;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; http_route_at(i, &route); i++) {
		const char *methods[8] = { not_methods[0] };
		struct http_route other;
		size_t n_methods = 1;

		snprintf(room[n], sizeof(room[0]), "/%s", route.pattern);
		known[n] = room[n];
		for (size_t j = 0; http_route_at(j, &other); j++)
			if (strcmp(other.pattern, route.pattern) == 0)
				methods[n_methods++] =
					strcmp(other.method, "GET") == 0
					? "get" : "post";
		assert_case(route.pattern, true,
			    !json_get(paths, room[n]) ||
			    !json_strange_key(json_get(paths, room[n]),
					      methods, n_methods).ptr);
		n++;
		assert_true(n < N_ELEMENTS(room));
	}
	assert_null(json_strange_key(paths, known, n).ptr);
	json_free(&json);
}

static bool names(const struct json *list, const char *word)
{
	for (size_t i = 0; i < json_length(list); i++)
		if (slice_eq(json_text(json_at(list, i)), slice_from(word)))
			return true;
	return false;
}

/* The roles, and that a token is asked for, or not. */
static void test_whom_it_wants(void **state)
{
	static const enum token_role roles[] = {
		TOKEN_SUPPORT, TOKEN_PANEL, TOKEN_METRICS, TOKEN_RESELLER,
	};
	struct json *json = document();
	struct http_route route;

	(void)state;
	for (size_t i = 0; http_route_at(i, &route); i++) {
		const struct json *found = operation(json, &route);
		const struct json *listed = json_get(found, "x-roles");
		size_t n = 0;

		if (!is_described(&route) || route.roles == 0)
			continue;
		for (size_t j = 0; j < N_ELEMENTS(roles); j++) {
			bool may = (route.roles & roles[j]) != 0;

			assert_case(route.pattern, may,
				    names(listed, token_role_name(roles[j])));
			n += may;
		}
		assert_case(route.pattern, (long long)n,
			    (long long)json_length(listed));
		assert_case(route.pattern, 1,
			    (long long)json_length(json_get(found,
							    "security")));
	}
	json_free(&json);
}

static size_t count_words(const char *words)
{
	struct slice rest = slice_from(words);
	size_t n = 0;

	while (slice_cut(&rest, ' ').len > 0)
		n++;
	return n;
}

static bool has_parameter(const struct json *list, struct slice name)
{
	for (size_t i = 0; i < json_length(list); i++)
		if (slice_eq(json_get_text(json_at(list, i), "name"), name))
			return true;
	return false;
}

static void test_what_it_takes(void **state)
{
	struct json *json = document();
	struct http_route route;

	(void)state;
	for (size_t i = 0; http_route_at(i, &route); i++) {
		const struct json *found = operation(json, &route);
		const struct json *list = json_get(found, "parameters");
		struct slice rest = slice_from(route.query);

		if (!is_described(&route))
			continue;
		assert_case(route.pattern, route.has_json,
			    json_get(found, "requestBody") != NULL);
		if (route.query)
			assert_case(route.pattern,
				    (long long)count_words(route.query),
				    (long long)json_length(list));
		while (rest.len > 0)
			assert_case(route.pattern, true,
				    has_parameter(list,
						  slice_cut(&rest, ' ')));
	}
	json_free(&json);
}

/* What the router answers by itself stands at every call of the API. */
static void test_errors(void **state)
{
	static const struct {
		const char *status;
		bool only_with_json;
	} statuses[] = {
		{ "400", false }, { "401", false }, { "403", false },
		{ "429", false }, { "503", false }, { "413", true },
		{ "415", true },
	};
	struct json *json = document();
	struct http_route route;

	(void)state;
	for (size_t i = 0; http_route_at(i, &route); i++) {
		const struct json *answers =
			json_get(operation(json, &route), "responses");

		for (size_t j = 0; j < N_ELEMENTS(statuses); j++) {
			if (!route.roles || !is_described(&route) ||
			    (statuses[j].only_with_json && !route.has_json))
				continue;
			if (!json_get(answers, statuses[j].status))
				fail_msg("%s: %s is missing", route.pattern,
					 statuses[j].status);
		}
	}
	json_free(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(test_every_route_is_described),
		SITE_TEST(test_nothing_else_is_described),
		SITE_TEST(test_whom_it_wants),
		SITE_TEST(test_what_it_takes),
		SITE_TEST(test_errors),
	};

	return cmocka_run_group_tests(tests, site_group_setup,
				      site_group_teardown);
}
