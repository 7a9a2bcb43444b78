/*
 * Which events become deliveries, what these tell, and what of them is shown.
 */
#include "detector/webhooks.h"

#include "base/crypto.h"
#include "detector/alarms.h"
#include "tests/support/blocks_desk.h"
#include "tests/support/http_sink.h"

#include <stdio.h>
#include <string.h>

#define URL_ONE "https://panel.example/hook?secret=xyzzy"
#define URL_TWO "https://tickets.example/hook"

static void set_urls(char *const *urls, size_t n)
{
	settings.webhook.urls.n = n;
	for (size_t i = 0; i < n; i++)
		settings.webhook.urls.items[i] = urls[i];
}

static int setup(void **state)
{
	static char one[] = URL_ONE, two[] = URL_TWO, file[] = "key";
	static char blocked[] = "blocked", lifted[] = "lifted";
	static char alarm[] = "alarm", over[] = "alarm_over";
	/* The last is named twice. */
	char *const urls[] = { one, two, one };
	char *const events[] = { blocked, lifted, alarm, over };

	set_urls(urls, 3);
	settings.webhook.events.n = N_ELEMENTS(events);
	memcpy(settings.webhook.events.items, events, sizeof(events));
	settings.webhook.secret_file = file;
	return desk_setup(state);
}

static int teardown(void **state)
{
	set_urls(NULL, 0);
	settings.webhook.events.n = 0;
	return desk_teardown(state);
}

static int64_t about(const char *event, int64_t id)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "SELECT COUNT(*) AS n FROM comporta_webhook"
		 " WHERE event = '%s' AND about_id = %lld", event,
		 (long long)id);
	return desk_number(sql);
}

static void test_events(void **state)
{
	int64_t id = 0;

	(void)state;
	assert_int_equal(desk_make("d1", "anna@firma.example", NOW, &id),
			 BLOCK_MADE);
	assert_int_equal(about("blocked", id), 2);
	/* Made already: told already. */
	assert_int_equal(desk_make("d1", "anna@firma.example", NOW, &id),
			 BLOCK_WAS_MADE);
	assert_int_equal(desk_make("d2", "anna@firma.example", NOW, &id),
			 BLOCK_WAS_ACTIVE);
	assert_int_equal(desk_rows("comporta_webhook"), 2);
	assert_int_equal(desk_lift(id, false, false, NOW),
			 LIFT_PASSWORD_UNCHANGED);
	assert_int_equal(desk_rows("comporta_webhook"), 2);
	assert_int_equal(desk_lift(id, false, true, NOW), LIFT_DONE);
	assert_int_equal(about("lifted", id), 2);
	assert_int_equal(desk_lift(id, false, true, NOW), LIFT_WAS_LIFTED);
	assert_int_equal(desk_rows("comporta_webhook"), 4);
}

static void test_only_what_is_wanted(void **state)
{
	int64_t id = 0;

	(void)state;
	settings.webhook.events.n = 1;
	desk_make("d1", "anna@firma.example", NOW, &id);
	desk_lift(id, false, true, NOW);
	assert_int_equal(desk_rows("comporta_webhook"), 2);
	assert_int_equal(about("blocked", id), 2);
}

static void test_nobody_to_tell(void **state)
{
	int64_t id = 0;

	(void)state;
	set_urls(NULL, 0);
	desk_make("d1", "anna@firma.example", NOW, &id);
	desk_lift(id, false, true, NOW);
	assert_int_equal(desk_rows("comporta_webhook"), 0);
}

/* With the block or not at all. */
static void test_with_the_block(void **state)
{
	int64_t id = 0;
	struct err err;

	(void)state;
	desk_run("ALTER TABLE comporta_webhook RENAME TO elsewhere");
	assert_int_equal(desk_make("d1", "anna@firma.example", NOW, &id),
			 BLOCK_FAILED);
	assert_int_equal(desk_rows("comporta_block"), 0);
	assert_int_equal(alarms_begin(&desk.blocks, "brake", "much", NOW,
				      &err), -1);
	assert_int_equal(desk_rows("comporta_alarm"), 0);
	desk_run("ALTER TABLE elsewhere RENAME TO comporta_webhook");
	desk_make("d1", "anna@firma.example", NOW, &id);
	desk_run("ALTER TABLE comporta_webhook RENAME TO elsewhere");
	assert_int_equal(desk_lift(id, false, true, NOW), LIFT_FAILED);
	assert_int_equal(desk_number("SELECT COUNT(*) AS n FROM"
				     " comporta_block WHERE state = 'active'"),
			 1);
	desk_run("ALTER TABLE elsewhere RENAME TO comporta_webhook");
}

