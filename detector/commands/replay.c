/*
 * replay - the rehearsal: reads old logs, touches nothing, prints who would
 * have been stopped, when and why.
 */
#include "base/log.h"
#include "detector/commands/command.h"
#include "detector/commands/report.h"
#include "detector/settings.h"

#include <stdio.h>
#include <stdlib.h>

static void on_verdict(void *context, const struct verdict *verdict,
		       struct account_entry *entry)
{
	(void)entry;
	report_verdict(context, verdict);
}

static void on_progress(void *context, uint64_t done, uint64_t total)
{
	report_progress(context, done, total);
}

static int add_logs(struct pipeline *pipeline,
		    const struct invocation *invocation, struct err *err)
{
	for (int i = 0; i < invocation->n_args; i++)
		if (pipeline_add(pipeline, invocation->args[i], SOURCE_ONCE,
				 NULL, settings.format, err) < 0)
			return -1;
	return 0;
}

static int replay(struct pipeline *pipeline, struct report *report,
		  const struct invocation *invocation, struct err *err)
{
	const struct err *read_error;
	struct reader_counters lines;

	if (add_logs(pipeline, invocation, err) < 0)
		return -1;
	while (pipeline_step(pipeline, UINT64_MAX))
		continue;
	report_progress_end(report);
	report_table(report);
	report_summary(report, pipeline);
	if (fflush(stdout) != 0)
		return err_set(err, EXIT_FILE, "cannot write the verdicts");
	read_error = pipeline_error(pipeline);
	if (read_error) {
		*err = *read_error;
		return -1;
	}
	lines = pipeline_counters(pipeline);
	if (lines.events == 0 && lines.strange * 2 > lines.lines)
		return err_set(err, EXIT_DATA,
			       "no line was understood: is this a mail log? "
			       "`comporta events FILE` shows what is");
	return 0;
}

static int run(struct invocation *invocation)
{
	struct pipeline *pipeline = calloc(1, sizeof(*pipeline));
	struct detector detector = { 0 };
	struct report report;
	struct geo *geo = NULL;
	struct err err;
	int result;

	if (!pipeline)
		abort();
	report_init(&report, invocation->json,
		    invocation->progress);
	if (geo_open(settings.country_db, settings.asn_db,
		     settings.geo_max_age_ms, &geo, &err) < 0 ||
	    detector_init(&detector, geo, &settings.home, NULL, &err) < 0) {
		geo_close(&geo);
		free(pipeline);
		return command_fail(&err);
	}
	detector.on_verdict = on_verdict;
	detector.context = &report;
	pipeline->detector = &detector;
	pipeline->on_progress = on_progress;
	pipeline->context = &report;
	result = replay(pipeline, &report, invocation, &err);
	pipeline_close(pipeline);
	detector_release(&detector);
	report_release(&report);
	free(pipeline);
	return result < 0 ? command_fail(&err) : EXIT_FINE;
}

const struct command command_replay = {
	.name = "replay",
	.usage = "LOG...",
	.about = "rehearse on old logs: who would have been stopped, and why",
	.help = "Reads the logs (also .gz .xz .zst .bz2, or - for standard "
		"input), merged by\ntime, and prints who would have been "
		"stopped, when and why. Nothing is written,\nblocked or sent.",
	.takes = TAKES_JSON | TAKES_ORIGIN | TAKES_FORMAT | TAKES_LOGS,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
