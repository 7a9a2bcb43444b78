/*
 * The steps of a round that need the hosting database: what owners and support
 * said, decisions carried out, actions, lifts by a new password, notices.
 */
#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "detector/actions/action.h"
#include "detector/commands/hold.h"
#include "detector/commands/paper.h"
#include "detector/commands/run_inside.h"
#include "detector/commands/watched.h"
#include "detector/digest.h"
#include "detector/settings.h"

/* How long a scan sends webhooks; what is left goes with the next one. */
enum { WEBHOOKS_MS = 5000 };

static int open_desk(struct run *run, struct err *err)
{
	if (run->has_desk)
		return 0;
	if (desk_open(&run->desk, err) < 0)
		return -1;
	run->has_desk = true;
	return 0;
}

/* The panel does not know it. It is blocked on paper only, so that it is told
 * again tomorrow, and blocked if the panel learns of it. */
static void on_never(void *context, struct slice account)
{
	struct run *run = context;
	struct account_entry *entry =
		accounts_get(run->detector.accounts, account);

	if (entry)
		entry->account.is_observed = PAPER_UNKNOWN_TO_PANEL;
	run->is_changed = true;
}

/* A step that needs the database, unless it failed a moment ago. What failed
 * is told at the end of the round. */
static void try_step(struct run *run, enum patience_step step,
		     int (*work)(struct run *run, struct err *err))
{
	size_t waiting = state_journal_count(run->state);
	struct err err;

	if (run->invocation->dry_run || !desk_is_wanted() ||
	    !patience_may(&run->patience, step, clock_monotonic_ms()))
		return;
	if (open_desk(run, &err) == 0 && work(run, &err) == 0) {
		patience_succeeded(&run->patience, step, waiting,
				   clock_monotonic_ms());
		return;
	}
	patience_failed(&run->patience, step, &err, clock_monotonic_ms());
	meter_failed(&run->meter, step);
	run->is_waiting |= step == PATIENCE_ACT;
	/* Whoever mends tables, a panel's files or a template needs no restart
	 * of watch, and a file that was removed is made anew. */
	if (run->has_desk)
		desk_close(&run->desk);
	run->has_desk = false;
}

static int carry_out_journal(struct run *run, struct err *err)
{
	struct action_watcher watcher = { run, on_never };
	struct action_report report;
	int result = carry_out(run->state, &run->desk.blocks,
			       action_find("block"), &watcher,
			       activity_busiest(&run->detector.activity),
			       clock_now_ms(), &report, err);

	/* `braked` also says that nobody could be asked. */
	run->meter.is_braked = result < 0 && report.braked &&
			       err->code == EXIT_AGAIN;
	lookout_braked(&run->lookout,
		       run->meter.is_braked ? err : NULL);
	return result;
}

void run_act(struct run *run)
{
	if (state_journal_count(run->state) == 0)
		lookout_braked(&run->lookout, NULL);
	/* In mode observe, decisions of an earlier enforce keep waiting. */
	if (state_journal_count(run->state) == 0 || !run->enforce ||
	    run->is_waiting)
		return;
	run->is_queue_noted = false;
	try_step(run, PATIENCE_ACT, carry_out_journal);
}

/* Blocks that the database lost stop nobody, and its lifts count anew. */
static int check_database(struct run *run, struct err *err)
{
	int64_t before = run->audit_newest;

	if (paper_check_database(run->state, &run->detector, &run->desk.blocks,
				 run->newest_ms, &run->audit_newest, err) < 0)
		return -1;
	if (run->audit_newest < before) {
		run->lift_cursor = 0;
		run->hear.n = 0;
	}
	run->is_changed |= run->audit_newest != before;
	return 0;
}

/* Lifts and words by owners and support since the last run: before new lines
 * are read, so that old evidence does not meet an open gate. */
