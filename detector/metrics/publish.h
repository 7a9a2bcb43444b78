/*
 * publish - what scan and watch know, into the table comporta_metric, for the
 * endpoint to show.
 *
 * One REPLACE of what has changed since the last time, all of it the first
 * time and every hour, since somebody may have emptied the table; then what it
 * knows no longer, and what instances left that have been silent for
 * PUBLISH_SILENT_MS, is deleted.
 */
#ifndef DETECTOR_METRICS_PUBLISH_H
#define DETECTOR_METRICS_PUBLISH_H

#include "detector/metrics/metric.h"
#include "detector/panel/db.h"

enum { PUBLISH_INSTANCE_SIZE = 128, PUBLISH_EVERY_MS = 15 * 1000,
       PUBLISH_ALL_MS = 60 * 60 * 1000 };
#define PUBLISH_SILENT_MS (30 * 24 * INT64_C(3600000))

/* A zeroed one is ready. */
struct publisher {
	double last[METRIC_CELLS_MAX];
	int64_t all_ms;		/* when all was published; 0: never */
};

/* `values` are those of the cells of METRIC_BY_ROUND; NAN is one that is not
 * known. `instance` is shorter than PUBLISH_INSTANCE_SIZE. */
int publish(struct publisher *publisher, struct db *db, const char *instance,
	    const double values[METRIC_CELLS_MAX], int64_t now_ms,
	    struct err *err);

/* Add to a counter of METRIC_BY_SENDER, which is in the table alone; 0 makes
 * its row, if it is not there. Several processes may. */
int publish_add(struct db *db, const char *instance, size_t cell, uint64_t n,
		int64_t now_ms, struct err *err);

/*
 * Every value of every instance that is not silent, ordered by metric, then
 * instance. A row that no cell of ours has, or whose instance is no host name,
 * is left out; behind PUBLISH_ROWS_MAX no more are read.
 */
enum { PUBLISH_ROWS_MAX = 20000 };

struct published {
	struct published_row {
		size_t cell;
		char instance[PUBLISH_INSTANCE_SIZE];
		double value;
	} *rows;
	size_t n, room;
};

int published_read(struct db *db, int64_t now_ms, struct published *out,
		   struct err *err);
void published_release(struct published *published);

/* Of letters, digits and ".-_", not empty. */
bool publish_is_instance(struct slice name);

#endif
