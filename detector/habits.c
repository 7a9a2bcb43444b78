#include "detector/habits.h"

#include "base/bits.h"
#include <string.h>

enum {
	DAY_S = 86400,
	HOUR_S = 3600,
	FILTER_BITS = 256,
	/* Set bits of a full generation: some 60 marks with three bits each;
	 * a stranger then passes for known once in eight times at worst, in
	 * one of the two generations. */
	FILTER_FULL = 128,
	/* ... and of one that knows fewer than about eight. */
	FILTER_EMPTY = 24,
	HOUR_MAX = 200,
	NEW_A_DAY = 60,		/* of these marks one day may add */
	DAY_COUNTS = 10,
	RECIPIENTS_MOST = 100
};

double habits_share(const struct account_share *share, double prior_hits,
		    double prior_seen)
{
	return (share->hits + prior_hits) / (share->seen + prior_seen);
}

/* Room for so many more observations: the older ones count less. */
static void fade(struct account_share *share, double most, double more)
{
	double keep;

	if (share->seen + more <= most)
		return;
	keep = (most - more) / share->seen;
	share->hits = (float)(share->hits * keep);
	share->seen = (float)(share->seen * keep);
}

void habits_count(struct account_share *share, bool is_hit, double most)
{
	fade(share, most, 1);
	share->hits += is_hit ? 1.0F : 0.0F;
	share->seen++;
}

/* Three bits of a mark, from different parts of the hash. */
static void bits_of(uint64_t mark, unsigned bits[3])
{
	bits[0] = mark % FILTER_BITS;
	bits[1] = (mark >> 16) % FILTER_BITS;
	bits[2] = (mark >> 40) % FILTER_BITS;
}

static bool holds(const uint64_t filter[4], uint64_t mark)
{
	unsigned bits[3];

	bits_of(mark, bits);
	for (int i = 0; i < 3; i++)
		if (!(filter[bits[i] / 64] >> bits[i] % 64 & 1))
			return false;
	return true;
}

bool habits_knows_recipient(const struct account *account, uint64_t mark)
{
	return holds(account->known_recipients[0], mark) ||
	       holds(account->known_recipients[1], mark);
}

static int set_bits(const uint64_t filter[4])
{
	int set = 0;

	for (int i = 0; i < 4; i++)
		set += bits_count(filter[i]);
	return set;
}

static void remember(struct account *account, uint64_t mark)
{
	uint64_t(*filters)[4] = account->known_recipients;
	unsigned bits[3];

	if (set_bits(filters[0]) >= FILTER_FULL) {
		memcpy(filters[1], filters[0], sizeof(filters[0]));
		memset(filters[0], 0, sizeof(filters[0]));
	}
	bits_of(mark, bits);
	for (int i = 0; i < 3; i++)
		filters[0][bits[i] / 64] |= UINT64_C(1) << bits[i] % 64;
}

/* So few marks that the filter can say nothing yet? */
static bool is_empty(const struct account *account)
{
	return set_bits(account->known_recipients[0]) +
		       set_bits(account->known_recipients[1]) <
	       FILTER_EMPTY;
}

void habits_recipient(struct account *account, uint64_t mark)
{
	bool is_known = habits_knows_recipient(account, mark);

	/* To whom it writes first is new whoever it is. */
	if (account->day_seen < UINT8_MAX && !is_empty(account)) {
		account->day_seen++;
		account->day_new += !is_known;
	}
	/* Also a known one of the older generation, so that it stays. */
	if (!holds(account->known_recipients[0], mark) &&
	    (is_known || account->day_new < NEW_A_DAY))
		remember(account, mark);
}

void habits_end_day(struct account *account)
{
	struct account_share *share = &account->new_recipients;
	double counts = account->day_seen < DAY_COUNTS ? account->day_seen
						       : DAY_COUNTS;

	if (account->day_seen == 0)
		return;
	fade(share, RECIPIENTS_MOST, counts);
	share->hits += (float)(counts * account->day_new / account->day_seen);
	share->seen += (float)counts;
	account->day_new = account->day_seen = 0;
}

bool habits_knows_shape(const struct account *account, uint16_t shape)
{
	for (size_t i = 0; i < ACCOUNT_SHAPES; i++)
		if (account->shapes[i] == shape)
			return true;
	return false;
}

void habits_shape(struct account *account, uint16_t shape)
{
	size_t at = 0;

	while (at < ACCOUNT_SHAPES - 1 && account->shapes[at] != shape)
		at++;
	memmove(account->shapes + 1, account->shapes,
		at * sizeof(*account->shapes));
	account->shapes[0] = shape;
}

/* 1970 began on a Thursday. */
static bool is_weekend(uint32_t now_s)
{
	uint32_t weekday = (now_s / DAY_S + 4) % 7;

	return weekday == 0 || weekday == 6;
}

static unsigned n_bins(uint32_t now_s)
{
	return is_weekend(now_s) ? 12 : 24;
}

double habits_hour_share(const struct account *account, uint32_t now_s)
{
	enum { PRIOR = 12 };	/* messages, spread evenly */
	unsigned n = n_bins(now_s), total = 0, at;
	const uint8_t *bins = n == 12 ? account->weekend_hours
				      : account->hours;
	double here;

	for (unsigned i = 0; i < n; i++)
		total += bins[i];
	at = now_s % DAY_S / (DAY_S / n);
	/* The hour itself and, in part, its neighbours: habits are no
	 * timetables, and summer time moves them by one. */
	here = 0.5 * bins[at] +
	       0.25 * (bins[(at + n - 1) % n] + bins[(at + 1) % n]);
	return (here * n / 24 + PRIOR / 24.0) / (total + PRIOR);
}

void habits_hour(struct account *account, uint32_t now_s)
{
	unsigned n = n_bins(now_s);
	uint8_t *bins = n == 12 ? account->weekend_hours : account->hours;
	uint8_t *bin = &bins[now_s % DAY_S / (DAY_S / n)];

	if (*bin >= HOUR_MAX)
		for (unsigned i = 0; i < n; i++)
			bins[i] /= 2;
	(*bin)++;
}

unsigned habits_hours_known(const struct account *account)
{
	unsigned total = 0;

	for (size_t i = 0; i < sizeof(account->hours); i++)
		total += account->hours[i];
	for (size_t i = 0; i < sizeof(account->weekend_hours); i++)
		total += account->weekend_hours[i];
	return total;
}