static int hear_lifts(struct run *run, struct err *err)
{
	if (check_database(run, err) < 0)
		return -1;
	return hear_news(&run->hear, &run->detector, &run->desk.blocks,
			 &run->lift_cursor, &run->is_changed, err);
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

/* Without news only for blocks made by hand, now and then. */
static int follow_up(struct run *run, struct err *err)
{
	uint64_t progress = run_progress(run);

	if (progress != run->followed_progress ||
	    ++run->idle_rounds % ROUNDS_PER_LOOK == 0)
		run->is_queue_noted = false;
	if (hold_and_follow_up(&run->desk.blocks, run->detector.tracker,
			       !run->is_queue_noted, clock_now_ms(), err) < 0)
		return -1;
	run->is_queue_noted = true;
	run->followed_progress = progress;
	return 0;
}

/* What the operator has to hear of goes into the outbox as well. */
static int tell_operator(struct run *run, struct err *err)
{
	struct sight sight;

	lookout_see(&run->lookout, &run->detector, run_newest_ms(run),
		    files_free_bytes(settings.state_dir), clock_now_ms(),
		    &sight);
	if (lookout_tell(&run->teller, &run->desk.blocks, &sight,
			 clock_now_ms(), clock_monotonic_ms(), err) < 0)
		return -1;
	lookout_was_told(&run->lookout);
	run->is_changed |= lookout_is_changed(&run->lookout);
	return 0;
}

static int send_here(struct run *run, struct err *err)
{
	run->desk.describe.watched = watched_list;
	run->desk.describe.watched_context = run->state;
	return desk_send(&run->desk, clock_now_ms(), &run->sent, err);
}

/* A mail server that takes its time must not keep watch from its logs: there
 * another process sends. */
static int send_notices(struct run *run, struct err *err)
{
	bool is_due = false;

	if (!run->is_watch)
		return send_here(run, err);
	if (postman_is_out(&run->postman, clock_monotonic_ms()))
		return 0;
	if (outbox_is_due(run->desk.blocks.db, clock_now_ms(), &is_due,
			  err) < 0)
		return -1;
	if (!is_due && webhook_is_due(run->desk.blocks.db,
				      settings.webhook.urls.items,
				      settings.webhook.urls.n, clock_now_ms(),
				      &is_due, err) < 0)
		return -1;
	return is_due ? postman_send(&run->postman, run->invocation, err) : 0;
}

static int lift_and_send(struct run *run, struct err *err)
{
	int64_t lifted = 0;
	struct err untold;
	int told;

	if (blocks_lift_changed(&run->desk.blocks, clock_now_ms(), &lifted,
				err) < 0)
		return -1;
	if (lifted > 0) {
		log_info("%lld blocks lifted, the password has changed",
			 (long long)lifted);
		if (hear_lifts(run, err) < 0 || run_commit(run, err) < 0)
			return -1;
	}
	/* Alarms that cannot be told keep no owner's notice waiting. */
	told = tell_operator(run, &untold);
	if (send_notices(run, err) < 0)
		return -1;
	if (told < 0)
		*err = untold;
	return told;
}

void run_hear(struct run *run)
{
	try_step(run, PATIENCE_HEAR, hear_lifts);
}

void run_follow_up(struct run *run)
{
	try_step(run, PATIENCE_FOLLOW, follow_up);
}

/* The postman takes them along. */
static int send_webhooks(struct run *run, struct err *err)
{
	struct webhook_report sent;
	int result;

	if (run->is_watch)
		return 0;
	result = desk_send_webhooks(&run->desk, clock_now_ms(), WEBHOOKS_MS,
				    NULL, &sent, err);
	desk_tell_webhooks(&sent);
	return result;
}

void run_lift_and_send(struct run *run)
{
	try_step(run, PATIENCE_SEND, lift_and_send);
	try_step(run, PATIENCE_HOOKS, send_webhooks);
}

/* After a round in which the database failed there is no connection. */
void run_publish(struct run *run)
{
	const struct meter_sight sight = { run->state, &run->detector,
					   run->newest_ms, run->enforce };

	meter_end_round(&run->meter, clock_monotonic_ms());
	if (run->has_desk)
		meter_publish(&run->meter, &sight, run->desk.blocks.db,
			      clock_now_ms(), clock_monotonic_ms());
}
