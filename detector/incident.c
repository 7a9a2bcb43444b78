#include "detector/incident.h"

#include "detector/profile.h"

#include <string.h>

enum { INCIDENT_PAUSE_S = 3600 };

static void incident_country(struct account_incident *incident,
			     uint16_t country)
{
	if (!country)
		return;
	for (size_t i = 0; i < incident->n_countries &&
			   i < ACCOUNT_INCIDENT_COUNTRIES; i++)
		if (incident->countries[i] == country)
			return;
	if (incident->n_countries < ACCOUNT_INCIDENT_COUNTRIES)
		incident->countries[incident->n_countries++] = country;
}

static void incident_sample(struct account_incident *incident,
			    struct slice recipient)
{
	struct slice domain = slice_domain(recipient);

	if (domain.len == 0 || domain.len >= ACCOUNT_SAMPLE_SIZE)
		return;
	for (size_t i = 0; i < ACCOUNT_SAMPLES; i++) {
		if (slice_eq(slice_from(incident->samples[i]), domain))
			return;
		if (incident->samples[i][0])
			continue;
		slice_copy_lower(domain, incident->samples[i],
				 ACCOUNT_SAMPLE_SIZE);
		return;
	}
}

void incident_note(struct account *account,
			  const struct signal_input *input, double evidence)
{
	struct account_incident *incident = &account->incident;
	bool is_strange = evidence >= INCIDENT_UNTIL ||
			  account->standing != STANDING_CALM;

	if (incident->first_s && !is_strange &&
	    input->now_s - incident->last_s > INCIDENT_PAUSE_S)
		memset(incident, 0, sizeof(*incident));
	if (!incident->first_s) {
		if (evidence < INCIDENT_FROM)
			return;
		incident->first_s = input->now_s;
	}
	if (is_strange)
		incident->last_s = input->now_s;
	if (input->origin) {
		incident->clients |= UINT64_C(1)
				     << (input->origin->client & 63);
		incident_country(incident, input->origin->country);
	}
	incident->messages += input->recipients > 0 &&
			      input->event->kind != MAIL_DELIVERY;
	incident->recipients += input->recipients;
	incident->unknown_recipients += input->is_unknown;
	if (input->event->recipient.len)
		incident_sample(incident, input->event->recipient);
}

static bool is_of_incident(const struct account *account,
			   const struct account_recent *recent,
			   uint32_t now_s)
{
	const struct account_place *network =
		profile_network(account, recent->network);

	if (!recent->last_s || !recent->network ||
	    (network && profile_is_trusted(network, now_s)))
		return false;
	return profile_is_recent(recent, now_s) ||
	       (account->incident.first_s &&
		recent->last_s >= account->incident.first_s);
}

size_t incident_networks(const struct account *account, uint32_t now_s,
			 uint32_t *out, size_t most)
{
	size_t n = 0;

	while (n < most) {
		const struct account_recent *latest = NULL;

		for (size_t i = 0; i < ACCOUNT_RECENT; i++) {
			const struct account_recent *r = &account->recent[i];
			size_t known = 0;

			while (known < n && out[known] != r->network)
				known++;
			if (known == n && is_of_incident(account, r, now_s) &&
			    (!latest || r->last_s > latest->last_s))
				latest = r;
		}
		if (!latest)
			break;
		out[n++] = latest->network;
	}
	return n;
}
