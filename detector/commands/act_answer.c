/*
 * What the process that has the hosting database answers. Whoever asks is not
 * trusted: he reads what strangers wrote.
 */
#include "detector/commands/act_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/stamp.h"
#include "detector/brake.h"
#include "detector/commands/act_decisions.h"
#include "detector/commands/hold.h"
#include "detector/commands/meter.h"
#include "detector/commands/stop.h"
#include "detector/digest.h"
#include "detector/followup.h"
#include "detector/settings.h"
#include "detector/webhooks.h"

#include <string.h>

/* How long a scan sends webhooks; what is left goes with the next one. */
enum { WEBHOOKS_MS = 5000 };

static int say(struct acting *acting, const struct link_message *message,
	       struct err *err)
{
	return link_send(acting->reader, message, ACT_SEND_MS, err);
}

static int hello(struct acting *acting, const struct link_message *message,
		 struct err *err)
{
	if (strcmp(message->hello.program, COMPORTA_VERSION) != 0)
		return err_set(err, EXIT_CONFIG, "the acting process is "
			       "comporta " COMPORTA_VERSION ", this one is "
			       "another; start both anew");
	acting->is_greeted = true;
	return 0;
}

static int trail(struct acting *acting, const struct link_message *message,
		 struct err *err)
{
	struct link_message answer = { .type = LINK_AUDIT };

	(void)message;
	if (blocks_newest_audit(&acting->desk.blocks,
				&answer.audit.newest_id, err) < 0)
		return -1;
	return say(acting, &answer, err);
}

static int stands(struct acting *acting, const struct link_message *message,
		  struct err *err)
{
	struct link_message answer = { .type = LINK_STANDING };
	struct block block = BLOCK_INIT;
	enum block_find found =
		blocks_active_of(&acting->desk.blocks,
				 slice_from(message->stands.account), &block,
				 err);

	block_release(&block);
	if (found == BLOCK_FIND_ERROR)
		return -1;
	answer.standing.has_block = found == BLOCK_FOUND;
	return say(acting, &answer, err);
}

struct telling {
	struct acting *acting;
	int result;
	struct err *err;
};

static int tell_news(void *context, const struct blocks_news *news)
{
	struct telling *telling = context;
	struct link_message one = { .type = LINK_NEWS };

	/* No account has such a name. */
	if (!link_takes(news->account, sizeof(one.news.account)))
		return 0;
	slice_copy(news->account, one.news.account, sizeof(one.news.account));
	one.news.audit_id = news->audit_id;
	one.news.at_ms = news->at_ms;
	one.news.is_lift = news->is_lift;
	if (!news->is_lift)
		trust_print(&news->trust, one.news.places);
	telling->result = say(telling->acting, &one, telling->err);
	return telling->result;
}

static int hear(struct acting *acting, const struct link_message *message,
		struct err *err)
{
	struct telling telling = { acting, 0, err };

	if (blocks_news_since(&acting->desk.blocks, message->hear.after_id,
			      tell_news, &telling, err) < 0)
		return -1;
	return telling.result;
}

static int tell_wanted(void *context, int64_t block_id, struct slice account)
{
	struct telling *telling = context;
	struct acting *acting = telling->acting;
	struct link_message one = { .type = LINK_WANTED, .wanted = {
		.block_id = block_id,
		.account = (int64_t)account_key(account) } };

	acting->wanted[acting->n_wanted++] = block_id;
	telling->result = say(acting, &one, telling->err);
	return telling->result || acting->n_wanted == HOLD_BLOCKS_MAX;
}

/* The newest; what older ones had in the queue is held already. What was in a
 * queue longer than any queue keeps a message is not there. */
static int look(struct acting *acting, const struct link_message *message,
		struct err *err)
{
	struct telling telling = { acting, 0, err };
	int64_t since_ms = clock_now_ms() -
			   TRACKER_MAX_AGE_S * (int64_t)STAMP_SECOND_MS;

	acting->n_wanted = 0;
	if (!message->look.is_due || !*settings.queue.hold)
		return 0;
	if (blocks_each_active(&acting->desk.blocks, since_ms, tell_wanted,
			       &telling, err) < 0)
		return -1;
	return telling.result;
}

static bool is_wanted(const struct acting *acting, int64_t block_id)
{
	for (size_t i = 0; i < acting->n_wanted; i++)
		if (acting->wanted[i] == block_id)
			return true;
	return false;
}

static int found(struct acting *acting, const struct link_message *message,
		 struct err *err)
{
	const struct link_found *said = &message->found;

	if (!is_wanted(acting, said->block_id))
		return err_set(err, EXIT_DATA, "nobody asked for messages of "
			       "block %lld", (long long)said->block_id);
	return hold_note(&acting->desk.blocks, said->block_id, said->ids,
			 clock_now_ms(), err);
}

