#include "detector/tracker.h"

#include "base/fetch.h"
#include "base/hash.h"
#include "base/must.h"
#include "detector/writers.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 4096, DAY_S = 86400 };

/* Open addressing with backward shift deletion, so ended messages leave no
 * gaps. `gone` are keys the state file may still hold. */
struct tracker {
	struct message *slots;	/* key 0: free */
	size_t n_slots, n;
	uint64_t *gone;
	size_t n_gone, gone_room;
	bool remembers_gone;	/* only with a state file behind */
	/* The three newest times of lines read by this run, newest first. What
	 * the state brings is not among them: what a clock wrote ahead would
	 * make everything look aged, in every run from then on. */
	uint32_t newest_s[3];
	uint32_t aged_day;	/* up to which the aged were let go */
	uint64_t lost;
	/* Host and instance seldom change from line to line. */
	char host[64], instance[64];
	struct slice last_host, last_instance;
	uint64_t last_seed;
	uint32_t last_host_number;
	uint32_t last_writer;	/* its place, from 1; 0: there was no room */
	struct writers writers;
};

struct tracker *tracker_new(void)
{
	struct tracker *tracker = must(calloc(1, sizeof(*tracker)));

	tracker->n_slots = FIRST_SLOTS;
	tracker->slots = must(calloc(FIRST_SLOTS, sizeof(*tracker->slots)));
	return tracker;
}

void tracker_free(struct tracker **tracker)
{
	if (!*tracker)
		return;
	free((*tracker)->slots);
	free((*tracker)->gone);
	free(*tracker);
	*tracker = NULL;
}

static uint64_t seed_of(struct tracker *tracker,
			const struct mail_event *event)
{
	uint64_t host;

	if (tracker->last_seed && slice_eq(tracker->last_host, event->host) &&
	    slice_eq(tracker->last_instance, event->instance))
		return tracker->last_seed;
	slice_copy(event->host, tracker->host, sizeof(tracker->host));
	slice_copy(event->instance, tracker->instance,
		   sizeof(tracker->instance));
	tracker->last_host = slice_from(tracker->host);
	tracker->last_instance = slice_from(tracker->instance);
	tracker->last_host_number = writers_machine(tracker->last_host);
	host = hash_bytes(tracker->last_host, 3);
	tracker->last_seed = hash_bytes(tracker->last_instance, host) | 1;
	tracker->last_writer = writers_place(&tracker->writers,
					     tracker->last_seed, host);
	return tracker->last_seed;
}

static uint64_t key_of(struct tracker *tracker, const struct mail_event *event,
		       struct slice queue_id)
{
	/* 0 means a free slot. */
	return hash_bytes(queue_id, seed_of(tracker, event)) | 1;
}

static size_t slot_of(const struct tracker *tracker, uint64_t key)
{
	size_t slot = (key >> 1) & (tracker->n_slots - 1);

	while (tracker->slots[slot].key && tracker->slots[slot].key != key)
		slot = (slot + 1) & (tracker->n_slots - 1);
	return slot;
}

/* Who wrote the event's line; NULL when he is not among those we know. */
static struct writer *writer_of(struct tracker *tracker,
				const struct mail_event *event)
{
	uint32_t place = event->writer;

	if (!place) {
		seed_of(tracker, event);
		place = tracker->last_writer;
	}
	return place ? &tracker->writers.all[place - 1] : NULL;
}

/*
 * Under which other name of this host is the id open? A name without a queue
 * works for one that has; two with a queue each are strangers, unless `any`
 * is asked for. 0 when there is none.
 */
static uint64_t key_elsewhere(struct tracker *tracker,
			      const struct mail_event *event,
			      struct slice queue_id, bool any)
{
	const struct writer *own = writer_of(tracker, event);
	const struct writer *at = tracker->writers.all;
	const struct writer *end = at + tracker->writers.n;

	if (!own || !own->n_others || queue_id.len == 0)
		return 0;
	for (; at < end; at++) {
		uint64_t key;

		if (at->host != own->host || at == own ||
		    (!any && at->has_queue == own->has_queue))
			continue;
		key = hash_bytes(queue_id, at->seed) | 1;
		if (tracker->slots[slot_of(tracker, key)].key)
			return key;
	}
	return 0;
}

static void remember_gone(struct tracker *tracker, uint64_t key)
{
	if (!tracker->remembers_gone)
		return;
	if (tracker->n_gone == tracker->gone_room) {
		tracker->gone_room = tracker->gone_room * 2 + 64;
		tracker->gone = must(realloc(tracker->gone,
					     tracker->gone_room *
						     sizeof(uint64_t)));
	}
	tracker->gone[tracker->n_gone++] = key;
}

static void drop(struct tracker *tracker, size_t hole)
{
	size_t mask = tracker->n_slots - 1, at = hole;

	tracker->n--;
	for (;;) {
		size_t home;

		tracker->slots[hole].key = 0;
		do {
			at = (at + 1) & mask;
			if (!tracker->slots[at].key)
				return;
			home = (tracker->slots[at].key >> 1) & mask;
		} while (hole <= at ? (hole < home && home <= at)
				    : (hole < home || home <= at));
		tracker->slots[hole] = tracker->slots[at];
		hole = at;
	}
}

