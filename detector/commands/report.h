/*
 * report - what scan, watch and replay show: verdicts on standard output, a
 * progress bar and a summary on standard error.
 */
#ifndef DETECTOR_COMMANDS_REPORT_H
#define DETECTOR_COMMANDS_REPORT_H

#include "detector/pipeline.h"

struct report {
	bool json;
	bool has_progress;	/* wanted, or standard error is a terminal */
	bool is_terminal;	/* one line, drawn over; else a line a tenth */
	int tenth;
	int64_t started_ms, shown_ms;	/* monotonic */
	bool is_shown;
	size_t n_rows, n_room;
	struct verdict *rows;	/* for the table at the end of a replay */
};

void report_init(struct report *report, bool json, bool progress);
void report_release(struct report *report);

/* `done` and `total` in bytes; 0 is a total that nobody knows. Nothing in the
 * first two seconds. */
void report_progress(struct report *report, uint64_t done, uint64_t total);
void report_progress_end(struct report *report);

/* JSON lines, or kept for the table. */
void report_verdict(struct report *report, const struct verdict *verdict);

/* One account's standing with its evidence, as docs/JSON.md says; the caller
 * frees. */
struct json *report_account_json(const struct account_entry *entry,
				 const struct verdict *verdict);

/* The object and a newline, to standard output; frees it. */
void report_print_json(struct json **json);

/* Who would be (`past`: was) stopped, when and why; fits 80 columns. */
void report_table(const struct report *report);

/* Lines, events, accounts, time; and what is missing. */
void report_summary(const struct report *report,
		    const struct pipeline *pipeline);

#endif
