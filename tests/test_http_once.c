/*
 * POSTs with an Idempotency-Key: asked twice, done once.
 */
#include "base/crypto.h"
#include "detector/settings.h"
#include "tests/support/site.h"

#include <stdio.h>
#include <string.h>

#define CARLA API "/accounts/carla@firma.example"
#define REASON "{\"reason\":\"x\"}"
#define FORCE "{\"reason\":\"x\",\"force\":true}"

static const struct call suspend = { "POST", CARLA "/suspend", "{SUPPORT}",
				     JSON_TYPE, REASON };
static const struct call lift = { "POST", API "/blocks/1/lift", "{SUPPORT}",
				  JSON_TYPE, FORCE };

/* Status, whether it was kept, and the body, in one text. */
static void ask(const char *key, const struct call *call, struct text *out)
{
	struct http_response response = HTTP_RESPONSE_INIT;

	site.key = key;
	site_ask(call, &response);
	site.key = NULL;
	text_clear(out);
	text_addf(out, "%d %s", response.status,
		  site_field(&response, "Idempotency-Replayed"));
	text_add_char(out, ' ');
	text_add(out, text_slice(&response.body));
	http_response_release(&response);
}

/* The same, when only the beginning is of interest. */
static void expect(const char *why, const char *key, const struct call *call,
		   const char *start)
{
	struct text got = TEXT_INIT(1 << 20);

	ask(key, call, &got);
	if (!slice_starts(text_slice(&got), slice_from(start)))
		fail_msg("%s: %.100s", why, text_string(&got));
	text_release(&got);
}

static int64_t blocks(void)
{
	return site_number("SELECT COUNT(*) AS n FROM comporta_block");
}

static int64_t requests(void)
{
	return site_number("SELECT COUNT(*) AS n FROM comporta_request");
}

static void lift_all(void)
{
	site_run("DELETE FROM comporta_send_block;"
		 "UPDATE comporta_block SET state = 'lifted',"
		 " active_account = NULL, lifted_ms = 1");
}

/* Even after the block was lifted: it is the answer of that time, and no new
 * block. */
static void test_asked_twice(void **state)
{
	struct text first = TEXT_INIT(1 << 20), again = TEXT_INIT(1 << 20);

	(void)state;
	ask("k1", &suspend, &first);
	assert_true(slice_starts(text_slice(&first), S("201  {")));
	for (int i = 0; i < 3; i++) {
		if (i == 1)
			lift_all();
		ask("k1", &suspend, &again);
		assert_true(slice_starts(text_slice(&again),
					 S("201 true {")));
		assert_string_equal(strchr(text_string(&first), '{'),
				    strchr(text_string(&again), '{'));
	}
	assert_int_equal(blocks(), 2);
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
				     " comporta_send_block"), 0);
	/* A new key is a new wish. */
	expect("new key", "k2", &suspend, "201  {");
	assert_int_equal(blocks(), 3);
	/* And without one each is. */
	lift_all();
	site.now_ms++;
	expect("no key", NULL, &suspend, "201  {");
	assert_int_equal(blocks(), 4);
	text_release(&first);
	text_release(&again);
}

/* A refusal is an answer as well. */
static void test_refusals_are_kept(void **state)
{
	static const struct call unproven = { "POST", API "/blocks/1/lift",
					      "{SUPPORT}", JSON_TYPE, REASON };
	static const struct call wrong = { "POST", API "/blocks/1/lift",
					   "{SUPPORT}", JSON_TYPE, "{" };

	(void)state;
	expect("first", "k", &unproven, "409  {");
	site_run("UPDATE comporta_mailbox SET password_hash = '$6$s$new'");
	expect("kept", "k", &unproven, "409 true {");
	expect("no JSON", "j", &wrong, "400  {");
	expect("no JSON again", "j", &wrong, "400 true {");
	expect("new key", "l", &unproven, "200  {");
}

