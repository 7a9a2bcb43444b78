#include "detector/commands/learn.h"

#include "base/log.h"
#include "base/must.h"
#include "detector/commands/fenced.h"
#include "detector/commands/lock.h"
#include "detector/commands/logs.h"
#include "detector/commands/report.h"
#include "detector/learning.h"
#include "detector/settings.h"
#include "detector/sources/journal.h"
#include "detector/sources/rotation.h"
#include "detector/state.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct learner {
	const struct invocation *invocation;
	int lock;
	struct state *state;
	struct accounts_backing before;
	struct detector detector;
	struct pipeline pipeline;
	bool is_followed[PIPELINE_MAX];	/* keeps its own position */
	struct report report;
};

static void on_progress(void *context, uint64_t done, uint64_t total)
{
	report_progress(context, done, total);
}

static bool is_file(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static bool is_same(const char *path, const char *other)
{
	char a[PATH_MAX], b[PATH_MAX];

	return strcmp(source_name(path, a), source_name(other, b)) == 0;
}

/* How near to its end a source was read: how many files come after that place
 * and how far into the first of them. */
struct reach {
	bool is_known;
	size_t files;
	uint64_t offset;
};

static struct reach reach_of(const char *source,
			     const struct source_position *position)
{
	struct rotation rotation;
	struct reach reach = { 0 };
	struct err err;

	if (position->offset == 0 ||
	    rotation_plan(source, position, &rotation, &err) < 0)
		return reach;
	reach.is_known = !rotation.is_lost;
	reach.files = rotation.n;
	reach.offset = rotation.first_offset;
	rotation_release(&rotation);
	return reach;
}

static bool is_further(struct reach a, struct reach b)
{
	if (!a.is_known || !b.is_known)
		return a.is_known;
	return a.files != b.files ? a.files < b.files : a.offset > b.offset;
}

/* Is it the file that scan stands in for this source, or one after it? */
static bool is_scans(struct learner *learner, const char *source,
		     const char *path)
{
	struct source_position position;
	struct rotation rotation;
	char name[PATH_MAX];
	struct err err;
	bool found = false;

	if (!state_position(learner->state, source_name(source, name),
			    &position) ||
	    position.offset == 0 ||
	    rotation_plan(source, &position, &rotation, &err) < 0)
		return false;
	for (size_t i = 0; i < rotation.n && !rotation.is_lost && !found; i++)
		found = is_same(rotation.paths[i], path) ||
			rotation_same_beginning(rotation.paths[i], path);
	rotation_release(&rotation);
	return found;
}

static bool is_left_to_scan(struct learner *learner, const char *path)
{
	for (size_t i = 0; i < settings.sources.n; i++) {
		const char *source = settings.sources.items[i];

		if (!is_same(source, path) && is_scans(learner, source, path))
			return true;
	}
	return false;
}

static bool is_rotated_from(const char *path, const char *live)
{
	char a[PATH_MAX], b[PATH_MAX];

	return rotation_is_sibling(source_name(path, a),
				   source_name(live, b));
}

/* From a source, or from another of the named logs. */
static bool is_rotated(const struct invocation *invocation, const char *path)
{
	for (size_t i = 0; i < settings.sources.n; i++)
		if (is_rotated_from(path, settings.sources.items[i]))
			return true;
	for (int i = 0; i < invocation->n_args; i++)
		if (is_rotated_from(path, invocation->args[i]))
			return true;
	return false;
}

/* A file and its compressed copy, or the same name twice. */
static const char *twin_of(const struct pipeline *pipeline, const char *path)
{
	for (size_t i = 0; is_file(path) && i < pipeline->n; i++)
		if (is_file(pipeline->logs[i].path) &&
		    rotation_same_beginning(pipeline->logs[i].path, path))
			return pipeline->logs[i].path;
	return NULL;
}

static int add_log(struct learner *learner, const char *path, struct err *err)
{
	const char *twin = twin_of(&learner->pipeline, path);
	struct source_position position;
	char name[PATH_MAX];
	bool is_known = false, follow;

	if (twin) {
		log_info("%s is left out: it holds the same as %s", path,
			 twin);
		return 0;
	}
	if (is_left_to_scan(learner, path)) {
		log_info("%s is left out: `comporta scan` reads it", path);
		return 0;
	}
	follow = journal_is_named(path) ||
		 (is_file(path) && !is_rotated(learner->invocation, path));
	if (follow)
		is_known = state_position(learner->state,
					  source_name(path, name), &position);
	if (pipeline_add(&learner->pipeline, path,
			 follow ? SOURCE_FOLLOW : SOURCE_ONCE,
			 is_known ? &position : NULL, settings.format,
			 err) < 0) {
		err_prefix(err, "nothing was learnt: ");
		return -1;
	}
	learner->is_followed[learner->pipeline.n - 1] = follow;
	return 0;
}

static int open_all(struct learner *learner, struct err *err)
{
	/* The state is open for writing already. */
	const struct fence_rules only_read = { .writable = NULL };
	struct detector *detector = &learner->detector;
	struct days_backing days;
	struct geo *geo = NULL;

	if (fenced_become_reader(err) < 0 ||
	    lock_state_dir(&learner->lock, err) < 0 ||
	    state_open(settings.state_dir, false, &learner->state, err) < 0 ||
	    fenced_close(&only_read, err) < 0 ||
	    settings_geo(&geo, err) < 0)
		return -1;
	learner->before = state_backing(learner->state);
	if (detector_init(detector, geo, &settings.home, &learner->before,
			  err) < 0) {
		geo_close(&geo);
		return -1;
	}
	days = state_days_backing(learner->state);
	detector->days = days_new(&days);
	learner->pipeline.detector = detector;
	learner->pipeline.on_progress = on_progress;
	learner->pipeline.context = &learner->report;
	for (int i = 0; i < learner->invocation->n_args; i++)
		if (add_log(learner, learner->invocation->args[i], err) < 0)
			return -1;
	return state_load(learner->state, detector, err);
}

/* A source that was not followed begins behind the newest of its files that
 * were learnt, or stays where it is. */
static int place_source(struct learner *learner, const char *source,
			struct err *err)
{
	struct source_position position, best;
	struct reach furthest = { 0 };
	char name[PATH_MAX];
	bool is_moved = false;

	if (state_position(learner->state, source_name(source, name), &best))
		furthest = reach_of(source, &best);
	for (size_t i = 0; i < learner->pipeline.n; i++) {
		struct reach reach;

		pipeline_position(&learner->pipeline, i, &position);
		reach = reach_of(source, &position);
		if (!is_further(reach, furthest))
			continue;
		furthest = reach;
		best = position;
		is_moved = true;
	}
	if (!is_moved)
		return 0;
	return state_put_position(learner->state, source_name(source, name),
				  &best, err);
}

static bool is_followed(const struct learner *learner, const char *source)
{
	for (size_t i = 0; i < learner->pipeline.n; i++)
		if (learner->is_followed[i] &&
		    is_same(learner->pipeline.logs[i].path, source))
			return true;
	return false;
}

static int put_positions(struct learner *learner, struct err *err)
{
	for (size_t i = 0; i < learner->pipeline.n; i++) {
		struct source_position position;
		char name[PATH_MAX];
		const char *path = learner->pipeline.logs[i].path;

		if (!learner->is_followed[i])
			continue;
		pipeline_position(&learner->pipeline, i, &position);
		if (state_put_position(learner->state, source_name(path, name),
				       &position, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < settings.sources.n; i++) {
		const char *source = settings.sources.items[i];

		if (!is_followed(learner, source) &&
		    place_source(learner, source, err) < 0)
			return -1;
	}
	return 0;
}

static int save(struct learner *learner, struct err *err)
{
	int64_t newest_ms = state_number(learner->state, "newest_ms", 0);

	if (learner->detector.newest_ms > newest_ms)
		newest_ms = learner->detector.newest_ms;
	if (state_begin(learner->state, err) < 0)
		return -1;
	if (put_positions(learner, err) < 0 ||
	    state_put_number(learner->state, "newest_ms", newest_ms,
			     err) < 0 ||
	    state_save(learner->state, &learner->detector, err) < 0 ||
	    state_commit(learner->state, err) < 0) {
		state_abort(learner->state);
		return -1;
	}
	return 0;
}

static int learn(struct learner *learner, struct err *err)
{
	const struct err *read_error;
	uint64_t known;

	if (open_all(learner, err) < 0)
		return -1;
	learning_begin(&learner->detector);
	while (pipeline_step(&learner->pipeline, UINT64_MAX))
		continue;
	report_progress_end(&learner->report);
	read_error = pipeline_error(&learner->pipeline);
	if (read_error) {
		*err = *read_error;
		err_prefix(err, "nothing was learnt: ");
		return -1;
	}
	learning_end(&learner->detector, &learner->before);
	if (save(learner, err) < 0)
		return -1;
	known = learner->detector.counters.known;
	if (known)
		log_info("%llu events left out: older than what is known of "
			 "their accounts", (unsigned long long)known);
	report_summary(&learner->report, &learner->pipeline);
	log_info("learnt, judged nobody; `comporta scan` goes on from here");
	return 0;
}

int learn_logs(struct invocation *invocation)
{
	struct learner *learner = must(calloc(1, sizeof(*learner)));
	struct err err;
	int result;

	learner->invocation = invocation;
	learner->lock = -1;
	report_init(&learner->report, false, invocation->progress);
	if (invocation->n_args == 0)
		result = err_set(&err, EXIT_USAGE, "scan --learn needs the "
				 "old logs: comporta scan --learn LOG...");
	else if (logs_expand_arguments(invocation, &err) < 0)
		result = -1;
	else
		result = learn(learner, &err);
	pipeline_close(&learner->pipeline);
	detector_release(&learner->detector);
	state_close(&learner->state);
	report_release(&learner->report);
	if (learner->lock >= 0)
		close(learner->lock);
	free(learner);
	return result < 0 ? command_fail(&err) : EXIT_FINE;
}
