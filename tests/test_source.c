/*
 * One file, line by line: strange lines, strange files, and positions inside.
 */
#include "base/log.h"
#include "detector/sources/source.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char folder[FOLDER_SIZE], path[FOLDER_SIZE + 32];

static void write_bytes(const char *bytes, size_t len, const char *mode)
{
	FILE *file = fopen(path, mode);

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
}

/* `len` times one byte, and what is behind. */
static void write_many(char byte, size_t len, const char *behind)
{
	char *bytes = malloc(len);

	assert_non_null(bytes);
	memset(bytes, byte, len);
	write_bytes(bytes, len, "a");
	free(bytes);
	write_bytes(behind, strlen(behind), "a");
}

static struct source *must_open(enum source_mode mode,
				const struct source_position *position)
{
	struct source *source = NULL;
	struct err err = { 0 };

	if (source_open(path, mode, position, &source, &err) < 0)
		print_error("%s\n", err.text);
	assert_non_null(source);
	return source;
}

static void must_read(struct source *source, struct slice want,
		      uint64_t number)
{
	struct slice line;

	assert_true(source_next(source, &line));
	if (!slice_eq(line, want))
		print_error("line %d of %zu bytes: \"%.*s\"\n", (int)number,
			    line.len, line.len < 40 ? (int)line.len : 40,
			    line.ptr);
	assert_true(slice_eq(line, want));
	assert_int_equal(source_line(source), number);
}

static void must_end(struct source *source)
{
	struct slice line;

	assert_false(source_next(source, &line));
	assert_false(source_next(source, &line));
	assert_null(source_error(source));
}

static int fresh(void **state)
{
	(void)state;
	folder_make(folder, "source");
	snprintf(path, sizeof(path), "%s/mail.log", folder);
	return 0;
}

