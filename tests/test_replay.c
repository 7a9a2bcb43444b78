/*
 * Every tests/replay/<name>.story, or those whose files are named; their
 * language is in tests/support/story.h.
 */
#include "base/log.h"
#include "tests/support/story.h"
#include "tests/support/test.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STORIES_MAX = 200 };

static void test_story(void **state)
{
	story_run(*state);
}

static int end_story(void **state)
{
	(void)state;
	story_end();
	return 0;
}

static int find(char **named, glob_t *found)
{
	int flags = 0;

	if (!*named)
		return glob("tests/replay/*.story", 0, NULL, found);
	for (; *named; named++) {
		if (glob(*named, flags, NULL, found) != 0)
			return -1;
		flags = GLOB_APPEND;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[STORIES_MAX];
	glob_t found;
	int failed;

	setenv("TZ", "UTC", 1);
	tzset();
	log_init(LOG_QUIET);
	(void)argc;
	if (find(argv + 1, &found) != 0 ||
	    found.gl_pathc > STORIES_MAX) {
		fprintf(stderr, "tests/replay: no stories, or too many\n");
		return 1;
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		tests[i] = (struct CMUnitTest){
			.name = found.gl_pathv[i],
			.test_func = test_story,
			.teardown_func = end_story,
			.initial_state = found.gl_pathv[i],
		};
	failed = _cmocka_run_group_tests("replay", tests, found.gl_pathc, NULL,
					 NULL);
	globfree(&found);
	return failed;
}
