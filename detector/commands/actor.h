/*
 * actor - the process that has the hosting database (act.c), as the one that
 * reads logs sees it: asked one question at a time, answered meanwhile or
 * later.
 *
 * It may end or hang in the middle of a question; then nobody knows what was
 * done of it. The connection is closed, the next question makes another, and
 * every question can be asked twice: what was done is found done.
 *
 * All zero is none; actor_start() before rights are given up.
 */
#ifndef DETECTOR_COMMANDS_ACTOR_H
#define DETECTOR_COMMANDS_ACTOR_H

#include "detector/commands/dial.h"
#include "detector/link/frame.h"

struct actor {
	struct dial dial;
	int fd;			/* 0 while there is no connection */
	struct link_room room;
	int asked;		/* enum link_type, 0: nothing is open */
	bool is_greeted;
	int64_t until_ms;	/* monotonic: after that it hangs */
};

int actor_start(struct actor *actor, const struct invocation *invocation,
		struct err *err);

/* Waits a few seconds for what it has in hand. */
void actor_end(struct actor *actor);

/* Let go of the connection; the next question makes a new one. */
void actor_drop(struct actor *actor);

/* A connection, if there is none, and the greeting on its way: 1 when a
 * question may be asked, 0 when its answer comes first, -1 when nobody is
 * there. */
int actor_reach(struct actor *actor, struct err *err);

/* What goes before a question; the question, which LINK_DONE ends. -1 when the
 * other side is gone, and the connection with it. */
int actor_say(struct actor *actor, const struct link_message *message,
	      struct err *err);
int actor_ask(struct actor *actor, const struct link_message *message,
	      struct err *err);
int actor_ask_type(struct actor *actor, enum link_type type, struct err *err);

enum actor_got {
	ACTOR_NOTHING,		/* in that time */
	ACTOR_MESSAGE,		/* before the end */
	ACTOR_DONE,		/* the question is answered: *failed_out says
				 * how, EXIT_FINE without words when well */
	ACTOR_LOST		/* *failed_out says why; what was done of the
				 * question is not known */
};

/* For an open question. */
enum actor_got actor_hear(struct actor *actor, int64_t limit_ms,
			  struct link_message *out, struct err *failed_out);

#endif
