/*
 * A log and what it became: grown, renamed, copied and truncated, compressed,
 * dated, lost. Everywhere: a reader that comes back reads every line once.
 */
#include "base/log.h"
#include "detector/sources/rotation.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char folder[FOLDER_SIZE];
static int64_t clock_s;		/* of the files' last changes */

static const char *at(const char *name)
{
	return folder_at(folder, name);
}

/* Every change gets its own second, whatever the machine's clock says. */
static void touch(const char *name, int64_t at_s)
{
	struct timespec times[2] = { { .tv_sec = at_s }, { .tv_sec = at_s } };

	assert_int_equal(utimensat(AT_FDCWD, at(name), times, 0), 0);
}

static void add_bytes(const char *name, const char *bytes, size_t len)
{
	FILE *file = fopen(at(name), "a");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
	touch(name, ++clock_s);
}

static void add(const char *name, const char *text)
{
	add_bytes(name, text, strlen(text));
}

/* "line 7\n" ... with enough in it to be told apart. */
static void add_lines(const char *name, int from, int to)
{
	for (int i = from; i <= to; i++) {
		char line[80];

		snprintf(line, sizeof(line),
			 "Nov 22 03:%02d:%02d host postfix/x[1]: line %d\n",
			 i / 60 % 60, i % 60, i);
		add(name, line);
	}
}

static void move(const char *from, const char *to)
{
	assert_int_equal(rename(at(from), at(to)), 0);
}

static void copy(const char *from, const char *to)
{
	char bytes[65536];
	FILE *in = fopen(at(from), "r");
	size_t len;

	assert_non_null(in);
	unlink(at(to));
	while ((len = fread(bytes, 1, sizeof(bytes), in)) > 0)
		add_bytes(to, bytes, len);
	fclose(in);
}

static void run(const char *program, const char *option, const char *path)
{
	char *argv[] = { (char *)(uintptr_t)program,
			 (char *)(uintptr_t)option, (char *)(uintptr_t)path,
			 NULL };
	int status;
	pid_t pid;

	assert_int_equal(posix_spawnp(&pid, program, NULL, NULL, argv,
				      environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* As logrotate does: the time of the last change is kept. */
static void compress(const char *program, const char *name)
{
	run(program, "-f", at(name));
}

static struct source_position position;

/* Read on from `position` what is there; the numbers of the lines, as "1-5 7"
 * would be "1 2 3 4 5 7", and how it ended. */
static const char *read_on(int max)
{
	static char seen[8192];
	struct source *source = NULL;
	struct slice line;
	struct err err;
	size_t len = 0;

	seen[0] = '\0';
	if (source_open(at("mail.log"), SOURCE_FOLLOW, &position, &source,
			&err) < 0)
		return "failed";
	while (max-- != 0 && source_next(source, &line)) {
		ptrdiff_t number = slice_find(line, S(": line "));

		if (number >= 0)
			line = slice_after(line, (size_t)number + 7);
		len += (size_t)snprintf(seen + len, sizeof(seen) - len,
					"%s%.*s", len ? " " : "",
					line.len > 40 ? 40 : (int)line.len,
					line.ptr);
		assert_true(len < sizeof(seen));
	}
	if (source_error(source))
		snprintf(seen + len, sizeof(seen) - len, " ERROR");
	source_position(source, true, &position);
	source_close(&source);
	return seen;
}

static int fresh(void **state)
{
	(void)state;
	folder_make(folder, "rotation");
	clock_s = 1795300000;
	memset(&position, 0, sizeof(position));
	return 0;
}

static int clean(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static void test_grow(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 2);
	assert_string_equal(read_on(-1), "1 2");
	assert_string_equal(read_on(-1), "");
	add_lines("mail.log", 3, 3);
	assert_string_equal(read_on(-1), "3");
	/* Longer than the head that a position remembers. */
	add_lines("mail.log", 4, 60);
	assert_string_equal(read_on(2), "4 5");
	assert_string_equal(read_on(3), "6 7 8");
	assert_int_equal(position.line, 8);
}

static void test_rename(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 5);
	assert_string_equal(read_on(3), "1 2 3");
	move("mail.log", "mail.log.1");
	add_lines("mail.log", 6, 7);
	assert_string_equal(read_on(-1), "4 5 6 7");
	assert_int_equal(position.line, 2);
	assert_string_equal(read_on(-1), "");
}

/* Between rename and the new file there is none. */
static void test_rename_no_new_file(void **state)
{
	const char *seen;

	(void)state;
	add_lines("mail.log", 1, 5);
	assert_string_equal(read_on(3), "1 2 3");
	move("mail.log", "mail.log.1");
	seen = read_on(-1);
	assert_memory_equal(seen, "4 5", 3);
	add_lines("mail.log.1", 6, 6);
	add_lines("mail.log", 7, 8);
	assert_string_equal(read_on(-1), "6 7 8");
}

static void test_copytruncate(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 5);
	assert_string_equal(read_on(3), "1 2 3");
	copy("mail.log", "mail.log.1");
	/* Copied, not yet truncated. */
	assert_string_equal(read_on(1), "4");
	assert_int_equal(truncate(at("mail.log"), 0), 0);
	touch("mail.log", ++clock_s);
	assert_string_equal(read_on(-1), "5");
	add_lines("mail.log", 6, 7);
	assert_string_equal(read_on(-1), "6 7");
}

static void test_compressed(void **state)
{
	static const char *const programs[] = { "gzip", "xz", "bzip2" };

	for (size_t i = 0; i < N_ELEMENTS(programs); i++) {
		add_lines("mail.log", 1, 50);
		read_on(47);
		move("mail.log", "mail.log.1");
		compress(programs[i], "mail.log.1");
		add_lines("mail.log", 51, 52);
		assert_string_equal(read_on(-1), "48 49 50 51 52");
		clean(state);
		fresh(state);
	}
}

/* Two rotations while nobody looked; the middle file is read whole. */
static void test_chain(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 30);
	read_on(28);
	move("mail.log", "mail.log.1");
	add_lines("mail.log", 31, 33);
	compress("gzip", "mail.log.1");
	move("mail.log.1.gz", "mail.log.2.gz");
	move("mail.log", "mail.log.1");
	add_lines("mail.log", 34, 35);
	assert_string_equal(read_on(-1), "29 30 31 32 33 34 35");
}

