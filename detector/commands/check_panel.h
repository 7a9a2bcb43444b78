/*
 * check_panel - `check --detect-panel`: finds the hosting panel by its tables
 * and prints what to put into the configuration. It never guesses: of two that
 * fit, both are shown, and the operator chooses.
 */
#ifndef DETECTOR_COMMANDS_CHECK_PANEL_H
#define DETECTOR_COMMANDS_CHECK_PANEL_H

#include "detector/commands/command.h"

/* The exit code: 0 for one panel, 65 for several, 78 for none or for one that
 * cannot be used or told for sure. */
int check_panel_detect(const struct invocation *invocation);

#endif
