/*
 * stop - SIGTERM and SIGINT of the commands that run until they are asked to
 * end: what is in hand is finished, as a notice left in the middle would wait
 * for its claim to end, or even go twice.
 */
#ifndef DETECTOR_COMMANDS_STOP_H
#define DETECTOR_COMMANDS_STOP_H

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

/* Set by either signal, once stop_catch() was called. */
extern volatile sig_atomic_t stop_asked;

void stop_catch(void);

/* For a process whose end is that of whoever started it: a Ctrl-C for both, or
 * the SIGTERM of a whole service, must not take away what the other's last work
 * needs. No SIGHUP either. */
void stop_leave_to_starter(void);

/* Set by SIGHUP, once stop_catch_reload() was called: read the configuration
 * anew, and set it back before. */
extern volatile sig_atomic_t reload_asked;

void stop_catch_reload(void);

/* poll(2), but at once when one of them is set: no signal comes between the
 * look and the wait. Negative: for ever. */
int stop_poll(struct pollfd *polls, size_t n, int64_t limit_us);

#endif
