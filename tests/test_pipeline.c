/*
 * Several logs as one stream, and places to stop and go on.
 */
#include "base/log.h"
#include "base/stamp.h"
#include "detector/judge.h"
#include "detector/pipeline.h"
#include "detector/settings.h"
#include "tests/support/folder.h"
#include "tests/support/places.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

enum { LOGS = 12 };

static char folder[FOLDER_SIZE], paths[LOGS][FOLDER_SIZE + 20];
static struct detector detector;

static int fresh(void **state)
{
	(void)state;
	folder_make(folder, "pipeline");
	for (int i = 0; i < LOGS; i++)
		snprintf(paths[i], sizeof(paths[i]), "%s/%d.log", folder, i);
	if (places_none(&detector) < 0)
		return -1;
	return 0;
}

static int clean(void **state)
{
	(void)state;
	detector_release(&detector);
	settings_release();
	folder_remove(folder);
	return 0;
}

/* A login at that second of 22 November 2026. */
static void add(int log, int second, const char *login)
{
	FILE *file = fopen(paths[log], "a");

	assert_non_null(file);
	fprintf(file, "2026-11-22T00:00:%02d.000Z mx1 dovecot: imap-login: "
		"Login: user=<%s>, method=PLAIN, rip=203.0.113.9\n", second,
		login);
	fclose(file);
}

static void add_log(struct pipeline *pipeline, int i,
		    const struct source_position *position)
{
	struct err err;

	assert_int_equal(pipeline_add(pipeline, paths[i], SOURCE_FOLLOW,
				      position, "auto", &err), 0);
}

static uint32_t logins(const char *login)
{
	struct account_entry *entry = accounts_find(
		detector.accounts, account_key(slice_from(login)));

	return entry ? entry->account.logins : 0;
}

/* The newest time the detector knows, in seconds of that day. */
static int newest(void)
{
	return (int)(detector.newest_ms / STAMP_SECOND_MS -
		     INT64_C(1795305600));
}

static void test_merge(void **state)
{
	struct pipeline pipeline = { .detector = &detector };

	(void)state;
	add(0, 1, "a");
	add(0, 4, "a");
	add(1, 2, "b");
	add(1, 5, "b");
	add(2, 3, "c");
	for (int i = 0; i < 3; i++)
		add_log(&pipeline, i, NULL);
	for (int i = 1; i <= 5; i++) {
		assert_true(pipeline_step(&pipeline, 1));
		assert_int_equal(newest(), i);
	}
	assert_false(pipeline_step(&pipeline, 1));
	assert_int_equal(pipeline_counters(&pipeline).events, 5);
	assert_int_equal(logins("b"), 2);
	assert_null(pipeline_error(&pipeline));
	pipeline_close(&pipeline);
}

/* Twelve logs, five logins each, in any order: out come sixty in order. */
static void test_many_logs(void **state)
{
	struct pipeline pipeline = { .detector = &detector };

	(void)state;
	for (int i = 0; i < 60; i++)
		add(i * 7 % LOGS, i, "a");
	for (int i = 0; i < LOGS; i++)
		add_log(&pipeline, i, NULL);
	for (int i = 0; i < 60; i++) {
		assert_true(pipeline_step(&pipeline, 1));
		assert_int_equal(newest(), i);
	}
	assert_false(pipeline_step(&pipeline, 1));
	pipeline_close(&pipeline);
	for (int i = 0; i < LOGS; i++)
		add_log(&pipeline, i, NULL);
	detector.newest_ms = 0;
	assert_true(pipeline_step(&pipeline, 57));
	assert_int_equal(newest(), 56);
	assert_false(pipeline_step(&pipeline, 100));
	assert_int_equal(logins("a"), 120);
	pipeline_close(&pipeline);
}

/* After each event all logs are closed and opened again. */
static void test_stop_anywhere(void **state)
{
	struct source_position at[LOGS];
	bool known = false, more = true;
	int rounds = 0;

	(void)state;
	for (int i = 0; i < 30; i++)
		add(i % LOGS, i, i % 2 ? "odd" : "even");
	while (more && rounds++ < 100) {
		struct pipeline pipeline = { .detector = &detector };

		for (int i = 0; i < LOGS; i++)
			add_log(&pipeline, i, known ? &at[i] : NULL);
		more = pipeline_step(&pipeline, 1);
		for (size_t i = 0; i < LOGS; i++)
			pipeline_position(&pipeline, i, &at[i]);
		known = true;
		pipeline_close(&pipeline);
	}
	assert_int_equal(logins("odd"), 15);
	assert_int_equal(logins("even"), 15);
	assert_int_equal(rounds, 31);
}

static void stop_here(void *context, const struct verdict *verdict,
		      struct account_entry *entry)
{
	(void)verdict;
	(void)entry;
	((struct pipeline *)context)->stop = true;
}

/* A verdict ends the step behind its event, so that it is acted on. */
static void test_stop(void **state)
{
	struct pipeline pipeline = { .detector = &detector };
	struct account_entry *entry;

	(void)state;
	for (int i = 0; i < 5; i++)
		add(0, i, "a");
	detector.on_verdict = stop_here;
	detector.context = &pipeline;
	entry = accounts_get(detector.accounts, S("a"));
	entry->account.groups[0].nats = 50;
	entry->account.groups[0].at_s = 1795305600;
	add_log(&pipeline, 0, NULL);
	assert_true(pipeline_step(&pipeline, 1000));
	assert_int_equal(logins("a"), 1);
	assert_false(pipeline_step(&pipeline, 1000));
	assert_int_equal(logins("a"), 5);
	pipeline_close(&pipeline);
}

