#include "detector/surroundings.h"

#include "detector/crowd.h"
#include "detector/habits.h"
#include "detector/neighbours.h"
#include "detector/profile.h"

static bool is_home(const struct detector *detector,
		    const struct account_entry *entry, uint16_t country,
		    uint32_t now_s)
{
	for (size_t i = 0; i < detector->n_home; i++)
		if (detector->home[i] == country)
			return true;
	return neighbours_know(detector->neighbours, entry->domain, entry->key,
			       country, now_s);
}

void surroundings_look(struct detector *detector, struct account_entry *entry,
		       struct signal_input *input)
{
	const struct account *account = &entry->account;
	const struct origin *origin = input->origin;
	uint64_t domain = entry->domain ? entry->domain : entry->key;
	const struct account_place *network =
		profile_network(account, origin->network);
	const struct account_place *country =
		profile_country(account, origin->country);

	input->network_is_trusted =
		network && profile_is_trusted(network, input->now_s);
	input->from_stranger =
		!profile_is_home(account, origin->network, input->now_s);
	if (input->reads && !input->visits.address_read_today)
		neighbours_read(detector->neighbours, entry->key,
				input->now_s);
	/* Where a person has said "it was me", what is sent counts as little
	 * as from a machine that always does: else a list that is sent once a
	 * month would be stopped every month. */
	input->by_reader =
		!(network && profile_has_word(network, input->now_s)) &&
		(input->visits.reads ||
		 !neighbours_show_readers(detector->neighbours, input->now_s));
	input->country_is_trusted =
		country && profile_is_trusted(country, input->now_s);
	input->country_is_home =
		origin->country &&
		is_home(detector, entry, origin->country, input->now_s);
	if (input->network_is_trusted)
		return;
	input->crowd_refusals = crowd_refusals(
		detector->crowd, origin->client, entry->key, input->now_s);
	input->host_is_warm = neighbours_are_warm(detector->neighbours);
	if (!input->host_is_warm)
		return;
	input->crowd_strangers = crowd_strangers(
		detector->crowd, origin->client, domain, input->now_s);
	crowd_stranger(detector->crowd, origin->client, domain, input->now_s);
}
