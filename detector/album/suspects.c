/*
 * The table of accounts that had an incident, and what is forgotten when it
 * is full.
 */
#include "detector/album/inside.h"

#include "base/must.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 1024 };

static size_t slot_of(const struct suspects *suspects, uint64_t key)
{
	size_t slot = (key >> 1) & (suspects->n_slots - 1);

	while (suspects->slots[slot] && suspects->slots[slot]->key != key)
		slot = (slot + 1) & (suspects->n_slots - 1);
	return slot;
}

struct suspect *suspects_find(const struct suspects *suspects, uint64_t key)
{
	return suspects->n_slots ? suspects->slots[slot_of(suspects, key)]
				 : NULL;
}

static void forget(struct suspect *suspect)
{
	free(suspect->words);
	free(suspect);
}

/* A new table; those under `floor` that may go are left behind. */
static void rebuild(struct suspects *suspects, size_t n_slots,
		    bool (*may_go)(const struct suspect *suspect, float floor,
				   uint32_t now_s),
		    float floor, uint32_t now_s)
{
	struct suspect **old = suspects->slots;
	size_t n_old = suspects->n_slots;

	suspects->slots = must(calloc(n_slots, sizeof(*suspects->slots)));
	suspects->n_slots = n_slots;
	suspects->n = 0;
	for (size_t i = 0; i < n_old; i++) {
		if (!old[i])
			continue;
		if (may_go && may_go(old[i], floor, now_s)) {
			forget(old[i]);
			suspects->forgotten++;
			continue;
		}
		suspects->slots[slot_of(suspects, old[i]->key)] = old[i];
		suspects->n++;
	}
	free(old);
}

/* Its incident is over and it was not stopped. */
static bool is_dull(const struct suspect *suspect, float floor,
		    uint32_t now_s)
{
	return suspect->highest < floor && !suspect->stop &&
	       now_s > suspect->last_s + INCIDENT_OVER_S;
}

/* Also in the middle of its incident. */
static bool is_less(const struct suspect *suspect, float floor,
		    uint32_t now_s)
{
	(void)now_s;
	return suspect->highest < floor && !suspect->stop &&
	       !suspect->picture;
}

static int by_height(const void *a, const void *b)
{
	float left = *(const float *)a, right = *(const float *)b;

	return (left > right) - (left < right);
}

static float median(const struct suspects *suspects)
{
	float *heights = must(calloc(suspects->n, sizeof(*heights)));
	float middle;
	size_t n = 0;

	for (size_t i = 0; i < suspects->n_slots; i++)
		if (suspects->slots[i])
			heights[n++] = suspects->slots[i]->highest;
	qsort(heights, n, sizeof(*heights), by_height);
	middle = heights[n / 2];
	free(heights);
	return middle;
}

/* First those whose story is over, then whoever; the upper half stays. */
static void make_room(struct suspects *suspects, uint32_t now_s)
{
	float floor = median(suspects);

	rebuild(suspects, suspects->n_slots, is_dull, floor, now_s);
	if (suspects->n > SUSPECTS_MAX / 8 * 7)
		rebuild(suspects, suspects->n_slots, is_less, floor, now_s);
	if (floor > suspects->floor)
		suspects->floor = floor;
}

struct suspect *suspects_get(struct suspects *suspects, uint64_t key,
			     uint32_t now_s)
{
	struct suspect *suspect = suspects_find(suspects, key);

	if (suspect)
		return suspect;
	if (suspects->n == SUSPECTS_MAX)
		make_room(suspects, now_s);
	if (suspects->n == SUSPECTS_MAX) {
		suspects->forgotten++;
		return NULL;
	}
	if (suspects->n * 2 >= suspects->n_slots)
		rebuild(suspects, suspects->n_slots ? suspects->n_slots * 2
						    : FIRST_SLOTS,
			NULL, 0, 0);
	suspect = must(calloc(1, sizeof(*suspect)));
	suspect->key = key;
	suspect->highest = PICTURE_CALM;
	suspects->slots[slot_of(suspects, key)] = suspect;
	suspects->n++;
	return suspect;
}

void suspects_release(struct suspects *suspects)
{
	for (size_t i = 0; i < suspects->n_slots; i++)
		if (suspects->slots[i])
			forget(suspects->slots[i]);
	free(suspects->slots);
	memset(suspects, 0, sizeof(*suspects));
}
