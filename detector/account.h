/*
 * account - what the detector remembers about one mailbox login.
 *
 * Constant size, at most ACCOUNT_MAX_BYTES, whatever the account does: lists
 * are short, and when one is full the entry that matters least makes room
 * (said beside each). The bytes are stored as they are in the state file, so
 * a change of this struct needs a new STATE_VERSION.
 *
 * Times are log time. Seconds since 1970 in uint32_t hold until 2106 and keep
 * the struct small. The struct is plain data: no pointers, zeroed is new.
 */
#ifndef DETECTOR_ACCOUNT_H
#define DETECTOR_ACCOUNT_H

#include "base/slice.h"

#include <stdint.h>

enum {
	ACCOUNT_MAX_BYTES = 1024,
	ACCOUNT_LOGIN_MAX = 254,	/* RFC 5321 4.5.3.1: 64 + 1 + 255 is
					 * the limit of a path, 254 of a
					 * mailbox in it (erratum 1690) */
	ACCOUNT_GROUPS = 13,		/* signal slots */
	ACCOUNT_NETWORKS = 8,
	ACCOUNT_COUNTRIES = 6,
	ACCOUNT_RECENT = 12,
	ACCOUNT_INCIDENT_COUNTRIES = 8,
	ACCOUNT_SAMPLES = 3,
	ACCOUNT_SAMPLE_SIZE = 24,
	ACCOUNT_SHAPES = 4,
	ACCOUNT_PENDING_DAYS = 3,
	ACCOUNT_LOG_ONE = 4096	/* a logarithm up to 16 in 16 bits */
};

enum standing { STANDING_CALM, STANDING_WATCHED, STANDING_BLOCKED };

/* Why a block is one on paper only. */
enum paper { PAPER_NONE, PAPER_OBSERVED, PAPER_UNKNOWN_TO_PANEL };

/* How soon a place may be trusted; the times are options of profile.h. */
enum pace { PACE_FIRST, PACE_USUAL, PACE_SENT_ONLY, PACE_SLOW };

/* A place the account was seen at, or that a person said is the owner's.
 * Filled from the front: the first without an id ends the list. Full: the
 * lowest decayed weight goes, but a person's word stays. */
struct account_place {
	uint32_t id;		/* network, or country code */
	uint32_t first_s;	/* first sighting */
	uint16_t last_day;	/* days since 1970 */
	uint16_t days : 14;	/* different days it was seen on; 0: never */
	uint16_t pace : 2;	/* how soon it may be trusted: enum pace */
	uint16_t trusted_until_day;	/* a person said so, up to and with
					 * this day since 1970; 0: nobody */
	uint16_t weight;	/* in 1/256: one per day, halved every 30 days,
				 * as of last_day; at most 44 */
};

_Static_assert(sizeof(struct account_place) == 16, "no padding");

/* Filled from the front: the first with last_s 0 ends the list. Full: the
 * oldest goes. */
struct account_recent {
	uint32_t network;
	uint32_t client : 28;	/* of the client hash, its low bits:
				 * account_client() */
	uint32_t kind : 3;	/* enum network_kind */
	uint32_t is_v6 : 1;
	uint32_t prefix;	/* first 16 bits of IPv4, 32 of IPv6: what the
				 * owner is shown */
	uint32_t last_s;
	uint16_t country;
	/* The last days, as account_day(), on which the account read from
	 * there and sent from there; 0 never. */
	uint8_t read_day, sent_day;
};

_Static_assert(sizeof(struct account_recent) == 20, "no padding");

/* A day since 1970 in a byte that is never 0. */
static inline uint8_t account_day(uint32_t at_s)
{
	return (uint8_t)(at_s / 86400 % 255 + 1);
}

/* What of a client hash is kept. */
static inline uint32_t account_client(uint64_t client)
{
	return (uint32_t)client & 0xfffffff;
}

/* A share that is learnt: hits of seen, both let fade together. */
struct account_share {
	float hits, seen;
};

/* What is counted of a clock hour and of a day (UTC). */
enum volume {
	RECIPIENTS_HOUR,	/* of a day: its busiest hour */
	RECIPIENTS_DAY,
	MESSAGES_HOUR,
	MESSAGES_DAY,
	VOLUMES
};