static void test_middle_of_chain(void **state)
{
	(void)state;
	add_lines("mail.log.3", 1, 3);
	add_lines("mail.log.2", 4, 6);
	add_lines("mail.log", 7, 9);
	read_on(1);
	/* Older ones than ours are none of our business. */
	move("mail.log", "mail.log.1");
	add_lines("mail.log", 10, 10);
	assert_string_equal(read_on(-1), "8 9 10");
}

/* Stop in each file of a chain and come back. */
static void test_step_by_step(void **state)
{
	char want[16];

	(void)state;
	add_lines("mail.log", 1, 3);
	read_on(1);
	move("mail.log", "mail.log.2");
	add_lines("mail.log.1", 4, 6);
	add_lines("mail.log", 7, 9);
	for (int i = 2; i <= 9; i++) {
		snprintf(want, sizeof(want), "%d", i);
		assert_string_equal(read_on(1), want);
	}
	assert_string_equal(read_on(1), "");
}

/* While gzip works, both are there; afterwards too with some options. */
static void test_twins(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 40);
	read_on(38);
	move("mail.log", "mail.log.1");
	run("gzip", "-kf", at("mail.log.1"));
	add_lines("mail.log", 41, 41);
	assert_string_equal(read_on(-1), "39 40 41");
	/* Twins in the middle, and of a few bytes. */
	clean(state);
	fresh(state);
	add_lines("mail.log", 1, 2);
	read_on(1);
	move("mail.log", "mail.log.2");
	add_lines("mail.log.1", 3, 3);
	run("xz", "-kf", at("mail.log.1"));
	run("gzip", "-kf", at("mail.log.2"));
	add_lines("mail.log", 4, 4);
	assert_string_equal(read_on(-1), "2 3 4");
}

static void test_dateext(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 3);
	read_on(2);
	move("mail.log", "mail.log-20261101");
	add_lines("mail.log", 4, 5);
	move("mail.log", "mail.log-20261108");
	compress("gzip", "mail.log-20261101");
	add_lines("mail.log", 6, 6);
	assert_string_equal(read_on(-1), "3 4 5 6");
}

