/*
 * trust - an operator's word that a place is an account's own.
 */
#include "base/clock.h"
#include "base/log.h"
#include "detector/commands/command.h"
#include "detector/commands/desk.h"
#include "detector/commands/report.h"
#include "detector/geo.h"
#include "detector/settings.h"

#include <stdio.h>

/* Where an address lies, as the detector would see it. */
static int add_client(const char *text, struct trust *trust, struct err *err)
{
	char network[NETWORK_TEXT_SIZE], country[COUNTRY_TEXT_SIZE];
	struct geo *geo = NULL;
	struct address address;
	struct origin origin;

	if (!address_parse(slice_from(text), &address))
		return err_set(err, EXIT_USAGE, "--client is \"%.60s\", and "
			       "that is no IP address", text);
	if (settings_geo(&geo, err) < 0)
		return -1;
	geo_lookup(geo, &address, clock_now_ms(), &origin);
	geo_close(&geo);
	if (origin.is_local || (!origin.network && !origin.country))
		return err_set(err, EXIT_DATA, "%s lies in no network or "
			       "country that could be trusted: it is a private "
			       "address or one of your own, or country_db and "
			       "asn_db do not know it", text);
	network_text(origin.network, network);
	country_text(origin.country, country);
	if (origin.network)
		trust_network(trust, slice_from(network));
	if (origin.country)
		trust_country(trust, slice_from(country));
	return 0;
}

static int read_days(const char *text, uint32_t *days_out, struct err *err)
{
	*days_out = TRUST_DAYS;
	if (!text || (slice_number(slice_from(text), days_out) &&
		      *days_out <= TRUST_DAYS_MAX))
		return 0;
	return err_set(err, EXIT_USAGE, "--days is \"%.40s\", allowed is 1 to "
		       "%d, or 0 to take the word back", text, TRUST_DAYS_MAX);
}

static int read_places(const struct invocation *invocation,
		       struct trust *trust, struct err *err)
{
	uint32_t days;

	if (!invocation->network && !invocation->country &&
	    !invocation->client)
		return err_set(err, EXIT_USAGE, "say which place: --network "
			       "AS5617, --country PL, --client ADDRESS");
	if (!invocation->reason || !invocation->reason[0])
		return err_set(err, EXIT_USAGE, "--reason is missing: why is "
			       "this place the owner's? It goes into the audit "
			       "trail");
	if (invocation->network &&
	    !trust_network(trust, slice_from(invocation->network)))
		return err_set(err, EXIT_USAGE, "--network is \"%.40s\", "
			       "wanted is an AS number such as AS5617",
			       invocation->network);
	if (invocation->country &&
	    !trust_country(trust, slice_from(invocation->country)))
		return err_set(err, EXIT_USAGE, "--country is \"%.40s\", "
			       "wanted is a code of two letters such as PL",
			       invocation->country);
	if (read_days(invocation->days, &days, err) < 0 ||
	    (invocation->client &&
	     add_client(invocation->client, trust, err) < 0))
		return -1;
	trust_for(trust, clock_now_ms(), days);
	return 0;
}

static void say(const struct invocation *invocation, const struct trust *trust,
		const char *actor)
{
	char detail[TRUST_TEXT_SIZE];
	struct text account = TEXT_INIT(4096);

	if (invocation->json) {
		struct json *json = json_new_object();

		json_add_string(json, "type", "trust");
		json_add_string(json, "account", invocation->args[0]);
		trust_add_json(trust, json);
		json_add_string(json, "by", actor);
		json_add_string(json, "reason", invocation->reason);
		report_print_json(&json);
		return;
	}
	trust_print(trust, detail);
	text_add_value(&account, slice_from(invocation->args[0]));
	printf("%s: %s. The next scan takes it into account.\n",
	       text_string(&account), detail);
	text_release(&account);
}

static int trust(const struct invocation *invocation,
		 const struct trust *places, struct err *err)
{
	struct desk desk;
	char actor[96];
	const struct trust_request request = {
		.account = slice_from(invocation->args[0]),
		.trust = places,
		.actor = actor,
		.reason = invocation->reason,
	};
	int result;

	desk_operator(actor, sizeof(actor));
	if (desk_open(&desk, err) < 0)
		return -1;
	result = desk_check_known(&desk, invocation->args[0],
				  "the name is what the mail server logs as "
				  "sasl_username", err);
	if (result == 0)
		result = blocks_trust(&desk.blocks, &request, clock_now_ms(),
				      err);
	desk_close(&desk);
	if (result == 0)
		say(invocation, places, actor);
	return result;
}

static int run(struct invocation *invocation)
{
	struct trust places = { .until_day = 0 };
	struct err err;

	if (read_places(invocation, &places, &err) < 0 ||
	    trust(invocation, &places, &err) < 0)
		return command_fail(&err);
	return EXIT_FINE;
}

const struct command command_trust = {
	.name = "trust",
	.usage = "ACCOUNT",
	.about = "a place is the owner's own: \"it was me\"",
	.help = "The network, the country or both count as the account's own "
		"at once, up to their\nend. Who said so and why is noted. "
		"Lifts nothing. --days 0 takes the word back;\nwhat habit has "
		"made normal stays.",
	.takes = TAKES_PLACE | TAKES_DAYS | TAKES_REASON | TAKES_JSON |
		 TAKES_ORIGIN,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
