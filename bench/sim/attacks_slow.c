/* Attack classes that hide in time, in the owner's habits or in a crowd. */
#include "attacks.h"

/* slow_low: 1 to 3 messages an hour for days, under every limit. */
void plan_slow(struct theft *theft, uint32_t count)
{
	struct rng *rng = &theft->rng;
	uint32_t machines = 2 + rng_below(rng, 4);
	double per_hour = rng_range(rng, 0.8, 3.2);
	uint32_t high = 1 + rng_below(rng, 8);
	int64_t at_us = theft->start_us;
	int64_t end_us = at_us + (int64_t)(rng_range(rng, 1.5, 6) *
					   (double)DAY_US);
	bool sleeps = rng_chance(rng, 400);

	(void)count;
	for (uint32_t i = 0; i < machines; i++)
		pool_foreign(theft, 500, 300);
	while (at_us < end_us) {
		/* A machine is used for some hours, then the next. */
		uint32_t machine = (uint32_t)(at_us / (5 * HOUR_US));

		theft_send(theft, at_us, machine, 1 + rng_below(rng, high));
		at_us += (int64_t)(rng_range(rng, 0.3, 1.7) / per_hour *
				   (double)HOUR_US);
		if (sleeps && at_us / HOUR_US % 24 < 6)
			at_us += 6 * HOUR_US;
	}
	thief_reads(theft, end_us);
}

static void draw_new_place(struct theft *theft)
{
	struct rng *rng = &theft->rng;
	uint32_t machines = 1 + rng_below(rng, 3);

	for (uint32_t i = 0; i < machines; i++) {
		enum net_use use = rng_chance(rng, 500) ? USE_ACCESS
							: USE_HOSTING;

		if (rng_chance(rng, 350))
			pool_add(theft, net_draw_other(theft->person->country,
				 use, theft->person->home, rng_next(rng)),
				 false);
		else
			pool_foreign(theft, 450, 400);
	}
}

static struct pace draw_rest(struct rng *rng, double gap_low, double gap_high,
			     double total_low, double total_high)
{
	struct pace pace = { .gap_s = rng_log_range(rng, gap_low, gap_high) };

	pace.total = (uint32_t)rng_log_range(rng, total_low, total_high);
	pace.low = 1 + rng_below(rng, 5);
	pace.high = pace.low + rng_below(rng, 25);
	return pace;
}

static void send_quietly(struct theft *theft, int64_t day_us)
{
	struct rng *rng = &theft->rng;
	int64_t at_us = day_us + rng_between(rng, 0, 10 * HOUR_US);
	uint32_t machine = rng_below(rng, theft->pool_count);

	theft_send(theft, at_us, machine, 1 + rng_below(rng, 3));
}

/*
 * stealth_warmup: days of a few clean mails from a new place, each day half
 * as many more or twice as many, so that the place becomes usual; then spam.
 */
void plan_warmup(struct theft *theft, uint32_t count)
{
	struct rng *rng = &theft->rng;
	uint32_t days = 3 + rng_below(rng, 5);
	double mails = rng_range(rng, 2, 5);
	double growth = rng_range(rng, 1.5, 2);
	uint32_t dead_permille = theft->dead_permille;
	int64_t day_us = theft->start_us;
	struct pace pace = draw_rest(rng, 8, 200, 300, 3000);

	(void)count;
	draw_new_place(theft);
	theft->dead_permille = 5 + rng_below(rng, 25);
	for (uint32_t day = 0; day < days; day++) {
		uint32_t today = (uint32_t)(mails + 0.5);

		for (uint32_t i = 0; i < today; i++)
			send_quietly(theft, day_us);
		mails *= growth;
		day_us += DAY_US;
	}
	theft->dead_permille = dead_permille;
	pace.low = 1;
	pace.high = 3 + rng_below(rng, 28);
	pace.end_us = day_us + rng_between(rng, 1, 8) * HOUR_US;
	thief_reads(theft, theft_burst(theft, day_us, &pace));
}

/* The guesses of one address, over accounts of many domains. */
static void spray(struct theft *thief, struct theft *thefts, uint32_t count,
		  int64_t end_us)
{
	struct simulation *sim = thief->sim;
	struct rng *rng = &thief->rng;
	uint32_t accounts = 20 + rng_below(rng, 80);
	int64_t length_us = rng_between(rng, 60, 600) * MINUTE_US;

	for (uint32_t i = 0; i < accounts; i++) {
		struct act act = { .kind = ACT_REFUSED,
			.person = i < count ? thefts[i].person :
				&sim->people[rng_below(rng, sim->accounts)] };
		uint32_t tries = 1 + rng_below(rng, 3);

		for (uint32_t k = 0; k < tries; k++) {
			act.at_us = end_us - rng_between(rng, 0, length_us);
			act.origin = thief->pool[rng_below(rng,
							   thief->pool_count)];
			act_add(&act);
		}
	}
}

