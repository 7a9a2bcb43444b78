#include "base/fence_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Names, not numbers: one that this machine or an older libseccomp does not
 * know is left out. */

/* What is open is read and written, what may be read is opened. */
static const char *const reading[] = {
	"close", "close_range", "dup", "dup2", "dup3", "fadvise64",
	"fadvise64_64", "fdatasync", "flock", "fstat", "fstat64", "fstatfs",
	"fstatfs64", "fsync", "ftruncate", "ftruncate64", "lseek", "_llseek",
	"msync", "pipe", "pipe2", "pread64", "preadv", "preadv2", "pwrite64",
	"pwritev", "pwritev2", "read", "readahead", "readv",
	"sync_file_range", "write", "writev",
	/* Names and folders. */
	"access", "faccessat", "faccessat2", "fstatat64", "getcwd",
	"getdents", "getdents64", "lstat", "lstat64", "name_to_handle_at",
	"newfstatat", "readlink", "readlinkat", "stat", "stat64", "statfs",
	"statfs64", "statx", "umask",
	/* Waiting. */
	"epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old",
	"epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd", "eventfd2",
	"inotify_add_watch", "inotify_init", "inotify_init1",
	"inotify_rm_watch", "_newselect", "poll", "ppoll", "ppoll_time64",
	"pselect6", "pselect6_time64", "select", "signalfd", "signalfd4",
	"timerfd_create", "timerfd_gettime", "timerfd_gettime64",
	"timerfd_settime", "timerfd_settime64",
	/* Time and chance. */
	"clock_getres", "clock_getres_time64", "clock_gettime",
	"clock_gettime64", "clock_nanosleep", "clock_nanosleep_time64",
	"getrandom", "gettimeofday", "nanosleep", "time",
	/* Memory. */
	"brk", "madvise", "mincore", "mremap", "munmap",
	/* Locks within the process and between those that share LMDB's. */
	"futex", "futex_time64", "futex_waitv", "get_robust_list",
	"membarrier", "rseq", "sched_yield", "set_robust_list",
	"set_tid_address",
	/* Signals to itself (the others: see kill below), and its children's
	 * end. */
	"alarm", "getitimer", "pause", "restart_syscall", "rt_sigaction",
	"rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend",
	"rt_sigtimedwait", "rt_sigtimedwait_time64", "setitimer", "sigaction",
	"sigaltstack", "sigprocmask", "sigreturn", "wait4", "waitid",
	"waitpid",
	/* Who and where it is. */
	"getcpu", "getegid", "getegid32", "geteuid", "geteuid32", "getgid",
	"getgid32", "getgroups", "getgroups32", "getpgid", "getpgrp",
	"getpid", "getppid", "getresgid", "getresgid32", "getresuid",
	"getresuid32", "getrlimit", "getrusage", "getsid", "gettid", "getuid",
	"getuid32", "sched_getaffinity", "sysinfo", "times", "ugetrlimit",
	"uname",
	/* Talking through sockets that are there. */
	"getpeername", "getsockname", "getsockopt", "recv", "recvfrom",
	"recvmmsg", "recvmmsg_time64", "recvmsg", "send", "sendmmsg",
	"sendmsg", "setsockopt", "shutdown",
	"exit", "exit_group", NULL
};

/* Files are made and removed, where somebody else sees to where. */
static const char *const writing[] = {
	"creat", "fallocate", "link", "linkat", "mkdir", "mkdirat", "open",
	"openat", "rename", "renameat", "renameat2", "rmdir", "truncate",
	"truncate64", "unlink", "unlinkat", NULL
};

static const char *const network[] = {
	"accept", "accept4", "bind", "connect", "listen", "sendto", "socket",
	"socketpair", NULL
};

#if defined(__SANITIZE_ADDRESS__)
#define HAS_LEAK_SEARCH 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_LEAK_SEARCH 1
#endif
#endif

/* The search for leaks stops the process from a thread of its own. */
static const char *const leak_search[] = {
#ifdef HAS_LEAK_SEARCH
	"clone", "prctl", "ptrace", "process_vm_readv", "kill", "tkill",
#endif
	NULL
};

/* Newer than the headers may be. The first has termios2, of 44 bytes. */
#define GET_TERMINAL	_IOR('T', 0x2A, char[44])	/* TCGETS2 */
enum { SET_VMA = 0x53564d41 };	/* PR_SET_VMA: names of memory, for /proc */

/* A call of which only some uses are left: in its argument, counted from 0,
 * the bits of `mask` must be those of `value`. */
struct use {
	const char *call;
	unsigned argument;
	uint64_t mask;
	uint64_t value;
};

#define ALL	UINT64_MAX
/* The kernel looks at no more of an int; the rest may be anything. */
#define INT	UINT64_C(0xffffffff)

enum { WRITES = O_ACCMODE | O_CREAT | O_TRUNC };

static const struct use opening_to_read[] = {
	{ "open", 1, WRITES, O_RDONLY },
	{ "openat", 2, WRITES, O_RDONLY },
	{ .call = NULL }
};

/* No memory whose bytes could become code. */
static const struct use memory[] = {
	{ "mmap", 2, PROT_EXEC, 0 },
	{ "mmap2", 2, PROT_EXEC, 0 },
	{ "mprotect", 2, PROT_EXEC, 0 },
	{ .call = NULL }
};

