/*
 * A day of an honest person: logins, messages, mail that comes in. Hours are
 * local ones, wrapped into the UTC day that is played, so that the log's days
 * stay whole; a night owl far east so acts some hours off, which no rule here
 * depends on.
 */
#include "sim.h"

#include <math.h>
#include <string.h>

#define USUAL_MAX 64		/* recipients of an ordinary message */
#define MAILS_MAX 150		/* of a day */

enum purpose { B_DAY = 5000, B_LIST, B_WRONG, B_SEASON };

/* Local time of the day to the UTC day that is played. */
static int64_t local_to_utc(const struct simulation *sim,
			    const struct person *person, uint32_t day,
			    int64_t local_us)
{
	int64_t day_us = sim->first_day_us + day * DAY_US;
	const struct trip *trip = person_trip(person, day_us + DAY_US / 2);
	int minutes = trip ? place_find(trip->country)->minutes
			   : person->minutes;

	return day_us + (local_us - minutes * MINUTE_US + 2 * DAY_US) % DAY_US;
}

/* When in the day something is done: at work hours, some in the evening. */
static int64_t draw_hour(const struct person *person, struct rng *rng)
{
	double hours = person->last_hour - person->first_hour;
	double at = person->first_hour + hours * rng_unit(rng);

	if (rng_chance(rng, 120))
		at = person->last_hour + 6 * rng_unit(rng);
	return (int64_t)(fmod(at, 24) * (double)HOUR_US);
}

static uint32_t draw_recipients(struct rng *rng)
{
	uint32_t point = rng_below(rng, 1000);

	if (point < 800)
		return 1;
	if (point < 950)
		return 2 + rng_below(rng, 3);
	return point < 994 ? 5 + rng_below(rng, 11) : 16 + rng_below(rng, 45);
}

static void send_from(struct simulation *sim, const struct person *person,
		      struct rng *rng, struct recipient *to, uint32_t count,
		      int64_t at_us, enum device device)
{
	struct submission submission = {
		.person = person, .at_us = at_us, .to = to,
		.recipients = count, .method = person->method,
		.smtps = person->smtps,
		.origin = where_is(sim, person, at_us, device),
	};

	/* The phone speaks otherwise than the desk, a new program as well. */
	if ((device == PHONE) ^ (sim_day(sim, at_us) >= person->phone_day))
		submission.smtps = !person->smtps;
	out_send(sim, rng, &submission);
}

static void send_usual(struct simulation *sim, const struct person *person,
		       struct rng *rng, int64_t at_us, enum device device)
{
	struct recipient to[USUAL_MAX];
	uint32_t count = draw_recipients(rng);

	recipients_usual(sim, person, rng, at_us, to, count);
	send_from(sim, person, rng, to, count, at_us, device);
}

static void log_in(struct simulation *sim, const struct person *person,
		   struct rng *rng, int64_t at_us, enum device device,
		   const char *service)
{
	struct origin origin = where_is(sim, person, at_us, device);

	out_login(sim, rng, person, &origin, at_us, service, 0, false);
}

/* A phone asks all day; at night it rests, or asks less often. */
static void poll_phone(struct simulation *sim, const struct person *person,
		       struct rng *rng, uint32_t day)
{
	int64_t step_us = person->poll_minutes * MINUTE_US;
	int64_t local_us = rng_between(rng, 0, step_us);

	while (local_us < DAY_US) {
		int hour = (int)(local_us / HOUR_US);
		bool asleep = hour < 7 || hour >= 23;

		if (!asleep || rng_chance(rng, 150))
			log_in(sim, person, rng,
			       local_to_utc(sim, person, day, local_us),
			       PHONE, "imap");
		local_us += step_us / 2 + rng_between(rng, 0, step_us);
	}
}

/* A mail program opens two connections at once and comes back at times. */
static void open_desk(struct simulation *sim, const struct person *person,
		      struct rng *rng, uint32_t day)
{
	int64_t local_us = person->first_hour * HOUR_US +
			   rng_between(rng, 0, 90 * MINUTE_US);
	uint32_t times = 1 + rng_below(rng, 4);

	for (uint32_t i = 0; i < times && local_us < DAY_US; i++) {
		int64_t at_us = local_to_utc(sim, person, day, local_us);

		log_in(sim, person, rng, at_us, DESK, "imap");
		if (rng_chance(rng, 600))
			log_in(sim, person, rng, at_us + SECOND_US, DESK,
			       "imap");
		local_us += rng_between(rng, HOUR_US / 2, 5 * HOUR_US);
	}
}

static void fetch(struct simulation *sim, const struct person *person,
		  struct rng *rng, uint32_t day)
{
	bool always = person->second != NULL;
	int64_t local_us = always ? 0 : person->first_hour * HOUR_US;
	int64_t end_us = always ? DAY_US : (person->last_hour + 1) * HOUR_US;