/* Mean and variance of y = log(1 + count) over days, in 1/ACCOUNT_LOG_ONE. */
struct account_volume {
	uint16_t mean, variance;
};

/* What happened since suspicion began; for the owner and support. */
struct account_incident {
	uint32_t first_s;	/* 0: nothing */
	uint32_t last_s;
	uint32_t messages, recipients, unknown_recipients;
	uint64_t clients;	/* 64-bit linear counting of client addresses */
	uint16_t countries[ACCOUNT_INCIDENT_COUNTRIES];
	uint16_t n_countries;	/* also those beyond the list */
	char samples[ACCOUNT_SAMPLES][ACCOUNT_SAMPLE_SIZE];
};

struct account {
	/* Life. */
	uint32_t first_s, last_s;
	uint32_t logins;
	uint16_t login_days, last_login_day;
	uint32_t episode_s;	/* evidence before this never counts: a lift */
	uint32_t closer_until_s;	/* watched more closely after a lift */
	uint32_t back_s;	/* when it last came back from a long silence */
	uint16_t host_country;	/* for which it counts in its host
				 * (neighbours.h); 0 none yet */
	uint16_t pending_day;	/* of the first of `pending`, since 1970 */

	/* Standing. */
	uint8_t standing;	/* enum standing */
	uint8_t is_observed;	/* blocked only on paper: enum paper */
	uint8_t day_new, day_seen;	/* recipients of the day in progress, of
					 * them new ones; at most 255 */
	uint32_t standing_s;	/* since when */

	/* Evidence by signal slot, as of its own time. */
	struct {
		float nats;
		uint32_t at_s;
	} groups[ACCOUNT_GROUPS];

	/* Places. */
	struct account_place networks[ACCOUNT_NETWORKS];
	struct account_place countries[ACCOUNT_COUNTRIES];
	struct account_recent recent[ACCOUNT_RECENT];
	float origin_hits, origin_seen;	/* own rate of new places */
	uint32_t origin_s;

	/* How it sends: without having read from the network, from the
	 * address ... */
	struct account_share unread_network, unread_address;

	/* Up to here, and to its beginning, is all that a login is looked at
	 * with: accounts_foresee(). */
	struct account_incident incident;

	/* ... with another login mechanism or service than ever. */
	struct account_share new_shape;
	uint16_t shapes[ACCOUNT_SHAPES];	/* latest first; 0 none */

	/* When it sends: messages by hour of the day (UTC) on working days,
	 * by two hours on weekends; halved when one is full. */
	uint8_t hours[24], weekend_hours[12];

	/* Volume: the hour and day in progress, and the days before. */
	uint32_t hour, day;	/* numbers since 1970 */
	uint32_t counted[VOLUMES];
	uint32_t peak_recipients;	/* of the day: its busiest hour */
	uint16_t peak_messages;
	uint16_t volume_days;	/* that went into the next */
	struct account_volume volumes[VOLUMES];
	uint8_t day_was_suspect;
	uint8_t automatic;	/* messages without a sender on ... */
	uint16_t automatic_day;
	/* Days that ended and are not yet believed: y of each volume, in
	 * 1/ACCOUNT_LOG_ONE; the first 0: none. */
	uint16_t pending[ACCOUNT_PENDING_DAYS][VOLUMES];

	/* Deliveries. */
	float failures, outcomes;	/* decayed history */
	uint32_t outcomes_s;
	float policy_nats;	/* part of delivery_failure already charged */
	uint32_t failed_marks[4];	/* the last recipients that failed;
					 * full: the oldest goes */
	uint32_t unknown_hour;	/* for the hard rule: which hour ... */
	uint64_t unknown_seen[2];	/* ... and 128 bits of linear counting
				 * of the different ones in it */

	/* To whom it writes: two generations of a Bloom filter; the younger
	 * one becomes the older one when it is full. */
	uint64_t known_recipients[2][4];
	struct account_share new_recipients;
};

_Static_assert(sizeof(struct account) <= ACCOUNT_MAX_BYTES,
	       "an account must stay within its kilobyte");

/* Key of a login in every table: its lower-case form hashed. */
uint64_t account_key(struct slice login);

/* Its domain, hashed; 0 for a login such as "jan", that has none. In the
 * login's own case: logins are kept in lower case. */
uint64_t account_domain(struct slice login);

#endif
