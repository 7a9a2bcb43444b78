/*
 * check_sending - would what we write get out? Tries the ways for notices,
 * sending nothing, and tells what waits and what failed.
 */
#ifndef DETECTOR_COMMANDS_CHECK_SENDING_H
#define DETECTOR_COMMANDS_CHECK_SENDING_H

#include "detector/commands/desk.h"

enum sending_mark { SENDING_GOOD, SENDING_NOTE, SENDING_MEND };

/* `found->text` are the words, `found->code` how check would end. */
struct sending_check {
	struct desk *desk;
	void (*tell)(void *context, enum sending_mark mark, const char *part,
		     const struct err *found);
	void *context;
};

void check_sending(const struct sending_check *check);

#endif