static void test_many(void **state)
{
	static struct block_request requests[BLOCKS_MANY];
	static enum block_result results[BLOCKS_MANY];
	static int64_t ids[BLOCKS_MANY];
	static char logins[BLOCKS_MANY][40], keys[BLOCKS_MANY][16];
	struct err err;

	(void)state;
	for (int i = 0; i < BLOCKS_MANY; i++) {
		snprintf(logins[i], sizeof(logins[i]), "u%d@firma.example", i);
		snprintf(keys[i], sizeof(keys[i]), "k%d", i);
		requests[i] = (struct block_request){
			.decision = keys[i], .account = slice_from(logins[i]),
			.decided_ms = NOW, .actor = "scan", .reason = "much",
		};
	}
	assert_int_equal(blocks_make_many(&desk.blocks, requests, BLOCKS_MANY,
					  NOW, results, ids, &err), 0);
	assert_int_equal(desk_rows("comporta_webhook"), 2 * BLOCKS_MANY);
	assert_int_equal(about("blocked", ids[0]), 2);
	assert_int_equal(about("blocked", ids[BLOCKS_MANY - 1]), 2);
}

static struct json *described(enum webhook_event event, int64_t id)
{
	struct json *body = json_new_object();
	struct err err;

	assert_int_equal(webhooks_describe(&desk.blocks, event, id, body,
					   &err), 0);
	return body;
}

static void test_block_in_json(void **state)
{
	static const char *const secrets[] = {
		"fingerprint", "scheme", "token", "$6$", "contact",
	};
	struct text printed = TEXT_INIT(65536);
	const struct json *block;
	struct json *body;
	int64_t id = 0;
	struct err err;

	(void)state;
	desk_make("d1", "anna@firma.example", NOW, &id);
	body = described(WEBHOOK_BLOCKED, id);
	block = json_get(body, "block");
	assert_int_equal(json_get_integer(block, "id", 0), id);
	assert_true(slice_eq(json_get_text(block, "account"),
			     S("anna@firma.example")));
	assert_true(slice_eq(json_get_text(block, "state"), S("active")));
	json_print(body, &printed);
	for (size_t i = 0; i < N_ELEMENTS(secrets); i++)
		assert_null(strstr(text_string(&printed), secrets[i]));
	text_release(&printed);
	json_free(&body);
	/* How it stands when it is sent. */
	desk_lift(id, false, true, NOW + HOUR);
	body = described(WEBHOOK_BLOCKED, id);
	assert_true(slice_eq(json_get_text(json_get(body, "block"), "state"),
			     S("lifted")));
	assert_int_equal(webhooks_describe(&desk.blocks, WEBHOOK_LIFTED,
					   id + 1, body, &err), 1);
	json_free(&body);
}

static void test_alarm(void **state)
{
	int64_t id, over_ms = NOW + ALARMS_CALM_MS;
	const struct json *alarm;
	struct json *body;
	struct err err;

	(void)state;
	assert_int_equal(alarms_begin(&desk.blocks, "geo_old", "61 days", NOW,
				      &err), 0);
	assert_int_equal(alarms_begin(&desk.blocks, "geo_old", "61 days", NOW,
				      &err), 0);
	id = desk_number("SELECT id AS n FROM comporta_alarm");
	assert_int_equal(about("alarm", id), 2);
	assert_int_equal(desk_rows("comporta_webhook"), 2);
	body = described(WEBHOOK_ALARM, id);
	alarm = json_get(body, "alarm");
	assert_true(slice_eq(json_get_text(alarm, "name"), S("geo_old")));
	assert_true(slice_eq(json_get_text(alarm, "words"), S("61 days")));
	assert_null(json_get_text(alarm, "ended").ptr);
	json_free(&body);
	assert_int_equal(alarms_end(&desk.blocks, "geo_old", over_ms, &err),
			 0);
	assert_int_equal(about("alarm_over", id), 2);
	body = described(WEBHOOK_ALARM_OVER, id);
	assert_non_null(json_get_text(json_get(body, "alarm"), "ended").ptr);
	assert_int_equal(webhooks_describe(&desk.blocks, WEBHOOK_ALARM,
					   id + 1, body, &err), 1);
	json_free(&body);
}

