#include "tests/support/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct text_case cases[4096];
static size_t n_cases;

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Replace \xHH in place; the new length. */
static size_t unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		int high, low;

		if (from[0] == '\\' && from[1] == 'x' &&
		    (high = hex_digit(from[2])) >= 0 &&
		    (low = hex_digit(from[3])) >= 0) {
			*to = (char)(high * 16 + low);
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
	return (size_t)(to - text);
}

static void add(const char *path, int line, const void *subject,
		const char *input, const char *want)
{
	struct text_case *c;

	if (n_cases == N_ELEMENTS(cases)) {
		fprintf(stderr, "%s: too many cases\n", path);
		exit(1);
	}
	c = &cases[n_cases++];
	snprintf(c->name, sizeof(c->name), "%s:%d", path, line);
	c->subject = subject;
	c->input = strdup(input);
	c->input_len = unescape(c->input);
	c->want = strdup(want);
}

void cases_load(const char *path, const void *subject)
{
	char text[4096], input[4096] = "";
	FILE *file = fopen(path, "r");

	if (!file) {
		perror(path);
		exit(1);
	}
	for (int line = 1; fgets(text, sizeof(text), file); line++) {
		text[strcspn(text, "\n")] = '\0';
		if (strncmp(text, "= ", 2) == 0)
			add(path, line, subject, input, text + 2);
		else if (text[0] != '\0' && text[0] != '#')
			memcpy(input, text, sizeof(input));
	}
	fclose(file);
}

int cases_run(const char *group, CMUnitTestFunction test)
{
	static struct CMUnitTest tests[N_ELEMENTS(cases)];
	int failed;

	for (size_t i = 0; i < n_cases; i++)
		tests[i] = (struct CMUnitTest){
			.name = cases[i].name,
			.test_func = test,
			.initial_state = &cases[i],
		};
	failed = _cmocka_run_group_tests(group, tests, n_cases, NULL, NULL);
	for (size_t i = 0; i < n_cases; i++) {
		free(cases[i].input);
		free(cases[i].want);
	}
	return failed;
}
