/*
 * scores - what every signal said, event by event, for bench/fit and for who
 * wants to look at the numbers behind the verdicts.
 *
 * A table with tabs and a header line: at_ms, account, kind (of the event:
 * "submission", "delivery", ...), prior (log odds before any evidence), then a
 * column for each signal in signals.def order: its sum in nats, before its
 * weight. A row is written when a sum of an account rises by more than
 * SCORES_STEP above what was written of it on that day (UTC); what lies in
 * between is smaller and decides nothing. Mailbox logins have no rows: nobody
 * is blocked for reading.
 *
 * Memory: some hundred bytes for each account that was ever suspicious.
 */
#ifndef DETECTOR_COMMANDS_SCORES_H
#define DETECTOR_COMMANDS_SCORES_H

#include "base/err.h"
#include "detector/detector.h"

struct scores;

/* Creates the file. */
int scores_open(const char *path, struct scores **scores_out,
		struct err *err);

/* After an event was weighed. */
void scores_note(struct scores *scores, const struct signal_input *input,
		 const struct account_entry *entry);

/* Writes what is left; sets the pointer to NULL. -1: the disk is full. */
int scores_close(struct scores **scores, struct err *err);

#endif