static void test_of_block(void **state)
{
	struct json *array = json_new_array();
	struct text printed = TEXT_INIT(65536);
	int64_t id = 0;
	struct err err;

	(void)state;
	/* An alarm of the same number is another thing. */
	alarms_begin(&desk.blocks, "geo_old", "61 days", NOW, &err);
	desk_make("d1", "anna@firma.example", NOW, &id);
	assert_int_equal(id, 1);
	assert_int_equal(webhooks_of_block(&desk.blocks, id, array, &err), 0);
	assert_int_equal(json_length(array), 2);
	assert_true(slice_eq(json_get_text(json_at(array, 0), "event"),
			     S("blocked")));
	assert_true(slice_eq(json_get_text(json_at(array, 0), "host"),
			     S("https://panel.example")));
	assert_true(slice_eq(json_get_text(json_at(array, 0), "state"),
			     S("queued")));
	json_print(array, &printed);
	assert_null(strstr(text_string(&printed), "xyzzy"));
	text_release(&printed);
	json_free(&array);
}

static void test_check(void **state)
{
	static char none[] = "", moved[] = "moved";
	static char plain[] = "http://panel.example/x?secret=xyzzy";
	char *const wrong[] = { plain };
	struct err err;

	(void)state;
	assert_int_equal(webhooks_check(&err), 0);
	settings.webhook.events.items[0] = moved;
	assert_int_equal(webhooks_check(&err), -1);
	assert_int_equal(err.code, EXIT_CONFIG);
	settings.webhook.events.n = 0;
	settings.webhook.secret_file = none;
	assert_int_equal(webhooks_check(&err), -1);
	set_urls(NULL, 0);
	assert_int_equal(webhooks_check(&err), 0);
	set_urls(wrong, 1);
	assert_int_equal(webhooks_check(&err), -1);
	assert_non_null(strstr(err.text, "http://panel.example"));
	assert_null(strstr(err.text, "xyzzy"));
}

/* From the block to the receiver, once. */
static void test_whole_way(void **state)
{
	static const struct http_script usual;
	struct webhook_sender sender = {
		.urls = settings.webhook.urls.items, .n_urls = 1,
		.key = SLICE("0123456789abcdef"), .ca_file = "",
		.timeout_ms = 5000, .max_attempts = 14,
		.describe = webhooks_describe, .context = &desk.blocks,
	};
	struct webhook_report report;
	struct http_sink sink;
	struct json *body;
	int64_t id = 0;
	struct err err;

	(void)state;
	http_sink_open(&sink, &usual);
	set_urls((char *[]){ sink.url }, 1);
	desk_make("d1", "anna@firma.example", NOW, &id);
	for (int i = 0; i < 2; i++)
		assert_int_equal(webhook_send(desk.db, &sender, NOW, &report,
					      &err), 0);
	assert_int_equal(sink.heard->requests, 1);
	body = json_parse(http_sink_body(&sink, 0), &err);
	assert_non_null(body);
	assert_true(slice_eq(json_get_text(json_get(body, "block"),
					   "account"),
			     S("anna@firma.example")));
	json_free(&body);
	http_sink_close(&sink);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_events),
		TEST(test_only_what_is_wanted),
		TEST(test_nobody_to_tell),
		TEST(test_with_the_block),
		TEST(test_many),
		TEST(test_block_in_json),
		TEST(test_alarm),
		TEST(test_of_block),
		TEST(test_check),
		TEST(test_whole_way),
	};

	return cmocka_run_group_tests(tests, desk_group_setup,
				      desk_group_teardown);
}
