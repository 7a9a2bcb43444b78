/*
 * What becomes of a message: deliveries, second ids, refused recipients.
 */
#include "detector/detector_inside.h"

#include "base/bits.h"
#include "base/hash.h"
#include "detector/correspondents.h"
#include "detector/neighbours.h"
#include "detector/outcome.h"

/* Others whose mail is refused for policy, within an hour or two, from which
 * the host itself must be on a list. */
enum { HOST_REFUSED_MIN = 5 };

/* A recipient who was not counted when the message was accepted: everyone
 * whose delivery ended, but for the first. */
static bool is_further(const struct mail_event *event, struct message *message)
{
	bool is_first = !(message->flags & MESSAGE_HAS_ENDED);

	if (!(message->flags & MESSAGE_IS_OPEN) ||
	    event->status == MAIL_DEFERRED)
		return false;
	message->flags |= MESSAGE_HAS_ENDED;
	message->is_dirty |= is_first;
	return !is_first;
}

static uint64_t domain_bit(struct slice recipient)
{
	return UINT64_C(1)
	       << (hash_bytes(slice_registered(slice_domain(recipient)), 4) &
		   63);
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

/* From now on `next` speaks for the account. */
static void hand_on(struct message *next, const struct message *first)
{
	next->account = first->account;
	next->begun_s = first->begun_s;
	next->flags |= MESSAGE_IS_REQUEUED |
		       message_country_flags(message_country(first)) |
		       (first->flags & (MESSAGE_IS_COUNTED |
					MESSAGE_IS_AUTOMATIC |
					MESSAGE_FROM_STRANGER |
					MESSAGE_BY_READER));
	next->is_dirty = 1;
}

/* A filter that tells what the message was called before; or it was copied in
 * the queue, by postsuper -r or MailScanner, and nothing more will be said of
 * the old one. */
static bool came_back(struct detector *detector,
		      const struct mail_event *event)
{
	struct message *message = tracker_find_near(detector->tracker, event,
						    event->earlier_id);
	struct mail_event earlier = *event;
	struct message first;

	if (!message || !message->account)
		return false;
	message->flags |= MESSAGE_IS_HANDED_ON;
	message->is_dirty = 1;
	/* Beginning another, or ending this one, may move it. */
	first = *message;
	earlier.queue_id = event->earlier_id;
	earlier.message_key = 0;
	if (!event->is_handed_back)
		tracker_end(detector->tracker, &earlier);
	hand_on(tracker_begin(detector->tracker, event), &first);
	return true;
}

/* A filter before the queue: the account had no id until now. The message may
 * have left the queue already; one recipient is sure then. */
static void accepted_by_filter(struct detector *detector,
			       const struct mail_event *event)
{
	struct account_entry *entry = accounts_get(detector->accounts,
						   event->account);
	struct message *message = tracker_find(detector->tracker, event);
	struct signal_input input = detector_input(event);

	if (!entry || (message && message->account))
		return;
	if (message) {
		message->account = entry->key;
		message->is_dirty = 1;
		detector_queued(detector, event);
		return;
	}
	input.recipients = 1;
	detector_weigh(detector, entry, &input);
}

bool detector_received_again(struct detector *detector,
			     const struct mail_event *event)
{
	if (event->account.len) {
		accepted_by_filter(detector, event);
		return true;
	}
	return event->earlier_id.len && came_back(detector, event);
}

/* The filter took the message and gave it another id. What that one suffered
 * before we knew counts now. */
static void on_requeued(struct detector *detector,
			const struct mail_event *event,
			struct message *message, struct account_entry *entry)
{
	/* Beginning another may move this one. */
	struct message first = *message;
	struct mail_event nameless = *event;
	struct signal_input input = detector_input(&nameless);
	struct message *next = tracker_find_near(detector->tracker, event,
						 event->requeued_as);
	int failures;

	if (next && !(next->flags & MESSAGE_IS_LOCAL))
		return;
	if (!next)
		next = tracker_begin_id(detector->tracker, event,
					event->requeued_as);
	failures = next->account ? 0
				 : bits_count(next->failed_domains);
	hand_on(next, &first);
	next->flags |= MESSAGE_IS_COUNTED;
	detector_recall(&input, next);
	/* Which recipients these were is not known any more. */
	nameless.recipient.len = 0;
	input.is_unknown = true;
	for (input.failed = true; entry && failures > 0; failures--)
		detector_weigh(detector, entry, &input);
}

static void weigh_outcome(struct detector *detector,
			  const struct message *message,
			  struct account_entry *entry,
			  struct signal_input *input)
{
	struct slice recipient = input->event->recipient;

	detector_recall(input, message);
	if (input->failed || input->arrived)
		input->recipient_mark =
			correspondents_seen(detector->correspondents,
					    recipient, entry->key,
					    input->now_s);
	if (input->refused_by_policy) {
		neighbours_refused(detector->neighbours, entry->key,
				   input->now_s);
		input->is_host_refused =
			neighbours_refusals(detector->neighbours, entry->key,
					    input->now_s) >= HOST_REFUSED_MIN;
	}
	detector_weigh(detector, entry, input);
}

static void on_delivery(struct detector *detector,
			const struct mail_event *event)
{
	struct message *message = tracker_find(detector->tracker, event);
	struct account_entry *entry = detector_owner(detector, message);
	struct signal_input input = detector_input(event);

	if (!message || (message->flags & MESSAGE_IS_AUTOMATIC))
		return;
	input.recipients = is_further(event, message);
	input.sent_from = message_country(message);
	if (entry && event->requeued_as.len) {
		if (input.recipients)
			detector_weigh(detector, entry, &input);
		on_requeued(detector, event, message, entry);
		return;
	}
	if (event->recipient.len == 0 ||
	    (message->flags & MESSAGE_IS_HANDED_ON))
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
		      input.refused_by_policy || input.recipients))
		weigh_outcome(detector, message, entry, &input);
}

/* Sendmail's lines name all recipients of one attempt at once. */
void detector_delivery(struct detector *detector,
		       const struct mail_event *event)
{
	struct mail_event next;

	on_delivery(detector, event);
	if (!event->more_recipients.len)
		return;
	next = *event;
	while (mail_event_next_recipient(&next.more_recipients,
					 &next.recipient))
		on_delivery(detector, &next);
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
void detector_reject(struct detector *detector,
		     const struct mail_event *event)
{
	struct message *message = tracker_find(detector->tracker, event);
	struct account_entry *entry = detector_owner(detector, message);
	struct signal_input input = detector_input(event);

	if (!entry || event->recipient.len == 0 ||
	    !slice_starts(event->dsn, S("5.1.1")))
		return;
	input.failed = is_first_there(message, &message->failed_domains,
				      event->recipient);
	input.is_unknown = true;
	weigh_outcome(detector, message, entry, &input);
}
