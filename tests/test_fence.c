/*
 * The fence: what is forbidden really fails, what reading needs works. Each
 * try is a child of its own, which closes the fence behind itself first.
 */
#include "base/fence.h"
#include "base/fence_calls.h"
#include "base/fence_paths.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
enum { HAS_LEAK_SEARCH = 1 };
#else
enum { HAS_LEAK_SEARCH = 0 };
#endif

/* A try says 0, or the errno that it ended with; as an exit status. */
typedef int try(void);

enum { NO_FENCE = 120, CRASHED = 121 };

static char folder[FOLDER_SIZE];	/* in it: ours/, others/, each with f */
static char ours[FOLDER_SIZE + 16], others[FOLDER_SIZE + 16];
/* Open before the fence; one can be bound once. */
static int udp = -1, unbound = -1, stream = -1;
static struct sockaddr_in loopback;

static const char *in(const char *where, const char *name)
{
	static char path[FOLDER_SIZE + 64];

	snprintf(path, sizeof(path), "%s/%s", where, name);
	return path;
}

static int said(long result)
{
	return result < 0 ? errno : 0;
}

static int opened(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	int failed = said(fd);

	if (fd >= 0)
		close(fd);
	return failed;
}

/* ----- what belongs to no reader */

static int try_exec(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return errno;
}

static int try_exec_at(void)
{
	char *const argv[] = { NULL };
	int fd = open("/bin/true", O_RDONLY | O_CLOEXEC);

	syscall(SYS_execveat, fd, "", argv, argv, AT_EMPTY_PATH);
	return errno;
}

static int try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return said(pid);
}

static void *nothing(void *context)
{
	return context;
}

static int try_thread(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, nothing, NULL);
}

static int try_inet(void)
{
	return said(socket(AF_INET, SOCK_STREAM, 0));
}

static int try_unix(void)
{
	return said(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int try_connect(void)
{
	return said(connect(udp, (struct sockaddr *)&loopback,
			    sizeof(loopback)));
}

static int try_bind(void)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };

	return said(bind(unbound, (const struct sockaddr *)&any,
			 sizeof(any)));
}

static int try_listen(void)
{
	return said(listen(stream, 1));
}

static int try_send_to(void)
{
	return said(sendto(udp, "x", 1, 0, (struct sockaddr *)&loopback,
			   sizeof(loopback)));
}

static int try_trace(void)
{
	return said(ptrace(PTRACE_TRACEME, 0, 0, 0));
}

static int try_read_memory(void)
{
	return said(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0,
			    0));
}

static int try_kill(void)
{
	return said(kill(getppid(), 0));
}

static int try_queue_signal(void)
{
	return said(syscall(SYS_rt_sigqueueinfo, getppid(), 0, NULL));
}

static int try_own_signals(void)
{
	return said(fcntl(stream, F_SETOWN, getppid()));
}

static int try_type_for_others(void)
{
	char c = '\n';

	return said(ioctl(STDIN_FILENO, TIOCSTI, &c));
}

static int try_chmod(void)
{
	return said(chmod(in(ours, "f"), 0777));
}

static int try_chown(void)
{
	return said(chown(in(ours, "f"), getuid(), getgid()));
}

static int try_mount(void)
{
	return said(mount("none", "/mnt", "none", 0, NULL));
}

static int try_unmount(void)
{
	return said(umount2("/none", 0));
}

static int try_root(void)
{
	return said(chroot("/none"));
}

static int try_namespace(void)
{
	return said(unshare(CLONE_FS));
}

static int try_keys(void)
{
	return said(syscall(SYS_keyctl, 0, 0, 0));
}

static int try_bpf(void)
{
	return said(syscall(SYS_bpf, 0, NULL, 0));
}

