#include "gen.h"

enum draw { D_NOISE = 200, D_BOT };

struct noise {
	const struct world *world;
	struct rng rng;
	int64_t day_us;
};

/* The same few hundred machines come again and again. */
static uint32_t bot_address(struct noise *noise, const struct net **net_out)
{
	uint32_t bot = rng_below(&noise->rng, 400);
	uint64_t h = hash3(noise->world->seed, D_BOT, bot);

	*net_out = net_pick(net_foreign_country(h), ACCESS, h >> 16);
	return net_address(*net_out, h >> 24);
}

static int64_t some_time(struct noise *noise)
{
	return noise->day_us + rng_between(&noise->rng, 0, DAY_US - HOUR_US);
}

static void some_account(struct noise *noise, struct account *out)
{
	account_make(out, noise->world->seed,
		     rng_below(&noise->rng, noise->world->accounts),
		     noise->world->days);
}

static void guess_by_smtp(struct noise *noise)
{
	struct gen_log *log = noise->world->log;
	struct rng *rng = &noise->rng;
	enum gen_program program = rng_chance(rng, 700) ? SUBMISSION : SMTPS;
	uint32_t pid = 1000 + rng_below(rng, 400);
	int64_t at_us = some_time(noise);
	const struct net *net;
	uint32_t address = bot_address(noise, &net);
	char client[96];
	char quad[16];

	net_print(quad, sizeof(quad), address);
	mail_client(client, sizeof(client), address, NULL);
	if (rng_chance(rng, 100))
		log_line(log, at_us, program, pid, 0, "warning: hostname "
			 "host%u.example does not resolve to address %s: Name "
			 "or service not known", net->as_number, quad);
	log_line(log, at_us + 10, program, pid, 0, "connect from %s", client);
	at_us += rng_between(rng, 2 * SECOND_US, 6 * SECOND_US);
	log_line(log, at_us, program, pid, 0,
		 "warning: %s: SASL LOGIN authentication failed: %s", client,
		 rng_chance(rng, 900) ? "UGFzc3dvcmQ6" : "VXNlcm5hbWU6");
	if (rng_chance(rng, 200))
		log_line(log, at_us + SECOND_US, program, pid, 0,
			 "lost connection after AUTH from %s", client);
	log_line(log, at_us + SECOND_US, program, pid, 0,
		 "disconnect from %s ehlo=1 auth=0/1 rset=1 quit=1 "
		 "commands=3/4", client);
}

static void guess_by_imap(struct noise *noise)
{
	const struct net *net;
	uint32_t address = bot_address(noise, &net);
	uint32_t tries = 1 + rng_below(&noise->rng, 3);
	int64_t at_us = some_time(noise);
	struct account account;

	some_account(noise, &account);
	traffic_login(noise->world->log, &noise->rng, account.address, "PLAIN",
		      address, tries, at_us);
}

static void refuse_spam(struct noise *noise)
{
	struct gen_log *log = noise->world->log;
	struct rng *rng = &noise->rng;
	uint32_t pid = 1000 + rng_below(rng, 400);
	int64_t at_us = some_time(noise);
	const struct net *net;
	uint32_t address = bot_address(noise, &net);
	struct account account;
	char sender[ADDRESS_MAX];
	char client[96];
	char quad[16];

	some_account(noise, &account);
	people_victim(sender, sizeof(sender), rng);
	net_print(quad, sizeof(quad), address);
	mail_client(client, sizeof(client), address, net);
	log_line(log, at_us, SMTPD, pid, 0, "connect from %s", client);
	at_us += SECOND_US;
	if (rng_chance(rng, 750))
		log_line(log, at_us, SMTPD, pid, 0,
			 "NOQUEUE: reject: RCPT from %s: 554 5.7.1 Service "
			 "unavailable; Client host [%s] blocked using "
			 "zen.dnsbl.example; from=<%s> to=<%s> proto=ESMTP "
			 "helo=<%s>", client, quad, sender, account.address,
			 quad);
	else
		log_line(log, at_us, SMTPD, pid, 0,
			 "NOQUEUE: reject: RCPT from %s: 550 5.1.1 <x%s>: "
			 "Recipient address rejected: User unknown in virtual "
			 "mailbox table; from=<%s> to=<x%s> proto=ESMTP "
			 "helo=<%s>", client, account.address, sender,
			 account.address, quad);
	log_line(log, at_us + SECOND_US / 3, SMTPD, pid, 0,
		 "disconnect from %s ehlo=1 mail=1 rcpt=0/1 quit=1 "
		 "commands=3/4", client);
}

static void knock(struct noise *noise)
{
	struct gen_log *log = noise->world->log;
	uint32_t pid = 1000 + rng_below(&noise->rng, 400);
	int64_t at_us = some_time(noise);
	const struct net *net;
	uint32_t address = bot_address(noise, &net);
	char client[96];

	mail_client(client, sizeof(client), address, net);
	log_line(log, at_us, SMTPD, pid, 0, "connect from %s", client);
	log_line(log, at_us + 900000, SMTPD, pid, 0,
		 "lost connection after CONNECT from %s", client);
	log_line(log, at_us + 900010, SMTPD, pid, 0,
		 "disconnect from %s commands=0/0", client);
}

static void count_connections(struct noise *noise, uint32_t hour)
{
	struct gen_log *log = noise->world->log;
	int64_t at_us = noise->day_us + hour * HOUR_US + 1380 * SECOND_US;
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr",
		"May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int year;
	unsigned month;
	unsigned day;
	const struct net *net;
	char quad[16];
	char when[32];

	net_print(quad, sizeof(quad), bot_address(noise, &net));
	gen_civil(noise->day_us, &year, &month, &day);
	snprintf(when, sizeof(when), "%s %2u %02u:19:40", months[month - 1],
		 day, hour);
	log_line(log, at_us, ANVIL, 612, 0, "statistics: max connection rate "
		 "%u/60s for (smtp:%s) at %s", 1 + rng_below(&noise->rng, 9),
		 quad, when);
	log_line(log, at_us + 8, ANVIL, 612, 0, "statistics: max connection "
		 "count %u for (smtp:%s) at %s", 1 + rng_below(&noise->rng, 3),
		 quad, when);
	log_line(log, at_us + 15, ANVIL, 612, 0,
		 "statistics: max cache size %u at %s",
		 2 + rng_below(&noise->rng, 20), when);
}

void noise_day(const struct world *world, uint32_t day)
{
	static const struct {
		void (*make)(struct noise *noise);
		uint32_t accounts;	/* one a day for so many */
	} kinds[] = {
		{ guess_by_smtp, 5 }, { guess_by_imap, 25 },
		{ refuse_spam, 6 }, { knock, 20 },
	};
	struct noise noise = {
		.world = world,
		.rng = { hash3(world->seed, D_NOISE, day) },
		.day_us = world->first_day_us + day * DAY_US,
	};

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		uint32_t count = world->accounts / kinds[k].accounts;

		if (world->light)
			count /= 10;
		for (uint32_t i = 0; i < count; i++)
			kinds[k].make(&noise);
	}
	for (uint32_t hour = 0; hour < 24; hour++)
		count_connections(&noise, hour);
}
