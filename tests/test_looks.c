/*
 * What is no log is told by its beginning, and no log is taken for such.
 */
#include "detector/looks.h"
#include "tests/support/test.h"

#include <string.h>

#define CASE(text, word) { SLICE(text), word }

static void test_looks(void **state)
{
	static const struct {
		struct slice line;
		const char *word;	/* NULL: it may be a log */
	} cases[] = {
		CASE("", NULL),
		CASE("Jun  1 10:00:00 mx a[1]: b", NULL),
		CASE("\xef\xbb\xbfJun  1 10:00:00 mx a[1]: b\r", NULL),
		CASE("Jun  1 10:00:00 mx a[1]: b\rc", NULL),
		CASE("\0\0\0\0\0\0\0\0\0\0Jun  1 10:00:00 mx a[1]: b", NULL),
		CASE("\0\0\0\0\0\0\0\0\0\0", NULL),
		CASE("Jun  1 10:00:00 mx a[1]: \1\2 some words", NULL),
		CASE("ju\xc5\xbc 1 10:00:00 mx a[1]: \xff\xfe\x80\x81", NULL),
		CASE("\xff\xfeJ\0u\0n\0 \0", "iconv"),
		CASE("\xfe\xff\0J\0u\0n\0 ", "iconv"),
		CASE("J\0u\0n\0 \0 \0001\0", "iconv"),
		CASE("\0J\0u\0n\0 \0 \0001", "iconv"),
		CASE("\x7f" "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0>\0\1", "no text"),
		CASE("PK\3\4", "archive"),
		CASE("\x04\x22\x4d\x18@", "archive"),
		CASE("\x1f\x9d\x90", "archive"),
		CASE("LPKSHHRH", "journal:/PATH"),
		CASE("a\rb\rc", "dos2unix"),
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct slice copy = guarded_copy(cases[i].line);
		const char *what = looks_like(copy);

		assert_case(cases[i].line.ptr, cases[i].word != NULL,
			    what != NULL);
		if (what)
			assert_non_null(strstr(what, cases[i].word));
		guarded_free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_looks),
	};

	return cmocka_run_group_tests_name("looks", tests, NULL, NULL);
}