static int follow(struct acting *acting, const struct link_message *message,
		  struct err *err)
{
	struct followup_report report;

	(void)message;
	acting->n_wanted = 0;
	if (followup_run(&acting->desk.blocks, clock_now_ms(), &report,
			 err) < 0)
		return -1;
	if (report.done)
		log_info("%lld actions done", (long long)report.done);
	return 0;
}

/* As watched.c would print them; who says them may have been taken over. */
static void add_logins(struct text *out, struct slice lines)
{
	for (int i = 0; i < DIGEST_SHOWN && lines.len; i++) {
		if (i > 0)
			text_add_char(out, '\n');
		text_add_visible(out, slice_cut(&lines, '\n'));
	}
}

/* For the digest: only the reader has the state at hand. */
static bool ask_watched(void *context, struct text *lines_out, int64_t *n_out)
{
	struct acting *acting = context;
	struct link_message answer;
	struct err ignored;

	if (link_send_type(acting->reader, LINK_ASK_WATCHED, ACT_SEND_MS,
			   &ignored) < 0 ||
	    link_receive(acting->reader, &acting->room, ACT_SEND_MS,
			 &answer) != LINK_GOT ||
	    answer.type != LINK_WATCHED || !answer.watched.is_known ||
	    answer.watched.n < 0)
		return false;
	add_logins(lines_out, answer.watched.lines);
	*n_out = answer.watched.n;
	return true;
}

static int send_here(struct acting *acting, struct link_sent *sent,
		     struct err *err)
{
	struct desk *desk = &acting->desk;
	struct outbox_report report = { 0 };
	int result;

	desk->describe.watched = ask_watched;
	desk->describe.watched_context = acting;
	result = desk_send(desk, clock_now_ms(), &report, err);
	sent->sent = report.sent;
	sent->later = report.later;
	sent->failed = report.failed;
	link_words(slice_from(report.last_error), sent->last_error,
		   sizeof(sent->last_error));
	return result;
}

/* A mail server that takes its time must not keep watch from its answers:
 * there another process sends. */
static int send_beside(struct acting *acting, struct err *err)
{
	struct db *db = acting->desk.blocks.db;
	int64_t now_ms = clock_now_ms();
	bool is_due = false;

	if (postman_is_out(&acting->postman, clock_monotonic_ms()))
		return 0;
	if (outbox_is_due(db, now_ms, &is_due, err) < 0)
		return -1;
	if (!is_due && webhook_is_due(db, settings.webhook.urls.items,
				      settings.webhook.urls.n, now_ms,
				      &is_due, err) < 0)
		return -1;
	return is_due ? postman_send(&acting->postman, acting->invocation, err)
		      : 0;
}

/* Alarms that cannot be told keep no owner's notice waiting. */
static int lift_and_send(struct acting *acting, const struct link_send *said,
			 struct link_sent *sent, struct err *err)
{
	struct err untold;
	int told;

	if (blocks_lift_changed(&acting->desk.blocks, clock_now_ms(),
				&sent->lifted, err) < 0)
		return -1;
	if (sent->lifted > 0)
		log_info("%lld blocks lifted, the password has changed",
			 (long long)sent->lifted);
	told = lookout_tell(&acting->teller, &acting->desk.blocks,
			    &said->sight, clock_now_ms(), clock_monotonic_ms(),
			    &untold);
	sent->was_told = told == 0;
	if ((said->is_watch ? send_beside(acting, err)
			    : send_here(acting, sent, err)) < 0)
		return -1;
	if (told < 0)
		*err = untold;
	return told;
}

/* What stamps can be (stamp.h), so that no sum of them is beyond int64_t. */
static bool is_time(int64_t at_ms)
{
	return at_ms >= 0 && at_ms < INT64_C(253402300800000);	/* year 10000 */
}

static bool is_sight(const struct sight *sight)
{
	return is_time(sight->geo_built_ms) && is_time(sight->read_ms) &&
	       is_time(sight->submitted_ms) && is_time(sight->newest_ms) &&
	       is_time(sight->behind_ms) && is_time(sight->away_ms) &&
	       sight->geo_unknown_share >= 0 && sight->geo_unknown_share <= 1;
}

static int send_all(struct acting *acting, const struct link_message *message,
		    struct err *err)
{
	const struct link_send said = message->send;
	struct link_message answer = { .type = LINK_SENT };
	struct err unsaid;
	int result;

	if (!is_sight(&said.sight))
		return err_set(err, EXIT_DATA, "the reader saw what cannot be "
			       "seen");
	result = lift_and_send(acting, &said, &answer.sent, err);
	return say(acting, &answer, result < 0 ? &unsaid : err) < 0 ? -1
								    : result;
}

