/*
 * learn - what an account takes into its memory from an event, once the
 * signals have looked at it.
 *
 * Places and volume are learnt while there is no suspicion at all (`may`):
 * an intruder's first steps must not become normal. Habits (to whom, when and
 * how it sends) are learnt until the account is watched.
 */
#ifndef DETECTOR_LEARN_H
#define DETECTOR_LEARN_H

#include "detector/sightings.h"
#include "detector/signals/signal.h"

/* `key` is the account's; where it comes to trust a country its neighbours
 * hear of it. */
void learn(struct sightings *neighbours, uint64_t key,
	   const struct signal_input *input, bool may);

#endif
