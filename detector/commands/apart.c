#include "detector/commands/apart.h"

#include "base/fence.h"
#include "detector/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In front of the text. */
struct outcome {
	int result;
	struct err err;
};

static bool write_all(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size > 0) {
		ssize_t put = write(fd, at, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		at += put;
		size -= (size_t)put;
	}
	return true;
}

static bool read_all(int fd, void *bytes, size_t size)
{
	char *at = bytes;

	while (size > 0) {
		ssize_t got = read(fd, at, size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		size -= (size_t)got;
	}
	return true;
}

static void work_inside(int to, apart_work *work, void *context, size_t max)
{
	const struct fence_rules only_read = { .writable = NULL };
	struct outcome outcome = { .result = 0 };
	struct text out = TEXT_INIT(max);
	bool is_another = geteuid() == 0 && *settings.reader_user;

	/* Root reads every log; whether he may who will, is the question. */
	if (is_another)
		outcome.result = fence_become(settings.reader_user,
					      &outcome.err);
	if (outcome.result == 0 && settings.fence == FENCE_ON)
		outcome.result = fence_close(&only_read, &outcome.err);
	if (outcome.result == 0)
		outcome.result = work(context, &out, &outcome.err);
	if (outcome.result != 0 && outcome.err.code == EXIT_RIGHTS &&
	    is_another)
		err_prefix(&outcome.err, "reader_user %.40s: ",
			   settings.reader_user);
	_exit(write_all(to, &outcome, sizeof(outcome)) &&
	      write_all(to, text_string(&out), out.len) ? EXIT_FINE
							: EXIT_FILE);
}

static int take(int from, struct text *out, struct err *err)
{
	struct outcome outcome;
	char part[4096];
	ssize_t got;

	if (!read_all(from, &outcome, sizeof(outcome)))
		return err_set(err, EXIT_BUG, "the process that looked at it "
			       "died");
	while ((got = read(from, part, sizeof(part))) != 0) {
		if (got < 0 && errno != EINTR)
			return err_errno(err, EXIT_SYSTEM, errno, "cannot "
					 "hear of the process that looked at "
					 "it");
		if (got > 0)
			text_add(out, (struct slice){ part, (size_t)got });
	}
	if (outcome.result == 0)
		return 0;
	outcome.err.text[sizeof(outcome.err.text) - 1] = '\0';
	*err = outcome.err;
	return -1;
}

int apart_run(apart_work *work, void *context, struct text *out,
	      struct err *err)
{
	int pipes[2], result;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return err_errno(err, EXIT_SYSTEM, errno, "cannot make a "
				 "pipe");
	pid = fork();
	if (pid < 0) {
		err_errno(err, EXIT_SYSTEM, errno, "cannot start a process");
		close(pipes[0]);
		close(pipes[1]);
		return -1;
	}
	if (pid == 0) {
		close(pipes[0]);
		work_inside(pipes[1], work, context, out->max);
	}
	close(pipes[1]);
	result = take(pipes[0], out, err);
	close(pipes[0]);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return result;
}
