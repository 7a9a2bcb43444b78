/*
 * hard_countries - six or more countries within one hour over four or more
 * networks that are neither VPN nor mail relay. Nobody travels like that, so
 * it holds from the first day and convicts alone.
 *
 * Source: client addresses of logins and submissions.
 *
 * Whom it would wrong: an account shared by a team of travellers, or one
 * polled by a monitoring service with probes in many countries; raise
 * `countries` or exempt those.
 */
#include "detector/signals/signal.h"

static struct hard {
	struct signal_limits limits;
	int64_t countries, networks;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(struct hard, "30", "0", "24h"),
	{ "countries", CONF_INTEGER, offsetof(struct hard, countries), "6", 3,
	  ACCOUNT_RECENT, "countries", "So many within an hour.", NULL },
	{ "networks", CONF_INTEGER, offsetof(struct hard, networks), "4", 1,
	  ACCOUNT_RECENT, "networks", "Over so many networks.", NULL },
	CONF_END
};

enum { HOUR_S = 3600 };

static bool counts(const struct account_recent *r, uint32_t now_s)
{
	return r->country && r->last_s && now_s < r->last_s + HOUR_S &&
	       r->kind != NETWORK_VPN && r->kind != NETWORK_RELAY;
}

static void count(const struct account *account, uint32_t now_s,
		  uint16_t country, uint32_t network, int64_t *countries_out,
		  int64_t *networks_out)
{
	uint16_t seen_countries[ACCOUNT_RECENT + 1] = { country };
	uint32_t seen_networks[ACCOUNT_RECENT + 1] = { network };
	size_t n_countries = country ? 1 : 0, n_networks = network ? 1 : 0;

	for (size_t i = 0; i < ACCOUNT_RECENT; i++) {
		const struct account_recent *r = &account->recent[i];
		size_t c = 0, n = 0;

		if (!counts(r, now_s))
			continue;
		while (c < n_countries && seen_countries[c] != r->country)
			c++;
		if (c == n_countries)
			seen_countries[n_countries++] = r->country;
		while (n < n_networks && seen_networks[n] != r->network)
			n++;
		if (n == n_networks)
			seen_networks[n_networks++] = r->network;
	}
	*countries_out = (int64_t)n_countries;
	*networks_out = (int64_t)n_networks;
}

/* Nearly all accounts were at one or two places within the hour: they need no
 * telling apart. */
static bool has_too_few(const struct account *account, uint32_t now_s)
{
	int64_t n = 1;	/* where it is now */

	for (size_t i = 0; i < ACCOUNT_RECENT && account->recent[i].last_s;
	     i++)
		n += now_s < account->recent[i].last_s + HOUR_S;
	return n < settings.countries;
}

static double observe(const struct signal_input *input)
{
	const struct origin *origin = input->origin;
	int64_t countries, networks;

	if (!origin || !origin->country || origin->kind == NETWORK_VPN ||
	    origin->kind == NETWORK_RELAY ||
	    has_too_few(input->account, input->now_s))
		return 0;
	count(input->account, input->now_s, origin->country, origin->network,
	      &countries, &networks);
	if (countries < settings.countries || networks < settings.networks)
		return 0;
	return settings.limits.cap;
}

static void describe(const struct account *account, uint32_t now_s,
		     struct text *out)
{
	int64_t countries, networks;

	count(account, now_s, 0, 0, &countries, &networks);
	if (countries < settings.countries || networks < settings.networks) {
		/* Told after that hour: of a block that was on paper. */
		text_addf(out, "at least %d countries over %d networks within "
			  "an hour", (int)settings.countries,
			  (int)settings.networks);
		return;
	}
	text_addf(out, "%d countries over %d networks within an hour",
		  (int)countries, (int)networks);
}

const struct signal signal_hard_countries = {
	.name = "hard_countries",
	.about = "six countries within an hour",
	.slot = 4,
	.is_hard = true,
	.looks_at = SIGNAL_ORIGIN,
	.options = options,
	.settings = &settings,
	.observe = observe,
	.describe = describe,
};
