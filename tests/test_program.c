/*
 * Other programs, run for a limited time: real ones of the machine.
 */
#include "base/clock.h"
#include "base/program.h"
#include "tests/support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
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
	/* Its posix_spawn() cannot tell of an exec that failed. */
	if (getenv("VALGRIND"))
		skip();
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

static void become_nobody(int number)
{
	(void)number;
	if (setresuid(65534, 65534, 65534) != 0)
		_exit(2);
}

/* As when sudo runs it: it belongs to root by the time we would end it. */
static void run_one_of_root(void)
{
	const struct sigaction dropping = { .sa_handler = become_nobody };
	const struct itimerval soon = { .it_value.tv_usec = 50000 };
	int64_t before = clock_monotonic_ms();
	int status;

	sigaction(SIGALRM, &dropping, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	if (RUN(S(""), 300, &status, "sleep", "8") != PROGRAM_TIMED_OUT)
		_exit(3);
	_exit(clock_monotonic_ms() - before < 4000 ? 0 : 1);
}

static void test_one_that_may_not_be_killed(void **state)
{
	int status = -1;
	pid_t pid;

	(void)state;
	if (geteuid() != 0) {
		print_message("not root: skipped\n");
		return;
	}
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		run_one_of_root();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Whoever started us may have had SIGCHLD ignored, which we inherit: how a
 * program ended is not known then, and nothing must count as done. */
static void test_nobody_knows_how_it_ended(void **state)
{
	struct sigaction ignored = { .sa_handler = SIG_IGN }, before;
	int status;

	(void)state;
	sigaction(SIGCHLD, &ignored, &before);
	assert_int_equal(RUN(S(""), 5000, &status, "sh", "-c", "exit 3"),
			 PROGRAM_ERROR);
	sigaction(SIGCHLD, &before, NULL);
	assert_non_null(strstr(err.text, "SIGCHLD"));
}

/* Cron knows few folders, and whoever calls us may know bad ones. */
static void test_our_path_decides(void **state)
{
	const char *was = getenv("PATH");
	char *before = strdup(was ? was : "");
	int status;

	(void)state;
	setenv("PATH", "/nonexistent", 1);
	assert_int_equal(RUN(S(""), 5000, &status, "true"), PROGRAM_ENDED);
	assert_int_equal(status, 0);
	setenv("PATH", "/proc/self", 1);
	assert_int_equal(RUN(S(""), 5000, &status, "exe"), PROGRAM_NOT_FOUND);
	setenv("PATH", before, 1);
	free(before);
}

static void test_find(void **state)
{
	static const struct {
		const char *name;
		bool is;
	} cases[] = {
		{ "sh", true },		 { "/bin/sh", true },
		{ "bin/sh", true },	/* programs run in "/" */
		{ "no-such-program", false }, { "/bin/no-such-program", false },
		{ "/bin", false },	 { "/etc/passwd", false },
		{ "", false },		 { "/", false },
		{ ".", false },
	};
	char path[PROGRAM_PATH_SIZE], longest[5000];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_case(cases[i].name, cases[i].is,
			    program_find(cases[i].name, path));
	assert_true(program_find("sh", path));
	assert_int_equal(path[0], '/');
	assert_int_equal(access(path, X_OK), 0);
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_false(program_find(longest, path));
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
		cmocka_unit_test(test_our_path_decides),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_killed_by_somebody),
		cmocka_unit_test(test_gets_nothing_of_ours),
		cmocka_unit_test(test_one_that_may_not_be_killed),
		cmocka_unit_test(test_nobody_knows_how_it_ended),
	};
	int failed = cmocka_run_group_tests_name("program", tests, NULL, NULL);

	text_release(&said);
	return failed;
}
