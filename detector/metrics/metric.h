/*
 * metric - every metric there is (metrics.def), and its cells: one for each
 * combination of its labels' values.
 *
 * A label's values are names from our own tables (formats, signals, states),
 * so there are as many cells as the program knows words; nothing a stranger
 * wrote becomes a label. Names and labels are spelled as Prometheus writes
 * them: format="postfix",kind="torn".
 */
#ifndef DETECTOR_METRICS_METRIC_H
#define DETECTOR_METRICS_METRIC_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>

enum metric_id {
#define METRIC(id, name, type, a, b, who, help) METRIC_##id,
#include "detector/metrics/metrics.def"
#undef METRIC
	METRICS
};

enum metric_type { METRIC_TYPE_COUNTER, METRIC_TYPE_GAUGE,
		   METRIC_TYPE_HISTOGRAM };

/* "counter", "gauge", "histogram" */
extern const char *const metric_type_names[];

enum metric_who { METRIC_BY_ROUND, METRIC_BY_SENDER, METRIC_BY_SERVE };

enum { METRIC_CELLS_MAX = 512, METRIC_LABELS_SIZE = 128 };

struct metric_label;

struct metric {
	const char *name, *help;
	enum metric_type type;
	enum metric_who who;
	const struct metric_label *labels[2];	/* NULL for none */
};

extern const struct metric metrics[METRICS];

/* Values of labels that are counted here and have no table elsewhere. */
enum metric_decision { DECISION_DONE, DECISION_NEVER, DECISION_DISCARDED };
enum metric_cut { CUT_SLOW, CUT_FOR_ROOM };
enum metric_smtp { SMTP_SENT, SMTP_LATER, SMTP_REFUSED };

/* How many values the metric's first (0) or second (1) label has; 1 without
 * that label. */
size_t metric_values(enum metric_id id, int label);

/* The value at a place, or NULL behind the last one; the place of a value, or
 * -1 for a word that is none. */
const char *metric_value(enum metric_id id, int label, size_t i);
ptrdiff_t metric_place(enum metric_id id, int label, struct slice word);

/* The cell of these values, below METRIC_CELLS_MAX. */
size_t metric_cell(enum metric_id id, size_t i, size_t j);

/* Of each cell up to metric_cells() its metric and its labels, "" for none. */
size_t metric_cells(void);
enum metric_id metric_of(size_t cell);
const char *metric_labels(size_t cell);

/* The cell with these names, or -1: another program's, or a later version's. */
ptrdiff_t metric_find(struct slice name, struct slice labels);

#endif
