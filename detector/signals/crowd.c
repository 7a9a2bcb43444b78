/*
 * crowd - one address in many accounts: a crew works through its list.
 *
 * Two readings, the larger counts, raised to its level and never summed up:
 * - the address was a stranger to accounts of other domains today or
 *   yesterday: from the second other domain on, `step` nats each. In a country
 *   that is home, from access and mobile networks, only from the fifth on and
 *   half as much: that is what carriers and coffee shops look like; VPN exits
 *   count half everywhere. Nothing while the host's accounts have no history:
 *   then everybody is new everywhere (a school behind one address);
 * - the address got the passwords of three or more other accounts wrong today
 *   or yesterday and was let in here: `step` nats each; a third of it at exits
 *   of VPN services and in mobile networks, where bots and owners share
 *   addresses.
 * Only where the account does not trust the network: the owner's office, a
 * school and a company's VPN cancel out.
 *
 * Source: crowd.h, from logins, submissions and refused passwords.
 *
 * Whom it would wrong: guests of one hotel abroad whose mail is at one host.
 */
#include "detector/profile.h"
#include "detector/signals/signal.h"

#include <math.h>

static struct crowd {
	struct signal_limits limits;
	double step;
} settings;

static const struct conf_option options[] = {
	SIGNAL_LIMITS(struct crowd, "6", "0", "72h"),
	{ "step", CONF_REAL, offsetof(struct crowd, step), "1.5", 0, 6, "nats",
	  "For every further domain or account that met the address.", NULL },
	CONF_END
};

enum { SLOT = 8 };

static double by_strangers(const struct signal_input *input)
{
	const struct origin *origin = input->origin;
	/* Unknown is not foreign. */
	bool is_home = input->country_is_home || input->country_is_trusted ||
		       !origin->country;
	unsigned others = input->crowd_strangers;

	if (!input->host_is_warm || origin->kind == NETWORK_RELAY)
		return 0;
	if (is_home && (origin->kind == NETWORK_ACCESS ||
			origin->kind == NETWORK_MOBILE ||
			origin->kind == NETWORK_BUSINESS))
		return others < 5 ? 0 : (others - 4) * settings.step / 2;
	if (others < 2)
		return 0;
	return (others - 1) * settings.step *
	       (origin->kind == NETWORK_VPN ? 0.5 : 1);
}

/* Behind an exit or a carrier's address bots and owners are neighbours. */
static double by_refusals(const struct signal_input *input)
{
	static const double shares[NETWORK_KINDS] = {
		[NETWORK_ACCESS] = 1,  [NETWORK_BUSINESS] = 1,
		[NETWORK_HOSTING] = 1, [NETWORK_VPN] = 0.3,
		[NETWORK_RELAY] = 0,   [NETWORK_MOBILE] = 0.3,
	};
	double nats = (input->crowd_refusals - 2.0) * settings.step;

	if (input->crowd_refusals < 3)
		return 0;
	return fmin(nats, settings.limits.cap) *
	       shares[input->origin->kind];
}

static double observe(const struct signal_input *input)
{
	double strangers, refusals, level;

	if (!input->origin || input->network_is_trusted)
		return 0;
	strangers = by_strangers(input);
	refusals = by_refusals(input);
	level = strangers > refusals ? strangers : refusals;
	if (level > settings.limits.cap)
		level = settings.limits.cap;
	level -= input->account->groups[SLOT].nats;
	return level > 0 ? level : 0;
}

static void describe(const struct account *account, uint32_t now_s,
		     struct text *out)
{
	(void)account;
	(void)now_s;
	text_add_string(out, "an address that came to accounts of other "
			     "domains too, or guessed passwords");
}

const struct signal signal_crowd = {
	.name = "crowd",
	.about = "one address in many accounts",
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
