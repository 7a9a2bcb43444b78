/*
 * sim - the labelled traffic simulator: a hosting server's mail log and the
 * truth beside it. `simulate --help` tells the options, ../README.md the rest.
 *
 * People of 24 kinds read and write mail; thieves of 14 kinds use some of
 * their accounts. The log says what a real server would; the truth says who
 * was a victim, from when to when, and lists every login, submission and
 * unknown recipient. Made-up traffic is no field rate: the shares and habits
 * here are guesses, drawn from wide distributions so that a detector cannot
 * fit to constants.
 *
 * All follows from a seed. Time is microseconds since the epoch, UTC. The
 * world is made once, then the days are played in order: every person's day,
 * then every thief's. What a person does on a day depends on (seed, person,
 * day) and on what the person is, never on what others drew.
 */
#ifndef BENCH_SIM_H
#define BENCH_SIM_H

#include "../gen.h"

#define ORIGIN_TEXT 46		/* an address as text, with its end */
#define HOMES_MAX 8		/* countries of --home */
#define TRIPS_MAX 3
#define POOL_MAX 64		/* addresses of one thief */
#define LIST_MESSAGE 50		/* recipients in one message of a list */
#define ONCE_MAX 900		/* recipients of one message */

/* ---- blocks.c: public address blocks, from build/geoip/prefixes.tsv ---- */

enum net_use {
	USE_ACCESS, USE_MOBILE, USE_HOSTING, USE_VPN, USE_RELAY, USE_BUSINESS,
	USE_SCHOOL, USE_SATELLITE, NET_USES
};

/* One AS in one country: `blocks` of IPv4, then `blocks6` of IPv6. */
struct network {
	char country[3];
	uint32_t as_number;
	enum net_use use;
	uint32_t first;
	uint32_t blocks;
	uint32_t blocks6;
};

/* Where a connection comes from. */
struct origin {
	const struct network *net;	/* NULL: the host itself or a private
					 * address */
	bool v6;
	uint64_t high;			/* IPv6: the upper half */
	uint64_t low;			/* or the IPv4 address */
};

void blocks_read(const char *file);

/*
 * A network of that use in the country, large ones more often; of another use
 * if the country has none of it. Never NULL for a country of place_at().
 */
const struct network *net_draw(const char *country, enum net_use use,
			       uint64_t hash);

/* The same, but not `other` where there is a choice. */
const struct network *net_draw_other(const char *country, enum net_use use,
				     const struct network *other,
				     uint64_t hash);

/* A network of that use and AS number anywhere; NULL if there is none. */
const struct network *net_of_as(uint32_t as_number, uint64_t hash);

/* An address: `where` chooses the block, `host` the address inside. */
struct origin origin_draw(const struct network *net, uint64_t where,
			  uint64_t host);

/* One of the few hundred addresses behind which a carrier hides phones. */
struct origin origin_carrier(const struct network *net, uint64_t hash);

/*
 * IPv6: `subscriber` chooses the /56, `host` the last 64 bits; IPv4 where the
 * network has no IPv6.
 */
struct origin origin_draw6(const struct network *net, uint64_t subscriber,
			   uint64_t host);
struct origin origin_private(uint32_t address);
void origin_print(char out[ORIGIN_TEXT], const struct origin *origin);
const char *origin_country(const struct origin *origin);
uint32_t origin_as(const struct origin *origin);

/* ---- places.c: countries, from places.def ---- */

struct place {
	const char *country;
	const char *region;
	int minutes;		/* to add to UTC in June and July */
	uint32_t travel;	/* how often people go there */
	uint32_t bots;		/* how often thieves come from there */
};

const struct place *place_find(const char *country);
const char *place_for_travel(uint64_t hash);
const char *place_of_bots(uint64_t hash);

/* Another country of the same region; any other if there is none. */
const char *place_near(const char *country, uint64_t hash);

/* ---- people.c: domains and the people in them ---- */

enum device { DESK, PHONE, PROGRAM };

/* How a person reads mail: what stands in the log of logins. */
enum {
	READS_PHONE = 1,	/* every so many minutes */
	READS_DESK = 2,		/* opens a program in the morning */
	READS_POP = 4,
	READS_WEBMAIL = 8	/* the host's own: 127.0.0.1 */
};

struct trip {
	int64_t from_us;
	int64_t to_us;
	const char *country;
	const struct network *hotel;
	const struct network *local_sim;	/* NULL: roams */
};

struct domain {
	char name[32];
	const char *country;
	uint32_t first;			/* person */
	uint32_t people;
	const struct network *office;	/* NULL: people work at home */
	bool office_moves;		/* the office has a dynamic address */
	const struct network *vpn;	/* the company's exit */
};

