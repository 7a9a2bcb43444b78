/*
 * Other programs, run for a limited time: real ones of the machine.
 */
#include "base/clock.h"
#include "base/program.h"
#include "tests/support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct text said = TEXT_INIT(1 << 20);
static struct err err;

static enum program_end run(const char *const *arguments, struct slice input,
			    int64_t limit_ms, int *status)
{
	const struct program program = { arguments, input, limit_ms };

	text_clear(&said);
	*status = -1;
	err = (struct err){ 0, "" };
	return program_run(&program, &said, status, &err);
}

#define RUN(input, limit_ms, status, ...)				\
	run((const char *const[]){ __VA_ARGS__, NULL }, input, limit_ms, status)

static void test_says_and_ends(void **state)
{
	int status;

	(void)state;
	assert_int_equal(RUN(S(""), 5000, &status, "sh", "-c",
			     "echo out; echo err >&2; exit 3"), PROGRAM_ENDED);
	assert_int_equal(status, 3);
	assert_string_equal(text_string(&said), "out\nerr\n");
}

/* More than a pipe holds, both ways at once. */
static void test_takes_what_it_is_given(void **state)
{
	static char much[300000];
	int status;

	(void)state;
	memset(much, 'x', sizeof(much));
	assert_int_equal(RUN(((struct slice){ much, sizeof(much) }), 20000,
			     &status, "cat"), PROGRAM_ENDED);
	assert_int_equal(status, 0);
	assert_int_equal(said.len, PROGRAM_MAX_SAID);
}

static void test_one_that_does_not_read(void **state)
{
	static char much[300000];
	int status;

	(void)state;
	assert_int_equal(RUN(((struct slice){ much, sizeof(much) }), 5000,
			     &status, "true"), PROGRAM_ENDED);
	assert_int_equal(status, 0);
}

static void test_no_argument_is_a_command(void **state)
{
	int status;

	(void)state;
	assert_int_equal(RUN(S(""), 5000, &status, "printf", "%s|",
			     "a b; $(touch /tmp/no) `id` '\"", ""),
			 PROGRAM_ENDED);
	assert_string_equal(text_string(&said),
			    "a b; $(touch /tmp/no) `id` '\"||");
}

static void test_is_killed_with_its_children(void **state)
{
	int64_t before = clock_monotonic_ms();
	int status;

	(void)state;
	assert_int_equal(RUN(S(""), 200, &status, "sh", "-c",
			     "sleep 60 & echo begun; wait"),
			 PROGRAM_TIMED_OUT);
	assert_true(clock_monotonic_ms() - before < 20000);
	assert_string_equal(text_string(&said), "begun\n");
	assert_non_null(strstr(err.text, "200 ms"));
	/* Also one that has closed its output and goes on. */
	assert_int_equal(RUN(S(""), 200, &status, "sh", "-c",
			     "exec >&- 2>&-; sleep 60"), PROGRAM_TIMED_OUT);
}

static void test_is_not_there(void **state)
{
	int status;

	(void)state;
	assert_int_equal(RUN(S(""), 200, &status, "/no/such/program"),
			 PROGRAM_NOT_FOUND);
	assert_non_null(strstr(err.text, "/no/such/program"));
	assert_int_equal(RUN(S(""), 200, &status, "/etc/passwd"),
			 PROGRAM_ERROR);
}

static void test_killed_by_somebody(void **state)
{
	int status;

	(void)state;
	assert_int_equal(RUN(S(""), 5000, &status, "sh", "-c", "kill -9 $$"),
			 PROGRAM_KILLED);
	assert_non_null(strstr(err.text, "signal 9"));
}

/* Our files, signals and environment are not its business. */
static void test_gets_nothing_of_ours(void **state)
{
	sigset_t one;
	int fd = open("/dev/null", O_RDONLY), status;

	(void)state;
	assert_true(fd >= 0);
	setenv("SECRET", "x", 1);
	sigemptyset(&one);
	sigaddset(&one, SIGTERM);
	sigprocmask(SIG_BLOCK, &one, NULL);
	assert_int_equal(RUN(S(""), 5000, &status, "sh", "-c",
			     "ls /proc/self/fd | wc -l; echo \"$SECRET\"; pwd; "
			     "kill -TERM $$"), PROGRAM_KILLED);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	/* ls itself has the folder open. */
	assert_string_equal(text_string(&said), "4\n\n/\n");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_says_and_ends),
		cmocka_unit_test(test_takes_what_it_is_given),
		cmocka_unit_test(test_one_that_does_not_read),
		cmocka_unit_test(test_no_argument_is_a_command),
		cmocka_unit_test(test_is_killed_with_its_children),
		cmocka_unit_test(test_is_not_there),
		cmocka_unit_test(test_killed_by_somebody),
		cmocka_unit_test(test_gets_nothing_of_ours),
	};
	int failed = cmocka_run_group_tests_name("program", tests, NULL, NULL);

	text_release(&said);
	return failed;
}
