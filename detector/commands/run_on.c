/*
 * What watch does between two rounds: it reads on in the logs that are open as
 * soon as there is something new, and no more than that.
 */
#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "detector/commands/run_inside.h"
#include "detector/settings.h"
#include "detector/sources/journal.h"
#include "notifier/languages.h"

#include <string.h>

void run_warn(struct run *run, const struct err *why)
{
	char words[sizeof(run->trouble)];

	slice_copy(slice_from(why->text), words, sizeof(words));
	if (strcmp(words, run->trouble) != 0)
		log_warning("%s", why->text);
	memcpy(run->trouble, words, sizeof(words));
}

void run_is_well(struct run *run)
{
	run->trouble[0] = '\0';
}

bool run_is_unsaved(const struct run *run)
{
	return run->is_changed || run_progress(run) != run->saved_progress;
}

/* A commit failed: memory knows more than the positions say, and the next round
 * would count those lines again. */
void run_forget_unsaved(struct run *run)
{
	if (!run->is_ahead)
		return;
	run->is_ahead = false;
	run->must_reload = true;
	errands_unhear(&run->errands);
	run_close_logs(run);
}

bool run_is_lost(const struct run *run)
{
	return state_is_lost(run->state);
}

bool run_is_cut_off(const struct run *run)
{
	const struct errands *errands = &run->errands;

	return errands->is_started && errands->actor.fd <= 0 &&
	       !dial_is_there(&errands->actor.dial);
}

bool run_read_on(struct run *run, const volatile sig_atomic_t *stop)
{
	struct err err;
	int result;

	if (run->must_reload || !pipeline_renew(&run->pipeline))
		return false;
	run->is_reading_on = true;
	result = run_read(run, stop, &err);
	run->is_reading_on = false;
	run_tell(run);
	if (result == 0)
		return true;
	/* A log that cannot be read; or the state cannot be written, and the
	 * next round begins from there. */
	run_warn(run, &err);
	run_forget_unsaved(run);
	return false;
}

int64_t run_save(struct run *run, int64_t monotonic_ms)
{
	struct err err;

	if (run->must_reload || !run_is_unsaved(run))
		return INT64_MAX;
	if (monotonic_ms < run->saved_ms + RUN_SAVE_EVERY_MS)
		return run->saved_ms + RUN_SAVE_EVERY_MS;
	if (run_commit(run, &err) < 0) {
		run_warn(run, &err);
		run_forget_unsaved(run);
	}
	return INT64_MAX;
}

void run_numbers(const struct run *run, int64_t now_ms,
		 struct run_numbers *out)
{
	int64_t newest_ms = run_newest_ms(run);

	*out = (struct run_numbers){
		.lines = run->lines_closed +
			 pipeline_counters(&run->pipeline).lines,
		.stopped = run->n_stopped,
		.waiting = state_journal_count(run->state),
		.lag_s = newest_ms > 0 && newest_ms < now_ms
				 ? (now_ms - newest_ms) / 1000 : 0,
	};
}

static bool save_all(struct run *run)
{
	struct err err;

	if (run->must_reload || run_commit(run, &err) == 0)
		return true;
	run_warn(run, &err);
	run_forget_unsaved(run);
	return false;
}

static uint64_t data_mark(void)
{
	return files_mark(settings.country_db) * 3 +
	       files_mark(settings.asn_db);
}

void run_renew_data(struct run *run)
{
	if (save_all(run))
		run_close_logs(run);
	run->must_reload = true;
}

/* Those of before, for files that are broken now; told once. */
static struct geo *keep_data(struct run *run, struct geo **broken,
			     const char *told)
{
	if (strcmp(told, run->lookout.geo) != 0)
		log_warning("%s; going on with the GeoIP data of before",
			    run->lookout.geo);
	geo_close(broken);
	return run->kept_geo;
}

static int open_data(struct run *run, struct geo **geo_out, struct err *err)
{
	struct lookout *lookout = &run->lookout;
	char told[SIGHT_WORDS_SIZE];

	memcpy(told, lookout->geo, sizeof(told));
	if (settings_geo_or_blind(geo_out, lookout->geo, sizeof(lookout->geo),
				  err) < 0)
		return -1;
	if (!lookout->geo[0])
		return 0;
	if (run->kept_geo && !geo_is_blind(run->kept_geo))
		*geo_out = keep_data(run, geo_out, told);
	else
		log_error("%s; places are not judged until then",
			  lookout->geo);
	return 0;
}

