/*
 * The honest classes: how often each occurs, what it models and why it is
 * hard for a detector. Shares are guesses about a hosting server's customers.
 */
#include "sim.h"

#include <string.h>

/* office: one fixed address for many people, regular hours. The easy case. */
static void set_up_office(const struct simulation *sim, struct person *person,
			  struct rng *rng)
{
	(void)sim;
	person->mails = rng_log_range(rng, 0.8, 14);
	person->reads |= READS_DESK;
	person->last_hour = 15 + (int)rng_below(rng, 4);
	person->phone_percent /= 2;
}

static void add_trip_of(const struct simulation *sim, struct person *person,
			struct rng *rng, uint32_t days, uint32_t sim_permille)
{
	struct trip *trip = &person->trip[person->trips];
	const struct trip *last = person->trips ? trip - 1 : NULL;

	if (person->trips == TRIPS_MAX)
		return;
	trip->country = rng_chance(rng, 350) ?
		place_near(person->country, rng_next(rng)) :
		place_for_travel(rng_next(rng));
	if (!strcmp(trip->country, person->country))
		return;
	trip->from_us = sim->first_day_us +
		rng_below(rng, sim->days * 24) * HOUR_US;
	trip->to_us = trip->from_us + days * DAY_US;
	if (last && trip->from_us < last->to_us && last->from_us < trip->to_us)
		return;
	trip->hotel = net_draw(trip->country, USE_ACCESS, rng_next(rng));
	trip->local_sim = rng_chance(rng, sim_permille) ?
		net_draw(trip->country, USE_MOBILE, rng_next(rng)) : NULL;
	person->trips++;
}

/*
 * mobile_roamer: a phone at home, behind carrier NAT, and abroad with the
 * home carrier's address, or with a local SIM: new networks every day.
 */
static void set_up_roamer(const struct simulation *sim, struct person *person,
			  struct rng *rng)
{
	uint32_t trips = 1 + rng_below(rng, 2);

	person->reads = READS_PHONE | (rng_chance(rng, 400) ? READS_DESK : 0);
	person->poll_minutes = 10 + rng_below(rng, 50);
	person->phone_percent = 60 + rng_below(rng, 40);
	for (uint32_t i = 0; i < trips; i++)
		add_trip_of(sim, person, rng, 1 + rng_below(rng, 6), 250);
}

/* company_vpn: hops within minutes between office, home and a data centre. */
static struct origin where_company_vpn(const struct simulation *sim,
				       const struct person *person,
				       int64_t at_us, enum device device)
{
	uint64_t now = person_hash(sim, person, 4001,
				   (uint64_t)(at_us / (3 * HOUR_US)));
	uint64_t exit = hash3(sim->seed, 4002, person->domain * 2 + now % 2);

	if (device == PHONE || now >> 8 & 1)
		return (struct origin){ 0 };
	return origin_draw(sim->domains[person->domain].vpn, exit >> 8,
			   exit >> 16);
}

/*
 * private_vpn: a bought VPN with a few favourite countries, changed for fun;
 * exits are shared with thieves, and the country means nothing.
 */
struct origin where_private_vpn(const struct simulation *sim,
				const struct person *person, int64_t at_us,
				enum device device)
{
	uint64_t now = person_hash(sim, person, 4003,
				   (uint64_t)(at_us / (5 * HOUR_US)));
	uint64_t favourite = person_hash(sim, person, 4004, now % 3);
	uint64_t exit = hash3(4005, now >> 40, favourite);
	uint64_t fickle = person_hash(sim, person, 4017, 0) % 25;
	const char *country;

	(void)device;
	if (now >> 8 & 3)
		country = place_for_travel((now >> 16) % 100 < fickle ?
					   now >> 20 : favourite);
	else
		return (struct origin){ 0 };
	return origin_draw(net_draw(country, USE_VPN, favourite >> 8),
			   exit, exit % 40);
}

/* expatriate: a customer of ours who lives elsewhere, from the first day. */
static void set_up_expatriate(const struct simulation *sim,
			      struct person *person, struct rng *rng)
{
	(void)sim;
	person->country = place_for_travel(rng_next(rng));
	person->work = NULL;
	person->home = net_draw(person->country, USE_ACCESS, rng_next(rng));
	person->carrier = net_draw(person->country, USE_MOBILE, rng_next(rng));
}