	while (local_us < end_us && local_us < DAY_US) {
		local_us += rng_between(rng, 5, 2 * person->poll_minutes + 5) *
			    MINUTE_US;
		if (local_us < DAY_US)
			log_in(sim, person, rng,
			       local_to_utc(sim, person, day, local_us),
			       always ? PROGRAM : DESK, "pop3");
	}
}

static void use_webmail(struct simulation *sim, const struct person *person,
			struct rng *rng, uint32_t day)
{
	uint32_t times = rng_poisson(rng, 2.5);

	while (times--)
		log_in(sim, person, rng,
		       local_to_utc(sim, person, day, draw_hour(person, rng)),
		       DESK, "imap");
}

/* The owner's own slip, then the right password from the same place. */
static void slip(struct simulation *sim, const struct person *person,
		 struct rng *rng, uint32_t day)
{
	int64_t at_us = local_to_utc(sim, person, day, draw_hour(person, rng));
	struct origin origin = where_is(sim, person, at_us, DESK);
	uint32_t tries = 1 + rng_below(rng, 2);

	out_login(sim, rng, person, &origin, at_us, "imap", tries, false);
	if (rng_chance(rng, 300))
		out_refused(sim, rng, person, &origin, at_us + 4 * SECOND_US,
			    person->method);
	out_login(sim, rng, person, &origin, at_us + 25 * SECOND_US, "imap", 0,
		  false);
}

static bool is_weekend(const struct simulation *sim, uint32_t day)
{
	return sim_weekday(sim->first_day_us + day * DAY_US) % 6 == 0;
}

static void read_mail(struct simulation *sim, const struct person *person,
		      struct rng *rng, uint32_t day)
{
	bool idle = is_weekend(sim, day) && !rng_chance(rng, 350);

	if (person->reads & READS_PHONE)
		poll_phone(sim, person, rng, day);
	if (person->reads & READS_DESK && !idle)
		open_desk(sim, person, rng, day);
	if (person->reads & READS_POP && (person->second || !idle))
		fetch(sim, person, rng, day);
	if (person->reads & READS_WEBMAIL)
		use_webmail(sim, person, rng, day);
	if (person->reads && rng_chance(rng, 8))
		slip(sim, person, rng, day);
}

static void receive(struct simulation *sim, const struct person *person,
		    struct rng *rng, uint32_t day)
{
	uint32_t count = rng_poisson(rng, sim->incoming);

	while (count--)
		out_incoming(sim, rng, person, sim->first_day_us +
			     day * DAY_US + rng_between(rng, 0, DAY_US - 1));
}

/* Messages come in sittings of a few. */
static void write_mail(struct simulation *sim, const struct person *person,
		       struct rng *rng, uint32_t day, double factor)
{
	double mean = person->mails * factor *
		      exp(person->spread * rng_normal(rng));
	uint32_t count;
	int64_t at_us = 0;
	enum device device = DESK;

	if (is_weekend(sim, day))
		mean *= person->weekend_percent / 100.0;
	count = rng_poisson(rng, mean);
	for (uint32_t i = 0; i < count && i < MAILS_MAX; i++) {
		if (!at_us || rng_chance(rng, 450)) {
			at_us = local_to_utc(sim, person, day,
					     draw_hour(person, rng));
			device = rng_below(rng, 100) < person->phone_percent ?
				 PHONE : DESK;
		} else {
			at_us += rng_between(rng, 20, 900) * SECOND_US;
		}
		send_usual(sim, person, rng, at_us, device);
	}
}

static void busy_day(struct simulation *sim, struct person *person,
		     struct rng *rng, uint32_t day, double factor)
{
	read_mail(sim, person, rng, day);
	write_mail(sim, person, rng, day, factor);
	receive(sim, person, rng, day);
}

static void ordinary_day(struct simulation *sim, struct person *person,
			 struct rng *rng, uint32_t day)
{
	busy_day(sim, person, rng, day, 1);
}

/* seasonal: one week with 3 to 8 times the mail, as before Christmas. */
void day_seasonal(struct simulation *sim, struct person *person,
		  struct rng *rng, uint32_t day)
{
	uint64_t hash = person_hash(sim, person, B_SEASON, 0);
	uint32_t first = (uint32_t)(hash % sim->days);
	bool season = day >= first && day < first + 7;

	busy_day(sim, person, rng, day,
		 season ? 3 + (double)(hash >> 32) / 4294967296.0 * 5 : 1);
}

/* Invoices in one run, at an hour that the clock of the server keeps. */
void day_erp(struct simulation *sim, struct person *person, struct rng *rng,
	     uint32_t day)
{
	double mean = person->mails * exp(person->spread * rng_normal(rng));
	uint32_t count = is_weekend(sim, day) ? 0 : rng_poisson(rng, mean);
	uint64_t hash = person_hash(sim, person, B_DAY, 0);
	int64_t at_us = sim->first_day_us + day * DAY_US +
			(int64_t)(hash % 86000) * SECOND_US;
	struct recipient to[1];

	/* At the end of a week more customers have bought something. */
	if (hash >> 32 & 1 && sim_weekday(at_us) == 5)
		count *= 3;
	for (uint32_t i = 0; i < count && i < 300; i++) {
		recipients_usual(sim, person, rng, at_us, to, 1);
		send_from(sim, person, rng, to, 1, at_us, PROGRAM);
		at_us += rng_between(rng, 1, 20) * SECOND_US;
	}
	receive(sim, person, rng, day);
}

