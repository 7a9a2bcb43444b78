/*
 * The real server on a free port of loopback, in a child process: what only
 * bytes on a socket can show. Waiting is always for an answer, with a limit.
 */
#include "base/clock.h"
#include "base/fence.h"
#include "detector/http/http.h"
#include "detector/panel/schema.h"
#include "detector/settings.h"
#include "tests/support/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000, IDLE_MS = 300 };

static pid_t child;
static int port;
static volatile sig_atomic_t stop;

static void on_term(int number)
{
	(void)number;
	stop = 1;
}

/* All that follows is answered inside the fence; valgrind's own work, which
 * makes code as it runs, is not possible there. */
static int tell_port(void *context, int real_port, struct err *err)
{
	const struct fence_rules rules = { .has_network = true };

	if (!getenv("VALGRIND") && fence_close(&rules, err) < 0)
		return -1;
	return write(*(int *)context, &real_port, sizeof(real_port)) ==
	       sizeof(real_port) ? 0 : -1;
}

/* The child never comes back into cmocka. */
static void serve(int pipe_fd)
{
	static char listen[] = "127.0.0.1:0", none[] = "", en[] = "en";
	struct sigaction action = { .sa_handler = on_term };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	const struct db_settings how = { .kind = "sqlite",
					 .file = ":memory:", .timeout_s = 5 };
	struct blocks blocks = { .secret = S("0123456789abcdef") };
	struct http_context context = {
		.blocks = &blocks, .now_ms = clock_now_ms,
		.idle_ms = IDLE_MS, .ready = tell_port,
		.ready_context = &pipe_fd, .limits = ratelimit_new(1),
	};
	struct languages *languages = NULL;
	struct err err = { 0, "" };
	int applied, failed = 1;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	settings.serve.listen = listen;
	settings.serve.certificate_file = settings.serve.key_file = none;
	settings.serve.public_url = none;
	settings.serve.max_connections = 16;
	settings.serve.requests_per_minute = 10000;
	settings.notice.default_language = en;
	if (!db_open(&how, &blocks.db, &err) &&
	    !schema_migrate(blocks.db, "sql", &applied, &err) &&
	    !panel_load("sql", "own", "", &blocks.panel, &err) &&
	    !languages_load("templates", &languages, &err)) {
		context.languages = languages;
		failed = http_serve(&context, &stop, &err);
	}
	if (failed)
		fprintf(stderr, "serve: %s\n", err.text);
	ratelimit_free(&context.limits);
	languages_free(&languages);
	panel_free(&blocks.panel);
	db_close(&blocks.db);
	_exit(failed ? 1 : 0);
}

static int group_setup(void **state)
{
	int ends[2];

	(void)state;
	if (pipe(ends))
		return -1;
	child = fork();
	if (child == 0) {
		close(ends[0]);
		serve(ends[1]);
	}
	close(ends[1]);
	if (read(ends[0], &port, sizeof(port)) != sizeof(port))
		port = 0;
	close(ends[0]);
	return port > 0 ? 0 : -1;
}

/* It ends when told to, and with success. */
static int group_teardown(void **state)
{
	int status = -1;

	(void)state;
	kill(child, SIGTERM);
	return waitpid(child, &status, 0) == child && status == 0 ? 0 : -1;
}

static int dial(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* False when the server has had enough of us. */
static bool say(int fd, struct slice bytes)
{
	while (bytes.len > 0) {
		ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes = slice_after(bytes, (size_t)n);
	}
	return true;
}

/* Read until `enough` is in what came, or the other side ends. */
static bool hear(int fd, struct text *out, const char *enough)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char buffer[4096];

	while (!enough || slice_find(text_slice(out),
				     slice_from(enough)) < 0) {
		ssize_t n;

		if (poll(&poll_fd, 1, PATIENCE_MS) != 1)
			fail_msg("no answer, no end: %s", text_string(out));
		n = recv(fd, buffer, sizeof(buffer), 0);
		if (n <= 0)
			return !enough;
		text_add(out, (struct slice){ buffer, (size_t)n });
	}
	return true;
}

