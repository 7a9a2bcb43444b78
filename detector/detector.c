#include "detector/detector.h"

#include "base/hash.h"
#include "base/stamp.h"
#include "detector/incident.h"
#include "detector/judge.h"
#include "detector/outcome.h"
#include "detector/profile.h"

#include <string.h>

enum { AUTOMATIC_PER_DAY = 20 };

int detector_init(struct detector *detector, struct geo *geo,
		  const struct conf_list *home,
		  const struct accounts_backing *backing, struct err *err)
{
	memset(detector, 0, sizeof(*detector));
	detector->calm_below = judge_calm_below(INCIDENT_UNTIL);
	for (size_t i = 0; i < home->n; i++) {
		uint16_t code = country_code(slice_from(home->items[i]));

		if (!code)
			return err_set(err, EXIT_CONFIG,
				       "home: \"%.40s\" is no country code of "
				       "two letters, such as PL",
				       home->items[i]);
		detector->home[detector->n_home++] = code;
	}
	detector->geo = geo;
	detector->accounts = accounts_new(backing);
	detector->tracker = tracker_new();
	detector->neighbours = neighbours_new();
	return 0;
}

void detector_release(struct detector *detector)
{
	accounts_free(&detector->accounts);
	tracker_free(&detector->tracker);
	neighbours_free(&detector->neighbours);
	geo_close(&detector->geo);
}

static bool is_home(const struct detector *detector,
		    const struct account_entry *entry, uint16_t country,
		    uint32_t now_s)
{
	for (size_t i = 0; i < detector->n_home; i++)
		if (detector->home[i] == country)
			return true;
	return neighbours_know(detector->neighbours,
			       slice_from(entry->login), entry->key, country,
			       now_s);
}

static void tell(struct detector *detector, struct account_entry *entry,
		 int64_t at_ms, enum verdict_action action)
{
	struct verdict verdict;

	if (action == VERDICT_SUSPEND)
		detector->counters.suspends++;
	else
		detector->counters.watches++;
	if (!detector->on_verdict || detector->is_learning)
		return;
	judge_explain(&entry->account, entry->login, at_ms, &verdict);
	verdict.action = action;
	detector->on_verdict(detector->context, &verdict, entry);
}

/* What the account learns from the event, guarded by its own suspicion. */
static void learn(struct detector *detector, struct account_entry *entry,
		  const struct signal_input *input, bool is_login, bool may)
{
	struct account *account = &entry->account;
	const struct origin *origin = input->origin;
	const struct account_place *country;
	bool was_trusted;

	if (input->recipients)
		profile_sent(account, input->recipients, input->now_s, may);
	if (input->failed || input->arrived)
		profile_outcome(account, input->failed, input->now_s, may);
	if (!is_login)
		return;
	if (!origin) {
		struct origin local = { .is_local = true };

		profile_seen(account, &local, input->now_s, may);
		return;
	}
	country = profile_country(account, origin->country);
	was_trusted = country && profile_is_trusted(country, input->now_s);
	profile_seen(account, origin, input->now_s, may);
	/* Being seen takes no trust away. */
	if (!was_trusted)
		country = profile_country(account, origin->country);
	if (was_trusted || (country && profile_is_trusted(country,
							  input->now_s)))
		neighbours_seen(detector->neighbours,
				slice_from(entry->login), entry->key,
				origin->country, input->now_s, !was_trusted);
}

/* What judge() would find as well, at many times the cost. */
static bool is_above_suspicion(const struct detector *detector,
			       const struct account *account, uint32_t now_s)
{
	return account->standing == STANDING_CALM && !account->is_observed &&
	       judge_has_less(account, now_s, detector->calm_below);
}

static void judge(struct detector *detector, struct account_entry *entry,
		  struct signal_input *input, bool is_login)
{
	struct account *account = &entry->account;
	enum verdict_action action;
	double log_odds, p;

	p = judge_probability(account, input->now_s, &log_odds);
	incident_note(account, input,
		      log_odds - judge_prior(account, input->now_s));
	learn(detector, entry, input, is_login,
	      p < judge_settings.learn_below &&
		      account->standing == STANDING_CALM);
	if (input->now_s > account->last_s)
		account->last_s = input->now_s;
	if (judge_decide(account, input->now_s, detector->enforce, &action))
		tell(detector, entry, input->event->at_ms, action);
}

static void weigh(struct detector *detector, struct account_entry *entry,
		  struct signal_input *input, bool is_login)
{
	struct account *account = &entry->account;

	if (!account->first_s)
		account->first_s = input->now_s;
	/* From before the last lift: never evidence, nothing to learn. */
	if (input->now_s < account->episode_s)
		return;
	if (detector->is_learning && input->now_s <= entry->known_until_s) {
		detector->counters.known++;
		return;
	}
	input->account = account;
	judge_weigh(input);
	if (is_above_suspicion(detector, account, input->now_s)) {
		incident_note(account, input, 0);
		learn(detector, entry, input, is_login, true);
		if (input->now_s > account->last_s)
			account->last_s = input->now_s;
	} else {
		judge(detector, entry, input, is_login);
	}
	if (detector->on_weighed && !detector->is_learning)
		detector->on_weighed(detector->context, input, entry);
}

