/*
 * tracker - which account a queue id belongs to.
 *
 * A message is known by host, mail server instance and queue id, from the
 * authenticated client's line to the queue manager's "removed". An instance
 * here is a queue with its manager; other names on the same host work for it,
 * and their ids are its ids. Which names have a queue is learnt as lines come,
 * in each run anew. Ids are used
 * again (pitfall A5), so a message ends with "removed", with the next
 * "client=" of the same id, or TRACKER_MAX_AGE after its last line. A content
 * filter gives a message a second id (A3): the first id's delivery names it,
 * and the second then belongs to the same account and is not counted again.
 *
 * Limit: TRACKER_MAX open messages. A full table first loses those older than
 * a day, then everything that is not younger than an hour, and says so.
 *
 * Messages carry the account's key, not a pointer: they outlive runs.
 */
#ifndef DETECTOR_TRACKER_H
#define DETECTOR_TRACKER_H

#include "detector/event.h"

#include <stddef.h>

enum {
	TRACKER_MAX = 1 << 19,
	/* Postfix gives a message up after maximal_queue_lifetime, 5 days;
	 * a day more for those who raised it a little. */
	TRACKER_MAX_AGE_S = 6 * 86400,
	/* Longer ids are not kept as text, only found again. Postfix's have up
	 * to 20 characters, Exim's 16 or 23. */
	TRACKER_ID_SIZE = 28
};

enum message_flags {
	MESSAGE_IS_COUNTED = 1,		/* its recipients were counted */
	MESSAGE_IS_AUTOMATIC = 2,	/* null sender, one recipient */
	MESSAGE_IS_REQUEUED = 4,	/* second id behind a filter */
	MESSAGE_IS_LOCAL = 8,		/* came from loopback or a filter, and
					 * without login: perhaps a second id */
	MESSAGE_IS_OPEN = 16,		/* how many recipients it has was not
					 * said */
	MESSAGE_HAS_ENDED = 32,		/* for one of those, at least */
	MESSAGE_FROM_STRANGER = 64,	/* from a network that the account is
					 * not at home in */
	MESSAGE_BY_READER = 128,	/* from one that it reads from */
	MESSAGE_IS_HANDED_ON = 256,	/* it goes on under another id, whose
					 * deliveries are the true ones */
	/* The upper half of the flags is the country that it came from. */
	MESSAGE_COUNTRY_SHIFT = 16
};

struct message {
	uint64_t key;
	uint64_t account;	/* account_key(); 0 while not known */
	uint64_t failed_domains, arrived_domains;	/* one bit each */
	uint32_t begun_s;	/* when it was submitted */
	uint32_t at_s;		/* its last line */
	uint32_t flags;
	uint32_t is_dirty;
	uint32_t host;		/* writers_machine() whose queue it is in */
	char queue_id[TRACKER_ID_SIZE];	/* "" when it was too long */
};

static inline uint32_t message_country_flags(uint16_t country)
{
	return (uint32_t)country << MESSAGE_COUNTRY_SHIFT;
}

/* 0: not known. */
static inline uint16_t message_country(const struct message *message)
{
	return (uint16_t)(message->flags >> MESSAGE_COUNTRY_SHIFT);
}

struct tracker;

struct tracker *tracker_new(void);
void tracker_free(struct tracker **tracker);

/* Soon tracker_find() will be asked for this: its key and writer, which go into
 * the event, and the place brought from memory. 0 without an id. */
void tracker_foresee(struct tracker *tracker, struct mail_event *event);

/* Whose message that is, as far as is known now; 0 when nobody's. */
uint64_t tracker_foresee_account(const struct tracker *tracker, uint64_t key);

/* The message this event is about; NULL when its id is not known. */
struct message *tracker_find(struct tracker *tracker,
			     const struct mail_event *event);

/* The message with another id of the same queue. */
struct message *tracker_find_id(struct tracker *tracker,
				const struct mail_event *event,
				struct slice queue_id);

/* The same, whichever instance of this host has it: a filter hands messages of
 * one to another. */
struct message *tracker_find_near(struct tracker *tracker,
				  const struct mail_event *event,
				  struct slice queue_id);

/* Begin it, forgetting an older one of the same id. Never NULL. The pointer
 * lives until the next tracker_begin(). */
struct message *tracker_begin(struct tracker *tracker,
			      const struct mail_event *event);

/* As tracker_begin for another id of the same host and instance. */
struct message *tracker_begin_id(struct tracker *tracker,
				 const struct mail_event *event,
				 struct slice queue_id);

void tracker_end(struct tracker *tracker, const struct mail_event *event);

/* For the state file: put one back; visit what changed (with its key; `gone`
 * true for those that ended); then call tracker_clean(). */
void tracker_restore(struct tracker *tracker, const struct message *message);

/* Before a commit: many messages end without a word (a client that hung up) and
 * would stay in the state for ever. Looks once for each day of the log. */
void tracker_forget_aged(struct tracker *tracker);
int tracker_each_dirty(struct tracker *tracker,
		       int (*each)(void *context,
				   const struct message *message, bool gone),
		       void *context);
void tracker_clean(struct tracker *tracker);

/* Every open message, in no order; return nonzero to stop. */
int tracker_each(const struct tracker *tracker,
		 int (*each)(void *context, const struct message *message),
		 void *context);

size_t tracker_count(const struct tracker *tracker);

/* Messages lost because the table was full; since the start. */
uint64_t tracker_lost(const struct tracker *tracker);

#endif
