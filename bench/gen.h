/*
 * gen - the parts of the log generator, shared by generate.c and gen_*.c.
 *
 * Everything follows from a seed: no clock, no rand(). An account, a network
 * and a day are computed from (seed, index) whenever they are needed, so the
 * memory is that of two days of lines, whatever the number of accounts.
 * Times are microseconds since the epoch, UTC. What cannot go on (no memory,
 * no room on the disk) ends the program with a message: this is a tool for
 * benches, not a part of comporta, and it includes nothing of it.
 */
#ifndef BENCH_GEN_H
#define BENCH_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

#define ADDRESS_MAX 80		/* a mail address with its end */
#define RECIPIENTS_MAX 60	/* of one made-up message */

/*
 * ---- gen_random.c: numbers from a seed (splitmix64) ----
 *
 * Never two draws in one list of arguments: compilers differ in the order,
 * and the same seed must give the same bytes under all of them.
 */

struct rng {
	uint64_t state;
};

uint64_t hash3(uint64_t a, uint64_t b, uint64_t c);
uint64_t rng_next(struct rng *rng);

/* 0 .. limit-1; limit must not be 0. */
uint32_t rng_below(struct rng *rng, uint32_t limit);

/* low .. high, both included. */
int64_t rng_between(struct rng *rng, int64_t low, int64_t high);
bool rng_chance(struct rng *rng, uint32_t permille);

/* ---- gen_net.c: real address blocks, from prefixes.def ---- */

enum net_kind { ACCESS, MOBILE, HOSTING };

struct net {
	const char *country;
	uint32_t as_number;
	enum net_kind kind;
	uint32_t base;
	uint32_t bits;
};

/* The country `hash` draws among the 23 that are not PL or PT. */
const char *net_foreign_country(uint64_t hash);
size_t net_foreign_count(void);
const char *net_foreign_at(size_t index);

/* Hours to add to UTC there; half hours are rounded. */
int net_utc_offset(const char *country);

/* A block of that country and kind; of any kind if it has none of it. */
const struct net *net_pick(const char *country, enum net_kind kind,
			   uint64_t hash);

/* An address inside the block, never its first or last one. */
uint32_t net_address(const struct net *net, uint64_t hash);

/* The same, out of the few addresses behind which a carrier hides phones. */
uint32_t net_carrier_address(const struct net *net, uint64_t hash);

/* Dotted quad; `size` 16 is enough. */
void net_print(char *out, size_t size, uint32_t address);

/* ---- gen_people.c: who has an account and whom they write to ---- */

struct account {
	uint32_t index;
	const char *country;
	char domain[32];
	char address[ADDRESS_MAX];
	const struct net *home;
	const struct net *mobile;	/* NULL: no phone */
	bool office;			/* one fixed address for the domain */
	bool newsletter;
	uint32_t address_days;		/* how long a dynamic address stays */
	uint32_t mails_permille;	/* mean of a working day, times 1000 */
	const char *method;		/* of SASL and of IMAP */
	bool smtps;			/* port 465 instead of 587 */
	uint32_t trip_day;		/* days since the run began */
	uint32_t trip_days;		/* 0: stays at home */
	const char *trip_country;
};

void account_make(struct account *out, uint64_t seed, uint32_t index,
		  uint32_t run_days);

/* The usual correspondents: `nth` 0 is the one written to most. */
void people_contact(char *out, size_t size, uint64_t seed, uint32_t account,
		    uint32_t nth);

/* A colleague in the domain of the account. */
void people_colleague(char *out, size_t size, uint64_t seed,
		      const struct account *account, uint64_t hash);

/* Somebody from a list that was bought; often does not exist. */
void people_victim(char *out, size_t size, struct rng *rng);

/* ---- gen_log.c: lines, put in order of time and written ---- */

enum gen_program {
	SMTPD, SUBMISSION, SMTPS, CLEANUP, QMGR, SMTP, LMTP, BOUNCE, ANVIL,
	DOVECOT, EXIM
};

/*
 * EXIM_FILE is Exim's own file: time and message id stand in front, no host
 * and no program; lines of Dovecot in it have the header of RFC3339.
 */
enum gen_header { RFC3339, RFC3164, POSTLOGD, EXIM_FILE };

struct gen_log;

/* out NULL: lines are only counted. The caller keeps `out`. */
struct gen_log *log_new(FILE *out, enum gen_header header, bool long_ids);
void log_free(struct gen_log *log);

/* From now on Dovecot's lines go to this file. */
void log_split_logins(struct gen_log *log, FILE *logins);

/* Lines before the end of this day can be written from now on. */
void log_begin_day(struct gen_log *log, int64_t day_start_us);

/*
 * Write the day. Lines that were added for the day after it are kept; lines
 * later than that were dropped when they came.
 */
void log_end_day(struct gen_log *log);
uint64_t log_written_bytes(const struct gen_log *log);

