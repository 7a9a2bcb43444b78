/*
 * Bodies that no program of good will sends: each is 400, is told what is
 * wrong, and changes nothing, whatever the call.
 */
#include "tests/support/site.h"

#include <stdio.h>
#include <string.h>

#define ANNA API "/accounts/anna@firma.example"

static const struct {
	const char *path, *token;
} calls[] = {
	{ API "/blocks/1/lift", "{SUPPORT}" },
	{ ANNA "/suspend", "{SUPPORT}" },
	{ ANNA "/trust", "{SUPPORT}" },
	{ ANNA "/password-changed", "{HOOK}" },
	{ ANNA "/password-check", "{HOOK}" },
};

static void expect_refused(const char *body)
{
	static int n_keys;
	char key[16];

	for (size_t i = 0; i < N_ELEMENTS(calls); i++) {
		const struct row row = { body, { "POST", calls[i].path,
			calls[i].token, JSON_TYPE, body }, 400,
			"bad_request" };

		site_check(&row);
		snprintf(key, sizeof(key), "k%d", n_keys++);
		site.key = key;
		site_check(&row);
		site.key = NULL;
	}
}

static void test_no_json(void **state)
{
	static const char *const bodies[] = {
		"{", "}", "[", "{}{}", "{} x", "x", "{\"reason\"}",
		"{reason:\"x\"}", "{'reason':'x'}", "{\"reason\":\"x\",}",
		"{\"reason\":\"x\"", "{\"reason\":\"x}", "{\"reason\":}",
		"\xef\xbb\xbf{}", "\xff\xfe{\0}", "{\"reason\":\"\\u12\"}",
		"{\"reason\":\"\\x41\"}", "{\"reason\":tru}", "reason=x",
		"<reason>x</reason>", " ", "\n", "{\"reason\":\"x\"}]",
		"{\"reason\":\"\xff\"}", "{\"reason\":\"\xc0\xaf\"}",
		"NaN", "{\"days\":0x10}", "{\"days\":1e}", "/**/",
	};
	int64_t before = site_rows();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(bodies); i++)
		expect_refused(bodies[i]);
	assert_int_equal(site_rows(), before);
}

static void test_no_object(void **state)
{
	static const char *const bodies[] = {
		"[]", "null", "true", "1", "\"reason\"",
		"[{\"reason\":\"x\",\"force\":true}]",
	};
	int64_t before = site_rows();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(bodies); i++)
		expect_refused(bodies[i]);
	assert_int_equal(site_rows(), before);
}

/* Right for none of the calls, as the type or the name is wrong. */
static void test_wrong_types(void **state)
{
	static const char *const bodies[] = {
		"{\"reason\":1}", "{\"reason\":[\"x\"]}",
		"{\"reason\":{\"x\":1}}", "{\"reason\":true}",
		"{\"reason\":\"x\",\"force\":\"true\"}",
		"{\"reason\":\"x\",\"force\":1}",
		"{\"reason\":\"x\",\"force\":[]}",
		"{\"reason\":\"x\",\"queue\":1}",
		"{\"reason\":\"x\",\"queue\":\"DELETE\"}",
		"{\"reason\":\"x\",\"queue\":\"\"}",
		"{\"reason\":\"x\",\"days\":\"9\",\"country\":\"VN\"}",
		"{\"reason\":\"x\",\"days\":1.5,\"country\":\"VN\"}",
		"{\"reason\":\"x\",\"days\":-1,\"country\":\"VN\"}",
		"{\"reason\":\"x\",\"days\":99999999999999999999,"
		"\"country\":\"VN\"}",
		"{\"reason\":\"x\",\"days\":1e300,\"country\":\"VN\"}",
		"{\"reason\":\"x\",\"country\":\"V\\u0000N\"}",
		"{\"reason\":\"x\",\"country\":\"VNM\"}",
		"{\"reason\":\"x\",\"network\":\"AS4294967296\"}",
		"{\"reason\":\"x\",\"network\":\"AS-1\"}",
		"{\"reason\":\"x\\u0000y\",\"force\":true,"
		"\"country\":\"VN\",\"password\":\"x\"}",
		"{\"password\":1}", "{\"password\":[]}", "{\"password\":true}",
		"{\"password\":\"a\\u0000b\"}", "{\"Reason\":\"x\"}",
		"{\"reason \":\"x\"}", "{\"\":\"x\"}",
		"{\"reason\":\"x\",\"__proto__\":{}}",
	};
	int64_t before = site_rows();

	(void)state;
	site.is_tls = true;
	for (size_t i = 0; i < N_ELEMENTS(bodies); i++)
		expect_refused(bodies[i]);
	assert_int_equal(site_rows(), before);
}

static void test_as_large_as_it_may_be(void **state)
{
	static char body[HTTP_BODY_MAX + 1];
	int64_t before = site_rows();

	(void)state;
	/* A reason that fills it. */
	memset(body, 'x', HTTP_BODY_MAX);
	memcpy(body, "{\"reason\":\"", 11);
	memcpy(body + HTTP_BODY_MAX - 2, "\"}", 2);
	expect_refused(body);
	memset(body, '[', HTTP_BODY_MAX);
	expect_refused(body);
	for (size_t i = 0; i + 5 < HTTP_BODY_MAX; i += 5)
		memcpy(body + i, "{\"a\":", 5);
	expect_refused(body);
	/* As many fields as there is room for. */
	memset(body, ' ', HTTP_BODY_MAX);
	body[0] = '{';
	for (size_t i = 0; i < 7000; i++)
		snprintf(body + 1 + 9 * i, 10, "\"%04zu\":1%c", i,
			 i == 6999 ? '}' : ',');
	expect_refused(body);
	/* Blanks around a good one are fine. */
	memset(body, ' ', HTTP_BODY_MAX);
	memcpy(body + 60000, "{}", 2);
	const struct row row = { "blanks", { "POST", API "/blocks/1/lift",
		"{SUPPORT}", JSON_TYPE, body }, 409, "password_unchanged" };
	site_check(&row);
	assert_int_equal(site_rows(), before);
}

/* A reason with everything in it is kept, and comes back as JSON. */
static void test_a_reason_of_any_words(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	static const struct call call = { "POST", API "/blocks/1/lift",
		"{SUPPORT}", JSON_TYPE, "{\"force\":true,\"reason\":"
		"\"<script>'; DROP TABLE x; --\\u001b[2J\\r\\nX: y \\ud83d"
		"\\ude00 \\ud800 za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87\"}" };
	struct json *json;

	(void)state;
	site_ask(&call, &response);
	assert_int_equal(response.status, 200);
	json = site_body_of(&response);
	assert_true(slice_find(json_get_text(json, "lift_reason"),
			       S("<script>'; DROP TABLE x; --")) == 0);
	json_free(&json);
	http_response_release(&response);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(test_no_json),
		SITE_TEST(test_no_object),
		SITE_TEST(test_wrong_types),
		SITE_TEST(test_as_large_as_it_may_be),
		SITE_TEST(test_a_reason_of_any_words),
	};

	return cmocka_run_group_tests(tests, site_group_setup,
				      site_group_teardown);
}
