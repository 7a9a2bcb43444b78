/*
 * clock - the only place that asks the machine what time it is and for
 * randomness. Everything else is given both as arguments, so that old logs
 * replay to the same verdicts and tests own the clock.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Milliseconds since the epoch, wall clock. */
int64_t clock_now_ms(void);

/* For durations: never runs back, no relation to the wall. */
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);

/* Sleep, or return early when a signal arrives. */
void clock_sleep_ms(int64_t duration_ms);

/* Unpredictable bytes from the kernel. */
int clock_random(void *bytes_out, size_t size, struct err *err);

#endif