static int clean(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static void test_lines(void **state)
{
	static const struct {
		const char *why;
		struct slice bytes;
		struct slice lines[4];
		size_t once, follow;	/* how many of them */
	} cases[] = {
		{ "empty file", SLICE(""), { SLICE("") }, 0, 0 },
		{ "two lines", SLICE("a\nb\n"), { SLICE("a"), SLICE("b") },
		  2, 2 },
		{ "no newline at the end", SLICE("a\nb"),
		  { SLICE("a"), SLICE("b") }, 2, 1 },
		{ "empty lines", SLICE("\n\na\n"),
		  { SLICE(""), SLICE(""), SLICE("a") }, 3, 3 },
		/* The format takes the CR away. */
		{ "CR LF", SLICE("a\r\nb\r\n"), { SLICE("a\r"), SLICE("b\r") },
		  2, 2 },
		{ "NUL bytes", SLICE("a\0b\n\0\n"),
		  { SLICE("a\0b"), SLICE("\0") }, 2, 2 },
		/* What a crash leaves behind on some file systems. */
		{ "NULs for an end", SLICE("a\n\0\0\0\0"),
		  { SLICE("a"), SLICE("\0\0\0\0") }, 2, 1 },
		{ "8 bit", SLICE("\xff\xfe\n"), { SLICE("\xff\xfe") }, 1, 1 },
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		for (int follow = 0; follow < 2; follow++) {
			size_t n = follow ? cases[i].follow : cases[i].once;
			struct source *source;

			write_bytes(cases[i].bytes.ptr, cases[i].bytes.len,
				    "w");
			print_message("%s\n", cases[i].why);
			source = must_open(follow ? SOURCE_FOLLOW
						  : SOURCE_ONCE, NULL);
			for (size_t j = 0; j < n; j++)
				must_read(source, cases[i].lines[j], j + 1);
			must_end(source);
			source_close(&source);
			clean(state);
			fresh(state);
		}
}

static void test_overlong(void **state)
{
	/* Around the limit, around the size of a read, and far beyond. */
	static const size_t lengths[] = {
		SOURCE_LINE_MAX + 1, 100 * 1024, (1 << 18) - 1, 1 << 18,
		(1 << 18) + SOURCE_LINE_MAX - 8, (1 << 18) + SOURCE_LINE_MAX,
		10 << 20
	};

	for (size_t i = 0; i < N_ELEMENTS(lengths); i++) {
		struct source *source;
		struct slice line;

		write_bytes("first\n", 6, "w");
		write_many('x', lengths[i], "\nsecond\n");
		write_many('y', SOURCE_LINE_MAX, "\nthird\n");
		source = must_open(SOURCE_ONCE, NULL);
		print_message("%zu bytes\n", lengths[i]);
		must_read(source, S("first"), 1);
		must_read(source, S("second"), 3);
		assert_int_equal(source_overlong(source), 1);
		assert_true(source_next(source, &line));
		assert_int_equal(line.len, SOURCE_LINE_MAX);
		assert_int_equal(line.ptr[line.len - 1], 'y');
		must_read(source, S("third"), 5);
		must_end(source);
		source_close(&source);
	}
	(void)state;
}

/* Wherever a read ends within a long line, none of the next is lost. */
static void test_every_boundary(void **state)
{
	(void)state;
	for (size_t before = 0; before < 200; before += 33) {
		struct source *source;
		struct slice line;
		size_t n = 0;

		write_bytes("", 0, "w");
		write_many('a', before, "\n");
		write_many('b', SOURCE_LINE_MAX - 100, "\n");
		write_many('c', (1 << 18) - 60 + before, "\n");
		write_many('d', (1 << 18) - 128 + before, "\n");
		for (int i = 0; i < 50; i++)
			write_many('e', 9999, "\n");
		source = must_open(SOURCE_ONCE, NULL);
		while (source_next(source, &line)) {
			assert_true(line.len <= SOURCE_LINE_MAX);
			n += line.len == 9999;
		}
		assert_int_equal(n, 50);
		assert_int_equal(source_line(source), 54);
		assert_int_equal(source_overlong(source), 2);
		source_close(&source);
	}
}

static void test_unfinished_overlong(void **state)
{
	struct source_position position;
	struct source *source;
	struct slice line;
	size_t n = 0;

	(void)state;
	write_bytes("first\n", 6, "w");
	write_many('x', 200000, "");
	source = must_open(SOURCE_FOLLOW, NULL);
	must_read(source, S("first"), 1);
	must_end(source);
	source_position(source, true, &position);
	source_close(&source);
	write_many('x', 1000, "\nlast\n");
	source = must_open(SOURCE_FOLLOW, &position);
	while (source_next(source, &line)) {
		n++;
		if (slice_eq(line, S("last")))
			n += 100;
	}
	/* "last" comes; the rest of the long line perhaps. */
	assert_true(n == 101 || n == 102);
	source_close(&source);
}

static int try_open(const char *name, enum source_mode mode)
{
	struct source *source = NULL;
	struct err err = { 0 };
	int result = source_open(name, mode, NULL, &source, &err);

	if (result < 0)
		assert_non_null(strstr(err.text, name));
	else
		source_close(&source);
	assert_null(source);
	return result;
}

static void test_refused(void **state)
{
	(void)state;
	for (int mode = SOURCE_FOLLOW; mode <= SOURCE_ONCE; mode++) {
		assert_int_equal(try_open(folder, mode), -1);
		assert_int_equal(try_open("/dev/zero", mode), -1);
		assert_int_equal(try_open("/dev/null", mode), -1);
		assert_int_equal(try_open(path, mode), -1);
	}
	write_bytes("a\n", 2, "w");
	assert_int_equal(chmod(path, 0), 0);
	if (geteuid() != 0)
		assert_int_equal(try_open(path, SOURCE_ONCE), -1);
	assert_int_equal(chmod(path, 0600), 0);
	write_bytes("a\n", 2, "w");
	assert_int_equal(try_open(path, SOURCE_ONCE), 0);
}

static void test_pipe(void **state)
{
	struct source *source;
	struct err err;
	int ends[2], kept = dup(0);

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "a\nb", 3), 3);
	close(ends[1]);
	assert_int_equal(dup2(ends[0], 0), 0);
	close(ends[0]);
	assert_int_equal(source_open("-", SOURCE_ONCE, NULL, &source, &err),
			 0);
	must_read(source, S("a"), 1);
	must_read(source, S("b"), 2);
	must_end(source);
	source_close(&source);
	dup2(kept, 0);
	close(kept);
}

static void test_compressed(void **state)
{
	static const char *const programs[] = { "gzip", "xz", "bzip2",
						"zstd" };

	for (size_t i = 0; i < N_ELEMENTS(programs); i++) {
		char *argv[] = { (char *)(uintptr_t)programs[i],
				 (char *)(uintptr_t)"-qkf", path, NULL };
		static const char *const ends[] = { "gz", "xz", "bz2", "zst" };
		struct source *source;
		int status = -1;
		pid_t pid;

		write_bytes("a\n\nb", 4, "w");
		write_many('x', 3 << 20, "\nc\n");
		if (posix_spawnp(&pid, programs[i], NULL, NULL, argv,
				 environ) != 0 ||
		    waitpid(pid, &status, 0) != pid || status != 0) {
			print_message("%s is not installed\n", programs[i]);
			continue;
		}
		snprintf(path, sizeof(path), "%s/mail.log.%s", folder,
			 ends[i]);
		source = must_open(SOURCE_ONCE, NULL);
		must_read(source, S("a"), 1);
		must_read(source, S(""), 2);
		must_read(source, S("c"), 4);
		must_end(source);
		source_close(&source);
		clean(state);
		fresh(state);
	}
}

