/*
 * scan - one round, then the end: what cron runs.
 */
#include "base/log.h"
#include "detector/commands/learn.h"
#include "detector/commands/run.h"

#include <stdio.h>

static int run_scan(struct invocation *invocation)
{
	struct run *run = NULL;
	struct err err;
	int result;

	if (invocation->learn)
		return learn_logs(invocation);
	if (run_open(invocation, &run, &err) < 0) {
		/* Cron would mail it every time a run takes longer. */
		if (err.code == EXIT_AGAIN && invocation->quiet)
			return EXIT_AGAIN;
		return command_fail(&err);
	}
	result = run_round(run, NULL, &err);
	if (!invocation->quiet)
		run_summary(run);
	run_close(&run);
	if (fflush(stdout) != 0 && result == 0)
		result = err_set(&err, EXIT_FILE, "cannot write the verdicts");
	return result < 0 ? command_fail(&err) : EXIT_FINE;
}

const struct command command_scan = {
	.name = "scan",
	.usage = "[LOG...]",
	.about = "read what is new, decide, stop, tell, lift; then end (cron)",
	.help = "Reads what is new in the configured sources, or in the named "
		"logs, since the\nlast run; stops stolen accounts if mode is "
		"enforce, queues and sends notices,\nand lifts what may be "
		"lifted. Safe to kill and to run twice.\n\nWith --learn "
		"the named logs (rotated ones too, also compressed) teach what "
		"is\nnormal: before the first scan, so that day one is not "
		"cold. Nobody is judged,\nstopped or told by them, what is "
		"suspicious in them is not learnt, and scan goes\non where "
		"they end. An account that is known already learns only what "
		"is newer.",
	.takes = TAKES_JSON | TAKES_ORIGIN | TAKES_FORMAT | TAKES_DRY_RUN |
		 TAKES_LOGS | TAKES_LEARN,
	.min_args = 0,
	.max_args = -1,
	.run = run_scan,
};
