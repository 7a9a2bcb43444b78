#include "detector/state_days.h"

#include <string.h>

enum { KEY_SIZE = 12 };

/* A row as it is stored: from `claims` on, then the cells in use and, where
 * there is one, that of the others. */
enum { HEAD_SIZE = 4, CELL_SIZE = sizeof(struct days_cell),
       CELLS_MAX = DAYS_COUNTRIES + 1 };

static void make_key(uint8_t out[KEY_SIZE], uint64_t account, uint32_t hour)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(hour >> (24 - 8 * i));
	memcpy(out + 4, &account, sizeof(account));
}

static uint32_t hour_of(struct slice key)
{
	uint32_t hour = 0;

	for (size_t i = 0; i < 4 && i < key.len; i++)
		hour = hour << 8 | (uint8_t)key.ptr[i];
	return hour;
}

static struct slice bytes(const void *ptr, size_t len)
{
	return (struct slice){ ptr, len };
}

static void take_cell(struct slice value, size_t i, struct days_cell *cell)
{
	memcpy(cell, value.ptr + HEAD_SIZE + i * CELL_SIZE, CELL_SIZE);
}

bool state_days_load(struct store *store, int table, uint64_t account,
		     uint32_t hour, struct days_row *out)
{
	uint8_t key[KEY_SIZE];
	struct slice value;
	size_t cells;

	make_key(key, account, hour);
	if (!store_get(store, table, bytes(key, KEY_SIZE), &value) ||
	    value.len < HEAD_SIZE || (value.len - HEAD_SIZE) % CELL_SIZE != 0)
		return false;
	cells = (value.len - HEAD_SIZE) / CELL_SIZE;
	out->n = (uint8_t)value.ptr[2];
	if (out->n > DAYS_COUNTRIES ||
	    (cells != out->n && cells != out->n + 1U)) {
		out->n = 0;
		return false;
	}
	memcpy(&out->claims, value.ptr, sizeof(out->claims));
	for (size_t i = 0; i < out->n; i++)
		take_cell(value, i, &out->cells[i]);
	if (cells > out->n)
		take_cell(value, out->n, &out->other);
	return true;
}

struct saving {
	struct store *store;
	int table;
	const struct days *days;
	struct err *err;
};

static int save_row(void *context, const struct days_row *row)
{
	const struct saving *to = context;
	uint8_t key[KEY_SIZE], value[HEAD_SIZE + CELLS_MAX * CELL_SIZE] = "";
	size_t cells = row->n;

	if (!days_keep(to->days, row->hour))
		return 0;
	make_key(key, row->key, row->hour);
	memcpy(value, &row->claims, sizeof(row->claims));
	value[2] = row->n;
	memcpy(value + HEAD_SIZE, row->cells, cells * CELL_SIZE);
	if (row->other.recipients)
		memcpy(value + HEAD_SIZE + cells++ * CELL_SIZE, &row->other,
		       CELL_SIZE);
	return store_put(to->store, to->table, bytes(key, KEY_SIZE),
			 bytes(value, HEAD_SIZE + cells * CELL_SIZE),
			 to->err);
}

/* The first row from this hour on, if there is one before `end`. */
static int forget_one(const struct saving *in, uint32_t from, uint32_t end,
		      bool *is_gone_out)
{
	uint8_t after[KEY_SIZE], key[KEY_SIZE];
	struct slice found, waste;

	/* No account has the key 0. */
	make_key(after, 0, from);
	*is_gone_out = false;
	if (!store_next(in->store, in->table, bytes(after, KEY_SIZE), &found,
			&waste) ||
	    found.len != KEY_SIZE || hour_of(found) >= end)
		return 0;
	memcpy(key, found.ptr, KEY_SIZE);
	*is_gone_out = true;
	return store_delete(in->store, in->table, bytes(key, KEY_SIZE),
			    in->err);
}

static int forget(const struct saving *in, uint32_t from, uint32_t end)
{
	bool is_gone = true;

	while (is_gone)
		if (forget_one(in, from, end, &is_gone) < 0)
			return -1;
	return 0;
}

static int forget_far(const struct saving *in)
{
	struct days_now now = days_now(in->days);

	if (now.strays > 0 || now.hour < DAYS_KEPT_HOURS)
		return 0;
	if (forget(in, 0, now.hour - DAYS_KEPT_HOURS) < 0)
		return -1;
	return forget(in, now.hour + DAYS_KEPT_HOURS + 1, UINT32_MAX);
}

int state_days_save(struct store *store, int table, const struct days *days,
		    size_t most, struct err *err)
{
	struct saving saving = { store, table, days, err };
	bool is_gone = true;

	if (days_each_dirty(days, save_row, &saving) || forget_far(&saving) < 0)
		return -1;
	while (is_gone && store_count(store, table) > most)
		if (forget_one(&saving, 0, UINT32_MAX, &is_gone) < 0)
			return -1;
	return 0;
}
