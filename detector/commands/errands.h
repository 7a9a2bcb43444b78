/*
 * errands - what a round of scan or watch has to ask the acting process
 * (actor.h): each errand is a few questions, one errand goes at a time, in the
 * order of the enum.
 *
 * An errand that failed waits for a later round (patience.h). One whose acting
 * process ended in the middle is begun anew once, with another: each may be
 * done twice.
 *
 * All zero is the state before errands_start(); never started, nothing is ever
 * asked.
 */
#ifndef DETECTOR_COMMANDS_ERRANDS_H
#define DETECTOR_COMMANDS_ERRANDS_H

#include "detector/commands/actor.h"

enum errand_id {
	ERRAND_HEAR,		/* lifts and words of trust */
	ERRAND_ACT,		/* decisions */
	ERRAND_FOLLOW,		/* the mail server's queue, programs */
	ERRAND_SEND,		/* lifts by a new password, alarms, notices */
	ERRAND_HOOKS,		/* webhooks */
	ERRAND_PUBLISH,		/* metrics */
	ERRANDS
};

struct run;

struct errands {
	struct actor actor;
	bool is_started;
	bool is_wanted[ERRANDS];
	bool is_open, is_second, is_renewed;
	enum errand_id id;	/* the open one */
	size_t waiting;		/* decisions, when it began */
};

/*
 * What an errand does next: `answered` is the question that was answered last
 * (enum link_type), 0 at the beginning, also at a second one; `said` is NULL
 * when it was answered well. 1 when it asked another question, 0 when it is
 * through, -1 when it failed.
 */
struct errand {
	int step;		/* enum patience_step; -1: nobody is told */
	int (*go)(struct run *run, int answered, const struct err *said,
		  struct err *err);
	/* What comes before the end of an answer; may be NULL. */
	void (*take)(struct run *run, const struct link_message *message);
	void (*failed)(struct run *run);	/* may be NULL */
};

extern const struct errand errands_all[ERRANDS];	/* run_errands.c */

/* Before rights are given up. */
int errands_start(struct errands *errands, const struct invocation *invocation,
		  struct err *err);
void errands_end(struct errands *errands);

/* The configuration has changed: the acting process reads it anew as well, or
 * another one is started. What is open is begun again. */
void errands_renew(struct errands *errands);

/* Memory is thrown away, and what was heard so far with it: if ERRAND_HEAR is
 * open, it is begun again. */
void errands_unhear(struct errands *errands);

/* Do it soon. */
void errands_want(struct run *run, enum errand_id id);

/* Go on with what is wanted for at most so long; 0: only with what has come.
 * True when nothing is left. */
bool errands_go_on(struct run *run, int64_t limit_ms);

#endif
