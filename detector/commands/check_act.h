/*
 * check_act - is there somebody at act.socket, and would he take our word?
 */
#ifndef DETECTOR_COMMANDS_CHECK_ACT_H
#define DETECTOR_COMMANDS_CHECK_ACT_H

#include "detector/commands/check_findings.h"

/* Nothing where scan and watch start their own. */
void check_act(struct findings *findings);

#endif
