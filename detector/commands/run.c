#include "detector/commands/run_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/service.h"
#include "base/stamp.h"
#include "detector/actions/action.h"
#include "detector/commands/fenced.h"
#include "detector/commands/lock.h"
#include "detector/settings.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void observe(const struct verdict *verdict)
{
	struct action_input input = {
		.account = slice_from(verdict->account),
		.decided_ms = verdict->at_ms,
	};
	struct err err;

	action_find("observe")->carry_out(NULL, &input, &err);
}

static void on_verdict(void *context, const struct verdict *verdict,
		       struct account_entry *entry)
{
	struct run *run = context;

	report_verdict(&run->report, verdict);
	meter_verdict(&run->meter, verdict);
	run->is_changed = true;
	if (verdict->action != VERDICT_SUSPEND)
		return;
	run->n_stopped++;
	if (!run->enforce) {
		observe(verdict);
		return;
	}
	if (!pending_add(&run->pending, verdict, entry, run->detector.days)) {
		/* No room to remember it: let the next line decide again. */
		entry->account.standing = STANDING_CALM;
		return;
	}
	/* Act on it now, not when a long log has ended. */
	run->pipeline.soon = EVENTS_TO_ACT;
	run->pipeline.stop |= run->pending.n >= BLOCKS_MANY;
}

static void on_progress(void *context, uint64_t done, uint64_t total)
{
	struct run *run = context;

	run->pipeline.stop |= days_want_commit(run->detector.days);
	report_progress(&run->report, done, total);
}

static int open_detector(struct run *run, struct err *err)
{
	struct accounts_backing backing;
	struct days_backing days;
	struct geo *geo = NULL;

	if (run_open_geo(run, &geo, err) < 0)
		return -1;
	backing = state_backing(run->state);
	days = state_days_backing(run->state);
	if (detector_init(&run->detector, geo, &settings.home, &backing,
			  err) < 0) {
		geo_close(&geo);
		return -1;
	}
	run->detector.days = days_new(&days);
	run->detector.enforce = run->enforce;
	run->detector.on_verdict = on_verdict;
	run->detector.context = run;
	run->pipeline.detector = &run->detector;
	run->pipeline.on_progress = on_progress;
	run->pipeline.context = run;
	/* As of the last commit, also when memory was ahead of it. */
	run->hear.n = 0;
	meter_forget(&run->meter);
	run->lift_cursor = state_number(run->state, "lift_cursor", 0);
	run->newest_ms = state_number(run->state, "newest_ms", 0);
	run->audit_newest = state_number(run->state, "audit_newest", 0);
	lookout_load(&run->lookout, run->state);
	return state_load(run->state, &run->detector, err);
}

/* A trial touches nothing, and so asks nobody. */
static int start_errands(struct run *run, struct err *err)
{
	if (run->invocation->dry_run)
		return 0;
	return errands_start(&run->errands, run->invocation, err);
}

/* From here on strangers' words are read: nothing is written but the state,
 * which is open. What else is needed is open as well, and the process that has
 * the database is another one. */
static int close_fence(struct err *err)
{
	const struct fence_rules rules = { .writable = NULL };

	return fenced_close(&rules, err);
}

int run_open(const struct invocation *invocation, struct run **run_out,
	     struct err *err)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		abort();
	run->invocation = invocation;
	run->enforce = settings.mode == MODE_ENFORCE && !invocation->dry_run;
	run->is_first = true;
	report_init(&run->report, invocation->json,
		    invocation->progress);
	if (start_errands(run, err) < 0 || fenced_become_reader(err) < 0 ||
	    lock_state_dir(&run->lock, err) < 0 ||
	    state_open(settings.state_dir, false, &run->state, err) < 0 ||
	    open_detector(run, err) < 0 || close_fence(err) < 0) {
		run_close(&run);
		return -1;
	}
	*run_out = run;
	return 0;
}

void run_close(struct run **run)
{
	if (!*run)
		return;
	errands_end(&(*run)->errands);
	batch_free(&(*run)->asking.batch);
	paper_release(&(*run)->asking.paper);
	hold_clear(&(*run)->asking.hold);
	pending_drop(&(*run)->pending);
	pipeline_close(&(*run)->pipeline);
	logs_release(&(*run)->logs);
	detector_release(&(*run)->detector);
	state_close(&(*run)->state);
	report_release(&(*run)->report);
	if ((*run)->lock > 0)
		close((*run)->lock);
	free(*run);
	*run = NULL;
}

/* So that the next round finds them by their positions. */
void run_close_logs(struct run *run)
{
	run->lines_closed += pipeline_counters(&run->pipeline).lines;
	pipeline_close(&run->pipeline);
	meter_closed(&run->meter);
	logs_release(&run->logs);
	run->saved_progress = run->followed_progress = 0;
}