static bool has(const struct text *text, const char *words)
{
	return slice_find(text_slice(text), slice_from(words)) >= 0;
}

static void test_two_requests_on_one_connection(void **state)
{
	struct text answer = TEXT_INIT(100000);
	int fd = dial();

	(void)state;
	for (int i = 0; i < 2; i++) {
		text_clear(&answer);
		assert_true(say(fd, S("GET /healthz HTTP/1.1\r\n"
				      "Host: x\r\n\r\n")));
		assert_true(hear(fd, &answer, "ok\n"));
		assert_true(has(&answer, "HTTP/1.1 200"));
		assert_true(has(&answer, "Cache-Control: no-store"));
		assert_true(has(&answer, "Content-Security-Policy: "));
	}
	close(fd);
	text_release(&answer);
}

/* Bytes as they are sent, and what must stand in the answer. */
static void test_strange_requests(void **state)
{
	static const struct {
		const char *why;
		struct slice bytes;
		const char *want;
	} cases[] = {
		{ "unknown path", SLICE("GET /x HTTP/1.0\r\n\r\n"), " 404 " },
		{ "encoded slash", SLICE("GET /b/a%2fb HTTP/1.0\r\n\r\n"),
		  " 400 " },
		{ "encoded nought", SLICE("GET /healthz%00x HTTP/1.0\r\n"
					  "\r\n"), " 400 " },
		{ "query", SLICE("GET /healthz?a=%zz HTTP/1.0\r\n\r\n"),
		  " 200 " },
		{ "method", SLICE("DELETE /healthz HTTP/1.0\r\n\r\n"),
		  "Allow: GET, HEAD" },
		{ "no token", SLICE("GET /api/v1/blocks HTTP/1.0\r\n\r\n"),
		  "WWW-Authenticate: Bearer" },
		{ "announces 10 MB", SLICE("POST /b/x/lift HTTP/1.0\r\n"
		  "Content-Length: 10000000\r\n\r\n"), " 413 " },
		{ "page in a language", SLICE("GET /b/x HTTP/1.0\r\n"
		  "Accept-Language: de, pl;q=0.5\r\n\r\n"),
		  "Content-Language: " },
		{ "a body to GET", SLICE("GET /healthz HTTP/1.0\r\n"
		  "Content-Length: 2\r\n\r\nab"), " 200 " },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct text answer = TEXT_INIT(100000);
		int fd = dial();
		bool found;

		say(fd, cases[i].bytes);
		hear(fd, &answer, NULL);
		found = has(&answer, cases[i].want);
		if (!found)
			print_error("%s\n", text_string(&answer));
		assert_case(cases[i].why, true, found);
		close(fd);
		text_release(&answer);
	}
}

static void test_head_has_no_body(void **state)
{
	struct text answer = TEXT_INIT(100000);
	int fd = dial();

	(void)state;
	say(fd, S("HEAD /healthz HTTP/1.0\r\n\r\n"));
	hear(fd, &answer, NULL);
	assert_true(has(&answer, "Content-Length: 3"));
	assert_true(slice_ends(text_slice(&answer), S("\r\n\r\n")));
	close(fd);
	text_release(&answer);
}

/* Chunked, so that no length is announced: a little too much is answered,
 * endless sending is cut. */
static void test_a_body_without_end(void **state)
{
	static char chunk[4096 + 8];
	struct text answer = TEXT_INIT(100000);
	struct slice piece = { chunk, 6 + 4096 + 2 };
	static const struct slice head = SLICE(
		"POST /b/x/lift HTTP/1.1\r\nHost: x\r\n"
		"Transfer-Encoding: chunked\r\n\r\n");
	int fd = dial();
	size_t sent = 0;

	(void)state;
	memset(chunk, 'a', sizeof(chunk));
	memcpy(chunk, "1000\r\n", 6);
	memcpy(chunk + 6 + 4096, "\r\n", 2);
	say(fd, head);
	for (int i = 0; i < 20; i++)
		assert_true(say(fd, piece));
	assert_true(say(fd, S("0\r\n\r\n")));
	assert_true(hear(fd, &answer, " 413 "));
	close(fd);
	fd = dial();
	say(fd, head);
	while (sent < 64 * 1024 * 1024 && say(fd, piece))
		sent += piece.len;
	assert_true(sent < 64 * 1024 * 1024);
	close(fd);
	text_release(&answer);
}

