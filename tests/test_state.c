/*
 * What is remembered between runs, and that a run killed anywhere changes
 * nothing but when the work is done.
 */
#include "base/log.h"
#include "base/stamp.h"
#include "detector/neighbours.h"
#include "detector/pipeline.h"
#include "detector/settings.h"
#include "detector/state.h"
#include "detector/store.h"
#include "tests/support/folder.h"
#include "tests/support/places.h"
#include "tests/support/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[FOLDER_SIZE];

static int fresh(void **unused)
{
	(void)unused;
	folder_make(folder, "state");
	return 0;
}

static int clean(void **unused)
{
	(void)unused;
	folder_remove(folder);
	return 0;
}

static struct state *must_open(const char *dir, bool read_only)
{
	struct state *state = NULL;
	struct err err = { 0 };

	if (state_open(dir, read_only, &state, &err) < 0)
		print_error("%s\n", err.text);
	assert_non_null(state);
	return state;
}

static void test_nothing_there(void **unused)
{
	char dir[FOLDER_SIZE + 20];
	struct state *state = NULL;
	struct err err;

	(void)unused;
	assert_int_equal(state_open(folder, true, &state, &err), -1);
	assert_null(state);
	assert_int_equal(err.code, EXIT_DATA);
	assert_non_null(strstr(err.text, "comporta scan"));
	snprintf(dir, sizeof(dir), "%s/none", folder);
	assert_int_equal(state_open(dir, true, &state, &err), -1);
	assert_non_null(strstr(err.text, dir));
	/* Looking makes nothing. */
	assert_int_equal(access(dir, F_OK), -1);
}

static void test_version(void **unused)
{
	struct state *state = must_open(folder, false);
	struct err err;

	(void)unused;
	assert_int_equal(state_number(state, "version", 0), STATE_VERSION);
	assert_int_equal(state_begin(state, &err), 0);
	assert_int_equal(state_put_number(state, "version", 99, &err), 0);
	assert_int_equal(state_commit(state, &err), 0);
	state_close(&state);
	for (int read_only = 0; read_only < 2; read_only++) {
		assert_int_equal(state_open(folder, read_only, &state, &err),
				 -1);
		assert_int_equal(err.code, EXIT_DATA);
		assert_non_null(strstr(err.text, "99"));
		assert_non_null(strstr(err.text, folder));
	}
}

static void test_damaged(void **unused)
{
	char path[FOLDER_SIZE + 40];
	struct state *state = must_open(folder, false);
	struct err err;
	FILE *file;

	(void)unused;
	state_close(&state);
	snprintf(path, sizeof(path), "%s/state/data.mdb", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 100; i++)
		fputs("this is not what it was before, not at all\n", file);
	fclose(file);
	assert_int_equal(state_open(folder, false, &state, &err), -1);
	assert_int_equal(err.code, EXIT_DATA);
}

static void test_numbers(void **unused)
{
	struct state *state = must_open(folder, false);
	struct source_position position = { .offset = 7, .line = 3 }, found;
	char name[600];
	struct err err;

	(void)unused;
	assert_int_equal(state_number(state, "x", -5), -5);
	assert_false(state_position(state, "/var/log/mail.log", &found));
	assert_int_equal(state_begin(state, &err), 0);
	assert_int_equal(state_put_number(state, "x", INT64_MIN, &err), 0);
	assert_int_equal(state_put_position(state, "/var/log/mail.log",
					    &position, &err), 0);
	/* What was written is seen before it is there for good ... */
	assert_int_equal(state_number(state, "x", -5), INT64_MIN);
	state_abort(state);
	/* ... and is not there then. */
	assert_int_equal(state_number(state, "x", -5), -5);
	assert_int_equal(state_begin(state, &err), 0);
	assert_int_equal(state_put_number(state, "x", 8, &err), 0);
	assert_int_equal(state_put_position(state, "/var/log/mail.log",
					    &position, &err), 0);
	memset(name, 'a', sizeof(name));
	name[599] = '\0';
	assert_int_equal(state_put_position(state, name, &position, &err), -1);
	assert_int_equal(err.code, EXIT_CONFIG);
	assert_int_equal(state_commit(state, &err), 0);
	state_close(&state);
	state = must_open(folder, true);
	assert_int_equal(state_number(state, "x", -5), 8);
	assert_true(state_position(state, "/var/log/mail.log", &found));
	assert_memory_equal(&found, &position, sizeof(found));
	assert_false(state_position(state, "", &found));
	state_close(&state);
	state_close(&state);
}

