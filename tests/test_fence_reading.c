/*
 * Inside the fence everything works that reading needs: logs of every kind,
 * rotations, the journal, GeoIP, the state, waiting, talking to whoever is
 * connected. Each try is a child that closes the fence behind itself first.
 */
#include "base/clock.h"
#include "base/fence.h"
#include "base/fence_calls.h"
#include "base/log.h"
#include "base/program.h"
#include "detector/geo.h"
#include "detector/reader.h"
#include "detector/sources/journal.h"
#include "detector/store.h"
#include "tests/support/folder.h"
#include "tests/support/places.h"
#include "tests/support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NO_FENCE = 120, CRASHED = 121, LINES = 2000 };

static const char *const names[] = { "things" };
static char folder[FOLDER_SIZE], state_folder[FOLDER_SIZE + 16];
static char log_path[FOLDER_SIZE + 16], journal_name[FOLDER_SIZE + 60];
static bool has_journal;
static struct store *store;	/* opened in the child, before the fence */
static struct source_position before_rotation;
static int ends[2];		/* of a connection that is there already */

static const char *in(const char *name)
{
	static char path[FOLDER_SIZE + 64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* How many lines that mean something, or -1. */
static int lines_of(const char *path, enum source_mode mode,
		    const struct source_position *position)
{
	struct source *source;
	struct slice line;
	struct err err;
	int n = 0;

	if (source_open(path, mode, position, &source, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	while (source_next(source, &line))
		n++;
	if (source_error(source)) {
		print_error("%s\n", source_error(source)->text);
		n = -1;
	}
	source_close(&source);
	return n;
}

static bool try_plain(void)
{
	return lines_of(log_path, SOURCE_ONCE, NULL) == LINES;
}

static bool try_packed(void)
{
	static const char *const packed[] = { "log.gz", "log.xz", "log.zst",
					      "log.bz2" };

	for (size_t i = 0; i < N_ELEMENTS(packed); i++)
		if (lines_of(in(packed[i]), SOURCE_ONCE, NULL) != LINES)
			return false;
	return true;
}

/* The file whose place we know has another name, and is packed. */
static bool try_rotated(void)
{
	return lines_of(in("turned"), SOURCE_FOLLOW, &before_rotation) ==
	       LINES + 1;
}

static bool try_pipe(void)
{
	int pipes[2], n;

	if (pipe(pipes) < 0 || dup2(pipes[0], STDIN_FILENO) < 0 ||
	    write(pipes[1], "one\ntwo\n", 8) != 8)
		return false;
	close(pipes[1]);
	n = lines_of("-", SOURCE_ONCE, NULL);
	return n == 2;
}

static bool try_journal(void)
{
	return !has_journal ||
	       lines_of(journal_name, SOURCE_FOLLOW, NULL) == LINES;
}

static bool try_reader(void)
{
	struct reader reader;
	struct mail_event event;
	struct err err;
	int n = 0;

	if (reader_open(in("log.gz"), SOURCE_ONCE, NULL, "auto", &reader,
			&err) < 0)
		return false;
	while (reader_next(&reader, &event))
		n++;
	reader_close(&reader);
	return n == LINES;
}

static bool try_geo(void)
{
	const char *country = places_countries(), *asn = places_networks();
	struct origin origin;
	struct address client;
	struct geo *geo;
	struct err err;
	bool found;

	if (geo_open(country, asn, INT64_MAX / 4, &geo, &err) < 0) {
		print_error("%s\n", err.text);
		return false;
	}
	address_parse(S("83.0.0.1"), &client);
	geo_lookup(geo, &client, clock_now_ms(), &origin);
	found = origin.country == country_code(S("PL"));
	geo_close(&geo);
	return found;
}

static bool try_glob(void)
{
	glob_t found = { 0 };
	bool ok = glob(in("log*"), 0, NULL, &found) == 0 &&
		  found.gl_pathc == 5;

	globfree(&found);
	return ok;
}

static bool try_state(void)
{
	struct slice value;
	struct err err;

	if (store_begin(store, &err) < 0 ||
	    store_put(store, 0, S("key"), S("value"), &err) < 0 ||
	    store_commit(store, &err) < 0) {
		print_error("%s\n", err.text);
		return false;
	}
	return store_get(store, 0, S("key"), &value) &&
	       slice_eq(value, S("value"));
}

/* Large enough that the file grows. */
static bool try_much_state(void)
{
	static char big[100000];
	char key[16];
	struct err err;

	for (int i = 0; i < 100; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		if (store_begin(store, &err) < 0 ||
		    store_put(store, 0, slice_from(key),
			      (struct slice){ big, sizeof(big) }, &err) < 0 ||
		    store_commit(store, &err) < 0)
			return false;
	}
	return store_count(store, 0) >= 100;
}

static bool try_inotify(void)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	const struct timespec soon = { .tv_nsec = 1000000 };
	sigset_t none;

	sigemptyset(&none);
	return fd >= 0 && inotify_add_watch(fd, folder, IN_CREATE) >= 0 &&
	       ppoll(&ready, 1, &soon, &none) == 0;
}

static bool try_talk(void)
{
	char answer[8] = "";
	struct iovec part = { answer, sizeof(answer) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	return send(ends[0], "hello", 5, MSG_NOSIGNAL) == 5 &&
	       recvmsg(ends[1], &message, 0) == 5 &&
	       strcmp(answer, "hello") == 0;
}

static bool try_time(void)
{
	const struct timespec soon = { .tv_nsec = 1000 };
	char bytes[32];
	struct err err;

	tzset();
	return clock_now_ms() > 0 && nanosleep(&soon, NULL) == 0 &&
	       clock_random(bytes, sizeof(bytes), &err) == 0;
}

static bool try_memory(void)
{
	enum { MUCH = 64 << 20 };
	char *much = malloc(MUCH), *more;

	if (!much)
		return false;
	memset(much, 1, MUCH);
	more = realloc(much, 2 * (size_t)MUCH);
	free(more ? more : much);
	return more != NULL;
}

static bool try_say(void)
{
	char resolved[PATH_MAX];

	log_debug("a word");
	return printf("%s", "") == 0 && fflush(stdout) == 0 &&
	       isatty(STDOUT_FILENO) >= 0 && realpath(log_path, resolved);
}

static bool try_signal(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	return sigaction(SIGUSR1, &ignore, NULL) == 0 && raise(SIGUSR1) == 0;
}

/* A bug of ours still ends as one. */
static bool try_abort(void)
{
	abort();
}

static const struct {
	const char *what;
	bool (*act)(void);
} rows[] = {
	{ "a log", try_plain },
	{ "packed logs", try_packed },
	{ "a rotated log", try_rotated },
	{ "standard input", try_pipe },
	{ "journald's journal", try_journal },
	{ "events", try_reader },
	{ "GeoIP", try_geo },
	{ "a pattern", try_glob },
	{ "the state", try_state },
	{ "much state", try_much_state },
	{ "inotify", try_inotify },
	{ "whoever is connected", try_talk },
	{ "time and chance", try_time },
	{ "memory", try_memory },
	{ "standard output", try_say },
	{ "a signal to itself", try_signal },
};

static const struct fence_rules reader_rules = { .writable = NULL };

static int close_reader(struct err *err)
{
	return fence_close(&reader_rules, err);
}

static int close_old_reader(struct err *err)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
		? -1 : fence_calls_close(&reader_rules, false, err);
}

static int status_inside(int (*close_fence)(struct err *err),
			 bool (*act)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct err err = { 0 };

		if (store_open(state_folder, names, 1, false, &store,
			       &err) < 0 || close_fence(&err) < 0) {
			print_error("%s\n", err.text);
			_exit(NO_FENCE);
		}
		_exit(act() ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? CRASHED + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

/* It makes code as it runs, and asks the kernel for more than we do. */
static void leave_out_of_valgrind(void)
{
	if (getenv("VALGRIND"))
		skip();
}

static void test_what_reading_needs(void **state)
{
	(void)state;
	leave_out_of_valgrind();
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		assert_case(rows[i].what, 0,
			    status_inside(close_reader, rows[i].act));
		assert_case(rows[i].what, 0,
			    status_inside(close_old_reader, rows[i].act));
	}
	if (!has_journal)
		print_message("no journald here\n");
}

static void test_bug_ends_it(void **state)
{
	(void)state;
	leave_out_of_valgrind();
	assert_int_equal(status_inside(close_reader, try_abort),
			 CRASHED + SIGABRT);
}

/* ----- what they read */

static void write_log(void)
{
	FILE *file = fopen(log_path, "w");

	assert_non_null(file);
	for (int i = 0; i < LINES; i++)
		fprintf(file, "2026-11-15T08:00:00.%06d+00:00 mx1 "
			"postfix/submission/smtpd[7]: 4Xb%07d: "
			"client=unknown[83.0.0.1], sasl_method=PLAIN, "
			"sasl_username=anna@firma.example\n", i, i);
	fclose(file);
}

static void pack(const char *program, const char *ending)
{
	const char *const arguments[] = { program, "-c", log_path, NULL };
	const struct program run = { arguments, { NULL, 0 }, 60000 };
	struct text said = TEXT_INIT(PROGRAM_MAX_SAID);
	char name[40];
	struct err err;
	int status;
	FILE *file;

	if (program_run(&run, &said, &status, &err) != PROGRAM_ENDED)
		fail_msg("%s", err.text);
	assert_int_equal(status, 0);
	snprintf(name, sizeof(name), "log.%s", ending);
	file = fopen(in(name), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(said.bytes, 1, said.len, file), said.len);
	fclose(file);
	text_release(&said);
}

/* A log that was read for one line, then rotated and packed. */
static void rotate(void)
{
	char live[FOLDER_SIZE + 64], old[FOLDER_SIZE + 64];
	struct source *source = NULL;
	struct slice line;
	struct err err;
	FILE *file;

	snprintf(live, sizeof(live), "%s", in("turned"));
	snprintf(old, sizeof(old), "%s", in("turned.1.gz"));
	file = fopen(live, "w");
	assert_non_null(file);
	for (int i = 0; i <= LINES; i++)
		fprintf(file, "line %d\n", i);
	fclose(file);
	assert_int_equal(source_open(live, SOURCE_FOLLOW, NULL, &source,
				     &err), 0);
	assert_true(source_next(source, &line));
	source_position(source, true, &before_rotation);
	source_close(&source);
	assert_int_equal(rename(live, in("turned.1")), 0);
	{
		const char *const arguments[] = { "gzip", in("turned.1"),
						  NULL };
		const struct program run = { arguments, { NULL, 0 }, 60000 };
		struct text said = TEXT_INIT(4096);
		int status = 1;

		program_run(&run, &said, &status, &err);
		assert_int_equal(status, 0);
		text_release(&said);
	}
	assert_int_equal(access(old, F_OK), 0);
	file = fopen(live, "w");
	fputs("line after\n", file);
	fclose(file);
}

static void make_journal(void)
{
	char out[FOLDER_SIZE + 40], export[FOLDER_SIZE + 40];
	const char *const arguments[] = {
		"/lib/systemd/systemd-journal-remote", "-o", out, export, NULL
	};
	const struct program run = { arguments, { NULL, 0 }, 60000 };
	struct text said = TEXT_INIT(PROGRAM_MAX_SAID);
	struct journal *journal;
	struct err err = { 0 };
	int status = 1;
	FILE *file;

	if (access(arguments[0], X_OK) < 0 ||
	    (journal_open("journal:/none", NULL, &journal, &err) < 0 &&
	     err.code == EXIT_CONFIG))
		return;
	snprintf(export, sizeof(export), "%s/export", folder);
	snprintf(out, sizeof(out), "%s/x.journal", folder);
	snprintf(journal_name, sizeof(journal_name), "journal:%s", out);
	file = fopen(export, "w");
	assert_non_null(file);
	for (int i = 1; i <= LINES; i++)
		fprintf(file, "__REALTIME_TIMESTAMP=%lld\n"
			"__MONOTONIC_TIMESTAMP=%d\n"
			"_BOOT_ID=0123456789abcdef0123456789abcdef\n"
			"_MACHINE_ID=0123456789abcdef0123456789abcdef\n"
			"_HOSTNAME=mx1\nSYSLOG_FACILITY=2\n"
			"SYSLOG_IDENTIFIER=x\nMESSAGE=%d\n\n",
			1795305600000000LL + i, 1000000 + i, i);
	fclose(file);
	program_run(&run, &said, &status, &err);
	assert_int_equal(status, 0);
	text_release(&said);
	has_journal = true;
}

static int setup(void **state)
{
	(void)state;
	folder_make(folder, "fence");
	snprintf(state_folder, sizeof(state_folder), "%s/state", folder);
	snprintf(log_path, sizeof(log_path), "%s/log", folder);
	mkdir(state_folder, 0700);
	write_log();
	pack("gzip", "gz");
	pack("xz", "xz");
	pack("zstd", "zst");
	pack("bzip2", "bz2");
	rotate();
	make_journal();
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

static int teardown(void **state)
{
	(void)state;
	close(ends[0]);
	close(ends[1]);
	folder_remove(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_reading_needs),
		cmocka_unit_test(test_bug_ends_it),
	};

	log_init(LOG_QUIET);
	return cmocka_run_group_tests_name("fence, reading", tests, setup,
					   teardown);
}
