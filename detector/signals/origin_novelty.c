/*
 * origin_novelty - how foreign the place is to this account, charged once per
 * network and country within three days, never per message; what speaks for
 * the owner, once a day. Or impossible travel, where that says more.
 *
 * The level: a network it trusts, a new network in a country it trusts, a
 * country that is home or normal around it, a foreign one; by the kind of the
 * network. A foreign country near one it trusts, or one it was seen in before,
 * counts `near` less.
 *
 * Travel: between the last trusted place and a foreign country more than 500
 * km away, from 0 at 500 km/h to 2.5 nats at 1500 km/h; 3.5 when it was at
 * the trusted place again while the foreign one was less than two hours old:
 * both are alive, and one is not the owner. A fifth of it where an end may be
 * a machine or an exit: hosting, VPN, relay, mobile.
 *
 * Source: client addresses of logins and submissions; country and AS from the
 * GeoIP files; the account's own history.
 *
 * Whom it would wrong: travellers, and whoever gets a new line from a company
 * that the account never used; a telephone that answers from home while its
 * owner is abroad. So it is capped below what a block needs.
 */
#include "detector/geography.h"
#include "detector/profile.h"
#include "detector/signals/signal.h"

static struct novelty {
	struct signal_limits limits;
	double near, travel, both_alive;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(struct novelty, "5", "1", "24h"),
	{ "near", CONF_REAL, offsetof(struct novelty, near), "1", 0, 3, "nats",
	  "So much less for a country next to a trusted one, or visited.",
	  NULL },
	{ "travel", CONF_REAL, offsetof(struct novelty, travel), "2.5", 0, 5,
	  "nats", "For a journey that no aeroplane makes.", NULL },
	{ "both_alive", CONF_REAL, offsetof(struct novelty, both_alive),
	  "3.5", 0, 5, "nats",
	  "For being at home and far away within two hours.", NULL },
	CONF_END
};

enum { ALIVE_S = 2 * 3600, HOUR_S = 3600 };

static const double FAR_KM = 500, SLOW_KMH = 500, FAST_KMH = 1500;
/* Of travel, where an end may be a machine or an exit. */
static const double DOUBTFUL_END = 0.2;

enum level { TRUSTED_NETWORK, TRUSTED_COUNTRY, HOME_COUNTRY, FOREIGN, LEVELS };

static const double nats[LEVELS][NETWORK_KINDS] = {
	/*                     access business hosting  VPN  relay mobile */
	[TRUSTED_NETWORK] = {   -0.5,  -0.5,   -0.5,  -0.5, -0.5,  -0.5 },
	[TRUSTED_COUNTRY] = {    0.3,   0.3,    1.5,   2.0,  0.0,   0.3 },
	[HOME_COUNTRY] =    {    0.7,   0.5,    2.0,   2.2,  0.3,   0.7 },
	[FOREIGN] =         {    2.3,   2.0,    3.0,   3.0,  0.8,   1.8 },
};

static enum level level_of(const struct signal_input *input)
{
	if (input->network_is_trusted)
		return TRUSTED_NETWORK;
	if (input->country_is_trusted)
		return TRUSTED_COUNTRY;
	return input->country_is_home ? HOME_COUNTRY : FOREIGN;
}

/* Next door to a country it trusts, or seen before without becoming home. */
static bool is_near(const struct signal_input *input)
{
	const struct account *account = input->account;

	for (size_t i = 0; i < ACCOUNT_COUNTRIES && account->countries[i].id;
	     i++) {
		const struct account_place *c = &account->countries[i];

		if (c->id == input->origin->country)
			return c->days >= 2;
		if (profile_is_trusted(c, input->now_s) &&
		    geography_is_near((uint16_t)c->id,
				      input->origin->country))
			return true;
	}
	return false;
}

static bool is_machine(unsigned kind)
{
	return kind == NETWORK_HOSTING || kind == NETWORK_VPN;
}

static bool is_doubtful(unsigned kind)
{
	return kind != NETWORK_ACCESS && kind != NETWORK_BUSINESS;
}

/* The latest sighting in another, far country at a trusted (or, from there,
 * at an untrusted) network. */