static void test_journal(void **unused)
{
	static const char *const keys[] = { "suspend-3", "suspend-1",
					    "suspend-2", "suspend-10" };
	struct state *state = must_open(folder, false);
	struct text bytes = TEXT_INIT(1000), all = TEXT_INIT(1000);
	char key[80];
	struct err err;

	(void)unused;
	assert_false(state_journal_next(state, "", key, &bytes));
	assert_int_equal(state_begin(state, &err), 0);
	for (size_t i = 0; i < N_ELEMENTS(keys); i++)
		assert_int_equal(state_journal_put(state, keys[i],
						   slice_from(keys[i]), &err),
				 0);
	assert_int_equal(state_journal_delete(state, "suspend-2", &err), 0);
	assert_int_equal(state_journal_delete(state, "none", &err), 0);
	assert_int_equal(state_commit(state, &err), 0);
	key[0] = '\0';
	while (state_journal_next(state, key, key, &bytes)) {
		assert_string_equal(text_string(&bytes), key);
		text_clear(&bytes);
		text_addf(&all, "%s ", key);
	}
	assert_string_equal(text_string(&all),
			    "suspend-1 suspend-10 suspend-3 ");
	/* After one that is gone meanwhile. */
	assert_true(state_journal_next(state, "suspend-2", key, &bytes));
	assert_string_equal(key, "suspend-3");
	text_release(&bytes);
	text_release(&all);
	state_close(&state);
}

/* A log of 40 accounts over two days, in two files; the same for a seed. */
enum { MESSAGES = 900, ACCOUNTS = 40, LOGS = 2 };

static uint32_t dice(uint32_t *seed, uint32_t sides)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % sides;
}

static void stamped(FILE *file, int64_t at_ms, const char *text)
{
	char stamp[STAMP_TEXT_SIZE];

	stamp_rfc3339(at_ms, stamp);
	fprintf(file, "%s mx1 %s\n", stamp, text);
}

__attribute__((format(printf, 3, 4)))
static void line(FILE *file, int64_t at_ms, const char *format, ...)
{
	char text[500];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	stamped(file, at_ms, text);
}

/* OpenSMTPD's, whose lines mean something only together. */
static void write_session(FILE *mail, int64_t at, uint32_t i,
			  const char *client, uint32_t who)
{
	line(mail, at, "smtpd[9]: 5df87c90%08x smtp connected address=%s "
	     "host=<unknown>", i, client);
	line(mail, at + 5, "smtpd[9]: 5df87c90%08x smtp authentication "
	     "user=u%u@d%u.pl result=ok", i, who, who % 7);
	line(mail, at + 10, "smtpd[9]: 5df87c90%08x smtp message "
	     "msgid=%08x size=900 nrcpt=2 proto=ESMTP", i, i);
	line(mail, at + 500, "smtpd[9]: 5df87c91%08x mta delivery "
	     "evpid=%08x918f7e7b from=<u%u@d%u.pl> to=<a%u@b%u.example> "
	     "rcpt=<-> source=\"192.0.2.25\" relay=\"192.0.2.1 (mx)\" "
	     "delay=0s result=\"Ok\" stat=\"250 2.0.0 Ok\"", i, i, who, who % 7,
	     i, i % 300);
}

