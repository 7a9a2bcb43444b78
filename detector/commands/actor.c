#include "detector/commands/actor.h"

#include "base/clock.h"
#include "base/stamp.h"
#include "detector/settings.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* It reads whenever it has nothing to do. */
enum { SAY_MS = 2000 };

/* How long one question may take; each of its steps has its own limit where it
 * is answered (a statement, a program, a mail), and this is for a process that
 * hangs in spite of them. */
static int64_t most_ms(void)
{
	return STAMP_MINUTE_MS + 6 * settings.database.timeout_ms +
	       4 * settings.actions.timeout_ms + 2 * settings.smtp.timeout_ms +
	       2 * settings.webhook.timeout_ms;
}

int actor_start(struct actor *actor, const struct invocation *invocation,
		struct err *err)
{
	return dial_start(&actor->dial, invocation, err);
}

void actor_drop(struct actor *actor)
{
	if (actor->fd > 0)
		close(actor->fd);
	actor->fd = 0;
	actor->asked = 0;
	actor->is_greeted = false;
}

void actor_end(struct actor *actor)
{
	actor_drop(actor);
	dial_end(&actor->dial);
	link_forget(&actor->room);
}

static int greet(struct actor *actor, struct err *err)
{
	struct link_message hello;

	link_hello(&hello);
	return actor_ask(actor, &hello, err);
}

int actor_reach(struct actor *actor, struct err *err)
{
	if (actor->fd > 0)
		return actor->is_greeted;
	if (dial_again(&actor->dial, &actor->fd, err) < 0) {
		actor->fd = 0;
		return -1;
	}
	return greet(actor, err) < 0 ? -1 : 0;
}

int actor_say(struct actor *actor, const struct link_message *message,
	      struct err *err)
{
	if (link_send(actor->fd, message, SAY_MS, err) == 0)
		return 0;
	actor_drop(actor);
	err_prefix(err, "the acting process: ");
	return -1;
}

int actor_ask(struct actor *actor, const struct link_message *message,
	      struct err *err)
{
	if (actor_say(actor, message, err) < 0)
		return -1;
	actor->asked = (int)message->type;
	actor->until_ms = clock_monotonic_ms() + most_ms();
	return 0;
}

int actor_ask_type(struct actor *actor, enum link_type type, struct err *err)
{
	const struct link_message message = { .type = type };

	return actor_ask(actor, &message, err);
}

static enum actor_got lose(struct actor *actor, const char *how,
			   struct err *failed)
{
	err_set(failed, EXIT_SERVICE, "the acting process %s (%s); what it did "
		"is found out when it is asked again", how,
		link_type_name((enum link_type)actor->asked));
	actor_drop(actor);
	return ACTOR_LOST;
}

/* Codes are those of err.h, whatever is said. */
static enum actor_got finish(struct actor *actor, const struct link_done *done,
			     struct err *failed)
{
	if (done->about != actor->asked)
		return lose(actor, "answers what was not asked", failed);
	if (actor->asked == LINK_HELLO)
		actor->is_greeted = done->code == EXIT_FINE;
	actor->asked = 0;
	*failed = (struct err){ .code = EXIT_FINE };
	if (done->code != EXIT_FINE)
		err_set(failed, done->code >= EXIT_USAGE &&
					done->code <= EXIT_CONFIG
				? (int)done->code : EXIT_BUG,
			"%s", done->words);
	return ACTOR_DONE;
}

enum actor_got actor_hear(struct actor *actor, int64_t limit_ms,
			  struct link_message *out, struct err *failed)
{
	int64_t left_ms = actor->until_ms - clock_monotonic_ms();

	if (left_ms <= 0)
		return lose(actor, "does not answer", failed);
	switch (link_receive(actor->fd, &actor->room,
			     limit_ms < left_ms ? limit_ms : left_ms, out)) {
	case LINK_NOTHING:
		return ACTOR_NOTHING;
	case LINK_ENDED:
		return lose(actor, "ended", failed);
	case LINK_BROKEN:
		return lose(actor, "says what is no message", failed);
	default:
		break;
	}
	if (out->type < LINK_DONE)
		return lose(actor, "asks", failed);
	return out->type == LINK_DONE ? finish(actor, &out->done, failed)
				      : ACTOR_MESSAGE;
}
