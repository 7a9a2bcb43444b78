#include "gen.h"

#include <string.h>

#define LIGHT_PERMILLE 100	/* accounts that send one mail on a light day */
#define MAILS_MAX 15		/* of one account and day */
#define NEWSLETTER_MAILS 10
#define NEWSLETTER_EACH 50	/* recipients */
#define TUESDAY 2

/* What a hash of (account, day) or (domain) is for. */
enum draw {
	D_DAY = 100, D_HOME_ADDRESS, D_PHONE_ADDRESS, D_TRIP_ADDRESS,
	D_OFFICE_ADDRESS, D_INCOMING, D_NEWSLETTER
};

struct place {
	const struct net *net;
	uint32_t address;
};

/* One account on one day. */
struct round {
	const struct world *world;
	const struct account *account;
	struct rng rng;
	uint32_t day;
	int64_t day_us;
	bool weekend;
};

/* 0 is Sunday; the first day of the epoch was a Thursday. */
static uint32_t weekday(int64_t day_us)
{
	return (uint32_t)((day_us / DAY_US + 4) % 7);
}

static bool travels(const struct round *round)
{
	const struct account *a = round->account;

	return a->trip_days && round->day >= a->trip_day &&
	       round->day < a->trip_day + a->trip_days;
}

static struct place on_the_phone(struct round *round)
{
	const struct account *a = round->account;
	uint64_t h = hash3(D_PHONE_ADDRESS, a->index, rng_next(&round->rng));

	return (struct place){ a->mobile, net_carrier_address(a->mobile, h) };
}

static struct place abroad(const struct round *round)
{
	const struct account *a = round->account;
	uint64_t h = hash3(round->world->seed, D_TRIP_ADDRESS, a->index);
	const struct net *net = net_pick(a->trip_country, ACCESS, h);

	/* Two hotels: the first three days here, the rest there. */
	return (struct place){ net, net_address(net, hash3(h, 0,
				(round->day - a->trip_day) / 3)) };
}

static struct place at_home(const struct round *round)
{
	const struct account *a = round->account;
	uint64_t seed = round->world->seed;
	uint64_t h = a->office ?
		hash3(seed, D_OFFICE_ADDRESS, a->index / 20) :
		hash3(hash3(seed, D_HOME_ADDRESS, a->index), 0,
		      round->day / a->address_days);

	return (struct place){ a->home, net_address(a->home, h) };
}

static struct place choose_place(struct round *round)
{
	const struct account *a = round->account;

	if (travels(round))
		return a->mobile && rng_chance(&round->rng, 300) ?
			on_the_phone(round) : abroad(round);
	if (a->mobile && rng_chance(&round->rng, round->weekend ? 600 : 200))
		return on_the_phone(round);
	return at_home(round);
}

void traffic_login(struct gen_log *log, struct rng *rng, const char *user,
		   const char *method, uint32_t client, uint32_t tries,
		   int64_t at_us)
{
	char quad[16];

	net_print(quad, sizeof(quad), client);
	log_login(log, rng, &(struct login){ .service = "imap", .user = user,
		  .method = method, .client = quad, .tries = tries }, at_us);
}

static void logout(struct round *round, int64_t at_us)
{
	struct rng *rng = &round->rng;
	uint32_t pid = 20000 + rng_below(rng, 40000);
	uint32_t in_bytes = rng_below(rng, 900);
	uint32_t out_bytes = rng_below(rng, 90000);
	char session[17];

	login_session(session, rng);
	log_line(round->world->log, at_us, DOVECOT, 0, 0,
		 "imap(%s)<%u><%s>: Disconnected: Logged out in=%u out=%u "
		 "deleted=0 expunged=0 trashed=0 hdr_count=0 hdr_bytes=0 "
		 "body_count=0 body_bytes=0", round->account->address, pid,
		 session, in_bytes, out_bytes);
}

static void address_somebody(struct round *round, struct recipient *to)
{
	const struct account *a = round->account;
	struct rng *rng = &round->rng;
	uint32_t nth = rng_below(rng, 60);
	uint32_t other = rng_below(rng, 60);

	*to = (struct recipient){ .outcome = DELIVERED };
	if (rng_chance(rng, 220)) {
		people_colleague(to->address, sizeof(to->address),
				 round->world->seed, a, rng_next(rng));
		to->local = true;
		return;
	}
	/* The smaller of two draws: few people get most of the mail. */
	people_contact(to->address, sizeof(to->address), round->world->seed,
		       a->index, nth < other ? nth : other);
	if (rng_chance(rng, 15))
		to->outcome = DEFERRED_ONCE;
	else if (rng_chance(rng, 6))
		to->outcome = UNKNOWN_RECIPIENT;
}

static uint32_t draw_recipients(struct rng *rng)
{
	uint32_t point = rng_below(rng, 100);

	if (point < 82)
		return 1;
	return point < 97 ? 2 + rng_below(rng, 3) : 5 + rng_below(rng, 8);
}

static struct mail new_mail(const struct account *account, struct place place)
{
	return (struct mail){
		.sender = account->address, .login = account->address,
		.method = account->method, .smtps = account->smtps,
		.client = place.address, .net = place.net,
	};
}

static void send_mail(struct round *round, struct place place, int64_t at_us)
{
	struct recipient recipients[RECIPIENTS_MAX] = { 0 };
	struct mail mail = new_mail(round->account, place);

	mail.recipient = recipients;
	mail.recipients = draw_recipients(&round->rng);
	for (uint32_t i = 0; i < mail.recipients; i++)
		address_somebody(round, &mail.recipient[i]);
	mail_send(round->world->log, &round->rng, &mail, at_us);
}