static struct signal_input input_of(const struct mail_event *event)
{
	return (struct signal_input){
		.event = event,
		.now_s = (uint32_t)(event->at_ms / STAMP_SECOND_MS),
	};
}

/* With data that knows too little, every country counts as unknown, and
 * unknown is no evidence. */
static void cover(struct detector *detector, const struct account *account,
		  struct origin *origin, uint32_t now_s)
{
	bool is_known = origin->country != 0;
	const struct account_recent *recent;

	if (!geo_has_country(detector->geo))
		return;
	if (detector->coverage.is_off)
		origin->country = 0;
	recent = profile_recent_place(account, origin->network,
				      origin->country, now_s);
	if (!recent || recent->last_s / 86400 != now_s / 86400)
		coverage_count(&detector->coverage, is_known, now_s);
}

static void on_login(struct detector *detector,
		     const struct mail_event *event,
		     struct account_entry *entry)
{
	struct signal_input input = input_of(event);
	struct origin origin;

	if (event->has_client) {
		geo_lookup(detector->geo, &event->client, event->at_ms,
			   &origin);
		if (!origin.is_local) {
			cover(detector, &entry->account, &origin,
			      input.now_s);
			input.origin = &origin;
			input.country_is_home =
				origin.country &&
				is_home(detector, entry, origin.country,
					input.now_s);
		}
	}
	weigh(detector, entry, &input, true);
}

static struct account_entry *entry_of(struct detector *detector,
				      struct slice login)
{
	struct account_entry *entry = accounts_get(detector->accounts, login);

	if (!entry)
		detector->counters.untracked++;
	return entry;
}

static struct account_entry *owner_of(struct detector *detector,
				      const struct message *message)
{
	struct account_entry *entry = NULL;

	if (message && message->account)
		entry = accounts_find(detector->accounts, message->account);
	/* What an intruder sent before the lift bounces for days after it;
	 * that is nobody's doing any more. */
	if (entry && message->begun_s < entry->account.episode_s)
		return NULL;
	if (entry)
		entry->is_dirty = true;
	return entry;
}

static void on_submission(struct detector *detector,
			  const struct mail_event *event)
{
	struct account_entry *entry = entry_of(detector, event->account);

	if (event->queue_id.len) {
		struct message *message =
			tracker_begin(detector->tracker, event);

		message->account = entry ? entry->key : 0;
	}
	if (entry)
		on_login(detector, event, entry);
}

/* Without a login. A queue id in use again belongs to nobody we know; from
 * loopback it may be the second id of a filtered message. */
static void on_received(struct detector *detector,
			const struct mail_event *event)
{
	struct message *message;

	if (event->queue_id.len == 0)
		return;
	if (event->has_client && address_is_loopback(&event->client)) {
		message = tracker_begin(detector->tracker, event);
		message->flags = MESSAGE_IS_LOCAL;
	} else if (tracker_find(detector->tracker, event)) {
		tracker_end(detector->tracker, event);
	}
}

/* A read receipt or a vacation reply has no sender and one recipient, and
 * there are few of them in a day. Beyond that the sender was left out by
 * somebody who hides. */
static bool is_few_today(struct account *account, uint32_t now_s)
{
	uint16_t today = (uint16_t)(now_s / 86400);

	if (account->automatic_day != today) {
		account->automatic_day = today;
		account->automatic = 0;
	}
	if (account->automatic >= AUTOMATIC_PER_DAY)
		return false;
	account->automatic++;
	return true;
}

static void on_queued(struct detector *detector,
		      const struct mail_event *event)
{
	struct message *message = tracker_find(detector->tracker, event);
	struct account_entry *entry = owner_of(detector, message);
	struct signal_input input = input_of(event);

	/* The queue manager says it again at every retry (A1). */
	if (!entry || (message->flags & MESSAGE_IS_COUNTED))
		return;
	message->flags |= MESSAGE_IS_COUNTED;
	message->is_dirty = 1;
	if (event->null_sender && event->recipients <= 1 &&
	    is_few_today(&entry->account, input.now_s)) {
		message->flags |= MESSAGE_IS_AUTOMATIC;
		return;
	}
	input.recipients = event->recipients == MAIL_UNKNOWN
				   ? 1
				   : event->recipients;
	if (input.recipients)
		weigh(detector, entry, &input, false);
}

static uint64_t domain_bit(struct slice recipient)
{
	return UINT64_C(1)
	       << (hash_bytes(slice_domain(recipient), 4) & 63);
}

/* True the first time this message has this outcome in this domain. */
static bool is_first_there(struct message *message, uint64_t *domains,
			   struct slice recipient)
{
	uint64_t bit = domain_bit(recipient);

	if (*domains & bit)
		return false;
	*domains |= bit;
	message->is_dirty = 1;
	return true;
}

