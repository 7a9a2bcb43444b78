/*
 * check_notices - what `check` says of the outbox and of alarms.
 */
#ifndef DETECTOR_COMMANDS_CHECK_NOTICES_H
#define DETECTOR_COMMANDS_CHECK_NOTICES_H

#include "detector/blocks.h"

enum { CHECK_NOTICES_DAYS = 7 };

/* 0 with what is well in `words`; -1 when the database does not answer, or
 * notices of the last days were refused or given up. */
int check_outbox(struct blocks *blocks, int64_t now_ms, char words[200],
		 struct err *err);

/* Tells of each alarm that lasts, and what to do; -1 is for the database. */
int check_alarms(struct blocks *blocks, int64_t now_ms,
		 void (*tell)(void *context, const struct err *err),
		 void *context, struct err *err);

#endif
