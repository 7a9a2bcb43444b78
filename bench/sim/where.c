/*
 * The address of a person's device. Everything is drawn by hashes of (person,
 * stretch of time), so that it stays as long as a lease or a session does and
 * comes out the same whoever asks.
 */
#include "sim.h"

enum purpose { W_LEASE = 2000, W_OFFICE, W_SLOT, W_CARRIER, W_HOTEL, W_V6 };

static uint64_t slot(const struct simulation *sim, const struct person *person,
		     int64_t at_us, int64_t length_us, uint64_t purpose)
{
	return person_hash(sim, person, purpose, (uint64_t)(at_us / length_us));
}

static bool has_moved(const struct simulation *sim,
		      const struct person *person, int64_t at_us)
{
	return person->new_home && sim_day(sim, at_us) >= person->moves_day;
}

/* Half of the leases stay in their block, the others wander in the AS. */
static struct origin at_home(const struct simulation *sim,
			     const struct person *person, int64_t at_us)
{
	const struct network *net = has_moved(sim, person, at_us) ?
				    person->new_home : person->home;
	uint64_t stay = person_hash(sim, person, W_LEASE, net->as_number);
	uint64_t lease = slot(sim, person, at_us + (int64_t)(stay % 24) *
			      HOUR_US, person->lease_days * DAY_US, W_LEASE);
	uint64_t device = slot(sim, person, at_us, DAY_US, W_V6);

	if (device % 100 < person->v6_percent && net->blocks6)
		return origin_draw6(net, stay >> 8 ^ (stay & 1 ? lease : 0),
				    device);
	return origin_draw(net, stay & 2 ? stay >> 8 : lease >> 8,
			   lease >> 16);
}

static struct origin at_work(const struct simulation *sim,
			     const struct person *person, int64_t at_us)
{
	const struct domain *domain = &sim->domains[person->domain];
	uint64_t week = domain->office_moves ?
			(uint64_t)(at_us / (9 * DAY_US)) : 0;
	uint64_t hash = hash3(sim->seed ^ W_OFFICE, person->domain, week);

	return origin_draw(domain->office, hash, hash >> 16);
}

/* A phone keeps its carrier's address for some hours. */
static struct origin on_carrier(const struct simulation *sim,
				const struct person *person,
				const struct network *net, int64_t at_us)
{
	uint64_t now = slot(sim, person, at_us, 3 * HOUR_US,
			    W_CARRIER ^ net->as_number);

	if (now >> 40 & 1 && person->v6_percent && net->blocks6)
		return origin_draw6(net, now, hash3(now, 0, 0));
	return origin_carrier(net, now);
}

/* Abroad the phone keeps its home network, unless it has a local SIM. */
static struct origin abroad(const struct simulation *sim,
			    const struct person *person,
			    const struct trip *trip, int64_t at_us,
			    enum device device)
{
	uint64_t hotel = slot(sim, person, at_us, 4 * DAY_US, W_HOTEL);
	uint64_t now = slot(sim, person, at_us, HOUR_US, W_SLOT);

	if (device == PHONE && now % 100 < 60)
		return on_carrier(sim, person, trip->local_sim ?
				  trip->local_sim : person->carrier, at_us);
	return origin_draw(trip->hotel, hotel, hotel >> 16);
}

static bool is_at_work(const struct simulation *sim,
		       const struct person *person, int64_t at_us)
{
	int64_t local_us = at_us + person->minutes * MINUTE_US;
	int hour = (int)(local_us / HOUR_US % 24);
	uint32_t weekday = sim_weekday(local_us);
	uint64_t today = slot(sim, person, local_us, DAY_US, W_OFFICE);

	/* Every fifth day is spent at the desk at home. */
	return person->work && weekday != 0 && weekday != 6 &&
	       today % 5 && hour >= person->first_hour &&
	       hour < person->first_hour + 9;
}

static struct origin ordinary(const struct simulation *sim,
			      const struct person *person, int64_t at_us,
			      enum device device)
{
	const struct trip *trip = person_trip(person, at_us);
	uint64_t now = slot(sim, person, at_us, HOUR_US, W_SLOT);
	bool at_desk = is_at_work(sim, person, at_us);

	if (trip)
		return abroad(sim, person, trip, at_us, device);
	if (device == PHONE && now % 100 < (at_desk ? 55 : 30))
		return on_carrier(sim, person, person->carrier, at_us);
	return at_desk ? at_work(sim, person, at_us)
		       : at_home(sim, person, at_us);
}

struct origin where_is(const struct simulation *sim,
		       const struct person *person, int64_t at_us,
		       enum device device)
{
	const struct benign_class *class = &benign_classes[person->class];

	if (sim_day(sim, at_us) >= person->vpn_day) {
		struct origin origin = where_private_vpn(sim, person, at_us,
							 device);

		if (origin.net)
			return origin;
	}
	if (class->where) {
		struct origin origin = class->where(sim, person, at_us,
						    device);

		/* A class that has nothing to say leaves all bytes zero. */
		if (origin.net || origin.low)
			return origin;
	}
	return ordinary(sim, person, at_us, device);
}
