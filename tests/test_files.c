/*
 * Small files: limits, secrets and folders.
 */
#include "base/files.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[FOLDER_SIZE];

static const char *at(const char *name)
{
	return folder_at(folder, name);
}

static void write_file(const char *path, struct slice bytes, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.ptr, bytes.len), bytes.len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void test_split(void **state)
{
	static const struct {
		const char *path, *folder, *name;
	} cases[] = {
		{ "a/b", "a", "b" }, { "/a/b", "/a", "b" }, { "b", ".", "b" },
		{ "/b", "/", "b" }, { "a/", "a", "" }, { "a/b/c", "a/b", "c" },
	};
	char long_path[2 * PATH_MAX], found[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		assert_string_equal(files_split(cases[i].path, found),
				    cases[i].name);
		assert_string_equal(found, cases[i].folder);
	}
	memset(long_path, 'a', sizeof(long_path));
	memcpy(long_path + PATH_MAX, "/b", 3);
	assert_null(files_split(long_path, found));
}

static void test_read(void **state)
{
	struct text text = TEXT_INIT(8);
	struct err err = { 0 };

	(void)state;
	write_file(at("eight"), S("12345\0" "78"), 0644);
	assert_int_equal(files_read(at("eight"), &text, &err), 0);
	assert_true(slice_eq(text_slice(&text), S("12345\0" "78")));
	assert_int_equal(files_read(at("eight"), &text, &err), -1);
	assert_int_equal(err.code, EXIT_DATA);
	text_clear(&text);
	assert_int_equal(files_read(at("missing"), &text, &err), -1);
	assert_non_null(strstr(err.text, "missing"));
	assert_int_equal(files_read(folder, &text, &err), -1);
	assert_int_equal(files_read("/dev/zero", &text, &err), -1);
	text_release(&text);
}

static const struct {
	const char *name;
	bool good;
} replaced[] = {
	{ "new", true }, { "old", true }, { "link", false },
	{ "none/page", false }, { ".", false },
};

static void test_replace(void **state)
{
	struct stat info;
	struct err err = { 0 };

	(void)state;
	write_file(at("old"), S("before"), 0644);
	write_file(at("target"), S("stays"), 0644);
	assert_int_equal(symlink(at("target"), at("link")), 0);
	for (size_t i = 0; i < N_ELEMENTS(replaced); i++) {
		const char *path = at(replaced[i].name);
		int want = replaced[i].good ? 0 : -1;

		assert_case(replaced[i].name, want,
			    files_may_replace(path, &err));
		assert_case(replaced[i].name, want,
			    files_replace(path, S("after"), &err));
		if (!replaced[i].good) {
			assert_non_null(strstr(err.text, path));
			continue;
		}
		assert_int_equal(stat(path, &info), 0);
		assert_int_equal(info.st_size, 5);
		assert_int_equal(info.st_mode & 07777, 0600);
	}
	assert_int_equal(stat(at("target"), &info), 0);
	assert_int_equal(files_may_replace("/dev/null", &err), -1);
	assert_int_equal(files_replace("/dev/null", S("x"), &err), -1);
	assert_int_equal(stat("/dev/null", &info), 0);
	assert_true(S_ISCHR(info.st_mode));
}

static void test_secret(void **state)
{
	static const struct {
		mode_t mode;
		bool good;
	} cases[] = {
		{ 0600, true },	 { 0400, true },  { 0640, true },
		{ 0660, false }, { 0604, false }, { 0602, false },
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct text text = TEXT_INIT(100);
		char mode[8];
		int result;

		snprintf(mode, sizeof(mode), "%o", (unsigned)cases[i].mode);
		/* The last one may forbid writing. */
		unlink(at("secret"));
		write_file(at("secret"), S("pass word\r\n"), cases[i].mode);
		result = files_read_secret(at("secret"), &text, &err);
		assert_case(mode, cases[i].good ? 0 : -1, result);
		if (cases[i].good)
			assert_string_equal(text_string(&text), "pass word");
		else
			assert_int_equal(err.code, EXIT_RIGHTS);
		text_release(&text);
	}
}

