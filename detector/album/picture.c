#include "detector/album/picture.h"

#include "base/must.h"
#include "base/slice.h"

#include <stdlib.h>

void picture_begin(struct picture *picture, uint64_t key, const char *login,
		   uint32_t at_s)
{
	memset(picture, 0, sizeof(*picture));
	picture->is_used = true;
	picture->key = key;
	picture->width_s = PICTURE_WIDTH_S;
	picture->start_s = at_s - at_s % PICTURE_WIDTH_S;
	picture->end_s = at_s;
	picture->highest = PICTURE_CALM;
	slice_copy(slice_from(login), picture->login, sizeof(picture->login));
}

static size_t country_row(struct picture *picture, uint16_t country)
{
	for (size_t i = 0; i < picture->n_countries; i++)
		if (picture->countries[i] == country)
			return i;
	if (picture->n_countries == PICTURE_COUNTRIES)
		return PICTURE_COUNTRIES;
	picture->countries[picture->n_countries] = country;
	return picture->n_countries++;
}

static uint32_t sum_of(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static void join(struct bucket *bucket, const struct bucket *other)
{
	for (size_t i = 0; i <= PICTURE_COUNTRIES; i++) {
		bucket->messages[i] = sum_of(bucket->messages[i],
					     other->messages[i]);
		bucket->recipients[i] = sum_of(bucket->recipients[i],
					       other->recipients[i]);
	}
	if (!other->has_sums ||
	    (bucket->has_sums && bucket->total >= other->total))
		return;
	memcpy(bucket->sums, other->sums, sizeof(bucket->sums));
	bucket->total = other->total;
	bucket->has_sums = true;
}

static void widen(struct picture *picture)
{
	struct bucket *buckets = picture->buckets;

	for (size_t i = 0; i < PICTURE_BUCKETS / 2; i++) {
		struct bucket both = buckets[2 * i];

		join(&both, &buckets[2 * i + 1]);
		buckets[i] = both;
	}
	memset(buckets + PICTURE_BUCKETS / 2, 0,
	       PICTURE_BUCKETS / 2 * sizeof(*buckets));
	picture->width_s *= 2;
}

static struct bucket *bucket_at(struct picture *picture, uint32_t at_s)
{
	uint32_t after_s = at_s > picture->start_s ? at_s - picture->start_s
						   : 0;

	while (after_s / picture->width_s >= PICTURE_BUCKETS)
		widen(picture);
	return &picture->buckets[after_s / picture->width_s];
}

static struct bucket bucket_of(struct picture *picture,
			       const struct picture_event *event)
{
	struct bucket bucket = { .total = event->total, .has_sums = true };
	size_t row;

	memcpy(bucket.sums, event->sums, sizeof(bucket.sums));
	if (!event->recipients)
		return bucket;
	row = country_row(picture, event->country);
	bucket.messages[row] = !event->is_further;
	bucket.recipients[row] = event->recipients;
	return bucket;
}

void picture_add(struct picture *picture, const struct picture_event *event)
{
	struct bucket bucket = bucket_of(picture, event);

	join(bucket_at(picture, event->at_s), &bucket);
	if (event->at_s > picture->end_s)
		picture->end_s = event->at_s;
}

void picture_wait(struct picture *picture, const struct picture_event *event,
		  uint32_t rise_s)
{
	struct bucket bucket = bucket_of(picture, event);
	uint32_t after_s;

	if (!picture->late_s)
		picture->late_s = rise_s + PICTURE_LATE_S;
	after_s = event->at_s > picture->late_s
			  ? event->at_s - picture->late_s : 0;
	if (after_s / PICTURE_LATE_S < PICTURE_LATE)
		join(&picture->late[after_s / PICTURE_LATE_S], &bucket);
}

void picture_join(struct picture *picture)
{
	if (!picture->late_s)
		return;
	for (uint32_t i = 0; i < PICTURE_LATE; i++)
		if (picture->late[i].has_sums)
			join(bucket_at(picture,
				       picture->late_s +
					       i * PICTURE_LATE_S +
					       PICTURE_LATE_S / 2),
			     &picture->late[i]);
	memset(picture->late, 0, sizeof(picture->late));
	picture->late_s = 0;
}

size_t picture_length(const struct picture *picture)
{
	size_t last = (picture->end_s - picture->start_s) / picture->width_s;

	return last < PICTURE_BUCKETS ? last + 1 : PICTURE_BUCKETS;
}

/* Which of two has to make room. */
static bool matters_less(const struct picture *a, const struct picture *b)
{
	if (a->is_over != b->is_over)
		return a->is_over;
	if (!a->is_over)
		return a->highest < b->highest;
	if ((a->stopped_s == 0) != (b->stopped_s == 0))
		return a->stopped_s == 0;
	return a->stopped_s ? a->recipients < b->recipients
			    : a->highest < b->highest;
}

struct picture *pictures_take(struct pictures *pictures, uint64_t *robbed_out)
{
	struct picture *least;

	*robbed_out = 0;
	if (pictures->n < pictures->max) {
		if (!pictures->all)
			pictures->all = must(calloc(pictures->max,
						    sizeof(*pictures->all)));
		least = must(calloc(1, sizeof(*least)));
		pictures->all[pictures->n++] = least;
		return least;
	}
	least = pictures->all[0];
	for (size_t i = 1; i < pictures->n; i++)
		if (matters_less(pictures->all[i], least))
			least = pictures->all[i];
	*robbed_out = least->is_over ? 0 : least->key;
	memset(least, 0, sizeof(*least));
	return least;
}

void pictures_release(struct pictures *pictures)
{
	for (size_t i = 0; i < pictures->n; i++)
		free(pictures->all[i]);
	free(pictures->all);
	pictures->all = NULL;
	pictures->n = 0;
}
