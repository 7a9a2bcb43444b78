/*
 * What is counted and published: cells and their names, numbers in the state
 * that no kill counts twice, the table, and how Prometheus writes all that.
 */
#include "base/log.h"
#include "detector/metrics/counts.h"
#include "detector/metrics/exposition.h"
#include "detector/metrics/publish.h"
#include "detector/panel/schema.h"
#include "tests/support/exposition.h"
#include "tests/support/folder.h"
#include "tests/support/metrics_contract.h"
#include "tests/support/test.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[FOLDER_SIZE];

static int fresh(void **unused)
{
	(void)unused;
	folder_make(folder, "metrics");
	return 0;
}

static int clean(void **unused)
{
	(void)unused;
	folder_remove(folder);
	return 0;
}

static struct state *must_open(void)
{
	struct state *state = NULL;
	struct err err = { 0, "" };

	if (state_open(folder, false, &state, &err) < 0)
		fail_msg("%s", err.text);
	return state;
}

/* Every cell is found by its names, and has a place of its own. */
static void test_cells(void **unused)
{
	(void)unused;
	assert_in_range(metric_cells(), METRICS, METRIC_CELLS_MAX);
	for (size_t i = 0; i < metric_cells(); i++)
		assert_int_equal(metric_find(
			slice_from(metrics[metric_of(i)].name),
			slice_from(metric_labels(i))), i);
	assert_string_equal(metric_labels(metric_cell(METRIC_LOG_LINES, 0, 2)),
			    "format=\"courier\",kind=\"torn\"");
	assert_string_equal(metric_labels(metric_cell(METRIC_BLOCKS, 0, 0)),
			    "");
	assert_int_equal(metric_place(METRIC_VERDICTS, 0, S("suspend")), 0);
	assert_int_equal(metric_place(METRIC_VERDICTS, 0, S("lift")), -1);
	assert_int_equal(metric_place(METRIC_BLOCKS, 0, S("")), -1);
	assert_int_equal(metric_find(S("comporta_events_total"), S("")), -1);
}

/* Names as Prometheus wants them, so that dashboards can guess. */
static void test_names(void **unused)
{
	(void)unused;
	for (int i = 0; i < METRICS; i++) {
		const struct metric *metric = &metrics[i];
		struct slice name = slice_from(metric->name);
		bool is_counter = metric->type == METRIC_TYPE_COUNTER;

		assert_case(metric->name, is_counter,
			    slice_ends(name, S("_total")));
		assert_case(metric->name, true,
			    slice_starts(name, S("comporta_")) ||
			    slice_starts(name, S("process_")));
		assert_case(metric->name, true,
			    slice_ends(slice_from(metric->help), S(".")));
	}
}

static void put_counts(struct state *state, const struct counts *counts,
		       bool commits)
{
	struct err err = { 0, "" };

	assert_int_equal(state_begin(state, &err), 0);
	assert_int_equal(counts_save(counts, state, &err), 0);
	if (commits)
		assert_int_equal(state_commit(state, &err), 0);
	else
		state_abort(state);
}

static void test_cumulative(void **unused)
{
	size_t login = metric_cell(METRIC_EVENTS, 4, 0);
	struct counts counts = { .any = false };
	struct state *state = must_open();

	(void)unused;
	counts_add(&counts, METRIC_EVENTS, 4, 0, 0);
	assert_false(counts.any);
	counts_add(&counts, METRIC_EVENTS, 4, 0, 3);
	counts_add(&counts, METRIC_EVENTS, 4, 0, 2);
	/* Failed once, then not: still five. */
	put_counts(state, &counts, false);
	assert_int_equal(counts_stored(state, login), 0);
	put_counts(state, &counts, true);
	assert_int_equal(counts_stored(state, login), 5);
	counts_clear(&counts);
	put_counts(state, &counts, true);
	state_close(&state);
	state = must_open();
	assert_int_equal(counts_stored(state, login), 5);
	counts_add(&counts, METRIC_EVENTS, 4, 0, UINT32_MAX);
	put_counts(state, &counts, true);
	assert_int_equal(counts_stored(state, login), 5 + (1ull << 32) - 1);
	assert_int_equal(counts_stored(state, login + 1), 0);
	state_close(&state);
}

