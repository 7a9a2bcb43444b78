/*
 * notify - send the notices that wait.
 */
#include "base/clock.h"
#include "base/log.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"

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
	result = desk_send(&desk, clock_now_ms(), &report, &err);
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
	.about = "send the notices that wait",
	.help = "Sends what is due in the outbox; scan and watch do it as "
		"well.",
	.run = run,
};
