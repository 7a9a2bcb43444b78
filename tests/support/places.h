/*
 * places - where addresses lie, for tests: in the files that `make geoip`
 * builds, or nowhere.
 */
#ifndef TESTS_SUPPORT_PLACES_H
#define TESTS_SUPPORT_PLACES_H

struct detector;

/* $COUNTRY_DB and $ASN_DB, or else build/geoip's. They live on. */
const char *places_countries(void);
const char *places_networks(void);

/* The presets without a model, and a detector that knows no place and calls
 * nobody. 0, or -1; what it took is given back by detector_release() and
 * settings_release(). */
int places_none(struct detector *detector);

#endif