/* Machines neither read nor travel, and buy no VPN. */
static void be_machine(struct person *person)
{
	person->reads = 0;
	person->trips = 0;
	person->phone_percent = 0;
	person->vpn_day = person->announce_day = UINT32_MAX;
	person->service_day = UINT32_MAX;
}

/* erp_cloud: invoices from a rented server; nobody ever reads the mailbox. */
static void set_up_erp(const struct simulation *sim, struct person *person,
		       struct rng *rng)
{
	const char *country = person->country;

	(void)sim;
	be_machine(person);
	person->mails = rng_log_range(rng, 3, 60);
	person->spread = rng_range(rng, 0.2, 0.8);
	person->contacts = (uint32_t)rng_log_range(rng, 100, 3000);
	person->new_permille = 30 + rng_below(rng, 100);
	person->colleagues_percent = 2;
	person->typo_permille = 5 + rng_below(rng, 25);
	if (rng_chance(rng, 500))
		country = place_near(country, rng_next(rng));
	person->second = net_draw(country, USE_HOSTING, rng_next(rng));
}

static struct origin where_server(const struct simulation *sim,
				  const struct person *person, int64_t at_us,
				  enum device device)
{
	uint64_t hash = person_hash(sim, person, 4006, 0);

	(void)at_us;
	if (!person->second || (device != PROGRAM && person->reads))
		return (struct origin){ 0 };
	return origin_draw(person->second, hash, hash >> 16);
}

/* scanner_device: an office printer that only sends; no login ever. */
static void set_up_scanner(const struct simulation *sim, struct person *person,
			   struct rng *rng)
{
	(void)sim;
	be_machine(person);
	person->mails = rng_log_range(rng, 0.5, 12);
	person->colleagues_percent = 85;
	person->contacts = 15;
	person->weekend_percent = 3;
	person->lease_days = 90;
	if (person->work)
		person->home = person->work;
}

/*
 * newsletter: 200 to 3000 recipients once a week, a few per cent dead; by
 * volume it looks like spam, by habit it does not.
 */
static void set_up_newsletter(const struct simulation *sim,
			      struct person *person, struct rng *rng)
{
	(void)sim;
	person->list = (uint32_t)rng_log_range(rng, 200, 3000);
	person->list_dead_permille = 8 + rng_below(rng, 50);
	if (rng_chance(rng, 300))
		person->second = net_draw(person->country, USE_HOSTING,
					  rng_next(rng));
}

/* monthly_list: one large mailing that no history has seen before. */
static void set_up_monthly(const struct simulation *sim, struct person *person,
			   struct rng *rng)
{
	(void)sim;
	person->list = (uint32_t)rng_log_range(rng, 100, 400);
	person->list_dead_permille = 10 + rng_below(rng, 70);
}

/* new_account: no history at all, and everybody written to is new. */
static void set_up_new(const struct simulation *sim, struct person *person,
		       struct rng *rng)
{
	person->created_day = sim->days / 10 +
			      rng_below(rng, sim->days * 8 / 10 + 1);
	person->new_permille = 200 + rng_below(rng, 300);
}

/* shared_role: several people in several networks, all at the same time. */
static void set_up_role(const struct simulation *sim, struct person *person,
			struct rng *rng)
{
	(void)sim;
	person->reads = READS_DESK | READS_PHONE;
	person->poll_minutes = 15 + rng_below(rng, 40);
	person->mails = rng_log_range(rng, 2, 20);
	person->new_permille = 100 + rng_below(rng, 250);
	person->phone_percent = rng_below(rng, 50);
}

static struct origin where_role(const struct simulation *sim,
				const struct person *person, int64_t at_us,
				enum device device)
{
	uint64_t now = person_hash(sim, person, 4007,
				   (uint64_t)(at_us / (20 * MINUTE_US)));
	uint64_t members = 3 + person_hash(sim, person, 4008, 0) % 4;
	uint64_t member = person_hash(sim, person, 4009, now % members);
	uint64_t lease = hash3(member, (uint64_t)(at_us / (5 * DAY_US)), 0);
	const struct network *net;

	if (member % 3 == 0)
		return (struct origin){ 0 };
	net = net_draw(person->country, device == PHONE && now >> 32 & 1 ?
		       USE_MOBILE : USE_ACCESS, member >> 8);
	return net->use == USE_MOBILE ? origin_carrier(net, lease)
				      : origin_draw(net, lease, lease >> 16);
}

