/*
 * Attack classes that send much in a short time, from many places or one. Each
 * victim's numbers are drawn anew from wide ranges.
 */
#include "attacks.h"

static struct pace draw_pace(struct theft *theft, double gap_low,
			     double gap_high, uint32_t low, uint32_t high,
			     double hours_low, double hours_high)
{
	struct rng *rng = &theft->rng;
	struct pace pace = { .gap_s = rng_log_range(rng, gap_low, gap_high) };
	uint32_t third = (high - low) / 3;

	pace.low = low + rng_below(rng, third + 1);
	pace.high = pace.low + rng_below(rng, high - pace.low + 1);
	pace.total = (uint32_t)rng_log_range(rng, 300, 5000);
	pace.end_us = theft->start_us + (int64_t)(rng_log_range(rng, hours_low,
						hours_high) * (double)HOUR_US);
	return pace;
}

/* A quarter of the thieves open the mailbox as well, before and while. */
void thief_reads(struct theft *theft, int64_t end_us)
{
	struct rng *rng = &theft->rng;
	int64_t at_us = theft->start_us - rng_between(rng, 10, 7200) *
			SECOND_US;

	if (!rng_chance(rng, 250))
		return;
	for (int i = 0; i < 4 && at_us < end_us; i++) {
		theft_login(theft, at_us, rng_below(rng, theft->pool_count));
		at_us += rng_between(rng, 2, 240) * MINUTE_US;
	}
}

void pool_add(struct theft *theft, const struct network *net, bool carrier)
{
	uint64_t where = rng_next(&theft->rng);
	uint64_t host = rng_next(&theft->rng);

	struct origin *seat = &theft->pool[theft->pool_count];

	if (theft->pool_count == POOL_MAX)
		return;
	theft->pool_count++;
	if (carrier)
		*seat = origin_carrier(net, where);
	else if (rng_chance(&theft->rng, 100))
		*seat = origin_draw6(net, where, host);
	else
		*seat = origin_draw(net, where, host);
}

/* Some country where thieves' machines stand, not the owner's. */
static const char *foreign_country(struct theft *theft)
{
	const char *country;

	do
		country = place_of_bots(rng_next(&theft->rng));
	while (country[0] == theft->person->country[0] &&
	       country[1] == theft->person->country[1]);
	return country;
}

void pool_foreign(struct theft *theft, uint32_t access_permille,
		  uint32_t vpn_permille)
{
	struct rng *rng = &theft->rng;
	const char *country = foreign_country(theft);
	enum net_use use = USE_HOSTING;

	if (rng_chance(rng, access_permille))
		use = rng_chance(rng, 800) ? USE_ACCESS : USE_MOBILE;
	else if (rng_chance(rng, vpn_permille))
		use = USE_VPN;
	pool_add(theft, net_draw(country, use, rng_next(rng)),
		 use == USE_MOBILE);
}

/* botnet_burst: infected machines all over the world take turns. */
static void plan_botnet(struct theft *theft, uint32_t count)
{
	struct rng *rng = &theft->rng;
	uint32_t machines = (uint32_t)rng_log_range(rng, 6, POOL_MAX);
	uint32_t countries = (uint32_t)rng_log_range(rng, 4, 26);
	const char *country[26];
	struct pace pace;

	(void)count;
	for (uint32_t i = 0; i < countries; i++)
		country[i] = foreign_country(theft);
	for (uint32_t i = 0; i < machines; i++) {
		enum net_use use = rng_chance(rng, 200) ? USE_MOBILE
							: USE_ACCESS;

		pool_add(theft, net_draw(country[i % countries], use,
					 rng_next(rng)), use == USE_MOBILE);
	}
	pace = draw_pace(theft, 50, 190, 5, 30, 0.5, 6);
	thief_reads(theft, theft_burst(theft, theft->start_us, &pace));
}

/* single_address: one foreign machine, hours of mail. */
static void plan_single(struct theft *theft, uint32_t count)
{
	struct pace pace = draw_pace(theft, 15, 400, 1, 25, 1, 14);

	(void)count;
	pool_foreign(theft, 450, 250);
	thief_reads(theft, theft_burst(theft, theft->start_us, &pace));
}

/*
 * home_proxies: rented residential proxies in the owner's own country: no
 * country is foreign, no network is a data centre.
 */
static void plan_proxies(struct theft *theft, uint32_t count)
{
	struct rng *rng = &theft->rng;
	uint32_t machines = (uint32_t)rng_log_range(rng, 3, 40);
	struct pace pace = draw_pace(theft, 15, 240, 2, 30, 0.4, 6);

	(void)count;
	for (uint32_t i = 0; i < machines; i++) {
		bool mobile = rng_chance(rng, 200);

		pool_add(theft, net_draw_other(theft->person->country, mobile ?
			 USE_MOBILE : USE_ACCESS, mobile ?
			 theft->person->carrier : theft->person->home,
			 rng_next(rng)), mobile);
	}
	thief_reads(theft, theft_burst(theft, theft->start_us, &pace));
}

