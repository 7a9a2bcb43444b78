/*
 * What the Internet does to every mail server: machines that guess passwords,
 * some one account from many addresses, some many accounts from one, and none
 * of them with success.
 */
#include "sim.h"

enum purpose { N_DAY = 7000, N_BOT };

static struct origin bot_origin(const struct simulation *sim, uint32_t bot)
{
	uint64_t hash = hash3(sim->seed, N_BOT, bot);
	const struct network *net = net_draw(place_of_bots(hash),
		hash >> 60 & 3 ? USE_ACCESS : USE_HOSTING, hash >> 8);

	return origin_draw(net, hash >> 16, hash >> 24);
}

static void guess(struct simulation *sim, struct rng *rng,
		  const struct origin *origin, int64_t at_us)
{
	const struct person *person =
		&sim->people[rng_below(rng, sim->accounts)];

	if (rng_chance(rng, 250))
		out_login(sim, rng, person, origin, at_us, "imap",
			  1 + rng_below(rng, 3), false);
	else
		out_refused(sim, rng, person, origin, at_us, "LOGIN");
}

void noise_of_day(struct simulation *sim, uint32_t day)
{
	struct rng rng = { hash3(sim->seed, N_DAY, day) };
	int64_t day_us = sim->first_day_us + day * DAY_US;
	uint32_t guesses = sim->accounts / 10;
	struct origin sprayer = bot_origin(sim, 1000 + day);
	int64_t at_us = day_us + rng_between(&rng, 0, 20 * HOUR_US);

	for (uint32_t i = 0; i < guesses; i++) {
		struct origin origin = bot_origin(sim, rng_below(&rng, 300));

		guess(sim, &rng, &origin, day_us + rng_between(&rng, 0,
								DAY_US - 1));
	}
	for (uint32_t i = 0; i < guesses / 3; i++) {
		guess(sim, &rng, &sprayer, at_us);
		at_us += rng_between(&rng, 1, 90) * SECOND_US;
		if (at_us >= day_us + DAY_US)
			break;
	}
}
