/*
 * What is shown of a line that nobody understood: never a secret.
 */
#include "detector/commands/redact.h"
#include "tests/support/test.h"

#include <string.h>

static void test_shown(void **state)
{
	static const struct {
		const char *why, *line, *want;
	} cases[] = {
		{ "nothing to hide", "Nov 22 03:00:00 mx haraka[1]: hello",
		  "Nov 22 03:00:00 mx haraka[1]: hello" },
		{ "a word that may be anything", "hunter2 2026-11-22T03:00:00Z",
		  "xxxxxx0 2026-11-00x00:00:00x" },
		{ "Dovecot's own", "sql(a,192.0.2.1): unknown (given password: "
		  "hunter2)", "sql(a,192.0.2.1): unknown (given passw "
		  "[not shown]" },
		{ "in any case", "PASSWORD=hunter2", "PASSW [not shown]" },
		{ "what a client sent", "AUTH PLAIN AGFubmEAaHVudGVyMg==",
		  "AUTH PLAIN [not shown]" },
		{ "Dovecot's debug output", "client in: AUTH\t1\tPLAIN\tresp=x",
		  "client in: AUTH\\x09 [not shown]" },
		{ "a name alone", "LOGIN anna hunter2", "LOGIN  [not shown]" },
		{ "in a URL", "https://anna:hunter2@mx.example/",
		  "https:// [not shown]" },
		{ "base64 anywhere", "got c2VjcmV0MQ== and then",
		  "got [not shown] and then" },
		{ "without its end", "got c2VjcmV0 then",
		  "got [not shown] then" },
		{ "in brackets", "<YWJjZGVmZ2hp>", "<[not shown]>" },
		{ "behind a sign", "x=aHVudGVyMjE", "[not shown]" },
		{ "words and numbers stay", "connection from 192.0.2.1 closed "
		  "2026-11-22 after 17 seconds", "connection from 192.0.2.1 "
		  "closed 2026-11-22 after 17 seconds" },
		{ "control characters", "a\033[31mb\x01", "a\\x1b[00xx\\x01" },
		{ "no UTF-8", "a\xff", "a\\xff" },
		{ "nothing", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct text out = TEXT_INIT(4096);

		redact_line(slice_from(cases[i].line), 200, &out);
		if (strcmp(text_string(&out), cases[i].want) != 0)
			print_error("%s: \"%s\"\n", cases[i].why,
				    text_string(&out));
		assert_string_equal(text_string(&out), cases[i].want);
		text_release(&out);
	}
}

static void test_width(void **state)
{
	char line[3000];

	(void)state;
	memset(line, ' ', sizeof(line));
	for (size_t width = 10; width < 100; width++) {
		struct text out = TEXT_INIT(4096);

		redact_line((struct slice){ line, sizeof(line) }, width, &out);
		assert_int_equal(out.len, width);
		text_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_width),
	};

	return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