static int try_perf(void)
{
	return said(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
}

static int try_uring(void)
{
	return said(syscall(SYS_io_uring_setup, 1, NULL));
}

static int try_fault_handler(void)
{
	return said(syscall(SYS_userfaultfd, 0));
}

static int try_limits(void)
{
	struct rlimit limit = { 100, 100 };

	return said(setrlimit(RLIMIT_NOFILE, &limit));
}

static int try_user(void)
{
	return said(syscall(SYS_setuid, getuid()));
}

static int try_dump(void)
{
	return said(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int try_new_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? errno : 0;
}

static int try_turn_to_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED
		? ENOMEM : said(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static int try_write_over(void)
{
	return opened(in(others, "f"), O_WRONLY);
}

static int try_read_write(void)
{
	return opened(in(others, "f"), O_RDWR);
}

static int try_append(void)
{
	return opened(in(others, "f"), O_WRONLY | O_APPEND);
}

static int try_empty(void)
{
	return opened(in(others, "f"), O_RDONLY | O_TRUNC);
}

static int try_make(void)
{
	return opened(in(others, "new"), O_RDONLY | O_CREAT);
}

static int try_make_unnamed(void)
{
	return opened(others, O_TMPFILE | O_RDWR);
}

static int try_truncate(void)
{
	return said(truncate(in(others, "f"), 0));
}

static int try_remove(void)
{
	return said(unlink(in(others, "f")));
}

static int try_remove_folder(void)
{
	return said(rmdir(in(others, "sub")));
}

static int try_make_folder(void)
{
	return said(mkdir(in(others, "more"), 0700));
}

static int try_make_link(void)
{
	return said(symlink("/etc/passwd", in(others, "link")));
}

static int try_make_fifo(void)
{
	return said(mknod(in(others, "fifo"), S_IFIFO | 0600, 0));
}

static int try_carry_out(void)
{
	char from[FOLDER_SIZE + 64];

	snprintf(from, sizeof(from), "%s", in(ours, "f"));
	return said(rename(from, in(others, "stolen")));
}

static int try_link_out(void)
{
	char from[FOLDER_SIZE + 64];

	snprintf(from, sizeof(from), "%s", in(others, "f"));
	return said(link(from, in(ours, "taken")));
}

static int try_own_memory(void)
{
	return opened("/proc/self/mem", O_RDWR);
}

/* ----- what only some may */

static int try_write_ours(void)
{
	return opened(in(ours, "f"), O_RDWR);
}

static int try_make_ours(void)
{
	return opened(in(ours, "new"), O_RDWR | O_CREAT | O_EXCL);
}

static int try_replace_ours(void)
{
	char draft[FOLDER_SIZE + 64];

	snprintf(draft, sizeof(draft), "%s", in(ours, "draft"));
	if (opened(draft, O_WRONLY | O_CREAT))
		return errno;
	return said(rename(draft, in(ours, "f")));
}

static int try_remove_ours(void)
{
	return said(unlink(in(ours, "f")));
}

/* ----- each kind of fence */

static int close_reader(struct err *err)
{
	return fence_close(&(struct fence_rules){ .writable = NULL }, err);
}

static int close_writer(struct err *err)
{
	const char *const writable[] = { ours, NULL };

	return fence_close(&(struct fence_rules){ .writable = writable,
						  .opens_later = true }, err);
}

/* As on a kernel without landlock. */
static int close_old_reader(struct err *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return fence_calls_close(&(struct fence_rules){ .writable = NULL },
				 false, err);
}

static int close_server(struct err *err)
{
	return fence_close(&(struct fence_rules){ .has_network = true }, err);
}

enum kind { READER, WRITER, OLD_READER, SERVER, KINDS };

static const struct {
	const char *name;
	int (*close)(struct err *err);
} kinds[KINDS] = {
	[READER] = { "reader", close_reader },
	[WRITER] = { "writer", close_writer },
	[OLD_READER] = { "reader without landlock", close_old_reader },
	[SERVER] = { "server", close_server },
};

#define BY(kind) (1u << (kind))

static const struct {
	const char *what;
	try *act;
	unsigned may;		/* BY() of those who can */
	bool leaks;		/* the search for leaks needs it */
} rows[] = {
	{ "run a program", try_exec, 0, false },
	{ "run a program by its descriptor", try_exec_at, 0, false },
	{ "fork", try_fork, 0, true },
	{ "a thread", try_thread, 0, true },
	{ "a TCP socket", try_inet, BY(SERVER), false },
	{ "a local socket", try_unix, BY(SERVER), false },
	{ "connect", try_connect, BY(SERVER), false },
	{ "bind", try_bind, BY(SERVER), false },
	{ "send to an address", try_send_to, BY(SERVER), false },
	{ "be traced", try_trace, 0, true },
	{ "another's memory", try_read_memory, 0, true },
	{ "a signal to the parent", try_kill, 0, true },
	{ "a signal with a word", try_queue_signal, 0, false },
	{ "signals by the kernel", try_own_signals, 0, false },
	{ "type at the terminal", try_type_for_others, 0, false },
	{ "chmod", try_chmod, 0, false },
	{ "chown", try_chown, 0, false },
	{ "mount", try_mount, 0, false },
	{ "unmount", try_unmount, 0, false },
	{ "chroot", try_root, 0, false },
	{ "a namespace", try_namespace, 0, false },
	{ "the kernel's keys", try_keys, 0, false },
	{ "bpf", try_bpf, 0, false },
	{ "perf", try_perf, 0, false },
	{ "io_uring", try_uring, 0, false },
	{ "userfaultfd", try_fault_handler, 0, false },
	{ "other limits", try_limits, 0, false },
	{ "become somebody", try_user, 0, false },
	{ "be dumped", try_dump, 0, true },
	{ "memory that is code", try_new_code, 0, false },
	{ "memory that becomes code", try_turn_to_code, 0, false },
	{ "write over a file", try_write_over, 0, false },
	{ "read and write a file", try_read_write, 0, false },
	{ "append to a file", try_append, 0, false },
	{ "empty a file by opening", try_empty, 0, false },
	{ "make a file", try_make, 0, false },
	{ "make one without a name", try_make_unnamed, 0, false },
	{ "truncate a file", try_truncate, 0, false },
	{ "remove a file", try_remove, 0, false },
	{ "remove a folder", try_remove_folder, 0, false },
	{ "make a folder", try_make_folder, 0, false },
	{ "make a link", try_make_link, 0, false },
	{ "make a fifo", try_make_fifo, 0, false },
	{ "carry a file out", try_carry_out, 0, false },
	{ "take a file in", try_link_out, 0, false },
	{ "write its own memory", try_own_memory, 0, false },
	{ "write in the given folder", try_write_ours, BY(WRITER), false },
	{ "make a file there", try_make_ours, BY(WRITER), false },
	{ "replace a file there", try_replace_ours, BY(WRITER), false },
	{ "remove a file there", try_remove_ours, BY(WRITER), false },
	{ "listen", try_listen, BY(SERVER), false },
};

static void write_file(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs("bytes\n", file);
	fclose(file);
}

static void make_files(void)
{
	mkdir(ours, 0700);
	mkdir(others, 0700);
	mkdir(in(others, "sub"), 0700);
	write_file(in(ours, "f"));
	write_file(in(others, "f"));
}

/* The exit status of a child that closes the fence and tries. */
static int status_behind(int (*close_fence)(struct err *err), try *act)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct err err = { 0 };

		if (close_fence && close_fence(&err) < 0) {
			print_error("%s\n", err.text);
			_exit(NO_FENCE);
		}
		_exit(act());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : CRASHED;
}

static void must_be(const char *kind, const char *what, bool may, int status)
{
	/* EXDEV is landlock's word for a link out of where it is allowed. */
	bool is_right = may ? status == 0
			    : status == EPERM || status == EACCES ||
				      status == EXDEV;

	if (!is_right)
		print_error("%s, %s: %s\n", kind, what,
			    status == NO_FENCE ? "no fence"
			    : status == CRASHED ? "crashed"
			    : status ? strerror(status) : "it can");
	assert_true(is_right);
}

/* It makes code as it runs, and asks the kernel for more than we do. */
static void leave_out_of_valgrind(void)
{
	if (getenv("VALGRIND"))
		skip();
}

static void test_forbidden(void **state)
{
	(void)state;
	leave_out_of_valgrind();
#ifdef FENCE_ALSO_WRITES
	print_message("a build that counts may write\n");
	skip();
#endif
	for (enum kind kind = 0; kind < KINDS; kind++)
		for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
			if (rows[i].leaks && HAS_LEAK_SEARCH)
				continue;
			make_files();
			must_be(kinds[kind].name, rows[i].what,
				rows[i].may & BY(kind),
				status_behind(kinds[kind].close,
					      rows[i].act));
		}
	if (HAS_LEAK_SEARCH)
		print_message("tracing and threads: open in this build\n");
}

/* Each board alone holds, so that a hole in one is none. */
static int close_paths(struct err *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return fence_paths_close(&(struct fence_rules){ .writable = NULL },
				 fence_paths_version(), err);
}

static void test_landlock_alone(void **state)
{
	static const struct {
		const char *what;
		try *act;
		int version;
	} cases[] = {
		{ "run a program", try_exec, 1 },
		{ "write over a file", try_write_over, 1 },
		{ "make a file", try_make, 1 },
		{ "remove a file", try_remove, 1 },
		{ "make a folder", try_make_folder, 1 },
		{ "carry a file out", try_carry_out, 1 },
		{ "truncate a file", try_truncate, 3 },
		{ "a signal to the parent", try_kill, 6 },
	};
	int version = fence_paths_version();

	(void)state;
	leave_out_of_valgrind();
	assert_int_equal(version > 0, fence_has_landlock());
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		if (version < cases[i].version) {
			print_message("landlock %d: \"%s\" was not tried\n",
				      version, cases[i].what);
			continue;
		}
		make_files();
		must_be("landlock alone", cases[i].what, false,
			status_behind(close_paths, cases[i].act));
	}
}