/* A run that counts one event and is killed, in front of the commit or behind
 * it. */
static void count_and_die(bool after_commit)
{
	struct counts counts = { .any = false };
	struct err err = { 0, "" };
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct state *state = NULL;

		counts_add(&counts, METRIC_EVENTS, 0, 0, 1);
		if (state_open(folder, false, &state, &err) == 0 &&
		    state_begin(state, &err) == 0 &&
		    counts_save(&counts, state, &err) == 0 &&
		    (!after_commit || state_commit(state, &err) == 0))
			raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void test_killed(void **unused)
{
	size_t cell = metric_cell(METRIC_EVENTS, 0, 0);
	struct state *state;

	(void)unused;
	count_and_die(false);
	state = must_open();
	assert_int_equal(counts_stored(state, cell), 0);
	state_close(&state);
	count_and_die(true);
	count_and_die(false);
	state = must_open();
	assert_int_equal(counts_stored(state, cell), 1);
	state_close(&state);
}

static void with_tables(void (*test)(struct db *db))
{
	const struct db_settings how = { .kind = "sqlite", .file = ":memory:",
					 .timeout_s = 5 };
	struct err err = { 0, "" };
	struct db *db = NULL;
	int applied;

	if (db_open(&how, &db, &err) ||
	    schema_migrate(db, "sql", &applied, &err))
		fail_msg("%s", err.text);
	test(db);
	db_close(&db);
}

static void test_publish(void **unused)
{
	(void)unused;
	with_tables(metrics_contract_publish);
}

static void test_add(void **unused)
{
	(void)unused;
	with_tables(metrics_contract_add);
}

static void test_read(void **unused)
{
	(void)unused;
	with_tables(metrics_contract_read);
}

/* No table, no database: said, and nothing else happens. */
static void without_tables(struct db *db)
{
	struct publisher publisher = { .all_ms = 0 };
	double values[METRIC_CELLS_MAX] = { 0 };
	struct published published;
	struct err err;

	assert_int_equal(db_run_script(db, "DROP TABLE comporta_metric", &err),
			 DB_OK);
	assert_int_equal(publish(&publisher, db, "mx1", values, 1000, &err),
			 -1);
	assert_int_equal(published_read(db, 1000, &published, &err), -1);
	assert_null(published.rows);
}

static void test_no_table(void **unused)
{
	(void)unused;
	with_tables(without_tables);
}

static void test_instances(void **unused)
{
	char longest[PUBLISH_INSTANCE_SIZE + 1];

	(void)unused;
	assert_true(publish_is_instance(S("mx1.firma-2.example_x")));
	assert_false(publish_is_instance(S("")));
	assert_false(publish_is_instance(S("mx1\"")));
	assert_false(publish_is_instance(S("mx 1")));
	assert_false(publish_is_instance(S("mx\0" "1")));
	memset(longest, 'a', sizeof(longest));
	assert_true(publish_is_instance((struct slice){
		longest, PUBLISH_INSTANCE_SIZE - 1 }));
	assert_false(publish_is_instance((struct slice){
		longest, PUBLISH_INSTANCE_SIZE }));
}

static void test_samples(void **unused)
{
	static const struct {
		const char *host, *labels;
		double value;
		const char *want;
	} cases[] = {
		{ NULL, "", 0, "comporta_blocks_active 0\n" },
		{ NULL, NULL, -1, "comporta_blocks_active -1\n" },
		{ "mx1", "", 1e12 + 1,
		  "comporta_blocks_active{host=\"mx1\"} 1000000000001\n" },
		{ "mx1", "a=\"b\"", 0.1,
		  "comporta_blocks_active{host=\"mx1\",a=\"b\"} 0.1\n" },
		{ NULL, "a=\"b\"", 1e300,
		  "comporta_blocks_active{a=\"b\"} 1e+300\n" },
		{ "a\"b\\c\nd", "", 2.5, "comporta_blocks_active"
		  "{host=\"a\\\"b\\\\c\\nd\"} 2.5\n" },
		{ NULL, "", INFINITY, "comporta_blocks_active +Inf\n" },
		{ NULL, "", -INFINITY, "comporta_blocks_active -Inf\n" },
		{ NULL, "", NAN, "comporta_blocks_active NaN\n" },
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct text out = TEXT_INIT(4096);

		exposition_sample(&out, METRIC_BLOCKS_ACTIVE, "",
				  cases[i].host, cases[i].labels,
				  cases[i].value);
		assert_string_equal(text_string(&out), cases[i].want);
		text_release(&out);
	}
}

static void test_head(void **unused)
{
	struct text out = TEXT_INIT(4096);

	(void)unused;
	exposition_head(&out, METRIC_BLOCKS_ACTIVE);
	assert_string_equal(text_string(&out),
			    "# HELP comporta_blocks_active Accounts that are "
			    "stopped now.\n"
			    "# TYPE comporta_blocks_active gauge\n");
	text_release(&out);
}

/* The tests' own judge of pages must find fault. */
static void test_judge(void **unused)
{
#define HEAD(name, type) "# HELP " name " w\n# TYPE " name " " type "\n"
#define H HEAD("h", "histogram")
	static const struct {
		const char *why, *page;
		bool is_good;
	} cases[] = {
		{ "a gauge", HEAD("a", "gauge") "a 1\n", true },
		{ "labels", HEAD("a", "gauge")
		  "a{b=\"c\\\"\\\\\\n\"} 1\na{b=\"d\",e=\"\"} +Inf\n", true },
		{ "a histogram", H "h_bucket{r=\"x\",le=\"0.5\"} 1\n"
		  "h_bucket{r=\"x\",le=\"+Inf\"} 2\nh_sum{r=\"x\"} 3.5\n"
		  "h_count{r=\"x\"} 2\n", true },
		{ "no newline", HEAD("a", "gauge") "a 1", false },
		{ "no head", "a 1\n", false },
		{ "no type", "# HELP a w\na 1\n", false },
		{ "no sample", HEAD("a", "gauge"), false },
		{ "an empty line", HEAD("a", "gauge") "\na 1\n", false },
		{ "twice", HEAD("a", "gauge") "a 1\n" HEAD("b", "gauge")
		  "b 1\n" HEAD("a", "gauge") "a 1\n", false },
		{ "a series twice", HEAD("a", "gauge") "a 1\na 2\n", false },
		{ "a counter's name", HEAD("a", "counter") "a 1\n", false },
		{ "a gauge's name", HEAD("a_total", "gauge") "a_total 1\n",
		  false },
		{ "another's sample", HEAD("a", "gauge") "ab 1\n", false },
		{ "a bare quote", HEAD("a", "gauge") "a{b=\"c\"d\"} 1\n",
		  false },
		{ "a comma too many", HEAD("a", "gauge") "a{b=\"c\",} 1\n",
		  false },
		{ "no value", HEAD("a", "gauge") "a \n", false },
		{ "words for a value", HEAD("a", "gauge") "a 1x\n", false },
		{ "buckets shrink", H "h_bucket{r=\"x\",le=\"0.5\"} 3\n"
		  "h_bucket{r=\"x\",le=\"+Inf\"} 2\nh_sum{r=\"x\"} 3.5\n"
		  "h_count{r=\"x\"} 2\n", false },
		{ "bounds shrink", H "h_bucket{r=\"x\",le=\"0.5\"} 1\n"
		  "h_bucket{r=\"x\",le=\"0.1\"} 2\n", false },
		{ "no last bucket", H "h_bucket{r=\"x\",le=\"0.5\"} 1\n"
		  "h_count{r=\"x\"} 1\n", false },
		{ "another count", H "h_bucket{r=\"x\",le=\"+Inf\"} 2\n"
		  "h_count{r=\"x\"} 1\n", false },
	};
	char why[200];

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_case(cases[i].why, cases[i].is_good,
			    exposition_is_good(slice_from(cases[i].page), why,
					       sizeof(why)));
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, fresh, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells), cmocka_unit_test(test_names),
		FRESH(test_cumulative), FRESH(test_killed),
		cmocka_unit_test(test_publish), cmocka_unit_test(test_add),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_no_table),
		cmocka_unit_test(test_instances),
		cmocka_unit_test(test_samples), cmocka_unit_test(test_head),
		cmocka_unit_test(test_judge),
	};

	log_init(LOG_QUIET);
	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
