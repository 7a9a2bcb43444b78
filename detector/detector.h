/*
 * detector - events in, verdicts out.
 *
 * Joins tracker, geo, signals and judge. It reads no file and writes none:
 * a command feeds it events in the order of their time and gets verdicts
 * through a callback; what it remembers is in `accounts`, `tracker`,
 * `sessions`, three tables of sightings and `days`, which state.h stores.
 *
 * One event may make at most one verdict.
 */
#ifndef DETECTOR_DETECTOR_H
#define DETECTOR_DETECTOR_H

#include "base/conf.h"
#include "detector/accounts.h"
#include "detector/activity.h"
#include "detector/coverage.h"
#include "detector/days.h"
#include "detector/event.h"
#include "detector/geo.h"
#include "detector/judge.h"
#include "detector/sessions.h"
#include "detector/sightings.h"
#include "detector/signals/signal.h"
#include "detector/tracker.h"
#include "detector/trust.h"
#include "detector/verdict.h"

enum { DETECTOR_HOME_MAX = CONF_LIST_MAX };

struct detector_counters {
	uint64_t events[MAIL_EVENT_KINDS];
	uint64_t suspends, watches;
	uint64_t known;		/* left out: learnt or judged before */
	uint64_t untracked;	/* accounts left out: table full, or a login
				 * that cannot be one */
};

struct detector {
	struct accounts *accounts;
	struct tracker *tracker;
	struct sessions *sessions;
	struct sightings *neighbours, *crowd, *correspondents;
	struct days *days;	/* for who wants them, who makes them behind
				 * detector_init(); NULL for nobody */
	struct geo *geo;
	uint16_t home[DETECTOR_HOME_MAX];
	size_t n_home;
	bool enforce;		/* blocks will be real */
	bool is_learning;	/* see learning.h */
	/* For judge_has_less(): while an incident is written down, and when
	 * there is none to end. */
	struct judge_weights weights;
	double calm_below, quiet_below;
	int64_t newest_ms;
	/* Of this machine, and the newest line that was read before it was
	 * asked; 0 for old logs. */
	uint32_t clock_s, read_s;
	struct coverage coverage;
	struct activity activity;
	struct detector_counters counters;
	void (*on_verdict)(void *context, const struct verdict *verdict,
			   struct account_entry *entry);
	/* For who draws or measures: after every event that was weighed, as
	 * the account stands then. `account` of the input is the entry's.
	 * NULL for nobody. */
	void (*on_weighed)(void *context, const struct signal_input *input,
			   const struct account_entry *entry);
	void *context;
};

/* `backing` may be NULL. Takes over `geo`. An entry of `home` that is no
 * country code is an error. */
int detector_init(struct detector *detector, struct geo *geo,
		  const struct conf_list *home,
		  const struct accounts_backing *backing, struct err *err);
void detector_release(struct detector *detector);

void detector_event(struct detector *detector,
		    const struct mail_event *event);

/*
 * What detector_event() will soon touch is brought from memory meanwhile; asked
 * stage by stage for all of a few events, since each stage needs what the one
 * before it brought. Nothing else changes: who never calls it gets the same
 * verdicts, later.
 */
enum foresight {
	FORESEE_PLACES,		/* in the tables */
	FORESEE_ACCOUNT,	/* of who is named */
	FORESEE_OWNER,		/* of who sent the message */
	FORESIGHTS
};

void detector_foresee(struct detector *detector, struct mail_event *event,
		      enum foresight stage);

/* Blocks are real from now on: decide about an account that was blocked on
 * paper, as things stand at that time. */
void detector_enforce(struct detector *detector, struct slice account,
		      int64_t at_ms);

/* A lift by a person or after a password change, heard of afterwards, maybe
 * twice. True when it was news. */
bool detector_lifted(struct detector *detector, struct slice account,
		     int64_t at_ms);

/*
 * A person's word that places are the owner's, said at that time; heard of
 * afterwards, maybe twice. True when it was news. If it covers every place of
 * the last day, what those places said against the account is taken back.
 */
bool detector_trusted(struct detector *detector, struct slice account,
		      int64_t at_ms, const struct trust *trust);

#endif
