/*
 * What explain says of an account's habits and of what was seen lately.
 */
#include "detector/commands/explain_inside.h"
#include "detector/habits.h"
#include "detector/profile.h"
#include "detector/volumes.h"

#include <math.h>
#include <stdio.h>

enum { LABEL = 14 };	/* columns left of the words */

static void add_trust(const struct account_place *place, uint32_t now_s,
		      struct text *out)
{
	char until[STAMP_TEXT_SIZE];

	if (place->trusted_until_day >= now_s / 86400) {
		explain_day(place->trusted_until_day, until);
		text_addf(out, ", trusted until %s as a person said", until);
	} else if (profile_is_trusted(place, now_s)) {
		text_add_string(out, ", trusted");
	} else {
		text_add_string(out, ", not yet trusted");
	}
}

/* Names are strangers' words, and made visible by the screen. */
static void print_place(const struct explanation *e,
			const struct screen *screen, const char *label,
			const char *name, const struct account_place *place)
{
	struct text words = TEXT_INIT(1024);
	char since[STAMP_TEXT_SIZE];

	explain_day(place->first_s / 86400, since);
	text_addf(&words, "%s: ", name);
	if (place->days == 0)
		text_add_string(&words, "never seen");
	else if (place->days == 1)
		text_addf(&words, "on %s only", since);
	else
		text_addf(&words, "%u days since %s", place->days, since);
	add_trust(place, e->now_s, &words);
	screen_line(screen, LABEL, label, &words);
	text_release(&words);
}

static void print_places(const struct explanation *e,
			 const struct screen *screen)
{
	const struct account_place *networks = e->entry.account.networks;
	const struct account_place *countries = e->entry.account.countries;

	for (size_t i = 0; i < ACCOUNT_COUNTRIES && countries[i].id; i++)
		print_place(e, screen, i ? "" : "  countries",
			    explain_country(e, (uint16_t)countries[i].id),
			    &countries[i]);
	for (size_t i = 0; i < ACCOUNT_NETWORKS && networks[i].id; i++) {
		char name[EXPLAIN_NAME_SIZE];

		explain_network(e, networks[i].id, name);
		print_place(e, screen, i ? "" : "  networks", name,
			    &networks[i]);
	}
}

/* The shortest stretch of the clock that holds nine of ten messages. */
static unsigned busy_hours(const struct account *account, unsigned *from_out)
{
	unsigned total = 0, best = 24;

	for (unsigned i = 0; i < 24; i++)
		total += account->hours[i];
	for (unsigned from = 0; from < 24; from++) {
		unsigned sum = 0, n = 0;

		while (n < best && sum * 10 < total * 9)
			sum += account->hours[(from + n++) % 24];
		if (sum * 10 >= total * 9 && n < best) {
			best = n;
			*from_out = from;
		}
	}
	return best;
}

/* One character for each bin, by its share of the largest. */
static void draw_bins(const uint8_t *bins, unsigned n, unsigned repeat,
		      char out[25])
{
	static const char levels[] = " .:+#";
	unsigned most = 1, at = 0;

	for (unsigned i = 0; i < n; i++)
		if (bins[i] > most)
			most = bins[i];
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < repeat; j++)
			out[at++] = levels[(bins[i] * 4 + most - 1) / most];
	out[at] = '\0';
}

static void print_hours(const struct explanation *e,
			const struct screen *screen)
{
	const struct account *account = &e->entry.account;
	char strip[25];
	unsigned from = 0, n = busy_hours(account, &from);

	if (habits_hours_known(account) < EXPLAIN_HOURS_MIN) {
		screen_linef(screen, LABEL, "  hours", "not known yet");
		return;
	}
	if (n > 0 && n <= 16)
		screen_linef(screen, LABEL, "  hours", "on working days mostly "
			     "from %02u:00 to %02u:00 UTC", from,
			     (from + n) % 24);
	else
		screen_linef(screen, LABEL, "  hours", "%s",
			     n ? "all around the clock" : "on weekends only");
	/* Not through screen_line(), which would take the blanks away. */
	printf("%*s 0     6     12    18   UTC\n", LABEL, "");
	draw_bins(account->hours, 24, 1, strip);
	printf("%*s[%s] working days\n", LABEL, "", strip);
	draw_bins(account->weekend_hours, 12, 2, strip);
	printf("%*s[%s] weekends\n", LABEL, "", strip);
}

