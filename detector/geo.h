/*
 * geo - country and network of an address, from MMDB files.
 *
 * The adapter of libmaxminddb. Both layouts are read: `country.iso_code` (as
 * MaxMind and DB-IP write it) and the flat `country_code` (npm packages,
 * IPinfo); `autonomous_system_number` or `asn` ("AS5617") for networks. Either
 * file may be missing: what it would tell is then unknown.
 *
 * The files are read into memory: one that is cut short or written over while
 * it is in use changes nothing.
 *
 * The answer for an address is kept in a small table of recent ones.
 */
#ifndef DETECTOR_GEO_H
#define DETECTOR_GEO_H

#include "base/err.h"
#include "detector/networks.h"

struct geo;

/* `country_path` and `asn_path` may be NULL or "". A file that is there but
 * cannot be read, or is no MMDB, is an error. */
int geo_open(const char *country_path, const char *asn_path,
	     int64_t max_age_ms, struct geo **geo_out, struct err *err);
void geo_close(struct geo **geo);

/* In place of files that should be there and cannot be used. What was learnt
 * of places says nothing then, as all of them would look new: whoever judges
 * leaves places out while geo_is_blind(). */
struct geo *geo_blind(void);
bool geo_is_blind(const struct geo *geo);

/* What the operator knows better; before the first look-up. */
void geo_set_networks(struct geo *geo, const struct networks *networks);

/* `at_ms`: data built more than max_age before it is less certain. */
void geo_lookup(struct geo *geo, const struct address *address, int64_t at_ms,
		struct origin *origin_out);

/* Soon geo_lookup() will be asked for it: have its place in the table brought
 * from memory. */
void geo_foresee(const struct geo *geo, const struct address *address);

/* Who runs the network, as the AS file says, asked by a client's prefix in it
 * (origin.h); a stranger's words. False when it does not know. */
bool geo_network_name(struct geo *geo, uint32_t network, uint32_t prefix,
		      bool is_v6, char *out, size_t size);

bool geo_has_country(const struct geo *geo);
bool geo_has_network(const struct geo *geo);

/* When the older of the files was built; 0 when there is none. */
int64_t geo_built_ms(const struct geo *geo);

#endif
