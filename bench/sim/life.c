/*
 * What happens once to anybody, whatever the class, and looks like a theft for
 * a day or for good. Per 1,000 people in three weeks: 30 change provider or
 * move house, 3 take a job abroad, 40 get a new phone or mail program, 60
 * travel, 10 buy a VPN, 10 write to everybody they ever knew ("my address has
 * changed": many at once, many of them gone), 8 let a web shop or a ticket
 * system in a data centre send as the account, to people who are all new.
 */
#include "sim.h"

#include <string.h>

#define ANNOUNCE_MAX 300	/* recipients */

enum purpose { L_SERVICE = 8000 };

static void add_trip(const struct simulation *sim, struct person *person,
		     struct rng *rng)
{
	struct trip *trip = &person->trip[0];
	uint32_t days = 2 + rng_below(rng, 9);

	trip->country = place_for_travel(rng_next(rng));
	if (!strcmp(trip->country, person->country))
		return;
	trip->from_us = sim->first_day_us +
		rng_below(rng, sim->days * 24) * HOUR_US;
	trip->to_us = trip->from_us + days * DAY_US;
	trip->hotel = net_draw(trip->country, USE_ACCESS, rng_next(rng));
	if (rng_chance(rng, 300))
		trip->local_sim = net_draw(trip->country, USE_MOBILE,
					   rng_next(rng));
	person->trips = 1;
}

static void move(const struct simulation *sim, struct person *person,
		 struct rng *rng, bool abroad)
{
	person->moves_day = rng_below(rng, sim->days);
	if (abroad)
		person->new_country = place_for_travel(rng_next(rng));
	person->new_home = net_draw_other(abroad ? person->new_country :
					  person->country, USE_ACCESS,
					  person->home, rng_next(rng));
}

static void add_service(const struct simulation *sim, struct person *person,
			struct rng *rng)
{
	const char *country = person->country;

	person->service_day = rng_below(rng, sim->days);
	if (rng_chance(rng, 600))
		country = rng_chance(rng, 500) ? "US" :
			  place_near(country, rng_next(rng));
	person->service = net_draw(country, USE_HOSTING, rng_next(rng));
}

void life_draw(const struct simulation *sim, struct person *person,
	       struct rng *rng)
{
	double event = rng_unit(rng) * 1000 * 21 / sim->days;
	uint32_t day = rng_below(rng, sim->days);

	person->moves_day = person->phone_day = UINT32_MAX;
	person->vpn_day = person->announce_day = UINT32_MAX;
	person->service_day = UINT32_MAX;
	if (event < 33)
		move(sim, person, rng, event < 3);
	else if (event < 73)
		person->phone_day = day;
	else if (event < 133)
		add_trip(sim, person, rng);
	else if (event < 143)
		person->vpn_day = day;
	else if (event < 153)
		person->announce_day = day;
	else if (event < 161)
		add_service(sim, person, rng);
}

/* In one message, or in a few, as the mail program lets them. */
static void announce(struct simulation *sim, struct person *person,
		     struct rng *rng, uint32_t day)
{
	uint32_t left = (uint32_t)rng_log_range(rng, 40, ANNOUNCE_MAX);
	uint32_t each = rng_chance(rng, 400) ? left : 20 + rng_below(rng, 60);
	uint32_t dead_permille = 30 + rng_below(rng, 220);
	struct recipient to[ANNOUNCE_MAX];
	struct submission submission = { .person = person, .to = to,
		.method = person->method, .smtps = person->smtps,
		.at_us = sim->first_day_us + day * DAY_US +
			 rng_between(rng, 7 * HOUR_US, 20 * HOUR_US) };

	while (left) {
		submission.recipients = left < each ? left : each;
		submission.origin = where_is(sim, person, submission.at_us,
					     DESK);
		recipients_strangers(sim, rng, submission.at_us, to,
				     submission.recipients, dead_permille);
		out_send(sim, rng, &submission);
		left -= submission.recipients;
		submission.at_us += rng_between(rng, 30, 600) * SECOND_US;
	}
}

/* Orders come at any hour; some customers mistype their own address. */
static void run_service(struct simulation *sim, struct person *person,
			struct rng *rng, uint32_t day)
{
	uint64_t hash = person_hash(sim, person, L_SERVICE, 0);
	uint32_t count = rng_poisson(rng, 1 + (double)(hash % 40));
	struct recipient to[1];
	struct submission submission = { .person = person, .to = to,
		.recipients = 1, .method = hash >> 32 & 1 ? "LOGIN" : "PLAIN",
		.smtps = hash >> 33 & 1,
		.origin = origin_draw(person->service, hash >> 16, hash) };

	while (count--) {
		submission.at_us = sim->first_day_us + day * DAY_US +
				   rng_between(rng, 5 * HOUR_US, DAY_US - 1);
		recipients_strangers(sim, rng, submission.at_us, to, 1,
				     5 + (uint32_t)(hash >> 40) % 30);
		out_send(sim, rng, &submission);
	}
}

void life_day(struct simulation *sim, struct person *person, struct rng *rng,
	      uint32_t day)
{
	if (day == person->announce_day)
		announce(sim, person, rng, day);
	if (day >= person->service_day)
		run_service(sim, person, rng, day);
}
