/*
 * check_mailserver - what check says of the mail server: does it ask for the
 * block, what does it answer for an account that has one, and what happens to
 * the trial account.
 *
 * A panel's folder whose block.sql writes comporta_send_block wants the mail
 * server to ask that; one that turns a switch says in a line
 *   -- switch: COLUMN
 * what Dovecot must ask.
 *
 * In mode observe nothing has to be mended yet: all of it is a note.
 */
#ifndef DETECTOR_COMMANDS_CHECK_MAILSERVER_H
#define DETECTOR_COMMANDS_CHECK_MAILSERVER_H

#include "detector/commands/desk.h"
#include "detector/mailserver/mailserver.h"

struct mailserver_check {
	struct desk *desk;	/* NULL: no database yet */
	const char *account;	/* of --account; or NULL */
	/* Words of one or more lines, printable and indented. */
	void (*tell)(void *context, enum mailserver_mark mark,
		     const char *words);
	void *context;
};

void check_mailserver(const struct mailserver_check *check);

#endif