/* Copied without their times (a restored backup): the names decide. */
static void test_same_time(void **state)
{
	static const struct {
		const char *oldest, *middle, *newest;
	} cases[] = {
		{ "mail.log-20261101", "mail.log-20261108",
		  "mail.log-20261115" },
		{ "mail.log.10", "mail.log.9", "mail.log.8" },
		{ "mail.log.20261031T000000", "mail.log.20261101T000000",
		  "mail.log.20261102T000000" },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		add_lines("mail.log", 1, 2);
		read_on(1);
		move("mail.log", cases[i].oldest);
		add_lines(cases[i].middle, 3, 3);
		add_lines(cases[i].newest, 4, 4);
		add_lines("mail.log", 5, 5);
		touch(cases[i].oldest, clock_s);
		touch(cases[i].middle, clock_s);
		touch(cases[i].newest, clock_s);
		assert_string_equal(read_on(-1), "2 3 4 5");
		clean(state);
		fresh(state);
	}
}

/* Beside /var/log/mail stand mail.err and mail.warn, which are other logs. */
static void test_strangers(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 3);
	read_on(1);
	move("mail.log", "mail.log.1");
	add_lines("mail.log.err", 2, 2);
	add_lines("mail.log-errors", 2, 2);
	add_lines("mail.log.swp", 2, 2);
	add_lines("mail.logger.1", 2, 2);
	assert_int_equal(mkdir(at("mail.log.2"), 0700), 0);
	assert_int_equal(symlink("/dev/zero", at("mail.log.3")), 0);
	add_lines("mail.log", 4, 4);
	assert_string_equal(read_on(-1), "2 3 4");
}

static void test_lost(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 30);
	read_on(2);
	add_lines("mail.log.1", 31, 31);
	unlink(at("mail.log"));
	add_lines("mail.log", 40, 41);
	assert_string_equal(read_on(-1), "40 41");
	assert_int_equal(position.line, 2);
	assert_string_equal(read_on(-1), "");
}

/* Truncated without a copy and grown beyond the old place. */
static void test_overwritten(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 3);
	read_on(-1);
	assert_int_equal(truncate(at("mail.log"), 0), 0);
	add_lines("mail.log", 10, 20);
	assert_string_equal(read_on(-1), "10 11 12 13 14 15 16 17 18 19 20");
}

/* The same beginning (a daemon's first lines) but another end. */
static void test_same_beginning(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 40);
	read_on(39);
	move("mail.log", "mail.log.1");
	add_lines("mail.log", 1, 30);
	add_lines("mail.log", 100, 140);
	memset(&position, 0, sizeof(position));
	read_on(-1);
	add_lines("mail.log", 200, 200);
	assert_string_equal(read_on(-1), "200");
}

static void test_unfinished(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 1);
	add("mail.log", "half");
	assert_string_equal(read_on(-1), "1");
	add("mail.log", " and half");
	assert_string_equal(read_on(-1), "");
	/* Rotated: nobody will write its end. */
	move("mail.log", "mail.log.1");
	add_lines("mail.log", 2, 2);
	assert_string_equal(read_on(-1), "half and half 2");
	add("mail.log", "x");
	assert_string_equal(read_on(-1), "");
	add("mail.log", "y\n");
	assert_string_equal(read_on(-1), "xy");
	assert_int_equal(position.line, 2);
}

/* Nothing was in the new file when we came to it, so our place in it says
 * nothing; what it gets until the next rotation must not be lost. */
static void test_empty_between(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 3);
	read_on(-1);
	move("mail.log", "mail.log.1");
	add("mail.log", "");
	assert_string_equal(read_on(-1), "");
	add_lines("mail.log", 4, 5);
	move("mail.log.1", "mail.log.2");
	move("mail.log", "mail.log.1");
	add_lines("mail.log", 6, 6);
	assert_string_equal(read_on(-1), "4 5 6");
}

/* A daemon that does not append: behind the cut it writes on where it was. */
static void test_sparse(void **state)
{
	static const long holes[] = { 100, 65440, 65500, 65536, 65600, 131000,
				      5000000 };

	for (size_t i = 0; i < N_ELEMENTS(holes); i++) {
		FILE *file;

		add_lines("mail.log", 1, 3);
		read_on(2);
		copy("mail.log", "mail.log.1");
		assert_int_equal(truncate(at("mail.log"), 0), 0);
		file = fopen(at("mail.log"), "r+");
		assert_non_null(file);
		assert_int_equal(fseek(file, holes[i], SEEK_SET), 0);
		fprintf(file, "Nov 22 03:00:04 host postfix/x[1]: line 4\n");
		fclose(file);
		add_lines("mail.log", 5, 5);
		assert_string_equal(read_on(1), "3");
		assert_string_equal(read_on(1), "4");
		assert_string_equal(read_on(-1), "5");
		assert_string_equal(read_on(-1), "");
		clean(state);
		fresh(state);
	}
}