static int add_log(struct run *run, const char *path, struct err *err)
{
	struct source_position position;
	char resolved[PATH_MAX];
	bool known = state_position(run->state, source_name(path, resolved),
				    &position);
	enum source_mode mode = strcmp(path, "-") == 0 ? SOURCE_ONCE
						       : SOURCE_FOLLOW;

	if (pipeline_add(&run->pipeline, path, mode, known ? &position : NULL,
			 settings.format, err) < 0)
		return -1;
	meter_opened(run->state, source_name(path, resolved), &run->pipeline);
	return 0;
}

/* Keep the first trouble, print the others that say something else. */
static void keep_trouble(int step, const struct err *one, int *result,
			 struct err *err)
{
	if (step >= 0)
		return;
	if (*result < 0) {
		if (strcmp(one->text, err->text) != 0)
			log_error("%s", one->text);
		return;
	}
	*err = *one;
	*result = -1;
}

static bool is_open(const struct run *run, const char *path)
{
	for (size_t i = 0; i < run->pipeline.n; i++)
		if (run->pipeline.logs[i].path == path)
			return true;
	return false;
}

/* Those of the last round stay open where they can be read on in. */
static int find_logs(struct run *run, struct err *err)
{
	struct logs found = { .n = 0 };

	if (logs_find(&found, run->invocation, run->state, err) < 0) {
		logs_release(&found);
		run_close_logs(run);
		return -1;
	}
	if (logs_are_same(&found, &run->logs) &&
	    pipeline_renew(&run->pipeline)) {
		logs_release(&found);
		return 0;
	}
	run_close_logs(run);
	run->logs = found;
	return 0;
}

/* One that cannot be read does not keep the others from being read. */
static int add_logs(struct run *run, struct err *err)
{
	struct err one;
	int result = 0;

	if (find_logs(run, err) < 0)
		return -1;
	for (size_t i = 0; i < run->logs.n; i++) {
		if (is_open(run, run->logs.logs[i].path))
			continue;
		run->is_changed |= run->logs.logs[i].packed != NULL;
		keep_trouble(add_log(run, run->logs.logs[i].path, &one), &one,
			     &result, err);
	}
	keep_trouble(logs_judge_idle(&run->logs, &one), &one, &result, err);
	return result;
}

/* The file that a log was packed into is known from then on: there is nothing
 * more in it. */
static int save_packed(struct run *run, const char *path,
		       const struct source_position *position, struct err *err)
{
	char resolved[PATH_MAX];

	for (size_t i = 0; run->is_all_read && i < run->logs.n; i++)
		if (run->logs.logs[i].path == path && run->logs.logs[i].packed)
			return state_put_position(
				run->state,
				source_name(run->logs.logs[i].packed,
					    resolved), position, err);
	return 0;
}

/* Of what was read since the last commit, or before. Lines of a clock that was
 * ahead count until others come. */
int64_t run_newest_ms(const struct run *run)
{
	int64_t read_ms = run->detector.newest_ms;
	bool was_ahead = run->newest_ms > clock_now_ms() + LOOKOUT_CLOCK_MS;

	return read_ms > run->newest_ms || (was_ahead && read_ms > 0)
		? read_ms : run->newest_ms;
}

static int save(struct run *run, struct err *err)
{
	struct pipeline *pipeline = &run->pipeline;

	for (size_t i = 0; i < pipeline->n; i++) {
		struct source_position position;
		char resolved[PATH_MAX];
		const char *path = pipeline->logs[i].path;

		if (strcmp(path, "-") == 0)
			continue;
		pipeline_position(pipeline, i, &position);
		if (state_put_position(run->state, source_name(path, resolved),
				       &position, err) < 0 ||
		    meter_save_ahead(pipeline, i, run->state,
				     source_name(path, resolved), err) < 0 ||
		    save_packed(run, path, &position, err) < 0)
			return -1;
	}
	if (pending_save(&run->pending, run->state, err) < 0 ||
	    meter_save(&run->meter, pipeline, run->state, err) < 0)
		return -1;
	run->newest_ms = run_newest_ms(run);
	if (state_put_number(run->state, "lift_cursor", run->lift_cursor,
			     err) < 0 ||
	    state_put_number(run->state, "newest_ms", run->newest_ms,
			     err) < 0 ||
	    state_put_number(run->state, "audit_newest", run->audit_newest,
			     err) < 0 ||
	    state_put_number(run->state, "observed", !run->enforce, err) < 0 ||
	    lookout_save(&run->lookout, run->state, err) < 0)
		return -1;
	return state_save(run->state, &run->detector, err);
}

/* Events that were read before a step ended are used in the next one, without
 * a new line. */
uint64_t run_progress(const struct run *run)
{
	return pipeline_counters(&run->pipeline).lines + run->pipeline.fed;
}