static void test_another_request(void **state)
{
	static const struct {
		const char *why;
		struct call call;
		const char *want;
	} cases[] = {
		{ "body", { "POST", CARLA "/suspend", "{SUPPORT}", JSON_TYPE,
		  "{\"reason\":\"y\"}" }, "422  {\"error\":"
		  "\"idempotency_key_reused\"" },
		{ "path", { "POST", API "/accounts/anna@firma.example/suspend",
		  "{SUPPORT}", JSON_TYPE, REASON }, "422 " },
		{ "body into path", { "POST", CARLA "/suspend{",
		  "{SUPPORT}", JSON_TYPE, "\"reason\":\"x\"}" }, "404 " },
		{ "call", { "POST", API "/blocks/1/lift", "{SUPPORT}",
		  JSON_TYPE, REASON }, "422 " },
		/* Another's key is another's. */
		{ "token", { "POST", CARLA "/suspend", "{HOOK}", JSON_TYPE,
		  REASON }, "200  {" },
		{ "role", { "POST", CARLA "/suspend", "{METRICS}", JSON_TYPE,
		  REASON }, "403  {" },
		{ "nobody", { "POST", CARLA "/suspend", NULL, JSON_TYPE,
		  REASON }, "401  {" },
		{ "type", { "POST", CARLA "/suspend", "{SUPPORT}", FORM_TYPE,
		  REASON }, "415  {" },
		{ "GET", { "GET", CARLA, "{SUPPORT}", NULL, NULL }, "200  {" },
		{ "the same", { "POST", CARLA "/suspend", "{SUPPORT}",
		  JSON_TYPE, REASON }, "201 true {" },
	};

	(void)state;
	expect("first", "k", &suspend, "201  {");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		expect(cases[i].why, "k", &cases[i].call, cases[i].want);
	assert_int_equal(blocks(), 2);
	assert_int_equal(requests(), 2);
}

static void test_what_is_no_key(void **state)
{
	char longest[130], too_long[130];
	const char *const bad[] = { "", "a\tb", "a\nb", "\xc5\xbc", "a\x7f",
				    too_long };

	(void)state;
	memset(too_long, 'k', 129);
	too_long[129] = '\0';
	memset(longest, 'k', 128);
	longest[128] = '\0';
	for (size_t i = 0; i < N_ELEMENTS(bad); i++)
		expect(bad[i], bad[i], &suspend, "400  {");
	assert_int_equal(blocks(), 1);
	assert_int_equal(requests(), 0);
	expect("longest", longest, &suspend, "201  {");
	expect("longest", longest, &suspend, "201 true {");
	expect("quoted, as in the draft", "\"8e03-~ !\"", &lift, "200  {");
	expect("quoted, as in the draft", "\"8e03-~ !\"", &lift, "200 true {");
}

/* Two processes serve, and the other one is at it. */
static void test_while_it_is_answered(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;

	(void)state;
	expect("done", "k", &suspend, "201  {");
	lift_all();
	site_run("UPDATE comporta_request SET status = NULL, answer = NULL");
	site.key = "k";
	site_ask(&suspend, &response);
	assert_int_equal(response.status, 409);
	assert_string_equal(site_field(&response, "Retry-After"), "60");
	http_response_release(&response);
	site.now_ms += STAMP_MINUTE_MS;
	expect("a minute", "k", &suspend, "409  {\"error\":\"in_progress\"");
	/* Killed after the block and before the answer: it is not made again,
	 * though it was lifted since. */
	site.now_ms++;
	expect("left", "k", &suspend, "200  {");
	expect("and kept", "k", &suspend, "200 true {");
	assert_int_equal(blocks(), 2);
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM"
				     " comporta_send_block"), 0);
}

