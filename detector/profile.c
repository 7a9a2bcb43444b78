#include "detector/profile.h"

#include "base/stamp.h"

#include <math.h>
#include <string.h>

enum {
	DAY_S = 86400,
	HOUR_S = 3600,
	PLACE_WEIGHT_ONE = 256,
	DAYS_MAX = 0x3fff,
	FIRST_DAYS_S = 4 * DAY_S
};

static const double PLACE_HALF_LIFE_DAYS = 30;
static const double OUTCOME_HALF_LIFE_S = 30.0 * DAY_S;
static const uint32_t SILENT_S = 90U * DAY_S;

struct profile_settings profile_settings;

const struct conf_option profile_options[] = {
	{ "trust_first_after", CONF_DURATION,
	  offsetof(struct profile_settings, trust_first_ms), "72h", 0,
	  30.0 * STAMP_DAY_MS, NULL,
	  "A place that an account came to in its first four days is trusted "
	  "no sooner than this after its first sighting.", NULL },
	{ "trust_after", CONF_DURATION,
	  offsetof(struct profile_settings, trust_after_ms), "6d", 0,
	  60.0 * STAMP_DAY_MS, NULL,
	  "The same for one that it came to later.", NULL },
	{ "trust_slowly_after", CONF_DURATION,
	  offsetof(struct profile_settings, trust_slowly_ms), "14d", 0,
	  90.0 * STAMP_DAY_MS, NULL,
	  "The same for one in a foreign country, or only sent from by who "
	  "reads elsewhere.", NULL },
	{ "cold_days", CONF_INTEGER,
	  offsetof(struct profile_settings, cold_days), "14", 1, 90, "days",
	  "An account younger than this is cold: soft evidence counts in "
	  "part.", NULL },
	{ "cold_floor", CONF_REAL,
	  offsetof(struct profile_settings, cold_floor), "0.35", 0, 1, NULL,
	  "The share of soft evidence that counts on the first day.", NULL },
	CONF_END
};

double profile_decay(uint32_t then_s, uint32_t now_s, double half_life_s)
{
	if (now_s <= then_s)
		return 1;
	return exp2(-(double)(now_s - then_s) / half_life_s);
}

/* The weight as of today, in 1/256. Decays by whole days, so that the hour of
 * a sighting makes no difference. */
static double weight_now(const struct account_place *place, uint32_t now_s)
{
	return place->weight * profile_decay(place->last_day, now_s / DAY_S,
					     PLACE_HALF_LIFE_DAYS);
}

/* Two days give a weight of nearly two; the margin is the decay. */
static bool weighs_enough(const struct account_place *place, uint32_t now_s)
{
	static const double ENOUGH = 1.5 * PLACE_WEIGHT_ONE;
	uint32_t today = now_s / DAY_S;
	double lives = ((double)today - place->last_day) /
		       PLACE_HALF_LIFE_DAYS;

	/* 2^-x lies between 1 - x and 1, which settles nearly all of them. */
	if (place->weight < ENOUGH)
		return false;
	if (place->weight * (1 - lives) >= ENOUGH && lives >= 0)
		return true;
	return weight_now(place, now_s) >= ENOUGH;
}

bool profile_has_word(const struct account_place *place, uint32_t now_s)
{
	return place->trusted_until_day != 0 &&
	       now_s / DAY_S <= place->trusted_until_day;
}

static bool is_old_enough(const struct account_place *place, uint32_t now_s,
			  int64_t least_ms)
{
	return ((int64_t)now_s - place->first_s) * STAMP_SECOND_MS >=
	       least_ms;
}

static int64_t trust_age_ms(enum pace pace)
{
	switch (pace) {
	case PACE_FIRST:
		return profile_settings.trust_first_ms;
	case PACE_USUAL:
		return profile_settings.trust_after_ms;
	default:
		return profile_settings.trust_slowly_ms;
	}
}

bool profile_is_trusted(const struct account_place *place, uint32_t now_s)
{
	if (profile_has_word(place, now_s))
		return true;
	return place->days >= 2 &&
	       is_old_enough(place, now_s,
			     trust_age_ms((enum pace)place->pace)) &&
	       weighs_enough(place, now_s);
}

