/*
 * check_blocks - do the active blocks still hold? A panel's switch may have
 * been turned on again: by an administrator, by a form that was opened before
 * the block, by a new application password.
 */
#ifndef DETECTOR_COMMANDS_CHECK_BLOCKS_H
#define DETECTOR_COMMANDS_CHECK_BLOCKS_H

#include "detector/blocks.h"

enum { CHECK_BLOCKS_MAX = 1000 };	/* the newest are looked at */

struct blocks_look {
	size_t active, open;
	char account[PANEL_LOGIN_SIZE];	/* one that is open */
};

/* Asks verify.sql for each. Those stopped by a panel's own program cannot be
 * asked for, and count as holding. */
int check_blocks_look(struct blocks *blocks, struct blocks_look *out,
		      struct err *err);

#endif