/* Killed before anything was done. */
static void test_left_before_the_work(void **state)
{
	static const struct call other = { "POST", API "/blocks/1/lift",
					   "{SUPPORT}", JSON_TYPE, REASON };

	(void)state;
	expect("lift", "k", &lift, "200  {");
	site_run("UPDATE comporta_request SET status = NULL, answer = NULL");
	site.now_ms += STAMP_MINUTE_MS + 1;
	expect("another request", "k", &other, "422  {");
	expect("left", "k", &lift, "200  {");
	assert_int_equal(site_number("SELECT COUNT(*) AS n FROM comporta_audit"
				     " WHERE action = 'lift'"), 1);
}

/* A word that was written down when the program was killed: it is said once,
 * with the days of the first time, though it is tomorrow now. */
static void test_a_word_is_written_once(void **state)
{
	static const struct call trust = {
		"POST", API "/accounts/anna@firma.example/trust", "{SUPPORT}",
		JSON_TYPE, "{\"country\":\"VN\",\"days\":9,"
		"\"reason\":\"she said so\"}" };
	static const char of_words[] =
		"SELECT COUNT(*) AS n FROM comporta_audit WHERE action ="
		" 'trust'";

	(void)state;
	for (int i = 0; i < 3; i++) {
		expect("again", "k", &trust, "200  {");
		assert_int_equal(site_number(of_words), 1);
		site_run("UPDATE comporta_request SET status = NULL,"
			 " answer = NULL");
		site.now_ms += 9 * STAMP_HOUR_MS;
	}
	/* Another key is another word, and one without is one each time. */
	expect("new key", "l", &trust, "200  {");
	expect("no key", NULL, &trust, "200  {");
	assert_int_equal(site_number(of_words), 3);
}

static void test_a_key_is_free_after_a_day(void **state)
{
	static const struct call other = { "POST", CARLA "/suspend",
					   "{SUPPORT}", JSON_TYPE,
					   "{\"reason\":\"later\"}" };

	(void)state;
	expect("first", "k", &suspend, "201  {");
	lift_all();
	site.now_ms += DAY;
	expect("a day", "k", &suspend, "201 true {");
	site.now_ms++;
	site.context.n_keys = 1;	/* the row is still there */
	expect("after it", "k", &other, "201  {");
	expect("kept", "k", &other, "201 true {");
	assert_int_equal(blocks(), 3);
	/* The clock is set back by a week: nobody waits for it. */
	site.now_ms -= 7 * DAY;
	lift_all();
	site.context.n_keys = 1;
	expect("back", "k", &other, "201  {");
}

/* What says "not now" does not stand in the way of the next try. */
static void test_not_now_is_not_kept(void **state)
{
	static const struct call hook = {
		"POST", API "/accounts/anna@firma.example/password-changed",
		"{HOOK}", JSON_TYPE, "{\"password\":\"Aa3-xyzzy\"}" };
	char key[8];

	(void)state;
	site_run("ALTER TABLE comporta_send_block RENAME TO hidden");
	expect("away", "k", &suspend, "503  {");
	assert_int_equal(requests(), 0);
	site_run("ALTER TABLE hidden RENAME TO comporta_send_block");
	expect("here", "k", &suspend, "201  {");
	site.is_tls = true;
	for (int i = 0; i < 6; i++) {
		snprintf(key, sizeof(key), "g%d", i);
		expect(key, key, &hook, i < 5 ? "409  {" : "429  {");
		expect(key, key, &hook, i < 5 ? "409 true {" : "429  {");
	}
	assert_int_equal(requests(), 6);
}

