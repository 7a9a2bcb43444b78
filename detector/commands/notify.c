/*
 * notify - send the notices and webhooks that wait.
 */
#include "base/clock.h"
#include "base/log.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/commands/watched.h"
#include "detector/settings.h"
#include "detector/state.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

/* Asked to end, the notice in hand is finished: else it would wait for its
 * claim to end, or even go twice. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

/* Between webhooks and notices, in turns: neither keeps the other waiting for
 * long, whoever is slow. */
enum { NOTICES_MS = 20000, WEBHOOKS_MS = 2000 };

static int send_webhooks(struct desk *desk, int64_t budget_ms, struct err *err)
{
	struct webhook_report report;

	return desk_send_webhooks(desk, clock_now_ms(), budget_ms, &stop,
				  &report, err);
}

/* What came meanwhile and is urgent goes before what is not. */
static int send_in_turns(struct desk *desk, struct outbox_report *report,
			 struct err *err)
{
	struct outbox_report one = { .sent = 1 };
	int result = 0;

	desk->stop = &stop;
	desk->send_budget_ms = NOTICES_MS;
	while (result == 0 && one.sent > 0 && !stop) {
		struct err told_at_the_end;

		send_webhooks(desk, WEBHOOKS_MS, &told_at_the_end);
		result = desk_send(desk, clock_now_ms(), &one, err);
		report->sent += one.sent;
		report->later += one.later;
		report->failed += one.failed;
		if (one.last_error[0])
			memcpy(report->last_error, one.last_error,
			       sizeof(one.last_error));
	}
	return result == 0 ? send_webhooks(desk, 0, err) : result;
}

/* The digest also says who is watched, where the state can be read. */
static int send_all(struct desk *desk, struct outbox_report *report,
		    struct err *err)
{
	struct state *state = NULL;
	struct err waste;
	int result;

	if (state_open(settings.state_dir, true, &state, &waste) == 0) {
		desk->describe.watched = watched_list;
		desk->describe.watched_context = state;
	}
	result = send_in_turns(desk, report, err);
	if (state)
		state_close(&state);
	return result;
}

static int run(struct invocation *invocation)
{
	struct outbox_report report = { 0 };
	struct desk desk;
	struct err err;
	int result;

	(void)invocation;
	if (!desk_is_wanted()) {
		log_info("there is no database yet, so nothing waits");
		return EXIT_FINE;
	}
	if (desk_open(&desk, &err) < 0)
		return command_fail(&err);
	catch_signals();
	result = send_all(&desk, &report, &err);
	desk_close(&desk);
	if (result < 0)
		return command_fail(&err);
	log_info("%lld notices sent, %lld wait, %lld were refused",
		 (long long)report.sent, (long long)report.later,
		 (long long)report.failed);
	if (report.later || report.failed) {
		log_error("the mail server said: %s", report.last_error);
		return report.later ? EXIT_AGAIN : EXIT_SERVICE;
	}
	return EXIT_FINE;
}

const struct command command_notify = {
	.name = "notify",
	.usage = "",
	.about = "send the notices and webhooks that wait",
	.help = "Sends what is due in the outbox, and the webhooks; scan and "
		"watch do it as\nwell. A receiver of webhooks that does not "
		"answer is told, but is no failure.",
	.run = run,
};
