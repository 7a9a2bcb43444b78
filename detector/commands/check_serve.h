/*
 * check_serve - serve's own user of the database: can it do its part, and is
 * there one?
 */
#ifndef DETECTOR_COMMANDS_CHECK_SERVE_H
#define DETECTOR_COMMANDS_CHECK_SERVE_H

#include "detector/commands/check_findings.h"
#include "detector/commands/desk.h"

/* `desk` is open, as who acts. */
void check_serve(struct findings *findings, const struct desk *desk);

#endif