static const struct account_recent *other_end(const struct signal_input *input,
					      bool trusted)
{
	const struct account *account = input->account;
	const struct account_recent *latest = NULL;

	for (size_t i = 0; i < ACCOUNT_RECENT && account->recent[i].last_s;
	     i++) {
		const struct account_recent *r = &account->recent[i];
		const struct account_place *network =
			profile_network(account, r->network);
		bool is_trusted = network &&
				  profile_is_trusted(network, input->now_s);

		if (is_trusted != trusted || !r->country ||
		    r->country == input->origin->country ||
		    (latest && r->last_s <= latest->last_s) ||
		    geography_distance_km(r->country,
					  input->origin->country) < FAR_KM)
			continue;
		latest = r;
	}
	return latest;
}

static double doubted(const struct signal_input *input,
		      const struct account_recent *end, double value)
{
	return is_doubtful(end->kind) || is_doubtful(input->origin->kind)
		       ? value * DOUBTFUL_END
		       : value;
}

/* Away from the last trusted place, faster than an aeroplane. */
static double by_travel(const struct signal_input *input)
{
	const struct account_recent *home = other_end(input, true);
	double hours, kmh;

	if (!home || home->last_s > input->now_s)
		return 0;
	hours = (input->now_s - home->last_s) / (double)HOUR_S;
	if (hours > 24)
		return 0;
	kmh = geography_distance_km(home->country, input->origin->country) /
	      (hours < 0.1 ? 0.1 : hours);
	if (kmh <= SLOW_KMH)
		return 0;
	if (kmh > FAST_KMH)
		kmh = FAST_KMH;
	return doubted(input, home,
		       settings.travel * (kmh - SLOW_KMH) /
			       (FAST_KMH - SLOW_KMH));
}

/* At home, and far away less than two hours ago. What it adds is what the
 * journey there has not yet said. */
static double by_return(const struct signal_input *input)
{
	const struct account_recent *away;
	double more;

	if (input->account->groups[0].nats < 1)
		return 0;
	away = other_end(input, false);
	if (!away || away->last_s > input->now_s ||
	    input->now_s - away->last_s > ALIVE_S)
		return 0;
	more = doubted(input, away, settings.both_alive) -
	       input->account->groups[0].nats;
	return more > 0 ? more : 0;
}

static double by_level(const struct signal_input *input)
{
	const struct origin *origin = input->origin;
	enum level level = level_of(input);
	double value = nats[level][origin->kind], travel;

	if (level != FOREIGN)
		return value;
	/* People live next door; machines are rented anywhere. */
	if (!is_machine(origin->kind) && is_near(input))
		return value > settings.near ? value - settings.near : 0;
	travel = by_travel(input);
	return travel > value ? travel : value;
}

static double observe(const struct signal_input *input)
{
	const struct origin *origin = input->origin;
	const struct account_recent *recent;
	double value;

	if (!origin || !origin->country)
		return 0;
	/* The first place an account is ever seen at is as good as any. */
	if (input->account->logins == 0)
		return 0;
	if (input->network_is_trusted && (value = by_return(input)) > 0)
		return value;
	recent = input->visits.place;
	if (recent && profile_is_recent(recent, input->now_s))
		return 0;
	value = by_level(input);
	/* A stay abroad is one new place; home speaks for the owner daily. */
	if (recent && value > 0)
		return 0;
	return value > 0 ? value * origin->certainty : value;
}

static void describe(const struct account *account, uint32_t now_s,
		     struct text *out)
{
	unsigned shown = 0;

	for (size_t i = 0; i < ACCOUNT_RECENT; i++) {
		const struct account_recent *r = &account->recent[i];
		const struct account_place *place;
		char country[COUNTRY_TEXT_SIZE];

		if (!r->country || !profile_is_recent(r, now_s))
			continue;
		place = profile_country(account, r->country);
		if (place && profile_is_trusted(place, now_s))
			continue;
		country_text(r->country, country);
		if (shown < 6 && slice_find(text_slice(out),
					    slice_from(country)) < 0) {
			text_addf(out, "%s%s", shown
				  ? " " : "countries new to it: ", country);
			shown++;
		}
	}
	if (!shown)
		text_add_string(out, "new networks in known countries");
}

const struct signal signal_origin_novelty = {
	.name = "origin_novelty",
	.about = "places this account was never seen at",
	.makes_strange = true,
	.slot = 0,
	.is_of_places = true,
	.looks_at = SIGNAL_ORIGIN,
	.options = options,
	.settings = &settings,
	.observe = observe,
	.describe = describe,
};
