/*
 * GET /metrics: who may read it, and what stands there.
 */
#include "base/log.h"
#include "detector/metrics/metric.h"
#include "detector/settings.h"
#include "tests/support/exposition.h"
#include "tests/support/site.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct call scrape = { "GET", "/metrics", "{METRICS}", NULL,
				    NULL };

static void get(const struct call *call, struct http_response *response)
{
	char why[200];

	site_ask(call, response);
	assert_int_equal(response->status, 200);
	assert_string_equal(response->content_type,
			    "text/plain; version=0.0.4; charset=utf-8");
	if (!exposition_is_good(text_slice(&response->body), why, sizeof(why)))
		fail_msg("%s\n%s", why, text_string(&response->body));
}

static void assert_value(const struct http_response *response,
			 const char *series, double want)
{
	double value = NAN;

	if (!exposition_value(text_slice(&response->body), series, &value))
		fail_msg("no %s in\n%s", series, text_string(&response->body));
	if (value != want)
		fail_msg("%s is %g, not %g", series, value, want);
}

static bool has(const struct http_response *response, const char *words)
{
	return strstr(text_string(&response->body), words) != NULL;
}

static void test_who(void **state)
{
	static const struct row rows[] = {
		{ "nobody", { "GET", "/metrics", NULL, NULL, NULL }, 401,
		  "unauthorized" },
		{ "a guess", { "GET", "/metrics", ZEROES, NULL, NULL }, 401,
		  "unauthorized" },
		{ "support", { "GET", "/metrics", "{SUPPORT}", NULL, NULL },
		  403, "forbidden" },
		{ "a panel", { "GET", "/metrics", "{HOOK}", NULL, NULL }, 403,
		  "forbidden" },
		{ "an old one", { "GET", "/metrics", "{OLD}", NULL, NULL },
		  401, "unauthorized" },
		{ "its own", { "GET", "/metrics", "{METRICS}", NULL, NULL },
		  200, NULL },
		{ "POST", { "POST", "/metrics", "{METRICS}", NULL, NULL },
		  405, "method_not_allowed" },
		{ "below", { "GET", "/metrics/x", "{METRICS}", NULL, NULL },
		  404, "not_found" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		site_check(&rows[i]);
}

/* Only from this machine, only when allowed, and never through a proxy. */
static void test_without_token(void **state)
{
	static const struct row open = { "allowed, from here", {
		"GET", "/metrics", NULL, NULL, NULL }, 200, NULL };
	static const struct row closed = { "not allowed, or not from here", {
		"GET", "/metrics", NULL, NULL, NULL }, 401, "unauthorized" };

	(void)state;
	site.from = "127.0.0.1";
	site_check(&closed);
	settings.serve.metrics_without_token = true;
	site_check(&open);
	site.from = "::1";
	site_check(&open);
	site.from = NULL;
	site_check(&closed);
	site.from = "127.0.0.1";
	site.forwarded_for = "127.0.0.1";
	site_check(&closed);
	site.forwarded_for = NULL;
	settings.serve.metrics_without_token = false;
}

static void test_tables(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;

	(void)state;
	site_run("INSERT INTO comporta_block (decision, account, domain,"
		 " state, decided_ms, blocked_ms, lifted_ms, panel, changed,"
		 " language, is_repeat, verdict) VALUES ('d2', 'x@y.example',"
		 " 'y.example', 'lifted', 1, 1, 2, 'own', 0, 'en', 0, '{}')");
	site_run("UPDATE comporta_notice SET state = 'failed'");
	site_run("INSERT INTO comporta_alarm (name, active_name, began_ms,"
		 " ended_ms, seen_ms, words) VALUES"
		 " ('brake@a', NULL, 1, 2, 2, ''),"
		 " ('brake@b', 'brake@b', 3, NULL, 3, ''),"
		 " ('odd', 'odd', 3, NULL, 3, '')");
	site_run("INSERT INTO comporta_brake (decision, kind, account,"
		 " machine, state, decided_ms, held_ms) VALUES ('lift-1',"
		 " 'lift', 'a', 'm', 'waiting', 1, 1), ('lift-2', 'lift',"
		 " 'a', 'm', 'gone', 1, 1), ('s', 'block', 'a', 'm',"
		 " 'waiting', 1, 1)");
	site_run("INSERT INTO comporta_webhook (event, about_id, target,"
		 " state, attempts, queued_ms, next_ms) VALUES ('blocked', 1,"
		 " 't', 'queued', 0, 1, 1), ('blocked', 2, 't', 'evil\"\n',"
		 " 0, 1, 1)");
	get(&scrape, &response);
	assert_value(&response, "comporta_database_up", 1);
	assert_value(&response, "comporta_blocks_active", 1);
	assert_value(&response, "comporta_blocks_total", 2);
	assert_value(&response, "comporta_lifts_total", 1);
	assert_value(&response, "comporta_notices{state=\"failed\"}",
		     (double)site_number("SELECT COUNT(*) AS n FROM"
					 " comporta_notice"));
	assert_value(&response, "comporta_notices{state=\"queued\"}", 0);
	assert_value(&response, "comporta_webhooks{state=\"queued\"}", 1);
	assert_value(&response, "comporta_actions{state=\"waiting\"}", 0);
	assert_value(&response, "comporta_alarms_active{name=\"brake\"}", 1);
	assert_value(&response, "comporta_alarms_total{name=\"brake\"}", 2);
	assert_value(&response, "comporta_alarms_total{name=\"geo_old\"}", 0);
	assert_value(&response, "comporta_lifts_waiting", 1);
	assert_value(&response, "comporta_build_info{version=\""
		     COMPORTA_VERSION "\"}", 1);
	assert_false(has(&response, "evil"));
	/* Nobody's address or login. */
	assert_false(has(&response, "@"));
	http_response_release(&response);
}

static void test_rounds(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;

	(void)state;
	site_run("INSERT INTO comporta_metric VALUES ('mx1',"
		 " 'comporta_events_total', 'kind=\"login\"', 12,"
		 " 1795334400000), ('mx2', 'comporta_events_total',"
		 " 'kind=\"login\"', 5, 1795334400000), ('mx1',"
		 " 'comporta_last_round_timestamp_seconds', '', 1795334400.25,"
		 " 1795334400000), ('bygone', 'comporta_events_total',"
		 " 'kind=\"login\"', 5, 1700000000000), ('mx1',"
		 " 'comporta_events_total', 'kind=\"evil\"', 5,"
		 " 1795334400000)");
	get(&scrape, &response);
	assert_value(&response,
		     "comporta_events_total{host=\"mx1\",kind=\"login\"}", 12);
	assert_value(&response,
		     "comporta_events_total{host=\"mx2\",kind=\"login\"}", 5);
	assert_value(&response, "comporta_last_round_timestamp_seconds"
		     "{host=\"mx1\"}", 1795334400.25);
	assert_false(has(&response, "evil"));
	assert_false(has(&response, "bygone"));
	http_response_release(&response);
}

static void test_itself(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct http_stats stats = { .connections = 3, .cut_slow = 2,
				    .cut_for_room = 7 };
	double value;

	(void)state;
	http_stats_note(&stats, HTTP_PART_OWNER, 200, 900);
	http_stats_note(&stats, HTTP_PART_OWNER, 503, 60 * 1000 * 1000);
	http_stats_note(&stats, HTTP_PART_API, 404, 7000);
	site.context.stats = &stats;
	site.context.started_ms = NOW - 1500;
	get(&scrape, &response);
	assert_value(&response, "comporta_http_requests_total"
		     "{route=\"owner\",code=\"2xx\"}", 1);
	assert_value(&response, "comporta_http_requests_total"
		     "{route=\"owner\",code=\"5xx\"}", 1);
	assert_value(&response, "comporta_http_request_duration_seconds_bucket"
		     "{route=\"owner\",le=\"0.001\"}", 1);
	assert_value(&response, "comporta_http_request_duration_seconds_bucket"
		     "{route=\"owner\",le=\"10\"}", 1);
	assert_value(&response, "comporta_http_request_duration_seconds_bucket"
		     "{route=\"owner\",le=\"+Inf\"}", 2);
	assert_value(&response, "comporta_http_request_duration_seconds_bucket"
		     "{route=\"api\",le=\"0.005\"}", 0);
	assert_value(&response, "comporta_http_request_duration_seconds_sum"
		     "{route=\"api\"}", 0.007);
	assert_value(&response, "comporta_http_request_duration_seconds_count"
		     "{route=\"metrics\"}", 0);
	assert_value(&response, "comporta_http_connections", 3);
	assert_value(&response, "comporta_http_connections_cut_total"
		     "{reason=\"slow\"}", 2);
	assert_value(&response, "comporta_http_connections_cut_total"
		     "{reason=\"room\"}", 7);
	assert_value(&response, "process_start_time_seconds",
		     (NOW - 1500) / 1000.0);
	assert_true(exposition_value(text_slice(&response.body),
				     "process_resident_memory_bytes", &value));
	assert_true(value > 1e6);
	assert_true(exposition_value(text_slice(&response.body),
				     "process_open_fds", &value));
	assert_true(value >= 3);
	http_response_release(&response);
	site.context.stats = NULL;
}

/* The routes are those of latency.h. */
static void check_route(void *context, const char *part,
			const struct latency *latency)
{
	(void)latency;
	assert_case(part, (*(int *)context)++,
		    metric_place(METRIC_HTTP_DURATION, 0, slice_from(part)));
}

static void test_routes(void **state)
{
	struct http_stats stats = { .connections = 0 };
	int n = 0;

	(void)state;
	http_stats_each(&stats, check_route, &n);
	assert_int_equal(n, metric_values(METRIC_HTTP_DURATION, 0));
	assert_int_equal(metric_values(METRIC_HTTP_REQUESTS, 1),
			 LATENCY_STATUSES);
}

/* Tables that are not there: told, together with what the process knows. */
static void test_no_database(void **state)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	static const struct call here = { "GET", "/metrics", NULL, NULL,
					  NULL };

	(void)state;
	settings.serve.metrics_without_token = true;
	site.from = "127.0.0.1";
	site_run("ALTER TABLE comporta_metric RENAME TO elsewhere");
	get(&here, &response);
	site_run("ALTER TABLE elsewhere RENAME TO comporta_metric");
	assert_value(&response, "comporta_database_up", 0);
	assert_false(has(&response, "comporta_blocks_active"));
	assert_true(has(&response, "process_open_fds "));
	http_response_release(&response);
	site.from = NULL;
	settings.serve.metrics_without_token = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(test_who),	SITE_TEST(test_without_token),
		SITE_TEST(test_tables), SITE_TEST(test_rounds),
		SITE_TEST(test_itself), SITE_TEST(test_no_database),
		cmocka_unit_test(test_routes),
	};

	log_init(LOG_QUIET);
	return cmocka_run_group_tests_name("http_metrics", tests,
					   site_group_setup,
					   site_group_teardown);
}