/* n when it is not there. */
static size_t find_place(const struct account_place *places, size_t n,
			 uint32_t id)
{
	for (size_t i = 0; i < n && places[i].id != 0; i++)
		if (places[i].id == id)
			return i;
	return n;
}

const struct account_place *profile_network(const struct account *account,
					    uint32_t network)
{
	size_t i = find_place(account->networks, ACCOUNT_NETWORKS, network);

	return i < ACCOUNT_NETWORKS ? &account->networks[i] : NULL;
}

const struct account_place *profile_country(const struct account *account,
					    uint16_t country)
{
	size_t i = find_place(account->countries, ACCOUNT_COUNTRIES, country);

	return i < ACCOUNT_COUNTRIES ? &account->countries[i] : NULL;
}

bool profile_is_home(const struct account *account, uint32_t network,
		     uint32_t now_s)
{
	const struct account_place *place = profile_network(account, network);

	if (!place || profile_has_word(place, now_s))
		return place != NULL;
	/* What it began with is all that can be known of a new account. */
	return place->days > 0 &&
	       (place->first_s <= account->first_s + DAY_S ||
		is_old_enough(place, now_s,
			      place->pace == PACE_SLOW
				      ? profile_settings.trust_slowly_ms
				      : profile_settings.trust_after_ms));
}

/* Lines do not come in perfect order: what seems to be in the future is of
 * now, not of long ago. */
static bool was_seen(const struct account_recent *recent, uint32_t now_s,
		     uint32_t within_s)
{
	return recent->last_s != 0 &&
	       (now_s < recent->last_s || now_s - recent->last_s < within_s);
}

bool profile_is_recent(const struct account_recent *recent, uint32_t now_s)
{
	return was_seen(recent, now_s, DAY_S);
}

/* Who travels and writes once a day is at the same place again, not at a new
 * one: remembered for three days. */
static bool is_lately(const struct account_recent *recent, uint32_t now_s)
{
	return was_seen(recent, now_s, 3 * DAY_S);
}

const struct account_recent *profile_recent_network(
	const struct account *account, uint32_t network, uint32_t now_s)
{
	const struct account_recent *latest = NULL;

	for (size_t i = 0; i < ACCOUNT_RECENT && account->recent[i].last_s;
	     i++) {
		const struct account_recent *r = &account->recent[i];

		if (r->network == network && is_lately(r, now_s) &&
		    (!latest || r->last_s > latest->last_s))
			latest = r;
	}
	return latest;
}

static bool is_later(const struct account_recent *recent,
		     const struct account_recent *latest)
{
	return !latest || recent->last_s > latest->last_s;
}

/* Of an entry of the origin's network and country. */
static void visit_place(struct visits *visits,
			const struct account_recent *recent,
			const struct origin *origin, uint32_t now_s)
{
	uint8_t today = account_day(now_s);
	bool reads = recent->read_day == today ||
		     recent->read_day == account_day(now_s - DAY_S);

	visits->reads |= reads;
	if (is_lately(recent, now_s) && is_later(recent, visits->place))
		visits->place = recent;
	if (recent->client != account_client(origin->client))
		return;
	visits->address_reads |= reads;
	visits->address_read_today = recent->read_day == today;
	visits->address_sent_today = recent->sent_day == today;
}

struct visits profile_visits(const struct account *account,
			     const struct origin *origin, uint32_t now_s)
{
	struct visits visits = { .network = NULL };
	const struct account_recent *r = account->recent;

	for (; r < account->recent + ACCOUNT_RECENT && r->last_s; r++) {
		bool in_country = r->country == origin->country;

		if (!visits.country && in_country)
			visits.country = is_lately(r, now_s);
		if (r->network != origin->network)
			continue;
		if (is_lately(r, now_s) && is_later(r, visits.network))
			visits.network = r;
		if (in_country)
			visit_place(&visits, r, origin, now_s);
	}
	return visits;
}