/* cloud_egress: rented servers at home or next door. */
static void plan_cloud(struct theft *theft, uint32_t count)
{
	struct rng *rng = &theft->rng;
	uint32_t machines = 1 + rng_below(rng, 6);
	struct pace pace = draw_pace(theft, 8, 300, 1, 35, 0.5, 10);

	(void)count;
	for (uint32_t i = 0; i < machines; i++) {
		const char *country = theft->person->country;

		if (rng_chance(rng, 500))
			country = place_near(country, rng_next(rng));
		pool_add(theft, net_draw(country, USE_HOSTING, rng_next(rng)),
			 false);
	}
	thief_reads(theft, theft_burst(theft, theft->start_us, &pace));
}

/* one_to_many: few messages, each to about 500: known only when taken. */
static void plan_one_to_many(struct theft *theft, uint32_t count)
{
	struct rng *rng = &theft->rng;
	uint32_t messages = 3 + rng_below(rng, 6);
	uint32_t around = (uint32_t)rng_log_range(rng, 250, 750);
	int64_t at_us = theft->start_us;

	(void)count;
	pool_foreign(theft, 400, 300);
	if (rng_chance(rng, 300))
		pool_foreign(theft, 400, 300);
	for (uint32_t i = 0; i < messages; i++) {
		uint32_t machine = rng_below(rng, theft->pool_count);

		theft_send(theft, at_us, machine,
			   around * (80 + rng_below(rng, 41)) / 100);
		at_us += rng_between(rng, 10, 90) * MINUTE_US;
	}
	thief_reads(theft, at_us);
}

/* dirty_list: an old list, 15 to 45 of 100 are gone. */
static void plan_dirty(struct theft *theft, uint32_t count)
{
	struct rng *rng = &theft->rng;
	uint32_t machines = 1 + rng_below(rng, 4);
	struct pace pace = draw_pace(theft, 15, 300, 2, 45, 0.7, 8);

	(void)count;
	theft->dead_permille = 150 + rng_below(rng, 301);
	for (uint32_t i = 0; i < machines; i++)
		pool_foreign(theft, 550, 200);
	thief_reads(theft, theft_burst(theft, theft->start_us, &pace));
}

/* location_mimic: an address of the owner's own provider. */
static void plan_mimic(struct theft *theft, uint32_t count)
{
	struct pace pace = draw_pace(theft, 15, 300, 1, 25, 0.8, 7);

	(void)count;
	pool_add(theft, theft->person->home, false);
	thief_reads(theft, theft_burst(theft, theft->start_us, &pace));
}

/*
 * owners_holiday: the owner is away, silent or abroad; in the meantime a
 * burst of any of the shapes above.
 */
static void plan_holiday(struct theft *theft, uint32_t count)
{
	static void (*const shapes[])(struct theft *, uint32_t) = {
		plan_botnet, plan_single, plan_proxies, plan_cloud, plan_dirty,
	};
	struct rng *rng = &theft->rng;
	struct person *owner = theft->person;
	int64_t from_us = theft->start_us - rng_between(rng, 12, 150) * HOUR_US;
	int64_t to_us = theft->start_us + rng_between(rng, 24, 150) * HOUR_US;

	if (from_us < theft->sim->first_day_us)
		from_us = theft->sim->first_day_us;
	if (rng_chance(rng, 500)) {
		owner->silent_from = sim_day(theft->sim, from_us);
		owner->silent_to = sim_day(theft->sim, to_us) + 1;
	} else {
		struct trip *trip = &owner->trip[0];

		trip->country = place_for_travel(rng_next(rng));
		trip->from_us = from_us;
		trip->to_us = to_us;
		trip->hotel = net_draw(trip->country, USE_ACCESS,
				       rng_next(rng));
		trip->local_sim = NULL;
		owner->trips = 1;
	}
	shapes[rng_below(rng, 5)](theft, count);
}

const struct attack_class attack_classes[] = {
	{ "botnet_burst", 0.3, 1, 1, plan_botnet },
	{ "single_address", 0.6, 1, 1, plan_single },
	{ "slow_low", 5, 1, 1, plan_slow },
	{ "home_proxies", 0.3, 1, 1, plan_proxies },
	{ "cloud_egress", 0.5, 1, 1, plan_cloud },
	{ "one_to_many", 0.4, 1, 1, plan_one_to_many },
	{ "dirty_list", 0.4, 1, 1, plan_dirty },
	{ "stealth_warmup", 6, 1, 1, plan_warmup },
	{ "owners_holiday", 0.6, 1, 1, plan_holiday },
	{ "spray_then_use", 1.5, 1, 4, plan_spray },
	{ "manual_fraud", 1, 1, 1, plan_fraud },
	{ "location_mimic", 0.4, 1, 1, plan_mimic },
	{ "infected_machine", 3, 1, 1, plan_infected },
	{ "crew_many", 0.6, 5, 12, plan_crew },
};

const uint32_t attack_class_count =
	sizeof(attack_classes) / sizeof(attack_classes[0]);
