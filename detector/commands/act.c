/*
 * act - the process that has the hosting database: it carries out what the
 * process that reads logs decided, and tells it what people decided.
 *
 * One reader at a time: a second one is told so, since two that decide about
 * one host would each believe in its own memory.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/service.h"
#include "detector/commands/act_inside.h"
#include "detector/commands/door.h"
#include "detector/commands/reload.h"
#include "detector/commands/stop.h"
#include "detector/settings.h"
#include "notifier/languages.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The descriptor of who started us. */
enum { INHERITED = 3, GREETING_MS = 200 };

/* Its greeting is read, or closing would take the answer with it. */
static void turn_away(struct acting *acting, int fd, int code,
		      const char *words)
{
	struct link_message done = { .type = LINK_DONE, .done = {
		.about = LINK_HELLO, .code = code } }, greeting;
	struct err err;

	slice_copy(slice_from(words), done.done.words,
		   sizeof(done.done.words));
	link_receive(fd, &acting->room, GREETING_MS, &greeting);
	link_send(fd, &done, 0, &err);
	close(fd);
}

static void take_reader(struct acting *acting, int listener)
{
	struct err err;
	int fd = door_accept(listener, &err);

	if (fd < 0) {
		log_warning("%s", err.text);
		return;
	}
	if (!door_may(fd, &err)) {
		log_warning("%s", err.text);
		turn_away(acting, fd, err.code, err.text);
		return;
	}
	if (acting->reader < 0) {
		acting->reader = fd;
		return;
	}
	turn_away(acting, fd, EXIT_AGAIN, "another scan or watch is at work "
		  "with the acting process; this one does nothing");
}

static void let_go(struct acting *acting)
{
	act_forget(acting);
	close(acting->reader);
	acting->reader = -1;
}

static void hear_reader(struct acting *acting)
{
	struct link_message message;
	enum link_got got = link_receive(acting->reader, &acting->room, 0,
					 &message);

	if (got == LINK_NOTHING)
		return;
	if (got == LINK_BROKEN)
		log_warning("a reader says what is no message; let go");
	if (got != LINK_GOT || !act_answer(acting, &message))
		let_go(acting);
}

static int check_settings(void *context, struct err *err)
{
	(void)context;
	return languages_check(settings.template_dir, err);
}

static void let_go_of_settings(void *context)
{
	act_close_desk(context);
}

static void reload_now(struct acting *acting)
{
	static const char *const fixed[] = { "act.socket", NULL };

	reload_asked = 0;
	reload(acting->invocation,
	       &(struct reload){ "act", fixed, check_settings,
				 let_go_of_settings, acting });
	service_ready();
}

/* What is in hand when a signal comes is finished: it comes between two
 * messages. */
static void serve(struct acting *acting, int listener)
{
	int64_t alive_us = service_alive_every_ms() * 1000;

	while (!stop_asked && (listener >= 0 || acting->reader >= 0)) {
		struct pollfd all[] = {
			{ .fd = acting->reader, .events = POLLIN },
			{ .fd = listener, .events = POLLIN },
		};

		if (reload_asked)
			reload_now(acting);
		service_alive(clock_monotonic_ms());
		if (stop_poll(all, 2, alive_us ? alive_us : -1) <= 0)
			continue;
		if (all[0].revents)
			hear_reader(acting);
		/* One that is gone says so behind his last words. */
		if (all[1].revents && !all[0].revents)
			take_reader(acting, listener);
	}
}

static int run_inherited(struct acting *acting)
{
	struct err err;

	if (fcntl(INHERITED, F_SETFD, FD_CLOEXEC) < 0) {
		err_set(&err, EXIT_USAGE, "--inherited is for scan and watch, "
			"which start this with a socket");
		return command_fail(&err);
	}
	/* The reader. */
	stop_leave_to_starter();
	acting->reader = INHERITED;
	serve(acting, -1);
	return EXIT_FINE;
}

static int run_listening(struct acting *acting)
{
	struct err err;
	int listener;

	if (!*settings.act.socket) {
		err_set(&err, EXIT_CONFIG, "set act.socket, where scan and "
			"watch are waited for; without it they start this by "
			"themselves");
		return command_fail(&err);
	}
	stop_catch();
	stop_catch_reload();
	service_begin();
	if (door_open(settings.act.socket, &listener, &err) < 0)
		return command_fail(&err);
	log_info("waiting for scan and watch at %s; end with SIGTERM",
		 settings.act.socket);
	service_ready();
	serve(acting, listener);
	service_stopping();
	door_close(settings.act.socket, listener);
	return EXIT_FINE;
}

static int run(struct invocation *invocation)
{
	struct acting acting = { .invocation = invocation, .reader = -1 };
	int code;

	/* A reader of the same user could else look into the memory that has
	 * the password (/proc/PID/mem). */
	prctl(PR_SET_DUMPABLE, 0);
	code = invocation->inherited ? run_inherited(&acting)
				     : run_listening(&acting);
	act_release(&acting);
	return code;
}

const struct command command_act = {
	.name = "act",
	.usage = "",
	.about = "carry out what scan and watch decide (systemd)",
	.help = "Has the hosting database, which scan and watch have not: they "
		"read what\nstrangers write into logs. Waits for them at "
		"act.socket, looks at each decision\nagain, stops accounts, "
		"sends notices, runs programs. Until SIGTERM.\n\nWithout "
		"act.socket scan and watch start one for themselves.",
	.takes = TAKES_INHERITED,
	.run = run,
};
