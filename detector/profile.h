/*
 * profile - the places an account is seen at, how its deliveries end, and how
 * well it is known. Signals ask here; the judge lets it learn.
 *
 * Learning is guarded: while there is evidence against an account nothing new
 * becomes normal, and a new place is trusted only after it was seen on two
 * days and its first sighting is old enough, so that an intruder who warms up
 * slowly does not become part of the furniture: three days for what an account
 * came to in its first days, six later on, two weeks for a foreign country and
 * for what an account only sends from while it reads elsewhere.
 */
#ifndef DETECTOR_PROFILE_H
#define DETECTOR_PROFILE_H

#include "base/conf.h"
#include "detector/account.h"
#include "detector/origin.h"

struct profile_settings {
	/* Age of the first sighting, by enum pace. */
	int64_t trust_first_ms, trust_after_ms, trust_slowly_ms;
	int64_t cold_days;	/* younger accounts: soft evidence shrinks */
	double cold_floor;	/* ... but not below this share */
};

extern struct profile_settings profile_settings;
extern const struct conf_option profile_options[];

/* An entry that counts as home: weight, days and age as above, or a person's
 * word that has not ended. */
bool profile_is_trusted(const struct account_place *place, uint32_t now_s);

/* NULL when the account was never seen there (or it was forgotten). */
const struct account_place *profile_network(const struct account *account,
					    uint32_t network);
const struct account_place *profile_country(const struct account *account,
					    uint16_t country);

/* The latest sighting of this network within the last three days; NULL if
 * there is none. */
const struct account_recent *profile_recent_network(
	const struct account *account, uint32_t network, uint32_t now_s);

/* What the last days know of an origin. Holds until they learn. */
struct visits {
	/* The latest sightings within three days, NULL for none: in this
	 * network; in just this network in just this country (one company may
	 * have outlets in many). */
	const struct account_recent *network, *place;
	bool country;	/* was it in this country within three days? */
	bool reads;	/* did it read from this place today or yesterday? */
	bool address_reads;	/* ... from just this address? */
	bool address_read_today, address_sent_today;
};

struct visits profile_visits(const struct account *account,
			     const struct origin *origin, uint32_t now_s);

/* Is this entry in use and not older than 24 hours? */
bool profile_is_recent(const struct account_recent *recent, uint32_t now_s);

/* Does a person's word for this place still hold? */
bool profile_has_word(const struct account_place *place, uint32_t now_s);

/* Is the account at home in this network? It was there before, as long ago as
 * trust takes, and nothing came of it: who sends a newsletter once a week is
 * hardly ever there. */
bool profile_is_home(const struct account *account, uint32_t network,
		     uint32_t now_s);

/* What an account was let in for. */
enum use {
	USE_READ,	/* a login to a mailbox */
	USE_SEND,	/* a submission */
	USE_LOGIN	/* a login for sending: neither read nor sent yet */
};

/* A successful login or submission came from there. `learn` is false while
 * the account is suspicious: then only the last days remember it.
 * `is_foreign`: the country is neither trusted nor home. */
void profile_seen(struct account *account, const struct origin *origin,
		  uint32_t now_s, enum use use, bool is_foreign, bool learn);

/* Forget the places that are not trusted: those an intruder has begun to
 * make his own. */
void profile_forget_untrusted(struct account *account, uint32_t now_s);

/* A person says that this network, this country or both (0: not this) are
 * the owner's: trusted from now on, up to and with that day since 1970. Day 0
 * takes the word back; what habit has earned stays. The lists are short: when
 * one is full of such words, the least used makes room. */
void profile_trust(struct account *account, uint32_t network,
		   uint16_t country, uint16_t until_day, uint32_t now_s);

/* One delivery came back as failed for good, or arrived. */
void profile_outcome(struct account *account, bool failed, uint32_t now_s,
		     bool learn);

/* Before anything else is made of an event: does it end a long silence? */
void profile_woken(struct account *account, uint32_t now_s);

/* What share of soft evidence counts: 1 for an account with a history, less
 * for a new one and for one that came back from 90 days of silence, as long as
 * a new one is cold. */
double profile_warmth(const struct account *account, uint32_t now_s);

/* 2^(-age/half life) */
double profile_decay(uint32_t then_s, uint32_t now_s, double half_life_s);

#endif
