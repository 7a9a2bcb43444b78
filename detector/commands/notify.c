/*
 * notify - send the notices and webhooks that wait.
 */
#include "base/clock.h"
#include "base/log.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/commands/stop.h"
#include "detector/commands/watched.h"
#include "detector/settings.h"
#include "detector/state.h"

#include <string.h>

/* Between webhooks and notices, in turns: neither keeps the other waiting for
 * long, whoever is slow. */
enum { NOTICES_MS = 20000, WEBHOOKS_MS = 2000 };

static int send_webhooks(struct desk *desk, int64_t budget_ms, struct err *err)
{
	struct webhook_report report;

	return desk_send_webhooks(desk, clock_now_ms(), budget_ms, &stop_asked,
				  &report, err);
}

/* What came meanwhile and is urgent goes before what is not. */
static int send_in_turns(struct desk *desk, struct outbox_report *report,
			 struct err *err)
{
	struct outbox_report one = { .sent = 1 };
	int result = 0;

	desk->stop = &stop_asked;
	desk->send_budget_ms = NOTICES_MS;
	while (result == 0 && one.sent > 0 && !stop_asked) {
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
	stop_catch();
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