/* The postman takes them along. */
static int send_webhooks(struct acting *acting,
			 const struct link_message *message, struct err *err)
{
	struct webhook_report sent;
	int result;

	if (message->hooks.is_watch)
		return 0;
	result = desk_send_webhooks(&acting->desk, clock_now_ms(), WEBHOOKS_MS,
				    NULL, &sent, err);
	desk_tell_webhooks(&sent);
	return result;
}

/* Those of a round, and no others; what is wrong with the database is told by
 * the other questions. */
static int publish_cells(struct acting *acting,
			 const struct link_message *message, struct err *err)
{
	(void)err;
	if (acting->has_desk)
		meter_publish(&acting->publisher, acting->desk.blocks.db,
			      message->publish.cells, clock_now_ms());
	return 0;
}

static int decide(struct acting *acting, const struct link_message *message,
		  struct err *err)
{
	return decisions_add(&acting->decisions, &message->decision, err);
}

static int act(struct acting *acting, const struct link_message *message,
	       struct err *err)
{
	int64_t active;

	if (brake_believe(&acting->desk.blocks, message->act.active,
			  clock_now_ms(), &active, err) < 0)
		return -1;
	return decisions_carry_out(acting->decisions, acting->reader,
				   &acting->desk.blocks, active, err);
}

/* Read between two questions (act.c). */
static int read_anew(struct acting *acting, const struct link_message *message,
		     struct err *err)
{
	(void)acting;
	(void)message;
	(void)err;
	reload_asked = 1;
	return 0;
}

static const struct {
	int (*answer)(struct acting *acting,
		      const struct link_message *message, struct err *err);
	bool needs_desk, is_before;	/* a question that comes */
} questions[LINK_TYPES] = {
	[LINK_HELLO] = { hello, false, false },
	[LINK_TRAIL] = { trail, true, false },
	[LINK_STANDS] = { stands, true, false },
	[LINK_HEAR] = { hear, true, false },
	[LINK_DECISION] = { decide, false, true },
	[LINK_ACT] = { act, true, false },
	[LINK_LOOK] = { look, true, false },
	[LINK_FOUND] = { found, true, false },
	[LINK_FOLLOW] = { follow, true, false },
	[LINK_SEND] = { send_all, true, false },
	[LINK_HOOKS] = { send_webhooks, true, false },
	[LINK_PUBLISH] = { publish_cells, false, false },
	[LINK_RELOAD] = { read_anew, false, false },
};

static int open_desk(struct acting *acting, struct err *err)
{
	if (acting->has_desk)
		return 0;
	if (!desk_is_wanted())
		return err_set(err, EXIT_CONFIG, "in mode observe there is no "
			       "database to ask; do both processes read one "
			       "configuration?");
	if (desk_open(&acting->desk, err) < 0)
		return -1;
	acting->has_desk = true;
	return 0;
}

/* Whoever mends tables, a panel's files or a template needs no restart, and a
 * file that was removed is made anew. */
void act_close_desk(struct acting *acting)
{
	if (acting->has_desk)
		desk_close(&acting->desk);
	acting->has_desk = false;
}

static bool say_done(struct acting *acting, enum link_type about,
		     const struct err *failed)
{
	struct link_message done = { .type = LINK_DONE, .done = {
		.about = (int64_t)about, .code = EXIT_FINE } };
	struct err err;

	if (failed) {
		done.done.code = failed->code;
		link_words(slice_from(failed->text), done.done.words,
			   sizeof(done.done.words));
	}
	return say(acting, &done, &err) == 0;
}

bool act_answer(struct acting *acting, const struct link_message *message)
{
	/* Slices of the message go with the next one that comes. */
	enum link_type about = message->type;
	struct err err = { 0 };
	int result;

	if (!questions[about].answer ||
	    (!acting->is_greeted && about != LINK_HELLO)) {
		log_warning("a reader says \"%s\", which no reader says here",
			    link_type_name(about));
		return false;
	}
	result = questions[about].needs_desk ? open_desk(acting, &err) : 0;
	if (result == 0)
		result = questions[about].answer(acting, message, &err);
	if (questions[about].is_before)
		return result == 0;
	if (about == LINK_ACT)
		decisions_drop(&acting->decisions);
	if (result < 0)
		act_close_desk(acting);
	return say_done(acting, about, result < 0 ? &err : NULL);
}

void act_forget(struct acting *acting)
{
	decisions_drop(&acting->decisions);
	acting->n_wanted = 0;
	acting->is_greeted = false;
}

void act_release(struct acting *acting)
{
	act_forget(acting);
	act_close_desk(acting);
	link_forget(&acting->room);
}
