/*
 * The errands: what is asked of the process that has the hosting database, and
 * what is made of its answers. What owners and support said, decisions carried
 * out, actions, lifts by a new password, notices.
 */
#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "detector/actions/action.h"
#include "detector/commands/paper.h"
#include "detector/commands/run_inside.h"
#include "detector/commands/watched.h"
#include "detector/settings.h"

#include <string.h>

_Static_assert((int)METRIC_CELLS_MAX == (int)LINK_CELLS_MAX, "all cells");

static int ask(struct run *run, const struct link_message *message,
	       struct err *err)
{
	return actor_ask(&run->errands.actor, message, err) < 0 ? -1 : 1;
}

static int ask_type(struct run *run, enum link_type type, struct err *err)
{
	return actor_ask_type(&run->errands.actor, type, err) < 0 ? -1 : 1;
}

static int fail_as_said(const struct err *said, struct err *err)
{
	*err = *said;
	return -1;
}

/* Blocks that the database lost stop nobody, and its lifts count anew. */
static void trail_is_known(struct run *run)
{
	int64_t before = run->audit_newest;

	run->audit_newest = run->asking.trail_id;
	if (run->audit_newest < before) {
		run->lift_cursor = 0;
		run->hear.n = 0;
	}
	run->is_changed |= run->audit_newest != before;
}

static int ask_stands(struct run *run, struct err *err)
{
	struct link_message message = { .type = LINK_STANDS };
	const struct paper_list *list = &run->asking.paper;

	slice_copy(slice_from(list->logins[list->at]), message.stands.account,
		   sizeof(message.stands.account));
	return ask(run, &message, err);
}

static int ask_news(struct run *run, struct err *err)
{
	const struct link_message message = {
		.type = LINK_HEAR,
		.hear = { .after_id = run->lift_cursor - HEAR_AGAIN },
	};

	trail_is_known(run);
	return ask(run, &message, err);
}

/* Lifts and words by owners and support since the last run: before new lines
 * are read, so that old evidence does not meet an open gate. */
static int go_hear(struct run *run, int answered, const struct err *said,
		   struct err *err)
{
	struct paper_list *list = &run->asking.paper;

	if (said)
		return fail_as_said(said, err);
	if (answered == 0)
		return ask_type(run, LINK_TRAIL, err);
	if (answered == LINK_HEAR)
		return 0;
	if (answered == LINK_TRAIL &&
	    paper_compare(list, run->state, run->asking.trail_id,
			  run->audit_newest, err) < 0)
		return -1;
	if (answered == LINK_STANDS) {
		if (!run->asking.has_block)
			paper_missing(&run->detector,
				      slice_from(list->logins[list->at]),
				      run->newest_ms);
		list->at++;
	}
	return list->at < list->n ? ask_stands(run, err) : ask_news(run, err);
}

static void take_news(struct run *run, const struct link_news *said)
{
	struct blocks_news news = {
		.audit_id = said->audit_id,
		.at_ms = said->at_ms,
		.account = slice_from(said->account),
		.is_lift = said->is_lift,
	};

	if (!news.is_lift &&
	    !trust_parse(slice_from(said->places), &news.trust))
		return;
	hear_one(&run->hear, &run->detector, &news, &run->lift_cursor,
		 &run->is_changed);
}

static void take_hear(struct run *run, const struct link_message *message)
{
	if (message->type == LINK_AUDIT)
		run->asking.trail_id = message->audit.newest_id;
	else if (message->type == LINK_STANDING)
		run->asking.has_block = message->standing.has_block;
	else if (message->type == LINK_NEWS)
		take_news(run, &message->news);
}

/* It is blocked on paper only. One whom the panel does not know is told again
 * tomorrow, and blocked if the panel learns of it. What was refused, since the
 * model is another one now, is decided again with the next message. */
static void on_never(void *context, struct slice account,
		     enum action_result why)
{
	struct run *run = context;
	struct account_entry *entry =
		accounts_get(run->detector.accounts, account);

	if (entry)
		entry->account.is_observed = why == ACTION_REFUSED
						     ? PAPER_OBSERVED
						     : PAPER_UNKNOWN_TO_PANEL;
	run->is_changed = true;
}

