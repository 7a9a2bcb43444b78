/*
 * What act.c and act_answer.c share: the process that has the hosting
 * database, from within.
 */
#ifndef DETECTOR_COMMANDS_ACT_INSIDE_H
#define DETECTOR_COMMANDS_ACT_INSIDE_H

#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/commands/hold.h"
#include "detector/commands/lookout.h"
#include "detector/commands/postman.h"
#include "detector/link/frame.h"
#include "detector/metrics/publish.h"

enum {
	/* A reader that takes nothing for so long is gone: watch may be in the
	 * middle of a large step. */
	ACT_SEND_MS = 60000
};

struct acting {
	const struct invocation *invocation;
	int reader;		/* its socket; -1 while there is none */
	bool is_greeted;
	struct link_room room;
	struct desk desk;	/* opened when needed, kept */
	bool has_desk;
	struct teller teller;
	struct publisher publisher;
	struct postman postman;
	struct decisions *decisions;	/* of the question to come */
	int64_t wanted[HOLD_BLOCKS_MAX];	/* blocks, their queue ids */
	size_t n_wanted;
};

/* One message of the reader's. False when it is over with it: it said what no
 * reader says, or takes no answer. */
bool act_answer(struct acting *acting, const struct link_message *message);

/* What the reader that is gone had begun to say. */
void act_forget(struct acting *acting);

/* It is opened anew when it is needed. */
void act_close_desk(struct acting *acting);

/* Everything of it. */
void act_release(struct acting *acting);

#endif
