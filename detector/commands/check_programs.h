/*
 * check_programs - are the programs there that a block or a lift will run?
 * Those of `actions` and `queue`, and the panel's own. Nothing is run.
 */
#ifndef DETECTOR_COMMANDS_CHECK_PROGRAMS_H
#define DETECTOR_COMMANDS_CHECK_PROGRAMS_H

#include "detector/commands/check_findings.h"
#include "detector/panel/panel.h"

/* A finding for each that is not; returns how many. */
int check_programs(struct findings *findings, const struct panel *panel);

#endif