static void rebuild(struct tracker *tracker, size_t n_slots,
		    uint32_t oldest_s)
{
	struct message *old = tracker->slots;
	size_t n_old = tracker->n_slots;

	tracker->n_slots = n_slots;
	tracker->slots = must(calloc(n_slots, sizeof(*tracker->slots)));
	tracker->n = 0;
	for (size_t i = 0; i < n_old; i++) {
		if (!old[i].key)
			continue;
		if (old[i].at_s < oldest_s) {
			remember_gone(tracker, old[i].key);
			continue;
		}
		tracker->slots[slot_of(tracker, old[i].key)] = old[i];
		tracker->n++;
	}
	free(old);
}

/* What is old is told from the third newest time: one or two lines of a clock
 * that runs ahead must not make everything else look aged. */
static void note_time(struct tracker *tracker, uint32_t at_s)
{
	uint32_t *newest = tracker->newest_s;

	for (size_t i = 0; i < 3; i++) {
		uint32_t here = newest[i];

		if (at_s <= here)
			continue;
		newest[i] = at_s;
		at_s = here;
	}
}

static uint32_t before(uint32_t now_s, uint32_t age_s)
{
	return now_s > age_s ? now_s - age_s : 0;
}

static void make_room(struct tracker *tracker)
{
	static const uint32_t ages_s[] = { TRACKER_MAX_AGE_S, 86400, 3600 };
	static const size_t n_ages = sizeof(ages_s) / sizeof(ages_s[0]);
	size_t n_before;

	if (tracker->n * 2 < tracker->n_slots)
		return;
	if (tracker->n_slots < 2 * (size_t)TRACKER_MAX) {
		/* Growing is also the moment to let the aged go. */
		rebuild(tracker, tracker->n_slots * 2,
			before(tracker->newest_s[2], TRACKER_MAX_AGE_S));
		return;
	}
	n_before = tracker->n;
	for (size_t i = 0; i < n_ages && tracker->n * 2 >= tracker->n_slots;
	     i++)
		rebuild(tracker, tracker->n_slots,
			before(tracker->newest_s[2], ages_s[i]));
	/* All of the last hour, or of a clock that ran ahead. */
	if (tracker->n * 2 >= tracker->n_slots)
		rebuild(tracker, tracker->n_slots, UINT32_MAX);
	tracker->lost += n_before - tracker->n;
}

static struct message *find(struct tracker *tracker, uint64_t key,
			    uint32_t now_s)
{
	struct message *message = &tracker->slots[slot_of(tracker, key)];

	if (!message->key)
		return NULL;
	if (message->at_s < before(now_s, TRACKER_MAX_AGE_S))
		return NULL;
	if (message->at_s < now_s) {
		message->at_s = now_s;
		message->is_dirty = 1;
	}
	return message;
}

static uint32_t seconds(const struct mail_event *event)
{
	return (uint32_t)(event->at_ms / 1000);
}

static struct message *find_elsewhere(struct tracker *tracker,
				      const struct mail_event *event,
				      struct slice queue_id, bool any)
{
	uint64_t key = key_elsewhere(tracker, event, queue_id, any);

	return key ? find(tracker, key, seconds(event)) : NULL;
}

struct message *tracker_find_id(struct tracker *tracker,
				const struct mail_event *event,
				struct slice queue_id)
{
	struct message *message;

	if (queue_id.len == 0)
		return NULL;
	message = find(tracker, key_of(tracker, event, queue_id),
		       seconds(event));
	return message ? message
		       : find_elsewhere(tracker, event, queue_id, false);
}

struct message *tracker_find_near(struct tracker *tracker,
				  const struct mail_event *event,
				  struct slice queue_id)
{
	struct message *message = tracker_find_id(tracker, event, queue_id);

	return message ? message
		       : find_elsewhere(tracker, event, queue_id, true);
}

/* Of the event's own message; 0 when it names none. */
static uint64_t own_key(struct tracker *tracker,
			const struct mail_event *event)
{
	if (event->message_key || event->queue_id.len == 0)
		return event->message_key;
	return key_of(tracker, event, event->queue_id);
}

void tracker_foresee(struct tracker *tracker, struct mail_event *event)
{
	uint64_t key = own_key(tracker, event);

	event->message_key = key;
	if (!key)
		return;
	event->writer = tracker->last_writer;
	fetch(&tracker->slots[(key >> 1) & (tracker->n_slots - 1)]);
}

uint64_t tracker_foresee_account(const struct tracker *tracker, uint64_t key)
{
	const struct message *message = &tracker->slots[slot_of(tracker, key)];

	return message->key ? message->account : 0;
}