/* The plan as such, for names that sort badly. */
static void test_plan(void **state)
{
	struct rotation rotation;
	struct err err;

	(void)state;
	add_lines("mail.log", 1, 1);
	assert_int_equal(rotation_plan(at("mail.log"), NULL, &rotation, &err),
			 0);
	assert_int_equal(rotation.n, 1);
	assert_false(rotation.is_lost);
	rotation_release(&rotation);
	position.offset = 10;
	position.head_len = SOURCE_HEAD_SIZE + 1;
	assert_false(rotation_holds(at("mail.log"), &position));
	position.head_len = 10;
	position.tail_len = SOURCE_TAIL_SIZE + 1;
	assert_false(rotation_holds(at("mail.log"), &position));
	position.tail_len = 11;
	assert_false(rotation_holds(at("mail.log"), &position));
	position.tail_len = 10;
	position.offset = UINT64_MAX;
	assert_false(rotation_holds(at("mail.log"), &position));
	assert_false(rotation_holds(at("none"), &position));
	assert_false(rotation_holds(folder, &position));
}

/* Read on, but between the plan and the last of its files something happens.
 * What was read before and after, without what a new plan will bring. */
static const char *read_while(int first, void (*happens)(void))
{
	static char seen[400];
	struct source *source;
	struct slice line;
	struct err err;
	size_t len = 0;

	assert_int_equal(source_open(at("mail.log"), SOURCE_FOLLOW, &position,
				     &source, &err), 0);
	seen[0] = '\0';
	for (int i = 0; source_next(source, &line); i++) {
		line = slice_after(line, (size_t)slice_find(line,
							   S(": line ")) + 7);
		len += (size_t)snprintf(seen + len, sizeof(seen) - len,
					"%s%.*s", len ? " " : "",
					(int)line.len, line.ptr);
		if (i + 1 == first)
			happens();
	}
	assert_null(source_error(source));
	source_position(source, true, &position);
	source_close(&source);
	return seen;
}

static void rotate_again(void)
{
	move("mail.log.1", "mail.log.2");
	move("mail.log", "mail.log.1");
	add_lines("mail.log", 9, 10);
}

static void gzip_the_next(void)
{
	compress("gzip", "mail.log.1");
}

static void truncate_it(void)
{
	copy("mail.log", "mail.log.1");
	assert_int_equal(truncate(at("mail.log"), 0), 0);
	add_lines("mail.log", 901, 910);
}

static void take_it_away(void)
{
	move("mail.log", "mail.log.1");
}

/* The plan is out of date: reading ends where it still holds, and the next
 * run goes on there. */
static void test_rotated_while_read(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 3);
	read_on(1);
	move("mail.log", "mail.log.1");
	add_lines("mail.log", 4, 8);
	assert_string_equal(read_while(1, rotate_again), "2 3");
	assert_string_equal(read_on(-1), "4 5 6 7 8 9 10");
	assert_string_equal(read_on(-1), "");
}

static void test_compressed_while_read(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 3);
	read_on(1);
	move("mail.log", "mail.log.2");
	add_lines("mail.log.1", 4, 5);
	add_lines("mail.log", 6, 6);
	assert_string_equal(read_while(1, gzip_the_next), "2 3");
	assert_string_equal(read_on(-1), "4 5 6");
}

static void test_gone_while_read(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 3);
	read_on(1);
	move("mail.log", "mail.log.2");
	add_lines("mail.log", 4, 5);
	assert_string_equal(read_while(1, take_it_away), "2 3");
	assert_string_equal(read_on(-1), "4 5");
	assert_string_equal(read_on(-1), "");
	add_lines("mail.log", 6, 6);
	assert_string_equal(read_on(-1), "6");
}

