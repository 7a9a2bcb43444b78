/*
 * origin_diversity - many new places within a day: what a botnet looks like
 * when it shares one password.
 *
 * A sequential probability ratio test (Wald 1945) on "this place is not
 * trusted and was not seen in the last three days" (who travels and writes
 * once a day is at the same place again): under the owner it happens
 * at the account's own rate p0 (mean of a Beta prior updated by its history,
 * at least 0.01), under an intruder at p1 = 0.30. A hit adds log(p1/p0), about
 * 3.4, a miss log((1-p1)/(1-p0)), about -0.35. A login that repeats a place
 * within an hour is the same session and no new observation, else a telephone
 * polling every five minutes would wash an attack away.
 *
 * Source: client addresses of logins and submissions.
 *
 * Whom it would wrong: a traveller changing planes with a VPN on and off (exits
 * of VPN services count in part), and
 * mail programs that fetch through a provider with outlets in many countries
 * (known ones are marked as relays and do not count).
 */
#include "detector/profile.h"
#include "detector/signals/signal.h"

#include <math.h>

static struct diversity {
	struct signal_limits limits;
	double intruder_rate, owner_rate_min, owner_rate_home, vpn;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(struct diversity, "9", "1", "24h"),
	{ "intruder_rate", CONF_REAL,
	  offsetof(struct diversity, intruder_rate), "0.30", 0.05, 0.95, NULL,
	  "How often an intruder's next session comes from a new place.",
	  NULL },
	{ "owner_rate_min", CONF_REAL,
	  offsetof(struct diversity, owner_rate_min), "0.01", 0.001, 0.2, NULL,
	  "How often an owner's does, at least: new countries.", NULL },
	{ "owner_rate_home", CONF_REAL,
	  offsetof(struct diversity, owner_rate_home), "0.15", 0.001, 0.29,
	  NULL, "The same for new networks in a country that is home.", NULL },
	{ "vpn", CONF_REAL, offsetof(struct diversity, vpn), "0.4", 0, 1, NULL,
	  "The share of it that counts from exits of VPN services.", NULL },
	CONF_END
};

static const double LEARNT_WHILE_HOPPING = 0.25;

enum { SLOT = 1, SESSION_S = 3600, YOUNG_S = 14 * 86400,
       FIRST_DAYS_S = 4 * 86400 };

/* Its history as a Beta mean: 0.3 of 30 logins before anything was seen. */
static double owner_rate(const struct account *account, bool new_country)
{
	double rate = (account->origin_hits + 0.3) /
		      (account->origin_seen + 30);
	double least = new_country ? settings.owner_rate_min
				   : settings.owner_rate_home;

	if (rate < least)
		return least;
	return rate > settings.intruder_rate ? settings.intruder_rate : rate;
}

static bool is_trusted(const struct account_place *place, uint32_t now_s)
{
	return place && profile_is_trusted(place, now_s);
}

/* The country a young account was first seen in is its home until it can be
 * trusted: else somebody who sends once a week looks new every time. */
static bool is_first_country(const struct account *account, uint16_t country,
			     uint32_t now_s)
{
	return now_s < account->first_s + YOUNG_S &&
	       account->countries[0].days > 0 &&
	       account->countries[0].id == country;
}

/* A mail relay's outlets hop by themselves; they say nothing here. */
static bool hops_by_itself(const struct origin *origin)
{
	return origin->kind == NETWORK_RELAY;
}

/* What part of a hit counts. In its first days every network of its country
 * is new to an account, and a country is less of a surprise. */
static double share_of(const struct signal_input *input, bool new_country)
{
	bool is_first_days =
		input->now_s < input->account->first_s + FIRST_DAYS_S;

	if (is_first_days && !new_country)
		return 0;
	return (is_first_days ? 0.6 : 1) *
	       (input->origin->kind == NETWORK_VPN ? settings.vpn : 1);
}

static double observe(const struct signal_input *input)
{
	struct account *account = input->account;
	const struct origin *origin = input->origin;
	const struct account_recent *recent;
	bool country_known, network_known, new_country;
	double rate, value, learnt;

	if (!origin || !origin->country || hops_by_itself(origin) ||
	    account->logins == 0)
		return 0;
	recent = input->visits.place;
	if (recent && input->now_s < recent->last_s + SESSION_S)
		return 0;
	country_known =
		is_first_country(account, origin->country, input->now_s) ||
		input->visits.country ||
		is_trusted(profile_country(account, origin->country),
			   input->now_s);
	network_known =
		input->visits.network ||
		is_trusted(profile_network(account, origin->network),
			   input->now_s);
	new_country = !country_known;
	rate = owner_rate(account, new_country);
	value = country_known && network_known
			? log((1 - settings.intruder_rate) / (1 - rate))
			: log(settings.intruder_rate / rate);
	/* What happens during an attack is hardly a habit of the owner; but
	 * who hops every day must be able to make it one. */
	learnt = account->groups[SLOT].nats < 1 ? 1 : LEARNT_WHILE_HOPPING;
	account->origin_seen += (float)learnt;
	account->origin_hits += (float)(learnt * new_country);
	if (value > 0)
		value *= share_of(input, new_country);
	return value > 0 ? value * origin->certainty : value;
}

static void describe(const struct account *account, uint32_t now_s,
		     struct text *out)
{
	struct text list = TEXT_INIT(256);
	unsigned countries = 0;

	for (size_t i = 0; i < ACCOUNT_RECENT; i++) {
		const struct account_recent *r = &account->recent[i];
		char country[COUNTRY_TEXT_SIZE];

		if (!r->country || !profile_is_recent(r, now_s))
			continue;
		country_text(r->country, country);
		if (slice_find(text_slice(&list), slice_from(country)) >= 0)
			continue;
		text_addf(&list, " %s", country);
		countries++;
	}
	text_addf(out, "%u countr%s in 24 h:%s", countries,
		  countries == 1 ? "y" : "ies", text_string(&list));
	text_release(&list);
}

const struct signal signal_origin_diversity = {
	.name = "origin_diversity",
	.about = "many new places within a day",
	.makes_strange = true,
	.slot = SLOT,
	.is_strong_when_cold = true,
	.is_of_places = true,
	.looks_at = SIGNAL_ORIGIN,
	.options = options,
	.settings = &settings,
	.observe = observe,
	.describe = describe,
};
