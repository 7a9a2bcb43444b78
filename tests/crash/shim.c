/*
 * shim - loaded into comporta by LD_PRELOAD for the crash matrix: the clock
 * of the test, a death at a chosen write, a disk that is full.
 *
 * What is wanted stands in a file that the test maps as well (control.py has
 * the same layout): one row for each subcommand. Only calls that leave the
 * process are counted: files, sockets, syncs. A death is SIGKILL, before the
 * call, after it, or after half of its bytes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { ROLES = 8, PORTS = 4, NAME = 16, WHERE = 48 };
enum death { BEFORE, AFTER, TORN };

struct role {
	char name[NAME];
	int32_t pid;		/* who runs as this now */
	int32_t countdown;	/* dies when it reaches 0 */
	int32_t death;
	int32_t deaths;
	int32_t full_every;	/* each so-manieth write finds no space */
	int32_t full_seen;
	int32_t refused;	/* writes that found none */
	int32_t calls;
	char where[WHERE];	/* of the last death */
};

struct control {
	int64_t now_ms;		/* of the wall clock; 0: the machine's own */
	struct {
		int32_t port;
		char name[NAME - 4];
	} ports[PORTS];
	struct role roles[ROLES];
};

static struct control *control;
static struct role *me;

static struct role *role_of(const char *arguments, size_t len)
{
	const char *name = memchr(arguments, '\0', len);

	for (int i = 0; name && i < ROLES; i++)
		if (control->roles[i].name[0] &&
		    strcmp(name + 1, control->roles[i].name) == 0)
			return &control->roles[i];
	return NULL;
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("CRASH_CONTROL");
	char arguments[4096] = "";
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	ssize_t len;

	if (fd < 0)
		return;
	control = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE,
		       MAP_SHARED, fd, 0);
	close(fd);
	if (control == MAP_FAILED) {
		control = NULL;
		return;
	}
	fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, arguments, sizeof(arguments) - 1);
	close(fd);
	if (len <= 0)
		return;
	me = role_of(arguments, (size_t)len);
	if (me)
		me->pid = getpid();
}

static const char *peer_of(int fd)
{
	struct sockaddr_in peer = { 0 }, own = { 0 };
	socklen_t size = sizeof(peer), own_size = sizeof(own);

	if (getpeername(fd, (struct sockaddr *)&peer, &size) < 0 ||
	    getsockname(fd, (struct sockaddr *)&own, &own_size) < 0)
		return "socket";
	for (int i = 0; i < PORTS; i++)
		if (peer.sin_family == AF_INET && control->ports[i].port &&
		    (ntohs(peer.sin_port) == control->ports[i].port ||
		     ntohs(own.sin_port) == control->ports[i].port))
			return control->ports[i].name;
	return "socket";
}

static void note(const char *call, int fd)
{
	struct stat info;
	char link[64], path[256] = "?";
	const char *what = "?";
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (fd >= 0 && fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode)) {
		what = peer_of(fd);
	} else if (fd >= 0) {
		len = readlink(link, path, sizeof(path) - 1);
		path[len > 0 ? len : 0] = '\0';
		what = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	}
	snprintf(me->where, WHERE, "%s %s%s", call, what,
		 me->death == BEFORE ? ", before"
		 : me->death == TORN ? ", half done" : ", after");
}

static void die(const char *call, int fd)
{
	note(call, fd);
	__atomic_add_fetch(&me->deaths, 1, __ATOMIC_SEQ_CST);
	kill(getpid(), SIGKILL);
	__builtin_trap();	/* where a fence forbids kill() */
}

/* Is this the call? It is for one caller only, however many threads. */
static int is_it(void)
{
	if (!me)
		return 0;
	__atomic_add_fetch(&me->calls, 1, __ATOMIC_RELAXED);
	return me->countdown > 0 &&
	       __atomic_sub_fetch(&me->countdown, 1, __ATOMIC_SEQ_CST) == 0;
}

/* Only files: a full disk says nothing to a socket. */
static int is_full(int fd)
{
	struct stat info;

	if (!me || me->full_every <= 0 || fstat(fd, &info) < 0 ||
	    !S_ISREG(info.st_mode) ||
	    __atomic_add_fetch(&me->full_seen, 1, __ATOMIC_SEQ_CST) %
			    me->full_every != 0)
		return 0;
	__atomic_add_fetch(&me->refused, 1, __ATOMIC_SEQ_CST);
	errno = ENOSPC;
	return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* A call that hands over bytes: `half` is the same with half of them. */
#define GUARD(name, fd, call, half)					\
	do {								\
		static __typeof__(&name) real;				\
		int now = is_it();					\
		long done;						\
									\
		if (!real)						\
			real = REAL(name);				\
		if (is_full(fd))					\
			return -1;					\
		if (now && me->death == BEFORE)				\
			die(#name, fd);					\
		done = now && me->death == TORN ? (long)(half)		\
						: (long)(call);		\
		if (now)						\
			die(#name, fd);					\
		return done;						\
	} while (0)

ssize_t write(int fd, const void *bytes, size_t n)
{
	GUARD(write, fd, real(fd, bytes, n), real(fd, bytes, n / 2));
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	GUARD(pwrite, fd, real(fd, bytes, n, at), real(fd, bytes, n / 2, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	GUARD(pwrite64, fd, real(fd, bytes, n, at),
	      real(fd, bytes, n / 2, at));
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
	GUARD(writev, fd, real(fd, parts, n), real(fd, parts, (n + 1) / 2));
}

ssize_t pwritev(int fd, const struct iovec *parts, int n, off_t at)
{
	GUARD(pwritev, fd, real(fd, parts, n, at),
	      real(fd, parts, (n + 1) / 2, at));
}

ssize_t pwritev64(int fd, const struct iovec *parts, int n, off64_t at)
{
	GUARD(pwritev64, fd, real(fd, parts, n, at),
	      real(fd, parts, (n + 1) / 2, at));
}

ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
	GUARD(send, fd, real(fd, bytes, n, flags),
	      real(fd, bytes, n / 2, flags));
}

ssize_t sendto(int fd, const void *bytes, size_t n, int flags,
	       const struct sockaddr *to, socklen_t size)
{
	GUARD(sendto, fd, real(fd, bytes, n, flags, to, size),
	      real(fd, bytes, n / 2, flags, to, size));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	GUARD(sendmsg, fd, real(fd, message, flags), 0);
}

int fsync(int fd)
{
	GUARD(fsync, fd, real(fd), 0);
}

int fdatasync(int fd)
{
	GUARD(fdatasync, fd, real(fd), 0);
}

int msync(void *at, size_t n, int flags)
{
	GUARD(msync, -1, real(at, n, flags), 0);
}

int ftruncate(int fd, off_t n)
{
	GUARD(ftruncate, fd, real(fd, n), 0);
}

int rename(const char *from, const char *to)
{
	GUARD(rename, -1, real(from, to), 0);
}

int clock_gettime(clockid_t id, struct timespec *out)
{
	static __typeof__(&clock_gettime) real;

	if (!real)
		real = REAL(clock_gettime);
	if (id != CLOCK_REALTIME || !control || control->now_ms == 0)
		return real(id, out);
	out->tv_sec = control->now_ms / 1000;
	out->tv_nsec = control->now_ms % 1000 * 1000000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}