/* More than one read of it was still to come. */
static void test_truncated_while_read(void **state)
{
	int n = 1, read_before;
	const char *seen;

	(void)state;
	add_lines("mail.log", 1, 2000);
	position.offset = 0;
	read_on(1);
	{
		struct source *source;
		struct slice line;
		struct err err;

		assert_int_equal(source_open(at("mail.log"), SOURCE_FOLLOW,
					     &position, &source, &err), 0);
		for (; source_next(source, &line); n++)
			if (n == 3)
				truncate_it();
		source_position(source, true, &position);
		source_close(&source);
	}
	read_before = n;
	assert_in_range(read_before, 100, 1999);
	seen = read_on(1);
	assert_int_equal(strtol(seen, NULL, 10), read_before + 1);
	for (n = read_before + 1; n < 2000; n++)
		seen = read_on(1);
	assert_string_equal(seen, "2000");
	assert_string_equal(read_on(-1),
			    "901 902 903 904 905 906 907 908 909 910");
}

/* What comes while it is read waits for the next run: nobody can write for
 * ever and keep a run from ending. */
static void add_more(void)
{
	add_lines("mail.log", 4, 4);
}

static void test_grows_while_read(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 3);
	assert_string_equal(read_while(1, add_more), "1 2 3");
	assert_string_equal(read_on(-1), "4");
}

/* gzip stands at its beginning, in its middle, and beside what is whole. */
static void test_torn_copy(void **state)
{
	static const size_t lengths[] = { 0, 5, 60, 200 };

	for (size_t i = 0; i < N_ELEMENTS(lengths); i++) {
		add_lines("mail.log", 1, 40);
		read_on(38);
		move("mail.log", "mail.log.1");
		run("gzip", "-k", at("mail.log.1"));
		assert_int_equal(truncate(at("mail.log.1.gz"),
					  (off_t)lengths[i]), 0);
		touch("mail.log.1.gz", ++clock_s);
		add_lines("mail.log", 41, 41);
		assert_string_equal(read_on(-1), "39 40 41");
		clean(state);
		fresh(state);
	}
}

/* Without the whole one it is said, and what came later is read still. */
static void test_damaged_copy(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 40);
	read_on(2);
	move("mail.log", "mail.log.2");
	add_lines("mail.log.1", 41, 60);
	compress("gzip", "mail.log.1");
	assert_int_equal(truncate(at("mail.log.1.gz"), 100), 0);
	add_lines("mail.log", 61, 61);
	assert_non_null(strstr(read_on(-1), "40 61 ERROR"));
	assert_string_equal(read_on(-1), "");
}

/* copytruncate has copied a part, and our place is in an older file. */
static void test_copy_in_progress(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 3);
	read_on(2);
	move("mail.log", "mail.log.2");
	add_lines("mail.log", 4, 30);
	copy("mail.log", "mail.log.1");
	assert_int_equal(truncate(at("mail.log.1"), 300), 0);
	read_on(2);
	assert_string_equal(read_on(1), "5");
	assert_string_equal(read_on(1), "6");
}

/* As the log of an idle Sunday, compressed. */
static void test_empty_compressed(void **state)
{
	static const char *const programs[] = { "gzip", "xz", "bzip2", "zstd" };

	for (size_t i = 0; i < N_ELEMENTS(programs); i++) {
		add_lines("mail.log", 1, 2);
		read_on(1);
		move("mail.log", "mail.log.2");
		add("mail.log.1", "");
		run(programs[i], strcmp(programs[i], "zstd") ? "-f" : "-fq",
		    at("mail.log.1"));
		unlink(at("mail.log.1"));
		add_lines("mail.log", 3, 3);
		assert_string_equal(read_on(-1), "2 3");
		clean(state);
		fresh(state);
	}
}

/* logrotate's other ways to name and to place them. */
static void test_names(void **state)
{
	static const char *const names[] = {
		"mail.log_2026-11-22", "mail.log.2026112203", "mail.log-1795300000",
		"mail.log20261122", "mail.log.old", "mail.1.log",
		"mail-20261122.log", "mail-2026-11-22T03.log",
		"archive/mail.log.1", "archive/mail.log-20261122",
	};

	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		assert_int_equal(mkdir(at("archive"), 0700), 0);
		add_lines("mail.log", 1, 3);
		read_on(2);
		move("mail.log", names[i]);
		if (i % 2)
			compress("gzip", names[i]);
		add_lines("mail.log", 4, 4);
		assert_string_equal(read_on(-1), "3 4");
		clean(state);
		fresh(state);
	}
}