/* school_nat: hundreds of people of one domain behind one address. */
static void set_up_school(const struct simulation *sim, struct person *person,
			  struct rng *rng)
{
	(void)sim;
	person->mails = rng_log_range(rng, 0.1, 4);
	person->colleagues_percent = 30 + rng_below(rng, 50);
	person->first_hour = 7;
	person->last_hour = 19;
}

static struct origin where_school(const struct simulation *sim,
				  const struct person *person, int64_t at_us,
				  enum device device)
{
	const struct domain *domain = &sim->domains[person->domain];
	int64_t local_us = at_us + person->minutes * MINUTE_US;
	int hour = (int)(local_us / HOUR_US % 24);
	uint64_t hash = hash3(sim->seed, 4010, person->domain);

	(void)device;
	if (hour < 8 || hour >= 16 || sim_weekday(local_us) % 6 == 0 ||
	    !domain->office || person_trip(person, at_us))
		return (struct origin){ 0 };
	return origin_draw(domain->office, hash, hash >> 16);
}

/*
 * auto_replier: answers whatever comes, also spam with forged senders: many
 * who do not exist, at any hour, half of the programs with an empty sender.
 */
static void set_up_replier(const struct simulation *sim, struct person *person,
			   struct rng *rng)
{
	enum net_use use = rng_chance(rng, 500) ? USE_HOSTING : USE_ACCESS;

	(void)sim;
	person->second = net_draw(person->country, use, rng_next(rng));
	person->list_dead_permille = 100 + rng_below(rng, 400);
}

/*
 * webmail_fetch: a large webmail service reads and sends "as" the account,
 * from dozens of its addresses in several countries.
 */
static void set_up_fetch(const struct simulation *sim, struct person *person,
			 struct rng *rng)
{
	bool google = rng_chance(rng, 700);

	(void)sim;
	person->reads = READS_POP | (rng_chance(rng, 200) ? READS_DESK : 0);
	person->poll_minutes = 10 + rng_below(rng, 60);
	person->vpn_day = UINT32_MAX;
	person->second = net_of_as(google ? 15169 : 8075, rng_next(rng));
}

static struct origin where_fetch(const struct simulation *sim,
				 const struct person *person, int64_t at_us,
				 enum device device)
{
	uint64_t now = person_hash(sim, person, 4011,
				   (uint64_t)(at_us / (7 * MINUTE_US)));
	uint64_t country = person_hash(sim, person, 4012, now % 4);
	const struct network *net;

	if (!person->second || (device == DESK && person->reads & READS_DESK &&
				now >> 8 & 1))
		return (struct origin){ 0 };
	net = net_of_as(person->second->as_number, country);
	return origin_draw(net, now >> 16, hash3(country, now >> 24 & 15, 0));
}

/* own_webmail: the host's webmail hides where the person is. */
static void set_up_webmail(const struct simulation *sim, struct person *person,
			   struct rng *rng)
{
	(void)sim;
	person->reads = READS_WEBMAIL;
	person->vpn_day = UINT32_MAX;
	if (rng_chance(rng, 300))
		person->reads |= READS_PHONE;
	person->phone_percent = person->reads & READS_PHONE ? 25 : 0;
}

static struct origin where_webmail(const struct simulation *sim,
				   const struct person *person, int64_t at_us,
				   enum device device)
{
	(void)at_us;
	if (device == PHONE)
		return (struct origin){ 0 };
	return origin_private(hash3(sim->seed, 4013, person->domain) % 2 ?
			      0x7f000001 : 0x0a00000a);
}

/* traveller: two to ten days abroad, hotels and telephones. */
static void set_up_traveller(const struct simulation *sim,
			     struct person *person, struct rng *rng)
{
	person->trips = 0;
	person->reads |= READS_PHONE;
	for (int i = 0; i < 4 && person->trips < 2; i++)
		add_trip_of(sim, person, rng, 2 + rng_below(rng, 9), 350);
}

/*
 * dormant: weeks of silence, then back, in half of the cases from another
 * provider: nothing recent to compare with.
 */
static void set_up_dormant(const struct simulation *sim, struct person *person,
			   struct rng *rng)
{
	uint32_t third = sim->days / 3 + 1;

	person->silent_from = rng_below(rng, third);
	person->silent_to = person->silent_from + sim->days * 4 / 10 +
			    rng_below(rng, third);
	if (rng_chance(rng, 500)) {
		person->moves_day = person->silent_to;
		person->new_country = NULL;
		person->new_home = net_draw_other(person->country, USE_ACCESS,
						  person->home, rng_next(rng));
	}
}

