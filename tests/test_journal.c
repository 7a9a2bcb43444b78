/*
 * Places in journald's journal: at every entry, in front of it and behind it,
 * one may stop and go on. What entries become is tests/command/test_journal.sh.
 */
#include "base/log.h"
#include "detector/sources/journal.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { ENTRIES = 30 };

static const char remote[] = "/lib/systemd/systemd-journal-remote";
static char folder[FOLDER_SIZE], name[FOLDER_SIZE + 60];

static void write_export(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (int i = 1; i <= ENTRIES; i++)
		fprintf(file, "__REALTIME_TIMESTAMP=%" PRId64 "\n"
			"__MONOTONIC_TIMESTAMP=%d\n"
			"_BOOT_ID=0123456789abcdef0123456789abcdef\n"
			"_MACHINE_ID=0123456789abcdef0123456789abcdef\n"
			"_HOSTNAME=mx1\nSYSLOG_FACILITY=2\n"
			"SYSLOG_IDENTIFIER=x\nMESSAGE=%d\n\n",
			INT64_C(1795305600000000) + i, 1000000 + i, i);
	fclose(file);
}

/* False when there is nothing to make journals with or to read them. */
static bool make_journal(void)
{
	char out[FOLDER_SIZE + 40], in[FOLDER_SIZE + 40], option[] = "-o";
	char *argv[] = { (char *)(uintptr_t)remote, option, out, in, NULL };
	struct journal *journal;
	struct err err = { 0 };
	int status;
	pid_t pid;

	if (access(remote, X_OK) < 0 ||
	    (journal_open("journal:/none", NULL, &journal, &err) < 0 &&
	     err.code == EXIT_CONFIG))
		return false;
	snprintf(in, sizeof(in), "%s/export", folder);
	snprintf(out, sizeof(out), "%s/x.journal", folder);
	snprintf(name, sizeof(name), "journal:%s", out);
	write_export(in);
	assert_int_equal(posix_spawn(&pid, remote, NULL, NULL, argv, environ),
			 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return true;
}

static struct source *must_open(const struct source_position *position)
{
	struct source *source = NULL;
	struct err err = { 0 };

	if (source_open(name, SOURCE_FOLLOW, position, &source, &err) < 0)
		print_error("%s\n", err.text);
	assert_non_null(source);
	return source;
}

/* The next entry is this one, or there is none. */
static void must_go_on(const struct source_position *position, int entry)
{
	struct source *source = must_open(position);
	struct slice line;
	char end[16];

	assert_int_equal(source_next(source, &line), entry <= ENTRIES);
	if (entry <= ENTRIES) {
		snprintf(end, sizeof(end), " x: %d", entry);
		assert_true(slice_ends(line, slice_from(end)));
		assert_int_equal(source_line(source), entry);
	}
	assert_null(source_error(source));
	source_close(&source);
}

static void test_places(void **state)
{
	struct source_position in_front, behind;
	struct source *source;
	struct slice line;

	(void)state;
	folder_make(folder, "journal");
	if (!make_journal()) {
		print_message("no journald here\n");
		folder_remove(folder);
		return;
	}
	source = must_open(NULL);
	source_position(source, true, &behind);
	must_go_on(&behind, 1);
	for (int i = 1; i <= ENTRIES; i++) {
		assert_true(source_next(source, &line));
		source_position(source, false, &in_front);
		source_position(source, true, &behind);
		must_go_on(&in_front, i);
		must_go_on(&behind, i + 1);
	}
	assert_false(source_next(source, &line));
	source_position(source, true, &behind);
	must_go_on(&behind, ENTRIES + 1);
	source_close(&source);
	/* Nothing was new: the place is the same. */
	source = must_open(&behind);
	assert_false(source_next(source, &line));
	source_position(source, true, &in_front);
	assert_memory_equal(&in_front, &behind, sizeof(behind));
	source_close(&source);
	folder_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
	};

	log_init(LOG_QUIET);
	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
