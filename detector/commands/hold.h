/*
 * hold - which messages of blocked accounts are in the mail server's queue, as
 * the log shows it, for followup.h.
 *
 * Only of lines written by this machine's mail server: the commands work on
 * its queue, and another machine's ids may be the same. That is the name in
 * queue.host, else this machine's, else the only one that there is in the log
 * (Postfix's maillog_file writes $myhostname, whatever the machine is called).
 */
#ifndef DETECTOR_COMMANDS_HOLD_H
#define DETECTOR_COMMANDS_HOLD_H

#include "detector/blocks.h"
#include "detector/tracker.h"

/*
 * Note those of every active block if `look` says so and queue.hold is set, and
 * carry out the actions that are due. Programs that fail are told by followup.c
 * and tried again: they are no failure here.
 */
int hold_and_follow_up(struct blocks *blocks, const struct tracker *tracker,
		       bool look, int64_t now_ms, struct err *err);

#endif
