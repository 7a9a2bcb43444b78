#include "gen.h"

#define ACCOUNTS_PER_DOMAIN 20
#define NEWSLETTER_EVERY 1500	/* accounts */
#define CLIENT_DOMAINS 4000

static const char *const first_names[] = {
	"anna", "piotr", "maria", "joao", "katarzyna", "rui", "ewa", "tomasz",
	"ines", "marek", "sofia", "pawel", "beatriz", "jan", "carla", "adam",
	"teresa", "michal", "luis", "zofia", "nuno", "magda", "pedro", "olga",
};

static const char *const last_names[] = {
	"kowalska", "nowak", "silva", "wisniewski", "santos", "wojcik",
	"ferreira", "kaminski", "pereira", "lewandowska", "oliveira",
	"zielinski", "costa", "szymanski", "rodrigues", "wozniak", "martins",
	"dabrowski", "jesus", "kozlowska", "sousa", "jankowski", "fernandes",
	"mazur", "goncalves", "krawczyk", "gomes", "piotrowska", "lopes",
	"grabowski", "marques", "pawlowski", "alves", "michalska", "almeida",
	"krol", "ribeiro", "wieczorek", "pinto", "jablonski",
};

static const char *const large_domains[] = {
	"poczta.example", "mail-one.example", "caixa.example", "inbox.example",
	"webpost.example", "freemail.example",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIRST_NAMES COUNT(first_names)
#define LAST_NAMES COUNT(last_names)

/* Mean messages of a working day, and how many accounts of 100 are so. */
static const struct {
	uint32_t share;
	uint32_t mails_permille;
} habits[] = {
	{ 30, 50 }, { 40, 250 }, { 22, 800 }, { 7, 2500 }, { 1, 6000 },
};

enum draw {	/* what a hash of an account is for */
	D_COUNTRY = 1, D_OFFICE, D_LAST, D_HOME, D_MOBILE, D_HABIT, D_CLIENT,
	D_TRIP, D_CONTACT, D_SHIFT
};

static const char *domain_country(uint64_t seed, uint32_t domain)
{
	uint64_t h = hash3(seed, D_COUNTRY, domain);
	uint32_t share = h % 100;

	if (share < 60)
		return "PL";
	if (share < 90)
		return "PT";
	return net_foreign_country(h >> 32);
}

static const char *domain_word(const char *country)
{
	if (country[0] == 'P' && country[1] == 'L')
		return "firma";
	return country[0] == 'P' && country[1] == 'T' ? "empresa" : "company";
}

static void name_account(char *out, size_t size, uint64_t seed,
			 uint32_t index, const char *domain_name)
{
	uint32_t domain = index / ACCOUNTS_PER_DOMAIN;
	uint32_t nth = index % ACCOUNTS_PER_DOMAIN;
	uint64_t shift = hash3(seed, D_SHIFT, domain);

	if (index % NEWSLETTER_EVERY == 7) {
		snprintf(out, size, "newsletter@%s", domain_name);
		return;
	}
	if (!nth) {
		snprintf(out, size, "info@%s", domain_name);
		return;
	}
	/* Fewer accounts in a domain than first names: never twice the same. */
	snprintf(out, size, "%s.%s@%s",
		 first_names[(shift + nth) % FIRST_NAMES],
		 last_names[hash3(seed, D_LAST, index) % LAST_NAMES],
		 domain_name);
}

static uint32_t draw_habit(uint64_t hash)
{
	uint32_t point = hash % 100;

	for (size_t i = 0; i < COUNT(habits); i++) {
		if (point < habits[i].share)
			return habits[i].mails_permille;
		point -= habits[i].share;
	}
	return 0;
}

static void draw_trip(struct account *out, uint64_t hash, uint32_t run_days)
{
	if (hash % 40 || out->newsletter)
		return;
	out->trip_days = 3 + (hash >> 8) % 4;
	out->trip_day = (hash >> 16) % (run_days ? run_days : 1);
	out->trip_country = net_foreign_country(hash >> 32);
}

void account_make(struct account *out, uint64_t seed, uint32_t index,
		  uint32_t run_days)
{
	uint32_t domain = index / ACCOUNTS_PER_DOMAIN;
	uint64_t client = hash3(seed, D_CLIENT, index);
	uint64_t phone = hash3(seed, D_MOBILE, index);

	*out = (struct account){ .index = index };
	out->country = domain_country(seed, domain);
	snprintf(out->domain, sizeof(out->domain), "%s-%03u.example",
		 domain_word(out->country), domain);
	name_account(out->address, sizeof(out->address), seed, index,
		     out->domain);
	out->newsletter = index % NEWSLETTER_EVERY == 7;
	out->office = hash3(seed, D_OFFICE, domain) % 100 < 45;
	out->home = net_pick(out->country, ACCESS,
			     hash3(seed, D_HOME, out->office ? domain : index));
	if (phone % 100 < 45 && !out->newsletter)
		out->mobile = net_pick(out->country, MOBILE, phone >> 16);
	out->address_days = 1 + (client >> 40) % 7;
	out->mails_permille = draw_habit(hash3(seed, D_HABIT, index));
	out->method = client % 10 ? "PLAIN" : "LOGIN";
	out->smtps = client % 100 < 25;
	draw_trip(out, hash3(seed, D_TRIP, index), run_days);
}

static void name_somebody(char *out, size_t size, uint64_t hash,
			  const char *domain)
{
	snprintf(out, size, "%s.%s@%s", first_names[hash % FIRST_NAMES],
		 last_names[(hash >> 8) % LAST_NAMES], domain);
}

void people_contact(char *out, size_t size, uint64_t seed, uint32_t account,
		    uint32_t nth)
{
	uint64_t h = hash3(hash3(seed, D_CONTACT, account), nth, 0);
	char domain[32];

	if (h % 100 < 30) {
		name_somebody(out, size, h >> 16,
			      large_domains[(h >> 8) % COUNT(large_domains)]);
		return;
	}
	snprintf(domain, sizeof(domain), "klient-%04u.example",
		 (uint32_t)((h >> 8) % CLIENT_DOMAINS));
	name_somebody(out, size, h >> 24, domain);
}

void people_colleague(char *out, size_t size, uint64_t seed,
		      const struct account *account, uint64_t hash)
{
	uint32_t first = account->index / ACCOUNTS_PER_DOMAIN *
			 ACCOUNTS_PER_DOMAIN;

	name_account(out, size, seed, first + hash % ACCOUNTS_PER_DOMAIN,
		     account->domain);
}

void people_victim(char *out, size_t size, struct rng *rng)
{
	uint64_t h = rng_next(rng);
	char domain[32];

	if (h % 100 < 35)
		snprintf(domain, sizeof(domain), "%s",
			 large_domains[(h >> 8) % COUNT(large_domains)]);
	else
		snprintf(domain, sizeof(domain), "site-%05u.example",
			 (uint32_t)((h >> 8) % 60000));
	snprintf(out, size, "%s.%s%u@%s",
		 first_names[(h >> 24) % FIRST_NAMES],
		 last_names[(h >> 32) % LAST_NAMES],
		 (uint32_t)((h >> 40) % 90 + 10), domain);
}
