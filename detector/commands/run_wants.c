/*
 * The steps of a round that need the hosting database: each wants an errand
 * (run_errands.c), which is done at once, or, in watch, while it reads on.
 */
#include "base/clock.h"
#include "detector/commands/run_inside.h"

/* A scan waits for it. Watch reads on meanwhile, and is told by run_talk_fd()
 * that there is an answer. */
static void go_on(struct run *run)
{
	errands_go_on(run, run->is_watch ? 0 : INT64_MAX / 2);
}

void run_act(struct run *run)
{
	if (state_journal_count(run->state) == 0) {
		lookout_braked(&run->lookout, NULL);
		return;
	}
	/* In mode observe, decisions of an earlier enforce keep waiting. */
	if (!run->enforce || run->is_waiting)
		return;
	run->is_queue_news = true;
	errands_want(run, ERRAND_ACT);
	go_on(run);
}

int run_enforce_paper(struct run *run, struct err *err)
{
	if (!run->enforce || !state_number(run->state, "observed", 0))
		return 0;
	run->is_changed = true;	/* also that it was done */
	if (paper_enforce(run->state, &run->detector, run->newest_ms,
			  PENDING_MAX, err) < 0 || run_commit(run, err) < 0)
		return -1;
	run_act(run);
	return 0;
}

/* What happened while nobody read, before what was written meanwhile; unless
 * the database is away. */
void run_hear(struct run *run)
{
	enum { FIRST_MS = 3000 };

	errands_want(run, ERRAND_HEAR);
	if (run->is_watch && run->is_first)
		errands_go_on(run, FIRST_MS);
	else
		go_on(run);
}

/* Without news only for blocks made by hand: in the first round, since what an
 * earlier process noted is not known, then now and then. */
void run_follow_up(struct run *run)
{
	if (run->is_first || run_progress(run) != run->followed_progress ||
	    ++run->idle_rounds % ROUNDS_PER_LOOK == 0)
		run->is_queue_news = true;
	errands_want(run, ERRAND_FOLLOW);
	go_on(run);
}

void run_lift_and_send(struct run *run)
{
	errands_want(run, ERRAND_SEND);
	errands_want(run, ERRAND_HOOKS);
	go_on(run);
}

void run_publish(struct run *run)
{
	meter_end_round(&run->meter, clock_monotonic_ms());
	if (!meter_is_due(&run->meter, clock_monotonic_ms()))
		return;
	errands_want(run, ERRAND_PUBLISH);
	go_on(run);
}