/*
 * A new message. Its queue id is drawn when its first line is written and
 * given back with its `removed` line, so ids are reused as Postfix does it.
 */
uint32_t log_message(struct gen_log *log);

/* One line; message 0: the line has no queue id. pid 0: no [pid]. */
void log_line(struct gen_log *log, int64_t at_us, enum gen_program program,
	      uint32_t pid, uint32_t message, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/*
 * A line that names a second message: the id of `named` stands where `text`
 * has a LOG_NAMED.
 */
#define LOG_NAMED "\001"
void log_naming(struct gen_log *log, int64_t at_us, enum gen_program program,
		uint32_t pid, uint32_t message, uint32_t named,
		const char *text);

/* The last line of a message, "removed" or "Completed". */
void log_removed(struct gen_log *log, int64_t at_us, uint32_t message);

/* ---- gen_mail.c: the life of one message ---- */

enum outcome {
	DELIVERED,
	UNKNOWN_RECIPIENT,	/* 5.1.1 */
	DEFERRED_ONCE,		/* taken at a retry */
	REFUSED_AS_SPAM,	/* 5.7.1 */
	REFUSED_HOST,		/* 5.7.1, our address is on a list */
	MAILBOX_FULL,		/* 5.2.2 */
	NO_SUCH_DOMAIN,		/* 5.4.4, found by ourselves */
	REJECTED_AT_RCPT	/* 5.1.1 by ourselves: never in the queue */
};

struct recipient {
	char address[ADDRESS_MAX];
	enum outcome outcome;
	bool local;		/* a mailbox of ours: lmtp */
	int64_t done_us;	/* set: when its first outcome was logged */
};

struct mail {
	const char *sender;
	const char *login;	/* NULL: incoming, not authenticated */
	const char *method;
	bool smtps;
	uint32_t client;
	const struct net *net;	/* of the client; NULL: has no name */
	const char *peer;	/* "name[address]" instead of both; or NULL */
	const char *helo;	/* for rejects */
	bool rejects_say_login;	/* as Postfix 3.10 does */
	uint32_t recipients;
	struct recipient *recipient;	/* the caller's array */
};

/*
 * Connects at `at_us`; gives the time of the client= line, -1 if there was
 * none, because every recipient was rejected.
 */
int64_t mail_send(struct gen_log *log, struct rng *rng,
		  const struct mail *mail, int64_t at_us);

/* What a receiving server says: "5.1.1", the text, the command it follows. */
struct refusal {
	const char *dsn;
	const char *text;
	const char *command;
};

const struct refusal *mail_refusal(enum outcome outcome);

/* "mx.domain" and its address, always the same for a domain. */
void mail_relay(char *name_out, size_t name_size, char quad_out[16],
		const char *address);

/* The part behind the @, or all of it. */
const char *mail_domain(const char *address);

/* "name.example[1.2.3.4]" as Postfix writes a client. */
void mail_client(char *out, size_t size, uint32_t address,
		 const struct net *net);

/* ---- gen_login.c: Dovecot's login lines ---- */

struct login {
	const char *service;	/* "imap", "pop3" */
	const char *user;
	const char *method;
	const char *client;	/* address as text */
	uint32_t tries;		/* refused passwords; 0: success */
};

/* What Dovecot calls a session. */
void login_session(char out[17], struct rng *rng);
void log_login(struct gen_log *log, struct rng *rng, const struct login *login,
	       int64_t at_us);

/* ---- gen_traffic.c: an ordinary day ---- */

struct world {
	struct gen_log *log;
	uint64_t seed;
	uint32_t accounts;
	uint32_t days;
	int64_t first_day_us;
	bool light;	/* one login a day for everybody, little mail */
};

void traffic_day(const struct world *world, uint32_t day);

/* A Dovecot login line, success or (tries > 0) failure. */
void traffic_login(struct gen_log *log, struct rng *rng, const char *user,
		   const char *method, uint32_t client, uint32_t tries,
		   int64_t at_us);

/* ---- gen_noise.c: what the Internet does to every mail server ---- */

void noise_day(const struct world *world, uint32_t day);

/* ---- gen_attack.c: stolen accounts ---- */

/*
 * The attacks of the last day. `labels` may be NULL; it gets one line per
 * stolen account: address, class and time of the first bad submission,
 * separated by tabs.
 */
void attack_day(const struct world *world, uint32_t stolen, FILE *labels);

/* ---- gen_time.c ---- */

/* The date of a time; and the time of a date's midnight, -1 for no date. */
void gen_civil(int64_t at_us, int *year_out, unsigned *month_out,
	       unsigned *day_out);
int64_t gen_midnight_us(const char *date);

/*
 * Say what went wrong and exit with the code of sysexits(3). Each program
 * has its own, for its name stands in the message.
 */
_Noreturn void gen_die(int code, const char *what);

#endif