static void test_create_secret(void **state)
{
	struct text text = TEXT_INIT(100);
	struct stat info;
	struct err err;
	char draft[300];

	(void)state;
	/* A run that was killed half way left its draft behind, and in a
	 * container the next one has the same process id. */
	snprintf(draft, sizeof(draft), "%s.%ld", at("made"), (long)getpid());
	write_file(draft, S("half"), 0600);
	assert_int_equal(files_create_secret(at("made"), S("one"), &err), 0);
	assert_int_equal(files_create_secret(at("made"), S("two"), &err), 0);
	assert_int_equal(files_read_secret(at("made"), &text, &err), 0);
	assert_string_equal(text_string(&text), "one");
	assert_int_equal(stat(at("made"), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	assert_int_equal(info.st_nlink, 1);
	assert_int_equal(files_create_secret(at("no/such"), S("x"), &err), -1);
	text_release(&text);
}

/* What root makes in a folder of others is theirs, and the group's where the
 * group may write. */
static void test_in_a_shared_folder(void **state)
{
	static const struct {
		const char *why;
		mode_t folder, secret, shared;
		bool is_given;
	} cases[] = {
		{ "one's own", 0700, 0600, 0640, true },
		{ "read by a group", 0750, 0600, 0640, true },
		{ "shared with a group", 02770, 0640, 0660, true },
		{ "everybody's", 01777, 0600, 0640, false },
	};
	mode_t before = umask(0);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		char shared[300];
		struct stat info;
		struct err err;
		uid_t owner = getuid() == 0 && cases[i].is_given ? 12345
								 : getuid();

		snprintf(shared, sizeof(shared), "%s", at("shared"));
		assert_int_equal(mkdir(shared, 0700), 0);
		if (getuid() == 0)
			assert_int_equal(chown(shared, 12345, 12346), 0);
		assert_int_equal(chmod(shared, cases[i].folder), 0);
		assert_int_equal(files_create_secret(at("shared/secret"),
						     S("one"), &err), 0);
		assert_int_equal(stat(at("shared/secret"), &info), 0);
		assert_case(cases[i].why, cases[i].secret,
			    info.st_mode & 0777);
		assert_case(cases[i].why, owner, info.st_uid);
		for (int j = 0; j < 2; j++)
			assert_int_equal(files_create_shared(at("shared/db"),
							     &err), 0);
		assert_int_equal(stat(at("shared/db"), &info), 0);
		assert_case(cases[i].why, cases[i].shared,
			    info.st_mode & 0777);
		assert_case(cases[i].why, owner, info.st_uid);
		folder_remove(shared);
	}
	umask(before);
}

static void test_make_dir(void **state)
{
	struct stat info;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(files_make_dir(at("a/b//c/"), &err), 0);
	assert_int_equal(files_make_dir(at("a/b/c"), &err), 0);
	assert_int_equal(stat(at("a/b/c"), &info), 0);
	assert_true(S_ISDIR(info.st_mode));
	assert_int_equal(info.st_mode & 0007, 0);
	write_file(at("file"), S("x"), 0600);
	assert_int_equal(files_make_dir(at("file/below"), &err), -1);
	assert_int_equal(files_make_dir("", &err), -1);
	assert_int_equal(err.code, EXIT_CONFIG);
	assert_int_equal(files_make_dir("/", &err), 0);
}

static int set_up(void **state)
{
	(void)state;
	folder_make(folder, "files");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_secret),
		cmocka_unit_test(test_create_secret),
		cmocka_unit_test(test_in_a_shared_folder),
		cmocka_unit_test(test_make_dir),
	};

	return cmocka_run_group_tests_name("files", tests, set_up, tear_down);
}