/* Files that are broken stop nobody's work: those of before go on, or places
 * are not judged. */
int run_open_geo(struct run *run, struct geo **geo_out, struct err *err)
{
	uint64_t mark = data_mark();
	bool is_new = run->kept_geo && run->data_mark != mark;
	int result = open_data(run, geo_out, err);

	run->data_mark = mark;
	if (result < 0 || *geo_out != run->kept_geo)
		geo_close(&run->kept_geo);
	run->kept_geo = NULL;
	if (result == 0 && is_new && !run->lookout.geo[0])
		log_info("new GeoIP data");
	return result;
}

bool run_wants_data(const struct run *run)
{
	return run->data_mark != data_mark();
}

/* A detector that is thrown away again: it knows what it cannot use. */
static int try_detector(struct err *err)
{
	struct detector detector = { .n_home = 0 };
	struct geo *geo = NULL;

	if (settings_geo(&geo, err) < 0)
		return -1;
	if (detector_init(&detector, geo, &settings.home, NULL, err) < 0) {
		geo_close(&geo);
		return -1;
	}
	detector_release(&detector);
	return 0;
}

int run_check_settings(const struct run *run, struct err *err)
{
	const struct format *format;
	struct logs logs = { .n = 0 };
	int found;

	if (reader_format(settings.format, &format, err) < 0 ||
	    try_detector(err) < 0 ||
	    languages_check(settings.template_dir, err) < 0)
		return -1;
	/* A log may come later. */
	found = logs_find(&logs, run->invocation, run->state, err);
	logs_release(&logs);
	return found < 0 && err->code == EXIT_CONFIG ? -1 : 0;
}

void run_let_go(struct run *run)
{
	if (save_all(run))
		run_close_logs(run);
	detector_release(&run->detector);
	run->must_reload = run->is_first = true;
	errands_renew(&run->errands);
	run->patience = (struct patience){ .steps[0].code = EXIT_FINE };
	run->enforce = settings.mode == MODE_ENFORCE &&
		       !run->invocation->dry_run;
}

/* What comes before memory is as the state has it waits until then. */
int run_talk_fd(const struct run *run)
{
	int fd = run->errands.actor.fd;

	return fd > 0 && !run->must_reload ? fd : -1;
}

/* When nothing was asked, what comes is the end of the connection. */
void run_talk(struct run *run, bool has_come)
{
	if (has_come && !run->errands.is_open)
		actor_drop(&run->errands.actor);
	if (!run->must_reload)
		errands_go_on(run, 0);
}

void run_talk_last(struct run *run, int64_t limit_ms)
{
	if (!run->must_reload)
		errands_go_on(run, limit_ms);
	if (run_is_unsaved(run))
		save_all(run);
}

bool run_is_waiting(const struct run *run)
{
	return run->enforce && state_journal_count(run->state) > 0;
}

static bool is_file(const char *name)
{
	return !journal_is_named(name) && strcmp(name, "-") != 0;
}

static void want_names(struct wake *wake, char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_file(names[i]))
			wake_want_name(wake, names[i], WAKE_NAMES);
}

bool run_want_wakes(const struct run *run, struct wake *wake)
{
	const struct invocation *invocation = run->invocation;

	wake_begin(wake);
	for (size_t i = 0; i < run->logs.n; i++)
		if (is_file(run->logs.logs[i].path))
			wake_want_log(wake, run->logs.logs[i].path);
	if (invocation->n_args > 0)
		want_names(wake, invocation->args,
			   (size_t)invocation->n_args);
	else
		want_names(wake, settings.sources.items, settings.sources.n);
	if (*settings.country_db)
		wake_want_name(wake, settings.country_db, WAKE_DATA);
	if (*settings.asn_db)
		wake_want_name(wake, settings.asn_db, WAKE_DATA);
	return wake_end(wake);
}

size_t run_polls(struct run *run, struct pollfd polls_out[PIPELINE_MAX])
{
	return pipeline_wakes(&run->pipeline, polls_out);
}
