#include "detector/metrics/counts.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 256 };

void counts_add(struct counts *counts, enum metric_id id, size_t i, size_t j,
		uint64_t n)
{
	if (n == 0)
		return;
	counts->cells[metric_cell(id, i, j)] += n;
	counts->any = true;
}

void counts_clear(struct counts *counts)
{
	memset(counts, 0, sizeof(*counts));
}

/* By name and not by place, which moves with every new word. */
static void name_of(size_t cell, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "metric %s{%s}",
		 metrics[metric_of(cell)].name, metric_labels(cell));
}

uint64_t counts_stored(struct state *state, size_t cell)
{
	char name[NAME_SIZE];

	name_of(cell, name);
	return (uint64_t)state_number(state, name, 0);
}

int counts_save(const struct counts *counts, struct state *state,
		struct err *err)
{
	char name[NAME_SIZE];

	for (size_t i = 0; counts->any && i < metric_cells(); i++) {
		if (counts->cells[i] == 0)
			continue;
		name_of(i, name);
		if (state_put_number(state, name,
				     (int64_t)(counts_stored(state, i) +
					       counts->cells[i]), err) < 0)
			return -1;
	}
	return 0;
}