static void write_message(FILE *mail, FILE *imap, int64_t at, uint32_t i,
			  uint32_t *seed)
{
	static const char *const foreign[] = {
		"14.161.20.5", "187.20.3.4", "117.197.20.3", "85.105.3.4",
		"110.138.2.3", "190.24.5.6", "197.210.3.4", "88.198.5.5"
	};
	uint32_t who = dice(seed, ACCOUNTS);
	bool stolen = who < 6 && i > MESSAGES / 2;
	const char *client = stolen ? foreign[dice(seed, 8)] : "83.11.5.20";
	uint32_t ids = i % 700;		/* some are used again */

	if (dice(seed, 2))
		line(imap, at, "dovecot: imap-login: Login: user=<u%u@d%u.pl>"
		     ", method=PLAIN, rip=%s, lip=192.0.2.25, TLS", who,
		     who % 7, client);
	if (i % 3 == 0) {
		write_session(mail, at, i, client, who);
		return;
	}
	line(mail, at, "postfix/submission/smtpd[1]: 4AAAA%04u: client="
	     "unknown[%s], sasl_method=PLAIN, sasl_username=u%u@d%u.pl", ids,
	     client, who, who % 7);
	line(mail, at + 10, "postfix/qmgr[2]: 4AAAA%04u: from=<u%u@d%u.pl>, "
	     "size=900, nrcpt=2 (queue active)", ids, who, who % 7);
	line(mail, at + 500, "postfix/smtp[3]: 4AAAA%04u: to=<a%u@b%u.example>"
	     ", relay=mx[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=%s, "
	     "status=%s (text)", ids, i, i % 300,
	     stolen ? "5.1.1" : "2.0.0", stolen ? "bounced" : "sent");
	/* One in four is still waiting at the end. */
	if (dice(seed, 4))
		line(mail, at + 900, "postfix/qmgr[2]: 4AAAA%04u: removed",
		     ids);
}

static void log_path(char out[FOLDER_SIZE + 20], int i)
{
	snprintf(out, FOLDER_SIZE + 20, "%s/%c.log", folder, 'a' + i);
}

static void write_logs(uint32_t seed)
{
	char path[FOLDER_SIZE + 20];
	FILE *files[LOGS];

	for (int i = 0; i < LOGS; i++) {
		log_path(path, i);
		files[i] = fopen(path, "w");
		assert_non_null(files[i]);
	}
	for (uint32_t i = 0; i < MESSAGES; i++)
		write_message(files[0], files[1],
			      INT64_C(1795132800000) + i * INT64_C(180000), i,
			      &seed);
	for (int i = 0; i < LOGS; i++)
		fclose(files[i]);
}

struct worker {
	struct state *state;
	struct detector detector;
	struct pipeline pipeline;
	char keys[50][80];
	size_t n_keys;
};

static void on_verdict(void *context, const struct verdict *verdict,
		       struct account_entry *entry)
{
	struct worker *worker = context;

	(void)entry;
	assert_true(worker->n_keys < 50);
	verdict_key(verdict, worker->keys[worker->n_keys++]);
}

static void must(int result, const struct err *err)
{
	if (result == 0)
		return;
	fprintf(stderr, "%s\n", err->text);
	_exit(3);
}

static void start(struct worker *worker, const char *dir)
{
	static char poland[] = "PL";
	static const struct conf_list home = { .items = { poland }, .n = 1 };
	struct accounts_backing backing;
	struct days_backing days;
	struct geo *geo;
	struct err err;

	memset(worker, 0, sizeof(*worker));
	worker->state = must_open(dir, false);
	backing = state_backing(worker->state);
	must(geo_open(places_countries(), places_networks(),
		      INT64_C(1) << 50, &geo, &err), &err);
	must(detector_init(&worker->detector, geo, &home, &backing, &err),
	     &err);
	days = state_days_backing(worker->state);
	worker->detector.days = days_new(&days);
	must(state_load(worker->state, &worker->detector, &err), &err);
	worker->detector.on_verdict = on_verdict;
	worker->detector.context = worker;
	worker->pipeline.detector = &worker->detector;
}

static void open_logs(struct worker *worker)
{
	static char paths[LOGS][FOLDER_SIZE + 20];

	for (int i = 0; i < LOGS; i++) {
		struct source_position position;
		bool known;
		struct err err;

		log_path(paths[i], i);
		known = state_position(worker->state, paths[i], &position);
		must(pipeline_add(&worker->pipeline, paths[i], SOURCE_FOLLOW,
				  known ? &position : NULL, "auto", &err),
		     &err);
	}
}

/* The moments between two commits at which a run may end. */
enum moment { BEFORE_BEGIN, IN_POSITIONS, BEFORE_COMMIT, AFTER_COMMIT,
	      MOMENTS };

static void die_at(enum moment moment, enum moment now)
{
	if (moment == now)
		raise(SIGKILL);
}

