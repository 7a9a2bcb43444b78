/*
 * exposition - is this a page in Prometheus's text format 0.0.4, and a good
 * one? Stricter than the format: what `promtool check metrics` complains of is
 * wrong here too.
 *
 * Each metric has HELP, then TYPE, then all of its samples, and stands there
 * once; names of counters end in _total, others do not; no series twice;
 * a histogram's buckets grow, end in +Inf and agree with _count.
 */
#ifndef TESTS_SUPPORT_EXPOSITION_H
#define TESTS_SUPPORT_EXPOSITION_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>

/* False with the reason and its line in `why`. */
bool exposition_is_good(struct slice page, char *why, size_t size);

/* The value of a series, spelled as on the page ("a{b=\"c\"}"); false when it
 * is not there. */
bool exposition_value(struct slice page, const char *series, double *out);

#endif