/* satellite: the address says another country than the dish stands in. */
static void set_up_satellite(const struct simulation *sim,
			     struct person *person, struct rng *rng)
{
	static const char *const stations[] = { "US", "DE", "GB", "IT", "FR" };
	const char *station = stations[rng_below(rng, 5)];

	(void)sim;
	person->work = NULL;
	person->v6_percent = 0;
	person->home = net_draw(station, USE_SATELLITE, rng_next(rng));
}

/* coffee_shops: a laptop in twenty different networks of the own country. */
static struct origin where_cafe(const struct simulation *sim,
				const struct person *person, int64_t at_us,
				enum device device)
{
	uint64_t now = person_hash(sim, person, 4014,
				   (uint64_t)(at_us / (2 * HOUR_US)));
	uint64_t shop = hash3(sim->seed, 4015, (now >> 8) % 20);

	if (device == PHONE || now % 100 < 45 || person_trip(person, at_us))
		return (struct origin){ 0 };
	return origin_draw(net_draw(person->country, shop & 4 ? USE_ACCESS :
				    USE_BUSINESS, shop >> 8), shop >> 16,
			   shop >> 24);
}

/* ipv6_dual_stack: a new address every day, a new /56 with many leases. */
static void set_up_v6(const struct simulation *sim, struct person *person,
		      struct rng *rng)
{
	(void)sim;
	for (int i = 0; i < 30 && !person->home->blocks6; i++)
		person->home = net_draw(person->country, USE_ACCESS,
					rng_next(rng));
	person->v6_percent = 60 + rng_below(rng, 40);
	person->lease_days = 1 + rng_below(rng, 14);
}

/* two_carriers: two SIMs and a line that falls back to the second. */
static void set_up_two(const struct simulation *sim, struct person *person,
		       struct rng *rng)
{
	(void)sim;
	person->reads |= READS_PHONE;
	person->second = net_draw_other(person->country, USE_MOBILE,
					person->carrier, rng_next(rng));
}

static struct origin where_two(const struct simulation *sim,
			       const struct person *person, int64_t at_us,
			       enum device device)
{
	uint64_t now = person_hash(sim, person, 4016,
				   (uint64_t)(at_us / (2 * HOUR_US)));

	if (now % 100 >= (device == PHONE ? 45 : 20))
		return (struct origin){ 0 };
	return origin_carrier(person->second, now >> 8);
}

const struct benign_class benign_classes[] = {
	{ "office", 0.19, set_up_office, NULL, NULL, false },
	{ "mobile_roamer", 0.12, set_up_roamer, NULL, NULL, false },
	{ "company_vpn", 0.05, NULL, NULL, where_company_vpn, false },
	{ "private_vpn", 0.025, NULL, NULL, where_private_vpn, false },
	{ "expatriate", 0.03, set_up_expatriate, NULL, NULL, false },
	{ "erp_cloud", 0.02, set_up_erp, day_erp, where_server, false },
	{ "scanner_device", 0.02, set_up_scanner, NULL, NULL, false },
	{ "newsletter", 0.012, set_up_newsletter, day_list, where_server,
	  true },
	{ "monthly_list", 0.02, set_up_monthly, day_list, NULL, true },
	{ "new_account", 0.055, set_up_new, NULL, NULL, false },
	{ "shared_role", 0.04, set_up_role, NULL, where_role, false },
	{ "school_nat", 0.08, set_up_school, NULL, where_school, false },
	{ "wrong_password", 0.03, NULL, day_wrong_password, NULL, false },
	{ "auto_replier", 0.015, set_up_replier, day_replier, NULL, false },
	{ "webmail_fetch", 0.03, set_up_fetch, NULL, where_fetch, false },
	{ "own_webmail", 0.06, set_up_webmail, NULL, where_webmail, false },
	{ "seasonal", 0.03, NULL, day_seasonal, NULL, false },
	{ "traveller", 0.04, set_up_traveller, NULL, NULL, false },
	{ "dormant", 0.03, set_up_dormant, NULL, NULL, false },
	{ "satellite", 0.006, set_up_satellite, NULL, NULL, false },
	{ "coffee_shops", 0.03, NULL, NULL, where_cafe, false },
	{ "ipv6_dual_stack", 0.047, set_up_v6, NULL, NULL, false },
	{ "two_carriers", 0.03, set_up_two, NULL, where_two, false },
};

const uint32_t benign_class_count =
	sizeof(benign_classes) / sizeof(benign_classes[0]);