static void ask_health(void)
{
	struct text answer = TEXT_INIT(100000);
	int fd = dial();

	say(fd, S("GET /healthz HTTP/1.0\r\n\r\n"));
	hear(fd, &answer, NULL);
	assert_true(has(&answer, " 200 "));
	close(fd);
	text_release(&answer);
}

/* A byte now and then keeps MHD's own time-out from running. */
static void test_a_slow_sender_is_cut(void **state)
{
	static const struct {
		const char *why;
		struct slice begin;
	} cases[] = {
		{ "first line", SLICE("GET /healthz?a=") },
		{ "header", SLICE("GET /healthz HTTP/1.1\r\nX-Slow: ") },
		{ "body", SLICE("POST /b/x/lift HTTP/1.1\r\nHost: x\r\n"
				"Content-Length: 60000\r\n\r\n") },
		{ "chunks", SLICE("POST /b/x/lift HTTP/1.1\r\nHost: x\r\n"
				  "Transfer-Encoding: chunked\r\n\r\n"
				  "f000\r\n") },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		int fd = dial();
		struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
		int64_t start_ms = clock_monotonic_ms(), took_ms;

		say(fd, cases[i].begin);
		while (poll(&poll_fd, 1, 50) == 0 &&
		       clock_monotonic_ms() - start_ms < PATIENCE_MS)
			say(fd, S("a"));
		took_ms = clock_monotonic_ms() - start_ms;
		assert_case(cases[i].why, true,
			    took_ms >= 2 * IDLE_MS - 50 &&
				    took_ms < PATIENCE_MS);
		close(fd);
		ask_health();
	}
}

/* Asks for much and takes little of it: the answers wait in the kernel and
 * then with us, but not for ever. */
static void test_a_slow_reader_is_cut(void **state)
{
	static const struct slice request =
		SLICE("GET /style.css HTTP/1.1\r\nHost: x\r\n\r\n");
	int64_t start_ms = clock_monotonic_ms();
	int fd = dial(), small = 4096;
	char byte;

	(void)state;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	while (clock_monotonic_ms() - start_ms < PATIENCE_MS) {
		ssize_t n = send(fd, request.ptr, request.len,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno != EAGAIN)
			break;
		if (n >= 0)
			continue;
		/* Now and then a byte, so that the line is not silent. */
		recv(fd, &byte, 1, MSG_DONTWAIT);
		clock_sleep_ms(20);
	}
	assert_in_range(clock_monotonic_ms() - start_ms, IDLE_MS / 2,
			PATIENCE_MS - 1);
	close(fd);
	ask_health();
}

/* More connections than there is room for, none of which says a word: they go
 * away, and the next one is served. */
static void test_silent_connections_make_room(void **state)
{
	struct text answer = TEXT_INIT(100000);
	int silent[16], fd;
	bool served = false;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(silent); i++)
		silent[i] = dial();
	for (int64_t start_ms = clock_monotonic_ms();
	     !served && clock_monotonic_ms() - start_ms < PATIENCE_MS;) {
		text_clear(&answer);
		fd = dial();
		say(fd, S("GET /healthz HTTP/1.0\r\n\r\n"));
		hear(fd, &answer, NULL);
		served = has(&answer, " 200 ");
		close(fd);
	}
	assert_true(served);
	for (size_t i = 0; i < N_ELEMENTS(silent); i++)
		close(silent[i]);
	text_release(&answer);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_requests_on_one_connection),
		cmocka_unit_test(test_strange_requests),
		cmocka_unit_test(test_head_has_no_body),
		cmocka_unit_test(test_a_body_without_end),
		cmocka_unit_test(test_a_slow_sender_is_cut),
		cmocka_unit_test(test_a_slow_reader_is_cut),
		cmocka_unit_test(test_silent_connections_make_room),
	};

	return cmocka_run_group_tests_name("serve", tests, group_setup,
					   group_teardown);
}
