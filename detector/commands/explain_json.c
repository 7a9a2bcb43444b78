/*
 * The facts of explain as JSON (docs/JSON.md).
 */
#include "detector/commands/explain_inside.h"
#include "detector/commands/password_words.h"
#include "detector/commands/report.h"
#include "detector/habits.h"
#include "detector/judge.h"
#include "detector/profile.h"
#include "detector/volumes.h"

#include <math.h>

static void add_time(struct json *object, const char *key, uint32_t at_s)
{
	char stamp[STAMP_TEXT_SIZE];

	if (!at_s) {
		json_add_null(object, key);
		return;
	}
	stamp_rfc3339(at_s * (int64_t)STAMP_SECOND_MS, stamp);
	json_add_string(object, key, stamp);
}

static void add_share(struct json *object, const char *key,
		      const struct account_share *share)
{
	if (share->seen < 1)
		json_add_null(object, key);
	else
		json_add_real(object, key, share->hits / share->seen, 3);
}

static void push_place(const struct explanation *e, struct json *list,
		       const char *key, const char *id, const char *name,
		       const struct account_place *place)
{
	struct json *one = json_new_object();
	char until[STAMP_TEXT_SIZE];

	json_add_string(one, key, id);
	json_add_text(one, "name", slice_from(name));
	json_add_integer(one, "days", place->days);
	add_time(one, "since", place->days ? place->first_s : 0);
	json_add_flag(one, "trusted", profile_is_trusted(place, e->now_s));
	explain_day(place->trusted_until_day, until);
	if (place->trusted_until_day)
		json_add_string(one, "trusted_until", until);
	else
		json_add_null(one, "trusted_until");
	json_push(list, &one);
}

static void add_places(const struct explanation *e, struct json *normal)
{
	const struct account *account = &e->entry.account;
	struct json *networks = json_new_array();
	struct json *countries = json_new_array();

	for (size_t i = 0; i < ACCOUNT_COUNTRIES && account->countries[i].id;
	     i++) {
		uint16_t country = (uint16_t)account->countries[i].id;
		char code[COUNTRY_TEXT_SIZE];

		country_text(country, code);
		push_place(e, countries, "country", code,
			   explain_country(e, country),
			   &account->countries[i]);
	}
	for (size_t i = 0; i < ACCOUNT_NETWORKS && account->networks[i].id;
	     i++) {
		uint32_t network = account->networks[i].id;
		char number[NETWORK_TEXT_SIZE], name[EXPLAIN_NAME_SIZE];
		bool is_known = explain_network_name(e, network, name);

		network_text(network, number);
		push_place(e, networks, "network", number,
			   is_known ? name : NULL, &account->networks[i]);
	}
	json_add(normal, "countries", &countries);
	json_add(normal, "networks", &networks);
}

static void add_bins(struct json *object, const char *key,
		     const uint8_t *bins, size_t n)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < n; i++)
		json_push_integer(list, bins[i]);
	json_add(object, key, &list);
}

static void add_normal(const struct explanation *e, struct json *object)
{
	const struct account *account = &e->entry.account;
	struct json *normal = json_new_object();
	int64_t ways = 0;

	while (ways < ACCOUNT_SHAPES && account->shapes[ways])
		ways++;
	add_time(normal, "known_since", account->first_s);
	add_time(normal, "last_seen", account->last_s);
	json_add_integer(normal, "logins", account->logins);
	json_add_integer(normal, "login_days", account->login_days);
	json_add_real(normal, "warmth", profile_warmth(account, e->now_s), 2);
	add_places(e, normal);
	add_bins(normal, "hours", account->hours, 24);
	add_bins(normal, "weekend_hours", account->weekend_hours, 12);
	json_add_real(normal, "recipients_per_day",
		      expm1(volumes_mean(account, RECIPIENTS_DAY)), 1);
	json_add_real(normal, "recipients_per_busiest_hour",
		      expm1(volumes_mean(account, RECIPIENTS_HOUR)), 1);
	json_add_integer(normal, "sending_days", account->volume_days);
	add_share(normal, "new_recipients", &account->new_recipients);
	json_add_real(normal, "deliveries", account->outcomes, 1);
	json_add_real(normal, "deliveries_failed", account->failures, 1);
	add_share(normal, "sent_without_reading", &account->unread_network);
	json_add_integer(normal, "ways_to_log_in", ways);
	json_add(object, "normal", &normal);
}