/* One whose bytes no message takes is none that anybody can stop. */
static int say_decision(struct run *run, size_t i, struct err *err)
{
	struct batch *batch = run->asking.batch;
	const struct action_input *input = &batch->inputs[i];
	struct link_message message = { .type = LINK_DECISION, .decision = {
		.decided_ms = input->decided_ms,
		.probability = input->probability,
		.log_odds = input->log_odds,
		.verdict = input->verdict } };
	struct text frame = TEXT_INIT(LINK_FRAME_MAX);
	bool fits = slice_copy(slice_from(input->key), message.decision.key,
			       LINK_KEY_SIZE) &&
		    slice_copy(input->account, message.decision.account,
			       LINK_ACCOUNT_SIZE) &&
		    link_encode(&message, &frame);

	text_release(&frame);
	if (fits) {
		run->asking.said[run->asking.n_said++] = i;
		return actor_say(&run->errands.actor, &message, err);
	}
	log_error("the journal's decision %s cannot be carried out: its "
		  "account has no name that a mailbox can have, or its "
		  "verdict is too long", input->key);
	batch->results[i] = ACTION_NEVER;
	return 0;
}

/* 0 when there is nothing more in the journal. */
static int ask_batch(struct run *run, struct err *err)
{
	struct batch *batch = run->asking.batch;
	const struct link_message message = { .type = LINK_ACT, .act = {
		.active = activity_busiest(&run->detector.activity) } };

	run->asking.n_said = 0;
	run->asking.acted = (struct link_acted){ .stopped = true };
	if (!batch_next(batch, run->state, clock_now_ms()))
		return 0;
	for (size_t i = 0; i < batch->n; i++)
		if (batch->results[i] == ACTION_LATER &&
		    say_decision(run, i, err) < 0)
			return -1;
	return ask(run, &message, err);
}

static void forget_batch(struct run *run)
{
	batch_free(&run->asking.batch);
}

/* What the brake holds is told at once. */
static void note_brake(struct run *run)
{
	const struct err *brake = &run->asking.brake;

	run->meter.is_braked = brake->code != EXIT_FINE;
	lookout_braked(&run->lookout, run->meter.is_braked ? brake : NULL);
}

/* False when what was said meets all decisions. */
static bool note_answer(struct run *run, const struct err *said)
{
	if (!said)
		return true;
	run->asking.late = *said;
	if (run->asking.acted.braked && said->code == EXIT_AGAIN)
		run->asking.brake = *said;
	return !run->asking.acted.stopped;
}

/* What must wait does not keep what comes behind it from being done, unless it
 * meets that as well. */
static int go_act(struct run *run, int answered, const struct err *said,
		  struct err *err)
{
	const struct action_watcher watcher = { run, on_never };
	bool goes_on = true;
	int result = 0;

	if (answered == 0) {
		forget_batch(run);
		run->asking.batch = batch_new();
		run->asking.late = run->asking.brake =
			(struct err){ .code = EXIT_FINE };
	} else {
		goes_on = note_answer(run, said);
		if (batch_forget(run->asking.batch, run->state, &watcher,
				 err) < 0)
			return -1;
	}
	if (goes_on)
		result = ask_batch(run, err);
	if (result != 0)
		return result;
	note_brake(run);
	forget_batch(run);
	if (run->asking.late.code == EXIT_FINE)
		return 0;
	return fail_as_said(&run->asking.late, err);
}

static void take_act(struct run *run, const struct link_message *message)
{
	const struct link_result *said = &message->result;

	if (message->type == LINK_ACTED)
		run->asking.acted = message->acted;
	if (message->type != LINK_RESULT || said->i < 0 ||
	    said->i >= (int64_t)run->asking.n_said ||
	    said->result < ACTION_DONE || said->result > ACTION_LATER)
		return;
	run->asking.batch->results[run->asking.said[said->i]] =
		(enum action_result)said->result;
}

static void act_failed(struct run *run)
{
	run->is_waiting = true;
	forget_batch(run);
}

static int ask_look(struct run *run, struct err *err)
{
	const struct link_message message = {
		.type = LINK_LOOK, .look = { .is_due = run->is_queue_news },
	};

	hold_clear(&run->asking.hold);
	return ask(run, &message, err);
}

/* What was found in the queue, piece by piece; then whatever is due. */
static int ask_found(struct run *run, struct err *err)
{
	struct link_message message = { .type = LINK_FOUND };
	struct text lines = TEXT_INIT(LINK_IDS_MAX);
	int result;

	if (!hold_next(&run->asking.hold, &message.found.block_id, &lines)) {
		text_release(&lines);
		return ask_type(run, LINK_FOLLOW, err);
	}
	message.found.ids = text_slice(&lines);
	result = ask(run, &message, err);
	text_release(&lines);
	return result;
}

