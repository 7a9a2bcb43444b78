#include "detector/days.h"

#include "base/must.h"
#include "base/stamp.h"
#include "detector/origin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOUR_S = 3600,
	FIRST_ROWS = 512,
	WANT_COMMIT = DAYS_ROWS_MAX / 4 * 3,
	KEPT_ROWS = 1 << 15	/* after a commit: 2 MiB; a new run of watch
				 * need not ask the disk for them */
};

/* Rows in the order in which they came, and where the hash finds them: their
 * place, from 1. Twice as many slots as rows at least. */
struct days {
	struct days_backing backing;
	bool is_backed;
	struct days_row *rows;
	size_t n, n_room;
	uint32_t *slots;
	uint32_t full_hour;	/* nothing could be forgotten in it */
	struct days_now now;
};

static size_t n_slots(const struct days *days)
{
	return days->n_room * 2;
}

static void make_slots(struct days *days, size_t n_room)
{
	days->n_room = n_room;
	free(days->slots);
	/* NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI): never 0. */
	days->slots = must(calloc(n_slots(days), sizeof(*days->slots)));
}

struct days *days_new(const struct days_backing *backing)
{
	struct days *days = must(calloc(1, sizeof(*days)));

	if (backing) {
		days->backing = *backing;
		days->is_backed = true;
	}
	days->rows = must(malloc(FIRST_ROWS * sizeof(*days->rows)));
	make_slots(days, FIRST_ROWS);
	return days;
}

void days_free(struct days **days)
{
	if (!*days)
		return;
	free((*days)->rows);
	free((*days)->slots);
	free(*days);
	*days = NULL;
}

/* Where it is, or would be. Keys are hashes already; the odd number spreads
 * the hours of one. */
static uint32_t *slot_of(const struct days *days, uint64_t key, uint32_t hour)
{
	size_t mask = n_slots(days) - 1;
	size_t slot = (key + hour * UINT64_C(0x9e3779b97f4a7c15)) & mask;

	while (days->slots[slot]) {
		const struct days_row *row =
			&days->rows[days->slots[slot] - 1];

		if (row->key == key && row->hour == hour)
			break;
		slot = (slot + 1) & mask;
	}
	return &days->slots[slot];
}

static void forget_old(struct days *days)
{
	size_t kept = 0;

	for (size_t i = 0; i < days->n; i++)
		if (days_keep(days, days->rows[i].hour))
			days->rows[kept++] = days->rows[i];
	days->n = kept;
}

/* A log of weeks needs no more room than one of a day. */
static void make_room(struct days *days)
{
	size_t n_room = days->n_room;

	/* Tried in this hour, and there was none. */
	if (days->n == DAYS_ROWS_MAX && days->full_hour == days->now.hour)
		return;
	forget_old(days);
	if (days->n == DAYS_ROWS_MAX)
		days->full_hour = days->now.hour;
	if (days->n > n_room / 2 && n_room < DAYS_ROWS_MAX)
		n_room *= 2;
	if (n_room > days->n_room)
		days->rows = must(realloc(days->rows,
					  n_room * sizeof(*days->rows)));
	make_slots(days, n_room);
	for (size_t i = 0; i < days->n; i++)
		*slot_of(days, days->rows[i].key, days->rows[i].hour) =
			(uint32_t)i + 1;
}

static void load(const struct days *days, uint64_t key, uint32_t hour,
		 struct days_row *row)
{
	memset(row, 0, sizeof(*row));
	if (days->is_backed)
		days->backing.load(days->backing.context, key, hour, row);
	row->key = key;
	row->hour = hour;
	row->is_dirty = 0;
}

/* NULL when there is no room. */
static struct days_row *row_of(struct days *days, uint64_t key, uint32_t hour)
{
	uint32_t *slot = slot_of(days, key, hour);
	struct days_row *row;

	if (*slot)
		return &days->rows[*slot - 1];
	if (days->n == days->n_room) {
		make_room(days);
		if (days->n == days->n_room)
			return NULL;
		slot = slot_of(days, key, hour);
	}
	row = &days->rows[days->n++];
	*slot = (uint32_t)days->n;
	load(days, key, hour, row);
	return row;
}

static void add(struct days_cell *cell, uint32_t recipients, uint32_t messages)
{
	uint32_t most = UINT32_MAX - cell->recipients;
	uint32_t room = UINT16_MAX - cell->messages;

	cell->recipients += recipients < most ? recipients : most;
	cell->messages = (uint16_t)(cell->messages +
				    (messages < room ? messages : room));
}

static struct days_cell *begin_cell(struct days_cell *cell, uint16_t country)
{
	*cell = (struct days_cell){ .country = country };
	return cell;
}

/* All places are taken by others: who comes often enough gets the weakest. */
static struct days_cell *claim(struct days_row *row, struct days_cell *weakest,
			       uint16_t country, uint32_t recipients)
{
	uint32_t claims = row->claims;

	claims += recipients < UINT16_MAX - claims ? recipients
						   : UINT16_MAX - claims;
	row->claims = (uint16_t)claims;
	if (claims <= weakest->recipients)
		return &row->other;
	add(&row->other, weakest->recipients, weakest->messages);
	row->claims = 0;
	return begin_cell(weakest, country);
}

