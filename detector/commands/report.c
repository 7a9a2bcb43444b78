#include "detector/commands/report.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/stamp.h"
#include "detector/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More rows than a person reads; the JSON has them all. With 20 the line stays
 * within 60 columns, whatever the sizes. Who waits less than two seconds need
 * not be told that something happens. */
enum {
	ROWS_MAX = 10000,
	BAR_WIDTH = 20,
	SHOW_AFTER_MS = 2000,
	SHOW_EVERY_MS = 200,
	SAY_EVERY_MS = 5000
};

void report_init(struct report *report, bool json, bool progress)
{
	memset(report, 0, sizeof(*report));
	report->json = json;
	report->is_terminal = isatty(STDERR_FILENO);
	report->has_progress = progress ||
			       (report->is_terminal && !log_is_quiet());
	report->started_ms = clock_monotonic_ms();
}

void report_release(struct report *report)
{
	free(report->rows);
	report->rows = NULL;
}

static void keep_row(struct report *report, const struct verdict *verdict)
{
	if (report->n_rows == ROWS_MAX)
		return;
	if (report->n_rows == report->n_room) {
		report->n_room = report->n_room ? report->n_room * 2 : 16;
		report->rows = realloc(report->rows,
				       report->n_room *
					       sizeof(*report->rows));
		if (!report->rows)
			abort();
	}
	report->rows[report->n_rows++] = *verdict;
}

void report_verdict(struct report *report, const struct verdict *verdict)
{
	struct text line = TEXT_INIT(1 << 16);

	if (report->json) {
		verdict_print_json(verdict, &line);
		fwrite(text_string(&line), 1, line.len, stdout);
		text_release(&line);
		return;
	}
	keep_row(report, verdict);
}

struct json *report_account_json(const struct account_entry *entry,
				 const struct verdict *verdict)
{
	struct json *object = verdict_json(verdict);

	json_add_string(object, "type", "account");
	json_add_string(object, "standing",
			standing_names[entry->account.standing]);
	json_add_flag(object, "observed", entry->account.is_observed);
	return object;
}

void report_print_json(struct json **json)
{
	struct text out = TEXT_INIT(1 << 16);

	json_print(*json, &out);
	printf("%s\n", text_string(&out));
	json_free(json);
	text_release(&out);
}

static void bytes_text(uint64_t bytes, char out[16])
{
	if (bytes < 10000000)
		snprintf(out, 16, "%.1f MB", (double)bytes / 1e6);
	else
		snprintf(out, 16, "%.0f MB", (double)bytes / 1e6);
}

static void draw(struct report *report, uint64_t done, uint64_t total,
		 double share)
{
	char bar[BAR_WIDTH + 1], read[16], whole[16];

	memset(bar, '.', BAR_WIDTH);
	memset(bar, '#', (size_t)(share * BAR_WIDTH));
	bar[BAR_WIDTH] = '\0';
	bytes_text(done, read);
	bytes_text(total, whole);
	if (report->is_terminal)
		fputc('\r', stderr);
	if (total)
		fprintf(stderr, "  [%s] %3.0f %%  %s of %s ", bar, share * 100,
			read, whole);
	else
		fprintf(stderr, "  read %s ", read);
	/* What stood there may have been longer: "9.9 MB" and "10 MB". */
	if (report->is_terminal)
		fputs("  ", stderr);
	if (!report->is_terminal)
		fputc('\n', stderr);
	fflush(stderr);
}

static bool is_due(const struct report *report, int64_t now_ms,
		   uint64_t total, double share)
{
	int64_t since_ms = now_ms - report->shown_ms;

	if (now_ms - report->started_ms < SHOW_AFTER_MS)
		return false;
	if (report->is_terminal)
		return since_ms >= SHOW_EVERY_MS ||
		       (share >= 1 && report->is_shown);
	if (total == 0)
		return since_ms >= SAY_EVERY_MS;
	return (int)(share * 10) > report->tenth;
}

void report_progress(struct report *report, uint64_t done, uint64_t total)
{
	double share = total ? (double)done / (double)total : 0;
	int64_t now_ms;

	if (!report->has_progress)
		return;
	if (share > 1)
		share = 1;
	now_ms = clock_monotonic_ms();
	if (!is_due(report, now_ms, total, share))
		return;
	report->shown_ms = now_ms;
	report->tenth = (int)(share * 10);
	report->is_shown = report->is_terminal;
	draw(report, done, total, share);
}

void report_progress_end(struct report *report)
{
	if (report->is_shown)
		fputc('\n', stderr);
	report->is_shown = false;
	report->has_progress = false;
}

static void print_wrapped(const char *indent, struct slice words)
{
	size_t width = 80 - strlen(indent);

	while (words.len > 0) {
		size_t take = words.len;

		if (take > width) {
			take = width;
			while (take > width / 2 && words.ptr[take] != ' ')
				take--;
			if (words.ptr[take] != ' ')
				take = width;
		}
		printf("%s%.*s\n", indent, (int)take, words.ptr);
		words = slice_trim(slice_after(words, take));
	}
}

