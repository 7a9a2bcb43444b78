/*
 * Domains and people. Domains have 1 to 60 accounts, many small and few large
 * ones; a class gets its share of the accounts exactly (at least one), and
 * schools are whole domains.
 */
#include "sim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DOMAIN_PEOPLE_MAX 60

enum purpose { P_DOMAINS = 1000, P_SHUFFLE, P_PERSON, P_COUNTRY };

uint64_t person_hash(const struct simulation *sim, const struct person *person,
		     uint64_t purpose, uint64_t nth)
{
	return hash3(sim->seed ^ (uint64_t)person->index << 24, purpose, nth);
}

const struct trip *person_trip(const struct person *person, int64_t at_us)
{
	for (uint32_t i = 0; i < person->trips; i++)
		if (at_us >= person->trip[i].from_us &&
		    at_us < person->trip[i].to_us)
			return &person->trip[i];
	return NULL;
}

uint32_t sim_day(const struct simulation *sim, int64_t at_us)
{
	if (at_us < sim->first_day_us)
		return 0;
	return (uint32_t)((at_us - sim->first_day_us) / DAY_US);
}

/* The first day of the epoch was a Thursday. */
uint32_t sim_weekday(int64_t at_us)
{
	return (uint32_t)((at_us / DAY_US + 4) % 7);
}

static const char *draw_country(const struct simulation *sim, struct rng *rng)
{
	double point = rng_unit(rng);

	for (uint32_t i = 0; i < sim->homes; i++) {
		if (point < sim->home_share[i])
			return sim->home[i];
		point -= sim->home_share[i];
	}
	return place_for_travel(rng_next(rng));
}

static uint32_t draw_domain_size(struct rng *rng)
{
	double size = exp(1.1 + 1.1 * rng_normal(rng));

	if (size < 1)
		return 1;
	return size > DOMAIN_PEOPLE_MAX ? DOMAIN_PEOPLE_MAX : (uint32_t)size;
}

static void make_domain(const struct simulation *sim, struct domain *domain,
			struct rng *rng, uint32_t nth)
{
	uint64_t hash;

	domain->country = draw_country(sim, rng);
	snprintf(domain->name, sizeof(domain->name), "%c%c-firm-%04u.example",
		 domain->country[0] + 32, domain->country[1] + 32, nth);
	hash = rng_next(rng);
	/* Two people and more have an office more often than not. */
	if (domain->people > 1 && hash % 100 < 60)
		domain->office = net_draw(domain->country,
			hash >> 8 & 7 ? USE_ACCESS : USE_BUSINESS, hash >> 16);
	domain->office_moves = hash >> 40 & 1;
	hash = rng_next(rng);
	domain->vpn = net_draw(hash % 4 ? domain->country
				: place_near(domain->country, hash >> 8),
			       USE_HOSTING, hash >> 16);
}

static void make_domains(struct simulation *sim)
{
	struct rng rng = { hash3(sim->seed, P_DOMAINS, 0) };
	uint32_t placed = 0;

	sim->domains = calloc(sim->accounts, sizeof(*sim->domains));
	sim->people = calloc(sim->accounts, sizeof(*sim->people));
	if (!sim->domains || !sim->people)
		gen_die(71, "out of memory");
	while (placed < sim->accounts) {
		struct domain *domain = &sim->domains[sim->domain_count];

		domain->first = placed;
		domain->people = draw_domain_size(&rng);
		if (domain->people > sim->accounts - placed)
			domain->people = sim->accounts - placed;
		make_domain(sim, domain, &rng, sim->domain_count);
		for (uint32_t i = 0; i < domain->people; i++)
			sim->people[placed + i].domain = sim->domain_count;
		placed += domain->people;
		sim->domain_count++;
	}
}

/* How many of each class: by share, at least one, together all. */
static void count_classes(const struct simulation *sim, uint32_t *wanted)
{
	double total = 0;
	uint32_t given = 0;

	for (uint32_t c = 0; c < benign_class_count; c++)
		total += benign_classes[c].share *
			 mix_factor(sim->mix, benign_classes[c].name);
	for (uint32_t c = 1; c < benign_class_count; c++) {
		double share = benign_classes[c].share / total *
			mix_factor(sim->mix, benign_classes[c].name);

		wanted[c] = (uint32_t)(share * sim->accounts + 0.5);
		if (!wanted[c])
			wanted[c] = 1;
		given += wanted[c];
	}
	/* The first class takes what is left over. */
	wanted[0] = given < sim->accounts ? sim->accounts - given : 0;
}

/* Whole domains, larger ones: a school, a library, a student home. */
static void place_schools(struct simulation *sim, uint32_t *wanted,
			  uint32_t school, bool *placed)
{
	struct rng rng = { hash3(sim->seed, P_SHUFFLE, school) };
	uint32_t tries = 0;

	while (wanted[school] && tries++ < sim->domain_count * 20) {
		struct domain *domain = &sim->domains[rng_below(&rng,
							sim->domain_count)];

		if (placed[domain->first] ||
		    (domain->people < 6 && tries < sim->domain_count * 10) ||
		    domain->people > wanted[school] + 8)
			continue;
		domain->office = net_draw(domain->country, USE_SCHOOL,
					  rng_next(&rng));
		domain->office_moves = false;
		for (uint32_t i = 0; i < domain->people; i++) {
			sim->people[domain->first + i].class = school;
			placed[domain->first + i] = true;
		}
		wanted[school] -= domain->people < wanted[school] ?
				  domain->people : wanted[school];
	}
	wanted[school] = 0;
}