static void commit(struct worker *worker, enum moment moment)
{
	struct err err;

	die_at(moment, BEFORE_BEGIN);
	must(state_begin(worker->state, &err), &err);
	for (size_t i = 0; i < worker->pipeline.n; i++) {
		struct source_position position;

		pipeline_position(&worker->pipeline, i, &position);
		must(state_put_position(worker->state,
					worker->pipeline.logs[i].path,
					&position, &err), &err);
		die_at(moment, IN_POSITIONS);
	}
	for (size_t i = 0; i < worker->n_keys; i++)
		must(state_journal_put(worker->state, worker->keys[i], S("x"),
				       &err), &err);
	worker->n_keys = 0;
	must(state_save(worker->state, &worker->detector, &err), &err);
	die_at(moment, BEFORE_COMMIT);
	must(state_commit(worker->state, &err), &err);
	die_at(moment, AFTER_COMMIT);
	state_saved(&worker->detector);
}

/* Read in steps of `events`; dies at this moment of that step. */
static void work(const char *dir, uint64_t events, uint32_t steps,
		 enum moment moment)
{
	static struct worker worker;
	bool more = true;

	start(&worker, dir);
	open_logs(&worker);
	for (uint32_t i = 0; more; i++) {
		more = pipeline_step(&worker.pipeline, events);
		commit(&worker, i == steps ? moment : MOMENTS);
	}
	pipeline_close(&worker.pipeline);
	detector_release(&worker.detector);
	state_close(&worker.state);
}

/* Restart until it comes to its end; how often it was killed. */
static int work_and_die(const char *dir, uint32_t seed)
{
	for (int killed = 0;; killed++) {
		uint32_t events = 1 + dice(&seed, 20);
		uint32_t steps = dice(&seed, 20);
		enum moment moment = (enum moment)dice(&seed, MOMENTS);
		pid_t child = fork();
		int status;

		assert_true(child >= 0);
		if (child == 0) {
			work(dir, events, steps, moment);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return killed;
		}
		assert_int_equal(WTERMSIG(status), SIGKILL);
		assert_true(killed < 5000);
	}
}

struct all {
	struct account_entry entries[ACCOUNTS + 1];
	size_t n;
};

static int keep(void *context, const struct account_entry *entry)
{
	struct all *all = context;

	assert_true(all->n <= ACCOUNTS);
	all->entries[all->n++] = *entry;
	return 0;
}

static void compare_accounts(struct worker *a, struct worker *b)
{
	static struct all in_a, in_b;
	struct err err;

	in_a.n = in_b.n = 0;
	assert_int_equal(state_each_account(a->state, keep, &in_a, &err), 0);
	assert_int_equal(state_each_account(b->state, keep, &in_b, &err), 0);
	assert_int_equal(in_a.n, in_b.n);
	assert_int_equal(in_a.n, state_account_count(a->state));
	for (size_t i = 0; i < in_a.n; i++) {
		assert_int_equal(in_a.entries[i].key, in_b.entries[i].key);
		assert_string_equal(in_a.entries[i].login,
				    in_b.entries[i].login);
		assert_memory_equal(&in_a.entries[i].account,
				    &in_b.entries[i].account,
				    sizeof(struct account));
	}
}

static void compare_messages(struct worker *a, struct worker *b)
{
	assert_int_equal(tracker_count(a->detector.tracker),
			 tracker_count(b->detector.tracker));
	assert_true(tracker_count(a->detector.tracker) > 50);
	for (int i = 0; i < 700; i++) {
		char id[16];
		struct mail_event event = { .host = S("mx1"),
					    .instance = S("postfix") };
		struct message *x, *y;

		snprintf(id, sizeof(id), "4AAAA%04u", (unsigned)i);
		event.queue_id = slice_from(id);
		x = tracker_find(a->detector.tracker, &event);
		y = tracker_find(b->detector.tracker, &event);
		assert_int_equal(x != NULL, y != NULL);
		if (x)
			assert_memory_equal(x, y, sizeof(*x));
	}
}

static void compare_journals(struct worker *a, struct worker *b)
{
	char in_a[80] = "", in_b[80] = "";
	struct text waste = TEXT_INIT(1 << 16);
	size_t n = 0;

	while (state_journal_next(a->state, in_a, in_a, &waste)) {
		assert_true(state_journal_next(b->state, in_b, in_b, &waste));
		assert_string_equal(in_a, in_b);
		n++;
	}
	assert_false(state_journal_next(b->state, in_b, in_b, &waste));
	assert_true(n >= 3);
	text_release(&waste);
}