/* Nobody is blocked in a rehearsal, so it stops the same account again. */
static size_t again(const struct report *report, const struct verdict *v,
		    const struct verdict **latest_out)
{
	size_t n = 0;

	for (const struct verdict *r = v + 1;
	     r < report->rows + report->n_rows; r++) {
		if (r->action != VERDICT_SUSPEND ||
		    strcmp(r->account, v->account) != 0)
			continue;
		*latest_out = r;
		n++;
	}
	return n;
}

static void print_again(const struct report *report, const struct verdict *v)
{
	const struct verdict *latest;
	char stamp[STAMP_TEXT_SIZE];
	size_t n = again(report, v, &latest);

	if (n == 0)
		return;
	stamp_short(latest->at_ms, stamp);
	if (n == 1)
		printf("                    and again at %s\n", stamp);
	else
		printf("                    and %zu times again, the last at "
		       "%s\n", n, stamp);
}

static void print_row(const struct verdict *v)
{
	struct text text = TEXT_INIT(8192);
	char stamp[STAMP_TEXT_SIZE];

	stamp_short(v->at_ms, stamp);
	text_add_value(&text, slice_from(v->account));
	printf("%-16s  %-7s  %4.1f %%  %s\n", stamp,
	       verdict_action_names[v->action],
	       v->probability < 0.9995 ? v->probability * 100 : 99.9,
	       text_string(&text));
	text_clear(&text);
	for (size_t i = 0; i < v->n_evidence; i++) {
		if (v->evidence[i].nats <= 0)
			continue;
		if (text.len)
			text_add_string(&text, "; ");
		text_add_visible(&text, slice_from(v->evidence[i].text));
	}
	print_wrapped("                    ", text_slice(&text));
	text_clear(&text);
	text_addf(&text, "until then: messages %u, recipients %u (unknown %u), "
		  "addresses %u", v->window.messages, v->window.recipients,
		  v->window.unknown_recipients, v->window.addresses);
	print_wrapped("                    ", text_slice(&text));
	text_release(&text);
}

/* Watched first and stopped later is one story, and so is twice the same: the
 * first stop tells it. */
static bool is_told(const struct report *report, const struct verdict *v)
{
	for (const struct verdict *r = report->rows;
	     r < report->rows + report->n_rows; r++) {
		bool is_before = r < v && r->action == v->action;

		if ((is_before || (v->action == VERDICT_WATCH &&
				   r->action == VERDICT_SUSPEND)) &&
		    strcmp(r->account, v->account) == 0)
			return true;
	}
	return false;
}

static size_t print_rows(const struct report *report,
			 enum verdict_action action)
{
	size_t shown = 0;

	for (size_t i = 0; i < report->n_rows; i++) {
		const struct verdict *row = &report->rows[i];

		if (row->action != action || is_told(report, row))
			continue;
		print_row(row);
		if (action == VERDICT_SUSPEND)
			print_again(report, row);
		shown++;
	}
	return shown;
}

void report_table(const struct report *report)
{
	size_t suspended, watched;

	if (report->json)
		return;
	if (report->n_rows == 0) {
		printf("Nobody new looks as if in somebody else's hands.\n");
		return;
	}
	printf("%-16s  %-7s  %6s  %s\n", "when", "verdict", "likely",
	       "account");
	suspended = print_rows(report, VERDICT_SUSPEND);
	watched = print_rows(report, VERDICT_WATCH);
	printf("\n%zu account%s to suspend, %zu to watch.\n", suspended,
	       suspended == 1 ? "" : "s", watched);
	fflush(stdout);
}

static void say_what_is_missing(const struct detector *detector)
{
	const struct detector_counters *c = &detector->counters;

	if (!geo_has_country(detector->geo))
		log_info("no country file: places are not judged; give "
			 "--country-db or set country_db");
	else if (detector->coverage.is_off)
		log_info("places are not judged: the GeoIP files do not "
			 "know %.0f %% of the clients",
			 100 * coverage_unknown_share(&detector->coverage));
	else if (!geo_has_network(detector->geo))
		log_info("no AS file: networks are told apart by their "
			 "prefix only; give --asn-db or set asn_db");
	if (detector->n_home == 0)
		log_info("no home countries: give --home or set home, and "
			 "fewer travellers are taken for thieves");
	if (tracker_lost(detector->tracker))
		log_warning("%llu open messages were forgotten, the table is "
			    "full", (unsigned long long)
				    tracker_lost(detector->tracker));
	if (c->untracked)
		log_warning("%llu events had a login that cannot be one or "
			    "found the table full",
			    (unsigned long long)c->untracked);
}

void report_summary(const struct report *report,
		    const struct pipeline *pipeline)
{
	const struct detector *detector = pipeline->detector;
	const struct detector_counters *c = &detector->counters;
	struct reader_counters lines = pipeline_counters(pipeline);
	double seconds = (double)(clock_monotonic_ms() -
				  report->started_ms) / 1000;

	log_info("%llu lines in %.1f s: submissions %llu, logins %llu, "
		 "deliveries %llu, accounts %zu; unreadable lines %llu",
		 (unsigned long long)lines.lines, seconds,
		 (unsigned long long)c->events[MAIL_SUBMISSION],
		 (unsigned long long)c->events[MAIL_LOGIN],
		 (unsigned long long)c->events[MAIL_DELIVERY],
		 accounts_count(detector->accounts),
		 (unsigned long long)lines.strange);
	say_what_is_missing(detector);
}
