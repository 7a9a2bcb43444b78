/* What the plans of all attack classes are made of. */
#include "sim.h"

static struct act act_of(struct theft *theft, int64_t at_us, uint32_t machine)
{
	return (struct act){
		.at_us = at_us, .person = theft->person,
		.origin = theft->pool[machine % theft->pool_count],
		.dead_permille = (uint16_t)theft->dead_permille,
		.refused_permille = (uint16_t)theft->refused_permille,
	};
}

void theft_send(struct theft *theft, int64_t at_us, uint32_t machine,
		uint32_t recipients)
{
	struct act act = act_of(theft, at_us, machine);

	act.recipients = recipients < ONCE_MAX ? recipients : ONCE_MAX;
	act_add(&act);
}

void theft_login(struct theft *theft, int64_t at_us, uint32_t machine)
{
	struct act act = act_of(theft, at_us, machine);

	act.kind = ACT_LOGIN;
	act_add(&act);
}

/*
 * A few machines do more than the others. Gaps are spread around their mean
 * as waiting times are, but never quite zero.
 */
int64_t theft_burst(struct theft *theft, int64_t at_us,
		    const struct pace *pace)
{
	struct rng *rng = &theft->rng;
	uint32_t sent = 0;
	int64_t last_us = at_us;
	uint32_t machine = 0;

	while (sent < pace->total && at_us < pace->end_us) {
		uint32_t recipients = pace->low +
			rng_below(rng, pace->high - pace->low + 1);

		if (!rng_chance(rng, 300))
			machine = rng_below(rng, theft->pool_count);
		theft_send(theft, at_us, machine, recipients);
		sent += recipients;
		last_us = at_us;
		at_us += (int64_t)((0.3 + 1.4 * rng_unit(rng)) * pace->gap_s *
				   (double)SECOND_US);
	}
	return last_us;
}