/* The owner's own slip, then the right password from the same place. */
static void mistype(struct round *round, struct place place, int64_t at_us)
{
	const struct account *a = round->account;
	char client[96];

	traffic_login(round->world->log, &round->rng, a->address, a->method,
		      place.address, 1 + rng_below(&round->rng, 2),
		      at_us - 20 * SECOND_US);
	if (rng_chance(&round->rng, 700))
		return;
	mail_client(client, sizeof(client), place.address, place.net);
	log_line(round->world->log, at_us - 9 * SECOND_US,
		 a->smtps ? SMTPS : SUBMISSION,
		 1000 + rng_below(&round->rng, 400), 0,
		 "warning: %s: SASL %s authentication failed: UGFzc3dvcmQ6",
		 client, a->method);
}

/* One stretch of work at one place, with `mails` of the day's messages. */
static void sit_down(struct round *round, uint32_t mails)
{
	struct gen_log *log = round->world->log;
	const struct account *a = round->account;
	struct rng *rng = &round->rng;
	struct place place = choose_place(round);
	const char *country = travels(round) ? a->trip_country : a->country;
	int64_t local_us = rng_between(rng, 7 * HOUR_US + HOUR_US / 2,
				       17 * HOUR_US);
	int64_t at_us = round->day_us + (local_us + DAY_US -
		net_utc_offset(country) * HOUR_US) % DAY_US;

	/* A slip stands up to 20 s before, and a day has a beginning. */
	if (rng_chance(rng, 10) && at_us > round->day_us + MINUTE_US)
		mistype(round, place, at_us);
	traffic_login(log, rng, a->address, a->method, place.address, 0, at_us);
	if (rng_chance(rng, 200))
		traffic_login(log, rng, a->address, a->method, place.address,
			      0, at_us + rng_between(rng, 1, 40) * MINUTE_US);
	if (rng_chance(rng, 100))
		logout(round, at_us + rng_between(rng, 41, 90) * MINUTE_US);
	for (uint32_t i = 0; i < mails; i++) {
		at_us += rng_between(rng, 20 * SECOND_US, 12 * MINUTE_US);
		send_mail(round, place, at_us);
	}
}

/* Geometric: most days near the mean, a few much busier. */
static uint32_t draw_mails(struct round *round)
{
	uint32_t mean = round->account->mails_permille;
	uint32_t count = 0;

	if (round->weekend)
		mean /= 5;
	while (count < MAILS_MAX &&
	       rng_chance(&round->rng, mean * 1000 / (mean + 1000)))
		count++;
	return count;
}

static void receive(struct round *round)
{
	struct rng *rng = &round->rng;
	const struct account *a = round->account;
	char sender[ADDRESS_MAX];
	struct recipient to = { .local = true };
	struct mail mail = { .sender = sender, .recipients = 1,
			     .recipient = &to };
	uint64_t h = rng_next(rng);

	people_contact(sender, sizeof(sender), round->world->seed, a->index,
		       (uint32_t)(h % 80));
	mail.net = net_pick(h & 1 ? "DE" : "FR", HOSTING, h >> 8);
	mail.client = net_address(mail.net, hash3(D_INCOMING, h % 3000, 0));
	memcpy(to.address, a->address, sizeof(a->address));
	mail_send(round->world->log, rng, &mail,
		  round->day_us + rng_between(rng, 0, DAY_US - HOUR_US));
}

/* The same list every week, nearly clean: many recipients and no theft. */
static void send_newsletter(struct round *round)
{
	struct recipient recipients[NEWSLETTER_EACH];
	struct mail mail = new_mail(round->account, at_home(round));
	uint32_t nth = 0;

	mail.recipient = recipients;
	mail.recipients = NEWSLETTER_EACH;
	for (int i = 0; i < NEWSLETTER_MAILS; i++) {
		for (uint32_t k = 0; k < NEWSLETTER_EACH; k++, nth++) {
			struct recipient *to = &mail.recipient[k];

			*to = (struct recipient){ .outcome = DELIVERED };
			people_contact(to->address, sizeof(to->address),
				       round->world->seed,
				       round->account->index, 100 + nth);
			if (hash3(D_NEWSLETTER, nth, round->account->index) %
			    100 == 0)
				to->outcome = UNKNOWN_RECIPIENT;
		}
		mail_send(round->world->log, &round->rng, &mail,
			  round->day_us + 9 * HOUR_US + i * 2 * MINUTE_US);
	}
}

static void spend_light_day(struct round *round)
{
	sit_down(round, rng_chance(&round->rng, LIGHT_PERMILLE) ? 1 : 0);
}

static void spend_day(struct round *round)
{
	struct rng *rng = &round->rng;
	uint32_t mails = draw_mails(round);
	uint32_t sittings = round->weekend ? 1 : 1 + rng_below(rng, 2);

	if (round->account->newsletter && weekday(round->day_us) == TUESDAY)
		send_newsletter(round);
	if (rng_chance(rng, round->weekend ? 100 : 280))
		receive(round);
	if (!mails && !rng_chance(rng, round->weekend ? 300 : 780))
		return;
	for (uint32_t i = sittings; i; i--) {
		uint32_t now = i == 1 ? mails : rng_below(rng, mails + 1);

		sit_down(round, now);
		mails -= now;
	}
}

void traffic_day(const struct world *world, uint32_t day)
{
	struct account account;
	struct round round = {
		.world = world, .account = &account, .day = day,
		.day_us = world->first_day_us + day * DAY_US,
	};

	round.weekend = weekday(round.day_us) % 6 == 0;
	for (uint32_t i = 0; i < world->accounts; i++) {
		account_make(&account, world->seed, i, world->days);
		round.rng.state = hash3(hash3(world->seed, D_DAY, i), 0, day);
		if (world->light)
			spend_light_day(&round);
		else
			spend_day(&round);
	}
}
