/*
 * cases - test tables kept as text next to the code they test.
 *
 * A file holds inputs and, under each, "= " and what must come out. '#' starts
 * a comment line; blank lines separate. The order is kept.
 *
 * In an input, \xHH is the byte with that value: NUL, CR and other bytes that
 * a text file cannot show. Every other backslash is itself.
 */
#ifndef TESTS_SUPPORT_CASES_H
#define TESTS_SUPPORT_CASES_H

#include "tests/support/test.h"

struct text_case {
	char name[96];		/* "<file>:<line>", shown when it fails */
	const void *subject;	/* as given to cases_load() */
	char *input;		/* a NUL behind it, perhaps some in it */
	size_t input_len;	/* bytes, without the NUL behind */
	char *want;
};

/* Append the cases of `path` to the run. A missing file fails the run: code
 * without cases is not tested. */
void cases_load(const char *path, const void *subject);

/* Run all loaded cases; `test` gets a struct text_case as its state. Returns
 * the number of failures and frees everything. */
int cases_run(const char *group, CMUnitTestFunction test);

#endif