static void print_amounts(const struct explanation *e,
			  const struct screen *screen)
{
	const struct account *account = &e->entry.account;
	const struct account_share *fresh = &account->new_recipients;

	if (account->volume_days == 0)
		screen_linef(screen, LABEL, "  sends", "how much is not known "
			     "yet");
	else
		screen_linef(screen, LABEL, "  sends", "recipients on a day "
			     "it sends: about %.0f, in its busiest hour %.0f "
			     "(days: %u)",
			     expm1(volumes_mean(account, RECIPIENTS_DAY)),
			     expm1(volumes_mean(account, RECIPIENTS_HOUR)),
			     account->volume_days);
	if (fresh->seen < EXPLAIN_CASES_MIN)
		screen_linef(screen, LABEL, "  writes to", "whom, is not known "
			     "yet");
	else
		screen_linef(screen, LABEL, "  writes to", "people it has not "
			     "written to lately, in %.0f of 100 cases",
			     100 * fresh->hits / fresh->seen);
	if (account->outcomes >= 1)
		screen_linef(screen, LABEL, "  deliveries", "%.0f of the last "
			     "%.0f failed for good", account->failures,
			     account->outcomes);
}

static void print_ways(const struct explanation *e,
		       const struct screen *screen)
{
	const struct account *account = &e->entry.account;
	const struct account_share *unread = &account->unread_network;
	double share = unread->seen > 0 ? unread->hits / unread->seen : 0;
	unsigned ways = 0;

	while (ways < ACCOUNT_SHAPES && account->shapes[ways])
		ways++;
	if (unread->seen < 1)
		screen_linef(screen, LABEL, "  reads", "whether it reads where "
			     "it sends from is not known yet");
	else if (unread->seen < EXPLAIN_SENT_MIN)
		screen_linef(screen, LABEL, "  reads", "whether it reads where "
			     "it sends from: too few messages to say");
	else
		screen_linef(screen, LABEL, "  reads", "%s: %.0f of 100 times "
			     "it sent without having read from there",
			     share < 0.2   ? "it reads where it sends from"
			     : share < 0.8 ? "it reads now and then where it "
					     "sends from"
					   : "it only sends, as programs do",
			     100 * share);
	if (ways)
		screen_linef(screen, LABEL, "  logs in", "in %s%u way%s of "
			     "late (mechanism and service)",
			     ways == ACCOUNT_SHAPES ? "at least " : "", ways,
			     ways == 1 ? "" : "s");
}

void explain_normal(const struct explanation *e, const struct screen *screen)
{
	const struct account *account = &e->entry.account;
	char first[STAMP_TEXT_SIZE], last[STAMP_TEXT_SIZE];

	screen_title(screen, "Normal for it");
	if (!account->last_s) {
		screen_linef(screen, LABEL, "  known", "never seen in a log");
	} else {
		explain_time(account->first_s, first);
		explain_time(account->last_s, last);
		screen_linef(screen, LABEL, "  known", "since %s, last seen "
			     "%s, %u logins on %u days", first, last,
			     account->logins, account->login_days);
	}
	print_places(e, screen);
	print_hours(e, screen);
	print_amounts(e, screen);
	print_ways(e, screen);
}

static void print_recent(const struct explanation *e,
			 const struct screen *screen,
			 const struct account_recent *r)
{
	const struct account_place *place =
		profile_network(&e->entry.account, r->network);
	char name[EXPLAIN_NAME_SIZE], masked[ADDRESS_TEXT_SIZE];
	char when[STAMP_TEXT_SIZE], label[STAMP_TEXT_SIZE + 4];

	explain_network(e, r->network, name);
	address_masked(r->prefix, r->is_v6, masked);
	explain_time(r->last_s, when);
	snprintf(label, sizeof(label), "  %s", when);
	screen_linef(screen, 20, label, "%s, %s, %s%s%s%s",
		     r->country ? explain_country(e, r->country)
				: "country unknown", name, masked,
		     r->kind != NETWORK_ACCESS && r->kind < NETWORK_KINDS
			     ? ", "
			     : "",
		     r->kind != NETWORK_ACCESS && r->kind < NETWORK_KINDS
			     ? network_kind_names[r->kind]
			     : "",
		     place && profile_is_trusted(place, e->now_s)
			     ? ""
			     : " (not trusted)");
}