/* An older one of this id, under another name for the same queue. */
static void end_elsewhere(struct tracker *tracker,
			  const struct mail_event *event,
			  struct slice queue_id)
{
	uint64_t key = key_elsewhere(tracker, event, queue_id, false);

	if (!key)
		return;
	remember_gone(tracker, key);
	drop(tracker, slot_of(tracker, key));
}

static struct message *begin(struct tracker *tracker,
			     const struct mail_event *event,
			     struct slice queue_id, uint64_t key)
{
	struct message *message;

	end_elsewhere(tracker, event, queue_id);
	note_time(tracker, seconds(event));
	make_room(tracker);
	message = &tracker->slots[slot_of(tracker, key)];
	if (!message->key)
		tracker->n++;
	memset(message, 0, sizeof(*message));
	message->key = key;
	seed_of(tracker, event);
	message->host = tracker->last_host_number;
	if (!slice_copy(queue_id, message->queue_id, TRACKER_ID_SIZE))
		message->queue_id[0] = '\0';
	message->begun_s = message->at_s = seconds(event);
	message->is_dirty = 1;
	return message;
}

struct message *tracker_begin_id(struct tracker *tracker,
				 const struct mail_event *event,
				 struct slice queue_id)
{
	return begin(tracker, event, queue_id,
		     key_of(tracker, event, queue_id));
}

struct message *tracker_begin(struct tracker *tracker,
			      const struct mail_event *event)
{
	return begin(tracker, event, event->queue_id,
		     own_key(tracker, event));
}

/* The queue's own name takes over what a service of another name began: the
 * delivery agents may have yet other names. */
static struct message *take_over(struct tracker *tracker,
				 const struct mail_event *event,
				 const struct message *message)
{
	struct message taken = *message, *own;

	own = tracker_begin(tracker, event);
	taken.key = own->key;
	*own = taken;
	own->is_dirty = 1;
	return own;
}

static void note_queue(struct tracker *tracker, const struct mail_event *event)
{
	struct writer *writer = writer_of(tracker, event);

	if (writer)
		writer->has_queue = true;
}

struct message *tracker_find(struct tracker *tracker,
			     const struct mail_event *event)
{
	uint64_t key = own_key(tracker, event);
	struct message *message;

	if (!key)
		return NULL;
	if (event->kind == MAIL_QUEUED)
		note_queue(tracker, event);
	message = find(tracker, key, seconds(event));
	if (message)
		return message;
	message = find_elsewhere(tracker, event, event->queue_id, false);
	return message && event->kind == MAIL_QUEUED
		       ? take_over(tracker, event, message)
		       : message;
}

void tracker_end(struct tracker *tracker, const struct mail_event *event)
{
	uint64_t key = own_key(tracker, event);
	size_t slot = slot_of(tracker, key);

	if (!key)
		return;
	if (!tracker->slots[slot].key) {
		end_elsewhere(tracker, event, event->queue_id);
		return;
	}
	remember_gone(tracker, key);
	drop(tracker, slot);
}

void tracker_restore(struct tracker *tracker, const struct message *message)
{
	size_t slot;

	tracker->remembers_gone = true;
	make_room(tracker);
	slot = slot_of(tracker, message->key);
	if (!tracker->slots[slot].key)
		tracker->n++;
	tracker->slots[slot] = *message;
	tracker->slots[slot].is_dirty = 0;
}

void tracker_forget_aged(struct tracker *tracker)
{
	uint32_t oldest_s = before(tracker->newest_s[2], TRACKER_MAX_AGE_S);

	if (oldest_s / DAY_S <= tracker->aged_day)
		return;
	tracker->aged_day = oldest_s / DAY_S;
	rebuild(tracker, tracker->n_slots, oldest_s);
}

int tracker_each_dirty(struct tracker *tracker,
		       int (*each)(void *context,
				   const struct message *message, bool gone),
		       void *context)
{
	struct message ended = { 0 };
	int result = 0;

	for (size_t i = 0; i < tracker->n_gone && !result; i++) {
		ended.key = tracker->gone[i];
		result = each(context, &ended, true);
	}
	for (size_t i = 0; i < tracker->n_slots && !result; i++)
		if (tracker->slots[i].key && tracker->slots[i].is_dirty)
			result = each(context, &tracker->slots[i], false);
	return result;
}

void tracker_clean(struct tracker *tracker)
{
	tracker->n_gone = 0;
	tracker->remembers_gone = true;
	for (size_t i = 0; i < tracker->n_slots; i++)
		tracker->slots[i].is_dirty = 0;
}

int tracker_each(const struct tracker *tracker,
		 int (*each)(void *context, const struct message *message),
		 void *context)
{
	int result = 0;

	for (size_t i = 0; i < tracker->n_slots && !result; i++)
		if (tracker->slots[i].key)
			result = each(context, &tracker->slots[i]);
	return result;
}

size_t tracker_count(const struct tracker *tracker)
{
	return tracker->n;
}

uint64_t tracker_lost(const struct tracker *tracker)
{
	return tracker->lost;
}
