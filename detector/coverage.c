#include "detector/coverage.h"

#include "base/log.h"
#include "detector/profile.h"
#include "detector/state.h"

#include <math.h>

static const double HALF_LIFE_S = 2 * 86400, ENOUGH = 100;
static const double OFF_ABOVE = 0.20, ON_BELOW = 0.15;

/* Stored as whole numbers. */
static const double PARTS = 1e6;

double coverage_unknown_share(const struct coverage *coverage)
{
	return coverage->clients > 0 ? coverage->unknown / coverage->clients
				     : 0;
}

static void decide(struct coverage *coverage)
{
	double share = coverage_unknown_share(coverage);

	if (!coverage->is_off && coverage->clients >= ENOUGH &&
	    share > OFF_ABOVE) {
		coverage->is_off = true;
		log_warning("the GeoIP files do not know %.0f %% of the "
			    "clients; places are not judged until it does: "
			    "fetch a whole one, with IPv6", 100 * share);
	} else if (coverage->is_off && share < ON_BELOW) {
		coverage->is_off = false;
		log_warning("the GeoIP files know the clients again; places "
			    "are judged");
	}
}

void coverage_count(struct coverage *coverage, bool is_known, uint32_t now_s)
{
	double kept = profile_decay(coverage->at_s, now_s, HALF_LIFE_S);

	coverage->clients = coverage->clients * kept + 1;
	coverage->unknown = coverage->unknown * kept + !is_known;
	if (now_s > coverage->at_s)
		coverage->at_s = now_s;
	decide(coverage);
}

void coverage_load(struct coverage *coverage, struct state *state)
{
	coverage->clients = (double)state_number(state, "geo_clients", 0) /
			    PARTS;
	coverage->unknown = (double)state_number(state, "geo_unknown", 0) /
			    PARTS;
	coverage->at_s = (uint32_t)state_number(state, "geo_at", 0);
	coverage->is_off = state_number(state, "geo_off", 0) != 0;
}

int coverage_save(const struct coverage *coverage, struct state *state,
		  struct err *err)
{
	if (state_put_number(state, "geo_clients",
			     llround(coverage->clients * PARTS), err) < 0 ||
	    state_put_number(state, "geo_unknown",
			     llround(coverage->unknown * PARTS), err) < 0 ||
	    state_put_number(state, "geo_at", coverage->at_s, err) < 0)
		return -1;
	return state_put_number(state, "geo_off", coverage->is_off, err);
}
