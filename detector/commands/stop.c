#include "detector/commands/stop.h"

volatile sig_atomic_t stop_asked, reload_asked;

static void on_signal(int number)
{
	if (number == SIGHUP)
		reload_asked = 1;
	else
		stop_asked = 1;
}

void stop_catch(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

void stop_leave_to_starter(void)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &ignored, NULL);
	sigaction(SIGTERM, &ignored, NULL);
	sigaction(SIGHUP, &ignored, NULL);
}

void stop_catch_reload(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGHUP, &action, NULL);
}

int stop_poll(struct pollfd *polls, size_t n, int64_t limit_us)
{
	struct timespec limit = { .tv_sec = limit_us / 1000000,
				  .tv_nsec = limit_us % 1000000 * 1000 };
	sigset_t ours, before;
	int got = 0;

	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGHUP);
	sigprocmask(SIG_BLOCK, &ours, &before);
	if (!stop_asked && !reload_asked)
		got = ppoll(polls, n, limit_us < 0 ? NULL : &limit, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return got;
}
