/*
 * exposition - Prometheus's text format, version 0.0.4.
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats/: each metric's
 * HELP and TYPE once, then its samples, one a line. Label values are escaped,
 * whatever they hold.
 */
#ifndef DETECTOR_METRICS_EXPOSITION_H
#define DETECTOR_METRICS_EXPOSITION_H

#include "base/text.h"
#include "detector/metrics/metric.h"

#define EXPOSITION_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* HELP and TYPE. */
void exposition_head(struct text *out, enum metric_id id);

/* One sample. `suffix` is behind the name ("_sum"), `host` becomes a label and
 * may be NULL, `labels` are spelled as metric_labels() does. */
void exposition_sample(struct text *out, enum metric_id id, const char *suffix,
		       const char *host, const char *labels, double value);

/* name="value", escaped. */
void exposition_label(struct text *out, const char *name, struct slice value);

#endif
