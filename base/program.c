#include "base/program.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A program that has closed its output is asked this often whether it ended. */
enum { NAP_MS = 5 };

/* One that was killed gets so long to be gone. */
enum { KILL_MS = 1000, LEFT_MAX = 16 };

/* Programs that we may not kill, as they run as somebody else (sudo), or that
 * hang in the kernel: looked at again, so that no zombies gather. */
static _Thread_local pid_t left[LEFT_MAX];

struct child {
	pid_t pid;
	int to, from;		/* its standard input and output; -1: closed */
	struct slice input;	/* what it has not taken yet */
	bool is_lost;		/* nobody knows how it ended */
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int make_pipes(int in[2], int out[2], const char *name,
		      struct err *err)
{
	if (pipe2(in, O_CLOEXEC) != 0)
		return err_errno(err, EXIT_SYSTEM, errno, "cannot start %s",
				 name);
	if (pipe2(out, O_CLOEXEC) == 0)
		return 0;
	err_errno(err, EXIT_SYSTEM, errno, "cannot start %s", name);
	close(in[0]);
	close(in[1]);
	return -1;
}

static bool is_program(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISREG(info.st_mode) &&
	       access(path, X_OK) == 0;
}

static bool is_in(struct slice folder, const char *name,
		  char path_out[PROGRAM_PATH_SIZE])
{
	int len = snprintf(path_out, PROGRAM_PATH_SIZE, "%.*s/%s",
			   (int)folder.len, folder.ptr, name);

	return len < PROGRAM_PATH_SIZE && is_program(path_out);
}

bool program_find(const char *name, char path_out[PROGRAM_PATH_SIZE])
{
	struct slice folders = S(PROGRAM_PATH);

	if (name[0] == '/')
		return is_in(S(""), name + 1, path_out);
	/* Programs are run in "/". */
	if (strchr(name, '/'))
		return is_in(S(""), name, path_out);
	while (folders.len > 0)
		if (is_in(slice_cut(&folders, ':'), name, path_out))
			return true;
	return false;
}

/* Its three descriptors, its own group, signals as a shell would have them. */
static int spawn(const struct program *program, int in, int out, pid_t *pid)
{
	static char path[] = "PATH=" PROGRAM_PATH, lang[] = "LANG=C",
		    all[] = "LC_ALL=C", home[] = "HOME=/";
	char *const environment[] = { path, lang, all, home, NULL };
	posix_spawn_file_actions_t files;
	char found[PROGRAM_PATH_SIZE];
	posix_spawnattr_t attributes;
	sigset_t none, every;
	int status;

	/* posix_spawnp() would ask our own PATH. */
	if (strchr(program->arguments[0], '/'))
		slice_copy(slice_from(program->arguments[0]), found,
			   sizeof(found));
	else if (!program_find(program->arguments[0], found))
		return ENOENT;

	sigemptyset(&none);
	sigfillset(&every);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_adddup2(&files, out, 2);
	posix_spawn_file_actions_addclosefrom_np(&files, 3);
	posix_spawn_file_actions_addchdir_np(&files, "/");
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &every);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
				 POSIX_SPAWN_SETSIGMASK |
				 POSIX_SPAWN_SETSIGDEF);
	status = posix_spawn(pid, found, &files, &attributes,
			     (char *const *)(uintptr_t)program->arguments,
			     environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return status;
}

/* The child's ends are non-blocking on our side only. */
static enum program_end start(const struct program *program,
			      struct child *child, struct err *err)
{
	const char *name = program->arguments[0];
	int in[2], out[2], status;

	if (make_pipes(in, out, name, err) != 0)
		return PROGRAM_ERROR;
	status = spawn(program, in[0], out[1], &child->pid);
	close(in[0]);
	close(out[1]);
	if (status != 0) {
		close(in[1]);
		close(out[0]);
		err_errno(err, status == ENOENT ? EXIT_CONFIG : EXIT_SYSTEM,
			  status, "cannot start %.200s", name);
		return status == ENOENT ? PROGRAM_NOT_FOUND : PROGRAM_ERROR;
	}
	child->to = in[1];
	child->from = out[0];
	child->input = program->input;
	fcntl(child->to, F_SETFL, O_NONBLOCK);
	fcntl(child->from, F_SETFL, O_NONBLOCK);
	if (child->input.len == 0)
		close_end(&child->to);
	return PROGRAM_ENDED;
}

