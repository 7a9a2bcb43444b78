/*
 * signal - one kind of evidence that an account is in somebody else's hands.
 *
 * A signal looks at one event of one account, before the account has learnt
 * from it, and says how much evidence it adds, in nats: the logarithm of how
 * much likelier the event is from an intruder than from the owner. The judge
 * lets each signal's sum decay, keeps it between -floor and +cap, and adds
 * the sums up: 10,000 repeats of one observation cannot convict.
 *
 * To add one: write <name>.c here defining `const struct signal
 * signal_<name>` with a slot number nobody has, add its line to signals.def,
 * and stories in <name>.cases. Its options appear as `signal.<name>.*`.
 * Nothing outside this folder changes.
 */
#ifndef DETECTOR_SIGNALS_SIGNAL_H
#define DETECTOR_SIGNALS_SIGNAL_H

#include "base/conf.h"
#include "base/text.h"
#include "detector/account.h"
#include "detector/event.h"
#include "detector/profile.h"

/* What an event may bring. */
enum signal_matter {
	SIGNAL_ORIGIN = 1,	/* a client's place: `origin` is not NULL */
	SIGNAL_RECIPIENTS = 2,	/* `recipients` is not 0 */
	SIGNAL_OUTCOME = 4,	/* how a delivery ended */
	SIGNAL_SUBMISSION = 8,	/* a message is handed in, wherever from */
	SIGNAL_MATTERS = 16	/* all that several together can be */
};

/* What a signal may look at. Borrowed; the account is as it was before. */
struct signal_input {
	const struct mail_event *event;
	struct account *account;	/* signals may keep notes in the part
					 * of it that is theirs */
	const struct origin *origin;	/* NULL: the event has no client, or
					 * one that gives no origin evidence */
	struct visits visits;	/* what the last days know of the origin */
	uint32_t now_s;
	uint32_t recipients;	/* of a queued message that counts, else 0 */
	uint16_t sent_from;	/* of a message: the country it came from, for
				 * those who draw; 0 not known */
	bool failed, arrived;	/* delivery: hard failure or success, once per
				 * message and recipient domain */
	bool is_unknown;	/* delivery: the recipient does not exist; every
				 * one of them */
	bool refused_by_policy;	/* delivery: 5.7.x and such */
	bool is_host_refused;	/* ... and so are other accounts' now */
	uint64_t recipient_mark;	/* delivery: by what the recipient is
					 * remembered (correspondents.h), once
					 * per message and recipient domain; 0
					 * else */
	struct slice login;	/* whose account it is */
	uint64_t domain;	/* account_domain() of it */
	bool is_submission;	/* else, with an origin, a login */
	bool reads;		/* a login to a mailbox, not one for sending */
	uint16_t shape;		/* submission: hash of mechanism and service; 0
				 * when the line says nothing of them */
	bool country_is_home;	/* home set, or others of the domain there */
	bool country_is_trusted;	/* by the account itself */
	bool network_is_trusted;	/* by the account itself */
	bool from_stranger;	/* the account is not at home in the network
				 * (profile.h); of a message: was not when it
				 * came */
	bool by_reader;		/* the account reads mail from that network,
				 * today or yesterday: a person is there, and no
				 * machine that only sends; also when its
				 * client gives no evidence (own webmail), and
				 * on a host that logs no reading */
	double strangeness;	/* 0, where the account is at home, to 1: how
				 * strange this place and session are to it by
				 * what the signals have said
				 * (judge_strangeness); what is sent counts by
				 * it */
	bool host_is_warm;	/* other accounts of the host have histories */
	unsigned crowd_strangers, crowd_refusals;	/* see crowd.h; the
				 * first only on a warm host */
};

/* The options every signal has, first in its settings struct. */
struct signal_limits {
	double weight, cap, floor;
	int64_t half_life_ms;
};

/* Rows for its option table. Numbers as text, e.g. "5", "1", "24h". */
#define SIGNAL_LIMITS(type, cap_text, floor_text, half_life_text)	    \
	{ "weight", CONF_REAL, offsetof(type, limits.weight), "1", 0, 10,   \
	  NULL, "What it says in all is multiplied by this; 0 switches " \
	  "the signal off.", NULL },					    \
	{ "cap", CONF_REAL, offsetof(type, limits.cap), cap_text, 0, 50,    \
	  "nats", "The most it can add in all, before the weight.",     \
	  NULL },							    \
	{ "floor", CONF_REAL, offsetof(type, limits.floor), floor_text, 0,  \
	  50, "nats", "The most it can take off, before the weight.",   \
	  NULL },							    \
	{ "half_life", CONF_DURATION, offsetof(type, limits.half_life_ms),  \
	  half_life_text, 60000, 2592000000.0, NULL,			    \
	  "Half of what it has said is forgotten after this time.", NULL }

struct signal {
	const char *name;	/* in JSON, configuration and texts */
	const char *about;	/* one line */
	unsigned slot;		/* in struct account; never used again */
	bool is_hard;		/* full strength on cold accounts; a rule that
				 * convicts alone: its cap is above whatever a
				 * block takes */
	bool is_strong_when_cold;
	bool makes_strange;	/* what it says makes a place or session
				 * strange to the account */
	bool is_of_places;	/* says only that the place is strange: a
				 * person's word that it is the owner's takes
				 * that back */
	unsigned looks_at;	/* of enum signal_matter: it is asked about
				 * events that bring any of these only */
	const struct conf_option *options;	/* begins with SIGNAL_LIMITS */
	void *settings;		/* begins with struct signal_limits */

	/* Is what the options say possible? After they are read; NULL: always.
	 * -1 names the entry and the remedy. */
	int (*check)(struct err *err);

	/* Nats this event adds, 0 for none. No I/O, no clock. */
	double (*observe)(const struct signal_input *input);

	/* A few words for the operator, from the account's state: "7
	 * countries in 24 h: VN BR IN". */
	void (*describe)(const struct account *account, uint32_t now_s,
			 struct text *out);
};

/* `nats`, but no more than what is missing to `cap` above `sum`; what speaks
 * for the owner is left as it is. */
static inline double signal_up_to(double nats, double sum, double cap)
{
	double room = cap > sum ? cap - sum : 0;

	return nats > room ? room : nats;
}

/* A limit that is `person` for mail from where the account's owner is at home
 * and reads, `machine` where it only sends from, and `strange` for mail from a
 * strange place. */
static inline double signal_limit(const struct signal_input *input,
				  double machine, double person,
				  double strange)
{
	double home = input->by_reader ? person : machine;

	return home + (strange - home) * input->strangeness;
}

/* All signals in signals.def order, with a NULL behind them. */
extern const struct signal *const signals[];

/* The i-th of them; NULL past the end. */
const struct signal *signal_at(size_t i);

/* Its limits, as configured. */
static inline const struct signal_limits *signal_limits(
	const struct signal *signal)
{
	return signal->settings;
}

#endif
