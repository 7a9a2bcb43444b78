/*
 * Where an answer is counted: by part, by status, and in which bucket.
 */
#include "detector/http/latency.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static void test_parts(void **state)
{
	static const struct {
		const char *why;
		const char *path;
		enum http_part part;
	} cases[] = {
		{ "page", "/b/AAAA", HTTP_PART_OWNER },
		{ "button", "/b/AAAA/lift", HTTP_PART_OWNER },
		{ "bare", "/b", HTTP_PART_OWNER },
		{ "api", "/api/v1/blocks", HTTP_PART_API },
		{ "support", "/support", HTTP_PART_SUPPORT },
		{ "support below", "/support/blocks/1", HTTP_PART_SUPPORT },
		{ "metrics", "/metrics", HTTP_PART_METRICS },
		{ "health", "/healthz", HTTP_PART_OTHER },
		{ "begins like it", "/bb/x", HTTP_PART_OTHER },
		{ "begins like it", "/apis", HTTP_PART_OTHER },
		{ "root", "/", HTTP_PART_OTHER },
		{ "empty segment", "//b/x", HTTP_PART_OTHER },
		{ "nothing", "", HTTP_PART_OTHER },
		{ "no slash", "b/x", HTTP_PART_OTHER },
		{ "*", "*", HTTP_PART_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_case(cases[i].why, cases[i].part,
			    http_part_of(slice_from(cases[i].path)));
}

static void test_buckets(void **state)
{
	static const struct {
		int64_t took_us;
		size_t bucket;
	} cases[] = {
		{ -5, 0 }, { 0, 0 }, { 999, 0 }, { 1000, 0 }, { 1001, 1 },
		{ 2000, 1 }, { 5000, 2 }, { 5001, 3 }, { 999999, 9 },
		{ 10000000, 12 }, { 10000001, 13 }, { INT64_MAX / 2, 13 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct http_stats stats = { 0 };

		http_stats_note(&stats, HTTP_PART_API, 200, cases[i].took_us);
		assert_int_equal(stats.parts[HTTP_PART_API]
					 .buckets[cases[i].bucket], 1);
		assert_int_equal(stats.parts[HTTP_PART_API].n, 1);
		assert_int_equal(stats.parts[HTTP_PART_OWNER].n, 0);
	}
}

static void test_statuses(void **state)
{
	struct http_stats stats = { 0 };
	const struct latency *owner = &stats.parts[HTTP_PART_OWNER];

	(void)state;
	http_stats_note(&stats, HTTP_PART_OWNER, 200, 1500);
	http_stats_note(&stats, HTTP_PART_OWNER, 204, 1500);
	http_stats_note(&stats, HTTP_PART_OWNER, 404, 0);
	http_stats_note(&stats, HTTP_PART_OWNER, 503, 7);
	http_stats_note(&stats, HTTP_PART_OWNER, 0, 7);
	http_stats_note(&stats, HTTP_PART_OWNER, 600, 7);
	assert_int_equal(owner->statuses[1], 2);
	assert_int_equal(owner->statuses[3], 1);
	assert_int_equal(owner->statuses[4], 1);
	assert_int_equal(owner->statuses[0] + owner->statuses[2], 0);
	assert_int_equal(owner->n, 6);
	assert_int_equal(owner->sum_us, 3021);
}

struct walk {
	char names[64];
	size_t n_answers;
};

static void note(void *context, const char *part,
		 const struct latency *latency)
{
	struct walk *walk = context;
	size_t used = strlen(walk->names);

	snprintf(walk->names + used, sizeof(walk->names) - used, "%s ", part);
	walk->n_answers += latency->n;
}

static void test_walk(void **state)
{
	struct http_stats stats = { 0 };
	struct walk walk = { "", 0 };

	(void)state;
	http_stats_note(&stats, HTTP_PART_METRICS, 200, 1);
	http_stats_note(&stats, HTTP_PART_OTHER, 200, 1);
	http_stats_each(&stats, note, &walk);
	assert_string_equal(walk.names, "owner api support metrics other ");
	assert_int_equal(walk.n_answers, 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_walk),
	};

	return cmocka_run_group_tests_name("latency", tests, NULL, NULL);
}
