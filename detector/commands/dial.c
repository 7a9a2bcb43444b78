#include "detector/commands/dial.h"

#include "base/clock.h"
#include "base/log.h"
#include "detector/commands/door.h"
#include "detector/commands/spawn.h"
#include "detector/commands/stop.h"
#include "detector/link/frame.h"
#include "detector/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Forking and connecting take no time; whoever takes longer hangs. And how
 * long a scan waits for the acting process at its end. */
enum { ANSWER_MS = 10000, LAST_WORK_MS = 1000, LOOK_MS = 5 };

/* The answer; with it goes the descriptor, unless it says why there is none. */
struct answer {
	struct err err;		/* EXIT_FINE with a descriptor */
};

/* What a packet with room for one descriptor is made of. */
union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static int send_answer(int to, struct answer *answer, int fd)
{
	struct iovec part = { answer, sizeof(*answer) };
	union control control = { { 0 } };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *head;

	if (fd >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	}
	return sendmsg(to, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

/* *fd_out is -1 when none came. */
static int receive_answer(int from, struct answer *answer, int *fd_out)
{
	struct iovec part = { answer, sizeof(*answer) };
	union control control;
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *head;
	ssize_t len = recvmsg(from, &message, MSG_CMSG_CLOEXEC);

	*fd_out = -1;
	if (len != sizeof(*answer))
		return -1;
	head = CMSG_FIRSTHDR(&message);
	if (head && head->cmsg_type == SCM_RIGHTS &&
	    head->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd_out, CMSG_DATA(head), sizeof(*fd_out));
	return 0;
}

/* The rest is for the process that was forked. */

static int start_own(const struct invocation *invocation, pid_t *pid,
		     int *fd_out, struct err *err)
{
	int ends[2];

	if (link_pair(ends, err) < 0)
		return -1;
	if (spawn_self("act", "--inherited", ends[1], invocation, pid,
		       err) < 0) {
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	close(ends[1]);
	*fd_out = ends[0];
	return 0;
}

static void end_own(pid_t *pid)
{
	if (*pid <= 0)
		return;
	kill(*pid, SIGKILL);
	while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
		;
	*pid = 0;
}

static void answer_one(int to, const struct invocation *invocation, pid_t *own)
{
	struct answer answer = { .err = { .code = EXIT_FINE } };
	int fd = -1, result;

	end_own(own);
	result = *settings.act.socket
			 ? door_knock(settings.act.socket, &fd, &answer.err)
			 : start_own(invocation, own, &fd, &answer.err);
	if (result == 0)
		answer.err = (struct err){ .code = EXIT_FINE };
	send_answer(to, &answer, fd);
	if (fd >= 0)
		close(fd);
}

/* One that has nothing in hand ends at once, since its reader is gone. */
static void let_finish(pid_t own)
{
	int64_t until_ms = clock_monotonic_ms() + LAST_WORK_MS;

	while (own > 0 && waitpid(own, NULL, WNOHANG) == 0 &&
	       clock_monotonic_ms() < until_ms)
		clock_sleep_ms(LOOK_MS);
}

/* Whoever ends our reader ends us by that. Nothing of what was open is kept:
 * neither the lock of the state nor a pipe. */
static void be_dial(int fd, const struct invocation *invocation)
{
	pid_t own = 0;
	char word;

	stop_leave_to_starter();
	prctl(PR_SET_NAME, "comporta-dial");
	/* Of the same user, the reader could else look into it. */
	prctl(PR_SET_DUMPABLE, 0);
	for (;;) {
		ssize_t len = recv(fd, &word, 1, 0);

		if (len == 1)
			answer_one(fd, invocation, &own);
		else if (len == 0 || errno != EINTR)
			break;
	}
	let_finish(own);
	_exit(0);
}

/* Leaves it 3, and the standard three, of which only errors are said. */
static int keep_only(int fd)
{
	int none = open("/dev/null", O_RDWR);

	if (none < 0 || dup2(none, 0) < 0 || dup2(none, 1) < 0 ||
	    dup2(fd, 3) < 0 || close_range(4, ~0U, 0) < 0)
		_exit(EXIT_SYSTEM);
	fcntl(3, F_SETFD, FD_CLOEXEC);
	return 3;
}

int dial_start(struct dial *dial, const struct invocation *invocation,
	       struct err *err)
{
	int ends[2];

	if (link_pair(ends, err) < 0)
		return -1;
	fflush(stdout);
	dial->pid = fork();
	if (dial->pid == 0)
		be_dial(keep_only(ends[1]), invocation);
	close(ends[1]);
	dial->fd = ends[0];
	if (dial->pid > 0)
		return 0;
	close(dial->fd);
	*dial = (struct dial){ 0 };
	return err_errno(err, EXIT_SYSTEM, errno,
			 "cannot start another process");
}

static void let_go(struct dial *dial)
{
	if (dial->fd > 0)
		close(dial->fd);
	dial->fd = 0;
}

int dial_again(struct dial *dial, int *fd_out, struct err *err)
{
	struct pollfd one = { .fd = dial->fd, .events = POLLIN };
	struct answer answer = { .err = { .code = EXIT_FINE } };
	int n = 0;

	if (dial->fd > 0 && send(dial->fd, "a", 1, MSG_NOSIGNAL) == 1)
		while ((n = poll(&one, 1, ANSWER_MS)) < 0 && errno == EINTR)
			;
	if (n <= 0 || receive_answer(dial->fd, &answer, fd_out) < 0) {
		let_go(dial);
		return err_set(err, EXIT_SERVICE, "the process that reaches "
			       "the acting process for this one is gone; "
			       "start again");
	}
	if (*fd_out >= 0)
		return 0;
	*err = answer.err;
	err->text[sizeof(err->text) - 1] = '\0';
	return -1;
}

bool dial_is_there(const struct dial *dial)
{
	return dial->fd > 0;
}

void dial_end(struct dial *dial)
{
	let_go(dial);
	while (dial->pid > 0 && waitpid(dial->pid, NULL, 0) < 0 &&
	       errno == EINTR)
		;
	dial->pid = 0;
}
