/*
 * incident - what happened to an account since suspicion began: what its owner
 * and support will ask about.
 *
 * Begins when the evidence becomes strange, and is forgotten when it has been
 * calm for an hour: a list of dead recipients has living ones in it, and a
 * moment of calm is not the end of the story.
 */
#ifndef DETECTOR_INCIDENT_H
#define DETECTOR_INCIDENT_H

#include "detector/signals/signal.h"

/* Sum of evidence, in nats, from which an incident is written down: one nat
 * is one mildly strange thing. Once it is, evidence below the other is calm. */
static const double INCIDENT_FROM = 1.0, INCIDENT_UNTIL = 0.5;

/* Write the event down. `evidence` is the account's sum in nats, without the
 * prior. */
void incident_note(struct account *account, const struct signal_input *input,
		   double evidence);

/* The networks since the incident began, or within 24 hours, that are not
 * trusted, the latest first: those that "it was me" is about. Returns how
 * many. */
size_t incident_networks(const struct account *account, uint32_t now_s,
			 uint32_t *out, size_t most);

#endif