static int go_follow(struct run *run, int answered, const struct err *said,
		     struct err *err)
{
	if (said)
		return fail_as_said(said, err);
	if (answered == 0)
		return ask_look(run, err);
	if (answered == LINK_LOOK) {
		run->is_queue_news = false;
		run->followed_progress = run_progress(run);
		hold_look(&run->asking.hold, run->detector.tracker);
	}
	if (answered != LINK_FOLLOW)
		return ask_found(run, err);
	hold_clear(&run->asking.hold);
	return 0;
}

static void take_follow(struct run *run, const struct link_message *message)
{
	if (message->type == LINK_WANTED)
		hold_want(&run->asking.hold, message->wanted.block_id,
			  (uint64_t)message->wanted.account);
}

static void follow_failed(struct run *run)
{
	run->is_queue_news = true;
	hold_clear(&run->asking.hold);
}

static int go_send(struct run *run, int answered, const struct err *said,
		   struct err *err)
{
	struct link_message message = { .type = LINK_SEND, .send = {
		.is_watch = run->is_watch } };

	if (said)
		return fail_as_said(said, err);
	if (answered)
		return 0;
	lookout_see(&run->lookout, &run->detector, run_newest_ms(run),
		    files_free_bytes(settings.state_dir), clock_now_ms(),
		    &message.send.sight);
	return ask(run, &message, err);
}

static void say_watched(struct run *run)
{
	struct text lines = TEXT_INIT(LINK_IDS_MAX);
	struct link_message message = { .type = LINK_WATCHED };
	struct err err;

	message.watched.is_known = watched_list(run->state, &lines,
						&message.watched.n);
	message.watched.lines = text_slice(&lines);
	/* Whoever does not hear it sees the connection end. */
	if (actor_say(&run->errands.actor, &message, &err) < 0)
		log_debug("%s", err.text);
	text_release(&lines);
}

/* Lifts are heard of in the audit trail, as those of people are. */
static void take_sent(struct run *run, const struct link_sent *sent)
{
	if (sent->lifted > 0)
		errands_want(run, ERRAND_HEAR);
	if (sent->was_told)
		lookout_was_told(&run->lookout);
	run->is_changed |= lookout_is_changed(&run->lookout);
	run->sent.sent = sent->sent;
	run->sent.later = sent->later;
	run->sent.failed = sent->failed;
	slice_copy(slice_from(sent->last_error), run->sent.last_error,
		   sizeof(run->sent.last_error));
}

static void take_send(struct run *run, const struct link_message *message)
{
	if (message->type == LINK_ASK_WATCHED)
		say_watched(run);
	else if (message->type == LINK_SENT)
		take_sent(run, &message->sent);
}

static int go_hooks(struct run *run, int answered, const struct err *said,
		    struct err *err)
{
	const struct link_message message = {
		.type = LINK_HOOKS, .hooks = { .is_watch = run->is_watch },
	};

	if (said)
		return fail_as_said(said, err);
	return answered ? 0 : ask(run, &message, err);
}

static int go_publish(struct run *run, int answered, const struct err *said,
		      struct err *err)
{
	const struct meter_sight sight = { run->state, &run->detector,
					   run->newest_ms, run->enforce };
	struct link_message message = { .type = LINK_PUBLISH };

	(void)said;
	if (answered)
		return 0;
	meter_values(&run->meter, &sight, clock_now_ms(),
		     message.publish.cells);
	return ask(run, &message, err);
}

const struct errand errands_all[ERRANDS] = {
	[ERRAND_HEAR] = { PATIENCE_HEAR, go_hear, take_hear, NULL },
	[ERRAND_ACT] = { PATIENCE_ACT, go_act, take_act, act_failed },
	[ERRAND_FOLLOW] = { PATIENCE_FOLLOW, go_follow, take_follow,
			    follow_failed },
	[ERRAND_SEND] = { PATIENCE_SEND, go_send, take_send, NULL },
	[ERRAND_HOOKS] = { PATIENCE_HOOKS, go_hooks, NULL, NULL },
	[ERRAND_PUBLISH] = { -1, go_publish, NULL, NULL },
};
