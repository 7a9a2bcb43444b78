/*
 * check_owners - do files belong to those who will use them? Root, who types
 * check, can open all of them, and the units' users cannot.
 */
#ifndef DETECTOR_COMMANDS_CHECK_OWNERS_H
#define DETECTOR_COMMANDS_CHECK_OWNERS_H

#include "detector/commands/check_findings.h"

void check_owners(struct findings *findings);

#endif