static void compare_neighbours(struct worker *a, struct worker *b)
{
	for (unsigned i = 0; i < 7; i++) {
		char login[40];
		uint64_t domain;

		snprintf(login, sizeof(login), "x@d%u.pl", i);
		domain = account_domain(slice_from(login));
		assert_int_equal(neighbours_know(a->detector.neighbours,
						 domain, 1,
						 'P' << 8 | 'L', 1795300000),
				 neighbours_know(b->detector.neighbours,
						 domain, 1,
						 'P' << 8 | 'L', 1795300000));
	}
}

static void compare_positions(struct worker *a, struct worker *b)
{
	for (int i = 0; i < LOGS; i++) {
		char path[FOLDER_SIZE + 20];
		struct source_position x, y;

		log_path(path, i);
		assert_true(state_position(a->state, path, &x));
		assert_true(state_position(b->state, path, &y));
		assert_memory_equal(&x, &y, sizeof(x));
	}
}

static void compare_days(struct worker *a, struct worker *b)
{
	struct days_now now = days_now(a->detector.days);
	struct days_now other = days_now(b->detector.days);
	uint32_t at_s = now.hour * 3600, recipients = 0;

	assert_int_equal(now.hour, other.hour);
	assert_int_equal(now.strays, other.strays);
	for (unsigned i = 0; i < ACCOUNTS; i++) {
		struct days_part x[DAYS_PARTS_MAX], y[DAYS_PARTS_MAX];
		char login[40];
		uint64_t key;
		size_t n;

		snprintf(login, sizeof(login), "u%u@d%u.pl", i, i % 7);
		key = account_key(slice_from(login));
		n = days_of(a->detector.days, key, at_s, x);
		assert_int_equal(n, days_of(b->detector.days, key, at_s, y));
		for (size_t j = 0; j < n; j++) {
			assert_memory_equal(&x[j].cell, &y[j].cell,
					    sizeof(x[j].cell));
			assert_int_equal(x[j].hour, y[j].hour);
			recipients += x[j].cell.recipients;
		}
	}
	print_message("%u recipients in the last day\n", recipients);
	/* A message every three minutes, with two recipients. */
	assert_int_equal(recipients, 24 * 20 * 2);
}

/* A state of before there were days: nothing is lost by it, and looking works
 * before the next scan has made the table. */