/* A download that broke off: what is there is read, then it is an error. */
static void test_cut_compression(void **state)
{
	char *argv[] = { (char *)(uintptr_t)"gzip", path, NULL };
	struct source *source;
	struct slice line;
	struct stat info;
	struct err err;
	int status;
	size_t n = 0;
	pid_t pid;

	(void)state;
	for (unsigned i = 0; i < 40000; i++) {
		char text[40];
		int len = snprintf(text, sizeof(text), "%08x %08x\n", i,
				   i * 2654435761u);

		write_bytes(text, (size_t)len, i ? "a" : "w");
	}
	assert_int_equal(posix_spawnp(&pid, "gzip", NULL, NULL, argv, environ),
			 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	snprintf(path, sizeof(path), "%s/mail.log.gz", folder);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(truncate(path, info.st_size / 2), 0);
	source = must_open(SOURCE_ONCE, NULL);
	while (source_next(source, &line)) {
		assert_int_equal(line.len, 17);
		n++;
	}
	assert_true(n > 10000);
	assert_non_null(source_error(source));
	assert_non_null(strstr(source_error(source)->text, path));
	source_close(&source);
	/* Not even a header: no crash, whatever comes. */
	write_bytes("\x1f\x8b\x08garbage", 10, "w");
	if (source_open(path, SOURCE_ONCE, NULL, &source, &err) < 0)
		return;
	while (source_next(source, &line))
		;
	source_close(&source);
}

/* At every line, in front of it and behind it, one may stop and go on. */
static void test_positions(void **state)
{
	struct source_position in_front[40], behind[40];
	struct source *source;
	struct slice line;
	char word[16];

	(void)state;
	for (int i = 0; i < 40; i++) {
		snprintf(word, sizeof(word), "%d ", i);
		write_bytes(word, strlen(word), "a");
		write_many('x', (size_t)i * 7, "\n");
	}
	source = must_open(SOURCE_FOLLOW, NULL);
	for (int i = 0; i < 40; i++) {
		assert_true(source_next(source, &line));
		source_position(source, false, &in_front[i]);
		source_position(source, true, &behind[i]);
	}
	source_close(&source);
	for (int i = 0; i < 40; i++) {
		uint32_t number = 99;

		source = must_open(SOURCE_FOLLOW, &in_front[i]);
		assert_true(source_next(source, &line));
		assert_true(slice_number(line, &number));
		assert_int_equal(number, i);
		assert_int_equal(source_line(source), i + 1);
		source_close(&source);
		source = must_open(SOURCE_FOLLOW, &behind[i]);
		assert_true(source_next(source, &line) == (i < 39));
		if (i < 39) {
			assert_true(slice_number(line, &number));
			assert_int_equal(number, i + 1);
		}
		source_close(&source);
	}
}

/* The position is the same whether we read far or came back on the way. */
static void test_same_position(void **state)
{
	struct source_position one = { 0 }, many = { 0 };
	struct source *source;
	struct slice line;

	(void)state;
	for (int i = 0; i < 100; i++)
		write_many((char)('a' + i % 26), 1 + (size_t)i % 50, "\n");
	source = must_open(SOURCE_FOLLOW, NULL);
	while (source_next(source, &line))
		;
	source_position(source, true, &one);
	source_close(&source);
	for (int i = 0; i < 100; i++) {
		source = must_open(SOURCE_FOLLOW, &many);
		assert_true(source_next(source, &line));
		source_position(source, true, &many);
		source_close(&source);
	}
	assert_memory_equal(&one, &many, sizeof(one));
}

static void test_progress(void **state)
{
	struct source *source;
	struct slice line;
	uint64_t done, total;

	(void)state;
	write_many('x', 5000, "\n");
	source = must_open(SOURCE_ONCE, NULL);
	source_progress(source, &done, &total);
	assert_int_equal(done, 0);
	assert_int_equal(total, 5001);
	assert_true(source_next(source, &line));
	must_end(source);
	source_progress(source, &done, &total);
	assert_int_equal(done, 5001);
	assert_string_equal(source_file(source), path);
	assert_true(source_changed_ms(source) > 0);
	source_close(&source);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, fresh, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(test_lines),	   FRESH(test_overlong),
		FRESH(test_every_boundary), FRESH(test_unfinished_overlong),
		FRESH(test_refused),	   FRESH(test_pipe),
		FRESH(test_compressed),	   FRESH(test_cut_compression),
		FRESH(test_positions),	   FRESH(test_same_position),
		FRESH(test_progress),
	};

	log_init(LOG_QUIET);
	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
