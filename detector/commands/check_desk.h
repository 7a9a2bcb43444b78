/*
 * check_desk - what check says of the database and of all that hangs on it:
 * our tables, the panel, blocks that stand, programs, notices, the mail server.
 */
#ifndef DETECTOR_COMMANDS_CHECK_DESK_H
#define DETECTOR_COMMANDS_CHECK_DESK_H

#include "detector/commands/check_findings.h"
#include "detector/commands/command.h"

void check_desk(struct findings *findings,
		const struct invocation *invocation);

#endif
