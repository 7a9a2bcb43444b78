/*
 * Who is robbed, by whom and when; then the thieves' acts day by day. Plans
 * are made before the first day, because some change what the owner does.
 * Every thief goes on as if nobody stopped him: what a block would have
 * prevented is the scorer's to subtract.
 */
#include "sim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CREW_MAX 16
#define VICTIM_TRIES 20000

enum purpose { T_HAZARD = 6000, T_CLASS, T_CREW, T_PERSON, T_ACT };

static struct act *acts;
static size_t act_count;
static size_t act_room;
static size_t acts_done;

void act_add(const struct act *act)
{
	if (act_count == act_room) {
		act_room = act_room ? act_room * 2 : 4096;
		acts = realloc(acts, act_room * sizeof(*acts));
		if (!acts)
			gen_die(71, "out of memory");
	}
	acts[act_count++] = *act;
}

void thieves_free(void)
{
	free(acts);
	acts = NULL;
	act_count = act_room = acts_done = 0;
}

static bool is_wanted(const struct simulation *sim, const char *name)
{
	size_t length = strlen(name);
	const char *at = sim->only;

	if (!at)
		return true;
	while (at && *at) {
		if (!strncmp(at, name, length) &&
		    (at[length] == ',' || !at[length]))
			return true;
		at = strchr(at, ',');
		at = at ? at + 1 : NULL;
	}
	return false;
}

/* Not yet a victim, sends no lists, and in another domain than the others. */
static bool may_rob(const struct simulation *sim, const struct person *person,
		    const struct theft *crew, uint32_t count)
{
	if (person->attack || benign_classes[person->class].sends_lists)
		return false;
	/* An account that is made late in the run has no time to be stolen. */
	if (person->created_day > sim->days / 2)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (crew[i].person->domain == person->domain)
			return false;
	return true;
}

static struct person *choose(struct simulation *sim, struct rng *rng,
			     const struct theft *crew, uint32_t count)
{
	for (int tries = 0; tries < VICTIM_TRIES; tries++) {
		uint32_t nth = rng_below(rng, sim->accounts);

		if (may_rob(sim, &sim->people[nth], crew, count))
			return &sim->people[nth];
	}
	return NULL;
}

/*
 * Between two fifths of the run and its end, so that there is a past. A third
 * of the thieves come in the owner's night, the others at any hour of theirs.
 */
static int64_t draw_start(const struct simulation *sim,
			  const struct person *person, double days,
			  struct rng *rng)
{
	int64_t low_us = sim->days * DAY_US * 2 / 5;
	int64_t high_us = sim->days * DAY_US - (int64_t)(days * (double)DAY_US);
	int64_t start_us;

	if (high_us < low_us + HOUR_US)
		high_us = low_us + HOUR_US;
	if ((int64_t)person->created_day * DAY_US + DAY_US > low_us)
		low_us = (int64_t)person->created_day * DAY_US + DAY_US;
	if (high_us < low_us + HOUR_US)
		high_us = low_us + HOUR_US;
	start_us = sim->first_day_us + rng_between(rng, low_us, high_us);
	if (rng_chance(rng, 350)) {
		int64_t night_us = rng_between(rng, -2 * HOUR_US, 6 * HOUR_US);

		start_us = start_us / DAY_US * DAY_US + night_us -
			   person->minutes * MINUTE_US;
		if (start_us < sim->first_day_us + low_us)
			start_us += DAY_US;
	}
	while (start_us > sim->first_day_us + sim->days * DAY_US - 3 * HOUR_US)
		start_us -= DAY_US;
	return start_us;
}

/* One crew of the class robs up to `most`; returns how many it did. */
static uint32_t run_crew(struct simulation *sim,
			 const struct attack_class *class, uint64_t nth,
			 uint32_t most)
{
	struct theft thefts[CREW_MAX];
	struct rng rng = { hash3(sim->seed ^ T_CREW,
				 (uint64_t)(class - attack_classes), nth) };
	uint32_t wanted = class->crowd_low + rng_below(&rng,
				class->crowd_high - class->crowd_low + 1);
	uint32_t count = 0;

	while (count < wanted && count < most) {
		struct person *person = choose(sim, &rng, thefts, count);

		if (!person)
			break;
		person->attack = class->name;
		thefts[count] = (struct theft){ .sim = sim, .person = person,
			.rng = { hash3(sim->seed ^ T_PERSON, person->index,
				       nth) } };
		thefts[count].start_us = draw_start(sim, person, class->days,
						    &thefts[count].rng);
		/* Half of the bought lists are clean, some are very dirty. */
		thefts[count].dead_permille = (uint32_t)
			rng_log_range(&thefts[count].rng, 5, 250);
		thefts[count].refused_permille = (uint32_t)
			rng_log_range(&thefts[count].rng, 3, 250);
		count++;
	}
	if (count)
		class->plan(thefts, count);
	return count;
}

