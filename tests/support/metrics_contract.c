#include "tests/support/metrics_contract.h"

#include "detector/metrics/publish.h"
#include "tests/support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const int64_t NOW = 1795334400000;	/* 2026-11-22 */

static int take_n(void *context, const struct db_row *row)
{
	*(int64_t *)context = db_column_integer(row, "n", -1);
	return 1;
}

static int64_t number(struct db *db, const char *sql)
{
	struct err err = { 0, "" };
	int64_t n = -2;

	if (db_run(db, sql, NULL, 0, take_n, &n, NULL, &err) != DB_OK)
		fail_msg("%s: %s", sql, err.text);
	return n;
}

/* Of a machine whose counters are all `value`, and that has no GeoIP. */
static void fill(double values[METRIC_CELLS_MAX], double value)
{
	for (size_t i = 0; i < METRIC_CELLS_MAX; i++)
		values[i] = value;
	values[metric_cell(METRIC_GEOIP_BUILT, 0, 0)] = NAN;
}

static size_t n_of_rounds(void)
{
	size_t n = 0;

	for (size_t i = 0; i < metric_cells(); i++)
		n += metrics[metric_of(i)].who != METRIC_BY_SERVE;
	return n;
}

static void must_publish(struct publisher *publisher, struct db *db,
			 const char *instance, const double *values,
			 int64_t now_ms)
{
	struct err err = { 0, "" };

	if (publish(publisher, db, instance, values, now_ms, &err) < 0)
		fail_msg("%s", err.text);
}

void metrics_contract_publish(struct db *db)
{
	struct publisher publisher = { .all_ms = 0 }, other = { .all_ms = 0 };
	size_t all = n_of_rounds() - 1;
	double values[METRIC_CELLS_MAX];
	struct err err;

	fill(values, 0.25);
	must_publish(&publisher, db, "mx1", values, NOW);
	assert_int_equal(number(db, "SELECT COUNT(*) AS n FROM"
				" comporta_metric"), all);
	assert_int_equal(number(db, "SELECT COUNT(*) AS n FROM comporta_metric"
				" WHERE name = 'comporta_geoip_built_timestamp"
				"_seconds'"), 0);
	/* Nothing has changed, then one thing. */
	must_publish(&publisher, db, "mx1", values, NOW + 15000);
	assert_int_equal(number(db, "SELECT MAX(at_ms) AS n FROM"
				" comporta_metric"), NOW);
	values[metric_cell(METRIC_EVENTS, 2, 0)] = 1e12 + 1;
	must_publish(&publisher, db, "mx1", values, NOW + 30000);
	assert_int_equal(number(db, "SELECT COUNT(*) AS n FROM comporta_metric"
				" WHERE at_ms > 1795334400000"), 1);
	assert_int_equal(number(db, "SELECT COUNT(*) AS n FROM comporta_metric"
				" WHERE value = 1000000000001"), 1);
	/* Somebody empties the table: within the hour all is there again, and
	 * what is not known any more is not. */
	assert_int_equal(db_run_script(db, "DELETE FROM comporta_metric",
				       &err), DB_OK);
	values[metric_cell(METRIC_GEOIP_UNKNOWN, 0, 0)] = NAN;
	must_publish(&publisher, db, "mx1", values, NOW + 30000 + 3600000);
	assert_int_equal(number(db, "SELECT COUNT(*) AS n FROM"
				" comporta_metric"), all - 1);
	/* Another machine, a month later: the silent one goes. */
	must_publish(&other, db, "mx2", values,
		     NOW + 3630000 + PUBLISH_SILENT_MS);
	assert_int_equal(number(db, "SELECT COUNT(DISTINCT instance) AS n FROM"
				" comporta_metric"), 2);
	other.all_ms = 0;
	must_publish(&other, db, "mx2", values,
		     NOW + 3630001 + PUBLISH_SILENT_MS);
	assert_int_equal(number(db, "SELECT COUNT(*) AS n FROM comporta_metric"
				" WHERE instance = 'mx1'"), 0);
	assert_int_equal(number(db, "SELECT COUNT(*) AS n FROM"
				" comporta_metric"), all - 1);
}