/* A library's own code is mapped, then made unwritable. */
static const struct use libraries[] = {
	{ "mmap", 2, PROT_EXEC | PROT_WRITE, PROT_EXEC },
	{ "mmap2", 2, PROT_EXEC | PROT_WRITE, PROT_EXEC },
	{ .call = NULL }
};

/* Not the F_SETOWN family, which has the kernel send signals, nor TIOCSTI,
 * which types on the terminal for the administrator. */
static const struct use some[] = {
	{ "fcntl", 1, INT, F_DUPFD }, { "fcntl", 1, INT, F_DUPFD_CLOEXEC },
	{ "fcntl", 1, INT, F_GETFD }, { "fcntl", 1, INT, F_SETFD },
	{ "fcntl", 1, INT, F_GETFL }, { "fcntl", 1, INT, F_SETFL },
	{ "fcntl", 1, INT, F_GETLK }, { "fcntl", 1, INT, F_SETLK },
	{ "fcntl", 1, INT, F_SETLKW }, { "fcntl", 1, INT, F_OFD_GETLK },
	{ "fcntl", 1, INT, F_OFD_SETLK }, { "fcntl", 1, INT, F_OFD_SETLKW },
	{ "fcntl64", 1, INT, F_DUPFD }, { "fcntl64", 1, INT, F_DUPFD_CLOEXEC },
	{ "fcntl64", 1, INT, F_GETFD }, { "fcntl64", 1, INT, F_SETFD },
	{ "fcntl64", 1, INT, F_GETFL }, { "fcntl64", 1, INT, F_SETFL },
	{ "fcntl64", 1, INT, F_GETLK }, { "fcntl64", 1, INT, F_SETLK },
	{ "fcntl64", 1, INT, F_SETLKW }, { "fcntl64", 1, INT, F_OFD_GETLK },
	{ "fcntl64", 1, INT, F_OFD_SETLK },
	{ "fcntl64", 1, INT, F_OFD_SETLKW },
	{ "ioctl", 1, INT, FIOCLEX }, { "ioctl", 1, INT, FIONBIO },
	{ "ioctl", 1, INT, FIONREAD }, { "ioctl", 1, INT, TCGETS },
	{ "ioctl", 1, INT, TIOCGWINSZ }, { "ioctl", 1, INT, GET_TERMINAL },
	{ "prctl", 0, INT, PR_SET_NAME }, { "prctl", 0, INT, PR_GET_NAME },
	{ "prctl", 0, INT, SET_VMA },
	/* A copy of a file in memory, which nobody else can cut short (geo.c);
	 * it runs as little as any other memory. */
	{ "memfd_create", 1, INT, MFD_CLOEXEC },
	/* Limits are read, not set. */
	{ "prlimit64", 2, ALL, 0 },
	/* To whom it is connected, and nobody else. */
	{ "sendto", 4, ALL, 0 },
	{ .call = NULL }
};

static int allow_all(scmp_filter_ctx filter, const char *const *calls)
{
	int failed = 0;

	for (size_t i = 0; calls[i] && !failed; i++) {
		int number = seccomp_syscall_resolve_name(calls[i]);

		if (number != __NR_SCMP_ERROR)
			failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW,
						  number, 0);
	}
	return failed;
}

static int allow_use(scmp_filter_ctx filter, const struct use *use)
{
	int number = seccomp_syscall_resolve_name(use->call);

	if (number == __NR_SCMP_ERROR)
		return 0;
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1,
				SCMP_CMP64(use->argument, SCMP_CMP_MASKED_EQ,
					   use->mask, use->value));
}

static int allow_uses(scmp_filter_ctx filter, const struct use *uses)
{
	int failed = 0;

	for (size_t i = 0; uses[i].call && !failed; i++)
		failed = allow_use(filter, &uses[i]);
	return failed;
}

/* abort() and raise() are signals to itself. */
static int allow_own_end(scmp_filter_ctx filter)
{
	static const char *const calls[] = { "kill", "tgkill" };
	int failed = 0;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]) && !failed; i++)
		failed = allow_use(filter, &(struct use){
			calls[i], 0, INT, (uint64_t)getpid() });
	return failed;
}

static int fill(scmp_filter_ctx filter, const struct fence_rules *rules,
		bool may_open_to_write)
{
	int failed = allow_all(filter, leak_search);

	if (!failed)
		failed = allow_all(filter, reading);
	if (!failed && may_open_to_write)
		failed = allow_all(filter, writing);
	else if (!failed)
		failed = allow_uses(filter, opening_to_read);
	if (!failed && rules->has_network)
		failed = allow_all(filter, network);
	if (!failed && rules->has_network)
		failed = allow_uses(filter, libraries);
	if (!failed)
		failed = allow_uses(filter, memory);
	if (!failed)
		failed = allow_uses(filter, some);
	return failed ? failed : allow_own_end(filter);
}

int fence_calls_close(const struct fence_rules *rules, bool may_open_to_write,
		      struct err *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int failed = filter ? fill(filter, rules, may_open_to_write)
			    : -ENOMEM;

	if (!failed)
		failed = seccomp_load(filter);
	seccomp_release(filter);
	if (!failed)
		return 0;
	err_errno(err, EXIT_RIGHTS, -failed, "cannot close the fence around "
		  "system calls (seccomp)");
	return -1;
}
