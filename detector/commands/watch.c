/*
 * watch - rounds without end, for systemd: one every watch_interval, and when
 * a log came, went or was rotated. Between two of them what the logs have new
 * is read as soon as it is there. What is new, the position decides and no
 * event, so nothing is missed, whatever happens to the files.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/service.h"
#include "detector/commands/reload.h"
#include "detector/commands/run.h"
#include "detector/commands/stop.h"
#include "detector/settings.h"

#include <inttypes.h>
#include <string.h>

enum {
	/* Lines that pour in are read in sips: a verdict comes no later for
	 * it, and a few hundred sips a second cost little. */
	SIP_US = 2000,
	/* A rotation is several steps, and some time passes before every
	 * daemon writes into the new file. Between two rounds, too. */
	SETTLE_US = 100 * 1000,
	STATUS_US = 10 * 1000 * 1000,
	/* Decisions that wait for the database do so no longer. */
	RETRY_US = 1000 * 1000,
	/* What is asked of it when the end comes. */
	LAST_MS = 1000
};

/* Journals come behind these. */
enum poll { POLL_WAKE, POLL_TALK, POLLS };

struct watching {
	const struct invocation *invocation;
	struct run *run;
	struct wake *wake;
	const char *trouble;	/* of the wake, as told */
	size_t n_polls;
	struct pollfd polls[POLLS + PIPELINE_MAX];
	bool has_lines;		/* there may be something to read */
	bool has_data;		/* GeoIP data were replaced */
	/* Monotonic. */
	int64_t sip_us;		/* when it was last read */
	int64_t round_us;	/* when the next round is due */
	int64_t status_us;	/* when the status line is */
};

static void sooner(int64_t *due_us, int64_t at_us)
{
	if (at_us < *due_us)
		*due_us = at_us;
}

static void tell_trouble(struct watching *watching)
{
	const char *trouble = wake_trouble(watching->wake);

	if (trouble && trouble != watching->trouble)
		log_warning("the kernel does not tell of every new line "
			    "(inotify: %s): looking every watch_interval",
			    trouble);
	watching->trouble = trouble;
}

/* What is watched anew may have changed before. */
static void set_wakes(struct watching *watching)
{
	watching->has_lines |= run_want_wakes(watching->run, watching->wake);
	tell_trouble(watching);
	watching->polls[POLL_WAKE] = (struct pollfd){
		.fd = wake_fd(watching->wake), .events = POLLIN };
	watching->n_polls = POLLS + run_polls(watching->run,
					      &watching->polls[POLLS]);
}

static void round_now(struct watching *watching)
{
	struct err err;

	if (watching->has_data || run_wants_data(watching->run))
		run_renew_data(watching->run);
	watching->has_data = false;
	/* What is away now is tried again in the next round. */
	if (run_round(watching->run, &stop_asked, &err) < 0)
		run_warn(watching->run, &err);
	else
		run_is_well(watching->run);
	run_end_round(watching->run);
	service_alive(clock_monotonic_ms());
	set_wakes(watching);
	watching->round_us = clock_monotonic_us() +
			     settings.watch_interval_ms * 1000;
	if (run_is_waiting(watching->run))
		sooner(&watching->round_us, clock_monotonic_us() + RETRY_US);
}

static void read_on(struct watching *watching)
{
	watching->has_lines = false;
	watching->sip_us = clock_monotonic_us();
	if (run_read_on(watching->run, &stop_asked))
		service_alive(clock_monotonic_ms());
	else
		sooner(&watching->round_us, watching->sip_us + SETTLE_US);
}

/* Until when there is nothing to be done. */
static int64_t next_us(const struct watching *watching, int64_t saved_ms)
{
	int64_t next_us = watching->round_us;
	int64_t alive_ms = service_alive_every_ms();

	if (saved_ms < next_us / 1000)
		next_us = saved_ms * 1000;
	if (watching->has_lines)
		sooner(&next_us, watching->sip_us + SIP_US);
	if (alive_ms)
		sooner(&next_us, clock_monotonic_us() + alive_ms * 1000);
	return next_us;
}

static void hear_kernel(struct watching *watching)
{
	unsigned what = wake_read(watching->wake);

	/* The journals: they are asked themselves. */
	for (size_t i = POLLS; i < watching->n_polls; i++)
		watching->has_lines |= watching->polls[i].revents != 0;
	watching->has_lines |= (what & WAKE_LINES) != 0;
	watching->has_data |= (what & WAKE_DATA) != 0;
	if (what & (WAKE_NAMES | WAKE_DATA))
		sooner(&watching->round_us, clock_monotonic_us() + SETTLE_US);
}

