/*
 * check_fence - can those who read strangers' text be fenced in here?
 */
#ifndef DETECTOR_COMMANDS_CHECK_FENCE_H
#define DETECTOR_COMMANDS_CHECK_FENCE_H

#include "detector/commands/check_findings.h"

void check_fence(struct findings *findings);

#endif