static struct account_place *weakest(struct account_place *places, size_t n,
				     uint32_t now_s)
{
	struct account_place *worst = &places[0];
	double worst_weight = INFINITY;

	for (size_t i = 0; i < n; i++) {
		double weight = weight_now(&places[i], now_s);

		if (places[i].id == 0)
			return &places[i];
		/* Above all that habit can weigh. */
		if (profile_has_word(&places[i], now_s))
			weight += UINT16_MAX;
		if (weight < worst_weight) {
			worst_weight = weight;
			worst = &places[i];
		}
	}
	return worst;
}

/* Its entry, or one made for it. NULL when each holds a person's word, which
 * only another one may replace. */
static struct account_place *place_of(struct account_place *places, size_t n,
				      uint32_t id, uint32_t now_s,
				      bool by_word)
{
	size_t found = find_place(places, n, id);
	struct account_place *place;

	if (found < n)
		return &places[found];
	place = weakest(places, n, now_s);
	if (profile_has_word(place, now_s) && !by_word)
		return NULL;
	*place = (struct account_place){ .id = id, .first_s = now_s };
	return place;
}

/* Does it read mail before it sends, as a person does? */
static bool is_reader(const struct account *account)
{
	return account->unread_network.seen >= 3 &&
	       account->unread_network.hits <
		       account->unread_network.seen / 2;
}

/* What a sighting is like. */
struct sight {
	bool reads;	/* a mailbox login */
	bool is_strange;	/* in a country that is none of its own */
	bool is_late;	/* by an account that is past its first days ... */
	bool is_reader;	/* ... and reads elsewhere before it sends */
};

static enum pace pace_of(const struct sight *sight)
{
	if (!sight->is_late)
		return PACE_FIRST;
	if (sight->is_strange)
		return PACE_SLOW;
	return sight->is_reader && !sight->reads ? PACE_SENT_ONLY : PACE_USUAL;
}

static void place_seen(struct account_place *places, size_t n, uint32_t id,
		       uint32_t now_s, const struct sight *sight)
{
	struct account_place *place = place_of(places, n, id, now_s, false);
	uint16_t day = (uint16_t)(now_s / DAY_S);

	if (!place)
		return;
	/* Trusted by word before it was seen: its age begins now. */
	if (place->days == 0) {
		place->first_s = now_s;
		place->pace = (unsigned)pace_of(sight) & 3;
	}
	if (sight->reads && place->pace == PACE_SENT_ONLY)
		place->pace = PACE_USUAL;
	/* Around midnight the day may go back and forth: that is one day. */
	if (day > place->last_day || place->days == 0) {
		place->weight = (uint16_t)lround(weight_now(place, now_s) +
						 PLACE_WEIGHT_ONE);
		place->last_day = day;
		if (place->days < DAYS_MAX)
			place->days++;
	}
}

static struct account_recent *recent_slot(struct account *account,
					  const struct origin *origin)
{
	struct account_recent *oldest = &account->recent[0];
	uint32_t client = account_client(origin->client);

	for (size_t i = 0; i < ACCOUNT_RECENT; i++) {
		struct account_recent *r = &account->recent[i];

		if (!r->last_s)
			return r;
		if (r->network == origin->network &&
		    r->country == origin->country && r->client == client)
			return r;
		if (r->last_s < oldest->last_s)
			oldest = r;
	}
	memset(oldest, 0, sizeof(*oldest));
	return oldest;
}

static void recent_seen(struct account *account, const struct origin *origin,
			uint32_t now_s, enum use use)
{
	struct account_recent *recent = recent_slot(account, origin);

	if (!recent->last_s) {
		recent->network = origin->network;
		recent->country = origin->country;
		recent->client = account_client(origin->client) & 0xfffffffU;
		recent->kind = (unsigned)origin->kind & 7;
		recent->prefix = origin->prefix;
		recent->is_v6 = origin->is_v6;
	}
	if (now_s > recent->last_s)
		recent->last_s = now_s;
	if (use == USE_READ)
		recent->read_day = account_day(now_s);
	else if (use == USE_SEND)
		recent->sent_day = account_day(now_s);
}

