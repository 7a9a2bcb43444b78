/*
 * volumes - how much an account sends: recipients and messages, in the hour
 * and the day in progress (UTC), and on the days before.
 *
 * A day that ended waits for three more sending days, or three days, before it
 * becomes history, and a day of suspicion takes those that wait with it;
 * history grows by a quarter a day at most. So who warms up slowly does not
 * become normal.
 */
#ifndef DETECTOR_VOLUMES_H
#define DETECTOR_VOLUMES_H

#include "detector/account.h"

/* What was sent in the hour or day in progress. */
uint32_t volumes_counted(const struct account *account, enum volume volume,
			 uint32_t now_s);

/* Mean and variance of log(1 + count) over the days before. */
double volumes_mean(const struct account *account, enum volume volume);
double volumes_variance(const struct account *account,
			       enum volume volume);

/* So many recipients, of one message or of none that is new, left. */
void volumes_sent(struct account *account, uint32_t recipients,
		  uint32_t messages, uint32_t now_s, bool learn);

#endif
