/*
 * What a person's word does to an account (detector_trusted() in detector.h).
 */
#include "base/stamp.h"
#include "detector/detector.h"
#include "detector/profile.h"

#include <string.h>

static bool is_covered(const struct account *account,
		       const struct account_recent *recent,
		       const struct trust *trust, uint32_t at_s)
{
	const struct account_place *network =
		profile_network(account, recent->network);

	for (size_t i = 0; i < trust->n_countries; i++)
		if (trust->countries[i] == recent->country)
			return true;
	return network && profile_is_trusted(network, at_s);
}

static bool is_all_covered(const struct account *account,
			   const struct trust *trust, uint32_t at_s)
{
	for (size_t i = 0; i < ACCOUNT_RECENT; i++)
		if (profile_is_recent(&account->recent[i], at_s) &&
		    !is_covered(account, &account->recent[i], trust, at_s))
			return false;
	return true;
}

/* Evidence that has only the places for its reason, none of it later than the
 * word: what happened since must stay, however late the word is heard. */
static void forget_places(struct account *account, uint32_t at_s)
{
	const struct signal *signal;

	for (size_t i = 0; (signal = signal_at(i)); i++)
		if (signal->is_of_places &&
		    account->groups[signal->slot].nats > 0 &&
		    account->groups[signal->slot].at_s <= at_s)
			account->groups[signal->slot].nats = 0;
}

bool detector_trusted(struct detector *detector, struct slice account,
		      int64_t at_ms, const struct trust *trust)
{
	struct account_entry *entry =
		accounts_get(detector->accounts, account);
	uint32_t at_s = (uint32_t)(at_ms / STAMP_SECOND_MS);
	struct account before;

	if (!entry)
		return false;
	/* With what lies between its fields: all of it is compared. */
	memcpy(&before, &entry->account, sizeof(before));
	for (size_t i = 0; i < trust->n_networks; i++)
		profile_trust(&entry->account, trust->networks[i], 0,
			      trust->until_day, at_s);
	for (size_t i = 0; i < trust->n_countries; i++)
		profile_trust(&entry->account, 0, trust->countries[i],
			      trust->until_day, at_s);
	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-*) */
	if (memcmp(&before, &entry->account, sizeof(before)) == 0)
		return false;
	if (trust->until_day && is_all_covered(&entry->account, trust, at_s))
		forget_places(&entry->account, at_s);
	return true;
}
