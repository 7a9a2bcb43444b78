#include "gen.h"

#include <stdlib.h>
#include <string.h>

#define COUNTRIES_MAX 14
#define VICTIM_TRIES 100000

enum draw { D_STOLEN = 300, D_ATTACK };

struct attack {
	const struct world *world;
	struct account account;
	struct rng rng;
	int64_t day_us;
	struct mail mail;
	struct recipient recipients[RECIPIENTS_MAX];
	uint32_t unknown_permille;
	uint32_t refused_permille;
};

static void fill_recipients(struct attack *attack, uint32_t count)
{
	struct mail *mail = &attack->mail;

	mail->recipients = count;
	for (uint32_t i = 0; i < count; i++) {
		struct recipient *to = &mail->recipient[i];

		*to = (struct recipient){ .outcome = DELIVERED };
		people_victim(to->address, sizeof(to->address), &attack->rng);
		if (rng_chance(&attack->rng, attack->unknown_permille))
			to->outcome = UNKNOWN_RECIPIENT;
		else if (rng_chance(&attack->rng, attack->refused_permille))
			to->outcome = REFUSED_AS_SPAM;
	}
}

static int64_t submit(struct attack *attack, int64_t at_us)
{
	return mail_send(attack->world->log, &attack->rng, &attack->mail,
			 at_us);
}

/* 10 to 14 countries that are not the owner's, no two the same. */
static uint32_t draw_countries(struct attack *attack,
			       const char *out[COUNTRIES_MAX])
{
	uint32_t wanted = 10 + rng_below(&attack->rng, COUNTRIES_MAX - 9);
	size_t first = rng_below(&attack->rng,
				 (uint32_t)net_foreign_count());
	uint32_t count = 0;

	/* 7 and the 23 of net_foreign_count() share no divisor: all come. */
	for (size_t i = 0; count < wanted; i++) {
		const char *country = net_foreign_at(first + i * 7);

		if (strcmp(country, attack->account.country))
			out[count++] = country;
	}
	return count;
}

/*
 * In the afternoon, 30 to 60 submissions in 20 minutes, each from the next
 * country; three machines in each.
 */
static int64_t botnet_burst(struct attack *attack)
{
	struct rng *rng = &attack->rng;
	const char *countries[COUNTRIES_MAX];
	uint32_t count = draw_countries(attack, countries);
	uint32_t submissions = 30 + rng_below(rng, 31);
	int64_t step_us = 20 * MINUTE_US / submissions;
	int64_t at_us = attack->day_us + 13 * HOUR_US +
			rng_between(rng, 0, 150 * MINUTE_US);
	int64_t first_us = 0;

	attack->unknown_permille = 150;
	attack->refused_permille = 20;
	for (uint32_t i = 0; i < submissions; i++) {
		const char *country = countries[i % count];
		uint64_t machine = hash3(D_ATTACK, attack->account.index,
					 i % count * 3 + rng_below(rng, 3));
		int64_t client_us;

		attack->mail.net = net_pick(country, ACCESS, machine);
		attack->mail.client = net_address(attack->mail.net, machine);
		fill_recipients(attack, 8 + rng_below(rng, 23));
		client_us = submit(attack, at_us +
				   rng_between(rng, 0, step_us / 2));
		if (!first_us)
			first_us = client_us;
		at_us += step_us;
	}
	return first_us;
}

/* One rented machine abroad, hours of mail to a list that was bought. */
static int64_t single_address(struct attack *attack)
{
	static const char *const rented[] = { "US", "DE", "FR", "NL", "RU" };
	struct rng *rng = &attack->rng;
	uint32_t choice = rng_below(rng, 5);
	int64_t at_us = attack->day_us + rng_between(rng, 9 * HOUR_US,
						     11 * HOUR_US);
	int64_t end_us = at_us + rng_between(rng, 3 * HOUR_US, 5 * HOUR_US);
	int64_t first_us = 0;

	if (!strcmp(rented[choice], attack->account.country))
		choice = (choice + 1) % 5;
	attack->mail.net = net_pick(rented[choice], HOSTING, 0);
	attack->mail.client = net_address(attack->mail.net, rng_next(rng));
	attack->unknown_permille = 400;
	attack->refused_permille = 30;
	while (at_us < end_us) {
		int64_t client_us;

		fill_recipients(attack, 10 + rng_below(rng, 16));
		client_us = submit(attack, at_us);
		if (!first_us)
			first_us = client_us;
		at_us += rng_between(rng, 60 * SECOND_US, 120 * SECOND_US);
	}
	return first_us;
}

static const struct {
	const char *name;
	int64_t (*run)(struct attack *attack);
} classes[] = {
	{ "botnet_burst", botnet_burst },
	{ "single_address", single_address },
};

/* An account that was not chosen before, stays at home and sends no list. */
static bool choose_account(const struct world *world, uint32_t nth,
			   uint32_t *chosen, struct account *out)
{
	struct rng rng = { hash3(world->seed, D_STOLEN, nth) };

	for (int tries = 0; tries < VICTIM_TRIES; tries++) {
		uint32_t index = rng_below(&rng, world->accounts);
		bool taken = false;

		for (uint32_t i = 0; i < nth; i++)
			taken = taken || chosen[i] == index;
		if (taken)
			continue;
		account_make(out, world->seed, index, world->days);
		if (out->newsletter || out->trip_days)
			continue;
		chosen[nth] = index;
		return true;
	}
	return false;
}

static void put_label(FILE *labels, const char *account, const char *name,
		      int64_t at_us)
{
	int64_t second = at_us / SECOND_US % 86400;
	unsigned month;
	unsigned day;
	int year;

	gen_civil(at_us, &year, &month, &day);
	fprintf(labels, "%s\t%s\t%04d-%02u-%02uT%02u:%02u:%02uZ\n", account,
		name, year, month, day, (unsigned)(second / 3600),
		(unsigned)(second / 60 % 60), (unsigned)(second % 60));
}

void attack_day(const struct world *world, uint32_t stolen, FILE *labels)
{
	uint32_t *chosen = calloc(stolen + 1, sizeof(*chosen));
	struct attack attack;
	int64_t first_us;
	size_t class;

	if (!chosen)
		gen_die(71, "out of memory");
	for (uint32_t i = 0; i < stolen; i++) {
		attack = (struct attack){
			.world = world,
			.rng = { hash3(world->seed, D_ATTACK, i) },
			.day_us = world->first_day_us +
				  (world->days - 1) * DAY_US,
		};
		if (!choose_account(world, i, chosen, &attack.account))
			gen_die(64, "too few accounts to steal so many");
		attack.mail.recipient = attack.recipients;
		attack.mail.sender = attack.account.address;
		attack.mail.login = attack.account.address;
		attack.mail.method = "LOGIN";
		class = i % (sizeof(classes) / sizeof(classes[0]));
		first_us = classes[class].run(&attack);
		if (labels)
			put_label(labels, attack.account.address,
				  classes[class].name, first_us);
	}
	free(chosen);
}