static void add_recent(const struct explanation *e, struct json *object)
{
	const struct account *account = &e->entry.account;
	struct json *list = json_new_array();

	for (size_t i = 0; i < ACCOUNT_RECENT && account->recent[i].last_s;
	     i++) {
		const struct account_recent *r = &account->recent[i];
		const struct account_place *place =
			profile_network(account, r->network);
		char number[NETWORK_TEXT_SIZE], name[EXPLAIN_NAME_SIZE];
		char code[COUNTRY_TEXT_SIZE], masked[ADDRESS_TEXT_SIZE];
		struct json *one = json_new_object();
		bool is_known = explain_network_name(e, r->network, name);

		network_text(r->network, number);
		country_text(r->country, code);
		address_masked(r->prefix, r->is_v6, masked);
		add_time(one, "time", r->last_s);
		json_add_text(one, "country", r->country
				? slice_from(code)
				: (struct slice){ NULL, 0 });
		json_add_string(one, "network", number);
		json_add_text(one, "name",
			      slice_from(is_known ? name : NULL));
		json_add_string(one, "address", masked);
		json_add_string(one, "kind", r->kind < NETWORK_KINDS
				? network_kind_names[r->kind] : "");
		json_add_flag(one, "trusted",
			      place && profile_is_trusted(place, e->now_s));
		json_push(list, &one);
	}
	json_add(object, "recent", &list);
}

static void add_signals(const struct explanation *e, struct json *object)
{
	struct explain_share shares[EXPLAIN_SIGNALS_MAX];
	size_t n = explain_shares(e, shares);
	struct json *list = json_new_array();

	for (size_t i = 0; i < n; i++) {
		const struct signal *signal = shares[i].signal;
		const struct signal_limits *limits = signal_limits(signal);
		struct text words = TEXT_INIT(4096);
		struct json *one = json_new_object();

		explain_words_of(e, &shares[i], &words);
		json_add_string(one, "signal", signal->name);
		json_add_real(one, "nats", shares[i].nats, 2);
		json_add_real(one, "cap", limits->weight * limits->cap, 2);
		json_add_real(one, "floor", 0 - limits->weight *
						limits->floor, 2);
		json_add_flag(one, "hard", signal->is_hard);
		json_add_string(one, "about", signal->about);
		json_add_text(one, "text", text_slice(&words));
		json_push(list, &one);
		text_release(&words);
	}
	json_add(object, "signals", &list);
}

void explain_add_known(const struct explanation *e, struct json *object)
{
	const struct account *account = &e->entry.account;
	struct json *score = json_new_object();
	struct json *day = days_json(e->day, e->n_day);

	add_time(score, "as_of", e->now_s);
	json_add_string(score, "standing",
			standing_names[account->standing]);
	json_add_flag(score, "observed", account->is_observed);
	json_add_real(score, "probability", e->verdict.probability, 4);
	json_add_real(score, "log_odds", e->verdict.log_odds, 2);
	json_add_real(score, "prior", judge_prior(account, e->now_s), 2);
	json_add_real(score, "missing_to_watch", e->to_watch, 2);
	json_add_real(score, "missing_to_block", e->to_block, 2);
	add_signals(e, score);
	json_add(object, "score", &score);
	add_places(e, object);
	add_recent(e, object);
	json_add(object, "day", &day);
}

struct json *explain_json(struct explanation *e)
{
	struct json *object = report_account_json(&e->entry, &e->verdict);
	const struct account *account = &e->entry.account;
	struct json *day;

	add_time(object, "standing_since", account->standing_s);
	json_add_real(object, "prior", judge_prior(account, e->now_s), 2);
	json_add_real(object, "missing_to_watch", e->to_watch, 2);
	json_add_real(object, "missing_to_block", e->to_block, 2);
	if (e->now_s < account->closer_until_s)
		add_time(object, "closer_until", account->closer_until_s);
	else
		json_add_null(object, "closer_until");
	if (e->password != PASSWORD_ERROR)
		json_add_string(object, "password",
				password_state_name(e->password));
	else
		json_add_null(object, "password");
	explain_block_json(e, object);
	add_signals(e, object);
	add_normal(e, object);
	add_recent(e, object);
	day = days_json(e->day, e->n_day);
	json_add(object, "day", &day);
	if (e->history)
		json_add(object, "history", &e->history);
	else
		json_add_null(object, "history");
	if (e->no_history[0])
		json_add_string(object, "history_error", e->no_history);
	else
		json_add_null(object, "history_error");
	return object;
}