/* Lines have come. */
static void look_out(struct run *run)
{
	const uint64_t *events = run->detector.counters.events;
	struct lookout *lookout = &run->lookout;

	if (run->detector.newest_ms > run->lately_ms)
		run->lately_ms = run->detector.newest_ms;
	lookout_read(lookout, events[MAIL_SUBMISSION], clock_now_ms());
	if (!run->is_all_read)
		return;
	lookout_caught_up(lookout, run->lately_ms, clock_now_ms());
	run->lately_ms = 0;
}

static int fail_to_save(struct run *run, const struct err *err)
{
	state_abort(run->state);
	lookout_unsaved(&run->lookout, err);
	return -1;
}

/* Everything up to here, in one transaction. */
int run_commit(struct run *run, struct err *err)
{
	uint64_t progress = run_progress(run);

	if (progress != run->saved_progress)
		look_out(run);
	/* Nothing new costs no write. */
	if (progress == run->saved_progress && !run->is_changed)
		return 0;
	fflush(stdout);
	run->is_ahead = true;
	if (state_begin(run->state, err) < 0 || save(run, err) < 0 ||
	    state_commit(run->state, err) < 0)
		return fail_to_save(run, err);
	if (run->lookout.unsaved[0])
		log_info("what is read can be remembered again");
	lookout_unsaved(&run->lookout, NULL);
	state_saved(&run->detector);
	run->detector.newest_ms = 0;
	meter_saved(&run->meter);
	pending_drop(&run->pending);
	run->saved_progress = progress;
	run->saved_ms = clock_monotonic_ms();
	run->is_changed = run->is_ahead = false;
	return 0;
}

/* What is read in small pieces is not written for each of them; a decision
 * is. */
static bool may_wait(const struct run *run)
{
	return run->is_reading_on && run->pending.n == 0 &&
	       clock_monotonic_ms() - run->saved_ms < RUN_SAVE_EVERY_MS;
}

int run_read(struct run *run, const volatile sig_atomic_t *stop,
	     struct err *err)
{
	bool more = true;

	while (more && !(stop && *stop)) {
		more = pipeline_step(&run->pipeline, EVENTS_PER_COMMIT);
		run->is_all_read = !more;
		service_alive(clock_monotonic_ms());
		if (!more && may_wait(run))
			break;
		if (run_commit(run, err) < 0)
			return -1;
		/* A decision that must wait does not stop the reading. */
		run_act(run);
	}
	if (!pipeline_error(&run->pipeline))
		return 0;
	*err = *pipeline_error(&run->pipeline);
	return -1;
}

int run_round(struct run *run, const volatile sig_atomic_t *stop,
	      struct err *err)
{
	struct err one;
	int result = 0;

	meter_begin_round(&run->meter, clock_monotonic_ms());
	run->is_waiting = false;
	run->is_watch = stop != NULL;
	run->sent = (struct outbox_report){ 0 };
	if (!run->must_reload && run_commit(run, err) < 0) {
		run_forget_unsaved(run);
		return -1;
	}
	if (run->must_reload) {
		pending_drop(&run->pending);
		run->kept_geo = run->detector.geo;
		run->detector.geo = NULL;
		detector_release(&run->detector);
		run->is_changed = false;
		if (open_detector(run, err) < 0)
			return -1;
		run->must_reload = false;
	}
	run->detector.clock_s = (uint32_t)(clock_now_ms() / STAMP_SECOND_MS);
	run->detector.read_s = (uint32_t)(run->newest_ms / STAMP_SECOND_MS);
	run_hear(run);
	/* Of an earlier run, now that the database may be back. */
	run_act(run);
	keep_trouble(run_enforce_paper(run, &one), &one, &result, err);
	keep_trouble(add_logs(run, &one), &one, &result, err);
	keep_trouble(run_read(run, stop, &one), &one, &result, err);
	run_follow_up(run);
	run_lift_and_send(run);
	keep_trouble(desk_judge_sent(&run->sent, &one), &one, &result, err);
	while (patience_news(&run->patience, state_journal_count(run->state),
			     &one) < 0)
		keep_trouble(-1, &one, &result, err);
	/* Remembered also by a scan, which ends here. */
	run->is_changed |= lookout_away(&run->lookout,
					patience_is_away(&run->patience),
					clock_now_ms());
	run->is_changed |= meter_has_news(&run->meter);
	if (run->is_changed)
		keep_trouble(run_commit(run, &one), &one, &result, err);
	run_publish(run);
	run->is_first = false;
	report_progress_end(&run->report);
	return result;
}

void run_tell(struct run *run)
{
	if (run->report.n_rows)
		report_table(&run->report);
	run->report.n_rows = 0;
	fflush(stdout);
}

void run_end_round(struct run *run)
{
	run_tell(run);
	run_forget_unsaved(run);
}

void run_summary(struct run *run)
{
	report_table(&run->report);
	report_summary(&run->report, &run->pipeline);
}
