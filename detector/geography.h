/*
 * geography - how far countries are from each other. Coarse on purpose: it
 * tells a neighbour from another continent, and a flight from the impossible.
 *
 * The towns are those of the time zone database (countries.def); the distance
 * of two countries is that of their nearest towns, the kindest reading.
 */
#ifndef DETECTOR_GEOGRAPHY_H
#define DETECTOR_GEOGRAPHY_H

#include <stdbool.h>
#include <stdint.h>

/* Kilometres between the nearest towns of two countries (origin.h's codes);
 * 0 for the same one and when one of them is not known. */
double geography_distance_km(uint16_t a, uint16_t b);

/* Near enough to go shopping, or for an address block to be put on the wrong
 * side of the border. */
bool geography_is_near(uint16_t a, uint16_t b);

#endif
