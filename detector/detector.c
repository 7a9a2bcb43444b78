#include "detector/detector_inside.h"

#include "base/hash.h"
#include "base/stamp.h"
#include "detector/correspondents.h"
#include "detector/crowd.h"
#include "detector/incident.h"
#include "detector/learn.h"
#include "detector/neighbours.h"
#include "detector/profile.h"
#include "detector/surroundings.h"

#include <string.h>

enum { AUTOMATIC_PER_DAY = 20 };

int detector_init(struct detector *detector, struct geo *geo,
		  const struct conf_list *home,
		  const struct accounts_backing *backing, struct err *err)
{
	memset(detector, 0, sizeof(*detector));
	detector->weights = judge_weights();
	detector->calm_below = judge_calm_below(INCIDENT_UNTIL);
	detector->quiet_below = judge_calm_below(INCIDENT_FROM);
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
	detector->sessions = sessions_new();
	detector->neighbours = neighbours_new();
	detector->crowd = crowd_new();
	detector->correspondents = correspondents_new();
	return 0;
}

void detector_release(struct detector *detector)
{
	accounts_free(&detector->accounts);
	tracker_free(&detector->tracker);
	sessions_free(&detector->sessions);
	sightings_free(&detector->neighbours);
	sightings_free(&detector->crowd);
	sightings_free(&detector->correspondents);
	days_free(&detector->days);
	geo_close(&detector->geo);
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

/* What judge() would find as well, at many times the cost. */
static bool is_above_suspicion(const struct detector *detector,
			       const struct account *account, uint32_t now_s)
{
	return account->standing == STANDING_CALM && !account->is_observed &&
	       judge_has_less(account, now_s, &detector->weights,
			      account->incident.first_s
				      ? detector->calm_below
				      : detector->quiet_below);
}

static void judge(struct detector *detector, struct account_entry *entry,
		  struct signal_input *input)
{
	struct account *account = &entry->account;
	/* Holds to the end: learning moves no evidence. */
	struct judgement judgement = judge_look(account, input->now_s);
	enum verdict_action action;

	incident_note(account, input, judgement.evidence);
	learn(detector->neighbours, entry->key, input,
	      judge_lets_learn(account, &judgement));
	if (input->now_s > account->last_s)
		account->last_s = input->now_s;
	if (judge_decide_by(account, judgement.probability, input->now_s,
			    input->event->kind != MAIL_LOGIN,
			    detector->enforce, &action))
		tell(detector, entry, input->event->at_ms, action);
}

/* For who shows what was sent: with this event, when it makes a verdict. */
static void remember_sent(struct detector *detector,
			  const struct account_entry *entry,
			  const struct signal_input *input)
{
	if (!detector->days || !input->recipients)
		return;
	days_sent(detector->days, entry->key,
		  input->origin ? input->origin->country : input->sent_from,
		  input->recipients, input->event->kind != MAIL_DELIVERY,
		  input->now_s);
}

/* Machines' clocks differ by less. */
enum { CLOCK_SLACK_S = 600 };

/* When the last lift was. One by a clock that was ahead, and is right again
 * since, was behind what was read until now: else nothing would count until
 * that time comes. */
static uint32_t last_lift(const struct detector *detector,
			  struct account *account, uint32_t now_s)
{
	uint32_t at_s = detector->clock_s, ahead_s;

	/* Not a clock that is behind: then what comes is newer. */
	if (!at_s || account->episode_s <= at_s + CLOCK_SLACK_S ||
	    account->episode_s <= now_s + CLOCK_SLACK_S)
		return account->episode_s;
	if (detector->read_s && detector->read_s < at_s)
		at_s = detector->read_s + 1;
	ahead_s = account->episode_s - at_s;
	account->episode_s = at_s;
	if (account->closer_until_s > ahead_s)
		account->closer_until_s -= ahead_s;
	return at_s;
}

void detector_weigh(struct detector *detector, struct account_entry *entry,
		    struct signal_input *input)
{
	struct account *account = &entry->account;

	if (!account->first_s)
		account->first_s = input->now_s;
	/* From before the last lift: never evidence, nothing to learn. */
	if (input->now_s < last_lift(detector, account, input->now_s))
		return;
	if (detector->is_learning && input->now_s <= entry->known_until_s) {
		detector->counters.known++;
		return;
	}
	activity_count(&detector->activity, account->last_s, input->now_s);
	remember_sent(detector, entry, input);
	input->account = account;
	input->login = account_login(entry);
	input->domain = entry->domain;
	profile_woken(account, input->now_s);
	if (input->from_stranger)
		input->strangeness = judge_strangeness(account, input->now_s);
	judge_weigh(&detector->weights, input);
	if (is_above_suspicion(detector, account, input->now_s)) {
		incident_note(account, input, 0);
		learn(detector->neighbours, entry->key, input, true);
		if (input->now_s > account->last_s)
			account->last_s = input->now_s;
	} else {
		judge(detector, entry, input);
	}
	if (detector->on_weighed && !detector->is_learning)
		detector->on_weighed(detector->context, input, entry);
}

struct signal_input detector_input(const struct mail_event *event)
{
	return (struct signal_input){
		.event = event,
		.now_s = (uint32_t)(event->at_ms / STAMP_SECOND_MS),
	};
}

/* With data that knows too little, every country counts as unknown, and
 * unknown is no evidence. */
static void look(struct detector *detector, struct account_entry *entry,
		 struct origin *origin, struct signal_input *input)
{
	bool is_known = origin->country != 0 &&
			(!geo_has_network(detector->geo) ||
			 !(origin->network & NETWORK_STAND_IN));
	const struct account_recent *place;

	if (geo_has_country(detector->geo) && detector->coverage.is_off)
		origin->country = 0;
	input->origin = origin;
	input->visits = profile_visits(&entry->account, origin, input->now_s);
	place = input->visits.place;
	if (geo_has_country(detector->geo) &&
	    (!place || place->last_s / 86400 != input->now_s / 86400))
		coverage_count(&detector->coverage, is_known, input->now_s);
	surroundings_look(detector, entry, input);
}

void detector_recall(struct signal_input *input, const struct message *message)
{
	input->from_stranger = message->flags & MESSAGE_FROM_STRANGER;
	input->by_reader = message->flags & MESSAGE_BY_READER;
	input->sent_from = message_country(message);
}

static uint16_t shape_of(const struct mail_event *event)
{
	if (event->kind != MAIL_SUBMISSION || !event->mechanism.len)
		return 0;
	return (uint16_t)(hash_bytes(event->mechanism, 11) ^
			  hash_bytes(event->service, 12)) | 1;
}

/* A login or a submission; `recipients` of a message that the same
 * line accepts, else 0. What to remember of the place with the message. */
static uint32_t on_login(struct detector *detector,
			 const struct mail_event *event,
			 struct account_entry *entry, uint32_t recipients)
{
	struct signal_input input = detector_input(event);
	struct origin origin;

	input.is_submission = event->kind == MAIL_SUBMISSION;
	input.reads = event->kind == MAIL_LOGIN && !event->for_sending;
	input.shape = shape_of(event);
	input.recipients = recipients;
	/* Our own webmail is where people read and write. */
	input.by_reader = true;
	if (event->has_client && !event->from_itself) {
		geo_lookup(detector->geo, &event->client, event->at_ms,
			   &origin);
		if (!origin.is_local && !geo_is_blind(detector->geo))
			look(detector, entry, &origin, &input);
	}
	detector_weigh(detector, entry, &input);
	return (input.origin ? message_country_flags(input.origin->country)
			     : 0) |
	       (input.from_stranger ? MESSAGE_FROM_STRANGER : 0) |
	       (input.by_reader ? MESSAGE_BY_READER : 0);
}

static struct account_entry *entry_of(struct detector *detector,
				      const struct mail_event *event)
{
	struct account_entry *entry =
		accounts_get_by(detector->accounts, event->account_key,
				event->account);

	if (!entry)
		detector->counters.untracked++;
	return entry;
}

struct account_entry *detector_owner(struct detector *detector,
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

/* Of a message whose first id is not told: with it, and none of ours, it is
 * nobody's. */
static bool may_be_second_id(const struct mail_event *event)
{
	return !event->earlier_id.len &&
	       (event->is_handed_back ||
		(event->has_client && address_is_loopback(&event->client)));
}

/* Without a login. A queue id in use again belongs to nobody we know; from
 * loopback it may be the second id of a filtered message. */
static void on_received(struct detector *detector,
			const struct mail_event *event)
{
	struct message *message;

	if (event->queue_id.len == 0 ||
	    detector_received_again(detector, event))
		return;
	if (may_be_second_id(event)) {
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

/* The recipients that a message adds to what its account sent. Where the line
 * does not say how many there are, one is sure, and is_further() adds the
 * others as they come to light. */
static uint32_t newly_queued(const struct mail_event *event,
			     struct message *message, struct account *account)
{
	/* The queue manager says it again at every retry (A1). */
	if (message->flags & MESSAGE_IS_COUNTED)
		return 0;
	message->flags |= MESSAGE_IS_COUNTED;
	message->is_dirty = 1;
	if (event->null_sender && event->recipients <= 1 &&
	    is_few_today(account, (uint32_t)(event->at_ms / STAMP_SECOND_MS))) {
		message->flags |= MESSAGE_IS_AUTOMATIC;
		return 0;
	}
	if (event->recipients != MAIL_UNKNOWN)
		return event->recipients;
	message->flags |= MESSAGE_IS_OPEN;
	return 1;
}

static void on_submission(struct detector *detector,
			  const struct mail_event *event)
{
	struct account_entry *entry = entry_of(detector, event);
	struct message *message = NULL;
	uint32_t recipients = 0, flags = 0;

	if (event->queue_id.len) {
		message = tracker_begin(detector->tracker, event);
		message->account = entry ? entry->key : 0;
		if (entry && event->is_queued)
			recipients = newly_queued(event, message,
						  &entry->account);
	}
	if (entry)
		flags = on_login(detector, event, entry, recipients);
	if (message)
		message->flags |= flags;
}

/* Only of names that somebody here has: made-up ones are free, and whoever
 * shares an address with an owner could speak against him with them. */
static void on_auth_failure(struct detector *detector,
			    const struct mail_event *event)
{
	uint64_t account = account_key(event->account);

	if (event->has_client && event->account.len &&
	    accounts_find(detector->accounts, account))
		crowd_refused(detector->crowd,
			      address_client_hash(&event->client), account,
			      (uint32_t)(event->at_ms / STAMP_SECOND_MS));
}

void detector_queued(struct detector *detector,
		     const struct mail_event *event)
{
	struct message *message = tracker_find(detector->tracker, event);
	struct account_entry *entry = detector_owner(detector, message);
	struct signal_input input = detector_input(event);

	if (!entry)
		return;
	input.recipients = newly_queued(event, message, &entry->account);
	detector_recall(&input, message);
	if (input.recipients)
		detector_weigh(detector, entry, &input);
}

static void on_event(struct detector *detector, const struct mail_event *event)
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
		detector_queued(detector, event);
		break;
	case MAIL_DELIVERY:
		detector_delivery(detector, event);
		break;
	case MAIL_LOGIN:
		entry = entry_of(detector, event);
		if (entry)
			on_login(detector, event, entry, 0);
		break;
	case MAIL_AUTH_FAILURE:
		on_auth_failure(detector, event);
		break;
	case MAIL_REJECT:
		detector_reject(detector, event);
		break;
	case MAIL_CLOSED:
		tracker_end(detector->tracker, event);
		break;
	default:
		break;
	}
}

/* Few servers need it, so the others shall not pay for it. */
static __attribute__((noinline)) void
on_session(struct detector *detector, const struct mail_event *event)
{
	struct mail_event joined = *event;

	sessions_join(detector->sessions, &joined);
	on_event(detector, &joined);
}

void detector_event(struct detector *detector, const struct mail_event *event)
{
	if (event->session.len)
		on_session(detector, event);
	else
		on_event(detector, event);
}

void detector_enforce(struct detector *detector, struct slice account,
		      int64_t at_ms)
{
	struct account_entry *entry =
		accounts_get(detector->accounts, account);
	enum verdict_action action;

	if (entry && entry->account.is_observed == PAPER_OBSERVED &&
	    judge_decide(&entry->account,
			 (uint32_t)(at_ms / STAMP_SECOND_MS), true,
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
	if (!entry || at_s <= last_lift(detector, &entry->account, at_s))
		return false;
	judge_lifted(&entry->account, at_s);
	return true;
}