void profile_seen(struct account *account, const struct origin *origin,
		  uint32_t now_s, enum use use, bool is_foreign, bool learn)
{
	uint16_t day = (uint16_t)(now_s / DAY_S);
	struct sight sight;

	if (account->logins < UINT32_MAX)
		account->logins++;
	if (day > account->last_login_day) {
		account->last_login_day = day;
		account->login_days++;
	}
	if (origin->is_local || !origin->network)
		return;
	recent_seen(account, origin, now_s, use);
	if (!learn)
		return;
	sight = (struct sight){
		.reads = use == USE_READ,
		.is_strange = is_foreign,
		.is_late = now_s > account->first_s + FIRST_DAYS_S,
		.is_reader = is_reader(account),
	};
	place_seen(account->networks, ACCOUNT_NETWORKS, origin->network,
		   now_s, &sight);
	if (origin->country)
		place_seen(account->countries, ACCOUNT_COUNTRIES,
			   origin->country, now_s, &sight);
}

/* The rest moves up: the list ends with its first free entry. */
static void keep_trusted(struct account_place *places, size_t n,
			 uint32_t now_s)
{
	size_t kept = 0;

	for (size_t i = 0; i < n && places[i].id != 0; i++)
		if (profile_is_trusted(&places[i], now_s))
			places[kept++] = places[i];
	memset(places + kept, 0, (n - kept) * sizeof(*places));
}

void profile_forget_untrusted(struct account *account, uint32_t now_s)
{
	keep_trusted(account->networks, ACCOUNT_NETWORKS, now_s);
	keep_trusted(account->countries, ACCOUNT_COUNTRIES, now_s);
}

/* A word taken back about a place that was never seen leaves nothing. */
static void take_back(struct account_place *places, size_t n, uint32_t id)
{
	size_t found = find_place(places, n, id);
	struct account_place *place;

	if (found == n)
		return;
	place = &places[found];
	place->trusted_until_day = 0;
	if (place->days > 0)
		return;
	memmove(place, place + 1,
		(size_t)(places + n - place - 1) * sizeof(*place));
	memset(&places[n - 1], 0, sizeof(*place));
}

static void trust_place(struct account_place *places, size_t n, uint32_t id,
			uint16_t until_day, uint32_t now_s)
{
	if (!id)
		return;
	if (until_day)
		place_of(places, n, id, now_s, true)->trusted_until_day =
			until_day;
	else
		take_back(places, n, id);
}

void profile_trust(struct account *account, uint32_t network,
		   uint16_t country, uint16_t until_day, uint32_t now_s)
{
	trust_place(account->networks, ACCOUNT_NETWORKS, network, until_day,
		    now_s);
	trust_place(account->countries, ACCOUNT_COUNTRIES, country, until_day,
		    now_s);
}

void profile_outcome(struct account *account, bool failed, uint32_t now_s,
		     bool learn)
{
	double decay;

	if (!learn)
		return;
	decay = profile_decay(account->outcomes_s, now_s,
			      OUTCOME_HALF_LIFE_S);
	account->failures = (float)(account->failures * decay + failed);
	account->outcomes = (float)(account->outcomes * decay + 1);
	account->outcomes_s = now_s;
}

void profile_woken(struct account *account, uint32_t now_s)
{
	if (account->last_s && now_s > account->last_s &&
	    now_s - account->last_s > SILENT_S)
		account->back_s = now_s;
}

double profile_warmth(const struct account *account, uint32_t now_s)
{
	double age_days = ((double)now_s - account->first_s) / DAY_S;
	double warmth = age_days / (double)profile_settings.cold_days;

	if (account->logins < 10 && account->login_days < 5 && warmth > 0.5)
		warmth = 0.5;
	if (account->back_s && warmth > 0.5 &&
	    now_s < account->back_s + profile_settings.cold_days * DAY_S)
		warmth = 0.5;
	if (warmth > 1)
		return 1;
	return warmth < profile_settings.cold_floor
		       ? profile_settings.cold_floor
		       : warmth;
}