/* The second server's log is none of the first one's rotated files. */
static void test_neighbour(void **state)
{
	(void)state;
	assert_false(rotation_is_sibling("/l/mail-2.log", "/l/mail.log"));
	assert_false(rotation_is_sibling("/l/mail.log", "/l/mail.log"));
	assert_false(rotation_is_sibling("/l/mail.", "/l/mail"));
	assert_false(rotation_is_sibling("/l/.log", "/l/mail.log"));
	assert_true(rotation_is_sibling("/l/mail.2.log.gz", "/l/mail.log"));
	assert_true(rotation_is_sibling("/l/mainlog-20261122.gz",
					"/l/mainlog-20261122"));
	add_lines("mail.log", 1, 3);
	read_on(2);
	move("mail.log", "mail.log.1");
	add_lines("mail.2.log", 100, 100);
	add_lines("mail-20261122.log", 100, 100);
	add_lines("mail.log", 4, 4);
	assert_string_equal(read_on(-1), "3 4");
}

/* Thousands of old files: the newest are what is looked at. */
static void test_many(void **state)
{
	(void)state;
	add_lines("mail.log", 1, 2);
	for (int i = 0; i < 1500; i++) {
		char name[32];

		snprintf(name, sizeof(name), "mail.log-%d", 1000000 + i);
		add("x", "old\n");
		move("x", name);
	}
	touch("mail.log", ++clock_s);
	read_on(1);
	move("mail.log", "mail.log-2000000");
	add_lines("mail.log", 3, 3);
	assert_string_equal(read_on(-1), "2 3");
}

/* One reading equals many, whatever happens in between: the log is rotated
 * in one of seven ways after every eleventh line. */
static void rotate(int way)
{
	char name[64];

	switch (way % 4) {
	case 0:
		if (access(at("mail.log.2.gz"), F_OK) == 0)
			move("mail.log.2.gz", "mail.log.3.gz");
		if (access(at("mail.log.1"), F_OK) == 0) {
			compress("gzip", "mail.log.1");
			move("mail.log.1.gz", "mail.log.2.gz");
		}
		move("mail.log", "mail.log.1");
		break;
	case 1:
		snprintf(name, sizeof(name), "mail.log-202611%02d", way);
		copy("mail.log", name);
		assert_int_equal(truncate(at("mail.log"), 0), 0);
		break;
	case 2:
		snprintf(name, sizeof(name), "mail.log-202611%02d", way);
		move("mail.log", name);
		compress("xz", name);
		break;
	default:
		return;
	}
}

static void test_equality(void **state)
{
	static const int steps[] = { 1, 2, 3, 7, 25 };

	for (size_t s = 0; s < N_ELEMENTS(steps); s++) {
		int next = 1;

		for (int i = 1; i <= 120; i++) {
			char word[16];
			const char *seen;

			add_lines("mail.log", i, i);
			if (i % 11 == 0) {
				rotate(i / 11);
				add("mail.log", "");
			}
			/* A log never read has no past. */
			if (i > 1 && i % steps[s])
				continue;
			for (; next <= i; next++) {
				seen = read_on(1);
				snprintf(word, sizeof(word), "%d", next);
				if (strcmp(seen, word) != 0)
					print_error("every %d: want %s, got "
						    "\"%s\"\n", steps[s], word,
						    seen);
				assert_string_equal(seen, word);
			}
			assert_string_equal(read_on(1), "");
		}
		clean(state);
		fresh(state);
	}
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, fresh, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(test_grow),	 FRESH(test_rename),
		FRESH(test_rename_no_new_file),
		FRESH(test_copytruncate), FRESH(test_compressed),
		FRESH(test_chain),	 FRESH(test_middle_of_chain),
		FRESH(test_step_by_step), FRESH(test_twins),
		FRESH(test_dateext),	 FRESH(test_same_time),
		FRESH(test_strangers),	 FRESH(test_lost),
		FRESH(test_overwritten), FRESH(test_same_beginning),
		FRESH(test_unfinished),	 FRESH(test_plan),
		FRESH(test_empty_between), FRESH(test_rotated_while_read),
		FRESH(test_compressed_while_read),
		FRESH(test_gone_while_read), FRESH(test_truncated_while_read),
		FRESH(test_grows_while_read), FRESH(test_torn_copy),
		FRESH(test_damaged_copy), FRESH(test_copy_in_progress),
		FRESH(test_empty_compressed), FRESH(test_names),
		FRESH(test_neighbour), FRESH(test_many),
		FRESH(test_sparse),
		FRESH(test_equality),
	};

	log_init(LOG_QUIET);
	return cmocka_run_group_tests_name("rotation", tests, NULL, NULL);
}
