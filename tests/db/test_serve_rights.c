/*
 * The endpoint's own tests once more, in MariaDB and with no more rights than
 * serve has there (comporta_serve of sql/own/mysql/grants.sql): every call of
 * the API, the owner's page, every form of support.
 */
#include "tests/support/own_db.h"
#include "tests/support/site.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static struct mariadb server;
static const char *built;	/* the folder of the tests */

static int run_here(const char *name)
{
	char path[512], *argv[] = { path, NULL };
	int status = 1;
	pid_t pid;

	snprintf(path, sizeof(path), "%.400s/%s", built, name);
	if (access(path, X_OK) < 0)
		fail_msg("%s is not built; run: make tests", path);
	assert_int_equal(posix_spawn(&pid, path, NULL, NULL, argv, environ),
			 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status)
		print_error("%s failed, as serve's user\n", name);
	return status;
}

static void test_the_endpoint(void **state)
{
	static const char *const programs[] = {
		"test_http", "test_http_account", "test_http_api",
		"test_http_bodies", "test_http_metrics", "test_http_once",
		"test_http_openapi", "test_http_password",
		"test_http_support", "test_http_support_pages",
		"test_http_support_strangers", "test_http_tokens",
	};
	char port[16];
	int failed = 0;

	(void)state;
	snprintf(port, sizeof(port), "%d", server.port);
	setenv(SITE_MARIADB, port, 1);
	for (size_t i = 0; i < N_ELEMENTS(programs); i++)
		failed += run_here(programs[i]) != 0;
	unsetenv(SITE_MARIADB);
	assert_int_equal(failed, 0);
}

static int start(void **state)
{
	(void)state;
	own_db_start(&server);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	mariadb_stop(&server);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_endpoint),
	};
	char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	char folder[400] = ".";

	/* Beside the other tests: build/tests/db is in build/tests. */
	if (slash)
		snprintf(folder, sizeof(folder), "%.*s/..",
			 (int)(slash - argv[0]), argv[0]);
	built = folder;
	return cmocka_run_group_tests_name("serve's rights", tests, start,
					   stop);
}