/* So many of each class. */
static void rob_by_number(struct simulation *sim)
{
	for (uint32_t c = 0; c < attack_class_count; c++) {
		uint32_t robbed = 0;

		if (!is_wanted(sim, attack_classes[c].name))
			continue;
		for (uint64_t crew = 0; robbed < sim->victims; crew++) {
			uint32_t more = run_crew(sim, &attack_classes[c], crew,
						 sim->victims - robbed);

			if (!more)
				gen_die(64, "too few accounts to rob so many");
			robbed += more;
		}
	}
}

/* As many as the hazard gives for the days in which thieves come. */
static void rob_by_hazard(struct simulation *sim)
{
	struct rng rng = { hash3(sim->seed, T_HAZARD, 0) };
	uint32_t wanted = rng_poisson(&rng, sim->hazard * sim->accounts *
				      sim->days);

	for (uint64_t crew = 0; wanted && crew < 1000000; crew++) {
		const struct attack_class *class =
			&attack_classes[rng_below(&rng, attack_class_count)];

		/* A crew of ten is drawn a tenth as often. */
		if (!is_wanted(sim, class->name) || rng_below(&rng,
					class->crowd_high) >= 1)
			continue;
		wanted -= run_crew(sim, class, crew + 1000, wanted);
	}
}

static int compare(const void *left, const void *right)
{
	const struct act *a = left;
	const struct act *b = right;

	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	if (a->person != b->person)
		return a->person < b->person ? -1 : 1;
	if (a->origin.low != b->origin.low)
		return a->origin.low < b->origin.low ? -1 : 1;
	return (int)a->kind - (int)b->kind;
}

void thieves_plan(struct simulation *sim)
{
	if (sim->hazard > 0)
		rob_by_hazard(sim);
	else
		rob_by_number(sim);
	if (act_count)
		qsort(acts, act_count, sizeof(*acts), compare);
}

static void send(struct simulation *sim, const struct act *act,
		 struct rng *rng)
{
	struct recipient to[ONCE_MAX];
	struct person *person = act->person;
	uint64_t program = person_hash(sim, person, T_ACT, 0);
	struct submission submission = {
		.person = person, .origin = act->origin, .at_us = act->at_us,
		.to = to, .recipients = act->recipients, .spam = true,
		.method = program % 3 ? "LOGIN" : "PLAIN",
		.smtps = program >> 8 & 1,
	};

	if (act->own_program) {
		submission.method = person->method;
		submission.smtps = person->smtps;
	}
	if (act->known_contacts)
		recipients_usual(sim, person, rng, act->at_us, to,
				 act->recipients);
	else
		recipients_bought(rng, to, act->recipients, act->dead_permille,
				  act->refused_permille);
	out_send(sim, rng, &submission);
}

static void carry_out(struct simulation *sim, const struct act *act,
		      size_t nth)
{
	struct rng rng = { person_hash(sim, act->person, T_ACT, nth + 1) };

	switch (act->kind) {
	case ACT_SEND:
		send(sim, act, &rng);
		break;
	case ACT_LOGIN:
		out_login(sim, &rng, act->person, &act->origin, act->at_us,
			  "imap", 0, true);
		break;
	case ACT_REFUSED:
		if (rng_chance(&rng, 300))
			out_login(sim, &rng, act->person, &act->origin,
				  act->at_us, "imap", 1 + rng_below(&rng, 3),
				  false);
		else
			out_refused(sim, &rng, act->person, &act->origin,
				    act->at_us, rng_chance(&rng, 800) ?
				    "LOGIN" : "PLAIN");
		break;
	}
}

void thieves_day(struct simulation *sim, uint32_t day)
{
	int64_t end_us = sim->first_day_us + (day + 1) * DAY_US;

	for (; acts_done < act_count && acts[acts_done].at_us < end_us;
	     acts_done++)
		if (acts[acts_done].at_us >= sim->first_day_us)
			carry_out(sim, &acts[acts_done], acts_done);
}
