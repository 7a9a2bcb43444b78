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

/* -1 with the first alarm that lasts. */
int check_alarms(struct blocks *blocks, int64_t now_ms, struct err *err);

#endif