/* Oldest first, as it happened. */
static void print_recents(const struct explanation *e,
			  const struct screen *screen)
{
	const struct account *account = &e->entry.account;
	bool is_shown[ACCOUNT_RECENT] = { false };

	for (size_t round = 0; round < ACCOUNT_RECENT; round++) {
		size_t oldest = ACCOUNT_RECENT;

		for (size_t i = 0; i < ACCOUNT_RECENT; i++)
			if (account->recent[i].last_s && !is_shown[i] &&
			    (oldest == ACCOUNT_RECENT ||
			     account->recent[i].last_s <
				     account->recent[oldest].last_s))
				oldest = i;
		if (oldest == ACCOUNT_RECENT)
			return;
		is_shown[oldest] = true;
		print_recent(e, screen, &account->recent[oldest]);
	}
}

/* What of the last day came from this country, once for each. */
static bool sum_country(const struct explanation *e, size_t first,
			uint64_t *recipients_out)
{
	uint16_t country = e->day[first].cell.country;

	*recipients_out = 0;
	for (size_t i = 0; i < e->n_day; i++) {
		if (e->day[i].cell.country != country)
			continue;
		if (i < first)
			return false;
		*recipients_out += e->day[i].cell.recipients;
	}
	return true;
}

static void print_day(const struct explanation *e, const struct screen *screen)
{
	struct text words = TEXT_INIT(8192);
	uint64_t recipients = 0, messages = 0, n;
	const char *comma = " (";

	for (size_t i = 0; i < e->n_day; i++) {
		recipients += e->day[i].cell.recipients;
		messages += e->day[i].cell.messages;
	}
	text_addf(&words, "In its last 24 hours: messages %llu, recipients "
		  "%llu", (unsigned long long)messages,
		  (unsigned long long)recipients);
	for (size_t i = 0; i < e->n_day; i++) {
		uint16_t country = e->day[i].cell.country;

		if (!sum_country(e, i, &n))
			continue;
		text_addf(&words, "%s%s %llu", comma,
			  country == DAYS_OTHER ? "other countries"
			  : country ? explain_country(e, country)
				    : "country unknown",
			  (unsigned long long)n);
		comma = ", ";
	}
	text_add_string(&words, e->n_day ? ")." : ".");
	if (e->n_day)
		screen_line(screen, 2, "", &words);
	text_release(&words);
}

static void print_incident(const struct explanation *e,
			   const struct screen *screen)
{
	const struct account_incident *incident = &e->entry.account.incident;
	struct text countries = TEXT_INIT(1024);
	char since[STAMP_TEXT_SIZE];

	if (!incident->first_s)
		return;
	explain_time(incident->first_s, since);
	screen_linef(screen, 2, "", "Strange since %s: messages %u, recipients "
		     "%u (unknown %u), addresses %u.", since,
		     incident->messages, incident->recipients,
		     incident->unknown_recipients,
		     e->verdict.window.addresses);
	for (size_t i = 0; i < e->verdict.window.n_countries; i++)
		text_addf(&countries, "%s%s", i ? ", " : "From ",
			  explain_country(e, e->verdict.window.countries[i]));
	if (countries.len)
		screen_line(screen, 2, "", &countries);
	text_clear(&countries);
	for (size_t i = 0; i < e->verdict.window.n_samples; i++)
		text_addf(&countries, "%s%s", i ? ", " : "To, for example, ",
			  e->verdict.window.samples[i]);
	if (countries.len)
		screen_line(screen, 2, "", &countries);
	text_release(&countries);
}

void explain_lately(const struct explanation *e, const struct screen *screen)
{
	screen_title(screen, "Seen lately");
	if (!e->entry.account.recent[0].last_s)
		screen_linef(screen, 2, "", "No place.");
	print_recents(e, screen);
	print_day(e, screen);
	print_incident(e, screen);
}
