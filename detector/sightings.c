#include "detector/sightings.h"

#include "base/bits.h"
#include "base/must.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 1024, HOUR_S = 3600, FEW = 4 };

struct sightings {
	struct sighting *slots;
	size_t n_slots, n, rows_max;
	uint32_t keep_s;
};

struct sightings *sightings_new(size_t rows_max, uint32_t keep_s)
{
	struct sightings *s = must(calloc(1, sizeof(*s)));

	s->n_slots = FIRST_SLOTS;
	s->rows_max = rows_max;
	s->keep_s = keep_s;
	s->slots = must(calloc(FIRST_SLOTS, sizeof(*s->slots)));
	return s;
}

void sightings_free(struct sightings **sightings)
{
	if (!*sightings)
		return;
	free((*sightings)->slots);
	free(*sightings);
	*sightings = NULL;
}

static size_t slot_of(const struct sightings *s, uint64_t key)
{
	size_t slot = (key >> 1) & (s->n_slots - 1);

	while (s->slots[slot].key && s->slots[slot].key != key)
		slot = (slot + 1) & (s->n_slots - 1);
	return slot;
}

/* Keep what was seen since `oldest_s` with at least so many members. */
static void rebuild(struct sightings *s, size_t n_slots, uint32_t oldest_s,
		    int members_min)
{
	struct sighting *old = s->slots;
	size_t n_old = s->n_slots;

	s->n_slots = n_slots;
	s->slots = must(calloc(n_slots, sizeof(*old)));
	s->n = 0;
	for (size_t i = 0; i < n_old; i++) {
		if (!old[i].key || old[i].last_s < oldest_s ||
		    bits_count(old[i].members) < members_min)
			continue;
		s->slots[slot_of(s, old[i].key)] = old[i];
		s->n++;
	}
	free(old);
}

static void make_room(struct sightings *s, uint32_t now_s)
{
	if (s->n * 2 < s->n_slots)
		return;
	if (s->n < s->rows_max) {
		rebuild(s, s->n_slots * 2, 0, 0);
		return;
	}
	rebuild(s, s->n_slots, now_s > s->keep_s ? now_s - s->keep_s : 0, 0);
	if (s->n * 4 >= s->rows_max * 3)
		rebuild(s, s->n_slots, 0, FEW);
	/* Everything was fresh and shared: start over rather than grow. */
	if (s->n * 4 >= s->rows_max * 3)
		rebuild(s, FIRST_SLOTS, UINT32_MAX, 0);
}

struct sighting *sightings_get(struct sightings *s, uint64_t key,
			       uint32_t now_s)
{
	struct sighting *sighting;

	key |= 1;
	sighting = &s->slots[slot_of(s, key)];
	if (sighting->key)
		return sighting;
	make_room(s, now_s);
	sighting = &s->slots[slot_of(s, key)];
	sighting->key = key;
	s->n++;
	return sighting;
}

const struct sighting *sightings_find(const struct sightings *s, uint64_t key)
{
	const struct sighting *sighting = &s->slots[slot_of(s, key | 1)];

	return sighting->key ? sighting : NULL;
}

uint64_t sighting_bit(uint64_t member)
{
	return UINT64_C(1) << (member >> 7 & 63);
}

uint32_t sighting_age_s(const struct sighting *sighting, uint32_t now_s)
{
	return now_s > sighting->last_s ? now_s - sighting->last_s : 0;
}

void sightings_add(struct sightings *s, uint64_t key, uint64_t member,
		   uint32_t now_s)
{
	struct sighting *sighting = sightings_get(s, key, now_s);

	if (sighting_age_s(sighting, now_s) >= s->keep_s)
		sighting->members = 0;
	/* Rewriting the time at every line would make every row dirty. */
	if ((sighting->members & sighting_bit(member)) &&
	    sighting_age_s(sighting, now_s) <= HOUR_S)
		return;
	sighting->members |= sighting_bit(member);
	if (now_s > sighting->last_s)
		sighting->last_s = now_s;
	sighting->is_dirty = 1;
}

static uint64_t members_of(const struct sightings *s, uint64_t key)
{
	const struct sighting *sighting = sightings_find(s, key);

	return sighting ? sighting->members : 0;
}

/* Linear counting (Whang and others, 1990): of how many members so many of 64
 * bits are set, -64 ln(1 - set / 64), and for all of them 64 ln 64. */
static unsigned estimate(uint64_t members, uint64_t without)
{
	static const uint16_t of_set[65] = {
		0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 15, 16, 17, 18, 20,
		21, 23, 24, 25, 27, 28, 30, 32, 33, 35, 37, 39, 40, 42, 44, 46,
		48, 51, 53, 55, 58, 60, 63, 65, 68, 71, 74, 78, 81, 85, 89, 93,
		97, 102, 107, 113, 119, 126, 133, 142, 151, 163, 177, 196, 222,
		266, 266,
	};

	members &= ~sighting_bit(without);
	return members ? of_set[bits_count(members)] : 0;
}

unsigned sightings_count(const struct sightings *s, uint64_t key,
			 uint64_t member)
{
	return estimate(members_of(s, key), member);
}

unsigned sightings_count_two(const struct sightings *s, uint64_t one,
			     uint64_t other, uint64_t member)
{
	return estimate(members_of(s, one) | members_of(s, other), member);
}

void sightings_restore(struct sightings *s, const struct sighting *sighting)
{
	struct sighting *mine = sightings_get(s, sighting->key,
					      sighting->last_s);

	*mine = *sighting;
	mine->is_dirty = 0;
}

int sightings_each_dirty(struct sightings *s,
			 int (*each)(void *context,
				     const struct sighting *sighting),
			 void *context)
{
	int result = 0;

	for (size_t i = 0; i < s->n_slots && !result; i++)
		if (s->slots[i].key && s->slots[i].is_dirty)
			result = each(context, &s->slots[i]);
	return result;
}

void sightings_clean(struct sightings *s)
{
	for (size_t i = 0; i < s->n_slots; i++)
		s->slots[i].is_dirty = 0;
}

void sightings_touch(struct sightings *s)
{
	for (size_t i = 0; i < s->n_slots; i++)
		s->slots[i].is_dirty = s->slots[i].key != 0;
}

size_t sightings_rows(const struct sightings *s)
{
	return s->n;
}