static void test_older(void **unused)
{
	static const char *const names[] = { "meta" };
	char path[FOLDER_SIZE + 20];
	struct state *state = NULL;
	struct store *store = NULL;
	struct days_backing backing;
	int64_t version = STATE_VERSION, size = sizeof(struct account);
	struct days_row row = { .n = 0 };
	struct err err;

	(void)unused;
	snprintf(path, sizeof(path), "%s/state", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(store_open(path, names, 1, false, &store, &err), 0);
	assert_int_equal(store_begin(store, &err), 0);
	assert_int_equal(store_put(store, 0, S("version"), (struct slice){
		(const char *)&version, 8 }, &err), 0);
	assert_int_equal(store_put(store, 0, S("account_bytes"),
				   (struct slice){ (const char *)&size, 8 },
				   &err), 0);
	assert_int_equal(store_commit(store, &err), 0);
	store_close(&store);
	state = must_open(folder, true);
	backing = state_days_backing(state);
	assert_false(backing.load(backing.context, 1, 1, &row));
	assert_int_equal(state_account_count(state), 0);
	assert_int_equal(state_journal_count(state), 0);
	assert_int_equal(state_each_account(state, NULL, NULL, &err), 0);
	state_close(&state);
	write_logs(1);
	work(folder, UINT64_MAX, 0, MOMENTS);
	state = must_open(folder, true);
	assert_true(state_account_count(state) > 0);
	state_close(&state);
}

static void test_killed(void **unused)
{
	static struct worker calm, killed;
	char calm_dir[FOLDER_SIZE + 20], killed_dir[FOLDER_SIZE + 20];

	(void)unused;
	for (uint32_t seed = 1; seed <= 4; seed++) {
		int times;

		write_logs(seed);
		snprintf(calm_dir, sizeof(calm_dir), "%s/calm%u", folder,
			 seed);
		snprintf(killed_dir, sizeof(killed_dir), "%s/killed%u",
			 folder, seed);
		work(calm_dir, UINT64_MAX, 0, MOMENTS);
		times = work_and_die(killed_dir, seed * 77);
		print_message("seed %u: killed %d times\n", seed, times);
		assert_true(times > 3);
		start(&calm, calm_dir);
		start(&killed, killed_dir);
		compare_accounts(&calm, &killed);
		compare_messages(&calm, &killed);
		compare_journals(&calm, &killed);
		compare_neighbours(&calm, &killed);
		compare_positions(&calm, &killed);
		compare_days(&calm, &killed);
		detector_release(&calm.detector);
		detector_release(&killed.detector);
		state_close(&calm.state);
		state_close(&killed.state);
	}
}

/* Messages nobody ended do not stay in the state for ever. What is old is
 * told from the third newest, so there are three. */
static void test_old_messages(void **unused)
{
	static const struct slice ids[] = { SLICE("NEW1"), SLICE("NEW2"),
					    SLICE("NEW3") };
	static struct worker worker;
	struct mail_event event = { .host = S("mx1"), .queue_id = S("OLD"),
				    .at_ms = INT64_C(1795132800000) };

	(void)unused;
	start(&worker, folder);
	tracker_begin(worker.detector.tracker, &event);
	event.at_ms += 7 * INT64_C(86400000);
	for (size_t i = 0; i < N_ELEMENTS(ids); i++) {
		event.at_ms += 1000;
		event.queue_id = ids[i];
		tracker_begin(worker.detector.tracker, &event);
	}
	commit(&worker, MOMENTS);
	for (int round = 0; round < 3; round++) {
		detector_release(&worker.detector);
		state_close(&worker.state);
		start(&worker, folder);
		tracker_begin(worker.detector.tracker, &event);
		commit(&worker, MOMENTS);
	}
	detector_release(&worker.detector);
	state_close(&worker.state);
	start(&worker, folder);
	assert_int_equal(tracker_count(worker.detector.tracker),
			 N_ELEMENTS(ids));
	event.queue_id = S("OLD");
	event.at_ms = INT64_C(1795132800000);
	assert_null(tracker_find(worker.detector.tracker, &event));
	detector_release(&worker.detector);
	state_close(&worker.state);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, fresh, clean)

static void put_account(const struct account *account)
{
	static const char *const names[] = { "accounts" };
	char dir[FOLDER_SIZE + 20], value[sizeof(*account) + 5];
	uint64_t key = account_key(S("anna"));
	struct store *store;
	struct err err;

	snprintf(dir, sizeof(dir), "%s/state", folder);
	memcpy(value, account, sizeof(*account));
	memcpy(value + sizeof(*account), "anna", 5);
	assert_int_equal(store_open(dir, names, 1, false, &store, &err), 0);
	assert_int_equal(store_begin(store, &err), 0);
	assert_int_equal(store_put(store, 0,
				   (struct slice){ (char *)&key, sizeof(key) },
				   (struct slice){ value, sizeof(value) },
				   &err), 0);
	assert_int_equal(store_commit(store, &err), 0);
	store_close(&store);
}

static bool is_loaded(void)
{
	struct state *state = must_open(folder, true);
	struct accounts_backing backing = state_backing(state);
	struct account_entry entry;
	bool is_there = backing.load(backing.context, account_key(S("anna")),
				     &entry) == 1;

	state_close(&state);
	return is_there;
}

/* Whoever looks into a state beside its reader, root perhaps, finds names by
 * these numbers and takes these bytes for words. */
static void test_accounts_that_are_none(void **unused)
{
	struct account account = { .standing = STANDING_BLOCKED,
				   .is_observed = PAPER_UNKNOWN_TO_PANEL };
	struct state *state = must_open(folder, false);

	(void)unused;
	state_close(&state);
	put_account(&account);
	assert_true(is_loaded());
	account.standing++;
	put_account(&account);
	assert_false(is_loaded());
	account.standing = 0;
	account.is_observed++;
	put_account(&account);
	assert_false(is_loaded());
	account.is_observed = 0;
	memset(account.incident.samples, 'a', sizeof(account.incident.samples));
	put_account(&account);
	assert_false(is_loaded());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(test_nothing_there), FRESH(test_version),
		FRESH(test_damaged),	   FRESH(test_numbers),
		FRESH(test_journal),	   FRESH(test_killed),
		FRESH(test_old_messages),  FRESH(test_older),
		FRESH(test_accounts_that_are_none),
	};
	struct err err;

	log_init(LOG_QUIET);
	if (settings_load(NULL, false, MODEL_NONE, &err) < 0)
		return 1;
	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