/* Counted in the table by whoever it happens in, also in front of the first
 * round; a full publishing leaves the counts alone. */
void metrics_contract_add(struct db *db)
{
	size_t cell = metric_cell(METRIC_SMTP_RESULTS, SMTP_LATER, 0);
	struct publisher publisher = { .all_ms = 0 };
	double values[METRIC_CELLS_MAX];
	struct err err = { 0, "" };

	assert_int_equal(publish_add(db, "mx1", cell, 3, NOW, &err), 0);
	assert_int_equal(publish_add(db, "mx1", cell, 2, NOW - 5, &err), 0);
	assert_int_equal(publish_add(db, "mx2", cell, 0, NOW, &err), 0);
	assert_int_equal(publish_add(db, "mx2", cell, 0, NOW, &err), 0);
	assert_int_equal(number(db, "SELECT COUNT(*) AS n FROM comporta_metric"
				" WHERE instance = 'mx1' AND value = 5"), 1);
	assert_int_equal(number(db, "SELECT MIN(at_ms) AS n FROM"
				" comporta_metric"), NOW);
	fill(values, 0.25);
	must_publish(&publisher, db, "mx1", values, NOW + 1000);
	assert_int_equal(number(db, "SELECT COUNT(*) AS n FROM comporta_metric"
				" WHERE instance = 'mx1' AND name ="
				" 'comporta_smtp_results_total' AND labels ="
				" 'result=\"later\"' AND value = 5"), 1);
	assert_int_equal(number(db, "SELECT COUNT(*) AS n FROM comporta_metric"
				" WHERE instance = 'mx1' AND name ="
				" 'comporta_smtp_results_total'"), 3);
	assert_int_equal(number(db, "SELECT COUNT(*) AS n FROM comporta_metric"
				" WHERE instance = 'mx2'"), 1);
}

static void put(struct db *db, const char *instance, const char *name,
		const char *labels)
{
	const struct db_parameter parameters[] = {
		{ "instance", db_string(instance) }, { "name", db_string(name) },
		{ "labels", db_string(labels) }, { "at", db_integer(NOW) },
	};
	struct err err = { 0, "" };

	if (db_run(db, "INSERT INTO comporta_metric (instance, name, labels,"
		   " value, at_ms) VALUES (:instance, :name, :labels, 7, :at)",
		   parameters, N_ELEMENTS(parameters), NULL, NULL, NULL,
		   &err) != DB_OK)
		fail_msg("%s", err.text);
}

void metrics_contract_read(struct db *db)
{
	static const struct {
		const char *instance, *name, *labels;
	} strange[] = {
		{ "mx1", "evil_total", "" },
		{ "mx1", "comporta_events_total", "kind=\"evil\"" },
		{ "mx1", "comporta_events_total", "kind=\"login\"} 1\nevil 1" },
		{ "mx1\"} 1\nevil", "comporta_journal_waiting", "" },
		{ "", "comporta_journal_waiting", "" },
		{ "mx1", "comporta_blocks_active", "" },
		{ "mx1", "COMPORTA_JOURNAL_WAITING", "" },
	};
	struct published published;
	struct err err = { 0, "" };

	for (size_t i = 0; i < N_ELEMENTS(strange); i++)
		put(db, strange[i].instance, strange[i].name,
		    strange[i].labels);
	put(db, "mx2", "comporta_events_total", "kind=\"login\"");
	put(db, "mx1", "comporta_journal_waiting", "");
	put(db, "mx1", "comporta_events_total", "kind=\"login\"");
	if (published_read(db, NOW, &published, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(published.n, 3);
	assert_string_equal(published.rows[0].instance, "mx1");
	assert_string_equal(metric_labels(published.rows[0].cell),
			    "kind=\"login\"");
	assert_string_equal(published.rows[1].instance, "mx2");
	assert_int_equal(metric_of(published.rows[2].cell),
			 METRIC_JOURNAL_WAITING);
	assert_true(published.rows[2].value == 7);
	published_release(&published);
	/* Silent ones are not shown, also before they are deleted. */
	assert_int_equal(published_read(db, NOW + PUBLISH_SILENT_MS + 1,
					&published, &err), 0);
	assert_int_equal(published.n, 0);
	published_release(&published);
}