/* The table tells nobody a password, nor which one was the old one. */
static void test_nothing_of_passwords(void **state)
{
	static const char body[] = "{\"password\":\"Aa3-xyzzy\"}";
	static const struct call changed = {
		"POST", API "/accounts/anna@firma.example/password-changed",
		"{HOOK}", JSON_TYPE, body };
	static const struct call same = {
		"POST", API "/accounts/anna@firma.example/password-check",
		"{HOOK}", JSON_TYPE, body };
	char hash[CRYPTO_HEX_SIZE], sql[400];

	(void)state;
	site.is_tls = true;
	expect("check", "k", &same, "200  {");
	expect("check again", "k", &same, "200  {");
	assert_int_equal(requests(), 0);
	expect("changed", "k", &changed, "409  {");
	assert_int_equal(requests(), 1);
	crypto_sha256_hex(slice_from(body), hash);
	snprintf(sql, sizeof(sql), "SELECT COUNT(*) AS n FROM"
		 " comporta_request WHERE digest = '%s' OR digest || answer"
		 " LIKE '%%xyzzy%%'", hash);
	assert_int_equal(site_number(sql), 0);
	/* Another secret, another digest: without it none can be tried. */
	site.blocks.secret = S("fedcba9876543210fedcba9876543210");
	expect("changed", "k", &changed, "422  {");
}

static void test_old_ones_are_swept(void **state)
{
	(void)state;
	site_run("INSERT INTO comporta_request (token_id, request_key, digest,"
		 " at_ms, first_ms) WITH RECURSIVE i (n) AS (SELECT 1 UNION"
		 " ALL SELECT n + 1 FROM i WHERE n < 600)"
		 " SELECT 1, n + k, 'x', n + k, n + k FROM i,"
		 " (SELECT 0 AS k UNION ALL SELECT 600) AS j");
	expect("few at a time", "a", &suspend, "201  {");
	assert_int_equal(requests(), 701);
	expect("not at once", "b", &suspend, "200  {");
	assert_int_equal(requests(), 702);
	for (int i = 0; i < 2; i++) {
		site.context.n_keys = 0;
		expect("again", "c", &suspend, "200 ");
	}
	assert_int_equal(requests(), 3);
}

/* Without the programs of the queue, what needs them is refused. */
static void test_the_queue_needs_programs(void **state)
{
	static char program[] = "postsuper -d -";
	static const struct row rows[] = {
		{ "delete", { "POST", API "/blocks/1/lift", "{SUPPORT}",
		  JSON_TYPE, "{\"reason\":\"x\",\"force\":true,"
		  "\"queue\":\"delete\"}" }, 409, "queue_not_set" },
		{ "release", { "POST", API "/blocks/1/lift", "{SUPPORT}",
		  JSON_TYPE, "{\"reason\":\"x\",\"force\":true,"
		  "\"queue\":\"release\"}" }, 409, "queue_not_set" },
		{ "keep", { "POST", API "/blocks/1/lift", "{SUPPORT}",
		  JSON_TYPE, "{\"reason\":\"x\",\"force\":true,"
		  "\"queue\":\"keep\"}" }, 200, NULL },
	};
	static const struct row now = {
		"now", { "POST", API "/blocks/1/lift", "{SUPPORT}", JSON_TYPE,
		"{\"reason\":\"x\",\"force\":true,\"queue\":\"delete\"}" },
		200, NULL };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (i == 2)
			assert_int_equal(site_number("SELECT COUNT(*) AS n"
				" FROM comporta_send_block"), 1);
		site_check(&rows[i]);
	}
	settings.queue.delete = program;
	site_check(&now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(test_asked_twice),
		SITE_TEST(test_refusals_are_kept),
		SITE_TEST(test_another_request),
		SITE_TEST(test_what_is_no_key),
		SITE_TEST(test_while_it_is_answered),
		SITE_TEST(test_left_before_the_work),
		SITE_TEST(test_a_word_is_written_once),
		SITE_TEST(test_a_key_is_free_after_a_day),
		SITE_TEST(test_not_now_is_not_kept),
		SITE_TEST(test_nothing_of_passwords),
		SITE_TEST(test_old_ones_are_swept),
		SITE_TEST(test_the_queue_needs_programs),
	};

	return cmocka_run_group_tests(tests, site_group_setup,
				      site_group_teardown);
}
