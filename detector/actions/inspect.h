/*
 * inspect - a decision is looked at again by whoever carries it out: the one
 * that reads strangers' logs may have been taken over by a line of them.
 *
 * It cannot be known here whether an account did what is said of it. That the
 * decision is one that comporta's judge can have come to, about an account's
 * name that is one, with evidence of signals that there are which adds up to
 * its probability, and that this is enough for a block, can be.
 *
 * Reads `judge_settings`; asks no database and no clock.
 */
#ifndef DETECTOR_ACTIONS_INSPECT_H
#define DETECTOR_ACTIONS_INSPECT_H

#include "detector/actions/action.h"

enum {
	/* Decisions wait while a database is away, and a clock may be set a
	 * year wrong; what is older or newer is no decision of this host. */
	INSPECT_DAYS = 400
};

/* -1 and why: it is not to be carried out, now or later. */
int inspect_decision(const struct action_input *input, struct err *err);

#endif