/* With lines to be read soon nobody need say that there are some. */
static void wait_until(struct watching *watching, int64_t until_us)
{
	size_t n = watching->has_lines ? 0 : watching->n_polls;
	int64_t wait_us = until_us - clock_monotonic_us();
	struct pollfd *talk = &watching->polls[POLL_TALK];

	*talk = (struct pollfd){ .fd = run_talk_fd(watching->run),
				 .events = POLLIN };
	if (stop_poll(watching->polls, n, wait_us > 0 ? wait_us : 0) <= 0)
		return;
	hear_kernel(watching);
	if (talk->revents)
		run_talk(watching->run, true);
}

/* It was said why; whoever started this starts it again. */
static bool is_over(const struct watching *watching)
{
	return stop_asked || run_is_lost(watching->run) ||
	       run_is_cut_off(watching->run);
}

static void between_rounds(struct watching *watching)
{
	while (!is_over(watching) && !reload_asked &&
	       clock_monotonic_us() < watching->round_us) {
		int64_t saved_ms;

		if (watching->has_lines &&
		    clock_monotonic_us() >= watching->sip_us + SIP_US)
			read_on(watching);
		run_talk(watching->run, false);
		saved_ms = run_save(watching->run, clock_monotonic_ms());
		service_alive(clock_monotonic_ms());
		wait_until(watching, next_us(watching, saved_ms));
	}
}

static int check_settings(void *context, struct err *err)
{
	const struct watching *watching = context;

	return run_check_settings(watching->run, err);
}

static void let_go(void *context)
{
	struct watching *watching = context;

	run_let_go(watching->run);
}

static void reload_now(struct watching *watching)
{
	static const char *const fixed[] = { "state_dir", "reader_user",
					     "act.socket", "fence", NULL };

	reload_asked = 0;
	reload(watching->invocation,
	       &(struct reload){ "watch", fixed, check_settings, let_go,
				 watching });
}

static void tell_status(struct watching *watching, int64_t now_us)
{
	struct run_numbers now;

	if (now_us < watching->status_us)
		return;
	watching->status_us = now_us + STATUS_US;
	run_numbers(watching->run, clock_now_ms(), &now);
	service_status("%" PRIu64 " lines read, %" PRIu64 " accounts decided "
		       "to be stopped, %zu waiting for the database; last "
		       "line %" PRId64 " s old", now.lines, now.stopped,
		       now.waiting, now.lag_s);
}

/* Until it is asked to end, or has to. */
static int watch(struct watching *watching)
{
	bool is_ready = false;

	while (!is_over(watching)) {
		if (reload_asked) {
			reload_now(watching);
			is_ready = false;
		}
		round_now(watching);
		if (!is_ready)
			service_ready();
		is_ready = true;
		tell_status(watching, clock_monotonic_us());
		between_rounds(watching);
	}
	service_stopping();
	if (run_is_lost(watching->run)) {
		log_error("the disk of the state was full in the middle of a "
			  "commit, and inside the fence its file cannot be "
			  "opened anew; this watch ends, the next goes on");
		return EXIT_AGAIN;
	}
	run_save(watching->run, INT64_MAX);
	run_talk_last(watching->run, LAST_MS);
	if (run_is_unsaved(watching->run))
		log_warning("stopped; what was read last could not be "
			    "remembered, and the next reads it again");
	else
		log_info("stopped; everything read is remembered");
	return run_is_cut_off(watching->run) ? EXIT_SERVICE : EXIT_FINE;
}

static int run_watch(struct invocation *invocation)
{
	struct watching watching = { .invocation = invocation };
	struct err err;
	int code;

	stop_catch();
	stop_catch_reload();
	service_begin();
	if (run_open(invocation, &watching.run, &err) < 0)
		return command_fail(&err);
	watching.wake = wake_new();
	log_info("watching; end with SIGTERM");
	code = watch(&watching);
	run_close(&watching.run);
	wake_free(&watching.wake);
	return code;
}

const struct command command_watch = {
	.name = "watch",
	.usage = "[LOG...]",
	.about = "the same without ending (systemd)",
	.help = "Does what scan does, as soon as a line is written, until "
		"SIGTERM. SIGHUP reads\nthe configuration anew. One scan or "
		"watch at a time works on a state directory.",
	.takes = TAKES_JSON | TAKES_ORIGIN | TAKES_FORMAT | TAKES_DRY_RUN |
		 TAKES_LOGS,
	.min_args = 0,
	.max_args = -1,
	.run = run_watch,
};
