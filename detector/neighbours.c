#include "detector/neighbours.h"

#include "base/hash.h"
#include "base/must.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1024, WEEK_S = 7 * 86400, HOST_MIN = 20 };

struct neighbours {
	struct neighbour *slots;
	size_t n_slots, n;
};

struct neighbours *neighbours_new(void)
{
	struct neighbours *neighbours = must(calloc(1, sizeof(*neighbours)));

	neighbours->n_slots = FIRST_SLOTS;
	neighbours->slots =
		must(calloc(FIRST_SLOTS, sizeof(*neighbours->slots)));
	return neighbours;
}

void neighbours_free(struct neighbours **neighbours)
{
	if (!*neighbours)
		return;
	free((*neighbours)->slots);
	free(*neighbours);
	*neighbours = NULL;
}

static uint64_t key_of(struct slice domain, uint16_t country)
{
	return hash_bytes(domain, country + UINT64_C(0x10000)) | 1;
}

/* The host as a whole; country 0 is its total. Apart from the domain without
 * a name, which is that of logins such as "jan". */
static uint64_t host_key(uint16_t country)
{
	return hash_bytes(S(""), country + UINT64_C(0x20000)) | 1;
}

static size_t slot_of(const struct neighbours *neighbours, uint64_t key)
{
	size_t slot = (key >> 1) & (neighbours->n_slots - 1);

	while (neighbours->slots[slot].key &&
	       neighbours->slots[slot].key != key)
		slot = (slot + 1) & (neighbours->n_slots - 1);
	return slot;
}

static void rebuild(struct neighbours *neighbours, size_t n_slots,
		    uint32_t oldest_s)
{
	struct neighbour *old = neighbours->slots;
	size_t n_old = neighbours->n_slots;

	neighbours->n_slots = n_slots;
	neighbours->slots = must(calloc(n_slots, sizeof(*old)));
	neighbours->n = 0;
	for (size_t i = 0; i < n_old; i++) {
		if (!old[i].key || old[i].last_s < oldest_s)
			continue;
		neighbours->slots[slot_of(neighbours, old[i].key)] = old[i];
		neighbours->n++;
	}
	free(old);
}

static struct neighbour *get(struct neighbours *neighbours, uint64_t key,
			     uint32_t now_s)
{
	struct neighbour *neighbour;

	if (neighbours->n * 2 >= neighbours->n_slots) {
		if (neighbours->n < NEIGHBOURS_MAX)
			rebuild(neighbours, neighbours->n_slots * 2, 0);
		else
			rebuild(neighbours, neighbours->n_slots,
				now_s > WEEK_S ? now_s - WEEK_S : 0);
		/* Everything was fresh: start over rather than grow. */
		if (neighbours->n >= NEIGHBOURS_MAX)
			rebuild(neighbours, FIRST_SLOTS, UINT32_MAX);
	}
	neighbour = &neighbours->slots[slot_of(neighbours, key)];
	if (!neighbour->key) {
		neighbour->key = key;
		neighbours->n++;
	}
	return neighbour;
}

static uint64_t bit_of(uint64_t account)
{
	return UINT64_C(1) << (account >> 7 & 63);
}

/* Logs of several machines do not agree on the second: what seems to be in
 * the future is now. */
static uint32_t age_s(const struct neighbour *neighbour, uint32_t now_s)
{
	return now_s > neighbour->last_s ? now_s - neighbour->last_s : 0;
}

void neighbours_seen(struct neighbours *neighbours, struct slice login,
		     uint64_t account, uint16_t country, uint32_t now_s,
		     bool is_first)
{
	struct neighbour *n = get(neighbours,
				  key_of(slice_domain(login), country), now_s);
	static const uint32_t HOUR_S = 3600;

	/* After a week of silence nobody of old counts any more. */
	if (age_s(n, now_s) >= WEEK_S)
		n->accounts = 0;
	/* Rewriting the time at every login would make every one dirty. */
	if (!(n->accounts & bit_of(account)) || age_s(n, now_s) > HOUR_S) {
		n->accounts |= bit_of(account);
		n->last_s = now_s > n->last_s ? now_s : n->last_s;
		n->is_dirty = 1;
	}
	if (!is_first)
		return;
	for (int i = 0; i < 2; i++) {
		n = get(neighbours, host_key(i ? country : 0), now_s);
		n->accounts++;
		n->last_s = now_s > n->last_s ? now_s : n->last_s;
		n->is_dirty = 1;
	}
}

static const struct neighbour *find(const struct neighbours *neighbours,
				    uint64_t key)
{
	const struct neighbour *n =
		&neighbours->slots[slot_of(neighbours, key)];

	return n->key ? n : NULL;
}

bool neighbours_know(const struct neighbours *neighbours, struct slice login,
		     uint64_t account, uint16_t country, uint32_t now_s)
{
	const struct neighbour *total = find(neighbours, host_key(0));
	const struct neighbour *n = find(neighbours,
					 key_of(slice_domain(login), country));

	if (n && age_s(n, now_s) < WEEK_S &&
	    __builtin_popcountll(n->accounts & ~bit_of(account)) >= 3)
		return true;
	n = find(neighbours, host_key(country));
	return n && total && total->accounts >= HOST_MIN &&
	       n->accounts * 10 >= total->accounts;
}

void neighbours_restore(struct neighbours *neighbours,
			const struct neighbour *neighbour)
{
	struct neighbour *n = get(neighbours, neighbour->key,
				  neighbour->last_s);

	*n = *neighbour;
	n->is_dirty = 0;
}

int neighbours_each_dirty(struct neighbours *neighbours,
			  int (*each)(void *context,
				      const struct neighbour *neighbour),
			  void *context)
{
	int result = 0;

	for (size_t i = 0; i < neighbours->n_slots && !result; i++)
		if (neighbours->slots[i].key && neighbours->slots[i].is_dirty)
			result = each(context, &neighbours->slots[i]);
	return result;
}

void neighbours_clean(struct neighbours *neighbours)
{
	for (size_t i = 0; i < neighbours->n_slots; i++)
		neighbours->slots[i].is_dirty = 0;
}