struct person {
	uint32_t index;
	uint32_t domain;
	uint32_t class;			/* of benign_classes */
	char address[ADDRESS_MAX];
	const char *country;		/* where the days are spent */
	int minutes;			/* of its clock before UTC */
	const char *method;
	bool smtps;
	bool logged_in;			/* logins appear in the log */
	uint32_t reads;
	uint32_t poll_minutes;
	double mails;			/* median of a working day */
	double spread;			/* sigma of its logarithm */
	uint32_t weekend_percent;
	uint32_t phone_percent;		/* of what is sent */
	int first_hour;			/* local */
	int last_hour;
	uint32_t contacts;
	uint32_t new_permille;		/* recipients never written to */
	uint32_t typo_permille;
	uint32_t colleagues_percent;
	uint32_t list;			/* recipients of a list; 0: none */
	uint32_t list_dead_permille;

	const struct network *home;
	const struct network *work;	/* NULL: home */
	const struct network *carrier;
	const struct network *second;	/* of two_carriers, VPN, ... */
	uint32_t lease_days;		/* of the home address */
	uint32_t v6_percent;

	/* What happens in the run; days are counted from its first one. */
	uint32_t created_day;
	uint32_t silent_from;
	uint32_t silent_to;		/* excluded; 0: never silent */
	uint32_t trips;
	struct trip trip[TRIPS_MAX];
	uint32_t moves_day;		/* UINT32_MAX: never */
	const struct network *new_home;
	const char *new_country;	/* NULL: the same */
	uint32_t phone_day;		/* new phone or new mail program */
	uint32_t vpn_day;		/* a VPN is bought; here and below
					 * UINT32_MAX: never */
	uint32_t announce_day;		/* writes to everybody once known */
	uint32_t service_day;		/* a web shop sends as the account */
	const struct network *service;

	/* Truth. */
	const char *attack;		/* NULL: none */
	int64_t start_ms;		/* 0: nothing happened in the run */
	int64_t end_ms;
};

struct simulation {
	uint64_t seed;
	uint32_t accounts;
	uint32_t days;
	int64_t first_day_us;
	uint32_t victims;		/* of each class */
	double hazard;			/* a day; 0: `victims` counts */
	const char *only;		/* attack classes, commas; NULL: all */
	const char *mix;
	const char *home[HOMES_MAX];
	double home_share[HOMES_MAX];
	uint32_t homes;
	double imap;
	double incoming;		/* mails a day for an account */
	bool exim;
	bool exim_for;
	bool rejects_say_login;

	struct domain *domains;
	uint32_t domain_count;
	struct person *people;
	struct gen_log *log;
	struct truth *truth;
	int64_t incident_us;		/* large receivers refuse us from... */
	int64_t incident_end_us;
};

double rng_unit(struct rng *rng);		/* 0 <= x < 1 */
double rng_range(struct rng *rng, double low, double high);
double rng_log_range(struct rng *rng, double low, double high);
double rng_normal(struct rng *rng);
uint32_t rng_poisson(struct rng *rng, double mean);

void people_make(struct simulation *sim);
uint64_t person_hash(const struct simulation *sim, const struct person *person,
		     uint64_t purpose, uint64_t nth);
const struct trip *person_trip(const struct person *person, int64_t at_us);
uint32_t sim_day(const struct simulation *sim, int64_t at_us);

/* 0 is Sunday. */
uint32_t sim_weekday(int64_t at_us);

/* ---- where.c: the address a person's device has at a time ---- */

struct origin where_is(const struct simulation *sim,
		       const struct person *person, int64_t at_us,
		       enum device device);

/* A private VPN: some favourite countries; all zero while it is off. */
struct origin where_private_vpn(const struct simulation *sim,
				const struct person *person, int64_t at_us,
				enum device device);

/* ---- recipients.c: whom mail goes to and what becomes of it ---- */

/* `to` gets `count` of the person's usual sort of recipients. */
void recipients_usual(const struct simulation *sim,
		      const struct person *person, struct rng *rng,
		      int64_t at_us, struct recipient *to, uint32_t count);

/* Recipients `first`... of the person's list. */
void recipients_list(const struct simulation *sim, const struct person *person,
		     struct rng *rng, int64_t at_us, struct recipient *to,
		     uint32_t count, uint32_t first);

/* People who are not contacts; a few per cent mistyped themselves. */
void recipients_strangers(const struct simulation *sim, struct rng *rng,
			  int64_t at_us, struct recipient *to, uint32_t count,
			  uint32_t dead_permille);

/* Of a list that was bought. */
void recipients_bought(struct rng *rng, struct recipient *to, uint32_t count,
		       uint32_t dead_permille, uint32_t refused_permille);

/* ---- out.c: writes what happens to the log and to the truth ---- */

struct submission {
	const struct person *person;
	struct origin origin;
	int64_t at_us;
	struct recipient *to;
	uint32_t recipients;
	const char *method;
	bool smtps;
	bool null_sender;
	bool spam;
};

void out_send(struct simulation *sim, struct rng *rng,
	      const struct submission *submission);

/* `tries` 0: the password was right. */
void out_login(struct simulation *sim, struct rng *rng,
	       const struct person *person, const struct origin *origin,
	       int64_t at_us, const char *service, uint32_t tries, bool spam);

/* A refused password on the submission port. */
void out_refused(struct simulation *sim, struct rng *rng,
		 const struct person *person, const struct origin *origin,
		 int64_t at_us, const char *method);

