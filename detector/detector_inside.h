/*
 * detector_inside - what the files detector*.c share, and nobody else uses.
 */
#ifndef DETECTOR_DETECTOR_INSIDE_H
#define DETECTOR_DETECTOR_INSIDE_H

#include "detector/detector.h"

/* An input about this event, with nothing else known. */
struct signal_input detector_input(const struct mail_event *event);

/* What was known of the place when the message came. */
void detector_recall(struct signal_input *input,
		     const struct message *message);

/* Whose message it is; NULL for nobody's, and for what was sent before the
 * last lift. */
struct account_entry *detector_owner(struct detector *detector,
				     const struct message *message);

/* Signals, judge, memory, verdict. */
void detector_weigh(struct detector *detector, struct account_entry *entry,
		    struct signal_input *input);

/* A message of this account is in the queue, or still is. */
void detector_queued(struct detector *detector,
		     const struct mail_event *event);

/* detector_outcome.c: true when the event's id is another one of a message
 * that an account sent, to which it then belongs. */
bool detector_received_again(struct detector *detector,
			     const struct mail_event *event);

/* detector_outcome.c: how a delivery ended; a refused recipient. */
void detector_delivery(struct detector *detector,
		       const struct mail_event *event);
void detector_reject(struct detector *detector,
		     const struct mail_event *event);

#endif
