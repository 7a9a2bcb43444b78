/*
 * learning - old logs teach what is normal, and nobody is judged by them.
 *
 * While the detector learns, everything goes as in a replay: evidence is
 * weighed, since what is suspicious must not be learnt, but no verdict is
 * told. At the end the evidence is dropped and the profiles stay. An account
 * that was suspicious then keeps only the places that were trusted before.
 *
 * An account that the state knew before is taught by lines behind its last
 * one only: whatever is older was counted, or would mix up its days. Evidence
 * and standing that it had are given back at the end. What the host knows of
 * client addresses (crowd.h) is of today and yesterday and ends by itself. What
 * was sent in the last day (days.h) is remembered, but not of accounts that are
 * left as they were: their lines may come again.
 */
#ifndef DETECTOR_LEARNING_H
#define DETECTOR_LEARNING_H

#include "detector/detector.h"

/* No verdicts from now on. */
void learning_begin(struct detector *detector);

/* `before` is the state as it was when learning began, NULL for none. */
void learning_end(struct detector *detector,
		  const struct accounts_backing *before);

#endif
