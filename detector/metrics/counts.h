/*
 * counts - what scan and watch count, cumulative over all runs.
 *
 * Counted is in memory, until the transaction that remembers what was read:
 * counts_save() adds to the numbers of the state in it, so a run killed
 * anywhere has counted exactly what it will not read again. A transaction that
 * fails leaves the state and the counts as they were. After the commit,
 * counts_clear().
 *
 * A zeroed struct counts is ready.
 */
#ifndef DETECTOR_METRICS_COUNTS_H
#define DETECTOR_METRICS_COUNTS_H

#include "detector/metrics/metric.h"
#include "detector/state.h"

struct counts {
	uint64_t cells[METRIC_CELLS_MAX];
	bool any;
};

/* `i` and `j` are the places of the label's values, 0 where there are none. */
void counts_add(struct counts *counts, enum metric_id id, size_t i, size_t j,
		uint64_t n);
void counts_clear(struct counts *counts);

/* Between state_begin() and state_commit(). */
int counts_save(const struct counts *counts, struct state *state,
		struct err *err);

/* As of the last commit. */
uint64_t counts_stored(struct state *state, size_t cell);

#endif