/* Without SIGPIPE where a program does not read what it is given. */
static void give(struct child *child)
{
	sigset_t pipe_signal, before;
	struct timespec now = { 0, 0 };
	ssize_t n;

	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
	n = write(child->to, child->input.ptr, child->input.len);
	if (n < 0 && errno == EPIPE)
		sigtimedwait(&pipe_signal, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (n > 0)
		child->input = slice_after(child->input, (size_t)n);
	if ((n < 0 && errno != EAGAIN && errno != EINTR) ||
	    child->input.len == 0)
		close_end(&child->to);
}

static void take(struct child *child, struct text *said)
{
	char bytes[4096];
	ssize_t n = read(child->from, bytes, sizeof(bytes));

	if (n > 0) {
		size_t room = said->max < PROGRAM_MAX_SAID ? said->max
							   : PROGRAM_MAX_SAID;

		room = room > said->len ? room - said->len : 0;
		text_add(said, slice_sub((struct slice){ bytes, (size_t)n },
					 0, room));
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close_end(&child->from);
	}
}

/* Give and take until its output is closed or the time is over. */
static bool talk(struct child *child, struct text *said, int64_t until_ms)
{
	while (child->from >= 0) {
		struct pollfd fds[2] = {
			{ .fd = child->from, .events = POLLIN },
			{ .fd = child->to, .events = POLLOUT },
		};
		int64_t left_ms = until_ms - clock_monotonic_ms();

		if (left_ms <= 0)
			return false;
		if (poll(fds, 2, left_ms < 60000 ? (int)left_ms : 60000) < 0)
			continue;
		if (fds[1].revents)
			give(child);
		if (fds[0].revents)
			take(child, said);
	}
	return true;
}

/* True when it ended in time. */
static bool await(struct child *child, int64_t until_ms, int *status)
{
	for (;;) {
		pid_t pid = waitpid(child->pid, status, WNOHANG);

		if (pid == child->pid)
			return true;
		if (pid < 0 && errno != EINTR) {
			child->is_lost = true;
			return true;
		}
		if (clock_monotonic_ms() >= until_ms)
			return false;
		clock_sleep_ms(NAP_MS);
	}
}

static void look_after_left(void)
{
	for (size_t i = 0; i < LEFT_MAX; i++)
		if (left[i] && waitpid(left[i], NULL, WNOHANG) != 0)
			left[i] = 0;
}

static void leave(pid_t pid)
{
	for (size_t i = 0; i < LEFT_MAX; i++) {
		if (left[i])
			continue;
		left[i] = pid;
		return;
	}
}

static void kill_group(struct child *child, int *status)
{
	kill(-child->pid, SIGKILL);
	if (!await(child, clock_monotonic_ms() + KILL_MS, status))
		leave(child->pid);
}

static enum program_end conclude(const struct program *program, bool in_time,
				 bool is_lost, int status, int *status_out,
				 struct err *err)
{
	const char *name = program->arguments[0];

	if (!in_time) {
		err_set(err, EXIT_AGAIN, "%.200s did not end within %lld ms",
			name, (long long)program->limit_ms);
		return PROGRAM_TIMED_OUT;
	}
	if (is_lost) {
		err_set(err, EXIT_SYSTEM, "nobody knows how %.200s ended: "
			"SIGCHLD is ignored", name);
		return PROGRAM_ERROR;
	}
	if (WIFEXITED(status)) {
		*status_out = WEXITSTATUS(status);
		return PROGRAM_ENDED;
	}
	err_set(err, EXIT_AGAIN, "%.200s was ended by signal %d", name,
		WTERMSIG(status));
	return PROGRAM_KILLED;
}

enum program_end program_run(const struct program *program, struct text *said,
			     int *status_out, struct err *err)
{
	struct child child = { .to = -1, .from = -1 };
	int64_t until_ms = clock_monotonic_ms() + program->limit_ms;
	enum program_end end;
	int status = 0;
	bool in_time;

	look_after_left();
	end = start(program, &child, err);
	if (end != PROGRAM_ENDED)
		return end;
	in_time = talk(&child, said, until_ms);
	close_end(&child.to);
	close_end(&child.from);
	in_time = in_time && await(&child, until_ms, &status);
	if (!in_time)
		kill_group(&child, &status);
	return conclude(program, in_time, child.is_lost, status, status_out,
			err);
}