static void test_refused(void **state)
{
	static struct pipeline pipeline;
	struct err err = { 0 };

	(void)state;
	memset(&pipeline, 0, sizeof(pipeline));
	pipeline.detector = &detector;
	add(0, 1, "a");
	assert_int_equal(pipeline_add(&pipeline, paths[1], SOURCE_ONCE, NULL,
				      "auto", &err), -1);
	assert_non_null(strstr(err.text, paths[1]));
	assert_int_equal(pipeline_add(&pipeline, paths[0], SOURCE_ONCE, NULL,
				      "qmail", &err), -1);
	assert_non_null(strstr(err.text, "qmail"));
	assert_non_null(strstr(err.text, "postfix"));
	assert_int_equal(err.code, EXIT_USAGE);
	assert_int_equal(pipeline.n, 0);
	assert_false(pipeline_step(&pipeline, 10));
	for (int i = 0; i < PIPELINE_MAX; i++)
		add_log(&pipeline, 0, NULL);
	assert_int_equal(pipeline_add(&pipeline, paths[0], SOURCE_ONCE, NULL,
				      "auto", &err), -1);
	pipeline_close(&pipeline);
}

static void test_counters(void **state)
{
	struct pipeline pipeline = { .detector = &detector };
	struct reader_counters counters;
	FILE *file;

	(void)state;
	add(0, 1, "a");
	file = fopen(paths[0], "a");
	assert_non_null(file);
	fputs("2026-11-22T00:00:02.000Z mx1 sshd[1]: not ours\n"
	      "\n"
	      "nothing at all\n"
	      "2026-11-22T00:00:03.000Z mx1 postfix/anvil[1]: statistics: max "
	      "connection rate 1/60s\n", file);
	for (int i = 0; i < 70000; i++)
		fputc('x', file);
	fputc('\n', file);
	fclose(file);
	add_log(&pipeline, 0, NULL);
	assert_false(pipeline_step(&pipeline, 100));
	counters = pipeline_counters(&pipeline);
	assert_int_equal(counters.events, 1);
	assert_int_equal(counters.skipped, 3);
	assert_int_equal(counters.strange, 2);
	pipeline_close(&pipeline);
}

/* Lines of every kind, a few of them longer than a line may be. */
static void add_mixture(void)
{
	FILE *file = fopen(paths[0], "a");

	assert_non_null(file);
	for (int i = 0; i < 200; i++) {
		fprintf(file, "2026-11-22T00:00:%02d.000Z mx1 dovecot: "
			"imap-login: Login: user=<a>, method=PLAIN, "
			"rip=203.0.113.9\n", i % 60);
		if (i % 3 == 0)
			fputs("2026-11-22T00:00:02.000Z mx1 sshd[1]: not "
			      "ours\n", file);
		if (i % 5 == 0)
			fputs("nothing at all\n", file);
		if (i % 7 == 0)
			fputs("2026-11-22T00:00:03.000Z mx1 postfix/anvil[1]: "
			      "statistics\n", file);
		if (i % 60 == 11) {
			for (int c = 0; c < SOURCE_LINE_MAX + 1; c++)
				fputc('x', file);
			fputc('\n', file);
		}
	}
	fclose(file);
}

static void read_all(struct line_tally *out)
{
	struct pipeline pipeline = { .detector = &detector };

	add_log(&pipeline, 0, NULL);
	assert_false(pipeline_step(&pipeline, 100000));
	pipeline_tally(&pipeline, out);
	pipeline_close(&pipeline);
}

static uint64_t of_format(const struct line_tally *tally, const char *name,
			  enum line_kind kind)
{
	size_t i = 0;

	while (format_at(i) && strcmp(format_at(i)->name, name) != 0)
		i++;
	return tally->n[i][kind];
}

static void test_tally(void **state)
{
	struct line_tally tally;

	(void)state;
	add_mixture();
	read_all(&tally);
	assert_int_equal(of_format(&tally, "dovecot", LINE_MEANINGFUL), 200);
	assert_int_equal(of_format(&tally, "postfix", LINE_SKIPPED), 29);
	assert_int_equal(of_format(&tally, "none", LINE_SKIPPED), 67);
	assert_int_equal(of_format(&tally, "none", LINE_TORN), 40 + 4);
}

/* Stopped anywhere, and read on by another from the position: what was read
 * beyond it is counted by the first or by the second, never by both. */
static void test_tally_over_runs(void **state)
{
	struct line_tally want;

	(void)state;
	add_mixture();
	read_all(&want);
	for (unsigned step = 1; step <= 130; step += step < 20 ? 1 : 11) {
		struct line_tally sum = { 0 }, one;
		struct source_position position, *from = NULL;
		uint64_t ahead = 0;
		bool more = true;

		while (more) {
			struct pipeline pipeline = { .detector = &detector };

			add_log(&pipeline, 0, from);
			pipeline_counted(&pipeline, ahead);
			more = pipeline_step(&pipeline, step);
			pipeline_tally(&pipeline, &one);
			for (size_t i = 0; i <= FORMATS; i++)
				for (int k = 0; k < LINE_KINDS; k++)
					sum.n[i][k] += one.n[i][k];
			pipeline_position(&pipeline, 0, &position);
			ahead = pipeline_ahead(&pipeline, 0);
			from = &position;
			pipeline_close(&pipeline);
		}
		assert_int_equal(ahead, 0);
		assert_memory_equal(&sum, &want, sizeof(sum));
	}
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, fresh, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(test_merge),   FRESH(test_many_logs),
		FRESH(test_stop_anywhere),
		FRESH(test_stop),    FRESH(test_refused),
		FRESH(test_counters), FRESH(test_tally),
		FRESH(test_tally_over_runs),
	};

	log_init(LOG_QUIET);
	return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