/* The filter took the message and gave it another id: from now on that one
 * speaks for the account. What it suffered before we knew counts now. */
static void on_requeued(struct detector *detector,
			const struct mail_event *event,
			struct message *message, struct account_entry *entry)
{
	/* Beginning another may move this one. */
	struct message first = *message;
	struct mail_event nameless = *event;
	struct signal_input input = input_of(&nameless);
	struct message *next = tracker_find_id(detector->tracker, event,
					       event->requeued_as);
	int failures;

	if (next && !(next->flags & MESSAGE_IS_LOCAL))
		return;
	if (!next)
		next = tracker_begin_id(detector->tracker, event,
					event->requeued_as);
	failures = next->account ? 0
				 : __builtin_popcountll(next->failed_domains);
	next->account = first.account;
	next->begun_s = first.begun_s;
	next->flags |= MESSAGE_IS_REQUEUED | MESSAGE_IS_COUNTED;
	next->is_dirty = 1;
	/* Which recipients these were is not known any more. */
	nameless.recipient.len = 0;
	input.is_unknown = true;
	for (input.failed = true; entry && failures > 0; failures--)
		weigh(detector, entry, &input, false);
}

static void on_delivery(struct detector *detector,
			const struct mail_event *event)
{
	struct message *message = tracker_find(detector->tracker, event);
	struct account_entry *entry = owner_of(detector, message);
	struct signal_input input = input_of(event);

	if (!message || (message->flags & MESSAGE_IS_AUTOMATIC))
		return;
	if (entry && event->requeued_as.len) {
		on_requeued(detector, event, message, entry);
		return;
	}
	if (event->recipient.len == 0)
		return;
	input.is_unknown = outcome_is_dead_recipient(event);
	if (input.is_unknown)
		input.failed = is_first_there(message,
					      &message->failed_domains,
					      event->recipient);
	else if (event->status == MAIL_SENT)
		input.arrived = is_first_there(message,
					       &message->arrived_domains,
					       event->recipient);
	else
		input.refused_by_policy =
			outcome_is_policy(event) &&
			is_first_there(message, &message->failed_domains,
				       event->recipient);
	if (entry && (input.is_unknown || input.arrived ||
		      input.refused_by_policy))
		weigh(detector, entry, &input, false);
}

/*
 * A recipient refused at the door is as dead as one that bounces. Rejects for
 * other reasons, our own block among them, say nothing about the list.
 *
 * Only a queue id leads to the account. What the line says of a login stands
 * behind what the client wrote, and Postfix cuts a line at 2000 bytes: a
 * stranger without any password could push the true end away and put the name
 * of a victim in its place.
 */
static void on_reject(struct detector *detector,
		      const struct mail_event *event)
{
	struct message *message = tracker_find(detector->tracker, event);
	struct account_entry *entry = owner_of(detector, message);
	struct signal_input input = input_of(event);

	if (!entry || event->recipient.len == 0 ||
	    !slice_starts(event->dsn, S("5.1.1")))
		return;
	input.failed = is_first_there(message, &message->failed_domains,
				      event->recipient);
	input.is_unknown = true;
	weigh(detector, entry, &input, false);
}

void detector_event(struct detector *detector, const struct mail_event *event)
{
	struct account_entry *entry;

	detector->counters.events[event->kind]++;
	if (event->at_ms > detector->newest_ms)
		detector->newest_ms = event->at_ms;
	switch (event->kind) {
	case MAIL_SUBMISSION:
		on_submission(detector, event);
		break;
	case MAIL_RECEIVED:
		on_received(detector, event);
		break;
	case MAIL_QUEUED:
		on_queued(detector, event);
		break;
	case MAIL_DELIVERY:
		on_delivery(detector, event);
		break;
	case MAIL_LOGIN:
		entry = entry_of(detector, event->account);
		if (entry)
			on_login(detector, event, entry);
		break;
	case MAIL_REJECT:
		on_reject(detector, event);
		break;
	case MAIL_CLOSED:
		tracker_end(detector->tracker, event);
		break;
	default:
		break;
	}
}

void detector_enforce(struct detector *detector, struct slice account,
		      int64_t at_ms)
{
	struct account_entry *entry =
		accounts_get(detector->accounts, account);
	enum verdict_action action;

	if (entry && entry->account.is_observed == PAPER_OBSERVED &&
	    judge_decide(&entry->account,
			 (uint32_t)(at_ms / STAMP_SECOND_MS),
			 detector->enforce, &action))
		tell(detector, entry, at_ms, action);
}

bool detector_lifted(struct detector *detector, struct slice account,
		     int64_t at_ms)
{
	struct account_entry *entry =
		accounts_get(detector->accounts, account);
	uint32_t at_s = (uint32_t)(at_ms / STAMP_SECOND_MS);

	/* Heard before: what happened since must stay evidence. */
	if (!entry || at_s <= entry->account.episode_s)
		return false;
	judge_lifted(&entry->account, at_s);
	return true;
}
