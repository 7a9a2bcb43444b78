/*
 * surroundings - what is known of the place an account is let in from: by the
 * account itself, by its domain, and by the host as a whole.
 */
#ifndef DETECTOR_SURROUNDINGS_H
#define DETECTOR_SURROUNDINGS_H

#include "detector/detector.h"

/* Fill in what the input's origin is to the account and the others, and let
 * the others know that it was here. */
void surroundings_look(struct detector *detector, struct account_entry *entry,
		       struct signal_input *input);

#endif
