/*
 * Whom mail goes to. A person writes most to a few known contacts, rarely to
 * many, and now and then to somebody new; the nth contact is the same address
 * whenever it is drawn.
 */
#include "sim.h"

#include <math.h>
#include <string.h>

enum purpose { R_LIST = 3000, R_DEAD };

/* As a finger slips: a letter is lost from the name or from the domain. */
static void mistype(struct recipient *to, struct rng *rng)
{
	char *at = strchr(to->address, '@');
	bool domain = rng_chance(rng, 250);
	char *letter = domain ? at + 2 : to->address + 1;

	memmove(letter, letter + 1, strlen(letter));
	if (domain)
		to->outcome = NO_SUCH_DOMAIN;
	else
		to->outcome = to->local ? REJECTED_AT_RCPT : UNKNOWN_RECIPIENT;
}

/* The six large receivers of people_contact() have no digit in the domain. */
static bool is_large(const char *address)
{
	return !strpbrk(mail_domain(address), "0123456789");
}

static void draw_outcome(const struct simulation *sim, struct rng *rng,
			 int64_t at_us, struct recipient *to)
{
	uint32_t point = rng_below(rng, 1000);

	if (to->local || to->outcome != DELIVERED)
		return;
	if (at_us >= sim->incident_us && at_us < sim->incident_end_us &&
	    is_large(to->address))
		to->outcome = REFUSED_HOST;
	else if (point < 15)
		to->outcome = DEFERRED_ONCE;
	else if (point < 17)
		to->outcome = REFUSED_AS_SPAM;
	else if (point < 18)
		to->outcome = MAILBOX_FULL;
}

/*
 * Somebody never written to, of the same world that bought lists are of, so
 * that the name of a domain tells nothing.
 */
static void put_stranger(struct rng *rng, struct recipient *to)
{
	uint64_t who = rng_next(rng);

	if (who & 1)
		people_victim(to->address, ADDRESS_MAX, rng);
	else
		people_contact(to->address, ADDRESS_MAX, who, 0, 0);
}

static void usual_one(const struct simulation *sim,
		      const struct person *person, struct rng *rng,
		      struct recipient *to)
{
	const struct domain *domain = &sim->domains[person->domain];
	uint32_t nth;

	*to = (struct recipient){ .outcome = DELIVERED };
	if (domain->people > 1 &&
	    rng_below(rng, 100) < person->colleagues_percent) {
		nth = domain->first + rng_below(rng, domain->people);
		memcpy(to->address, sim->people[nth].address, ADDRESS_MAX);
		to->local = true;
		return;
	}
	if (rng_chance(rng, person->new_permille)) {
		put_stranger(rng, to);
		return;
	}
	nth = (uint32_t)pow(person->contacts, rng_unit(rng)) - 1;
	people_contact(to->address, ADDRESS_MAX, sim->seed, person->index,
		       nth);
}

void recipients_usual(const struct simulation *sim,
		      const struct person *person, struct rng *rng,
		      int64_t at_us, struct recipient *to, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		usual_one(sim, person, rng, &to[i]);
		if (rng_chance(rng, person->typo_permille))
			mistype(&to[i], rng);
		draw_outcome(sim, rng, at_us, &to[i]);
	}
}

/* Who is dead on a list stays dead; half of them are taken off in time. */
void recipients_list(const struct simulation *sim, const struct person *person,
		     struct rng *rng, int64_t at_us, struct recipient *to,
		     uint32_t count, uint32_t first)
{
	uint32_t week = sim_day(sim, at_us) / 7;

	for (uint32_t i = 0; i < count; i++) {
		uint64_t hash = person_hash(sim, person, R_DEAD, first + i);
		bool removed = hash >> 32 & 1 && week > (hash >> 40) % 3;

		to[i] = (struct recipient){ .outcome = DELIVERED };
		people_contact(to[i].address, ADDRESS_MAX, sim->seed ^ R_LIST,
			       person->index, first + i);
		if (hash % 1000 < person->list_dead_permille && !removed)
			to[i].outcome = UNKNOWN_RECIPIENT;
		draw_outcome(sim, rng, at_us, &to[i]);
	}
}

void recipients_strangers(const struct simulation *sim, struct rng *rng,
			  int64_t at_us, struct recipient *to, uint32_t count,
			  uint32_t dead_permille)
{
	for (uint32_t i = 0; i < count; i++) {
		to[i] = (struct recipient){ .outcome = DELIVERED };
		put_stranger(rng, &to[i]);
		if (rng_chance(rng, dead_permille))
			to[i].outcome = rng_chance(rng, 200) ? NO_SUCH_DOMAIN
							: UNKNOWN_RECIPIENT;
		draw_outcome(sim, rng, at_us, &to[i]);
	}
}

void recipients_bought(struct rng *rng, struct recipient *to, uint32_t count,
		       uint32_t dead_permille, uint32_t refused_permille)
{
	for (uint32_t i = 0; i < count; i++) {
		to[i] = (struct recipient){ .outcome = DELIVERED };
		put_stranger(rng, &to[i]);
		if (rng_chance(rng, dead_permille))
			to[i].outcome = rng_chance(rng, 150) ? NO_SUCH_DOMAIN
							: UNKNOWN_RECIPIENT;
		else if (rng_chance(rng, refused_permille))
			to[i].outcome = REFUSED_AS_SPAM;
		else if (rng_chance(rng, 20))
			to[i].outcome = DEFERRED_ONCE;
	}
}