/* A folder that is not there leaves no half of a fence unnoticed. */
static int close_nowhere(struct err *err)
{
	const char *const writable[] = { "/none/such", NULL };
	struct err refused;

	if (fence_close(&(struct fence_rules){ .writable = writable },
			&refused) == 0)
		return err_set(err, EXIT_BUG, "it was closed");
	return refused.code == EXIT_RIGHTS || refused.code == EXIT_FILE
		? 0 : err_set(err, EXIT_BUG, "code %d", refused.code);
}

static int try_nothing(void)
{
	return 0;
}

static void test_cannot_be_had(void **state)
{
	(void)state;
	leave_out_of_valgrind();
	if (fence_has_landlock())
		assert_int_equal(status_behind(close_nowhere, try_nothing),
				 0);
}

/* ----- another user */

static int become_nobody(struct err *err)
{
	return fence_become("nobody", err);
}

static int try_way_back(void)
{
	gid_t groups[64];
	int n = getgroups(64, groups);

	for (int i = 0; i < n; i++)
		if (groups[i] == 0)
			return 0;
	if (getuid() == 0 || geteuid() == 0 || getgid() == 0 ||
	    setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0 ||
	    setgroups(0, NULL) == 0)
		return 0;
	return EPERM;
}

static int try_be_root(void)
{
	struct err err = { 0 };

	if (fence_become("root", &err) == 0)
		return 0;
	return err.code == EXIT_RIGHTS ? EPERM : 0;
}

