/*
 * outcome - what a delivery that did not arrive says about the recipient.
 *
 * By the enhanced status code (RFC 3463) where there is a good one, else by
 * the words of the reply: receivers without codes get 5.0.0 from Postfix, and
 * some large ones use a code of their own. Exim has no code but the
 * receiver's, and words of its own where there was no receiver to ask.
 */
#ifndef DETECTOR_OUTCOME_H
#define DETECTOR_OUTCOME_H

#include "detector/event.h"

/* The mailbox or its domain does not exist, for good. */
bool outcome_is_dead_recipient(const struct mail_event *event);

/* Refused for what the mail is (5.7.x; in Exim's lines without a code also what
 * was refused at the end of its content), or slowed down for who sends it
 * (421). Other 4.7.x answers are greylisting, which meets everybody. */
bool outcome_is_policy(const struct mail_event *event);

#endif