/* Mail from elsewhere for the person. */
void out_incoming(struct simulation *sim, struct rng *rng,
		  const struct person *person, int64_t at_us);

/* ---- exim.c: the life of one message in Exim's words ---- */

struct exim_text {
	const char *host;	/* "H=(helo) [address]:port" */
	bool recipients;	/* the list behind "for" */
};

int64_t exim_send(struct gen_log *log, struct rng *rng, const struct mail *mail,
		  const struct exim_text *text, int64_t at_us);

/* ---- truth.c: events and people, tab separated ---- */

enum truth_kind { TRUTH_LOGIN, TRUTH_SEND, TRUTH_UNKNOWN };

struct truth_row {
	int64_t at_ms;
	enum truth_kind kind;
	const struct person *person;
	struct origin origin;
	uint32_t recipients;
	bool spam;
};

struct truth *truth_new(FILE *events);
void truth_add(struct truth *truth, const struct truth_row *row);

/* Write what happened before `until_us`, in order; then forget it. */
void truth_flush(struct truth *truth, int64_t until_us);
void truth_free(struct truth *truth);
void truth_people(FILE *out, const struct simulation *sim);

/* ---- benign.c: what each class is; benign_day.c: what it does ---- */

struct benign_class {
	const char *name;
	double share;
	void (*set_up)(const struct simulation *sim, struct person *person,
		       struct rng *rng);
	/* NULL: an ordinary day. */
	void (*day)(struct simulation *sim, struct person *person,
		    struct rng *rng, uint32_t day);
	struct origin (*where)(const struct simulation *sim,
			       const struct person *person, int64_t at_us,
			       enum device device);	/* NULL: ordinary */
	bool sends_lists;	/* never a victim */
};

extern const struct benign_class benign_classes[];
extern const uint32_t benign_class_count;

/* ---- mixes.c ---- */

/* How much more often the class occurs in a mix; 1 for most. */
double mix_factor(const char *mix, const char *class_name);
bool mix_known(const char *mix);

/* Everybody's day. */
void benign_day(struct simulation *sim, uint32_t day);

/* Days of single classes. */
void day_erp(struct simulation *sim, struct person *person, struct rng *rng,
	     uint32_t day);
void day_list(struct simulation *sim, struct person *person, struct rng *rng,
	      uint32_t day);
void day_wrong_password(struct simulation *sim, struct person *person,
			struct rng *rng, uint32_t day);
void day_replier(struct simulation *sim, struct person *person,
		 struct rng *rng, uint32_t day);
void day_seasonal(struct simulation *sim, struct person *person,
		  struct rng *rng, uint32_t day);

/* ---- life.c: what happens once to anybody, whatever the class ---- */

void life_draw(const struct simulation *sim, struct person *person,
	       struct rng *rng);

/* What the events of a person's life add to a day. */
void life_day(struct simulation *sim, struct person *person, struct rng *rng,
	      uint32_t day);

/* ---- noise.c: bots that guess passwords ---- */

void noise_of_day(struct simulation *sim, uint32_t day);

/* ---- thieves.c: who is robbed when; attacks_*.c: how ---- */

struct act {
	int64_t at_us;
	struct person *person;
	struct origin origin;
	enum { ACT_SEND, ACT_LOGIN, ACT_REFUSED } kind;
	uint32_t recipients;
	uint16_t dead_permille;
	uint16_t refused_permille;
	bool known_contacts;	/* writes to those the owner writes to */
	bool own_program;	/* the owner's method and port */
};

/* One thief with one account, while the plan is made. */
struct theft {
	struct simulation *sim;
	struct person *person;
	struct rng rng;
	int64_t start_us;	/* of the first act, as drawn */
	uint32_t dead_permille;
	uint32_t refused_permille;
	struct origin pool[POOL_MAX];
	uint32_t pool_count;
};

struct attack_class {
	const char *name;
	double days;		/* it takes about so long */
	uint32_t crowd_low;	/* victims of one crew */
	uint32_t crowd_high;
	/* `thefts` are the victims of one crew. */
	void (*plan)(struct theft *thefts, uint32_t count);
};

extern const struct attack_class attack_classes[];
extern const uint32_t attack_class_count;

/* Choose victims and make every plan; people's habits may change for it. */
void thieves_plan(struct simulation *sim);
void thieves_day(struct simulation *sim, uint32_t day);
void thieves_free(void);

void act_add(const struct act *act);

/* A submission from the pool's address `machine`. */
void theft_send(struct theft *theft, int64_t at_us, uint32_t machine,
		uint32_t recipients);
void theft_login(struct theft *theft, int64_t at_us, uint32_t machine);

/*
 * Messages with `low` to `high` recipients about every `gap_s` seconds, until
 * `total` recipients or `end_us`; gives the time of the last one.
 */
struct pace {
	double gap_s;
	uint32_t low;
	uint32_t high;
	uint32_t total;
	int64_t end_us;
};

int64_t theft_burst(struct theft *theft, int64_t at_us,
		    const struct pace *pace);

#endif
