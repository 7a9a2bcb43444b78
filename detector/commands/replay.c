/*
 * replay - the rehearsal: reads old logs, touches nothing, prints who would
 * have been stopped, when and why.
 */
#include "base/files.h"
#include "base/log.h"
#include "base/must.h"
#include "base/stamp.h"
#include "detector/album/album.h"
#include "detector/commands/command.h"
#include "detector/commands/fenced.h"
#include "detector/commands/logs.h"
#include "detector/commands/report.h"
#include "detector/commands/scores.h"
#include "detector/learning.h"
#include "detector/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Who hears of what the detector finds. */
struct rehearsal {
	struct report report;
	struct scores *scores;	/* NULL: nobody asked */
	struct album *album;	/* NULL: the same */
};

static void on_verdict(void *context, const struct verdict *verdict,
		       struct account_entry *entry)
{
	struct rehearsal *rehearsal = context;

	(void)entry;
	report_verdict(&rehearsal->report, verdict);
	if (rehearsal->album)
		album_verdict(rehearsal->album, verdict);
}

static void on_weighed(void *context, const struct signal_input *input,
		       const struct account_entry *entry)
{
	struct rehearsal *rehearsal = context;

	if (rehearsal->scores)
		scores_note(rehearsal->scores, input, entry);
	if (rehearsal->album)
		album_weighed(rehearsal->album, input, entry);
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

/* "2026-11-15", or a time as RFC 3339 has it. */
static int read_until(const char *text, int64_t *until_ms_out, struct err *err)
{
	char day[STAMP_TEXT_SIZE];

	snprintf(day, sizeof(day), "%.10sT00:00:00Z", text);
	if (stamp_parse(slice_from(strlen(text) == 10 ? day : text),
			until_ms_out))
		return 0;
	return err_set(err, EXIT_USAGE, "--learn-until takes a day such as "
		       "2026-11-15 or a time such as 2026-11-15T08:00:00Z, not "
		       "\"%.40s\"", text);
}

/* Up to the pause, if there is one, nobody is judged. */
static void read_all(struct pipeline *pipeline)
{
	bool has_pause = pipeline->pause_ms != 0;

	if (has_pause)
		learning_begin(pipeline->detector);
	while (pipeline_step(pipeline, UINT64_MAX)) {
		learning_end(pipeline->detector, NULL);
		pipeline->pause_ms = 0;
	}
	if (has_pause && pipeline->pause_ms)
		log_warning("no line is as new as --learn-until: all of it was "
			    "learnt, nobody judged");
}

static int replay(struct pipeline *pipeline, struct report *report,
		  const struct invocation *invocation, struct err *err)
{
	const struct err *read_error;
	struct reader_counters lines;
	bool is_no_log;

	if (add_logs(pipeline, invocation, err) < 0)
		return -1;
	if (invocation->until &&
	    read_until(invocation->until, &pipeline->pause_ms, err) < 0)
		return -1;
	read_all(pipeline);
	report_progress_end(report);
	lines = pipeline_counters(pipeline);
	is_no_log = lines.events == 0 && lines.strange * 2 > lines.lines;
	/* Who was not judged is not cleared. */
	if (!is_no_log && !pipeline->pause_ms)
		report_table(report);
	report_summary(report, pipeline);
	if (fflush(stdout) != 0)
		return err_errno(err, EXIT_FILE, errno,
				 "cannot write the verdicts");
	read_error = pipeline_error(pipeline);
	if (read_error) {
		*err = *read_error;
		return -1;
	}
	if (is_no_log)
		return err_set(err, EXIT_DATA,
			       "no line was understood: is this a mail log? "
			       "`comporta events FILE` shows what is");
	return 0;
}

static int write_page(struct album *album, const struct pipeline *pipeline,
		      const struct invocation *invocation, struct err *err)
{
	const struct album_run run = {
		.pipeline = pipeline,
		.logs = invocation->args,
		.n_logs = (size_t)invocation->n_args,
		.learnt_until = invocation->until,
	};

	if (album_write(album, invocation->page, &run, err) < 0)
		return -1;
	log_info("wrote %s", invocation->page);
	return 0;
}

/* Whoever wants to hear of every event. A page that cannot be written is said
 * before the logs are read. */
static int open_listeners(struct rehearsal *rehearsal,
			  const struct invocation *invocation,
			  struct err *err)
{
	if (invocation->scores &&
	    scores_open(invocation->scores, &rehearsal->scores, err) < 0)
		return -1;
	if (!invocation->page)
		return 0;
	if (files_may_replace(invocation->page, err) < 0)
		return -1;
	rehearsal->album = album_new();
	return 0;
}

static int open_all(struct rehearsal *rehearsal, struct detector *detector,
		    const struct invocation *invocation, struct err *err)
{
	struct geo *geo = NULL;

	if (settings_geo(&geo, err) < 0)
		return -1;
	if (detector_init(detector, geo, &settings.home, NULL, err) < 0) {
		geo_close(&geo);
		return -1;
	}
	detector->on_verdict = on_verdict;
	detector->context = rehearsal;
	if (invocation->scores || invocation->page)
		detector->on_weighed = on_weighed;
	return open_listeners(rehearsal, invocation, err);
}

/* The page is made beside its name when the logs have been read; the scores'
 * file is open. */
static int close_fence(const struct invocation *invocation, struct err *err)
{
	const char *page = invocation->page;
	char folder[PATH_MAX];
	const char *const writable[] = { folder, NULL };
	const struct fence_rules rules = { .writable = page ? writable : NULL,
					   .opens_later = page != NULL };

	if (page && !files_split(page, folder))
		return err_set(err, EXIT_CONFIG, "the path %s is too long",
			       page);
	return fenced_close(&rules, err);
}

static int run(struct invocation *invocation)
{
	struct pipeline *pipeline = must(calloc(1, sizeof(*pipeline)));
	struct rehearsal rehearsal = { 0 };
	struct detector detector = { 0 };
	struct err err;
	int result;

	report_init(&rehearsal.report, invocation->json,
		    invocation->progress);
	result = logs_expand_arguments(invocation, &err);
	if (result == 0)
		result = open_all(&rehearsal, &detector, invocation, &err);
	if (result == 0)
		result = close_fence(invocation, &err);
	if (result == 0) {
		pipeline->detector = &detector;
		pipeline->on_progress = on_progress;
		pipeline->context = &rehearsal.report;
		result = replay(pipeline, &rehearsal.report, invocation, &err);
		if (result == 0 && rehearsal.album)
			result = write_page(rehearsal.album, pipeline,
					    invocation, &err);
		pipeline_close(pipeline);
	}
	if (scores_close(&rehearsal.scores, &err) < 0)
		result = -1;
	album_free(&rehearsal.album);
	detector_release(&detector);
	report_release(&rehearsal.report);
	free(pipeline);
	return result < 0 ? command_fail(&err) : EXIT_FINE;
}

const struct command command_replay = {
	.name = "replay",
	.usage = "LOG...",
	.about = "rehearse on old logs: who would have been stopped, and why",
	.help = "Reads the logs (also .gz .xz .zst .bz2, or - for standard "
		"input), merged by\ntime, and prints who would have been "
		"stopped, when and why. Nothing is\nblocked or sent, and "
		"nothing written but what --report and --scores ask for.",
	.takes = TAKES_JSON | TAKES_ORIGIN | TAKES_FORMAT | TAKES_LOGS |
		 TAKES_REHEARSAL,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