static struct days_cell *cell_of(struct days_row *row, uint16_t country,
				 uint32_t recipients)
{
	struct days_cell *weakest = row->cells;

	for (size_t i = 0; i < row->n; i++) {
		struct days_cell *cell = &row->cells[i];

		if (cell->country == country)
			return cell;
		if (cell->recipients < weakest->recipients)
			weakest = cell;
	}
	if (row->n < DAYS_COUNTRIES)
		return begin_cell(&row->cells[row->n++], country);
	return claim(row, weakest, country, recipients);
}

static bool is_within_a_day(uint32_t a, uint32_t b)
{
	return a <= b + DAYS_HOURS && b <= a + DAYS_HOURS;
}

static void keep_time(struct days_now *now, uint32_t hour)
{
	bool is_near = is_within_a_day(hour, now->hour);

	if (is_near && hour <= now->hour) {
		now->strays = 0;
		return;
	}
	if (!is_near && now->hour && ++now->strays < DAYS_STRAYS)
		return;
	now->hour = hour;
	now->strays = 0;
}

void days_sent(struct days *days, uint64_t key, uint16_t country,
	       uint32_t recipients, uint32_t messages, uint32_t now_s)
{
	uint32_t hour = now_s / HOUR_S;
	struct days_row *row = row_of(days, key, hour);

	keep_time(&days->now, hour);
	if (!row)
		return;
	add(cell_of(row, country, recipients), recipients, messages);
	row->is_dirty = 1;
}

static int by_recipients(const void *a, const void *b)
{
	const struct days_part *x = a, *y = b;

	if (x->hour != y->hour)
		return x->hour < y->hour ? -1 : 1;
	if (x->cell.recipients != y->cell.recipients)
		return x->cell.recipients > y->cell.recipients ? -1 : 1;
	return x->cell.country < y->cell.country ? -1 : 1;
}

/* In memory, or else from the disk, and not kept. */
static const struct days_row *look(const struct days *days, uint64_t key,
				   uint32_t hour, struct days_row *room)
{
	uint32_t place = *slot_of(days, key, hour);

	if (place)
		return &days->rows[place - 1];
	load(days, key, hour, room);
	return room;
}

size_t days_of(const struct days *days, uint64_t key, uint32_t at_s,
	       struct days_part out[DAYS_PARTS_MAX])
{
	uint32_t last = at_s / HOUR_S;
	size_t n = 0;

	for (uint32_t ago = 0; ago < DAYS_HOURS && ago <= last; ago++) {
		struct days_row room;
		const struct days_row *row = look(days, key, last - ago,
						  &room);

		for (size_t i = 0; i < row->n; i++)
			out[n++] = (struct days_part){ row->hour,
						       row->cells[i] };
		if (!row->other.recipients)
			continue;
		out[n] = (struct days_part){ row->hour, row->other };
		out[n++].cell.country = DAYS_OTHER;
	}
	qsort(out, n, sizeof(*out), by_recipients);
	return n;
}

static void add_hour(struct json *object, uint32_t hour)
{
	struct stamp_civil civil;
	char text[40];

	stamp_split(hour * (int64_t)STAMP_HOUR_MS, &civil);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:00:00Z", civil.year,
		 civil.month, civil.day, civil.hour);
	json_add_string(object, "hour", text);
}

static void add_country(struct json *object, uint16_t country)
{
	char text[COUNTRY_TEXT_SIZE] = "ZZ";

	if (country == DAYS_OTHER) {
		json_add_string(object, "country", "other");
		return;
	}
	if (country)
		country_text(country, text);
	json_add_string(object, "country", text);
}

struct json *days_json(const struct days_part *parts, size_t n)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < n; i++) {
		const struct days_cell *cell = &parts[i].cell;
		struct json *one = json_new_object();

		add_hour(one, parts[i].hour);
		add_country(one, cell->country);
		json_add_integer(one, "recipients", cell->recipients);
		json_add_integer(one, "messages", cell->messages);
		json_push(list, &one);
	}
	return list;
}

int days_each_dirty(const struct days *days,
		    int (*each)(void *context, const struct days_row *row),
		    void *context)
{
	int result = 0;

	for (size_t i = 0; i < days->n && !result; i++)
		if (days->rows[i].is_dirty)
			result = each(context, &days->rows[i]);
	return result;
}

/* Without a disk behind it nothing may be given back. */
void days_clean(struct days *days)
{
	for (size_t i = 0; i < days->n; i++)
		days->rows[i].is_dirty = 0;
	if (days->n <= KEPT_ROWS || !days->is_backed)
		return;
	days->n = 0;
	memset(days->slots, 0, n_slots(days) * sizeof(*days->slots));
}

void days_undo(struct days *days, bool (*is_one)(void *context, uint64_t key),
	       void *context)
{
	for (size_t i = 0; i < days->n; i++) {
		struct days_row *row = &days->rows[i];

		if (row->is_dirty && is_one(context, row->key))
			load(days, row->key, row->hour, row);
	}
}

bool days_keep(const struct days *days, uint32_t hour)
{
	const struct days_now *now = &days->now;

	return now->strays > 0 || (hour <= now->hour + DAYS_KEPT_HOURS &&
				   now->hour <= hour + DAYS_KEPT_HOURS);
}

bool days_want_commit(const struct days *days)
{
	return days->n >= WANT_COMMIT;
}

struct days_now days_now(const struct days *days)
{
	return days->now;
}

void days_set_now(struct days *days, struct days_now now)
{
	days->now = now;
}
