/*
 * stop - SIGTERM and SIGINT of the commands that run until they are asked to
 * end: what is in hand is finished, as a notice left in the middle would wait
 * for its claim to end, or even go twice.
 */
#ifndef DETECTOR_COMMANDS_STOP_H
#define DETECTOR_COMMANDS_STOP_H

#include <signal.h>

/* Set by either signal, once stop_catch() was called. */
extern volatile sig_atomic_t stop_asked;

void stop_catch(void);

#endif
