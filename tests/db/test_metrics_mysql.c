/*
 * Metrics in MariaDB, as a user with the rights of sql/own/mysql/grants.sql:
 * published and read back as in SQLite.
 */
#include "base/log.h"
#include "detector/http/http.h"
#include "detector/settings.h"
#include "tests/support/exposition.h"
#include "tests/support/metrics_contract.h"
#include "tests/support/own_db.h"

static struct mariadb server;

static int group_setup(void **state)
{
	(void)state;
	own_db_start(&server);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	mariadb_stop(&server);
	return 0;
}

static void with_rights(void (*test)(struct db *db))
{
	struct db *db = own_db_open(&server);

	own_db_run(db, "DELETE FROM comporta_metric");
	test(db);
	db_close(&db);
}

static void test_publish(void **state)
{
	(void)state;
	with_rights(metrics_contract_publish);
}

static void test_add(void **state)
{
	(void)state;
	with_rights(metrics_contract_add);
}

static void test_read(void **state)
{
	(void)state;
	with_rights(metrics_contract_read);
}

/* The page itself, with what it counts in the other tables. */
static void show_page(struct db *db)
{
	struct http_response response = HTTP_RESPONSE_INIT;
	struct blocks blocks = { .db = db };
	struct http_context context = { .blocks = &blocks };
	struct http_request request = { .method = S("GET"),
					.path = S("/metrics"),
					.now_ms = 1000 };
	struct slice page;
	double value = -1;
	char why[200];

	own_db_run(db, "INSERT INTO comporta_notice (block_id, kind, recipient,"
		   " language, state, attempts, queued_ms, next_ms) VALUES (1,"
		   " 'blocked', 'a@b.example', 'en', 'failed', 1, 1, 1);"
		   "INSERT INTO comporta_metric VALUES ('mx1',"
		   " 'comporta_log_lag_seconds', '', 0.25, 1000)");
	settings.serve.metrics_without_token = true;
	address_parse(S("127.0.0.1"), &request.client);
	http_answer(&context, &request, &response);
	page = text_slice(&response.body);
	if (!exposition_is_good(page, why, sizeof(why)))
		fail_msg("%s: %s", why, text_string(&response.body));
	assert_true(exposition_value(page, "comporta_database_up", &value));
	assert_true(value == 1);
	assert_true(exposition_value(page, "comporta_notices{state=\"failed\"}",
				     &value));
	assert_true(value == 1);
	assert_true(exposition_value(page, "comporta_blocks_active", &value));
	assert_true(value == 0);
	assert_true(exposition_value(page, "comporta_log_lag_seconds"
				     "{host=\"mx1\"}", &value));
	assert_true(value == 0.25);
	http_response_release(&response);
}

static void test_page(void **state)
{
	(void)state;
	with_rights(show_page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_publish), cmocka_unit_test(test_add),
		cmocka_unit_test(test_read), cmocka_unit_test(test_page),
	};

	log_init(LOG_QUIET);
	return cmocka_run_group_tests_name("metrics_mysql", tests, group_setup,
					   group_teardown);
}
