/*
 * origin_novelty - how foreign the place is to this account, charged once per
 * network and country within three days, never per message; what speaks for
 * the owner, once a day.
 *
 * Source: client addresses of logins and submissions; country and AS from the
 * GeoIP files; the account's own history. The values are the starting table
 * of docs/DETECTION.md, to be refitted on labelled traffic.
 *
 * Whom it would wrong: travellers, and whoever gets a new line from a company
 * that the account never used. So it is capped below what a block needs.
 */
#include "detector/profile.h"
#include "detector/signals/signal.h"

static struct {
	struct signal_limits limits;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(__typeof__(settings), "5", "1", "24h"),
	CONF_END
};

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
	const struct account_place *network =
		profile_network(input->account, input->origin->network);
	const struct account_place *country =
		profile_country(input->account, input->origin->country);

	if (network && profile_is_trusted(network, input->now_s))
		return TRUSTED_NETWORK;
	if (country && profile_is_trusted(country, input->now_s))
		return TRUSTED_COUNTRY;
	return input->country_is_home ? HOME_COUNTRY : FOREIGN;
}

static double observe(const struct signal_input *input)
{
	const struct origin *origin = input->origin;
	const struct account_recent *recent;
	double value;

	if (!origin || !origin->country)
		return 0;
	recent = profile_recent_place(input->account, origin->network,
				      origin->country, input->now_s);
	if (recent && profile_is_recent(recent, input->now_s))
		return 0;
	/* The first place an account is ever seen at is as good as any. */
	if (input->account->logins == 0)
		return 0;
	value = nats[level_of(input)][origin->kind];
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
			text_addf(out, "%s%s", shown ? " " : "new: ", country);
			shown++;
		}
	}
	if (!shown)
		text_add_string(out, "new networks in known countries");
}

const struct signal signal_origin_novelty = {
	.name = "origin_novelty",
	.about = "places this account was never seen at",
	.slot = 0,
	.looks_at = SIGNAL_ORIGIN,
	.options = options,
	.settings = &settings,
	.observe = observe,
	.describe = describe,
};
