/*
 * Command lines of a configuration: split, checked, filled in, run. What
 * strangers wrote is never an option, a wildcard or a second word.
 */
#include "base/arguments.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = { "account", "domain", "ids", NULL };

static void test_check(void **state)
{
	static const struct {
		const char *line, *words;	/* NULL: good */
	} cases[] = {
		{ "doveadm kick {account}", NULL },
		{ "  ok=1,68\tdoveadm  kick {account} ", NULL },
		{ "exim -Mf {ids}", NULL },
		{ "x --user={account}@{domain}", NULL },
		{ "", "empty" }, { "   ", "empty" }, { "ok=68", "empty" },
		{ "ok=300 x", "ok=" }, { "ok=a x", "ok=" },
		{ "ok=1,2,3,4,5 x", "ok=" },
		{ "{account} x", "program itself" },
		{ "x {acount}", "{acount}" }, { "x {account", "brace" },
		{ "x account}", "brace" }, { "x }{", "brace" },
		{ "x -i{ids}", "word of its own" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct err err = { 0, "" };
		int status = arguments_check(cases[i].line, names, &err);

		if ((status == 0) != !cases[i].words ||
		    (status && !strstr(err.text, cases[i].words)))
			fail_msg("'%s': %d '%s'", cases[i].line, status,
				 err.text);
	}
}

/* The words with '|' behind each, or the error. */
static void filled(const char *line, struct slice account, char out[2000])
{
	static const char *const ids[] = { "4XyZ1", "4XyZ2" };
	const struct arguments_value all[] = {
		{ "account", account },
		{ "domain", SLICE("firma.example") },
		{ "owner", { NULL, 0 } },
	};
	const struct arguments_values values = { all, N_ELEMENTS(all), ids,
						 2 };
	static struct arguments arguments;
	struct err err;
	size_t n = 0;

	if (arguments_fill(line, &values, &arguments, &err) != 0) {
		snprintf(out, 2000, "! %s", err.text);
		return;
	}
	out[0] = '\0';
	for (size_t i = 0; arguments.words[i]; i++)
		n += (size_t)snprintf(out + n, 2000 - n, "%s|",
				      arguments.words[i]);
}

static void test_find(void **state)
{
	static const struct {
		const char *line, *words;	/* NULL: it is there */
	} cases[] = {
		{ "sh", NULL },
		{ " ok=68 sh -c {account}", NULL },
		{ "/bin/sh /no/such", NULL },
		{ "no-such-program x", "no program no-such-program in /usr/" },
		{ "ok=1 /no/such sh", "no program /no/such;" },
		{ "ok=x sh", "ok=" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct err why = { 0, "" };
		int result = arguments_find(cases[i].line, &why);

		assert_case(cases[i].line, cases[i].words ? -1 : 0, result);
		if (cases[i].words)
			assert_non_null(strstr(why.text, cases[i].words));
	}
}

static void test_fill(void **state)
{
	static const struct {
		const char *line, *account, *want;
	} cases[] = {
		{ "doveadm kick {account}", "anna@firma.example",
		  "doveadm|kick|anna@firma.example|" },
		{ "ok=68 x --u={account}:{domain} {ids} z", "a",
		  "x|--u=a:firma.example|4XyZ1|4XyZ2|z|" },
		{ "x {account}", "żółć@x", "x|żółć@x|" },
		{ "x {account}", "a'b\"$(id)`;|&<>", "x|a'b\"$(id)`;|&<>|" },
		{ "x {account}", "-rf", "! the {account} begins with a dash" },
		{ "x u={account}", "-rf", "x|u=-rf|" },
		{ "x {account}", "a b", "! the {account} has blanks" },
		{ "x {account}", "a\nb", "! the {account} has blanks" },
		{ "x {account}", "*", "! the {account} has blanks" },
		{ "x {account}", "a?@x", "! the {account} has blanks" },
		{ "x {account}", "", "! the {account} has blanks" },
		{ "x {owner}", "a", "! there is no {owner}" },
		{ "x {other}", "a", "! there is no {other}" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		char out[2000];

		filled(cases[i].line, slice_from(cases[i].account), out);
		if (strncmp(out, cases[i].want, strlen(cases[i].want)) != 0)
			fail_msg("%s with '%s': %s", cases[i].line,
				 cases[i].account, out);
	}
}

static void test_run(void **state)
{
	static const struct {
		const char *line, *words;
	} cases[] = {
		{ "true", NULL }, { "ok=1 false", NULL },
		{ "false", "false ended with 1" },
		{ "ls /no/such/place", "No such file" },
		{ "/no/such/program", "/no/such/program" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct arguments_values none = { .n = 0 };
		static struct arguments arguments;
		struct text said = TEXT_INIT(4096);
		enum program_end end;
		struct err err = { 0, "" };
		int status;

		assert_int_equal(arguments_fill(cases[i].line, &none,
						&arguments, &err), 0);
		status = arguments_run(&arguments, S(""), 5000, &said, &end,
				       &err);
		if ((status == 0) != !cases[i].words ||
		    (status && !strstr(err.text, cases[i].words)))
			fail_msg("'%s': %d '%s'", cases[i].line, status,
				 err.text);
		text_release(&said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_run),
	};

	return cmocka_run_group_tests_name("arguments", tests, NULL, NULL);
}