static void send_list(struct simulation *sim, struct person *person,
		      struct rng *rng, uint32_t day, uint32_t each)
{
	int64_t at_us = local_to_utc(sim, person, day, 9 * HOUR_US +
				     rng_between(rng, 0, 3 * HOUR_US));
	int64_t pause_s = rng_between(rng, 5, 120);
	struct recipient to[ONCE_MAX];

	for (uint32_t first = 0; first < person->list; first += each) {
		uint32_t count = person->list - first < each ?
				 person->list - first : each;

		recipients_list(sim, person, rng, at_us, to, count, first);
		send_from(sim, person, rng, to, count, at_us, PROGRAM);
		at_us += rng_between(rng, pause_s / 2, 2 * pause_s) *
			 SECOND_US;
	}
}

/* A newsletter has its weekday, a monthly list its day of the month. */
void day_list(struct simulation *sim, struct person *person, struct rng *rng,
	      uint32_t day)
{
	uint64_t hash = person_hash(sim, person, B_LIST, 0);
	bool weekly = !strcmp(benign_classes[person->class].name,
			      "newsletter");
	uint32_t weekday = sim_weekday(sim->first_day_us + day * DAY_US);

	ordinary_day(sim, person, rng, day);
	if (weekly && weekday == 1 + hash % 5)
		send_list(sim, person, rng, day, hash >> 8 & 1 ? LIST_MESSAGE :
			  10 + (uint32_t)(hash >> 16) % 40);
	if (!weekly && day % 30 == hash % (sim->days < 30 ? sim->days : 30))
		send_list(sim, person, rng, day, hash >> 8 & 1 ? LIST_MESSAGE :
			  person->list);
}

/*
 * wrong_password: the password was changed, the phone was not told: failures
 * for days from the owner's own places, as a guesser makes them.
 */
void day_wrong_password(struct simulation *sim, struct person *person,
			struct rng *rng, uint32_t day)
{
	uint64_t hash = person_hash(sim, person, B_WRONG, 0);
	uint32_t first = (uint32_t)(hash % sim->days);
	int64_t local_us = rng_between(rng, 0, HOUR_US);

	ordinary_day(sim, person, rng, day);
	if (day < first || day > first + (hash >> 32) % 6)
		return;
	while (local_us < DAY_US) {
		int64_t at_us = local_to_utc(sim, person, day, local_us);
		struct origin origin = where_is(sim, person, at_us, PHONE);

		if (rng_chance(rng, 800))
			out_login(sim, rng, person, &origin, at_us, "imap",
				  1 + rng_below(rng, 3), false);
		else
			out_refused(sim, rng, person, &origin, at_us,
				    person->method);
		local_us += rng_between(rng, 8, 90) * MINUTE_US;
	}
}

void day_replier(struct simulation *sim, struct person *person,
		 struct rng *rng, uint32_t day)
{
	uint64_t hash = person_hash(sim, person, B_DAY, 1);
	uint64_t host = person_hash(sim, person, B_DAY, 2);
	uint32_t count = rng_poisson(rng, 2 + (double)(hash % 25));
	struct recipient to[1];
	struct submission submission = { .person = person, .to = to,
		.recipients = 1, .method = person->method,
		.smtps = person->smtps, .null_sender = hash >> 32 & 1,
		.origin = origin_draw(person->second, host, host >> 16),
	};

	ordinary_day(sim, person, rng, day);
	while (count--) {
		submission.at_us = sim->first_day_us + day * DAY_US +
				   rng_between(rng, 0, DAY_US - 1);
		recipients_bought(rng, to, 1, person->list_dead_permille, 15);
		out_send(sim, rng, &submission);
	}
}

static bool is_away(const struct person *person, uint32_t day)
{
	return day < person->created_day ||
	       (day >= person->silent_from && day < person->silent_to);
}

static void move_house(struct person *person, uint32_t day)
{
	if (day != person->moves_day || !person->new_country)
		return;
	person->country = person->new_country;
	person->minutes = place_find(person->country)->minutes;
	person->carrier = net_draw(person->country, USE_MOBILE, day);
	person->work = NULL;
}

void benign_day(struct simulation *sim, uint32_t day)
{
	for (uint32_t i = 0; i < sim->accounts; i++) {
		struct person *person = &sim->people[i];
		const struct benign_class *class =
			&benign_classes[person->class];
		struct rng rng = { person_hash(sim, person, B_DAY, day + 10) };

		move_house(person, day);
		if (is_away(person, day))
			continue;
		if (class->day)
			class->day(sim, person, &rng, day);
		else
			ordinary_day(sim, person, &rng, day);
		life_day(sim, person, &rng, day);
	}
}