/* Every other class falls on people at random. */
static void place_classes(struct simulation *sim, uint32_t *wanted,
			  const bool *placed)
{
	struct rng rng = { hash3(sim->seed, P_SHUFFLE, UINT64_MAX) };
	uint32_t *free_seats = calloc(sim->accounts, sizeof(*free_seats));
	uint32_t seats = 0;

	if (!free_seats)
		gen_die(71, "out of memory");
	for (uint32_t i = 0; i < sim->accounts; i++)
		if (!placed[i])
			free_seats[seats++] = i;
	for (uint32_t c = benign_class_count; c-- > 1;)
		for (; wanted[c] && seats; wanted[c]--) {
			uint32_t seat = rng_below(&rng, seats);

			sim->people[free_seats[seat]].class = c;
			free_seats[seat] = free_seats[--seats];
		}
	free(free_seats);
}

/* The address tells roles from people; the index keeps it unique. */
static void name_person(const struct simulation *sim, struct person *person,
			struct rng *rng)
{
	static const struct {
		const char *class;
		const char *name;
	} roles[] = {
		{ "newsletter", "newsletter" }, { "monthly_list", "news" },
		{ "scanner_device", "scan" }, { "erp_cloud", "invoices" },
		{ "shared_role", "info" }, { "auto_replier", "helpdesk" },
	};
	const struct domain *domain = &sim->domains[person->domain];
	const char *class = benign_classes[person->class].name;
	char somebody[ADDRESS_MAX];
	uint32_t nth = person->index - domain->first;

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (!strcmp(class, roles[i].class)) {
			snprintf(person->address, ADDRESS_MAX, "%s%u@%s",
				 roles[i].name, nth, domain->name);
			return;
		}
	people_contact(somebody, sizeof(somebody), rng_next(rng), 0, 0);
	*strchr(somebody, '@') = '\0';
	snprintf(person->address, ADDRESS_MAX, "%.30s.%u@%s", somebody, nth,
		 domain->name);
}

static void draw_habits(const struct simulation *sim, struct person *person,
			struct rng *rng)
{
	const struct domain *domain = &sim->domains[person->domain];
	uint32_t device = rng_below(rng, 100);

	person->country = domain->country;
	person->home = net_draw(person->country, USE_ACCESS, rng_next(rng));
	person->work = domain->office;
	person->carrier = net_draw(person->country, USE_MOBILE, rng_next(rng));
	person->lease_days = 1 + (uint32_t)rng_log_range(rng, 1, 60);
	person->v6_percent = rng_chance(rng, 120) ? 50 : 0;
	person->method = rng_chance(rng, 850) ? "PLAIN" : "LOGIN";
	person->smtps = rng_chance(rng, 400);
	person->mails = rng_log_range(rng, 0.15, 8);
	person->spread = rng_range(rng, 0.4, 1.1);
	person->weekend_percent = rng_below(rng, 40);
	person->first_hour = 6 + (int)rng_below(rng, 4);
	person->last_hour = 15 + (int)rng_below(rng, 7);
	person->contacts = (uint32_t)rng_log_range(rng, 12, 900);
	person->new_permille = 10 + rng_below(rng, 120);
	person->typo_permille = (uint32_t)rng_log_range(rng, 2, 20);
	person->colleagues_percent = rng_below(rng, 45);
	if (device < 75)
		person->reads |= READS_DESK;
	if (device >= 45 && device < 88)
		person->reads |= READS_PHONE;
	if (device >= 88)
		person->reads |= READS_POP;
	person->poll_minutes = rng_chance(rng, 400) ? 10 + rng_below(rng, 21)
						    : 60 + rng_below(rng, 120);
	person->phone_percent = person->reads & READS_PHONE ?
				rng_below(rng, 70) : 0;
}

static void make_person(const struct simulation *sim, struct person *person,
			uint32_t index)
{
	const struct benign_class *class = &benign_classes[person->class];
	struct rng rng = { hash3(sim->seed, P_PERSON, index) };

	person->index = index;
	name_person(sim, person, &rng);
	draw_habits(sim, person, &rng);
	life_draw(sim, person, &rng);
	if (class->set_up)
		class->set_up(sim, person, &rng);
	person->minutes = place_find(person->country)->minutes;
	person->logged_in = rng_unit(&rng) < sim->imap;
}

void people_make(struct simulation *sim)
{
	uint32_t wanted[64];
	bool *placed;

	make_domains(sim);
	placed = calloc(sim->accounts, sizeof(*placed));
	if (!placed)
		gen_die(71, "out of memory");
	count_classes(sim, wanted);
	for (uint32_t c = 0; c < benign_class_count; c++)
		if (!strcmp(benign_classes[c].name, "school_nat"))
			place_schools(sim, wanted, c, placed);
	place_classes(sim, wanted, placed);
	free(placed);
	for (uint32_t i = 0; i < sim->accounts; i++)
		make_person(sim, &sim->people[i], i);
}
