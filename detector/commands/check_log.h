/*
 * check_log - what a log is, by its newest lines: in which form, of which
 * servers, how much of it is understood, and what is not.
 *
 * At most the last LOOK_BYTES of a plain file are read, so that it takes no
 * longer for a log of 10 GB; of a compressed one and of a journal as many
 * lines. It is done apart (apart.h): what is written there is strangers', and
 * check holds the database's password.
 */
#ifndef DETECTOR_COMMANDS_CHECK_LOG_H
#define DETECTOR_COMMANDS_CHECK_LOG_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct log_report {
	struct text words;	/* the first line, then indented ones */
	uint64_t lines, submissions;
	char looks_like[120];	/* what it is instead of a log; or "" */
	bool is_strange;	/* no line is a mail server's */
	int64_t newest_ms;
};

enum { LOG_INDENT = 19 };	/* of every line but the first */

/* -1 with *err when it cannot be read at all. The text is the caller's. */
int check_log_look(const char *path, struct log_report *report_out,
		   struct err *err);

#endif
