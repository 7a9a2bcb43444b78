/*
 * watch - rounds without end, for systemd. It looks for new lines every
 * watch_interval; the position decides what is new, so nothing is missed
 * between two looks, whatever happens to the files.
 */
#include "base/clock.h"
#include "base/log.h"
#include "detector/commands/run.h"
#include "detector/commands/stop.h"
#include "detector/settings.h"

#include <string.h>

static int run_watch(struct invocation *invocation)
{
	struct run *run = NULL;
	struct err err;

	stop_catch();
	if (run_open(invocation, &run, &err) < 0)
		return command_fail(&err);
	log_info("watching; end with SIGTERM");
	while (!stop_asked) {
		/* What is away now is tried again in the next round. */
		if (run_round(run, &stop_asked, &err) < 0)
			log_warning("%s", err.text);
		run_end_round(run);
		if (!stop_asked)
			clock_sleep_ms(settings.watch_interval_ms);
	}
	run_close(&run);
	log_info("stopped; everything read is remembered");
	return EXIT_FINE;
}

const struct command command_watch = {
	.name = "watch",
	.usage = "[LOG...]",
	.about = "the same without ending (systemd)",
	.help = "Does what scan does, again and again, until SIGTERM. One "
		"scan or watch at a\ntime works on a state directory.",
	.takes = TAKES_JSON | TAKES_ORIGIN | TAKES_FORMAT | TAKES_DRY_RUN |
		 TAKES_LOGS,
	.min_args = 0,
	.max_args = -1,
	.run = run_watch,
};