/* Whoever we are already costs nothing. */
static int try_again(void)
{
	struct err err;

	return fence_become("nobody", &err) == 0 &&
	       fence_become("", &err) == 0 ? 0 : EPERM;
}

static void test_user(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(fence_become("", &err), 0);
	assert_int_equal(fence_become("no-such-user-here", &err), -1);
	assert_int_equal(err.code, EXIT_RIGHTS);
	if (getuid() != 0) {
		print_message("not root: nobody to become\n");
		return;
	}
	must_be("nobody", "a way back", false,
		status_behind(become_nobody, try_way_back));
	must_be("nobody", "root", false,
		status_behind(become_nobody, try_be_root));
	must_be("nobody", "the same again", true,
		status_behind(become_nobody, try_again));
	make_files();
	must_be("nobody", "root's file", false,
		status_behind(become_nobody, try_write_over));
}

/* The rows are worth nothing where nobody could do it anyway. */
static void test_without_a_fence(void **state)
{
	static try *const free_for_all[] = {
		try_fork, try_thread, try_inet, try_unix, try_connect,
		try_kill, try_chmod, try_chown, try_dump, try_new_code,
		try_turn_to_code, try_write_over, try_read_write, try_append,
		try_empty, try_make, try_truncate, try_remove,
		try_remove_folder, try_make_folder, try_make_link,
		try_make_fifo, try_carry_out, try_link_out, try_own_memory,
		try_trace, try_limits, try_user, try_own_signals,
	};

	(void)state;
	leave_out_of_valgrind();
	for (size_t i = 0; i < N_ELEMENTS(free_for_all); i++) {
		folder_remove(others);
		folder_remove(ours);
		make_files();
		assert_int_equal(status_behind(NULL, free_for_all[i]), 0);
	}
	assert_int_equal(status_behind(NULL, try_exec), 0);
}

static int setup(void **state)
{
	(void)state;
	folder_make(folder, "fence");
	snprintf(ours, sizeof(ours), "%s/ours", folder);
	snprintf(others, sizeof(others), "%s/others", folder);
	udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	unbound = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	stream = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (udp < 0 || unbound < 0 || stream < 0)
		return -1;
	loopback.sin_family = AF_INET;
	loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	loopback.sin_port = htons(9);	/* discard */
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(udp);
	close(unbound);
	close(stream);
	folder_remove(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_fence),
		cmocka_unit_test(test_forbidden),
		cmocka_unit_test(test_landlock_alone),
		cmocka_unit_test(test_cannot_be_had),
		cmocka_unit_test(test_user),
	};

	return cmocka_run_group_tests_name("fence", tests, setup, teardown);
}