/*
 * spray_then_use: a password tried on many accounts from a few addresses;
 * where it fits, the same addresses send, at once or some hours later.
 */
void plan_spray(struct theft *thefts, uint32_t count)
{
	struct theft *thief = &thefts[0];
	struct rng *rng = &thief->rng;
	uint32_t machines = 1 + rng_below(rng, 5);

	for (uint32_t i = 0; i < machines; i++)
		pool_foreign(thief, 500, 250);
	spray(thief, thefts, count, thief->start_us);
	for (uint32_t i = 0; i < count; i++) {
		struct theft *theft = &thefts[i];
		struct pace pace = draw_rest(rng, 15, 300, 300, 4000);

		for (uint32_t k = 0; i && k < thief->pool_count; k++)
			theft->pool[k] = thief->pool[k];
		theft->pool_count = thief->pool_count;
		theft->start_us = thief->start_us + (int64_t)
			(rng_log_range(rng, 0.02, 24) * (double)HOUR_US);
		pace.end_us = theft->start_us + rng_between(rng, 40, 480) *
			      MINUTE_US;
		thief_reads(theft, theft_burst(theft, theft->start_us, &pace));
	}
}

/*
 * manual_fraud: somebody reads, then writes 1 to 5 mails to the owner's own
 * contacts from an ordinary line in the owner's country. A blind spot.
 */
void plan_fraud(struct theft *theft, uint32_t count)
{
	struct rng *rng = &theft->rng;
	uint32_t mails = 1 + rng_below(rng, 5);
	int64_t at_us = theft->start_us;

	(void)count;
	pool_add(theft, net_draw_other(theft->person->country, USE_ACCESS,
				       theft->person->home, rng_next(rng)),
		 false);
	if (rng_chance(rng, 600))
		theft_login(theft, at_us - rng_between(rng, 2, 300) *
			    MINUTE_US, 0);
	for (uint32_t i = 0; i < mails; i++) {
		struct act act = { .at_us = at_us, .person = theft->person,
			.origin = theft->pool[0], .recipients = 1,
			.known_contacts = true };

		act_add(&act);
		at_us += rng_between(rng, 3, 400) * MINUTE_US;
	}
}

/*
 * infected_machine: the owner's own machine sends, while it is on, by the
 * owner's own program: place, method and hours are right, only the mail is
 * not.
 */
void plan_infected(struct theft *theft, uint32_t count)
{
	struct rng *rng = &theft->rng;
	const struct person *owner = theft->person;
	uint32_t total = (uint32_t)rng_log_range(rng, 300, 5000);
	uint32_t high = 1 + rng_below(rng, 20);
	double gap_s = rng_log_range(rng, 40, 600);
	int64_t at_us = theft->start_us;
	int64_t end_us = at_us + rng_between(rng, 12, 96) * HOUR_US;
	uint32_t sent = 0;

	(void)count;
	while (at_us < end_us && sent < total) {
		int hour = (int)((at_us + owner->minutes * MINUTE_US) /
				 HOUR_US % 24);
		struct act act = { .at_us = at_us, .person = theft->person,
			.recipients = 1 + rng_below(rng, high),
			.dead_permille = (uint16_t)theft->dead_permille,
			.refused_permille = (uint16_t)theft->refused_permille,
			.own_program = true };

		if (hour < owner->first_hour || hour > owner->last_hour) {
			at_us += HOUR_US / 2;
			continue;
		}
		act.origin = where_is(theft->sim, owner, at_us,
				      owner->reads & (READS_DESK | READS_POP) ?
				      DESK : PROGRAM);
		act_add(&act);
		sent += act.recipients;
		at_us += (int64_t)(rng_range(rng, 0.3, 1.7) * gap_s *
				   (double)SECOND_US);
	}
}

/*
 * crew_many: one crew, a small pool of addresses, accounts of several domains
 * one after another or side by side, little mail from each.
 */
void plan_crew(struct theft *thefts, uint32_t count)
{
	struct theft *boss = &thefts[0];
	struct rng *rng = &boss->rng;
	uint32_t machines = 2 + rng_below(rng, 5);
	double hours = rng_log_range(rng, 1, 30);

	for (uint32_t i = 0; i < machines; i++)
		pool_foreign(boss, 400, 300);
	for (uint32_t i = 0; i < count; i++) {
		struct theft *theft = &thefts[i];
		struct pace pace = draw_rest(rng, 20, 400, 100, 1500);

		for (uint32_t k = 0; i && k < boss->pool_count; k++)
			theft->pool[k] = boss->pool[k];
		theft->pool_count = boss->pool_count;
		theft->start_us = boss->start_us + (int64_t)
			(hours * rng_unit(rng) * (double)HOUR_US);
		pace.end_us = theft->start_us + rng_between(rng, 30, 360) *
			      MINUTE_US;
		thief_reads(theft, theft_burst(theft, theft->start_us, &pace));
	}
}
